#!/usr/bin/python3
"""How much faster the host's own work is with `--host native`.

bench_native.py BUILD_FOLDER: CPU seconds of the same program on either host,
each less its start-up, the least of three runs. Work that is the host's alone
must gain 10x in sum; register accesses are the platform's work on either host
and stand beside it. Exit status 1: less than that.
"""

import json
import os
import subprocess
import sys
import tempfile

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
RUNS = 3
WANTED = 10
MISSING = 3  # sqz run: no logits came back
WORKS = (("start-up", 1), ("150 checks of the image", 2),
         ("500,000 looks at a ring", 3), ("15,000 predictions", 4),
         ("500,000 looks at the time", 5),
         ("500,000 registers of the controller", 6))


class Bench:
    def __init__(self, build, scratch):
        self.build, self.scratch = build, scratch
        self.sqz = os.path.join(build, "platform/sqz")
        self.config = os.path.join(SOURCE, "configs/default.cfg")
        self.image = os.path.join(scratch, "resnet8.sqz")
        subprocess.run([self.sqz, "map", "--quiet", "--config", self.config,
                        "-o", self.image, os.path.join(
                            SOURCE, "configs/networks/resnet8.onnx")],
                       check=True)

    def seconds(self, host, count):
        """CPU seconds of the simulation, the least of some runs."""
        timing = os.path.join(self.scratch, "timing.json")
        program = "host_work." + ("so" if host == "native" else "elf")
        least = float("inf")
        for _ in range(RUNS):
            status = subprocess.run(
                [self.sqz, "run", self.image, "--config", self.config,
                 "--count", str(count), "--quiet", "--host", host,
                 "--firmware", os.path.join(self.build, "software", program),
                 "--timing", timing], stdout=subprocess.DEVNULL).returncode
            if status != MISSING:
                sys.exit(f"bench_native: sqz run ended with {status}")
            with open(timing) as file:
                least = min(least, json.load(file)["simulate_cpu_s"])
        return least


def main():
    sums = [0, 0]
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(os.path.realpath(sys.argv[1]), scratch)
        base = [bench.seconds(host, 1) for host in ("riscv", "native")]
        print(f"{'':40}{'RISC-V':>9}{'native':>9}   times")
        for name, count in WORKS:
            both = [bench.seconds(host, count) for host in ("riscv", "native")]
            if count > 1:
                both = [max(s - b, 1e-6) for s, b in zip(both, base)]
            if 1 < count < 6:
                sums = [s + b for s, b in zip(sums, both)]
            print(f"{name:40}{both[0]:8.4f}s{both[1]:8.4f}s"
                  f"{both[0] / both[1]:8.1f}")
    ratio = sums[0] / sums[1]
    print(f"{'the host alone, without start-up':40}{sums[0]:8.4f}s"
          f"{sums[1]:8.4f}s{ratio:8.1f}")
    passed = ratio >= WANTED
    print(f"{100 if passed else 0}%: Checks: 1, Failures: {int(not passed)}, "
          "Errors: 0")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
