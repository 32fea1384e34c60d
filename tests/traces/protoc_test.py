#!/usr/bin/python3
"""Decodes a trace without our reader: zlib from Python, protobuf from protoc.

Usage: protoc_test.py WRITE_SAMPLE DIRECTORY_OF_PROTO
Each chunk is decoded by itself, so every name it uses must be spelled out in
it. What must be in the sample is worked out here again, from sample.h.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zlib

SKIPPED = 77
IMAGES, LAYERS, TILES = 30, 3, 4
LAYER_PS, START_PS = 2000500, 15000000
LAYER_NAMES = ["conv1", "conv2", 'fc,"out"']


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def chunks_of(data):
    at = 0
    while at < len(data):
        assert data[at] == 0x0A, f"byte {at}: no Trace.packet"
        size, at = varint(data, at + 1)
        end = at + size
        tag, at = varint(data, at)
        assert tag == 50 << 3 | 2, f"byte {at}: no compressed_packets"
        size, at = varint(data, at)
        assert at + size == end, f"byte {at}: more in a packet of chunks"
        yield zlib.decompress(data[at:end])
        at = end


def decode(raw, proto_dir):
    text = subprocess.run(
        ["protoc", "--decode=Trace", "-I", proto_dir, "perfetto_subset.proto"],
        input=raw, stdout=subprocess.PIPE, check=True).stdout.decode()
    return parse(iter(text.splitlines()))


def unquote(text):
    if not text.startswith('"'):
        return text if text[0].isalpha() else int(text)
    return (text[1:-1].encode().decode("unicode_escape")
            .encode("latin-1").decode())


def parse(lines):
    """Text format -> {field: [values]}; values are dicts, numbers, texts."""
    message = {}
    for line in lines:
        line = line.strip()
        if line == "}":
            break
        match = re.fullmatch(r"(\w+)(?:: (.*)| \{)", line)
        assert match, f"cannot parse {line}"
        key, value = match.groups()
        assert not key.isdigit(), f"field {key} is not in the schema"
        value = parse(lines) if value is None else unquote(value)
        message.setdefault(key, []).append(value)
    return message


class Checker:
    """Walks the packets as a viewer would."""

    TABLES = ("event_categories", "event_names", "debug_annotation_names")

    def __init__(self):
        self.tracks, self.open, self.last = {}, {}, {}
        self.flows, self.slices, self.counts = {}, [], {}
        self.names = {}

    def start_chunk(self, packet):
        assert packet["sequence_flags"] == [1], "chunk does not start cleared"
        self.names = {table: {} for table in self.TABLES}

    def name(self, table, iid):
        return self.names[table][iid]  # a KeyError is a failure

    def packet(self, packet):
        assert packet["trusted_packet_sequence_id"] == [1]
        for data in packet.get("interned_data", []):
            for table, entries in data.items():
                for entry in entries:
                    iid, name = entry["iid"][0], entry["name"][0]
                    assert iid > 0
                    self.names[table][iid] = name
        for track in packet.get("track_descriptor", []):
            self.track(track)
        for event in packet.get("track_event", []):
            used = [key for key in event if "iid" in key]
            flags = packet.get("sequence_flags", [0])[0]
            assert flags == (2 if used or "debug_annotations" in event else 0)
            self.event(event, packet["timestamp"][0])

    def track(self, track):
        uuid = track["uuid"][0]
        assert uuid not in self.tracks, "told twice"
        if uuid != 1:
            assert track["parent_uuid"][0] in self.tracks
        self.tracks[uuid] = track
        self.open[uuid], self.last[uuid] = [], 0

    def event(self, event, now):
        kind, uuid = event["type"][0], event["track_uuid"][0]
        assert now >= self.last[uuid], "time goes back"
        self.last[uuid] = now
        self.counts[kind] = self.counts.get(kind, 0) + 1
        name = [self.name("event_names", i) for i in event.get("name_iid", [])]
        category = [self.name("event_categories", i)
                    for i in event.get("category_iids", [])]
        args = {}
        for arg in event.get("debug_annotations", []):
            key = self.name("debug_annotation_names", arg.pop("name_iid")[0])
            args[key] = list(arg.values())[0][0]
        for flow in event.get("flow_ids", []):
            assert flow not in self.flows
            self.flows[flow] = 1
        for flow in event.get("terminating_flow_ids", []):
            self.flows[flow] += 1
        if kind == "TYPE_SLICE_BEGIN":
            self.open[uuid].append((name, category, now))
        elif kind == "TYPE_SLICE_END":
            name, category, begin = self.open[uuid].pop()
            track = self.tracks[uuid]["name"][0]
            self.slices.append((track, name, category, begin, now, args))


def expected_layers():
    ps, rows = START_PS, []
    for image in range(IMAGES):
        for layer in range(LAYERS):
            begin = ps + 1000
            ps = begin + LAYER_PS * (layer + 1)
            args = {
                "layer": layer, "image": image, "macs": 1000 * (layer + 1),
                "crossbars": layer + 2, "array_reads": 10 * (layer + 1),
                "adc_conversions": 100 + image, "adc_saturations": image,
                "input_cycles": 8, "noc_bytes": 64, "energy_fj": 1500 + layer,
                "begin_ps": begin, "end_ps": ps,
            }
            rows.append(("layers", [LAYER_NAMES[layer]], ["layer"],
                         begin // 1000, ps // 1000, args))
    return rows


def check(path, proto_dir, chunk_bytes):
    checker, count = Checker(), 0
    with open(path, "rb") as file:
        data = file.read()
    for raw in chunks_of(data):
        packets = decode(raw, proto_dir)["packet"]
        checker.start_chunk(packets[0])
        for packet in packets:
            checker.packet(packet)
        count += 1
        assert len(raw) < chunk_bytes + 4096
    assert count > 5, f"only {count} chunks"
    work = IMAGES * LAYERS
    slices = 2 + work * (1 + 2 * TILES)
    assert checker.counts == {
        "TYPE_SLICE_BEGIN": slices, "TYPE_SLICE_END": slices,
        "TYPE_INSTANT": IMAGES + 1, "TYPE_COUNTER": work}, checker.counts
    assert not any(checker.open.values()), "slices stay open"
    assert len(checker.flows) == work * TILES
    assert set(checker.flows.values()) == {2}, "flows do not connect"
    layers = [s for s in checker.slices if s[0] == "layers"]
    assert layers == expected_layers()
    assert checker.tracks[1]["process"][0]["process_name"] == ["squeezebox"]
    units = [t["counter"][0]["unit_name"] for t in checker.tracks.values()
             if "counter" in t]
    assert units == [["mW"]], units
    print(f"{count} chunks, {slices} slices: all as expected")


def main():
    write_sample, proto_dir = sys.argv[1:]
    if not shutil.which("protoc"):
        print("SKIP: there is no protoc here")
        return SKIPPED
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "sample.pftrace")
        for chunk_bytes in (500, 8000):
            subprocess.run(
                [write_sample, path, str(IMAGES), str(chunk_bytes)],
                check=True)
            check(path, proto_dir, chunk_bytes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
