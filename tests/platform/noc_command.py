#!/usr/bin/env python3
"""`sqz noc` from outside: its files, its errors, its independence of processes.

usage: noc_command.py SQZ
"""
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SQZ = sys.argv.pop(1)
MESH = ["--set", "noc.width=4", "--set", "noc.height=4"]
SHORT = ["--cycles", "5000", "--warmup", "1000"]
COLUMNS = ["offered_flits", "accepted_flits", "packet_latency",
           "network_latency", "p50", "p99", "saturated", "hops_routers"]

# Arguments, and words of the one line that must come.
REFUSED = [
    (["--set", "noc.vcs=0"], "noc.vcs = 0 is outside 1 to 12"),
    (["--set", "noc.topology=torus"], "5 VCs on a torus: must be an even"),
    (["--set", "noc.topology=ring"], "must be one of mesh torus cmesh"),
    (["--set", "noc.topology=cmesh", "--set", "noc.width=5"], "must be even"),
    (["--traffic", "unifrom"], "unknown traffic pattern unifrom; there are"),
    (["--traffic", "bitrev", "--set", "noc.width=5"], "power of two nodes"),
    (["--rate", "1.01"], "rates from 0 to 1"),
    (["--rate", "-0.1"], "rates from 0 to 1"),
    (["--rate", "0.5:0.1:0.1"], "LO not above HI"),
    (["--rate", "0.1:0.5"], "LO:HI:STEP"),
    (["--rate", "0.1:0.5:0"], "STEP above 0"),
    (["--rate", "nan"], "LO:HI:STEP"),
    (["--packet-flits", "0"], "lengths from 1 to 65536"),
    (["--packet-flits", "1:-1"], "lengths from 1 to 65536"),
    (["--bursts", "0:1"], "two probabilities"),
    (["--bursts", "0.1:0.9", "--rate", "1"], "bursts this short"),
    (["--traffic", "hotspot", "--hotspot", "64:0.1"], "hot node 64"),
    (["--seeds", "0"], "whole number from 1"),
    (["--jobs", "x"], "whole number from 1"),
    (["--config", "/nonexistent"], "/nonexistent: cannot open"),
    (["--csv", "/nonexistent/a.csv"] + SHORT, "/nonexistent/a.csv"),
    (["--set", "noc.routing=table"], "wants a file in noc.routing_table"),
    (["more"], "more: there are only options"),
]


def mixed_routes():
    """A 4x4 table by which every other node is reached along y first: with the
    others, which are reached along x first, routes close cycles."""
    lines = ["# every other column: y first"]
    for router in range(16):
        for node in range(1, 16, 2):
            dy = node // 4 - router // 4
            if dy:
                lines.append("%d %d %s" % (router, node,
                                           "south" if dy > 0 else "north"))
    return "\n".join(lines) + "\n"


BAD_TABLES = [
    ("0 5\n", "1: wants ROUTER NODE PORT"),
    ("0 5 up\n", "1: port up: must be east, west, south or north"),
    ("\n0 5 west\n", "2: router 0 has no link to the west"),
    ("16 5 west\n", "there are routers 0 to 15"),
    ("5 5 west\n", "node 5 is at router 5"),
    ("1 2 west\n", "go round and never arrive"),
]


def sqz(*arguments):
    return subprocess.run([SQZ, "noc", *arguments], capture_output=True,
                          text=True, timeout=120)


class Noc(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()

    def tearDown(self):
        shutil.rmtree(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def table(self, *arguments):
        """The rows of the CSV file."""
        name = self.path("table.csv")
        done = sqz(*MESH, *SHORT, "--csv", name, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(name) as file:
            return list(csv.DictReader(file))

    def test_refusals(self):
        for arguments, words in REFUSED:
            with self.subTest(arguments=arguments):
                done = sqz(*arguments)
                self.assertEqual(done.returncode, 1)
                self.assertIn(words, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_columns_and_law(self):
        rows = self.table("--rate", "0.01", "--packet-flits", "8",
                          "--set", "noc.vcs=1")
        self.assertEqual(len(rows), 1)
        self.assertTrue(set(COLUMNS) <= set(rows[0]))
        hops = float(rows[0]["hops_routers"])
        law = 5 * hops + 2 + 7
        self.assertLess(abs(float(rows[0]["network_latency"]) - law), 0.5)
        self.assertEqual(rows[0]["saturated"], "0")
        ahead = self.table("--rate", "0.01", "--packet-flits", "8",
                           "--set", "noc.routing_delay=0")[0]
        law = 4 * float(ahead["hops_routers"]) + 2 + 7
        self.assertLess(abs(float(ahead["network_latency"]) - law), 0.5)

    def test_range_ends_at_saturation(self):
        rows = self.table("--rate", "0.1:1:0.1")
        self.assertEqual([r["saturated"] for r in rows[:-1]],
                         ["0"] * (len(rows) - 1))
        self.assertEqual(rows[-1]["saturated"], "1")
        self.assertLess(len(rows), 10)
        rows = self.table("--rate", "0.1:1:0.1", "--past-saturation")
        self.assertEqual([r["rate"] for r in rows],
                         ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7",
                          "0.8", "0.9", "1"])

    def test_seeds_and_processes(self):
        arguments = ["--rate", "0.2:0.4:0.1", "--seeds", "3"]
        one = self.table(*arguments, "--jobs", "1")
        self.assertEqual(one, self.table(*arguments, "--jobs", "3"))
        alone = [self.table("--rate", "0.2", "--seed", str(seed))[0]
                 for seed in (1, 2, 3)]
        mean = sum(float(r["packet_latency"]) for r in alone) / 3
        self.assertAlmostEqual(float(one[0]["packet_latency"]), mean, 3)
        self.assertEqual(int(one[0]["packets"]),
                         sum(int(r["packets"]) for r in alone))
        self.assertNotEqual(alone[0], alone[1])

    def test_saturation(self):
        done = sqz(*MESH, *SHORT, "--find-saturation", "--set", "noc.vcs=4")
        self.assertEqual(done.returncode, 0, done.stderr)
        load = float(done.stdout.split("Saturation: load ")[1].split()[0])
        self.assertGreater(load, 0.6)
        self.assertLess(load, 0.8)

    def test_links(self):
        name = self.path("links.csv")
        self.table("--traffic", "neighbor", "--rate", "0.2", "--links", name)
        with open(name) as file:
            links = list(csv.DictReader(file))
        # 48 between routers, 16 to nodes
        self.assertEqual(len(links), 64)
        flits = {(r["router"], r["port"]): int(r["flits"]) for r in links}
        self.assertGreater(flits["5", "east"], 500)
        # Only packets around the rim go west: 3 of them pass this link.
        self.assertLess(abs(float(links[0]["use"]) - 0.2), 0.05)

    @unittest.skipUnless(shutil.which("gnuplot"), "no gnuplot")
    def test_pictures(self):
        for topology, vcs in (("mesh", 1), ("torus", 2), ("cmesh", 1)):
            prefix = self.path("it's " + topology)
            self.table("--rate", "0.1:0.2:0.1", "--plot", prefix, "--set",
                       "noc.topology=" + topology, "--set",
                       "noc.vcs=%d" % vcs)
            for name in ("-latency.png", "-links.png"):
                with open(prefix + name, "rb") as file:
                    self.assertEqual(file.read(4), b"\x89PNG")

    def test_routing_table(self):
        name = self.path("routes")
        use = ["--set", "noc.routing=table", "--set",
               "noc.routing_table=" + name]
        with open(name, "w") as file:
            file.write("# nothing differs\n")
        self.assertEqual(self.table(*use), self.table())
        for text, words in BAD_TABLES:
            with open(name, "w") as file:
                file.write(text)
            done = sqz(*MESH, *use)
            self.assertEqual(done.returncode, 1)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)

    def test_deadlock_is_reported(self):
        name = self.path("routes")
        with open(name, "w") as file:
            file.write(mixed_routes())
        done = sqz(*MESH, "--set", "noc.routing=table", "--set",
                   "noc.routing_table=" + name, "--set", "noc.vcs=1",
                   "--set", "noc.vc_depth=2", "--packet-flits", "16",
                   "--rate", "0.8", "--set", "noc.age_limit_cycles=2000")
        self.assertEqual(done.returncode, 1)
        self.assertIn("VCs wait in a cycle: router", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
