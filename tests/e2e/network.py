#!/usr/bin/python3
"""The network of the chip: what its counters say in report, registers and
trace; its shapes and fidelities; its monitors."""

import collections
import os

import e2e

CLASSES = ["grant", "response", "result", "partial_sum", "request"]
PORTS = ["east", "west", "south", "north"]
STEPS = {"east": (1, 0), "west": (-1, 0), "south": (0, 1), "north": (0, -1)}
SMALL = {"noc.width": 3, "noc.height": 3, "chip.buffers": 1,
         "chip.dram_controllers": 1, "tile.arrays": 64}
# The outer nodes of a 3 x 3 mesh, clockwise.
RING = [0, 1, 2, 5, 8, 7, 6, 3]


def hops(width, src, dst):
    """Routers that a packet visits in a mesh."""
    return (abs(src % width - dst % width) +
            abs(src // width - dst // width) + 1)


def total(parts, key):
    return sum(part[key] for part in parts)


class Counters(e2e.Case):
    def check_links(self, noc, width=8, height=8):
        """Every link of a mesh once, where it belongs."""
        seen = set()
        for link in noc["links"]:
            x, y = link["x"], link["y"]
            seen.add((x, y, link["port"]))
            self.assertEqual(link["router"], y * width + x)
            dx, dy = STEPS.get(link["port"], (0, 0))
            self.assertEqual(link["end"], (y + dy) * width + x + dx)
        self.assertEqual(len(seen), len(noc["links"]))
        self.assertEqual(len(seen), 5 * width * height - 2 * (width + height))
        self.assertEqual(total(noc["links"], "flits"), noc["flit_hops"])
        for cause in ("vc_busy", "no_credit", "lost_arbitration"):
            self.assertEqual(noc["stalls"][cause], total(noc["links"], cause))
        for link in noc["links"]:
            self.assertLessEqual(link["flits"], noc["cycles"])

    def check_flow(self, flow, width=8):
        told = f"{flow}"
        self.assertEqual(sum(flow["latency_bins"]), flow["packets"], told)
        self.assertLessEqual(flow["network_cycles"], flow["latency_cycles"])
        # 16 bytes of header, flits of 16 bytes; 5 H + 2 + (L - 1) cycles.
        self.assertGreaterEqual(flow["bytes"], 16 * flow["packets"])
        self.assertLessEqual(flow["bytes"], 16 * flow["flits"], told)
        least = (5 * hops(width, flow["src"], flow["dst"]) + 1)
        self.assertGreaterEqual(
            flow["network_cycles"],
            least * flow["packets"] + flow["flits"], told)
        highest = flow["max_latency_cycles"]
        self.assertEqual(len(flow["latency_bins"]),
                         max(highest.bit_length(), 1), told)
        self.assertLessEqual(flow["latency_cycles"],
                             highest * flow["packets"])

    def check_flows(self, noc):
        for flow in noc["flows"]:
            self.check_flow(flow)
        names = [(flow["src"], flow["dst"], CLASSES.index(flow["class"]))
                 for flow in noc["flows"]]
        self.assertEqual(names, sorted(set(names)))
        for key in ("packets", "flits", "bytes"):
            self.assertEqual(total(noc["flows"], key), noc[key], key)
        for name in CLASSES:
            flows = [f for f in noc["flows"] if f["class"] == name]
            latency = noc["latency_by_class"][name]
            self.assertEqual(total(flows, "bytes"),
                             noc["bytes_by_class"][name])
            self.assertEqual(total(flows, "packets"), latency["packets"])
            self.assertEqual(total(flows, "latency_cycles"),
                             latency["latency_cycles"])
            self.assertEqual(max((f["max_latency_cycles"] for f in flows),
                                 default=0), latency["max_latency_cycles"])
            self.assertLessEqual(latency["p50_cycles"], latency["p99_cycles"])
            self.assertLessEqual(latency["p99_cycles"],
                                 latency["max_latency_cycles"])

    def check_ends(self, noc):
        """What a node takes is what was sent to it."""
        taken = collections.Counter()
        for flow in noc["flows"]:
            taken[flow["dst"]] += flow["flits"]
        for link in noc["links"]:
            if link["port"] == "local":
                self.assertEqual(link["flits"], taken[link["end"]])

    def test_report(self):
        for name in e2e.NETWORKS:
            with self.subTest(network=name):
                _, report = self.run_image(self.map(name), count=2)
                self.check_links(report["noc"])
                self.check_flows(report["noc"])
                self.check_ends(report["noc"])

    def firmware_view(self, result):
        """What the application has printed."""
        view = collections.defaultdict(dict)
        flow = None
        for line in result.out.splitlines():
            kind, *words = line.split(" ")
            if kind not in ("link", "flow", "bins", "totals"):
                continue
            numbers = [int(word) for word in words]
            if kind == "link":
                view["links"][tuple(numbers[:2])] = numbers[2:]
            elif kind == "flow":
                flow = tuple(numbers[:3])
                view["flows"][flow] = numbers[3:]
            elif kind == "bins":
                view["bins"][flow] = numbers
            else:
                view["totals"] = numbers
        return view

    def check_view(self, view, noc):
        """The last packet has arrived when the firmware reads."""
        ports = PORTS + ["local"]
        self.assertEqual(view["links"], {
            (link["router"], ports.index(link["port"])): [
                link["end"], link["flits"], link["vc_busy"],
                link["no_credit"], link["lost_arbitration"]]
            for link in noc["links"] if link["flits"]})
        flows = {(flow["src"], flow["dst"], CLASSES.index(flow["class"])): flow
                 for flow in noc["flows"]}
        self.assertEqual(view["flows"], {
            name: [flow["packets"], flow["bytes"], flow["latency_cycles"],
                   flow["max_latency_cycles"]]
            for name, flow in flows.items()})
        for name, bins in view["bins"].items():
            known = flows[name]["latency_bins"]
            self.assertEqual(bins, known + [0] * (24 - len(known)))
        cycles, flit_hops = view["totals"]
        self.assertEqual(flit_hops, noc["flit_hops"])
        self.assertLess(0, cycles)
        self.assertLessEqual(cycles, noc["cycles"])

    def test_registers(self):
        """The firmware reads what the report says."""
        for name in e2e.NETWORKS:
            with self.subTest(network=name):
                result, report = self.run_image(
                    self.map(name), "--firmware", e2e.firmware("counters"),
                    count=1)
                view = self.firmware_view(result)
                self.assertGreater(len(view["flows"]), 20)
                self.check_view(view, report["noc"])

    def test_registers_of_other_networks(self):
        for settings in ({"noc.fidelity": "packet"},
                         {"noc.topology": "torus", "noc.vcs": 10}):
            with self.subTest(settings=settings):
                result, report = self.run_image(
                    self.map("lenet5"), "--firmware", e2e.firmware("counters"),
                    count=1, settings=settings)
                self.check_view(self.firmware_view(result), report["noc"])

    def test_table(self):
        result, report = self.run_image(self.map("lenet5"), "--noc-table",
                                        "--quiet", count=1)
        rows = {line[:24].strip(): line[24:].split()
                for line in result.out.splitlines()}
        for name in CLASSES:
            latency = report["noc"]["latency_by_class"][name]
            self.assertEqual(int(rows[name][0]), latency["packets"])
            self.assertEqual(int(rows[name][3]), latency["p99_cycles"])
        self.assertEqual(int(rows["all links"][0]),
                         report["noc"]["flit_hops"])
        most = max(report["noc"]["links"], key=lambda link: link["flits"])
        row = rows[f"router {most['x']},{most['y']} {most['port']}"]
        self.assertEqual(int(row[0]), most["flits"])
        self.assertEqual(int(row[3]), most["no_credit"])
        self.assertIn(f"{len(report['noc']['flows'])} flows in all",
                      result.out)

    def test_trace(self):
        """Each link that was used has a counter, and no other."""
        name = e2e.path("trace")
        _, report = self.run_image(self.map("lenet5"), "--trace", name,
                                   "--trace-level", "tiles", count=1)
        self.assertIn("no problems", self.sqz("trace", "check", name).out)
        rows = {}
        for line in self.sqz("trace", "summary", name).out.splitlines():
            name, _, number = line.partition(" of router ")
            if number:
                rows[name.rsplit(" ", 1)[1]] = int(number.split()[0])
        used = collections.Counter(link["port"]
                                   for link in report["noc"]["links"]
                                   if link["flits"])
        for port, count in used.items():
            # A single flit in a sample rounds to nothing.
            self.assertLessEqual(rows[port], count)
            self.assertGreater(rows[port], count // 2)


class Shapes(e2e.Case):
    SHAPES = [
        {"noc.fidelity": "packet"},
        {"noc.fidelity": "packet", "noc.vcs": 12, "noc.flit_bytes": 4},
        {"noc.topology": "torus", "noc.vcs": 10},
        {"noc.topology": "torus", "noc.vcs": 12, "noc.fidelity": "packet"},
        {"noc.topology": "cmesh"}, {"noc.topology": "cmesh", "noc.vcs": 8},
        {"noc.routing": "yx"}, {"noc.routing": "west-first"},
        {"noc.routing": "west-first", "noc.vc_depth": 1, "noc.vcs": 6},
        {"noc.routing_delay": 0, "noc.vcs": 8},
    ]

    def test_exact(self):
        """Every network gives the right logits, and no monitor objects."""
        for name in e2e.NETWORKS:
            for settings in self.SHAPES:
                with self.subTest(network=name, settings=settings):
                    result, report = self.run_image(
                        self.map(name), count=2,
                        settings={**settings, "noc.monitors": "all"})
                    self.assert_exact(result, report, 2)

    def test_placement(self):
        """Exact wherever the tiles are; by distance bytes travel least."""
        for name in e2e.NETWORKS:
            hops = {}
            for policy in ("distance", "rows", "scattered"):
                with self.subTest(network=name, policy=policy):
                    settings = {"place.policy": policy}
                    result, report = self.run_image(
                        self.map(name, settings=settings), count=1,
                        settings=settings)
                    self.assert_exact(result, report, 1)
                    hops[policy] = report["noc"]["flit_hops"]
            self.assertLess(hops["distance"], hops["rows"])
            self.assertLess(hops["rows"], hops["scattered"])

    def test_packet_level_takes_about_as_long(self):
        for name in e2e.NETWORKS:
            with self.subTest(network=name):
                times = []
                for fidelity in ("flit", "packet"):
                    result, report = self.run_image(
                        self.map(name), count=2,
                        settings={"noc.fidelity": fidelity})
                    self.assert_exact(result, report, 2)
                    times.append(total(report["images"], "time_ps"))
                self.assertNotEqual(*times)
                self.assertLess(abs(times[1] / times[0] - 1), 0.01)


class Monitors(e2e.Case):
    def ring(self):
        """A table by which everything goes around the outer nodes: a cycle of
        turns."""
        lines = ["# clockwise\n"]
        for i, router in enumerate(RING):
            after = RING[(i + 1) % len(RING)]
            step = (after % 3 - router % 3, after // 3 - router // 3)
            port = next(name for name, way in STEPS.items() if way == step)
            lines += [f"{router} {node} {port}\n"
                      for node in RING if node != router]
        return e2e.write("ring.txt", "".join(lines))

    def faulty(self, **more):
        # Packets of many flits, so that the ring fills whatever the timing.
        return {**SMALL, "noc.vc_depth": 1, "noc.flit_bytes": 1,
                "noc.age_limit_cycles": 5000, "noc.routing": "table",
                "noc.routing_table": self.ring(), **more}

    def check_cycle(self, report):
        """Each VC waits at its router or at the next one of the ring."""
        waits = report["noc"]["deadlock"]
        self.assertGreaterEqual(len(waits), 8)
        for wait, after in zip(waits, waits[1:] + waits[:1]):
            place = RING.index(wait["router"])
            self.assertIn(RING.index(after["router"]),
                          (place, (place + 1) % len(RING)))
            self.assertEqual(wait["router"], 3 * wait["y"] + wait["x"])
            self.assertEqual(wait["vc"], waits[0]["vc"])
        return waits

    def test_deadlock(self):
        """One line that names the cycle, a report, no hang."""
        image = self.map("lenet5", settings=SMALL)
        for monitors in ("deadlock", "all"):
            with self.subTest(monitors=monitors):
                settings = self.faulty(**{"noc.monitors": monitors})
                result, report = self.run_image(image, "--quiet", status=1,
                                                count=1, settings=settings)
                waits = self.check_cycle(report)
                self.assertEqual(result.err.count("\n"), 1, result.err)
                self.assertRegex(
                    result.err,
                    rf"^sqz run: noc: cycle \d+: deadlock: {len(waits)} VCs "
                    rf"wait in a cycle: router {waits[0]['router']} "
                    rf"{waits[0]['port']} VC {waits[0]['vc']} .*; its report "
                    r"is .*report\.json\n$")
                self.assertIn(report["failure"], result.err)
                self.assertNotIn("bit-exact", result.out)
                self.assertEqual(report["images_exact"], 0)

    def test_deadlock_without_report(self):
        """The trace is kept, as after any other failure."""
        image = self.map("lenet5", settings=SMALL)
        name = e2e.path("cut")
        result = self.sqz("run", image, "--config", e2e.CONFIG, "--trace",
                          name, *e2e.overrides(self.faulty()), status=1)
        self.assertIn("deadlock", result.err)
        self.assertIn(f"; the trace so far is in {name}.part\n", result.err)
        self.assertTrue(os.path.exists(name + ".part"))

    def test_same_table_with_room(self):
        """Where the ring never fills, its packets arrive."""
        result, report = self.run_image(
            self.map("lenet5", settings=SMALL), count=1,
            settings=self.faulty(**{"noc.vc_depth": 8, "noc.flit_bytes": 16,
                                    "noc.age_limit_cycles": 1000000}))
        self.assert_exact(result, report, 1)
        self.assertNotIn("failure", report)
        self.assertNotIn("deadlock", report["noc"])

    def test_age(self):
        """A packet that is too old ends the run, whatever holds it up."""
        result, report = self.run_image(
            self.map("lenet5"), "--quiet", count=1, status=1,
            settings={"noc.monitors": "all", "noc.age_limit_cycles": 20})
        self.assertRegex(
            result.err, r"^sqz run: noc: cycle \d+: a packet from node \d+ to "
            r"\d+ of class \d is in the network for 2\d cycles, the limit is "
            r"20; its report is .*\n$")
        self.assertIn(report["failure"], result.err)
        self.assertNotIn("deadlock", report["noc"])

    def test_monitors_change_nothing(self):
        for name in e2e.NETWORKS:
            reports = [self.run_image(self.map(name), count=1,
                                      settings={"noc.monitors": monitors})[1]
                       for monitors in ("off", "deadlock", "all")]
            self.assertEqual(reports[:1] * 3, reports)


class Refusals(e2e.Case):
    def refused(self, settings, reason):
        """By run and map, in one line."""
        with self.subTest(settings=settings):
            result = self.sqz("run", self.map("lenet5"), "--config",
                              e2e.CONFIG, *e2e.overrides(settings),
                              status=1)
            self.assertEqual(result.err.count("\n"), 1, result.err)
            self.assertRegex(result.err, reason)
            self.assertEqual(result.out, "")

    def test_virtual_channels(self):
        """Every class needs one of its own, on a torus two."""
        for vcs in (0, 13):
            self.refused({"noc.vcs": vcs}, r"noc\.vcs = \d+ is outside 1 to")
        for vcs in (1, 4):
            self.refused({"noc.vcs": vcs}, r"noc\.vcs must be at least 5, "
                         "one virtual channel for each message class")
        for vcs in (5, 8, 9, 11):
            self.refused({"noc.topology": "torus", "noc.vcs": vcs},
                         r"noc\.vcs must be an even number, at least 10, on a "
                         "torus: two virtual channels for each message class")
        self.refused({"noc.topology": "cmesh", "noc.vcs": 9},
                     "vcs is 9, must be 1 to 8")

    def test_topology_and_routing(self):
        self.refused({"noc.topology": "ring"}, "must be one of mesh torus")
        self.refused({"noc.routing": "zigzag"}, "must be one of xy yx")
        self.refused({"noc.topology": "torus", "noc.vcs": 10,
                      "noc.routing": "west-first"}, "west-first")
        self.refused({"noc.routing": "table"}, "noc.routing_table")
        self.refused({"noc.monitors": "true"}, "must be one of off deadlock")

    def test_tables(self):
        for text, reason in (
                ("0 1 up\n", ":1: port up: must be"),
                ("# so far\n0 1\n", ":2: wants ROUTER NODE PORT"),
                ("0 64 east\n", "nodes 0 to 63"),
                ("0 9 west\n", "router 0 has no link to the west"),
                ("1 0 east\n2 0 west\n", "go round and never arrive")):
            name = e2e.write("table.txt", text)
            self.refused({"noc.routing": "table", "noc.routing_table": name},
                         reason)


if __name__ == "__main__":
    e2e.main()
