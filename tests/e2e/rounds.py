#!/usr/bin/python3
"""Networks that are larger than the chip: exact in any number of rounds, with
what is written and worn as the image says."""

import collections
import os
import re

import e2e
from sqzimage import Image

# Meshes of 3 x 2 with so many tiles.
TWO = {"noc.width": 3, "noc.height": 2, "chip.buffers": 1,
       "chip.dram_controllers": 1}
ONE = {**TWO, "chip.buffers": 2}
# 6 planes and two signs: no tile can hold less than 12 arrays.
LEAST = {"tile.arrays": 12, "tile.slots": 1}
RESNET18 = os.path.join(e2e.SOURCE, "../shared/networks/tv_resnet18.onnx")


class Rounds(e2e.Case):
    def map_told(self, name, settings, *words):
        """(image, rounds, (arrays, rows, cells) that each inference writes)"""
        image = e2e.path("rounds.sqz")
        told = self.sqz("map", name, "--config", self.config, "-o", image,
                        *words, *e2e.overrides(settings)).out
        found = re.search(r"the network needs (\d+) rounds of programming: "
                          r"(\d+) arrays, (\d+) rows and (\d+) cells", told)
        self.assertTrue(found, told)
        rounds, *writes = map(int, found.groups())
        return Image(image), image, rounds, writes

    def check_writes(self, image, report, rounds, writes, count):
        """All rounds are programmed for each image; the first free arrays are
        written first, so the first of a tile in each of its rounds."""
        programming = report["programming"]
        parts = image.layer_parts()
        self.assertEqual(programming["row_writes"], count * writes[1])
        self.assertEqual(programming["cell_writes"], count * writes[2])
        tiles = collections.defaultdict(set)
        for step in image.steps():
            if step.array_count:
                tiles[step.node].add(parts[step.layer][1])
        self.assertEqual(programming["max_wear"],
                         count * max(map(len, tiles.values())))
        self.assertEqual(sum(step.array_count for step in image.steps()),
                         writes[0])
        self.assertEqual(parts[-1][1], rounds - 1)
        self.assertEqual([layer["macs"] for layer in report["layers"]],
                         [part[0] for part in parts])

    def check(self, name, settings, *words, count=3):
        if not name.endswith(".onnx"):
            name = e2e.network(name)
        image, path, rounds, writes = self.map_told(name, settings, *words)
        self.assertGreater(rounds, 1)
        result, report = self.run_image(path, count=count, settings=settings)
        self.assert_exact(result, report, count)
        self.check_writes(image, report, rounds, writes, count)
        for layer in report["layers"]:
            self.assertEqual(layer["runs"], count, layer["name"])
            self.assertEqual(layer["adc_saturations"], 0, layer["name"])
        return image, report

    def check_chips(self, name, chips, *words, **more):
        for settings in chips:
            with self.subTest(network=name, settings=settings):
                yield self.check(name, settings, *words, **more)


class Default(Rounds):
    def test_one_block_is_all_a_tile_holds(self):
        chips = [{**ONE, **LEAST},
                 {**TWO, **LEAST},
                 {**TWO, **LEAST, "place.rounds": "double"}]
        for name in e2e.NETWORKS:
            for image, _ in self.check_chips(name, chips):
                # Sums are handed on in all of them.
                self.assertTrue([part for part in image.layer_parts()
                                 if part[4]])

    def test_more_or_less_room(self):
        """Slots of one round stay when the next one needs fewer."""
        chips = [{**TWO, "tile.arrays": arrays, "place.rounds": mode,
                  "tile.edram_kib": edram}
                 for arrays, edram in ((26, 64), (40, 8))
                 for mode in ("single", "double")]
        for name in e2e.NETWORKS:
            for _ in self.check_chips(name, chips):
                pass

    def test_small_arrays(self):
        """Matrices are cut into many blocks, also between groups of columns."""
        if e2e.QUICK:
            return
        chips = [{**TWO, **LEAST, "tile.array_rows": 64,
                  "tile.array_columns": 16, "place.rounds": mode,
                  "buffer.kib": 1}
                 for mode in ("single", "double")]
        for _ in self.check_chips("resnet8", chips, count=1):
            pass

    def test_twos_complement_and_cells(self):
        adc = {"tile.adc_bits": 9, "tile.adc_law": "linear"}
        chips = [{**TWO, **adc, "tile.arrays": 4, "tile.slots": 1}]
        for _ in self.check_chips("lenet5", chips, "--sign", "twos", "--cells",
                                  "2"):
            pass

    def test_rounds_that_overlap_save_time(self):
        """As many tiles for a round, once with as many again to program."""
        half = {**ONE, **LEAST, "tile.slots": 2}
        whole = {**TWO, **LEAST, "tile.slots": 2, "place.rounds": "double"}
        _, single = self.check("lenet5", half, count=2)
        image, double = self.check("lenet5", whole, count=2)
        self.assertEqual(len({part[1] for part in image.layer_parts()}) % 2, 0)
        self.assertEqual(single["programming"]["cell_writes"],
                         double["programming"]["cell_writes"])
        times = [report["images"][1]["time_ps"] for report in (single, double)]
        self.assertLess(times[1], times[0])

    def test_images_share_rounds(self):
        """Two at a time: half as much is written."""
        settings = {**TWO, "tile.arrays": 26, "place.contexts": 2}
        _, path, _, writes = self.map_told(e2e.network("lenet5"), settings)
        result, report = self.run_image(path, "--in-flight", 2, count=6,
                                        settings=settings)
        self.assert_exact(result, report, 6)
        self.assertLessEqual(report["programming"]["row_writes"],
                             4 * writes[1])
        self.assertGreaterEqual(report["programming"]["row_writes"],
                                3 * writes[1])

    def test_layers_that_overlap(self):
        """Chains of a round's layers, two images at a time."""
        for mode in ("single", "double"):
            settings = {**TWO, "tile.arrays": 26, "place.contexts": 2,
                        "place.chains": "on", "place.rounds": mode}
            for name in e2e.NETWORKS:
                with self.subTest(network=name, mode=mode):
                    _, path, _, _ = self.map_told(e2e.network(name), settings)
                    result, report = self.run_image(
                        path, "--in-flight", 2, "--chain", count=4,
                        settings=settings)
                    self.assert_exact(result, report, 4)

    def test_chip_that_holds_it(self):
        """No rounds, nothing to say about them."""
        told = self.sqz("map", e2e.network("lenet5"), "--config", self.config,
                        "-o", e2e.path("whole.sqz")).out
        self.assertNotIn("round", told)

    def test_tile_too_small(self):
        result = self.sqz("map", e2e.network("lenet5"), "--config",
                          self.config, "-o", e2e.path("none.sqz"),
                          *e2e.overrides({**TWO, "tile.arrays": 11}), status=1)
        self.assertRegex(result.err, r"^sqz map: layer \S+: \d+ rows of its "
                         r"weights take 12 arrays and \d+ bytes of eDRAM; a "
                         r"tile has 11 and 65536\n$")


class Units(Rounds):
    config = os.path.join(e2e.SOURCE, "configs/ou.cfg")

    def test_operation_units(self):
        layouts = ["column"] if e2e.QUICK else ["ou", "sre", "column"]
        for layout in layouts:
            with self.subTest(layout=layout):
                self.check("lenet5", {**TWO, "tile.arrays": 10}, "--layout",
                           layout, "--scheme", "int8", count=1)


class Isaac(Rounds):
    config = os.path.join(e2e.SOURCE, "configs/isaac.cfg")

    def test_resnet18(self):
        if e2e.QUICK or not os.path.exists(RESNET18):
            return
        chip = {"noc.width": 4, "noc.height": 4, "chip.buffers": 2,
                "chip.dram_controllers": 1}
        for settings in ({"place.rounds": "single"},
                         {"place.rounds": "double"}, LEAST):
            with self.subTest(settings=settings):
                self.check(RESNET18, {**chip, **settings}, count=1)


if __name__ == "__main__":
    e2e.main()
