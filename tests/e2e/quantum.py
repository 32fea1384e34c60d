#!/usr/bin/python3
"""How far the CPU runs ahead changes no result and hardly any time."""

import e2e

QUANTA_NS = (100, 1000, 10000, 100000)
TOLERANCE = 0.01


class Quantum(e2e.Case):
    def test_quanta(self):
        for name in e2e.NETWORKS:
            with self.subTest(network=name):
                self.check(name)

    def check(self, name):
        image = self.map(name)
        times, logits = [], []
        for quantum in QUANTA_NS:
            result, report = self.run_image(
                image, "--logits", e2e.path("logits"),
                settings={"cpu.quantum_ns": quantum})
            self.assert_exact(result, report)
            times.append(report["simulated_ps"])
            logits.append(e2e.read(e2e.path("logits")))
        self.assertEqual(logits, logits[:1] * len(logits))
        told = dict(zip(QUANTA_NS, times))
        print(f"{name}: simulated ps by quantum in ns: {told}")
        self.assertLessEqual(max(times), min(times) * (1 + TOLERANCE), told)

    def test_settings_do_change_time(self):
        """The figure above is one that can move."""
        image = self.map("lenet5")
        _, fast = self.run_image(image, count=1)
        _, slow = self.run_image(image, count=1,
                                 settings={"tile.array_cycle_ns": 120})
        self.assertGreater(slow["simulated_ps"],
                           fast["simulated_ps"] * (1 + TOLERANCE))


if __name__ == "__main__":
    e2e.main()
