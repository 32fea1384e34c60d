#!/usr/bin/python3
"""sqz similarity: its CSV adds up, agrees with images, and never takes more
energy than skipping rows."""

import csv
import os

import e2e
from sqzimage import Image

CONFIG = os.path.join(e2e.SOURCE, "configs/ou.cfg")
LAYOUTS = ["ou", "sre", "duplicates", "column", "chosen"]
SUMS = ["ous", "time_ns", "time_unlimited_ns", "energy_pj", "index_pj",
        "index_bits", "weight_bits", "arrays", "accumulators"]


class Similarity(e2e.Case):
    def figures(self, name, *words, settings=()):
        """{(prune, layer, layout): line} and the file's bytes"""
        path = e2e.path("similarity.csv")
        self.sqz("similarity", e2e.network(name), "--config", CONFIG, "--csv",
                 path, *e2e.overrides(settings), *words)
        with open(path, newline="") as file:
            lines = {(line["prune"], line["layer"], line["layout"]): line
                     for line in csv.DictReader(file)}
        return lines, e2e.read(path)

    def test_adds_up(self):
        for name in e2e.NETWORKS:
            lines, _ = self.figures(name, "--shares", "0,0.5,0.9:rows")
            layers = {layer for _, layer, _ in lines} - {"total"}
            for prune in ("0", "0.5", "0.9"):
                for layout in LAYOUTS:
                    for key in SUMS:
                        total = float(lines[prune, "total", layout][key])
                        self.assertAlmostEqual(
                            total, sum(float(lines[prune, layer, layout][key])
                                       for layer in layers),
                            delta=0.01 + 1e-9 * total)

    def test_never_worse(self):
        for objective in ("crossbars", "time", "energy"):
            lines, _ = self.figures(e2e.NETWORKS[-1], "--objective", objective,
                                    "--shares", "0,0.7,0.9")
            key = {"crossbars": "ous", "time": "time_ns",
                   "energy": "energy_pj"}[objective]
            for (prune, layer, layout), line in lines.items():
                if layout != "chosen":
                    continue
                sre = lines[prune, layer, "sre"]
                for figure in {key, "energy_pj"}:
                    self.assertLessEqual(float(line[figure]),
                                         float(sre[figure]), line)
                self.assertEqual(bool(line["reason"]), layer != "total")

    def test_agrees_with_images(self):
        """Without complements an image holds the OUs that are counted."""
        for layout in ("ou", "sre", "duplicates", "column"):
            lines, _ = self.figures("lenet5", "--shares", "0",
                                    "--no-complements")
            image = e2e.path("similarity.sqz")
            self.sqz("map", e2e.network("lenet5"), "--config", CONFIG,
                     "--scheme", "int8", "--layout", layout, "--quiet",
                     "--no-complements", "-c", 16, "-o", image)
            data = Image(image)
            found = sum(ous for step in data.crossbar_steps()
                        for _, ous, _ in step.units(data.data))
            self.assertEqual(int(lines["0", "total", layout]["ous"]), found)

    def test_threads_do_not_matter(self):
        name = e2e.NETWORKS[-1]
        _, one = self.figures(name, "--threads", 1, "--shares", "0.5")
        _, three = self.figures(name, "--threads", 3, "--shares", "0.5")
        self.assertEqual(one, three)

    def test_ports(self):
        few, _ = self.figures("lenet5", "--shares", "0",
                              settings={"tile.sa_ports": 1})
        any_number, _ = self.figures("lenet5", "--shares", "0",
                                     settings={"tile.sa_ports": 0})
        total = ("0", "total", "column")
        self.assertEqual(any_number[total]["time_ns"],
                         any_number[total]["time_unlimited_ns"])
        self.assertLess(float(any_number[total]["time_ns"]),
                        float(few[total]["time_ns"]))

    def test_bad_input(self):
        path = e2e.path("none.csv")
        for words, reason in (
                (["--shares", "1.5"], "1.5"),
                (["--set", "tile.ou_columns=200"], "does not fit"),
                (["--csv", e2e.path("no/such/folder.csv")], "folder")):
            with self.subTest(words=words):
                result = self.sqz("similarity", e2e.network("lenet5"),
                                  "--config", CONFIG, "--csv", path, *words,
                                  status=1)
                self.assertEqual(result.err.count("\n"), 1, result.err)
                self.assertIn(reason, result.err)
                self.assertFalse(os.path.exists(path))


if __name__ == "__main__":
    e2e.main()
