#!/usr/bin/python3
"""All 10,000 test images: INT8 within 0.3 points of float, and the table of
docs/accuracy.md is what `sqz eval` prints."""

import csv
import re

import e2e

DOCUMENT = "docs/accuracy.md"
COLUMNS = {"lenet5": 2, "resnet8": 5}  # of the arrays; top-1 follows


class Accuracy(e2e.Case):
    def evaluate(self, name):
        table = e2e.path(name + ".csv")
        self.sqz("eval", e2e.network(name), "--csv", table)
        with open(table, newline="") as file:
            return {row["scheme"]: row for row in csv.DictReader(file)}

    def documented(self, name):
        """{scheme: (arrays, top-1)} of the page's first table."""
        text = e2e.read(f"{e2e.SOURCE}/{DOCUMENT}", "r")
        rows = {}
        for line in text.splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if len(cells) >= 8 and re.fullmatch(r"float|(int|sme|trunc)\d",
                                                cells[0]):
                first = COLUMNS[name]
                rows.setdefault(cells[0], (cells[first], cells[first + 1]))
        return rows

    def check_network(self, name):
        rows = self.evaluate(name)
        drop = float(rows["float"]["top1_percent"]) - float(rows["int8"]["top1_percent"])
        self.assertLessEqual(drop, 0.3)
        for scheme, (arrays, top1) in self.documented(name).items():
            with self.subTest(network=name, scheme=scheme):
                self.assertEqual(f'{float(rows[scheme]["top1_percent"]):.2f}', top1)
                if scheme != "float":
                    self.assertEqual(rows[scheme]["arrays"], arrays)

    def test_lenet5(self):
        self.check_network("lenet5")

    def test_resnet8(self):
        self.check_network("resnet8")


if __name__ == "__main__":
    e2e.main()
