#!/usr/bin/python3
"""Bad input: one line that names file and reason, a non-zero exit status, and
nothing left behind."""

import gzip
import os
import re
import struct

import e2e
import onnxfile
from sqzimage import KINDS, Image


def listing():
    return sorted(os.listdir(e2e.scratch))


class BadInput(e2e.Case):
    def refused(self, *words, verb, names, reason):
        """names: what the line must contain word by word."""
        before = listing()
        result = self.sqz(verb, *words, status=None)
        told = f"{words}: {result.err}"
        self.assertNotIn(result.status, (0, 3), told)
        self.assertEqual(result.err.count("\n"), 1, told)
        self.assertTrue(result.err.startswith(f"sqz {verb}: "), told)
        self.assertIn(names, result.err)
        self.assertRegex(result.err, reason)
        self.assertNotIn("bit-exact", result.out, told)
        self.assertEqual(listing(), before, told)
        return result

    def map_refused(self, onnx, reason, *words, names=None):
        self.refused(onnx, "--config", e2e.CONFIG, "-o", e2e.path("out.sqz"),
                     *words, verb="map", names=names or onnx, reason=reason)

    def run_refused(self, reason, *words, image=None, config=None, names):
        """With every output asked for: none may be left."""
        outputs = [word for kind in ("report", "trace", "logits", "timing")
                   for word in ("--" + kind, e2e.path("out." + kind))]
        self.refused(image or self.map("lenet5"), "--config",
                     config or e2e.CONFIG, "--count", 1, *outputs, *words,
                     verb="run", names=names, reason=reason)


class BadNetwork(BadInput):
    def test_truncated(self):
        whole = e2e.read(e2e.network("lenet5"))
        for size in (1, 10, 100, 5000, len(whole) // 2, len(whole) - 1):
            with self.subTest(bytes=size):
                self.map_refused(e2e.write("cut.onnx", whole[:size]),
                                 "cut short or damaged|no graph|empty")

    def test_empty(self):
        self.map_refused(e2e.write("empty.onnx", b""), "the file is empty")

    def test_missing(self):
        self.map_refused(e2e.path("none.onnx"), "No such file")

    def test_not_onnx(self):
        self.map_refused(e2e.write("text.onnx", "no network\n" * 100), ": ")

    def test_unsupported_operator(self):
        """Field 4 of a NodeProto is its operator."""
        whole = e2e.read(e2e.network("lenet5"))
        other = whole.replace(b"\x22\x04Relu", b"\x22\x04Selu", 1)
        self.assertNotEqual(whole, other)
        self.map_refused(e2e.write("selu.onnx", other), r"node .*Selu")

    def damaged(self, reason, weights=None, dims=(2, 1, 3, 3), side=28,
                first="x", operator="Relu"):
        """x -> conv -> relu -> y, with one thing wrong."""
        nodes = [onnxfile.node("Conv", [first, "w"], "conv"),
                 onnxfile.node(operator, ["conv"], "y")]
        tensors = [onnxfile.tensor("w", dims, weights or [0.5] * 18)]
        self.map_refused(
            e2e.write("damaged.onnx", onnxfile.model(
                nodes, tensors, [1, 1, side, side], "y")), reason)

    def test_damaged(self):
        """File, node and reason, before anything is written."""
        conv = r"damaged\.onnx: node 'conv' \(Conv\): "
        for reason, change in (
                (r"node 'y' \(Tanh\): the operator is not supported",
                 {"operator": "Tanh"}),
                (conv + r"weights 'w' contains NaN at element 7",
                 {"weights": [1.] * 7 + [float("nan")] * 11}),
                (conv + r"weights 'w' contains infinity at element 0",
                 {"weights": [float("-inf")] * 18}),
                (conv + r"weights 'w' has no elements \(dimension 0 is 0\)",
                 {"dims": [0, 1, 3, 3]}),
                (conv + r"weights 'w' is too large \(dimension 0 is 10{9}\)",
                 {"dims": [10 ** 9, 1, 3, 3]}),
                (conv + r"weights 'w' is too large \(dimension 1 is 10{9}\)",
                 {"dims": [1, 10 ** 9, 10 ** 9, 10 ** 9]}),
                (conv + r"weights 'w' holds 18 values, .* ask for 9",
                 {"dims": [1, 1, 3, 3]}),
                (r"damaged\.onnx: dimension 2 of input 'x' is not a number",
                 {"side": 10 ** 9}),
                (r"damaged\.onnx: dimension 2 of input 'x' is not a number",
                 {"side": 0}),
                (r"damaged\.onnx: node '(conv|y)' .*the graph is cyclic: "
                 r"input '(y|conv)' depends on this node", {"first": "y"})):
            with self.subTest(change=str(change)[:60]):
                self.damaged(reason, **change)

    def test_undamaged(self):
        """What test_damaged starts from is accepted."""
        data = onnxfile.model(
            [onnxfile.node("Conv", ["x", "w"], "conv"),
             onnxfile.node("Relu", ["conv"], "y")],
            [onnxfile.tensor("w", [2, 1, 3, 3], [0.5] * 18)],
            [1, 1, 28, 28], "y")
        self.sqz("map", e2e.write("good.onnx", data), "--config", e2e.CONFIG,
                 "--quiet", "-o", e2e.path("good.sqz"))

    def test_unwritable_output(self):
        """Also after all the work."""
        out = e2e.path("no/folder/out.sqz")
        self.refused(e2e.network("lenet5"), "--config", e2e.CONFIG, "--quiet",
                     "-o", out, verb="map", names=out, reason="No such file")

    def test_options(self):
        network = e2e.network("lenet5")
        self.map_refused(network, "sme9", "--scheme", "sme9", names="scheme")
        self.map_refused(network, "No such file", "--dataset",
                         e2e.path("none"), names=e2e.path("none"))

    def test_chip_too_small(self):
        for settings, reason in (
                ({"tile.arrays": 1}, "12 arrays"),
                ({"noc.width": 3, "noc.height": 3, "tile.slots": 1,
                  "place.rounds": "off"}, "no tile has"),
                ({"tile.edram_kib": 1, "chip.buffers": 200},
                 "no room for a tile")):
            with self.subTest(settings=settings):
                self.map_refused(e2e.network("lenet5"), reason,
                                 *e2e.overrides(settings), names=": ")


class BadImage(BadInput):
    def run_changed(self, data, reason, **more):
        name = e2e.write("bad.sqz", bytes(data))
        self.run_refused(reason, image=name, names=name, **more)

    def test_flipped_bit_in_any_section(self):
        for kind in KINDS:
            offset, size = Image(self.map("lenet5")).place(kind)
            for at, bit in ((0, 0), (size // 2, 7), (size - 1, 3)):
                with self.subTest(section=kind, byte=at, bit=bit):
                    image = Image(self.map("lenet5"))
                    image.flip(offset + at, bit)
                    self.run_changed(image.data, f"section {kind}: CRC-32")

    def test_flipped_bit_before_sections(self):
        for at, reason in ((0, "magic"), (9, "header: CRC-32"),
                           (20, "header: CRC-32"), (62, "header: CRC-32"),
                           (70, "table: CRC-32"), (380, "table: CRC-32")):
            with self.subTest(byte=at):
                image = Image(self.map("lenet5"))
                image.flip(at, 1)
                self.run_changed(image.data, reason)

    def test_truncated(self):
        whole = Image(self.map("lenet5")).data
        for size in (0, 1, 63, 64, 200, len(whole) // 2, len(whole) - 1):
            with self.subTest(bytes=size):
                self.run_changed(whole[:size], "cut short|no header|empty")
        self.run_changed(whole + b"\0", "padded")

    def test_other_version(self):
        image = Image(self.map("lenet5"))
        struct.pack_into("<H", image.data, 8, 2)
        self.run_changed(image.seal(), "version 2")

    def test_sealed_nonsense(self):
        """Check sums are right, the contents are not."""
        for kind, at, value in (
                ("NETWORK", 32, 7), ("NETWORK", 48, 0xffffffff),
                ("NETWORK", 52, 0), ("NETWORK", 56, 0x10000000),
                ("NETWORK", 60, 0xffff), ("NETWORK", 68, 0x7fffffff),
                ("NETWORK", 72, 3),
                ("TENSORS", 0, 0x40000000), ("TENSORS", 12, 3),
                ("TENSORS", 16, 2), ("TENSORS", 32, 0xffffffff),
                ("LAYERS", 32, 77), ("LAYERS", 36, 1000),
                ("LAYERS", 48, 0xffffffff), ("LAYERS", 52, 0xffffffff),
                ("PARTICIPANTS", 0, 0xffffffff), ("STEPS", 0, 1000),
                ("STEPS", 4, 0), ("STEPS", 8, 0x7fffffc0),
                ("STEPS", 16, 0xffffffff), ("INPUT", 0, 1000),
                ("INPUT", 8, 0), ("INPUT", 20, 1 << 24),
                ("REFERENCE", 0, 0xffffffff), ("REFERENCE", 8, 0xffffffff)):
            with self.subTest(section=kind, at=at, value=hex(value)):
                image = Image(self.map("lenet5"))
                offset, _ = image.place(kind)
                struct.pack_into("<I", image.data, offset + at, value)
                self.run_changed(image.seal(), ": ")

    def test_larger_mesh(self):
        image = self.map("lenet5")
        for settings in ({"noc.width": 4}, {"noc.height": 5},
                         {"noc.width": 4, "noc.height": 16}):
            with self.subTest(settings=settings):
                self.run_refused("made for a mesh of 8 x 8, ",
                                 *e2e.overrides(settings), names=image)

    def test_other_chip(self):
        image = self.map("lenet5")
        for settings in ({"tile.arrays": 12}, {"buffer.kib": 8},
                         {"chip.dram_controllers": 3}, {"tile.slots": 2},
                         {"tile.array_rows": 64}, {"chip.buffers": 5}):
            with self.subTest(settings=settings):
                self.run_refused("made for", *e2e.overrides(settings),
                                 names=image)

    def test_missing(self):
        name = e2e.path("none.sqz")
        self.run_refused("No such file", image=name, names=name)


class BadConfiguration(BadInput):
    def change(self, pattern, new):
        """The default configuration with one change."""
        text = e2e.read(e2e.CONFIG, "r")
        changed, count = re.subn(pattern, new, text, count=1, flags=re.M)
        self.assertEqual(count, 1, pattern)
        return e2e.write("bad.cfg", changed)

    def test_file(self):
        for pattern, new, reason in (
                (r"^  vc_depth = .*\n", "", "noc.vc_depth is missing"),
                (r"^mailbox = \{[^}]*\};\n", "", "mailbox.delivery_ns"),
                (r"vcs = 5", "vcs = \"5\"", r"cfg:\d+: noc.vcs wants a whole"),
                (r"vcs = 5", "vcs = 5.5", r"cfg:\d+: noc.vcs wants a whole"),
                (r"vcs = 5", "vcs = [5, 6]", r"cfg:\d+: noc.vcs wants"),
                (r"cycle_ns = 1.0;", "cycle_ns = true;", "wants a number"),
                (r"vcs = 5", "vcs = 5; cvs = 5", "unknown key noc.cvs"),
                (r"\Z", "nox = { vcs = 5; };\n", "unknown section nox"),
                (r"\Z", "vcs = 5;\n", "unknown section vcs"),
                (r"^  vcs = 5;", "  vcs = 4;", "noc.vcs must be at least 5"),
                (r"^  vcs = 5;", "  vcs = 1000;", r"cfg:\d+: .* outside"),
                (r"^  vcs = 5;", "  vcs = -5;", r"cfg:\d+: .* outside"),
                (r"^  width = 8;", "  width = 0;", r"cfg:\d+: .* outside"),
                (r"^noc = \{", "noc = ", r"cfg:\d+: syntax error"),
                (r"quantum_ns = .*;", "quantum_ns = 0;", "quantum_ns"),
                (r"interleave_bytes = 256;", "interleave_bytes = 257;",
                 "power of two"),
                (r"in_flight = 32;", "in_flight = 1;", "in_flight")):
            with self.subTest(new=new, pattern=pattern):
                name = self.change(pattern, new)
                self.run_refused(reason, config=name, names=name)

    def test_overrides(self):
        for words, reason in (("noc.vcs=abc", "wants a whole number"),
                              ("noc.vcs=", "wants a whole number"),
                              ("noc.vcs=5.5", "wants a whole number"),
                              ("noc.vcs", "wants section.key=value"),
                              ("noc.nix=1", "unknown key noc.nix"),
                              ("noc.cycle_ns=nan", "wants a number"),
                              ("noc.width=65", "outside"),
                              ("controller.in_flight=3", "in_flight"),
                              ("chip.dram_controllers=60", "no room for a tile")):
            with self.subTest(set=words):
                self.run_refused(reason, "--set", words, names=": ")

    def test_missing(self):
        name = e2e.path("none.cfg")
        self.run_refused("No such file", config=name, names=name)
        self.refused(e2e.network("lenet5"), "--config", name, "-o",
                     e2e.path("out.sqz"), verb="map", names=name,
                     reason="No such file")


class BadFirmware(BadInput):
    def elf(self, data, reason):
        name = e2e.write("bad.elf", bytes(data))
        self.run_refused(reason, "--firmware", name, names=name)

    def test_other_machine(self):
        self.run_refused("machine 62 is not RISC-V", "--firmware",
                         self.x86_64(), names="host.elf")
        whole = bytearray(e2e.read(e2e.firmware("hello")))
        whole[18] = 40  # EM_ARM
        self.elf(whole, "machine 40 is not RISC-V")
        whole[18] = 243
        whole[4] = 1  # 32 bit
        self.elf(whole, "not a 64-bit ELF")

    def x86_64(self):
        """A header that claims to be the build machine's."""
        return e2e.write("host.elf", struct.pack(
            "<4s5B7xHHIQQQIHHHHHH", b"\x7fELF", 2, 1, 1, 0, 0, 2, 62, 1,
            0x400000, 64, 0, 0, 64, 56, 1, 64, 0, 0) + bytes(200))

    def test_truncated(self):
        whole = e2e.read(e2e.firmware("inference"))
        for size in (0, 3, 30, 64, 100, 3000, 8192):
            with self.subTest(bytes=size):
                self.elf(whole[:size], ": ")

    def test_wrong_addresses(self):
        """A segment that no memory takes."""
        whole = bytearray(e2e.read(e2e.firmware("hello")))
        headers, = struct.unpack_from("<Q", whole, 32)
        size, count = struct.unpack_from("<HH", whole, 54)
        for at in range(headers, headers + size * count, size):
            kind, = struct.unpack_from("<I", whole, at)
            if kind == 1:
                struct.pack_into("<Q", whole, at + 24, 0x1000)
        self.elf(whole, "outside memory")

    def test_missing(self):
        name = e2e.path("none.elf")
        self.run_refused("No such file", "--firmware", name, names=name)

    def test_text(self):
        self.elf(b"#!/bin/sh\n" * 50, "not an ELF file")


class BadPictures(BadInput):
    def test_cut_short(self):
        whole = gzip.decompress(e2e.read(e2e.IMAGES))
        packed = e2e.read(e2e.IMAGES)
        for data in (packed[:50000], packed[:-20], packed[:5], whole[:50000],
                     whole[:-1], whole[:20], whole[:3], b""):
            with self.subTest(bytes=len(data)):
                name = e2e.write("images", data)
                self.run_refused(": ", "--images", name, "--labels",
                                 e2e.LABELS, names=name)

    def test_labels(self):
        name = e2e.path("none")
        self.run_refused("No such file", "--labels", name, names=name)
        packed = e2e.read(e2e.LABELS)
        name = e2e.write("labels", packed[:1000])
        self.run_refused(": ", "--labels", name, names=name)
        self.run_refused(": ", "--labels", e2e.IMAGES, names=e2e.IMAGES)
        copy = e2e.write("pictures", e2e.read(e2e.IMAGES))
        self.run_refused("--labels FILE", "--images", copy, names=copy)
        copy = e2e.write("x-images-idx3-ubyte.gz", e2e.read(e2e.IMAGES))
        self.run_refused("No such file", "--images", copy,
                         names=e2e.path("x-labels-idx1-ubyte.gz"))

    def test_other_size(self):
        pictures = struct.pack(">IIII", 0x803, 2, 10, 10) + bytes(200)
        labels = struct.pack(">II", 0x801, 2) + bytes(2)
        name = e2e.write("small", pictures)
        self.run_refused("another size", "--images", name, "--labels",
                         e2e.write("small-labels", labels), names=name)

    def test_too_many(self):
        for words in (("--count", 10001), ("--first", 10000),
                      ("--first", 9999, "--count", 2)):
            with self.subTest(words=words):
                self.run_refused("has 10000 pictures", *words,
                                 names=e2e.IMAGES)


class BadUse(BadInput):
    def test_outputs(self):
        image = self.map("lenet5")
        name = e2e.path("no/folder/file")
        for option in ("report", "trace", "logits", "timing"):
            with self.subTest(option=option):
                self.refused(image, "--config", e2e.CONFIG, "--" + option,
                             name, verb="run", names=name,
                             reason="No such file")

    def test_beside(self):
        """Refused before the run, so nothing is printed."""
        for text in ("no report\n", "{}\n", '{"layers": [{}]}\n'):
            with self.subTest(text=text):
                name = e2e.write("other.json", text.encode())
                self.run_refused("no report: |layers, this run",
                                 "--beside", name, names=name)
        self.run_refused("No such file", "--beside", e2e.path("none.json"),
                         names=e2e.path("none.json"))

    def test_values(self):
        for words in (("--count", 0), ("--count", -1), ("--count", "x"),
                      ("--count", 99999999999), ("--first", "1e3"),
                      ("--trace-level", "all"), ("--limit-ms", "")):
            with self.subTest(words=words):
                self.run_refused(words[0], *words, names=words[0])

    def test_unknown(self):
        result = self.sqz("frobnicate", status=1)
        self.assertRegex(result.err, r"^sqz: unknown verb frobnicate.*\n$")
        for verb in ("map", "eval", "run", "trace"):
            with self.subTest(verb=verb):
                result = self.sqz(verb, "--nonsense", status=1)
                self.assertIn("--nonsense", result.err)
                self.assertLessEqual(result.err.count("\n"), 2)

    def test_nothing_to_do(self):
        for verb in ((), ("map",), ("eval",), ("run",), ("trace",),
                     ("trace", "summary"), ("trace", "frobnicate")):
            with self.subTest(verb=verb):
                result = self.sqz(*verb, status=1)
                self.assertNotEqual(result.err, "")
                self.assertEqual(result.out, "")

    def test_eval(self):
        name = e2e.write("cut.onnx", e2e.read(e2e.network("lenet5"))[:999])
        self.refused(name, verb="eval", names=name, reason="cut short")
        name = e2e.path("none.onnx")
        self.refused(name, verb="eval", names=name, reason="No such file")

    def test_trace(self):
        name = e2e.write("none.pftrace", "no trace\n" * 20)
        for command in ("check", "summary"):
            with self.subTest(command=command):
                self.refused(command, name, verb="trace", names=name,
                             reason="byte 0")
                self.refused(command, e2e.path("none"), verb="trace",
                             names=e2e.path("none"), reason="No such file")


if __name__ == "__main__":
    e2e.main()
