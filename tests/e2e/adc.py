#!/usr/bin/python3
"""ADCs that are too small: logits and saturation counts as counted cell by cell
by adc_oracle, which knows nothing of the tile's or the reference's code."""

import math
import os

import e2e

ORACLE = os.path.join(e2e.BUILD, "tests/e2e/adc_oracle")
DIFFER = 3


def lossless_bits(rows):
    return math.ceil(math.log2(rows + 1))


class Adc(e2e.Case):
    def check(self, bits, count=10, scheme="sme2", sign="pair", cells=1,
              **settings):
        """Runs both; (status, saturations by layer)."""
        settings = {"tile." + key: value for key, value in settings.items()}
        image = self.map("lenet5", scheme, sign, settings, cells)
        result, report = self.run_image(
            image, "--logits", e2e.path("logits"), count=count, status=None,
            settings={**settings, "tile.adc_bits": bits,
                      "tile.adc_law": "linear"})  # of any resolution
        oracle = self.command(ORACLE, image, bits, e2e.IMAGES, 0, count)
        lines = oracle.out.splitlines(keepends=True)
        expected = [int(line.split()[2]) for line in lines[count:]]
        counted = [layer["adc_saturations"] for layer in report["layers"]]
        self.assertEqual(e2e.read(e2e.path("logits"), "r"),
                         "".join(lines[:count]))
        self.assertEqual(counted, expected)
        exact = report["images_exact"]
        self.assertEqual(result.status, 0 if exact == count else DIFFER,
                         result.err)
        print(f"{scheme} {sign} {settings} {bits} bits: {exact} of {count} "
              f"exact, saturations {counted}")
        return result.status, counted

    def test_one_bit_short(self):
        """Small arrays: the sums come close to the number of rows."""
        for rows in (25, 28):
            with self.subTest(rows=rows):
                status, counted = self.check(
                    lossless_bits(rows) - 1, scheme="int8", sign="twos",
                    array_rows=rows, arrays=64)
                self.assertGreater(sum(counted), 0)
                self.assertEqual(status, DIFFER)

    def test_lossless(self):
        """One bit more, and the same arrays are exact."""
        status, counted = self.check(lossless_bits(25), scheme="int8",
                                     sign="twos", array_rows=25, arrays=64)
        self.assertEqual((status, sum(counted)), (0, 0))

    def test_full_arrays(self):
        """128 rows: 8 bits are lossless; few inputs ever need 7."""
        for bits in (8, 7, 6, 5, 4, 2, 1):
            with self.subTest(bits=bits):
                status, counted = self.check(bits, count=4)
                if bits >= 7:
                    self.assertEqual((status, sum(counted)), (0, 0))
                if bits <= 4:
                    self.assertEqual(status, DIFFER)
                    self.assertGreater(sum(counted), 0)

    def test_shifts_and_dense_planes(self):
        for scheme, sign, bits in (("sme3", "twos", 4), ("sme0", "pair", 4),
                                   ("sme1", "twos", 3), ("int8", "twos", 5)):
            with self.subTest(scheme=scheme, sign=sign, bits=bits):
                _, counted = self.check(bits, 4, scheme, sign)
                self.assertGreater(sum(counted), 0)

    def test_cells_of_several_bits(self):
        for cells, sign, bits in ((2, "twos", 5), (2, "pair", 4),
                                  (4, "twos", 6), (4, "twos", 3)):
            with self.subTest(cells=cells, sign=sign, bits=bits):
                _, counted = self.check(bits, 4, "sme2", sign, cells)
                self.assertGreater(sum(counted), 0)

    def test_eval_agrees(self):
        """`sqz eval` on imperfect crossbars gives the platform's logits."""
        count = 8
        for scheme, sign, bits in (("sme3", "twos", 4), ("int8", "pair", 3),
                                   ("trunc3", "pair", 4), ("sme2", "pair", 2)):
            with self.subTest(scheme=scheme, sign=sign, bits=bits):
                self.run_image(self.map("lenet5", scheme, sign), "--logits",
                               e2e.path("logits"), count=count, status=DIFFER,
                               settings={"tile.adc_bits": bits,
                                         "tile.adc_law": "linear"})
                self.sqz("eval", e2e.network("lenet5"), "--schemes", scheme,
                         "--sign", sign, "--adc-bits", bits, "--images", count,
                         "--dump-logits", e2e.path("evaluated"))
                ran, evaluated = (
                    [line.split()[skip:] for line in
                     e2e.read(e2e.path(name), "r").splitlines()]
                    for name, skip in (("logits", 2), ("evaluated", 1)))
                self.assertEqual(len(ran), count)
                self.assertEqual(ran, evaluated)

    def test_same_on_baseline_kernels(self):
        image = self.map("lenet5")
        runs = []
        for level in ({}, {"SQZ_CPU": "baseline"}):
            _, report = self.run_image(
                image, "--logits", e2e.path("logits"), status=DIFFER,
                settings={"tile.adc_bits": 4}, **level)
            runs.append((report, e2e.read(e2e.path("logits"))))
        self.assertEqual(runs[0], runs[1])


if __name__ == "__main__":
    e2e.main()
