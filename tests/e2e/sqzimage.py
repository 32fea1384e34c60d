"""Reads and damages .sqz images (software/include/sqz/image.h)."""

import struct
import zlib

HEADER_BYTES, SECTION_BYTES = 64, 32
KINDS = ["NETWORK", "NODES", "TENSORS", "LAYERS", "PARTICIPANTS", "STEPS",
         "PROGRAM", "INPUT", "SELFTEST", "REFERENCE"]
LAYER_BYTES, STEP_BYTES, BLOCK_BYTES, ARRAY_BYTES = 136, 32, 48, 16
GROUP_BYTES = 28
MVM, REDUCER = 1, 1


class Step:
    """One step's blob: where its blocks and arrays lie in the file."""

    def __init__(self, data, record, base):
        self.layer, self.node, self.slot, offset = struct.unpack_from(
            "<IHHQ", data, record)
        self.array_count, = struct.unpack_from("<I", data, record + 20)
        self.base = base + offset
        self.kind, self.flags = struct.unpack_from("<HH", data, self.base + 6)
        out_h, out_w = struct.unpack_from("<II", data, self.base + 28)
        self.positions = out_h * out_w
        self.k0, self.k1, self.n0, self.n1 = struct.unpack_from(
            "<4I", data, self.base + 56)
        blocks, at, _, self.arrays_at = struct.unpack_from(
            "<4I", data, self.base + 136)
        self.blocks = [Block(data, self.base + at + i * BLOCK_BYTES)
                       for i in range(blocks)]

    def units(self, data):
        """[([Group], OUs, index bits)] of each array in OU mode"""
        arrays, = struct.unpack_from("<I", data, self.base + 144)
        found = []
        for i in range(arrays):
            at, count, ous, index_bits = struct.unpack_from(
                "<4I", data, self.base + self.arrays_at + i * ARRAY_BYTES)
            groups = [Group(data, self.base, self.base + at + g * GROUP_BYTES)
                      for g in range(count)]
            found.append((groups, ous, index_bits))
        return found

    def array(self, data, index):
        """(plane, flags, place of its bits in the file)"""
        plane, _, flags, bits = struct.unpack_from(
            "<BBHI", data, self.base + self.arrays_at + index * ARRAY_BYTES)
        return plane, flags, self.base + bits


class Block:
    def __init__(self, data, at):
        (self.row0, self.rows, self.col0, self.cols, self.first_array,
         self.arrays, self.shifts, _, self.max_shift) = struct.unpack_from(
             "<9I", data, at)


class Group:
    """Rows of an OU; where its columns and their destinations lie."""

    def __init__(self, data, base, at):
        (self.block, _, self.rows, self.columns, self.ones, _, _, columns,
         destinations, count) = struct.unpack_from("<6H4I", data, at)
        self.columns_at = base + columns
        self.destinations_at = base + destinations
        self.destinations = struct.unpack_from(f"<{count}H", data,
                                               self.destinations_at)


class Image:
    def __init__(self, name):
        with open(name, "rb") as file:
            self.data = bytearray(file.read())
        self.sections = {}  # kind: (place in the table, offset, bytes)
        count = struct.unpack_from("<I", self.data, 12)[0]
        for i in range(count):
            entry = HEADER_BYTES + i * SECTION_BYTES
            kind, _, offset, size = struct.unpack_from("<IIQQ", self.data,
                                                       entry)
            self.sections[KINDS[kind - 1]] = (entry, offset, size)

    def place(self, kind):
        """(offset, bytes) of a section."""
        return self.sections[kind][1:]

    def steps(self):
        offset, size = self.place("STEPS")
        program = self.place("PROGRAM")[0]
        return [Step(self.data, at, program)
                for at in range(offset, offset + size, STEP_BYTES)]

    def crossbar_steps(self):
        return [step for step in self.steps() if step.kind == MVM]

    def layer_names(self):
        offset, size = self.place("LAYERS")
        return [bytes(self.data[at:at + 32]).split(b"\0")[0].decode()
                for at in range(offset, offset + size, LAYER_BYTES)]

    def layer_parts(self):
        """[(macs, round, part, parts, partial)] of each entry"""
        offset, size = self.place("LAYERS")
        return [struct.unpack_from("<Q", self.data, at + 64) +
                struct.unpack_from("<IHHI", self.data, at + 108)
                for at in range(offset, offset + size, LAYER_BYTES)]

    def flip(self, at, bit):
        self.data[at] ^= 1 << bit

    def flip_cell(self, step, block, array, column, row):
        """Turns one programmed cell over."""
        words = (block.rows + 63) // 64
        _, _, bits = step.array(self.data, block.first_array + array)
        self.flip(bits + (column * words + row // 64) * 8 + row % 64 // 8,
                  row % 8)

    def seal(self):
        """Makes all check sums right again."""
        for entry, offset, size in self.sections.values():
            crc = zlib.crc32(self.data[offset:offset + size])
            struct.pack_into("<I", self.data, entry + 24, crc)
        table = HEADER_BYTES + len(self.sections) * SECTION_BYTES
        struct.pack_into("<I", self.data, 24,
                         zlib.crc32(self.data[HEADER_BYTES:table]))
        struct.pack_into("<I", self.data, 60, zlib.crc32(self.data[:60]))
        return bytes(self.data)
