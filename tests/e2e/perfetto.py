"""Traces as protoc reads them, with the schema of tests/traces."""

import collections
import os
import sys

import e2e

sys.path.insert(0, os.path.join(e2e.SOURCE, "tests/traces"))
import protoc_test  # noqa: E402

PROTO_DIR = os.path.join(e2e.SOURCE, "tests/traces")

Event = collections.namedtuple(
    "Event", "track name category begin_ns end_ns args flows")


class Trace:
    """All events of a file."""

    def __init__(self, path):
        self.tracks, self.open, self.events = {}, {}, []
        self.values = collections.defaultdict(list)  # (ns, value) by name
        for raw in protoc_test.chunks_of(e2e.read(path)):
            names = collections.defaultdict(dict)
            for packet in protoc_test.decode(raw, PROTO_DIR)["packet"]:
                self.packet(packet, names)

    def packet(self, packet, names):
        for data in packet.get("interned_data", []):
            for table, entries in data.items():
                for entry in entries:
                    names[table][entry["iid"][0]] = entry["name"][0]
        for track in packet.get("track_descriptor", []):
            self.tracks[track["uuid"][0]] = (
                track["name"][0], track.get("parent_uuid", [None])[0])
        for event in packet.get("track_event", []):
            self.event(event, packet["timestamp"][0], names)

    def event(self, event, now, names):
        kind, track = event["type"][0], event["track_uuid"][0]
        args = {}
        for arg in event.get("debug_annotations", []):
            name = names["debug_annotation_names"][arg.pop("name_iid")[0]]
            args[name] = next(iter(arg.values()))[0]
        if kind == "TYPE_SLICE_END":
            begun = self.open[track].pop()
            begun.args.update(args)
            self.events.append(begun._replace(end_ns=now))
            return
        if kind == "TYPE_COUNTER":
            value = event["counter_value"][0]
            self.values[self.tracks[track][0]].append((now, value))
            return
        one = Event(track, names["event_names"][event["name_iid"][0]],
                    names["event_categories"][event["category_iids"][0]], now,
                    None, args, event.get("flow_ids", [])
                    + event.get("terminating_flow_ids", []))
        if kind == "TYPE_SLICE_BEGIN":
            self.open.setdefault(track, []).append(one)
        else:
            self.events.append(one)

    def slices(self, category):
        return [e for e in self.events
                if e.end_ns is not None and e.category == category]

    def instants(self, category):
        return [e for e in self.events
                if e.end_ns is None and e.category == category]

    def open_slices(self):
        return [e for stack in self.open.values() for e in stack]

    def path(self, track):
        """Names from the process down to the track."""
        names = []
        while track is not None:
            name, track = self.tracks[track]
            names.insert(0, name)
        return names
