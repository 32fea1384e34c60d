#!/usr/bin/python3
"""What traces cost where none is written: instructions, against a program that
was built without them (-DSQZ_TRACE=OFF)."""

import re
import shutil
import subprocess
import sys

import e2e

UNTRACED = e2e.SQZ + "_untraced"
MOST = 1.01  # times as many instructions


def instructions(program, image, *words):
    result = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         program, "run", image, "--config", e2e.CONFIG, "--count", "1",
         "--quiet", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        timeout=e2e.TIMEOUT_S, check=True)
    return int(re.search(r"Collected : (\d+)", result.stderr).group(1))


class Off(e2e.Case):
    def test_instructions(self):
        image = self.map("lenet5")
        without = instructions(UNTRACED, image)
        off = instructions(e2e.SQZ, image, "--trace", e2e.path("none"),
                           "--trace-level", "off")
        print(f"off: {off} instructions, built without: {without}")
        self.assertGreater(without, 10_000_000)
        self.assertLessEqual(off, MOST * without)
        # The figure tells traces from none.
        traced = instructions(e2e.SQZ, image, "--trace", e2e.path("trace"),
                              "--trace-level", "packets")
        self.assertGreater(traced, off * MOST)

    def test_refused(self):
        result = subprocess.run(
            [UNTRACED, "run", self.map("lenet5"), "--config", e2e.CONFIG,
             "--trace", e2e.path("none")],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=e2e.TIMEOUT_S, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, "sqz run: --trace: this program was "
                         "built without traces (SQZ_TRACE=OFF)\n")


if __name__ == "__main__":
    if e2e.QUICK or not shutil.which("valgrind"):
        print("SKIP: there is no valgrind here, or a sanitizer's build")
        sys.exit(e2e.SKIPPED)
    e2e.main()
