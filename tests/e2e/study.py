#!/usr/bin/python3
"""Study files: every point is run, and the tables say what the reports say."""

import csv
import sys

import e2e

RUN = e2e.SOURCE + "/configs/studies/run.py"
SCALE = e2e.SOURCE + "/configs/studies/scale.py"
SMALL = """# A comment with { and "quotes
network = "configs/networks/lenet5.onnx"; config: "configs/default.cfg",
scheme = "sme2"; images = 1; /* more
of it */
groups = (
  { name = "links"; set = ["noc.vcs=6"]; // fixed
    vary = ( { keys = ["noc.flit_bytes"]; values = [2, 16]; },
             { keys = ["place.policy"]; values = ["distance", "rows"] } ); },
  { name = "mesh"; set = [];
    vary = ( { keys = ["noc.width", "noc.height"]; values = [6]; } ); }
);
"""
LARGE = """network = "configs/networks/lenet5.onnx";
config = "configs/default.cfg"; scheme = "sme2"; warm = 1; images = 2;
groups = ( { name = "cells"; set = ["--sign=twos"];
             vary = ( { keys = ["--cells"]; values = [1, 2]; },
                      { keys = ["tile.adc_bits"]; values = [9]; } ); },
           { name = "both"; set = ["--calibrate=4", "controller.rings=6"];
             vary = ( { keys = ["place.contexts", "--in-flight", "warm"];
                        values = [2]; } ); } );
"""
# Of a tile of default.cfg with 9-bit ADCs, all arrays reading: 24 arrays of
# 16 x 1.875 pJ and 128 x .391 pJ in 100 ns, (1.97 + .039) pJ in .781 ns.
PEAK_MW = 24 * ((16 * 1.875 + 128 * 0.391) / 100 + 2.009 / 0.781) + 27.7
TILES = 64 - 2 - 2 - 4


class Script(e2e.Case):
    def study(self, text, **more):
        return self.command(sys.executable, "-B", self.script,
                            e2e.write("small.cfg", text), "--sqz", e2e.SQZ,
                            "--output", e2e.scratch, **more)

    def rows(self):
        with open(e2e.path("small.csv"), newline="") as file:
            return list(csv.DictReader(file))


class Study(Script):
    script = RUN

    def test_points(self):
        self.study(SMALL)
        rows = self.rows()
        self.assertEqual(
            [(row["group"], row["settings"]) for row in rows],
            [("links", "noc.flit_bytes=2 place.policy=distance"),
             ("links", "noc.flit_bytes=2 place.policy=rows"),
             ("links", "noc.flit_bytes=16 place.policy=distance"),
             ("links", "noc.flit_bytes=16 place.policy=rows"),
             ("mesh", "noc.width=6 noc.height=6")])
        near, rows_ = float(rows[2]["hops"]), float(rows[3]["hops"])
        self.assertLess(near, rows_)
        self.assertGreater(float(rows[0]["busiest_percent"]),
                           4 * float(rows[2]["busiest_percent"]))

    def test_figures(self):
        """The second image's time, and what it adds to the bytes."""
        self.study(SMALL)
        settings = {"noc.vcs": 6, "noc.flit_bytes": 2}
        image = self.map("lenet5")
        _, one = self.run_image(image, count=1, settings=settings)
        _, two = self.run_image(image, count=2, settings=settings)
        row = self.rows()[0]
        self.assertEqual(float(row["time_us"]),
                         round(two["images"][1]["time_ps"] / 1e6, 1))
        self.assertEqual(
            float(row["noc_kib"]),
            round((two["noc"]["bytes"] - one["noc"]["bytes"]) / 1024, 1))
        self.assertEqual(
            int(row["lost_arbitration"]),
            two["noc"]["stalls"]["lost_arbitration"] -
            one["noc"]["stalls"]["lost_arbitration"])

    def test_bad_files(self):
        for text, reason in (
                (SMALL.replace("scheme", "schema"), "scheme is missing"),
                (SMALL.replace('"sme2"', "{"), "where"),
                (SMALL.replace('= 1;', "= one;"), "one is no value"),
                (SMALL.replace("noc.vcs=6", "noc.vcs=4"), "at least 5"),
                ("network = ?", "cannot read: ?"), ("", "is missing")):
            with self.subTest(reason=reason):
                result = self.study(text, status=1)
                self.assertIn(reason, result.err)
                self.assertNotIn("Traceback", result.err)


class Scale(Script):
    script = SCALE

    def test_figures(self):
        self.study(LARGE)
        narrow, wide, both = self.rows()
        self.assertLess(float(both["time_ms"]), 0.9 * float(wide["time_ms"]))
        self.assertGreater(float(both["latency_ms"]), float(both["time_ms"]))
        self.assertGreater(int(narrow["used"]), int(wide["used"]))
        reports = [self.run_image(
            self.map("lenet5", sign="twos", settings={"tile.adc_bits": 9}),
            count=count, settings={"tile.adc_bits": 9})[1]
            for count in (1, 3)]

        def each(of):
            return (of(reports[1]) - of(reports[0])) / 2

        seconds = each(lambda r: r["simulated_ps"]) / 1e12
        joules = each(lambda r: r["energy_fj"]["total"]) / 1e15
        macs = sum(layer["macs"] for layer in reports[0]["layers"])
        tile = sum(each(lambda r, k=k: r["energy_fj"][k]) for k in (
            "array", "dac", "adc", "shift_add", "edram", "bus")) / 1e15
        static = joules - 0.3 * tile + 0.3 * seconds * TILES * PEAK_MW / 1000
        for key, value in (
                ("time_ms", 1000 * seconds), ("energy_mj", 1000 * joules),
                ("watt", joules / seconds), ("images_s", 1 / seconds),
                ("tops_w", 2e-12 * macs / joules), ("tiles", TILES),
                ("static_mj", 1000 * static), ("rows", 0), ("wear", 0),
                ("load_ms", reports[0]["programming"]["time_ps"] / 1e9)):
            with self.subTest(figure=key):
                digits = len(narrow[key].partition(".")[2])
                self.assertAlmostEqual(float(narrow[key]), value,
                                       delta=0.51 * 10 ** -digits)


if __name__ == "__main__":
    e2e.main()
