#!/usr/bin/python3
"""Operation units: every layout gives the reference's logits."""

import os

import e2e
from sqzimage import Image

LAYOUTS = ["ou", "sre", "duplicates", "column", "auto"]
OBJECTIVES = ["crossbars", "time", "energy"]
COUNT = 4
DIFFER = 3
INPUT_BITS = 8
INDEX_POSITIONS = 8  # configs/ou.cfg

CHIPS = [
    {"tile.ou_rows": 9},
    {"tile.ou_rows": 16, "tile.ou_columns": 16, "tile.adc_bits": 5},
    {"tile.ou_rows": 7, "tile.ou_columns": 5, "tile.array_rows": 100,
     "tile.array_columns": 30},
    {"tile.ou_rows": 1, "tile.ou_columns": 1, "tile.array_rows": 64,
     "tile.array_columns": 64, "tile.arrays": 64},
    {"tile.sa_ports": 1, "tile.index_positions": 1},
]


class Units(e2e.Case):
    config = os.path.join(e2e.SOURCE, "configs/ou.cfg")

    def layout(self, name, layout, *words, scheme="int8", settings=()):
        return self.map(name, scheme, "twos", settings,
                        words=["--layout", layout, *words])

    def check(self, image, settings=()):
        result, report = self.run_image(image, count=COUNT, settings=settings)
        self.assert_exact(result, report, COUNT)
        for layer in report["layers"]:
            self.assertEqual(layer["adc_saturations"], 0, layer["name"])
            self.assertEqual(layer["array_reads"], 0, layer["name"])
        return report

    def check_counts(self, image, report):
        """OU cycles and index as the image has them."""
        image = Image(image)
        cycles, index = {}, {}
        for step in image.crossbar_steps():
            runs = report["layers"][step.layer]["runs"]
            positions = step.positions * runs
            reads = -(-step.positions // INDEX_POSITIONS) * runs
            for _, ous, bits in step.units(image.data):
                cycles[step.layer] = (cycles.get(step.layer, 0) +
                                      ous * positions * INPUT_BITS)
                index[step.layer] = (index.get(step.layer, 0) +
                                     -(-bits // 8) * reads)
        for i, layer in enumerate(report["layers"]):
            self.assertEqual(layer["ou_cycles"], cycles.get(i, 0))
            self.assertEqual(layer["index_bytes"], index.get(i, 0))
        return sum(cycles.values())

    def test_layouts(self):
        for name in e2e.NETWORKS:
            total = {}
            for layout in LAYOUTS:
                with self.subTest(network=name, layout=layout):
                    image = self.layout(name, layout)
                    report = self.check(image)
                    total[layout] = self.check_counts(image, report)
                    self.assertEqual(report["energy_fj"]["index"] > 0,
                                     layout != "ou")
            self.assertGreaterEqual(total["ou"], total["sre"])
            self.assertGreater(total["sre"], 1.3 * total["column"])

    def test_options(self):
        for words in (["--pack"], ["--no-complements"], ["--no-reorder"],
                      ["--window", 128, "--objective", "energy"]):
            with self.subTest(words=words):
                self.check(self.layout("lenet5", "column", *words))

    def test_squeezed(self):
        """Rows that are driven later: a group takes more cycles."""
        for name in e2e.NETWORKS:
            for scheme, layout in (("sme2", "column"), ("sme3", "sre"),
                                   ("sme1", "duplicates")):
                with self.subTest(network=name, scheme=scheme, layout=layout):
                    self.check(self.layout(name, layout, scheme=scheme))

    def test_objectives(self):
        """Squeezed or all planes, whatever has less of the objective."""
        for objective in OBJECTIVES:
            with self.subTest(objective=objective):
                self.check(self.layout("resnet8", "auto", "--objective",
                                       objective, scheme="sme3"))

    def test_chips(self):
        for settings in CHIPS:
            for layout in ("column",) if e2e.QUICK else ("column", "sre"):
                with self.subTest(settings=settings, layout=layout):
                    self.check(self.layout("lenet5", layout,
                                           settings=settings), settings)

    def test_smaller_units(self):
        """A chip refuses OUs that are larger than its own."""
        image = self.layout("lenet5", "column", settings=CHIPS[0])
        result, _ = self.run_image(image, count=1, status=None)
        self.assertNotIn(result.status, (0, DIFFER))
        self.assertIn("error:", result.out + result.err)

    def test_short_adc(self):
        image = self.layout("lenet5", "ou")
        _, report = self.run_image(image, count=COUNT, status=DIFFER,
                                   settings={"tile.adc_law": "linear",
                                             "tile.adc_bits": 1})
        for layer in report["layers"]:
            self.assertEqual(layer["adc_saturations"] > 0,
                             layer["adc_conversions"] > 0, layer["name"])
        self.assertLess(report["images_exact"], COUNT)

    def damaged(self, change):
        """A change of one of the first groups of each layer shows."""
        name = self.layout("lenet5", "column")
        for layer in sorted({step.layer
                             for step in Image(name).crossbar_steps()}):
            with self.subTest(layer=layer):
                self.assertTrue(any(self.differs(name, layer, part, change)
                                    for part in range(16)), "no logit differs")

    def differs(self, name, layer, part, change):
        image = Image(name)
        step = next(step for step in image.crossbar_steps()
                    if step.layer == layer)
        groups = step.units(image.data)[0][0]
        change(image, groups[part % len(groups)], part)
        result, _ = self.run_image(e2e.write("changed.sqz", image.seal()),
                                   count=COUNT, status=None)
        self.assertIn(result.status, (0, DIFFER), result.err)
        return result.status == DIFFER

    def test_stored_bit(self):
        """The ones column's bits are not free; its neighbour's are."""
        self.damaged(lambda image, group, _: image.flip(
            group.columns_at + 4 * (group.ones == 0), 0))

    def test_destination_sign(self):
        """The sign of one of the destinations with the largest weight."""
        def change(image, group, part):
            largest = max(d >> 10 & 15 for d in group.destinations)
            places = [i for i, d in enumerate(group.destinations)
                      if d >> 10 & 15 == largest]
            place = places[part * len(places) // 16]
            image.flip(group.destinations_at + 2 * place + 1, 6)
        self.damaged(change)


class WholeArrays(e2e.Case):
    def test_objectives(self):
        crossbars = {}
        for objective in OBJECTIVES:
            image = self.map("resnet8", "sme3",
                             words=["--objective", objective])
            result, report = self.run_image(image, count=COUNT)
            self.assert_exact(result, report, COUNT)
            crossbars[objective] = sum(layer["crossbars"]
                                       for layer in report["layers"])
        self.assertLess(crossbars["crossbars"], crossbars["energy"])
        self.assertLess(crossbars["energy"], crossbars["time"])


if __name__ == "__main__":
    e2e.main()
