#!/usr/bin/python3
"""What the commands of sqz trace tell of real runs."""

import collections
import csv
import io
import json
import os
import shutil

import e2e

LAYER_RESOURCES = (
    "array_read_ps", "adc_ps", "vector_ps", "buffer_full_ps", "dram_ps",
    "noc_wait_ps", "programming_ps", "driver_ps", "control_ps", "idle_ps")


class Tools(e2e.Case):
    def traced(self, level, name="trace", count=2, **more):
        """(the trace, the report) of LeNet-5"""
        name = e2e.path(name)
        _, report = self.run_image(self.map("lenet5"), "--trace", name,
                                   "--trace-level", level, count=count,
                                   **more)
        return name, report

    def rows(self, *words):
        text = self.sqz("trace", *words, "--csv").out
        return list(csv.DictReader(io.StringIO(text)))

    def test_layers(self):
        """Every picosecond is charged once."""
        name, report = self.traced("tiles")
        rows = self.rows("layers", name)
        for row in rows:
            self.assertEqual(sum(int(row[r]) for r in LAYER_RESOURCES),
                             int(row["total_ps"]), row)
        self.assertEqual([row["name"] for row in rows[:-1]],
                         [layer["name"] for layer in report["layers"]])
        for row, layer in zip(rows, report["layers"]):
            self.assertEqual(int(row["total_ps"]), layer["time_ps"])
        # One image after the other: layers do not overlap.
        self.assertEqual(sum(int(row["total_ps"]) for row in rows),
                         report["simulated_ps"])
        self.assertEqual(rows[-1]["kind"], "outside")
        self.assertEqual(int(rows[-1]["programming_ps"]),
                         report["programming"]["time_ps"])
        # One tile after the other or all at once: passes take this long.
        convolution = rows[0]
        self.assertGreater(int(convolution["array_read_ps"]),
                           0.99 * int(convolution["total_ps"]))
        self.assertEqual(int(convolution["adc_ps"]), 0)
        self.assertGreater(int(rows[1]["vector_ps"]), 0)

    def test_layers_split_passes(self):
        """Each input bit of 100 ns, and 120 bit lines of 1.5 ns."""
        name, _ = self.traced("tiles", count=1,
                              settings={"tile.adc_conversion_ns": 1.5})
        row = self.rows("layers", name)[4]
        reads, adc = int(row["array_read_ps"]), int(row["adc_ps"])
        self.assertEqual(row["name"], "/7/Gemm")
        self.assertAlmostEqual(reads / (reads + adc), 100 / 180, places=6)

    def test_layers_one_image(self):
        name, _ = self.traced("tiles")
        whole = self.rows("layers", name)[:-1]
        parts = [self.rows("layers", name, "--image", i) for i in range(2)]
        for column in ("total_ps", *LAYER_RESOURCES):
            for row, one, two in zip(whole, *parts):
                self.assertLessEqual(
                    abs(int(row[column]) - int(one[column]) -
                        int(two[column])), 1, column)

    def test_links(self):
        """All links together carried what the report says."""
        name, report = self.traced("tiles")
        rows = self.rows("links", name)
        between = [row for row in rows if not row["link"].startswith("local")]
        local = [row for row in rows if row["link"].startswith("local")]
        flits = lambda some: sum(int(row["flits"]) for row in some)
        self.assertEqual(flits(local), report["noc"]["flits"])
        self.assertEqual(flits(local) + flits(between),
                         report["noc"]["flit_hops"])
        for row in rows:
            self.assertEqual(int(row["bytes"]), 16 * int(row["flits"]))
        text = self.sqz("trace", "links", "--top", 3, name).out
        self.assertIn(f"and {len(rows) - 3} more\n", text)

    def test_flows(self):
        """Each packet counts once in each kind of group."""
        name, report = self.traced("packets")
        rows = self.rows("flows", name)
        for kind in ("type", "source", "destination", "flow"):
            some = [row for row in rows if row["by"] == kind]
            self.assertEqual(sum(int(row["packets"]) for row in some),
                             report["noc"]["packets"], kind)
        for row in rows:
            order = [int(row[column]) for column in
                     ("p50_ns", "p90_ns", "p99_ns", "max_ns")]
            self.assertEqual(order, sorted(order))
        self.assertIn("slowest packets\n", self.sqz(
            "trace", "flows", "--top", 2, name).out)

    def test_diff(self):
        one, before = self.traced("tiles", "one", count=1)
        two, after = self.traced("tiles", "two", count=1,
                                 settings={"tile.array_cycle_ns": 200})
        rows = self.rows("diff", one, two)
        run = rows[-1]
        self.assertEqual(run["kind"], "run")
        self.assertEqual((int(run["a"]), int(run["b"])),
                         (before["simulated_ps"], after["simulated_ps"]))
        found = {(row["name"], row["figure"]): row for row in rows}
        for first, second in zip(before["layers"], after["layers"]):
            row = found[first["name"], "time_ps"]
            self.assertEqual((int(row["a"]), int(row["b"])),
                             (first["time_ps"], second["time_ps"]))
            self.assertEqual(int(row["difference"]),
                             second["time_ps"] - first["time_ps"])
        reads = found["/0/Conv", "array_read_ps"]
        self.assertEqual(int(reads["b"]), 2 * int(reads["a"]))
        same = self.rows("diff", one, one)
        self.assertEqual({row["difference"] for row in same}, {"0"})

    def test_export_csv(self):
        """The same slices as the check counts."""
        name, _ = self.traced("packets")
        rows = self.exported("--csv", name)
        rows = list(csv.DictReader(io.StringIO(rows)))
        counts = collections.Counter(row["kind"] for row in rows)
        checked = self.sqz("trace", "check", name).out
        self.assertIn(f" {counts['slice']} slices ", checked)
        self.assertIn(f" {counts['instant']} instants,", checked)
        self.assertIn(f" {counts['counter']} counter values,", checked)
        for row in rows:
            self.assertLessEqual(int(row["begin_ns"]), int(row["end_ns"]))
        layers = [row for row in rows if row["category"] == "layer"]
        self.assertEqual(len(layers), 14)
        self.assertIn("macs=", layers[0]["args"])

    def exported(self, form, name):
        out = e2e.path("exported")
        self.sqz("trace", "export", form, name, "-o", out)
        text = e2e.read(out, "r")
        self.assertEqual(self.sqz("trace", "export", form, name).out, text)
        return text

    def test_export_chrome(self):
        """Slices nest on each thread, and flows begin before they end."""
        name, _ = self.traced("packets")
        events = json.loads(self.exported("--chrome", name))["traceEvents"]
        depths, times, flows = collections.Counter(), {}, set()
        for event in events:
            thread, phase = event["tid"], event["ph"]
            if phase in "BE":
                self.assertGreaterEqual(event["ts"], times.get(thread, 0))
                times[thread] = event["ts"]
                depths[thread] += 1 if phase == "B" else -1
                self.assertGreaterEqual(depths[thread], 0)
            elif phase == "s":
                flows.add(event["id"])
            elif phase in "tf":
                self.assertIn(event["id"], flows)
        self.assertEqual(set(depths.values()), {0})
        self.assertGreater(len(flows), 0)
        named = {event["tid"] for event in events if event["ph"] == "M"}
        self.assertLessEqual(set(depths), named)

    def test_export_vcd(self):
        """Time only goes on, and all codes are declared."""
        name, _ = self.traced("packets")
        text = self.exported("--vcd", name)
        head, body = text.split("$enddefinitions $end\n")
        codes = [line.split()[3] for line in head.splitlines()
                 if line.startswith("$var")]
        self.assertEqual(len(codes), len(set(codes)))
        self.assertEqual(head.count("$scope"), head.count("$upscope"))
        now, codes = -1, set(codes)
        for line in body.splitlines():
            if line[0] == "#":
                self.assertGreaterEqual(int(line[1:]), max(now, 0))
                now = int(line[1:])
            elif line[0] in "bs":
                self.assertIn(line.split(" ")[1], codes)
            elif line[0] == "1":
                self.assertIn(line[1:], codes)
            else:
                self.assertIn(line, ("$dumpvars", "$end"))
        self.assertGreater(now, 0)
        if shutil.which("vcd2fst"):
            self.command("vcd2fst", e2e.path("exported"), e2e.path("fst"))
            self.assertGreater(os.path.getsize(e2e.path("fst")), 1000)

    def test_layers_need_tiles(self):
        name, _ = self.traced("layers")
        result = self.sqz("trace", "layers", name, status=1)
        self.assertEqual(result.err, f"sqz trace: {name}: holds no work of "
                         "tiles; trace the run with --trace-level tiles or "
                         "packets\n")


if __name__ == "__main__":
    e2e.main()
