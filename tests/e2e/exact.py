#!/usr/bin/python3
"""Networks run bit-exact, by every way of slicing, and say so."""

import re

import e2e

COUNT = 10


class Exact(e2e.Case):
    def check(self, name, scheme, sign):
        image = self.map(name, scheme, sign)
        result, report = self.run_image(image, count=COUNT)
        self.assert_exact(result, report, COUNT)
        self.assertEqual(report["network"], name)
        self.assertEqual(report["host"]["exit_code"], 0)
        for layer in report["layers"]:
            self.assertEqual(layer["runs"], COUNT, layer["name"])
            self.assertEqual(layer["adc_saturations"], 0, layer["name"])
        return result, report

    def check_schemes(self, name, schemes):
        for scheme, sign in schemes:
            with self.subTest(network=name, scheme=scheme, sign=sign):
                self.check(name, scheme, sign)

    def test_lenet5(self):
        schemes = [("sme2", "pair"), ("int8", "twos")]
        if not e2e.QUICK:
            schemes += [("sme0", "pair"), ("sme1", "twos"), ("sme3", "pair"),
                        ("int8", "pair"), ("int4", "pair"), ("trunc2", "twos")]
        self.check_schemes("lenet5", schemes)

    def test_resnet8(self):
        if e2e.QUICK:
            return
        self.check_schemes("resnet8", [("sme2", "pair"), ("sme0", "pair"),
                                       ("int8", "pair"), ("sme2", "twos"),
                                       ("int8", "twos")])

    def test_cells(self):
        """Cells of several bits, with an ADC that is exact for them."""
        networks = e2e.NETWORKS if not e2e.QUICK else ["lenet5"]
        for name in networks:
            counts = {}
            for cells, bits in ((1, 8), (2, 9), (4, 11)):
                for sign in ("pair", "twos"):
                    with self.subTest(network=name, cells=cells, sign=sign):
                        adc = {"tile.adc_bits": bits, "tile.adc_law": "linear"}
                        image = self.map(name, "sme2", sign, adc, cells)
                        result, report = self.run_image(image, count=4,
                                                        settings=adc)
                        self.assert_exact(result, report, 4)
                        layers = report["layers"]
                        self.assertEqual(sum(layer["adc_saturations"]
                                             for layer in layers), 0)
                        counts[sign, cells] = sum(layer["crossbars"]
                                                  for layer in layers)
            # 6 planes: 6, 3 and 2 digits; 7, 4 and 2 with the sign.
            for sign in ("pair", "twos"):
                self.assertGreater(counts[sign, 1], counts[sign, 2])
                self.assertGreater(counts[sign, 2], counts[sign, 4])

    def test_row_order(self):
        """Rows sorted over the arrays of a tile: fewer planes, same logits."""
        if e2e.QUICK:
            return
        chip = {"tile.arrays": 48}
        options = ("--per", "tensor", "--rule", "max")
        images = [self.map("resnet8", "sme0", "twos", chip,
                           words=(*options, *more))
                  for more in ((), ("--order-rows",))]
        crossbars = []
        logits = []
        for image in images:
            result, report = self.run_image(image, "--logits",
                                            e2e.path("logits"), count=4,
                                            settings=chip)
            self.assert_exact(result, report, 4)
            crossbars.append(sum(layer["crossbars"]
                                 for layer in report["layers"]))
            logits.append(e2e.read(e2e.path("logits")))
        self.assertLess(crossbars[1], crossbars[0])
        self.assertEqual(logits[0], logits[1])

    def test_uart(self):
        """What the firmware says agrees with the report."""
        result, report = self.check("lenet5", "sme2", "pair")
        for line in (r"Squeezebox inference",
                     r"chip: mesh 8 x 8, 56 tiles with 1344 arrays, .*",
                     r"network: lenet5, 7 layers in \d+ steps, .*",
                     r"programmed \d+ steps in \d+ us",
                     rf"done: {COUNT} images in \d+ us, \d+\.\d images/s"):
            self.assertRegex(result.out, re.compile(f"^{line}$", re.M))
        classes = re.findall(r"^image (\d+): class (\d) \(\d+\.\d %\)  \d+ us$",
                             result.out, re.M)
        self.assertEqual([(int(i), int(c)) for i, c in classes],
                         [(i, image["top1"])
                          for i, image in enumerate(report["images"])])

    def test_quiet(self):
        result, _ = self.run_image(self.map("lenet5"), "--quiet", count=1)
        self.assertEqual(result.out, "bit-exact 1 of 1 images\n")

    def test_labels_and_first(self):
        """--first chooses pictures; labels are those of the data set."""
        image = self.map("lenet5")
        _, whole = self.run_image(image, count=4)
        result, part = self.run_image(image, "--first", 2, count=2)
        self.assert_exact(result, part, 2)
        for key in ("index", "label", "top1"):
            self.assertEqual([image[key] for image in part["images"]],
                             [image[key] for image in whole["images"][2:]])
        labels = [image["label"] for image in whole["images"]]
        self.assertEqual(labels, [9, 2, 1, 1])

    def test_most_are_right(self):
        """Labels and classes would not agree by chance."""
        _, report = self.run_image(self.map("lenet5"), count=20)
        right = sum(image["top1"] == image["label"]
                    for image in report["images"])
        self.assertGreaterEqual(right, 15)

    def test_squeeze_saves_crossbars(self):
        _, dense = self.run_image(self.map("lenet5", "sme0"), count=1)
        _, squeezed = self.run_image(self.map("lenet5", "sme2"), count=1)
        for before, after in zip(dense["layers"], squeezed["layers"]):
            if before["crossbars"]:
                self.assertLess(after["crossbars"], before["crossbars"])
                self.assertEqual(after["crossbars_without_squeeze"],
                                 before["crossbars"])
                self.assertEqual((before["planes"], after["planes"]), (8, 6))


if __name__ == "__main__":
    e2e.main()
