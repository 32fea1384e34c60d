#!/usr/bin/python3
"""Traces of real runs are sound, and tell exactly what the report tells."""

import csv
import io
import os

import e2e

LEVELS = ("layers", "tiles", "packets")
# Column of the trace's table: the report's figure.
SAME = {
    "total_ps": lambda layer: layer["time_ps"],
    "crossbars": lambda layer: layer["crossbars"],
    "macs": lambda layer: layer["macs"] * layer["runs"],
    "runs": lambda layer: layer["runs"],
    "array_reads": lambda layer: layer["array_reads"],
    "adc_conversions": lambda layer: layer["adc_conversions"],
    "adc_saturations": lambda layer: layer["adc_saturations"],
    "input_cycles": lambda layer: layer["input_cycles"],
    "noc_bytes": lambda layer: layer["noc"]["bytes"],
    "energy_fj": lambda layer: layer["energy_fj"]["total"],
}


class Trace(e2e.Case):
    def traced(self, image, level, *words, **more):
        """(report, rows of the trace's table by kind)"""
        name = e2e.path("trace")
        _, report = self.run_image(image, "--trace", name, "--trace-level",
                                   level, *words, **more)
        self.assertFalse(os.path.exists(name + ".part"))
        checked = self.sqz("trace", "check", name)
        self.assertTrue(checked.out.endswith("no problems\n"), checked.out)
        return report, self.table(name)

    def table(self, name, *words):
        text = self.sqz("trace", "summary", "--csv", *words, name).out
        rows = {"layer": [], "phase": []}
        for row in csv.DictReader(io.StringIO(text)):
            rows[row["kind"]].append(row)
        return rows

    def assert_agree(self, report, rows):
        self.assertEqual([row["name"] for row in rows["layer"]],
                         [layer["name"] for layer in report["layers"]])
        for row, layer in zip(rows["layer"], report["layers"]):
            for column, figure in SAME.items():
                self.assertEqual(int(row[column]), figure(layer),
                                 f"{column} of {layer['name']}")
        phases = {row["name"]: int(row["total_ps"]) for row in rows["phase"]}
        self.assertEqual(phases["boot"], report["boot_ps"])
        self.assertEqual(sum(phases.values()) - phases["boot"],
                         report["programming"]["time_ps"])

    def test_levels(self):
        for name in e2e.NETWORKS:
            sizes = []
            for level in LEVELS:
                with self.subTest(network=name, level=level):
                    report, rows = self.traced(self.map(name), level, count=2)
                    self.assert_agree(report, rows)
                    sizes.append(os.path.getsize(e2e.path("trace")))
            self.assertEqual(sizes, sorted(sizes))
            self.assertLess(2 * sizes[0], sizes[-1])

    def test_off(self):
        self.run_image(self.map("lenet5"), "--trace", e2e.path("none"),
                       "--trace-level", "off", count=1)
        self.assertFalse(os.path.exists(e2e.path("none")))

    def test_saturations(self):
        """Figures that are zero by default, too."""
        report, rows = self.traced(
            self.map("lenet5"), "tiles", count=2, status=3,
            settings={"tile.adc_bits": 4})
        self.assertGreater(sum(layer["adc_saturations"]
                               for layer in report["layers"]), 0)
        self.assert_agree(report, rows)

    def test_other_chips(self):
        """Partial sums, DRAM, several classes of packets in many VCs."""
        for settings in ({"tile.arrays": 12, "chip.buffers": 1,
                          "buffer.kib": 1}, {"noc.vcs": 10}):
            with self.subTest(settings=settings):
                image = self.map("lenet5", settings=settings)
                report, rows = self.traced(image, "packets", count=2,
                                           settings=settings)
                self.assert_agree(report, rows)

    def test_other_firmware(self):
        """Aborted runs leave a sound trace as well."""
        for name, status in (("timeout", 0), ("board", 3), ("fault", 32),
                             ("hello", 3)):
            with self.subTest(firmware=name):
                self.traced(self.map("lenet5"), "packets", "--firmware",
                            e2e.firmware(name), count=1, status=status)

    def test_images_add_up(self):
        """The tables of single images are the table of all."""
        count = 3
        _, rows = self.traced(self.map("lenet5"), "tiles", count=count)
        parts = [self.table(e2e.path("trace"), "--image", i)["layer"]
                 for i in range(count)]
        for column in SAME:
            if column == "crossbars":
                continue
            for index, row in enumerate(rows["layer"]):
                self.assertEqual(
                    int(row[column]),
                    sum(int(part[index][column]) for part in parts), column)

    def test_in_flight(self):
        """Layers of several pictures overlap, in rounds, too; each slice
        names its own picture."""
        count = 4
        small = {"noc.width": 5, "noc.height": 3}
        cases = [({"place.contexts": 3}, {})]
        if not e2e.QUICK:
            cases.append(({**small, "place.contexts": 3,
                           "place.rounds": "double"}, small))
        for mapping, settings in cases:
            with self.subTest(mapping=mapping):
                image = self.map(e2e.NETWORKS[-1], settings=mapping)
                report, rows = self.traced(
                    image, "tiles", "--in-flight", 3, count=count,
                    settings=settings)
                self.assert_agree(report, rows)
                for i in range(count):
                    part = self.table(e2e.path("trace"), "--image", i)
                    self.assertEqual([row["runs"] for row in part["layer"]],
                                     ["1"] * len(report["layers"]))

    def test_report_adds_up(self):
        """Bytes and energy of the parts are those of the whole."""
        for name in e2e.NETWORKS:
            _, report = self.run_image(self.map(name), count=2)
            parts = [*report["layers"], report["programming"],
                     report["other"]]
            for key in ("packets", "flits", "flit_hops", "bytes"):
                self.assertEqual(report["noc"][key],
                                 sum(part["noc"][key] for part in parts), key)
            for component, whole in report["energy_fj"].items():
                if component not in ("dram", "total"):
                    self.assertEqual(
                        whole, sum(part["energy_fj"][component]
                                   for part in parts), component)
            self.assertEqual(
                report["energy_fj"]["total"],
                sum(value for component, value in report["energy_fj"].items()
                    if component != "total"))

    def test_cut_run(self):
        """The file of a run that gave up is kept, and can be read."""
        name = e2e.path("cut")
        result = self.sqz("run", self.map("lenet5"), "--config", e2e.CONFIG,
                          "--limit-ms", 5, "--trace", name, status=1)
        self.assertEqual(result.err, "sqz run: the firmware did not end "
                         "within --limit-ms; the trace so far is in "
                         f"{name}.part\n")
        self.assertFalse(os.path.exists(name))
        checked = self.sqz("trace", "check", name + ".part")
        self.assertIn("no problems\n", checked.out)
        rows = self.table(name + ".part")["layer"]
        # The layer that was running has no figures.
        self.assertEqual(len([row for row in rows if row["layer"]]), 7)


if __name__ == "__main__":
    e2e.main()
