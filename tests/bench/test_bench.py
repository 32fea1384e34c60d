#!/usr/bin/python3
"""The benches' helpers, and the bench of large networks on the smallest of them.

Usage: test_bench.py BUILD_FOLDER ["quick": without what a sanitizer forbids]
"""
import os
import re
import sys
import tempfile
import unittest

import samples
from measure import find, run

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(sys.argv[1])
QUICK = "quick" in sys.argv[2:]

MAP = """
Discarded input sections

 .text          0x0000000000000000      0x200 models/tile/libsqz_tile.a(tile.c.o)

Linker script and memory map

.text           0x0000000000001000     0x1000
 .text          0x0000000000001000      0x100 CMakeFiles/sqz.dir/main.c.o
 .text._ZN3sqz9very_long
                0x0000000000001100      0x100 platform/libsqz_soc.a(chip.cpp.o)
 .text          0x0000000000001200        0x0 models/libsqz_cpu.a(empty.c.o)
 .text          0x0000000000001200      0x100 models/libsqz_tile.a(crossbar.c.o)
 .text.hot      0x0000000000001300      0x100 models/libsqz_tile.a(tile.c.o)
 .text          0x0000000000001400      0x100 mapper/libsqz_reference.a(a.c.o)
"""


class SamplesTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.program = self.path("sqz")
        with open(self.path("sqz.map"), "w", encoding="ascii") as file:
            file.write(MAP)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def read(self, *rows):
        with open(self.path("samples"), "w", encoding="ascii") as file:
            file.writelines("%s %s %x\n" % row for row in rows)
        return samples.Samples(self.path("samples"), self.program)

    def test_addresses_of_the_map(self):
        read = self.read()
        for address, component in (
                (0xfff, "other"), (0x1000, "other"), (0x10ff, "other"),
                (0x1100, "SystemC shells"), (0x11ff, "SystemC shells"),
                (0x1200, "tile: crossbar arrays"),
                (0x1300, "tile: sequencer, vector unit, packets"),
                (0x1400, "integer reference")):
            self.assertEqual(read.component(self.program, address), component)
        self.assertEqual(read.component("/lib/libsystemc-2.3.4.so", 0x1200),
                         "SystemC kernel")
        self.assertEqual(read.component("/lib/libother.so", 0), "libother.so")

    def test_shares_of_a_time(self):
        own = self.program
        read = self.read(("0.5", own, 0x1200), ("1.0", own, 0x1100),
                         ("1.5", own, 0x1250), ("1.6", own, 0x1400),
                         ("1.7", "/lib/libc.so.6", 0x1100),
                         ("1.8", own, 0x1110), ("2.0", own, 0x1200))
        self.assertEqual(read.shares(1, 2),
                         [(0.5, "SystemC shells"),
                          (0.25, "tile: crossbar arrays"),
                          (0.25, "C library")])
        self.assertEqual(read.shares(3, 4), [])

    @unittest.skipIf(QUICK, "a sanitizer wants to be the first library")
    def test_sampler(self):
        """On a program whose time goes to one place."""
        sampler = find(BUILD, "libsqz_sampler.so")
        program = find(BUILD, "bench_popcount")
        path = self.path("samples")
        usage = run([program], env=dict(os.environ, SQZ_SAMPLES=path,
                                        LD_PRELOAD=sampler,
                                        SQZ_CPU="baseline"))
        self.assertEqual(usage.code, 0, usage.output)
        with open(path, encoding="utf-8") as file:
            rows = [line.split() for line in file]
        times = [float(row[0]) for row in rows]
        self.assertGreater(len(rows), 20)
        self.assertEqual(times, sorted(times))
        self.assertLess(times[-1], usage.cpu_s + 0.1)
        symbols = samples.read_symbols(program)
        inside = [row for row in rows if row[1] == program and
                  symbols.at(int(row[2], 16)) in ("count_plain",
                                                  "__popcountdi2")]
        self.assertGreater(len(inside), 0.8 * len(rows))


@unittest.skipIf(QUICK, "slow")
class BenchTest(unittest.TestCase):
    def bench(self, *words):
        return run([os.path.join(HERE, "bench_networks.py"), BUILD,
                    "--config", os.path.join(HERE, "../../configs/isaac.cfg"),
                    "--runs", "1", *words])

    def test_prints_all_figures(self):
        usage = self.bench("--networks", "mobilenet_v2", "--size", "32",
                           "--functions", "3")
        self.assertEqual(usage.code, 0, usage.output)
        for label in ("M MACs per CPU second, inference",
                      "the same with boot and programming",
                      "start, boot and programming: CPU s",
                      "peak memory: MiB", "T 1-bit MACs per CPU second"):
            self.assertRegex(usage.output, re.escape(label) +
                             r" +[\d.]+ +[\d.]+\n")
        self.assertRegex(usage.output, r"network-on-chip engine +[\d.]+ %")

    def test_refuses(self):
        usage = self.bench("--networks", "vgg")
        self.assertEqual(usage.code, 2)
        self.assertIn("no network 'vgg'", usage.output)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
