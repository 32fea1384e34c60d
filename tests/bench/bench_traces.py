#!/usr/bin/env python3
"""What traces cost: user CPU time of ResNet-8 at each level, and instructions.

Usage: bench_traces.py BUILD_FOLDER [--count IMAGES] [--runs RUNS] [--no-callgrind]

Medians of runs that take turns, files and compression included. Instructions
(callgrind, few images) do not depend on what else the machine does; they say
nothing of caches.
"""
import argparse
import os
import re
import shutil
import statistics
import subprocess
import tempfile

from measure import heading, run

CONFIG = "configs/default.cfg"
LEVELS = ("off", "layers", "tiles", "packets")
WANTED = {"tiles": 15, "packets": 60}  # % more, at most
COUNTED_IMAGES = 3


class Bench:
    def __init__(self, build, folder):
        self.sqz = os.path.join(build, "platform", "sqz")
        self.image = os.path.join(folder, "resnet8.sqz")
        self.trace = os.path.join(folder, "trace")
        subprocess.run(
            [self.sqz, "map", "configs/networks/resnet8.onnx", "--scheme",
             "sme2", "--config", CONFIG, "--quiet", "-o", self.image],
            check=True)

    def command(self, level, count):
        return [self.sqz, "run", self.image, "--config", CONFIG, "--quiet",
                "--count", str(count), "--trace", self.trace,
                "--trace-level", level]

    def times(self, count, runs):
        heading("Traces: ResNet-8, %d images, user CPU seconds, median of %d"
                % (count, runs))
        seconds = {level: [] for level in LEVELS}
        sizes = {}
        for _ in range(runs):
            for level in LEVELS:
                done = run(self.command(level, count))
                if done.code:
                    raise SystemExit(done.output)
                seconds[level].append(done.user_s)
                sizes[level] = os.path.getsize(self.trace) \
                    if level != "off" else 0
        self.table({level: statistics.median(all_of)
                    for level, all_of in seconds.items()}, "%8.3f s",
                   {level: "%6.1f KB an image" % (size / count / 1000)
                    for level, size in sizes.items()})

    def instructions(self):
        heading("Traces: the same, %d images, instructions (callgrind)"
                % COUNTED_IMAGES)
        counts = {}
        for level in LEVELS:
            done = run(["valgrind", "--tool=callgrind",
                        "--callgrind-out-file=/dev/null",
                        *self.command(level, COUNTED_IMAGES)])
            counts[level] = int(
                re.search(r"Collected : (\d+)", done.output).group(1)) / 1e6
        self.table(counts, "%8.0f M", {})

    def table(self, figures, form, notes):
        for level, figure in figures.items():
            more = (figure / figures["off"] - 1) * 100
            limit = " (at most %d)" % WANTED[level] if level in WANTED else ""
            print("%-8s %s %+7.1f %%%-14s %s" % (
                level, form % figure, more, limit, notes.get(level, "")))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--no-callgrind", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.build, folder)
        bench.times(options.count, options.runs)
        if not options.no_callgrind and shutil.which("valgrind"):
            bench.instructions()


if __name__ == "__main__":
    main()
