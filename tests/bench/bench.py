#!/usr/bin/env python3
"""Measures Squeezebox and prints ratios against a peer or a limit, all in one run.

Usage: bench.py BUILD_FOLDER [NETWORKS_FOLDER]

NETWORKS_FOLDER has tv_resnet50.onnx; mapping is measured if it is there.

CPU time of whole processes, the median of several runs taken in turn. Nothing
here is a test: numbers depend on the machine, the ratios less so.
"""
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

from measure import find, heading, run

RUNS = 5
MMIO_READS = 300000  # tests/bench/guest/mmio.h
CONFIG = "configs/default.cfg"


def in_turn(commands, runs=RUNS):
    """Median CPU seconds of each command; they take turns, so that a drift of
    the machine's speed meets all of them."""
    times = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(run(command).cpu_s)
    return {name: statistics.median(values) for name, values in times.items()}


class Bench:
    def __init__(self, build, folder):
        self.sqz = os.path.join(build, "platform", "sqz")
        self.bench = os.path.join(build, "tests", "bench")
        self.guest = os.path.join(build, "tests", "models", "cpu", "guest")
        self.software = os.path.join(build, "software")
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def map(self, network, scheme):
        image = self.path(network + ".sqz")
        subprocess.run([self.sqz, "map", "configs/networks/%s.onnx" % network,
                        "--scheme", scheme, "--config", CONFIG, "--quiet",
                        "-o", image], check=True)
        return image

    def run_command(self, image, count, *more):
        return [self.sqz, "run", image, "--config", CONFIG, "--quiet",
                "--count", str(count), *more]

    def host_cpu(self, image):
        heading("Host CPU: CRC, qsort and int8 matmul, a third of QEMU's time "
                "each")
        program = find(self.guest, self.bench, "mix.elf")
        ours = self.run_command(image, 1, "--firmware", program)
        qemu = ["qemu-system-riscv64", "-machine", "virt", "-bios", "none",
                "-display", "none", "-serial", "stdio", "-monitor", "none",
                "-kernel", program]
        times = in_turn({"platform": ours, "qemu": qemu}, 3)
        report = self.path("mix.json")
        run(ours + ["--timing", report])
        with open(report, encoding="ascii") as file:
            mips = float(re.search(r'instructions_per_cpu_s": (\d+)',
                                   file.read()).group(1)) / 1e6
        print("in the platform  %7.2f s  (%.0f MIPS)" %
              (times["platform"], mips))
        print("QEMU TCG         %7.2f s" % times["qemu"])
        print("speed relative to QEMU: %.2f (wanted: 0.35 or more)" %
              (times["qemu"] / times["platform"]))

    def inference(self, image):
        heading("sqz run: ResNet-8, SME (8,3) squeezed by 2, flit-accurate")
        few, many = 10, 60
        trace = self.path("bench.pftrace")
        commands = {}
        for level in ("off", "layers", "tiles", "packets"):
            options = [] if level == "off" else ["--trace", trace,
                                                 "--trace-level", level]
            commands[level + " few"] = self.run_command(image, few, *options)
            commands[level + " many"] = self.run_command(image, many, *options)
        times = in_turn(commands, 3)
        base = None
        for level in ("off", "layers", "tiles", "packets"):
            per_image = (times[level + " many"] - times[level + " few"]) / (
                many - few)
            base = base or per_image
            print("trace %-8s %7.1f images per CPU second  (%.2fx the time)" %
                  (level, 1 / per_image, per_image / base))
        start = times["off few"] - few * base
        print("start-up, boot and programming: %.0f ms" % (1000 * start))

    def mmio(self, image):
        heading("MMIO: host reads of one register, %d of them" % MMIO_READS)
        commands = {"none": self.run_command(
            image, 1, "--firmware", find(self.software, "fault.elf"))}
        for device in ("clint", "controller", "tile"):
            commands[device] = self.run_command(
                image, 1, "--firmware",
                find(self.guest, "mmio_%s.elf" % device))
        times = in_turn(commands, 3)
        meaning = {"clint": "at the CPU's own time",
                   "controller": "after the chip has caught up",
                   "tile": "of a node: a packet there and back"}
        for device, text in meaning.items():
            # 3: ran to its end, and posted no logits.
            if run(commands[device]).code != 3:
                sys.exit("bench: mmio_%s.elf failed" % device)
            spent = times[device] - times["none"]
            print("%-10s %8.0f k reads per CPU second  (%s)" %
                  (device, MMIO_READS / spent / 1000, text))

    def mapping(self, network):
        heading("sqz map: ResNet-50, 23.5 million weights (wanted: less than "
                "5 s with SME, 60 s with column similarity, on two cores)")
        size = os.path.getsize(network) / 1024
        report = self.path("report.json")
        picture = ["--picture", "0:0=" + self.path("block.svg")]
        start = time.monotonic()
        with open(network, "rb") as file:
            file.read()
        read = time.monotonic() - start
        print("plain read of the file  %6.2f s" % read)
        for name, options in (
                ("SME, squeezed by 3", ["--scheme", "sme3", *picture]),
                ("the same with a report",
                 ["--scheme", "sme3", "--report", report]),
                ("column similarity",
                 ["--scheme", "int8", "--layout", "column", *picture])):
            usage = run([self.sqz, "map", network, "--config", CONFIG,
                         *options])
            if usage.code:
                sys.exit("bench: sqz map failed: " + usage.output)
            print("%-23s %6.2f s  (%.2f s of CPU time, %.0f plain reads, "
                  "memory %.2f times the weights)" %
                  (name, usage.wall_s, usage.cpu_s, usage.wall_s / read,
                   usage.peak_kib / size))

    def table(self, title, program, *options):
        heading(title)
        usage = run([os.path.join(self.bench, program), *options])
        print(usage.output.rstrip())
        if usage.code:
            print("%s ended with %d" % (program, usage.code))


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-"):
        print(__doc__.strip())
        return 0 if "--help" in sys.argv else 1
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(os.path.abspath(sys.argv[1]), folder)
        lenet = bench.map("lenet5", "sme2")
        resnet = bench.map("resnet8", "sme2")
        networks = sys.argv[2] if len(sys.argv) == 3 else "../shared/networks"
        network = os.path.join(networks, "tv_resnet50.onnx")
        if os.path.exists(network):
            bench.mapping(network)
        bench.host_cpu(lenet)
        bench.mmio(lenet)
        bench.inference(resnet)
        bench.table("Crossbar kernel: bit-true GMAC/s, 128 x 128, 8 planes, "
                    "one sign", "bench_crossbar")
        bench.table("The processor's limit of that", "bench_popcount")
        bench.table("Network-on-chip: flit-hops per CPU second", "bench_noc",
                    "--speed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
