#!/usr/bin/python3
"""sqz sweep: every point is run once, and the table says what the reports say,
whatever went wrong on the way."""

import csv
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import time

import e2e

SOURCES = f'"network={e2e.network("lenet5")}", "config={e2e.CONFIG}"'
SMALL = """
set = [%s, "run --count=2"];
groups = (
  { name = "links";
    vary = ( { keys = ["noc.flit_bytes"]; values = [2, 16]; },
             { keys = ["place.policy"]; values = ["distance", "rows"]; } ); },
  { name = "mesh"; points = (
    { name = "small"; set = ["noc.width=6", "noc.height=6"]; },
    { name = "default"; set = ["noc.flit_bytes=16", "place.policy=rows"]; } ); }
);
columns = ( "simulated_ps", "config.noc.flit_bytes", "layers[*].time_ps", "images_exact",
            { name = "energy"; unit = "uj"; digits = 3;
              value = "energy_fj.total / 1e9"; } );
plots = ( { name = "time"; groups = ["links"]; x = "noc.flit_bytes";
            y = "simulated_ps"; },
          { name = "energy"; y = "energy"; } );
""" % SOURCES
STUDY_FILES = ("csv", "json", "md")
STUDIES = e2e.SOURCE + "/configs/studies/"

# Of a tile of default.cfg with 9-bit ADCs, all arrays reading: 24 arrays of
# 16 x 1.875 pJ and 128 x .391 pJ in 100 ns, (1.97 + .039) pJ in .781 ns.
PEAK_MW = 24 * ((16 * 1.875 + 128 * 0.391) / 100 + 2.009 / 0.781) + 27.7
TILES = 64 - 2 - 2 - 4

# As in traces/sweep/study_keys.c; noc.routing_table wants a file.
RUN_ONLY = re.compile(r"(cpu|mailbox|controller)\.\w+|noc\.(age_limit_cycles|"
                      r"credit_cycles|fidelity|link_cycles|monitors|"
                      r"queue_packets|routing|routing_delay|sw_alloc_delay|"
                      r"vc_alloc_delay|vc_depth|vcs)")
OTHER = {"noc.fidelity": "packet", "noc.monitors": "off", "noc.routing": "yx",
         "controller.copy_bytes": 128, "controller.rings": 12,
         "controller.in_flight": 100, "controller.copy_outstanding": 3}


class Sweep(e2e.Case):
    def sweep(self, text, *words, name="small", output=None, **more):
        study = e2e.write(name + ".cfg", text)
        output = e2e.path(output or self.id())
        return self.sqz("sweep", study, "--output", output, *words, **more)

    def table(self, output=None, name="small"):
        folder = e2e.path(output or self.id())
        with open(f"{folder}/{name}.csv", newline="") as file:
            return list(csv.DictReader(file))

    def files(self, output, pattern="points/*/report.*"):
        return sorted(glob.glob(e2e.path(output) + "/" + pattern))

    def times(self, output):
        return {name: os.stat(name).st_mtime_ns for name in self.files(output)}

    def test_table(self):
        done = self.sweep(SMALL)
        self.assertEqual(done.out, "6 points: 6 done, 0 failed, 0 open\n")
        self.assertEqual(done.err, "")
        rows = self.table()
        self.assertEqual(
            [(r["group"], r["name"], r["noc.flit_bytes"], r["place.policy"])
             for r in rows],
            [("links", "", "2", "distance"), ("links", "", "2", "rows"),
             ("links", "", "16", "distance"), ("links", "", "16", "rows"),
             ("mesh", "small", "", ""), ("mesh", "default", "", "")])
        settings = {"noc.flit_bytes": 2, "place.policy": "rows"}
        image = self.map("lenet5", settings=settings)
        _, report = self.run_image(image, count=2, settings=settings)
        self.assertEqual(int(rows[1]["simulated_ps"]), report["simulated_ps"])
        self.assertEqual([row["config.noc.flit_bytes"] for row in rows],
                         ["2", "2", "16", "16", "16", "16"])
        self.assertEqual(float(rows[1]["energy_uj"]),
                         round(report["energy_fj"]["total"] / 1e9, 3))
        for layer in report["layers"]:
            self.assertEqual(
                int(rows[1]["layers[*].time_ps " + layer["name"]]),
                layer["time_ps"])
        # Two points are the same.
        self.assertEqual(len(self.files(self.id())), 5)
        self.assertEqual({**rows[3], "point": 0, "group": 0, "name": 0,
                          "noc.flit_bytes": 0, "place.policy": 0},
                         {**rows[5], "point": 0, "group": 0, "name": 0,
                          "noc.flit_bytes": 0, "place.policy": 0})

    def test_shared_images(self):
        self.sweep(SMALL.replace("noc.flit_bytes", "noc.vc_depth"))
        self.assertEqual(len(self.files(self.id())), 5)
        self.assertEqual(len(self.files(self.id(), "images/*.sqz")), 3)

    def test_same_bytes(self):
        self.sweep(SMALL, "--jobs", 1, output="one")
        self.sweep(SMALL, "--jobs", 3, output="three")
        names = ["small." + ending for ending in STUDY_FILES]
        names += ["small-time.png", "small-energy.png"]
        for name in names:
            with self.subTest(name=name):
                self.assertEqual(e2e.read(e2e.path("one/" + name)),
                                 e2e.read(e2e.path("three/" + name)))
        page = e2e.read(e2e.path("one/small.md"), "r")
        for name in names[3:]:
            self.assertIn(f"![{name}]({name})", page)

    def test_resume(self):
        """Only what is missing or changed is run."""
        config = e2e.write("changing.cfg", e2e.read(e2e.CONFIG))
        text = SMALL.replace(e2e.CONFIG, config)
        self.sweep(text)
        before = self.times(self.id())
        table = self.table()
        self.sweep(text)
        self.assertEqual(self.times(self.id()), before)
        self.sweep(text.replace("[2, 16]", "[2, 32]"))
        after = self.times(self.id())
        self.assertEqual({name: after[name] for name in before}, before)
        self.assertEqual(len(after), len(before) + 2)
        shutil.rmtree(os.path.dirname(next(iter(before))))
        self.sweep(text)
        now = self.times(self.id())
        self.assertEqual(len([name for name in now
                              if now[name] != after[name]]), 1)
        self.assertEqual(self.table(), table)
        e2e.write("changing.cfg", e2e.read(e2e.CONFIG) + b"\n# changed\n")
        self.sweep(text)
        self.assertEqual(len(self.files(self.id())), len(after) + 5)

    def test_failed(self):
        bad = SMALL.replace("[2, 16]", "[2, 0, 16]")
        done = self.sweep(bad, status=2)
        self.assertEqual(done.out, "8 points: 6 done, 2 failed, 0 open\n")
        self.assertIn("point 3 (links noc.flit_bytes=0 place.policy=distance)"
                      ": sqz run: ", done.err)
        rows = self.table()
        self.assertEqual([row["state"] for row in rows],
                         ["done"] * 2 + ["failed"] * 2 + ["done"] * 4)
        self.assertIn("noc.flit_bytes", rows[2]["error"])
        self.assertEqual(rows[2]["simulated_ps"], "")
        page = e2e.read(e2e.path(self.id() + "/small.md"), "r")
        self.assertIn("| 3 | sqz run: ", page)
        # What does not map, and what does not fit.
        for old, new, why in (("lenet5.onnx", "none.onnx", "none.onnx"),
                              ("run --count=2", "run --cuont=2", "cuont")):
            with self.subTest(why=why):
                done = self.sweep(SMALL.replace(old, new), status=6,
                                  output=self.id() + why)
                self.assertIn(why, done.err)

    def test_differs(self):
        """Logits that differ are a result, not a failure."""
        self.sweep(SMALL.replace('"run --', '"tile.adc_bits=4", "run --'))
        rows = self.table()
        self.assertEqual({row["state"] for row in rows}, {"done"})
        self.assertLess(int(rows[0]["images_exact"]), 2)

    def children(self):
        """Processes that work in this script's folder."""
        found = []
        for name in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                words = e2e.read(name)
            except OSError:
                continue
            if e2e.scratch.encode() in words:
                found.append(words)
        return found

    def test_interrupted(self):
        text = SMALL.replace("run --count=2", "run --count=40")
        study = e2e.write("small.cfg", text)
        output = e2e.path("stopped")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            shutil.rmtree(output, True)
            process = subprocess.Popen(
                [e2e.SQZ, "sweep", study, "--output", output, "--jobs", "2"],
                cwd=e2e.scratch, stdout=subprocess.DEVNULL)
            until = time.monotonic() + 120
            while not self.files("stopped") and time.monotonic() < until:
                time.sleep(0.02)
            process.send_signal(number)
            status = process.wait(60)
            with self.subTest(signal=number):
                self.assertEqual(status, -number if number == signal.SIGKILL
                                 else 130)
                # All have been killed; a busy machine takes its time.
                until = time.monotonic() + 20
                while self.children() and time.monotonic() < until:
                    time.sleep(0.1)
                self.assertEqual(self.children(), [])
                self.assertLess(len(self.files("stopped")), 5)
        before = self.times("stopped")
        self.sweep(text, output="stopped")
        done = {os.path.dirname(name) for name in before}
        self.assertTrue(done)
        self.sweep(text, output="whole")
        for ending in STUDY_FILES:
            self.assertEqual(e2e.read(e2e.path("stopped/small." + ending)),
                             e2e.read(e2e.path("whole/small." + ending)))

    def test_warm(self):
        """What one image adds."""
        text = SMALL.replace("set =", "warm_images = 1; set =", 1) \
            .replace('"simulated_ps"', '"noc.bytes", "noc.stalls.vc_busy", '
                     '{ name = "t"; value = "sum(images[*].time_ps)"; }, '
                     '"simulated_ps"', 1)
        self.sweep(text)
        settings = {"noc.flit_bytes": 2}
        image = self.map("lenet5")
        _, one = self.run_image(image, count=1, settings=settings)
        _, two = self.run_image(image, count=2, settings=settings)
        row = self.table()[0]
        self.assertEqual(row["config.noc.flit_bytes"], "2")
        self.assertEqual(int(row["t"]), two["images"][1]["time_ps"])
        self.assertEqual(int(row["noc.bytes"]),
                         two["noc"]["bytes"] - one["noc"]["bytes"])
        self.assertEqual(int(row["noc.stalls.vc_busy"]),
                         two["noc"]["stalls"]["vc_busy"] -
                         one["noc"]["stalls"]["vc_busy"])

    def chip_columns(self):
        """The table of the columns that studies of large chips have."""
        e2e.write("chip-columns.cfg", e2e.read(STUDIES + "chip-columns.cfg"))
        self.sweep(
            f'set = [{SOURCES}, "map --sign=twos", "tile.adc_bits=9", '
            '"run --count=3"]; warm_images = 1; plots = (); points = ('
            '{ name = "narrow"; }, { name = "wide"; set = ["map --cells=2"]; }, '
            '{ name = "both"; set = ["map --cells=2", "controller.rings=6", '
            '"place.contexts=2", "run --in-flight=2"]; });'
            '\n@include "chip-columns.cfg"\n')
        return self.table()

    def test_chip_columns(self):
        narrow, wide, both = self.chip_columns()
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
                ("power_w", joules / seconds), ("images_s", 1 / seconds),
                ("latency_ms", reports[1]["images"][-1]["time_ps"] / 1e9),
                ("tops_w", 2e-12 * macs / joules), ("tiles", TILES),
                ("static_mj", 1000 * static), ("rows", 0), ("wear", 0),
                ("exact", 3), ("rounds", 1), ("arrays", 24 * TILES),
                ("load_ms", reports[0]["programming"]["time_ps"] / 1e9)):
            with self.subTest(figure=key):
                digits = len(narrow[key].partition(".")[2])
                self.assertAlmostEqual(float(narrow[key]), value,
                                       delta=0.51 * 10 ** -digits)

    def test_studies(self):
        """The project's own can be read, and have their points."""
        for name, points in (
                ("noc", 36), ("chips", 16), ("resnet50", 5), ("links", 5),
                ("adcs", 12), ("squeeze", 7), ("squeeze-resnet50", 4)):
            with self.subTest(study=name):
                done = self.sqz("sweep", f"{STUDIES}{name}.cfg", "--list",
                                "--output", e2e.path(name))
                self.assertEqual(len(done.out.splitlines()), points + 1)

    def test_modes(self):
        done = self.sweep(SMALL, "--list")
        self.assertFalse(os.path.exists(e2e.path(self.id())))
        lines = done.out.splitlines()
        self.assertEqual(len(lines), 7)
        self.assertRegex(lines[1], r"^1 .* links +noc.flit_bytes=2 place")
        self.assertRegex(lines[5], r"^5 +open +[0-9a-f]{16} +mesh +small$")
        self.sweep(SMALL, "--point", 5)
        done = self.sweep(SMALL, "--list")
        self.assertEqual([line.split()[1] for line in done.out.splitlines()],
                         ["state"] + ["open"] * 4 + ["done", "open"])
        done = self.sweep(SMALL, "--collect")
        self.assertEqual(done.out, "6 points: 1 done, 0 failed, 5 open\n")
        self.assertEqual([row["state"] for row in self.table()],
                         ["open"] * 4 + ["done", "open"])
        self.sweep(SMALL, "--point", 7, status=125)

    def test_kinds(self):
        lenet = f'"network={e2e.network("lenet5")}"'
        for kind, settings, key, values in (
                ("map", SOURCES, "map --scheme", ["int8", "sme2"]),
                ("noc", '"noc --cycles=2000", "noc --warmup=100"',
                 "noc --rate", ["0.05", "0.2"]),
                ("eval", lenet + ', "eval --images=20"', "eval --schemes",
                 ["int8", "sme2"])):
            with self.subTest(kind=kind):
                self.sweep(f'kind = "{kind}"; set = [{settings}]; vary = ('
                           f'{{ keys = ["{key}"]; values = '
                           f'{json.dumps(values)}; }});', output=kind)
                rows = self.table(kind)
                self.assertEqual([row[key] for row in rows], values)
                empty = [title for title, cell in rows[0].items()
                         if not cell and title not in
                         ("group", "name", "error")]
                self.assertEqual(empty, [])
        self.assertEqual([row["scheme"] for row in self.table("map")],
                         ["int8", "sme2"])
        self.assertGreater(*(int(row["arrays"])
                             for row in self.table("map")))
        self.assertLess(*(float(row["packet_latency_cycles"])
                          for row in self.table("noc")))

    def test_run_only(self):
        """Settings in which points that share an image may differ change none,
        not even where the mapper goes by the time that layers take."""
        dump = self.sqz("run", "--config", e2e.CONFIG, "--dump-config").out
        tried = 0
        for key, (value, _) in e2e.values_of(dump).items():
            if not RUN_ONLY.fullmatch(key):
                continue
            tried += 1
            value = OTHER.get(key) or f"{float(value) + 2:.12g}"
            for copies in (4,) if e2e.QUICK else (1, 4):
                settings = {"place.copies": copies}
                with self.subTest(setting=key, copies=copies):
                    self.assertEqual(
                        e2e.read(self.map("lenet5", settings={
                            **settings, key: value})),
                        e2e.read(self.map("lenet5", settings=settings)))
        self.assertGreater(tried, 30)

    def test_dependent(self):
        """A setting of the image that wants one of the run."""
        self.sweep(SMALL.replace('"run --', '"noc.topology=torus", '
                                 '"noc.vcs=10", "run --'))
        bad = SMALL.replace("[2, 16]", "[2, 512, 16]").replace(
            '"run --', '"noc.vcs=1", "run --')
        for jobs in 1, 3:
            self.sweep(bad, "--jobs", jobs, status=8, output=f"bad{jobs}")
        self.assertEqual(self.table("bad1"), self.table("bad3"))

    def test_refused(self):
        for text, words, reason in (
                (SMALL + "x = 1;", (), "x is unknown"),
                (SMALL + "?", (), "syntax error"),
                ("", (), "network is missing"),
                (SMALL.replace('"images_exact"', '"1 +"'), (), "wants a value"),
                (SMALL.replace('y = "energy"', 'y = "energie"'), (),
                 "no column energie"),
                (SMALL, ("--jobs", 0), "whole number from 1"),
                (SMALL, ("--engine", "cloud"), "local or slurm"),
                (SMALL, ("--no-wait",), "go with --engine slurm"),
                (SMALL, ("--list", "--collect"), "one of --list")):
            with self.subTest(reason=reason):
                result = self.sweep(text, *words, status=125)
                self.assertIn(reason, result.err)
                self.assertFalse(os.path.exists(e2e.path(self.id())))
        self.sqz("sweep", status=125)
        self.sqz("sweep", e2e.path("none.cfg"), status=125)
        self.assertIn("Exit status", self.sqz("sweep", "--help").out)


if __name__ == "__main__":
    e2e.main()
