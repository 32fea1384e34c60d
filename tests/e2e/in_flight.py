"""Several pictures at a time, and networks in rounds: the same logits, sooner."""

import json
import os
import re
import unittest

import e2e

EDIT = os.path.join(e2e.BUILD, "tests/mapper/sqz-image-edit")
EXIT_DEVICE = 18
# A small network would be done before the next picture is there.
NETWORK = "resnet8"
COUNT = 4 if e2e.QUICK else 8
# A chip that holds less than half of ResNet-8's 252 crossbars at a time.
SMALL = {"noc.width": 4, "noc.height": 3}


class Case(e2e.Case):
    def logits(self, image, *words, settings=(), count=COUNT):
        """(logits, report) of a run that must be exact."""
        result, report = self.run_image(
            image, "--logits", e2e.path("logits"), *words, settings=settings,
            count=count)
        self.assert_exact(result, report, count)
        return e2e.read(e2e.path("logits")), report

    def assert_execution(self, report, in_flight, rounds=1, ahead=False,
                         mode="layers"):
        """The report says how pictures were run, and adds up."""
        run = report["execution"]
        self.assertEqual(
            [run[key] for key in ("mode", "in_flight", "rounds",
                                  "programs_ahead", "images")],
            [mode, in_flight, rounds, ahead, COUNT])
        if mode == "layers":
            self.assertEqual(run["most_in_flight"], in_flight)
        else:  # who waits for the first layer does not count
            self.assertIn(run["most_in_flight"], range(1, in_flight + 1))
        self.assertEqual(run["interval_ps"], run["time_ps"] // COUNT)
        self.assertEqual(run["images_per_1000_s"],
                         COUNT * 10**15 // run["time_ps"])
        self.assertLess(run["time_ps"], report["simulated_ps"])
        program = report["programming"]
        parts = program["rounds"]
        self.assertEqual([part["round"] for part in parts],
                         list(range(rounds)))
        for key in ("time_ps", "overlap_ps", "row_writes", "cell_writes"):
            self.assertEqual(program[key], sum(part[key] for part in parts))
        self.assertEqual(program["energy_fj"]["total"],
                         sum(part["energy_fj"]["total"] for part in parts))
        self.assertEqual(program["max_wear"],
                         max(part["max_wear"] for part in parts))
        for key in ("row_writes", "cell_writes"):
            self.assertEqual(program[key + "_per_inference"],
                             program[key] // COUNT if rounds > 1 else 0)
        for layer in report["layers"]:
            self.assertEqual(layer["runs"], COUNT)


class InFlight(Case):
    def test_contexts(self):
        """Pictures share the layers: the more at a time, the sooner."""
        image = self.map(NETWORK, settings={"place.contexts": 4})
        seen = [self.logits(image, "--in-flight", n) for n in (1, 2, 4)]
        self.assertEqual(len({logits for logits, _ in seen}), 1)
        times = [report["execution"]["time_ps"] for _, report in seen]
        self.assertGreater(times[0], times[1])
        self.assertGreater(times[1], times[2])
        for n, (_, report) in zip((1, 2, 4), seen):
            self.assert_execution(report, n)
        rates = [report["execution"]["images_per_1000_s"]
                 for _, report in seen]
        self.assertEqual(rates, sorted(rates))
        self.assertGreater(rates[2], 2 * rates[0])

    def test_chains(self):
        """Layers of a picture overlap: same logits, less time; and less
        still with several pictures in flight."""
        plain, _ = self.logits(self.map(NETWORK))
        image = self.map(NETWORK, settings={"place.contexts": 4,
                                            "place.chains": "on"})
        interval = {}
        for words in ((), ("--chain",)):
            for n in (1, 4):
                logits, report = self.logits(image, "--in-flight", n, *words)
                self.assertEqual(logits, plain)
                self.assert_execution(report, n,
                                      mode="chain" if words else "layers")
                interval[bool(words), n] = report["execution"]["interval_ps"]
        for n in (1, 4):
            self.assertLess(interval[True, n], interval[False, n])
        self.assertLess(interval[True, 4], interval[True, 1])
        # An image of chains runs layer by layer as fast as any other.
        _, report = self.logits(self.map(NETWORK))
        self.assertLessEqual(
            abs(interval[False, 1] - report["execution"]["interval_ps"]),
            interval[False, 1] // 50)

    def test_times_of_overlapping_layers(self):
        """In a chain they add up to more than the picture takes."""
        image = self.map(NETWORK, settings={"place.chains": "on"})
        for words, more in (((), False), (("--chain",), True)):
            _, report = self.logits(image, *words)
            layers = sum(layer["time_ps"] for layer in report["layers"])
            self.assertEqual(layers > report["execution"]["time_ps"], more)

    def test_missing_worker_in_a_chain(self):
        """A layer waits for ever, and all behind it: the driver gives up."""
        image = self.map(NETWORK, settings={"place.contexts": 2,
                                            "place.chains": "on"})
        short = e2e.path("short.sqz")
        self.command(EDIT, image, short, "short-participants", 4)
        result, report = self.run_image(short, "--in-flight", 2, "--chain",
                                        count=4, status=None)
        self.assertEqual(result.status, EXIT_DEVICE, result.err)
        self.assertEqual(report["images_exact"], 0)
        self.assertRegex(result.out, r"error: inference: timed out")

    def test_contexts_cost_nothing_alone(self):
        """One at a time computes what an image of one context does."""
        plain, _ = self.logits(self.map(NETWORK))
        several, _ = self.logits(
            self.map(NETWORK, settings={"place.contexts": 4}))
        self.assertEqual(plain, several)

    def test_more_contexts_than_pictures(self):
        image = self.map(NETWORK, settings={"place.contexts": 4})
        self.logits(image, "--in-flight", 4, count=3)
        self.logits(image, "--in-flight", 4, count=1)

    def test_options_that_the_image_was_not_made_for(self):
        image = self.map(NETWORK)
        cases = (
            (("--in-flight", 3), {},
             r"image has 1 context \(sqz map --set place\.contexts=3\)"),
            (("--chain",), {},
             r"image was not made for chains "
             r"\(sqz map --set place\.chains=on\)"),
        )
        for words, settings, line in cases:
            with self.subTest(words):
                result = self.sqz("run", image, "--config", self.config,
                                  *words, *e2e.overrides(settings), status=1)
                self.assertRegex(result.err, f"^sqz run: .*: {line}\n$")
        for words in (("--in-flight", 0), ("--in-flight", "x"),
                      ("--in-flight", 65536)):
            with self.subTest(words):
                self.sqz("run", image, "--config", self.config, *words,
                         status=1)

    def test_more_contexts_than_rings(self):
        image = self.map(NETWORK, settings={"place.contexts": 5})
        result = self.sqz("run", image, "--config", self.config,
                          "--in-flight", 5, status=1)
        self.assertRegex(result.err, r"^sqz run: .*default\.cfg: 5 pictures "
                         r"in flight take 5 command rings, the chip has 4 "
                         r"\(controller\.rings\)\n$")
        self.logits(image, "--in-flight", 5,
                    settings={"controller.rings": 5})


@unittest.skipIf(e2e.QUICK, "slow")
class Rounds(Case):
    def map_rounds(self, rounds, contexts):
        return self.map("resnet8", settings={
            **SMALL, "place.rounds": rounds, "place.contexts": contexts})

    def test_rounds(self):
        """The logits are those of a chip that holds the network at once;
        programming ahead takes less time, pictures in flight share rounds."""
        whole, _ = self.logits(self.map("resnet8"))
        times = {}
        seen = {}
        for rounds in ("single", "double"):
            for contexts in (1, 3):
                image = self.map_rounds(rounds, 3)
                logits, report = self.logits(
                    image, "--in-flight", contexts, settings=SMALL)
                self.assertEqual(logits, whole)
                count = report["execution"]["rounds"]
                self.assertGreater(count, 1)
                self.assert_execution(report, contexts, count,
                                      rounds == "double")
                times[rounds, contexts] = report["execution"]["time_ps"]
                seen[rounds, contexts] = report["programming"]
        for rounds in ("single", "double"):
            self.assertLess(times[rounds, 3], times[rounds, 1])
            # Each round once a batch, not once a picture.
            for contexts in (1, 3):
                batches = -(-COUNT // contexts)
                self.assertEqual(
                    {part["programmed"]
                     for part in seen[rounds, contexts]["rounds"]},
                    {batches})
        self.assertLess(times["double", 1], times["single", 1])
        for contexts in (1, 3):
            self.assertEqual(seen["single", contexts]["overlap_ps"], 0)
            self.assertGreater(seen["double", contexts]["overlap_ps"], 0)

    def test_chains_in_rounds(self):
        whole, _ = self.logits(self.map("resnet8"))
        for rounds in ("single", "double"):
            image = self.map("resnet8", settings={
                **SMALL, "place.rounds": rounds, "place.contexts": 3,
                "place.chains": "on"})
            for n in (1, 3):
                times = []
                for words in ((), ("--chain",)):
                    logits, report = self.logits(
                        image, "--in-flight", n, *words, settings=SMALL)
                    self.assertEqual(logits, whole)
                    times.append(report["execution"]["time_ps"])
                self.assertLess(times[1], times[0])

    def test_chains_with_copies(self):
        """A layer's copies are producers and consumers of other rows."""
        plain, _ = self.logits(self.map("resnet8"))
        image = self.map("resnet8", settings={
            "place.contexts": 2, "place.chains": "on", "place.copies": 4})
        for words in ((), ("--chain",)):
            logits, _ = self.logits(image, "--in-flight", 2, *words)
            self.assertEqual(logits, plain)

    def test_tables(self):
        """Rounds and throughput stand in the table; parts have numbers."""
        settings = {"noc.width": 3, "noc.height": 2, "chip.buffers": 1}
        image = self.map("resnet8", settings={
            **settings, "place.rounds": "single"})
        result, report = self.run_image(image, "--table", count=2,
                                        settings=settings)
        self.assertRegex(result.out, r"\ntime per image +[\d.]+ +[\d.]+ "
                         r"images/s\n")
        rounds = report["execution"]["rounds"]
        self.assertEqual(len(re.findall(r"\n  round \d+, 2 times ",
                                            result.out)), rounds)
        beside, _ = self.run_image(
            image, "--beside", e2e.write("other.json", json.dumps(report)),
            count=2, settings=settings)
        self.assertTrue(any("part" in layer for layer in report["layers"]))
        for layer in report["layers"]:
            if "part" in layer:
                name = f"{layer['part']}/{layer['parts']} "
                self.assertIn(name, result.out)
                self.assertIn(name, beside.out)


if __name__ == "__main__":
    e2e.main()
