#!/usr/bin/python3
"""Configuration dump, help and timing."""

import json
import re

import e2e


class Dump(e2e.Case):
    def dump(self, config, settings=()):
        return self.sqz("run", "--dump-config", "--config", config,
                        *e2e.overrides(settings)).out

    def test_loads_again(self):
        first = self.dump(e2e.CONFIG)
        again = e2e.write("dumped.cfg", first)
        self.assertEqual(first.replace(e2e.CONFIG, again), self.dump(again))

    def test_loads_again_with_overrides(self):
        settings = {"noc.vcs": 7, "noc.cycle_ns": 0.125,
                    "tile.array_cycle_ns": 100000, "dram.t_refi_ns": 0,
                    "cpu.quantum_ns": "1e5", "tile.dac_row_pj": 0.001}
        dumped = e2e.write("dumped.cfg", self.dump(e2e.CONFIG, settings))
        before = e2e.values_of(self.dump(e2e.CONFIG, settings))
        after = e2e.values_of(self.dump(dumped))
        self.assertEqual({key: value for key, (value, _) in before.items()},
                         {key: value for key, (value, _) in after.items()})
        for key, value in settings.items():
            self.assertEqual(float(after[key][0]), float(value), key)

    def test_has_every_key(self):
        """As many as the documentation lists, each with its place."""
        text = e2e.read(e2e.SOURCE + "/docs/configuration.md", "r")
        keys = re.findall(r"^\| `(\w+\.\w+)` \|", text, re.M)
        self.assertGreater(len(keys), 80)
        self.assertEqual(list(e2e.values_of(self.dump(e2e.CONFIG))), keys)

    def test_origin(self):
        values = e2e.values_of(self.dump(e2e.CONFIG, {"noc.vcs": 9}))
        self.assertEqual(values.pop("noc.vcs"), ("9", "--set"))
        self.assertEqual({origin for _, origin in values.values()},
                         {e2e.CONFIG})

    def test_last_override_counts(self):
        values = e2e.values_of(
            self.dump(e2e.CONFIG, ["noc.vcs=9", "noc.vcs=6"]))
        self.assertEqual(values["noc.vcs"], ("6", "--set"))

    def test_run_is_the_same(self):
        """A dumped configuration is as good as the first."""
        image = self.map("lenet5")
        dumped = e2e.write("dumped.cfg", self.dump(e2e.CONFIG))
        _, first = self.run_image(image, count=2)
        self.sqz("run", image, "--config", dumped, "--count", 2, "--report",
                 e2e.path("second"))
        self.assertEqual(first, json.loads(e2e.read(e2e.path("second"))))


class Help(e2e.Case):
    def test_verbs(self):
        text = self.sqz("--help").out
        verbs = re.findall(r"^  (\w+) +\w", text, re.M)
        self.assertLessEqual({"map", "eval", "run", "trace"}, set(verbs))
        for verb in verbs:
            with self.subTest(verb=verb):
                result = self.sqz(verb, "--help")
                self.assertIn(f"sqz {verb} ", result.out)
                self.assertGreater(len(result.out.splitlines()), 5)
                self.assertEqual(result.err, "")

    def test_trace_commands(self):
        for command in ("summary", "check"):
            with self.subTest(command=command):
                result = self.sqz("trace", command, "--help")
                self.assertIn(f"sqz trace {command} ", result.out)


class Timing(e2e.Case):
    def test_phases(self):
        file = e2e.path("timing.json")
        image = self.map("lenet5")
        self.run_image(image, "--timing", file, count=2)
        timing = json.loads(e2e.read(file))
        phases = [timing[name + "_cpu_s"] for name in
                  ("open", "load", "boot", "inference", "reference")]
        self.assertGreater(min(phases), 0)
        self.assertAlmostEqual(timing["simulate_cpu_s"],
                               timing["boot_cpu_s"] +
                               timing["inference_cpu_s"], delta=2e-6)

    def test_inference_grows_with_pictures(self):
        image = self.map("lenet5")
        seconds = []
        for count in (1, 50):
            file = e2e.path("timing.json")
            self.run_image(image, "--timing", file, count=count)
            seconds.append(json.loads(e2e.read(file)))
        for name in ("inference", "reference"):
            self.assertGreater(seconds[1][name + "_cpu_s"],
                               10 * seconds[0][name + "_cpu_s"])
        self.assertLess(seconds[1]["boot_cpu_s"],
                        10 * seconds[0]["boot_cpu_s"])


if __name__ == "__main__":
    e2e.main()
