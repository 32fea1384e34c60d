"""Shares of CPU time by component, from sampler.c's file and the linker's map."""
import bisect
import collections
import re
import subprocess

# Archive, then what an object's name begins with ("": the others).
COMPONENTS = (
    ("sqz_tile", "crossbar", "tile: crossbar arrays"),
    ("sqz_tile", "drive", "tile: crossbar arrays"),
    ("sqz_tile", "", "tile: sequencer, vector unit, packets"),
    ("sqz_noc", "", "network-on-chip engine"),
    ("sqz_noc_counters", "", "network-on-chip engine"),
    ("sqz_mem", "", "buffers and DRAM"),
    ("sqz_ctrl", "", "controller"),
    ("sqz_node", "", "network interfaces"),
    ("sqz_cpu", "", "host CPU"),
    ("sqz_soc", "", "SystemC shells"),
    ("sqz_reference", "", "integer reference"),
    ("sqz_traces", "", "traces"),
)
FILES = (("libsystemc", "SystemC kernel"), ("libc.", "C library"),
         ("libz", "zlib"))

SYMBOL = re.compile(r"^([0-9a-f]+) [tTwWi] (.+)$", re.MULTILINE)
SECTION = re.compile(r"^ \.text\S*\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (.+)$",
                     re.MULTILINE)
MEMBER = re.compile(r"lib([^/]+)\.a\((.+)\)$")


def component_of(member):
    """Of what the linker's map calls an input file."""
    match = MEMBER.search(member)
    if match:
        for archive, prefix, component in COMPONENTS:
            if archive == match[1] and match[2].startswith(prefix):
                return component
    return "other"


class Ranges:
    """What a starting address belongs to, up to the next one."""

    def __init__(self, pairs):
        self.pairs = sorted(pairs)
        self.starts = [start for start, _ in self.pairs]

    def at(self, address):
        index = bisect.bisect_right(self.starts, address) - 1
        return self.pairs[index][1] if index >= 0 else "other"


def read_map(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        # A long section name stands on a line of its own.
        text = re.sub(r"^( \.text\S+)\n", r"\1", file.read(),
                      flags=re.MULTILINE)
    return Ranges((int(start, 16), component_of(member))
                  for start, size, member in SECTION.findall(text)
                  if int(start, 16) and int(size, 16))


def read_symbols(path):
    pairs = []
    # Distributions leave a library's dynamic symbols alone.
    for options in ([], ["-D"]):
        listing = subprocess.run(["nm", "-C", "--defined-only", *options, path],
                                 stdout=subprocess.PIPE, text=True,
                                 stderr=subprocess.DEVNULL).stdout
        pairs += ((int(start, 16), name)
                  for start, name in SYMBOL.findall(listing))
    return Ranges(pairs)


class Samples:
    """One run of a program whose map is PROGRAM.map."""

    def __init__(self, path, program):
        self.program = program
        self.map = read_map(program + ".map")
        with open(path, encoding="utf-8") as file:
            self.rows = [line.split() for line in file]
        self.symbols = {}

    def component(self, file, address):
        if file == self.program:
            return self.map.at(address)
        name = file.rsplit("/", 1)[-1]
        for prefix, component in FILES:
            if name.startswith(prefix):
                return component
        return name

    def function(self, file, address):
        if file not in self.symbols:
            self.symbols[file] = read_symbols(file)
        return self.symbols[file].at(address)

    def shares(self, begin_s, end_s, functions=False):
        """[(share, name)], largest first, of samples between two CPU times,
        without the reference."""
        counts = collections.Counter()
        for cpu_s, file, address in self.rows:
            if not begin_s <= float(cpu_s) < end_s:
                continue
            component = self.component(file, int(address, 16))
            if component == "integer reference":
                continue
            if functions:
                component = self.function(file, int(address, 16))
            counts[component] += 1
        total = sum(counts.values())
        return [(count / total, name) for name, count in counts.most_common()]
