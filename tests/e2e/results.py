#!/usr/bin/python3
"""The command behind docs/results.md, on LeNet-5 and a few images: every table
is whole, a second time nothing is done again, and the page is the same."""

import os
import re

import e2e

RESULTS = e2e.SOURCE + "/configs/studies/results.py"
PARTS = ["Summary", "Accuracy of the integer networks",
         "Crossbars as they are",
         "Crossbars, time and energy against every baseline",
         "Column similarity"]


def tables(text):
    """Lists of rows, each a list of cells."""
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        yield [[cell.strip() for cell in line.strip("|").split("|")]
               for line in block.splitlines()]


class Results(e2e.Case):
    def study(self, *words, status=0):
        return self.command(
            "/usr/bin/python3", "-B", RESULTS, "--sqz", e2e.SQZ, "--folder",
            e2e.path("points"), "--out", e2e.path("page.md"), "--threads", 1,
            *words, status=status)

    def test_page(self):
        first = self.study("--quick")
        text = e2e.read(e2e.path("page.md"), "r")
        self.assertEqual(re.findall(r"^## (.*)$", text, re.MULTILINE), PARTS)
        found = list(tables(text))
        self.assertGreater(len(found), 10)
        for rows in found:
            with self.subTest(table=rows[0]):
                self.assertGreater(len(rows), 2)
                self.assertEqual({len(row) for row in rows}, {len(rows[0])})
        self.assertIn("+ sqz eval", first.err)
        again = self.study("--quick")
        self.assertNotIn("+ sqz", again.err)
        self.assertEqual(e2e.read(e2e.path("page.md"), "r"), text)
        self.check_accuracy(found[0])

    def check_accuracy(self, rows):
        """The first table has what `sqz eval` says of one scheme."""
        self.sqz("eval", e2e.network("lenet5"), "--images", 20, "--schemes",
                 "sme2", "--csv", e2e.path("eval.csv"))
        line = e2e.read(e2e.path("eval.csv"), "r").splitlines()[-1].split(",")
        row = next(row for row in rows if row[1] == "sme2")
        self.assertEqual([row[2], row[3], row[4]], line[1:4])

    def test_missing_networks(self):
        done = self.study("--networks", e2e.scratch, "--only", "resnet20",
                          status=1)
        self.assertIn("resnet20.onnx is missing", done.err)
        self.assertEqual(done.err.splitlines()[-1], "results: no networks")
        self.assertFalse(os.path.exists(e2e.path("other.md")))

    def test_wrong_words(self):
        for words in (["--only", "vgg"], ["--parts", "all"]):
            with self.subTest(words=words):
                done = self.study(*words, status=1)
                self.assertRegex(done.err, r"^results: .* is none of .*\n$")


if __name__ == "__main__":
    e2e.main()
