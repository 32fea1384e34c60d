#!/usr/bin/python3
"""Traces tell exactly why packets leave: from causes, delays and the times at
which packets arrived every time in a run can be reckoned again."""

import collections
import csv

import e2e

PS_PER_NS = 1000
QUEUE_PACKETS = 4  # noc.queue_packets
CLASSES = {"grant": 0, "token": 0, "write": 2, "partial sum": 3, "read": 4,
           "register read": 4, "register write": 4, "program": 4, "run": 4,
           "abort": 4}  # all others: responses


class Event:
    """A mark, or a packet."""

    def __init__(self, name, node, time, args):
        self.name, self.node, self.time = name, node, time
        self.arrival = self.dst = None
        self.root = "after" not in args
        self.causes = [(int(args[key]),
                        int(args.get(key.replace("after", "delay") + "_ps", 0))
                        if key == "after" else
                        int(args.get(f"delay_{key[6:]}_ps", 0)))
                       for key in args if key.startswith("after")]

    def msg_class(self):
        return CLASSES.get(self.name, 1)


class Graph:
    """All events of a trace by id."""

    def __init__(self, text):
        self.events, self.sent = {}, collections.defaultdict(list)
        self.roots = 0
        for row in csv.DictReader(text.splitlines()):
            if row["category"] in ("sent", "mark", "arrives", "accepted"):
                self.take(row)

    def take(self, row):
        args = dict(word.split("=", 1) for word in row["args"].split(";"))
        number, kind = int(args["id"]), row["category"]
        stamp = int(row["begin_ns"]) * PS_PER_NS
        time = int(args.get("at_ps", stamp))
        if kind == "sent":
            event = Event(row["name"], int(args["src"]),
                          int(args.get("created_ps", stamp)), args)
            event.dst = int(args["dst"])
            self.events[number] = event
            self.sent[event.node, event.msg_class()].append(event)
        elif kind == "mark":
            node = int(row["track"].rsplit(" ", 1)[1])
            self.events[number] = Event("mark", node, time, args)
        else:
            self.events[number].arrival = time

    def when(self, number, node):
        """At which time a cause counts for a node; None: never."""
        cause = self.events.get(number)
        if cause is None:
            return None
        if cause.name != "mark" and cause.dst == node:
            return cause.arrival
        return cause.time if cause.node == node else None

    def reckon(self, event):
        """The time that the causes give; None: one of them is unknown."""
        times = [(self.when(number, event.node), delay)
                 for number, delay in event.causes]
        if any(time is None for time, _ in times):
            return None
        return max(time + delay for time, delay in times)

    def was_full(self, event, time):
        """Could the node's queue be full then?"""
        before = self.sent[event.node, event.msg_class()]
        inside = sum(other is not event and other.time <= event.time and
                     (other.arrival is None or other.arrival > time)
                     for other in before)
        return inside >= QUEUE_PACKETS

    def problems(self):
        for number, event in self.events.items():
            if event.root:
                self.roots += 1
                continue
            time = self.reckon(event)
            if time is None:
                yield "unknown", number, event, time
            elif time > event.time:
                yield "late", number, event, time
            elif time < event.time and (event.name == "mark" or not
                                        self.was_full(event, time)):
                yield "early", number, event, time


class Causes(e2e.Case):
    def check(self, image, *words, settings=(), count=2, kinds=()):
        name = e2e.path("causes")
        self.run_image(image, "--trace", name, "--trace-level", "packets",
                       *words, settings=settings, count=count)
        graph = Graph(self.sqz("trace", "export", "--csv", name).out)
        found = [(kind, number, event.name, event.node, event.time, time,
                  event.causes)
                 for kind, number, event, time in graph.problems()]
        self.assertEqual(found, [])
        names = collections.Counter(e.name for e in graph.events.values())
        # One root: the CPU's first instruction. Not much more than packets.
        self.assertEqual(graph.roots, 1)
        self.assertLess(names["mark"], sum(names.values()) / 3)
        for kind in ("read", "write", "run", "done", *kinds):
            self.assertGreater(names[kind], 0, kind)

    def test_default(self):
        for name in e2e.NETWORKS:
            with self.subTest(network=name):
                self.check(self.map(name), kinds=["grant", "partial sum"])

    def test_chains(self):
        """Tokens, and several images at a time."""
        for name in e2e.NETWORKS:
            with self.subTest(network=name):
                image = self.map(name, settings={"place.chains": "on",
                                                 "place.contexts": 3})
                self.check(image, "--chain", "--in-flight", 3, count=4,
                           kinds=["token"])

    def test_copies(self):
        for name in e2e.NETWORKS:
            with self.subTest(network=name):
                self.check(self.map(name, settings={"place.copies": 4}),
                           count=1)

    def test_rounds(self):
        """Programming between the layers, and registers of tiles."""
        settings = {"noc.width": 3, "noc.height": 2, "chip.buffers": 1,
                    "chip.dram_controllers": 1, "tile.arrays": 12,
                    "tile.slots": 1}
        self.check(self.map("lenet5", settings=settings), settings=settings,
                   kinds=["program", "register data"])

    def test_short_of_all(self):
        """Little room anywhere: what is slack else is waited for."""
        settings = {"tile.psum_window": 1, "tile.write_outstanding": 1,
                    "tile.fetch_outstanding": 1, "buffer.queue": 1,
                    "dram.queue": 1, "buffer.banks": 1}
        for name in e2e.NETWORKS:
            with self.subTest(network=name):
                self.check(self.map(name), settings=settings, count=1)

    def test_slow_memory(self):
        """Banks and queues are full."""
        settings = {"buffer.bytes_per_cycle": 1, "buffer.banks": 2,
                    "buffer.queue": 2, "noc.queue_packets": QUEUE_PACKETS}
        for name in e2e.NETWORKS:
            with self.subTest(network=name):
                self.check(self.map(name), settings=settings, count=1)


if __name__ == "__main__":
    e2e.main()
