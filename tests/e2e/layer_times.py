#!/usr/bin/python3
"""Simulated times of layers against arithmetic (layer_bounds.py): within 5 %
where nothing contends, each bound in its turn; and nowhere faster than the
largest bound or slower than all of them one after the other."""

import unittest

import e2e
from layer_bounds import Bounds, Chip, settings_of
from sqzimage import Image

WITHIN = 0.05
FAST = {"tile.array_cycle_ns": 1, "tile.adc_conversion_ns": 0}
# Bound that is made to count, settings that do so.
CASES = [
    ("arrays", {}),
    ("vector", {"tile.array_cycle_ns": 10, "tile.adc_conversion_ns": 0,
                "tile.vector_cycle_ns": 250}),
    ("links", {**FAST, "noc.flit_bytes": 1, "tile.psum_window": 32}),
    ("memory", {**FAST, "buffer.bytes_per_cycle": 1, "buffer.banks": 1,
                "buffer.cycle_ns": 10}),
    ("memory", {**FAST, "chip.buffers": 1, "buffer.kib": 1,
                "dram.burst_ns": 200}),
    ("reads", {**FAST, "tile.fetch_outstanding": 1, "tile.fetch_bytes": 16,
               "buffer.latency_ns": 500}),
]
LEAST = 3  # layers of each case that the bound must decide


class Compare(e2e.Case):
    def chip(self, image, settings):
        dump = self.sqz("run", "--config", self.config, "--dump-config",
                        *e2e.overrides(settings)).out
        return Chip(Image(image), settings_of(e2e.values_of(dump)))

    def compare(self, chip, report):
        """Checks the layers in which nothing contends; [bound] of them."""
        decided = []
        for index, layer in enumerate(report["layers"]):
            bounds = Bounds(chip, index)
            name, ps = bounds.estimate()
            why = bounds.contends()
            took = layer["time_ps"] / layer["runs"]
            told = (f"{layer['name']:28} {took / 1e6:9.2f} us, {name} and "
                    f"fill {ps / 1e6:9.2f} us, {100 * (ps / took - 1):+.1f} %")
            print(told + (f": not checked, {why}" if why else ""))
            self.assertGreater(took, (1 - WITHIN) *
                               max(bounds.bounds.values()), told)
            self.assertLess(took, (1 + WITHIN) * bounds.one_by_one(), told)
            if not why:
                self.assertLess(abs(ps / took - 1), WITHIN, told)
                decided.append(name)
        return decided


class Small(Compare):
    def test_bounds(self):
        for bound, settings in CASES:
            with self.subTest(bound=bound, settings=settings):
                image = self.map("resnet8", settings=settings)
                result, report = self.run_image(image, settings=settings,
                                                count=1)
                self.assert_exact(result, report, 1)
                decided = self.compare(self.chip(image, settings), report)
                self.assertGreaterEqual(decided.count(bound), LEAST)

    def test_sees_a_difference(self):
        """Arrays that are a tenth slower than was said are noticed."""
        image = self.map("resnet8")
        slow = {"tile.array_cycle_ns": 110}
        _, report = self.run_image(image, settings=slow, count=1)
        with self.assertRaises(AssertionError):
            self.compare(self.chip(image, {}), report)


class Generated(Compare):
    """Networks with random weights on the chip of ISAAC's tiles."""

    config = e2e.SOURCE + "/configs/isaac.cfg"

    def check(self, arch, size, crossbars, decided):
        """Exact; at least so many crossbars, and layers whose time is that of
        their arrays."""
        network, image = e2e.path("network.onnx"), e2e.path("network.sqz")
        self.command(e2e.BUILD + "/tests/bench/sqz-network", "--arch", arch,
                     "--size", size, "--output", network)
        self.sqz("map", network, "--config", self.config, "--calibrate", 4,
                 "--quiet", "-o", image)
        result, report = self.run_image(image, count=1)
        self.assert_exact(result, report, 1)
        self.assertGreater(sum(layer["crossbars"]
                               for layer in report["layers"]), crossbars)
        bounds = self.compare(self.chip(image, {}), report)
        self.assertGreaterEqual(bounds.count("arrays"), decided)


class Large(Generated):
    @unittest.skipIf(e2e.QUICK, "takes long")
    def test_resnet18(self):
        self.check("resnet18", 64, crossbars=8000, decided=10)


if __name__ == "__main__":
    e2e.main()
