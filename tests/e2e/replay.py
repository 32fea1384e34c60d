#!/usr/bin/python3
"""sqz trace replay: the packets of a run again, on its network and on others."""

import csv
import io
import os
import re
import sys

import e2e

OVERLAP = {"place.chains": "on", "place.contexts": 3}
# (network, words of the run)
RUNS = [("lenet5", ()),
        ("lenet5", ("--chain", "--in-flight", 3))]
if not e2e.QUICK:
    RUNS += [("resnet8", ()),
             ("resnet8", ("--in-flight", 3)),
             ("resnet8", ("--chain",)),
             ("resnet8", ("--chain", "--in-flight", 3))]

# Reads are quick, so that the network says how long pictures take: it has a
# third of the time between RUN and DONE to wait.
BUSY = {"tile.array_cycle_ns": 2, "noc.vcs": 10}
COPIES = {**OVERLAP, "place.copies": 4}
NETWORKS = [
    {"noc.link_cycles": 2},
    {"noc.link_cycles": 8},
    {"noc.flit_bytes": 8},
    {"noc.flit_bytes": 2},
    {"noc.vcs": 5},
    {"noc.vc_depth": 1},
    {"noc.queue_packets": 1},
    {"noc.cycle_ns": 10},
    {"noc.topology": "torus"},
    {"noc.topology": "cmesh", "noc.vcs": 5},
    {"noc.routing": "west-first"},
    {"noc.fidelity": "packet"},
]

traced = {}


class Replay(e2e.Case):
    def trace(self, network, words=(), settings=(), count=3, mapped=OVERLAP):
        """The trace of a run; one for each."""
        key = (network, words, *e2e.overrides(settings),
               *e2e.overrides(mapped))
        if key not in traced:
            name = e2e.path(f"trace-{len(traced)}")
            self.run_image(self.map(network, settings=mapped), *words,
                           "--trace", name, "--trace-level", "packets",
                           settings=settings, count=count)
            traced[key] = name
        return traced[key]

    def replay(self, trace, settings=()):
        """{(what, of): (recorded ps, replayed ps)}"""
        out = self.sqz("trace", "replay", trace, "--csv",
                       *e2e.overrides(settings)).out
        return {(row["what"], row["of"]):
                (int(row["recorded_ps"]), int(row["replayed_ps"]))
                for row in csv.DictReader(io.StringIO(out))}

    def test_same_network(self):
        for network, words in RUNS:
            with self.subTest(network=network, words=words):
                trace = self.trace(network, words)
                out = self.sqz("trace", "replay", trace).out
                self.assertIn("network: as in the run\n", out)
                self.assertRegex(out, r"latencies of all \d{4,} packets are "
                                 r"those of the run; 0 are sent at another ")
                for key, (was, now) in self.replay(trace).items():
                    self.assertEqual(was, now, key)

    def test_later_packets_move(self):
        """With slower links, and not only because packets take longer."""
        trace = self.trace("lenet5")
        slow = {"noc.link_cycles": 2}
        out = self.sqz("trace", "replay", trace, *e2e.overrides(slow)).out
        self.assertIn("network: changed\n", out)
        found = re.search(r"latencies of (\d+) of (\d+) packets differ.*; "
                          r"(\d+) are sent at another time", out)
        different, packets, moved = (int(n) for n in found.groups())
        self.assertGreater(different, 0.9 * packets)
        self.assertGreater(moved, 0.8 * packets)
        for key, (was, now) in self.replay(trace, slow).items():
            if key[0] == "latency sum":
                self.assertGreater(now, was, key)

    def check_rerun(self, trace, network, words, settings, mapped):
        """A replay ends when the run on that network ends. How much the
        network changed the time of the pictures."""
        again = self.replay(self.trace(
            network, words, {**BUSY, **settings}, mapped=mapped))
        replayed = self.replay(trace, settings)
        for key in (("end", ""), ("from the first RUN on", "")):
            was, now = replayed[key]
            wanted, _ = again[key]
            print(f"{settings}, {key[0]}: was {was / 1e6:.1f} us, replayed "
                  f"{now / 1e6:.1f} us, run again {wanted / 1e6:.1f} us: "
                  f"{100 * (now - wanted) / wanted:+.1f} %", file=sys.stderr)
            self.assertLess(abs(now - wanted), 0.1 * wanted, settings)
        return abs(wanted - was) / was

    def test_other_networks(self):
        """Without CPU and tiles a replay comes near the run on another
        network, where the network matters."""
        network = "resnet8"
        words = ("--chain", "--in-flight", 3)
        trace = self.trace(network, words, BUSY, mapped=COPIES)
        changes = []
        for settings in NETWORKS:
            with self.subTest(settings=settings):
                changes.append(self.check_rerun(trace, network, words,
                                                settings, COPIES))
        self.assertGreater(max(changes), 0.5)

    def test_traffic_of_noc(self):
        """`sqz noc` offers the same packets."""
        trace = self.trace("lenet5")
        table, links = e2e.path("noc.csv"), e2e.path("links.csv")
        self.sqz("noc", "--trace", trace, "--csv", table, "--links", links)
        with open(table) as file:
            row, = csv.DictReader(file)
        sums = self.replay(trace)
        latency_ps = sum(now for (what, _), (_, now) in sums.items()
                         if what == "latency sum")
        packets = int(row["packets"])
        # In cycles of 1 ns, from the cycle after a packet was sent.
        per_packet = latency_ps / 1000 / packets
        self.assertLessEqual(float(row["packet_latency"]), per_packet)
        self.assertGreater(float(row["packet_latency"]), per_packet - 1.1)
        with open(links) as file:
            self.assertGreater(sum(int(row["flits"])
                                   for row in csv.DictReader(file)), packets)
        result = self.sqz("noc", "--trace", trace, "--rate", 0.1, status=1)
        self.assertIn("without --rate", result.err)

    def test_refused(self):
        trace = self.trace("lenet5")
        tiles = e2e.path("tiles")
        self.run_image(self.map("lenet5", settings=OVERLAP), "--trace", tiles,
                       count=1)
        some = e2e.path("some")
        self.run_image(self.map("lenet5", settings=OVERLAP), "--trace", some,
                       "--trace-level", "packets", "--trace-nodes", "0-7",
                       count=1)
        cut = e2e.path("cut")
        with open(trace, "rb") as file:
            data = file.read(os.path.getsize(trace) - 100)
        with open(cut, "wb") as file:
            file.write(data)
        for words, line in [
                ((tiles,), "holds no packets; trace the run with"),
                ((some,), "without --trace-nodes and --trace-window"),
                ((cut,), "is cut"),
                ((trace, "--set", "tile.arrays=3"), "settings of noc"),
                ((trace, "--set", "noc.max_payload_bytes=64"),
                 "the packets are those of the run"),
                ((trace, "--set", "noc.vcs=4"), "noc.vcs must be at least 5"),
                ((trace, "--set", "noc.lanes=4"), "unknown key noc.lanes"),
                ((trace, "--set", "noc.width=4"), "has no place for it"),
                (("/nonexistent",), "cannot open")]:
            result = self.sqz("trace", "replay", *words, status=1)
            self.assertIn(line, result.err)
            self.assertEqual(result.err.count("\n"), 1, result.err)


if __name__ == "__main__":
    e2e.main()
