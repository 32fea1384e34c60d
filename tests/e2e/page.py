#!/usr/bin/python3
"""The page of `sqz trace report` in headless Chromium: it asks no network,
draws, follows slider and keys, fits a phone, and is small and quick."""

import json
import os
import shutil
import subprocess
import sys

import e2e

PAGE = e2e.BUILD + "/traces/page/page.html"
MOST_BYTES = 10e6
MOST_MS = 3000
BROWSER = "/usr/bin/chromium"
NODE = shutil.which("node") or shutil.which("nodejs")


class Case(e2e.Case):
    def traced(self, image, name, *words, **more):
        """The words of `trace report` for a run, and its report."""
        trace, settings = e2e.path(name + ".pftrace"), name + ".cfg"
        _, report = self.run_image(image, "--trace", trace, "--trace-level",
                                   "tiles", *words, **more)
        report_file = e2e.write(name + ".json", json.dumps(report))
        dump = self.sqz("run", "--config", self.config, "--dump-config").out
        return [trace, "--report", report_file, "--settings",
                e2e.write(settings, dump)], report

    def page(self, *words):
        """The written page, and what Chromium made of it."""
        page = e2e.path("page.html")
        self.sqz("trace", "report", *words, "-o", page)
        self.assertLess(os.path.getsize(page), MOST_BYTES)
        script = os.path.join(e2e.SOURCE, "tests/e2e/page.mjs")
        done = subprocess.run([NODE, script, e2e.BUILD, page],
                              capture_output=True, text=True,
                              timeout=e2e.TIMEOUT_S)
        if done.returncode == e2e.SKIPPED:
            print(done.stdout)
            sys.exit(e2e.SKIPPED)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return page, json.loads(done.stdout)

    def assert_sound(self, told, layers):
        self.assertEqual(told["messages"], [])
        self.assertEqual(told["requests"], [])
        # The better of two, as other tests run beside this one.
        self.assertLess(min(view["ms"] for view in told["views"]), MOST_MS)
        for view in told["views"]:
            with self.subTest(width=view["width"]):
                self.assert_view(view, layers)

    def assert_view(self, view, layers):
        self.assertLessEqual(view["overflow"], 0)
        self.assertTrue(view["charts"])
        self.assertGreater(min(view["charts"]), 2)
        names = [f"{i} {name}" for i, name in enumerate(layers)]
        self.assertEqual([row.split(" 1/")[0] for row in view["rows"]],
                         names)
        self.assertNotEqual(view["sorted"], view["rows"])
        self.assertEqual(sorted(view["sorted"]), sorted(view["rows"]))
        self.assertGreater(view["settings"], 20)
        # Slider: both ends and between, by keys and by the pointer.
        bins = [one["bin"] for one in view["meshes"]]
        self.assertEqual(bins[0], 0)
        self.assertEqual(bins[1], max(bins))
        self.assertLess(bins[3], bins[1])
        self.assertGreaterEqual(view["pictures"], 3)
        self.assertGreater(max(one["busy"] for one in view["meshes"]), 0)
        self.assertGreaterEqual(
            len({one["told"] for one in view["meshes"]}), 3)
        # Timeline: drawn, and other pixels after zooming and moving.
        sums = [one["sum"] for one in view["canvases"]]
        self.assertGreater(view["canvases"][0]["colours"], 8)
        for i in (1, 2, 3, 4, 5, 6):
            self.assertNotEqual(sums[i], sums[i - 1], i)


class Page(Case):
    def test_run(self):
        words, report = self.traced(self.map(e2e.NETWORKS[-1]), "one",
                                    count=2)
        page, told = self.page(*words)
        self.assert_sound(told,
                          [layer["name"] for layer in report["layers"]])
        self.assertNotIn("compare", told["views"][0]["sections"])
        self.assertEqual(
            [[int(cell) for cell in row[1:3] + row[4:]]
             for row in told["views"][0]["stored"]],
            [[layer[key] for key in ("crossbars", "crossbars_without_squeeze",
                                     "planes", "input_cycles_per_pass")]
             for layer in report["layers"] if layer["crossbars"]])
        first = e2e.read(page)
        self.page(*words)
        self.assertEqual(first, e2e.read(page), "same bytes")

    def test_two_runs(self):
        first, report = self.traced(self.map("lenet5"), "first", count=1)
        second, _ = self.traced(self.map("lenet5", scheme="sme0"), "second",
                                count=1)
        _, told = self.page(*first, *second)
        self.assertEqual(told["messages"] + told["requests"], [])
        view = told["views"][0]
        self.assertIn("compare", view["sections"])
        self.assertEqual(len(view["rows"]), 2 * len(report["layers"]))
        self.assertLessEqual(max(v["overflow"] for v in told["views"]), 0)

    def test_text_stays_text(self):
        """Settings that look like markup do not end the data."""
        words, _ = self.traced(self.map("lenet5"), "one", count=1)
        nasty = e2e.write("nasty.cfg",
                          "a = \"</script><script>alert(1)</script>\";\n"
                          "b = \"<!--<script>&amp;\";\n")
        page = e2e.path("nasty.html")
        self.sqz("trace", "report", words[0], "--settings", nasty, "-o", page)
        text = e2e.read(page, "r")
        self.assertEqual(text.count("alert(1)"), 1)
        self.assertIn("\\u003c/script\\u003e\\u003cscript\\u003ealert(1)", text)
        data = text.split('id="data">')[1].split("</script>")[0]
        self.assertEqual(json.loads(data)["runs"][0]["settings"],
                         e2e.read(nasty, "r"))

    def test_figures(self):
        """What the page holds is what the report says."""
        words, report = self.traced(self.map("lenet5"), "one", count=2)
        page = e2e.path("figures.html")
        self.sqz("trace", "report", words[0], "-o", page)
        text = e2e.read(page, "r")
        run = json.loads(
            text.split('id="data">')[1].split("</script>")[0])["runs"][0]
        self.assertEqual(run["end_ps"], report["simulated_ps"])
        for mine, layer in zip(run["layers"], report["layers"]):
            self.assertEqual(mine["time_ps"], layer["time_ps"])
            self.assertEqual(mine["energy_fj"], layer["energy_fj"]["total"])
            self.assertEqual(mine["array_busy_ps"], layer["array_busy_ps"])
        # Flits of each link, as far as whole numbers per 1000 tell.
        network, cycle_ns = run["network"], (
            report["simulated_ps"] / report["noc"]["cycles"] / 1000)
        flits = {(x["port"], x["x"], x["y"]): x["flits"]
                 for x in report["noc"]["links"]}
        most = max(flits, key=flits.get)
        shown = {(x["port"], x["x"], x["y"]):
                 sum(x["use"]) / 1000 * network["bin_ns"] / cycle_ns
                 for x in network["links"]}
        self.assertAlmostEqual(shown[most] / flits[most], 1, delta=0.1)

    def test_refuses(self):
        words, _ = self.traced(self.map("lenet5"), "one", count=1)
        page = e2e.path("none.html")
        for more in ([], ["-o", page, "--report", e2e.CONFIG],
                     ["-o", page, "--settings", "missing"],
                     ["-o", page, words[0], words[0]]):
            with self.subTest(more=more):
                result = self.sqz("trace", "report", words[0], *more,
                                  status=1)
                self.assertIn("sqz trace report: ", result.err)
                self.assertFalse(os.path.exists(page))

    def test_cut(self):
        """A trace that was cut still makes a page."""
        words, _ = self.traced(self.map("lenet5"), "many", count=12)
        data = e2e.read(words[0])
        cut = e2e.write("cut.pftrace", data[:len(data) * 2 // 3])
        _, told = self.page(cut, *words[1:])
        self.assertEqual(told["messages"], [])


def main():
    for needed, package in ((PAGE, "npm"), (BROWSER, "chromium"),
                            (NODE, "nodejs")):
        if not needed or not os.path.exists(needed):
            print(f"SKIP: {needed} is not there ({package})")
            sys.exit(e2e.SKIPPED)
    e2e.main()


if __name__ == "__main__":
    main()
