"""How long a layer must take at least, by arithmetic: from the image (what is
mapped where) and the configuration alone, with nothing of the simulator's.

Bounds of a layer, in ps; what is slower than the others sets its time:
  arrays   positions x input cycles x cycle, of the tile that has most
  vector   vector cycles of the tile that has most
  links    flits over the busiest link, each packet by its XY way
  memory   bytes over the bandwidth of the busiest buffer or of the DRAM
  reads    reads / reads that may be open x time of one alone in the network
  grants   positions x way to the reducer and back / half its window
A fill term is added, of what does not overlap: participants are told, the
first window comes, the last position is finished, written and acknowledged.
Latencies in it are those of an empty network.
"""

import collections
import struct

HEADER = 16  # bytes of a packet before its payload
READ_FLIT_BYTES, GRANT_FLIT_BYTES, DONE_FLIT_BYTES = 24, 16, 24
MVM, POOLS = 1, (2, 3)
CONTROLLER, BUFFER, DRAM, FLASH = 1, 3, 4, 5
REDUCER, RESIDUAL, PARTIAL_IN = 1, 2, 8
# Nothing contends if the largest bound is so many times the next one, and fill
# term and a tile's delay at a shared port are at most these shares of the sum.
APART, SHORT, LATE = 2, 0.1, 0.05
# Parts of the fill term that a bound has counted already.
COVERED = {"arrays": ["pass"], "vector": ["vector"], "grants": ["pass"],
           "links": ["first"], "reads": ["first"], "memory": ["first", "end"]}
IN_DRAM = 0xffffffff
NONE = 0xffffffff

STEP_FIELDS = (
    "magic version kind flags layer bytes in_h in_w in_c out_h out_w out_c "
    "kernel_h kernel_w stride_y stride_x dilation_y dilation_x pad_top "
    "pad_left k0 k1 n0 n1 fetch_c0 fetch_c1 input_bits out_bytes z_in "
    "z_residual z_out low high reducer_node reducer_slot remote_workers "
    "workers bias scale residual average average_count block_count blocks "
    "array_count arrays max_shift ou_rows ou_columns y0 y1").split()
STEP_FORMAT = "<I4HI6I8H6I2H5i2H12I2H2I"
LAYER_FORMAT = "<32s8I"
TENSOR_FORMAT = "<5IifIQQ"
NODE_FORMAT = "<BBHHHQQII"


def settings_of(values):
    """{"noc.vcs": 5.0, ...} of what e2e.values_of finds; words stay words."""
    found = {}
    for key, (text, _) in values.items():
        try:
            found[key] = float(text)
        except ValueError:
            found[key] = text
    return found


def up(a, b):
    return -(-a // b)


class Step:
    def __init__(self, image, record):
        self.layer, self.node, self.slot, offset = struct.unpack_from(
            "<IHHQ", image.data, record)
        base = image.place("PROGRAM")[0] + offset
        for name, value in zip(STEP_FIELDS, struct.unpack_from(
                STEP_FORMAT, image.data, base)):
            if name != "layer":
                setattr(self, name, value)
        if not self.y1:
            self.y1 = self.out_h
        self.outputs = self.n1 - self.n0
        self.positions = (self.y1 - self.y0) * self.out_w
        self.most_columns = max(
            (struct.unpack_from("<I", image.data,
                                base + self.blocks + 48 * b + 12)[0]
             for b in range(self.block_count)), default=0)
        self.rows = self.axis(self.y0, self.y1, self.in_h, self.stride_y,
                              self.pad_top, self.kernel_h, self.dilation_y)
        self.columns = self.axis(0, self.out_w, self.in_w, self.stride_x,
                                 self.pad_left, self.kernel_w,
                                 self.dilation_x)

    @staticmethod
    def axis(first, end, inputs, stride, pad, kernel, dilation):
        """For each output along an axis the inputs that it sees."""
        return [[at for k in range(kernel)
                 for at in [o * stride - pad + k * dilation]
                 if 0 <= at < inputs] for o in range(first, end)]

    def elements(self):
        """Sum of vector operations by position: {elements: positions}"""
        if self.kind not in POOLS:
            return {self.outputs: self.positions}
        found = collections.Counter()
        for row in self.rows:
            for column in self.columns:
                found[self.outputs * len(row) * len(column)] += 1
        return found


class Stream:
    """One operand of a step: rows x columns pixels, of which it reads `item`
    bytes each; the first window ends with pixel `first`. A memory sees
    `chunk` bytes in a row, 0: all of a read."""

    def __init__(self, step, tensor, rows, columns, item, first, chunk):
        self.step, self.tensor, self.item = step, tensor, item
        self.rows, self.columns, self.first = rows, columns, first
        self.chunk = chunk


class Chip:
    def __init__(self, image, settings):
        self.get = settings.get
        self.image = image
        data = image.data
        at, size = image.place("NODES")
        self.nodes = [struct.unpack_from(NODE_FORMAT, data, i)
                      for i in range(at, at + size, 32)]
        self.dram = [i for i, n in enumerate(self.nodes) if n[0] == DRAM]
        self.cycle = 1000 * self.get("noc.cycle_ns")
        self.flit = int(self.get("noc.flit_bytes"))
        at, size = image.place("TENSORS")
        self.tensors = [struct.unpack_from(TENSOR_FORMAT, data, i)
                        for i in range(at, at + size, 48)]
        at, size = image.place("STEPS")
        self.steps = [Step(image, i) for i in range(at, at + size, 32)]
        self.on_tile = collections.Counter(s.node for s in self.steps)
        at, size = image.place("LAYERS")
        self.layers = [struct.unpack_from(LAYER_FORMAT, data, i)
                       for i in range(at, at + size, 136)]

    # ---- the network ----

    def flits(self, payload):
        return up(HEADER + payload, self.flit)

    def way(self, src, dst):
        """Links of an XY way, ejection last."""
        x, y = self.nodes[src][3:5]
        to_x, to_y = self.nodes[dst][3:5]
        links = [("in", src)]
        while (x, y) != (to_x, to_y):
            dx = (to_x > x) - (to_x < x)
            dy = 0 if dx else (to_y > y) - (to_y < y)
            links.append((x, y, dx, dy))
            x, y = x + dx, y + dy
        return links + [("out", dst)]

    def trip(self, src, dst, payload):
        """ps of one packet in an empty network: T = 5 H + 2 + (L - 1)."""
        hop = 1 + sum(int(self.get("noc." + key)) for key in (
            "routing_delay", "vc_alloc_delay", "sw_alloc_delay",
            "link_cycles"))
        hops = len(self.way(src, dst)) - 1
        return self.cycle * (hop * hops + 2 + self.flits(payload) - 1)

    # ---- memories ----

    def homes(self, tensor):
        """{node: share} of a tensor's bytes."""
        node = self.tensors[tensor][4]
        if node != IN_DRAM:
            return {node: 1.0}
        return {d: 1 / len(self.dram) for d in self.dram}

    def service(self, node, payload):
        """ps from request to answer of a memory that is idle."""
        kind = self.nodes[node][0]
        if kind == DRAM:
            bursts = up(payload, self.get("dram.burst_bytes"))
            return 1000 * (self.get("dram.t_rcd_ns") +
                           self.get("dram.t_cas_ns") +
                           bursts * self.get("dram.burst_ns"))
        name = "buffer" if kind == BUFFER else "flash"
        pieces = 1
        if kind == BUFFER:
            pieces = min(self.get("buffer.banks"),
                         up(payload, self.get("buffer.interleave_bytes")))
        cycles = up(payload / pieces, self.get(name + ".bytes_per_cycle"))
        return 1000 * (cycles * self.get(name + ".cycle_ns") +
                       self.get(name + ".latency_ns"))

    def occupied(self, node, payload, chunk):
        """ps for which a transfer in pieces of `chunk` takes a memory."""
        if self.nodes[node][0] == DRAM:
            burst = self.get("dram.burst_bytes")
            bursts = (payload / burst if chunk >= payload
                      else payload / chunk * up(chunk, burst))
            refresh = self.get("dram.t_refi_ns")
            free = (1 - self.get("dram.t_rfc_ns") / refresh) if refresh else 1
            return bursts * 1000 * self.get("dram.burst_ns") / free
        line = self.get("buffer.interleave_bytes")
        width = self.get("buffer.bytes_per_cycle")
        whole, rest = divmod(min(chunk, payload), line)
        cycles = whole * up(line, width) + (up(rest, width) if rest else 0)
        return (payload / min(chunk, payload) * cycles * 1000 *
                self.get("buffer.cycle_ns") / self.get("buffer.banks"))

    # ---- operands ----

    def streams(self, step):
        layer = self.layers[step.layer]
        rows = sorted({y for window in step.rows for y in window})
        columns = sorted({x for window in step.columns for x in window})
        first = (rows.index(max(step.rows[0])) * len(columns) +
                 columns.index(max(step.columns[0])) + 1)
        gaps = columns[-1] - columns[0] >= len(columns)
        item = step.fetch_c1 - step.fetch_c0
        found = [Stream(step, layer[2], len(rows), len(columns), item, first,
                        item if gaps or item < step.in_c else 0)]
        if layer[4] != NONE:
            found.append(Stream(
                step, layer[4], step.y1 - step.y0, step.out_w, step.outputs,
                1, step.outputs if step.outputs < step.out_c else 0))
        return [s for s in found if s.tensor == layer[2] or
                step.flags & RESIDUAL or step.kind != MVM]

    def room(self, stream):
        """Pixels in the line buffer."""
        share = (1024 * self.get("tile.edram_kib") //
                 self.on_tile[stream.step.node])
        return int(min(max(share // stream.item, stream.first, 2),
                       stream.rows * stream.columns))

    def reads(self, stream, pixels=None):
        """(number of reads, bytes of one) for so many pixels, or all"""
        most = int(min(self.get("tile.fetch_bytes"),
                       self.get("noc.max_payload_bytes")))
        total = pixels or stream.rows * stream.columns
        if stream.item > most:
            return total * up(stream.item, most), min(stream.item, most)
        room = self.room(stream)
        burst = max(1, min(most // stream.item, (room + 1) // 2,
                           stream.columns))
        rows, rest = divmod(total, stream.columns)
        number = rows * up(stream.columns, burst) + up(rest, burst)
        return number, total * stream.item / number

    def reads_ahead(self, step):
        """Does the line buffer hold what comes next beside a window? A new
        row of outputs moves it by stride_y rows at once."""
        rows = max(map(len, step.rows)) + step.stride_y - 1
        columns = len({x for window in step.columns for x in window})
        item = step.fetch_c1 - step.fetch_c0
        need = ((rows - 1) * columns + max(map(len, step.columns))) * item
        share = 1024 * self.get("tile.edram_kib") / self.on_tile[step.node]
        return share >= min(need + self.get("tile.fetch_outstanding") *
                            self.get("tile.fetch_bytes"),
                            len({y for w in step.rows for y in w}) *
                            columns * item)

    def writes(self, step):
        """(number of writes, bytes of one)"""
        most = int(self.get("noc.max_payload_bytes"))
        size = step.outputs * step.out_bytes
        if step.outputs == step.out_c and 2 * size <= most:
            each = min(most // size, step.out_w)
            number = (step.y1 - step.y0) * up(step.out_w, each)
        else:
            number = step.positions * up(size, most)
        return number, step.positions * size / number

    # ---- a layer ----

    def pass_ps(self, step):
        if step.kind != MVM:
            return 0
        cycle = max(self.get("tile.array_cycle_ns"),
                    step.most_columns * self.get("tile.adc_conversion_ns"))
        return 1000 * cycle * (step.input_bits + step.max_shift)

    def vector_ps(self, elements):
        return (1000 * self.get("tile.vector_cycle_ns") *
                up(elements, int(self.get("tile.vector_lanes"))))

    def layer_steps(self, index):
        return [step for step in self.steps if step.layer == index]


class Bounds:
    """Of one layer: `bounds` and `fill` in ps, by name."""

    def __init__(self, chip, index):
        self.chip, self.index = chip, index
        self.steps = chip.layer_steps(index)
        self.links = collections.Counter()
        self.memory = collections.Counter()
        self.reads = 0
        for step in self.steps:
            self.add_traffic(step)
        self.start = self.start_ps()
        self.first = max(max(map(self.first_ps, self.steps)),
                         self.at_memories(lambda stream: stream.first))
        self.bounds = {
            "arrays": max(s.positions * chip.pass_ps(s) for s in self.steps),
            "vector": self.vector(),
            "links": max(self.links.values()) * chip.cycle,
            "memory": max(self.memory.values()),
            "reads": self.reads,
            "grants": max(map(self.grants, self.steps)),
        }

    def send(self, src, dst, flits):
        for link in self.chip.way(src, dst):
            self.links[link] += flits

    def round_trip(self, node, home, payload):
        """Of a read."""
        chip = self.chip
        return (chip.trip(node, home, READ_FLIT_BYTES - HEADER) +
                chip.service(home, payload) + chip.trip(home, node, payload))

    def mean_round_trip(self, step, tensor, payload):
        return sum(share * self.round_trip(step.node, home, payload)
                   for home, share in self.chip.homes(tensor).items())

    def is_reducer(self, step):
        return step.kind != MVM or step.flags & REDUCER

    def add_traffic(self, step):
        chip = self.chip
        for stream in chip.streams(step):
            number, size = chip.reads(stream)
            for home, share in chip.homes(stream.tensor).items():
                self.send(step.node, home, share * number *
                          chip.flits(READ_FLIT_BYTES - HEADER))
                self.send(home, step.node, share * number * chip.flits(size))
                self.memory[home] += share * number * chip.occupied(
                    home, size, stream.chunk or size)
            self.reads = max(self.reads, number * self.mean_round_trip(
                step, stream.tensor, size) / self.chip.get(
                    "tile.fetch_outstanding"))
        if self.is_reducer(step):
            number, size = chip.writes(step)
            for home, share in chip.homes(chip.layers[self.index][3]).items():
                self.send(step.node, home, share * number * chip.flits(size))
                self.send(home, step.node, share * number * chip.flits(0))
                self.memory[home] += share * number * chip.occupied(
                    home, size, size)
        else:
            most = int(chip.get("noc.max_payload_bytes"))
            whole, rest = divmod(4 * step.outputs, most)
            flits = whole * chip.flits(most) + (
                chip.flits(rest) if rest else 0)
            self.send(step.node, step.reducer_node, step.positions * flits)

    def vector(self):
        tiles = collections.Counter()
        for step in filter(self.is_reducer, self.steps):
            for elements, positions in step.elements().items():
                tiles[step.node] += (positions *
                                     self.chip.vector_ps(elements))
        return max(tiles.values())

    def to_reducer(self, step):
        """From a pass to its sums' arrival where they are needed."""
        chip = self.chip
        if step.kind != MVM:
            return 0
        pipeline = 1000 * chip.get("tile.pipeline_ns")
        if self.is_reducer(step):
            return pipeline
        size = min(4 * step.outputs, int(chip.get("noc.max_payload_bytes")))
        rest = chip.flits(4 * step.outputs) - chip.flits(size)
        return (pipeline + rest * chip.cycle +
                chip.trip(step.node, step.reducer_node, size))

    def grants(self, step):
        chip = self.chip
        window = int(chip.get("tile.psum_window"))
        if step.kind != MVM or step.positions <= window:
            return 0
        way = (chip.pass_ps(step) + self.to_reducer(step) +
               chip.vector_ps(step.outputs))
        if not self.is_reducer(step):
            way += chip.trip(step.reducer_node, step.node,
                             GRANT_FLIT_BYTES - HEADER)
            window = max(window // 2, 1)
        return step.positions * way / window

    # ---- what does not overlap ----

    def start_ps(self):
        """The participant list is read, and all are told."""
        chip, number = self.chip, len(self.steps)
        controller = 0
        home = 1
        if len(chip.image.data) > chip.get("flash.mib") * 2**20:
            home = chip.dram[0]
        told = number * chip.flits(24) * chip.cycle
        return (self.round_trip(controller, home, 4 * number) + told +
                max(chip.trip(controller, step.node, 24)
                    for step in self.steps))

    def first_ps(self, step):
        """The first window has come."""
        chip, most = self.chip, 0
        for stream in chip.streams(step):
            number, size = chip.reads(stream, stream.first)
            trip = self.mean_round_trip(step, stream.tensor, size)
            rounds = number / chip.get("tile.fetch_outstanding")
            most = max(most, trip + max(
                (rounds - 1) * trip,
                (number - 1) * chip.flits(size) * chip.cycle))
        return most

    def at_memories(self, pixels_of):
        """So many pixels of all tiles' operands leave the same memory."""
        chip = self.chip
        ports = collections.Counter()
        trip = 0
        for step in self.steps:
            for stream in chip.streams(step):
                number, size = chip.reads(stream, pixels_of(stream))
                trip = max(trip, self.mean_round_trip(step, stream.tensor,
                                                      size))
                for home, share in chip.homes(stream.tensor).items():
                    ports[home] += share * number * max(
                        chip.flits(size) * chip.cycle, chip.occupied(
                            home, size, stream.chunk or size))
        return trip + max(ports.values())

    def end_ps(self, step):
        """From a finished position to the controller's knowing."""
        chip = self.chip
        if not self.is_reducer(step):
            step = self.reducer_of(step)
        done = chip.trip(step.node, 0, DONE_FLIT_BYTES - HEADER)
        number, size = chip.writes(step)
        last = up(number, step.positions) if number > step.positions else 1
        return done + max(
            chip.trip(step.node, home, size) + chip.service(home, size) +
            (last - 1) * chip.flits(size) * chip.cycle +
            chip.trip(home, step.node, 0)
            for home in chip.homes(chip.layers[self.index][3]))

    def reducer_of(self, step):
        return next(s for s in self.steps if self.is_reducer(s) and
                    (s.node, s.slot) == (step.reducer_node,
                                         step.reducer_slot))

    # ---- the sum ----

    def fill(self, name):
        """What a bound leaves out of a position's way through the layer."""
        chip, steps = self.chip, self.steps
        way = {
            "start": self.start,
            "first": self.first,
            "pass": max(map(chip.pass_ps, steps)),
            "sums": max(map(self.to_reducer, steps)),
            "vector": max(chip.vector_ps(max(s.elements())) for s in steps),
            "end": max(map(self.end_ps, steps)),
        }
        for part in COVERED[name]:
            way[part] = 0
        return sum(way.values())

    def estimate(self):
        """(name of the bound that counts, ps with its fill)"""
        name = max(self.bounds, key=lambda b: self.bounds[b] + self.fill(b))
        return name, self.bounds[name] + self.fill(name)

    def one_by_one(self):
        """If nothing overlapped at all."""
        return sum(self.bounds.values()) + self.fill("arrays")

    def contends(self):
        """Why the estimate need not hold; "" if nothing contends."""
        name, total = self.estimate()
        most, next_name = sorted(
            ((ps, n) for n, ps in self.bounds.items()), reverse=True)[:2]
        if self.fill(name) > SHORT * total:
            return f"{100 * self.fill(name) / total:.0f} % is fill"
        if most[0] < APART * next_name[0]:
            return f"{next_name[1]} is {100 * next_name[0] / most[0]:.0f} %"
        if name == "vector" and not all(map(self.chip.reads_ahead,
                                            self.steps)):
            return "no eDRAM to read ahead"
        # Nothing says that tiles get equal shares of a memory's port: the last
        # one may see its first window when the others' eDRAM is full.
        late = (self.at_memories(self.chip.room) - self.first) / total
        if len(self.steps) > 1 and name != "links" and late > LATE:
            return f"tiles share a memory's port: up to {100 * late:.0f} %"
        return ""
