"""Several pictures at a time, and networks in rounds: the same logits, sooner."""

import unittest

import e2e

NETWORK = e2e.NETWORKS[-1]
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


class InFlight(Case):
    def test_contexts(self):
        """Pictures share the layers: the more at a time, the sooner."""
        image = self.map(NETWORK, settings={"place.contexts": 4})
        seen = [self.logits(image, "--in-flight", n) for n in (1, 2, 4)]
        self.assertEqual(len({logits for logits, _ in seen}), 1)
        times = [report["simulated_ps"] for _, report in seen]
        self.assertGreater(times[0], times[1])
        self.assertGreater(times[1], times[2])

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
        wear = {}
        for rounds in ("single", "double"):
            for contexts in (1, 3):
                image = self.map_rounds(rounds, 3)
                logits, report = self.logits(
                    image, "--in-flight", contexts, settings=SMALL)
                self.assertEqual(logits, whole)
                times[rounds, contexts] = report["simulated_ps"]
                wear[rounds, contexts] = report["programming"]["row_writes"]
        for rounds in ("single", "double"):
            self.assertLess(times[rounds, 3], times[rounds, 1])
            self.assertLess(wear[rounds, 3], wear[rounds, 1])
        self.assertLess(times["double", 1], times["single", 1])


if __name__ == "__main__":
    e2e.main()
