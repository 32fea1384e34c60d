#!/usr/bin/python3
"""What traces add up to is what the report tells, to the last unit.

The traces are decoded by protoc, not by our reader.
"""

import collections
import shutil
import sys

import e2e
import perfetto

# The report's and the trace's name of a tile's times.
BUSY = ("array_busy_ps", "adc_busy_ps", "vector_busy_ps",
        "programming_busy_ps")
# Category of the slices that make it up.
MADE_OF = {"arrays": "array_busy_ps", "adc": "adc_busy_ps",
           "vector": "vector_busy_ps"}

# What a flow goes through, in time; not all have all of it.
PARTS = ("rings", "doorbell", "descriptor", "order sent", "order arrives",
         "step", "done sent", "done arrives", "completion", "raised", "trap")


def add(sums, args):
    for name, value in args.items():
        if name.endswith("_fj") and name != "energy_fj":
            sums[name[:-len("_fj")]] += value


def nonzero(energy):
    return {name: fj for name, fj in energy.items() if fj and name != "total"}


class Sums(e2e.Case):
    def traced(self, network, level="tiles"):
        name = e2e.path("sums")
        _, report = self.run_image(
            self.map(network), "--trace", name, "--trace-level", level,
            count=2)
        trace = perfetto.Trace(name)
        self.assertFalse(trace.open_slices())
        return report, trace

    def assert_tiles(self, report, trace):
        told = {e.name: e.args for e in trace.instants("tile")}
        self.assertEqual(len(told), len(report["tiles"]))
        slices = collections.Counter()
        for category, key in MADE_OF.items():
            for e in trace.slices(category):
                slices[trace.path(e.track)[1], key] += \
                    e.args["piece_ps"] * e.args["count"]
        for tile in report["tiles"]:
            name = f"tile {tile['x']},{tile['y']}"
            for key in BUSY:
                self.assertEqual(told[name][key], tile[key], name)
            for key in MADE_OF.values():
                self.assertEqual(slices[name, key], tile[key], name)
        self.assertGreater(sum(tile["adc_busy_ps"]
                               for tile in report["tiles"]), 0)
        layers = report["layers"]
        for key in ("array_busy_ps", "adc_busy_ps"):
            self.assertEqual(sum(tile[key] for tile in report["tiles"]),
                             sum(layer[key] for layer in layers))

    def assert_memories(self, report, trace):
        told = {e.name: e.args for e in trace.instants("memory")}
        self.assertEqual(len(told), len(report["memories"]))
        slices = collections.Counter()
        for category in ("buffer", "dram", "flash"):
            for e in trace.slices(category):
                slices[trace.path(e.track)[1]] += e.args["busy_ps"]
                self.assertEqual(e.begin_ns, e.args["begin_ps"] // 1000)
                self.assertEqual(e.end_ns, e.args["end_ps"] // 1000)
        for memory in report["memories"]:
            name = f"{memory['kind']} {memory['x']},{memory['y']}"
            for key, value in told[name].items():
                self.assertEqual(value, memory[key], name)
            self.assertEqual(slices[name], memory["busy_ps"], name)
        for kind, key in (("buffer", "buffer_bytes"), ("DRAM", "dram_bytes"),
                          ("flash", "flash_bytes")):
            self.assertEqual(
                sum(m["read_bytes"] + m["written_bytes"]
                    for m in report["memories"] if m["kind"] == kind),
                report["noc"][key], kind)
            self.assertGreater(report["noc"][key], 0)

    def assert_fetches(self, trace):
        """Reads are open while a step runs; sums arrive at reducers."""
        steps = collections.defaultdict(list)
        for e in trace.slices("step"):
            steps[tuple(trace.path(e.track))].append((e.begin_ns, e.end_ns))
        fetches = trace.slices("fetch")
        self.assertTrue(fetches)
        for e in fetches + trace.slices("reduce"):
            self.assertLessEqual(e.args["busy_ps"],
                                 e.args["end_ps"] - e.args["begin_ps"])
            self.assertGreater(e.args["count"], 0)
            *tile, track = trace.path(e.track)
            slot, what = track.rsplit(" ", 1)
            self.assertEqual(what, e.category)
            inside = [begin <= e.begin_ns and e.end_ns <= end
                      for begin, end in steps[(*tile, slot)]]
            # What is outside was read for a PROGRAM.
            self.assertTrue(any(inside) or (
                e.category == "fetch" and not any(
                    begin < e.end_ns and e.begin_ns < end
                    for begin, end in steps[(*tile, slot)])))

    def assert_links(self, report, trace):
        told = {e.name: e.args["bytes"] for e in trace.instants("link")}
        links = {f"{link['port']} of router {link['x']},{link['y']}":
                 link["bytes"] for link in report["noc"]["links"]}
        self.assertEqual({name: told.get(name, 0) for name in links}, links)

    def assert_energy(self, report, trace):
        sums = collections.Counter()
        told = {e.name: e.args for e in trace.instants("energy")}
        for layer in report["layers"]:
            layer_sums = collections.Counter()
            for e in trace.slices("layer"):
                if e.name == layer["name"]:
                    add(layer_sums, e.args)
            self.assertEqual(layer_sums, nonzero(layer["energy_fj"]))
            sums += layer_sums
        for name in ("programming", "other"):
            part = collections.Counter()
            add(part, told[name])
            self.assertEqual(part, nonzero(report[name]["energy_fj"]), name)
            sums += part
        whole = collections.Counter()
        add(whole, told["whole run"])
        self.assertEqual(whole, nonzero(report["energy_fj"]))
        # Opening rows of DRAM belongs to no part.
        sums["dram"] = whole["dram"]
        self.assertEqual(+sums, whole)

    def assert_counters(self, report, trace):
        """Power makes the energy, but for what is below a microwatt."""
        values = trace.values["power, adc"]
        end_ns = report["simulated_ps"] // 1000
        fj = sum(power * (later_ns - ns) for (ns, power), (later_ns, _)
                 in zip(values, values[1:] + [(end_ns, 0)]))
        energy = report["energy_fj"]["adc"]
        self.assertLessEqual(fj, energy + values[-1][1])
        self.assertLess(energy - fj, end_ns)
        depths = [value for _, value in trace.values["descriptors in ring 0"]]
        self.assertEqual(depths[-1], 0)
        self.assertGreater(max(depths), 1)
        self.assertGreaterEqual(min(depths), 0)

    def assert_flows(self, trace):
        """From the driver over the descriptor to tiles and to the interrupt
        that tells the driver."""
        told = collections.defaultdict(list)
        for e in trace.events:
            for flow in e.flows:
                told[flow].append(e)
        calls = trace.slices("call")
        for flow, events in told.items():
            found = collections.defaultdict(list)
            for e in events:
                found[self.part_of(trace, e)].append(e)
            for one in ("rings", "doorbell", "descriptor", "completion"):
                self.assertEqual(len(found[one]), 1, (flow, one))
            parts = [part for part in PARTS if found[part]]
            for earlier, later in zip(parts, parts[1:]):
                self.assertLessEqual(
                    min(e.begin_ns for e in found[earlier]),
                    min(e.begin_ns for e in found[later]), (earlier, later))
            # The CPU rang in a function of the driver.
            bell = found["rings"][0]
            self.assertTrue(any(
                call.track == bell.track and call.name.startswith("sqz_")
                and call.begin_ns <= bell.begin_ns <= call.end_ns
                for call in calls))
            self.assert_work(found)
        runs = [events for events in told.values()
                if any(e.category == "step" for e in events)]
        self.assertEqual(len(runs), len(trace.slices("layer")))
        self.assertTrue(all(e.flows for e in trace.slices("step")))
        interrupts = [e for e in trace.slices("trap")
                      if e.name.startswith("interrupt, ring ")]
        self.assertTrue(interrupts)
        raised = [e for e in trace.instants("driver")
                  if e.name.startswith("raises interrupt, ring ")]
        self.assertEqual([f"raises {e.name}" for e in interrupts],
                         [e.name for e in raised])
        for e, before in zip(interrupts, raised):
            self.assertTrue(set(before.flows) <= set(e.flows))
            self.assertTrue(e.flows)
            self.assertEqual(e.args["source"], 40)

    def part_of(self, trace, event):
        """The part of its way that an event of a flow stands for."""
        if event.category == "driver":
            if trace.path(event.track)[-1] == "host CPU":
                return "rings"
            return "raised" if event.name.startswith("raises") else event.name
        if event.category in ("sent", "arrives"):
            kind = "done" if event.name == "done" else "order"
            return f"{kind} {event.category}"
        return event.category

    def assert_work(self, found):
        """Each tile is told, works and answers."""
        if not found["order sent"] and not found["order arrives"]:
            return
        descriptor = found["descriptor"][0].name.lower()
        count = len(found["order sent"])
        for part in ("order arrives", "done sent", "done arrives"):
            self.assertEqual(len(found[part]), count)
        self.assertEqual({e.name for e in found["order sent"]}, {descriptor})
        if descriptor == "run":
            self.assertEqual(len(found["step"]), count)

    def test_packets(self):
        """The same flows, with packets in them."""
        _, trace = self.traced(e2e.NETWORKS[0], "packets")
        self.assert_flows(trace)
        categories = collections.Counter(
            e.category for e in trace.events if e.flows)
        steps = categories["step"]
        self.assertGreater(steps, 0)
        self.assertGreaterEqual(categories["sent"], 2 * steps)
        self.assertEqual(categories["sent"], categories["arrives"])

    def test_sums(self):
        for network in e2e.NETWORKS:
            report, trace = self.traced(network)
            with self.subTest(network=network):
                self.assert_tiles(report, trace)
                self.assert_memories(report, trace)
                self.assert_fetches(trace)
                self.assert_links(report, trace)
                self.assert_energy(report, trace)
                self.assert_counters(report, trace)
                self.assert_flows(trace)


if __name__ == "__main__":
    if not shutil.which("protoc"):
        print("SKIP: there is no protoc here")
        sys.exit(e2e.SKIPPED)
    e2e.main()
