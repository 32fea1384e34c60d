#!/usr/bin/python3
"""Study files: every point is run, and the tables say what the reports say."""

import csv
import sys

import e2e

RUN = e2e.SOURCE + "/configs/studies/run.py"
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


class Study(e2e.Case):
    def study(self, text, **more):
        return self.command(sys.executable, "-B", RUN,
                            e2e.write("small.cfg", text), "--sqz", e2e.SQZ,
                            "--output", e2e.scratch, **more)

    def rows(self):
        with open(e2e.path("small.csv"), newline="") as file:
            return list(csv.DictReader(file))

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


if __name__ == "__main__":
    e2e.main()
