#!/usr/bin/python3
"""The same inputs give the same bytes, whatever the processor can do."""

import os

import e2e

BASELINE = {"SQZ_CPU": "baseline"}


class Repeat(e2e.Case):
    def outputs(self, name, run, level="tiles", folder=None, **environment):
        """Maps and runs; the bytes of image, report, trace and logits."""
        folder = folder or e2e.scratch
        image = os.path.join(folder, f"{run}.sqz")
        files = {kind: os.path.join(folder, f"{run}.{kind}")
                 for kind in ("report", "trace", "logits")}
        self.sqz("map", e2e.network(name), "--config", e2e.CONFIG, "--quiet",
                 "-o", image, **environment)
        options = [word for kind, file in files.items()
                   for word in ("--" + kind, file)]
        result = self.sqz("run", image, "--config", e2e.CONFIG, "--count", 3,
                          "--trace-level", level, *options, **environment)
        content = {kind: e2e.read(file) for kind, file in files.items()}
        return {**content, "image": e2e.read(image), "uart": result.out}

    def assert_same(self, one, other):
        for kind in one:
            self.assertGreater(len(one[kind]), 0, kind)
            self.assertTrue(one[kind] == other[kind], kind + " differs")

    def test_again(self):
        for name in e2e.NETWORKS:
            with self.subTest(network=name):
                self.assert_same(self.outputs(name, "first"),
                                 self.outputs(name, "second"))

    def test_baseline_kernels(self):
        for name in e2e.NETWORKS:
            with self.subTest(network=name):
                self.assert_same(self.outputs(name, "best"),
                                 self.outputs(name, "base", **BASELINE))

    def test_elsewhere(self):
        """No folder, date or time zone in the files."""
        folder = e2e.path("other folder")
        os.mkdir(folder)
        self.assert_same(
            self.outputs("lenet5", "here", "packets"),
            self.outputs("lenet5", "there", "packets", folder,
                         TZ="Asia/Tokyo", LC_ALL="C", HOME=folder))

    def test_no_paths(self):
        content = self.outputs("lenet5", "paths")
        for kind in ("image", "report", "logits"):
            for word in (e2e.scratch, e2e.SOURCE, e2e.BUILD):
                self.assertFalse(word.encode() in content[kind],
                                 f"{word} stands in the {kind}")

    def test_trace_changes_nothing(self):
        """What is watched runs as what is not."""
        image = self.map("lenet5")
        _, plain = self.run_image(image, count=2)
        for level in ("layers", "tiles", "packets"):
            with self.subTest(level=level):
                _, traced = self.run_image(image, "--trace", e2e.path("t"),
                                           "--trace-level", level, count=2)
                self.assertEqual(plain, traced)


if __name__ == "__main__":
    e2e.main()
