"""What the end-to-end tests share.

Each test is a script: SCRIPT BUILD_FOLDER [quick]. `quick` leaves out what is
too slow for the sanitizer build. A script's files live in a folder of its own
that goes away at the end. The last line counts the checks as Check does, for
tests/setup/count.awk; a subTest counts as one.
"""

import atexit
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
BUILD = os.path.realpath(sys.argv[1] if len(sys.argv) > 1 else "build")
QUICK = "quick" in sys.argv[2:]

SQZ = os.path.join(BUILD, "platform/sqz")
CONFIG = os.path.join(SOURCE, "configs/default.cfg")
DATASET = "/usr/share/datasets/fashion-mnist"
IMAGES = os.path.join(DATASET, "t10k-images-idx3-ubyte.gz")
LABELS = os.path.join(DATASET, "t10k-labels-idx1-ubyte.gz")
NETWORKS = ["lenet5"] if QUICK else ["lenet5", "resnet8"]
SKIPPED = 77
# Why what ends by an exception of the CPU's thread is not run there.
NO_THROW = ("AddressSanitizer takes exceptions on SystemC's stacks for errors "
            "(google/sanitizers issue 189)")
TIMEOUT_S = 250  # of one command; ctest's own is longer

Result = collections.namedtuple("Result", "status out err")

scratch = None
mapped = {}


def path(name):
    """A file in the script's own folder."""
    return os.path.join(scratch, name)


def network(name):
    return os.path.join(SOURCE, "configs/networks", name + ".onnx")


def firmware(name):
    return os.path.join(BUILD, "software", name + ".elf")


def read(name, mode="rb"):
    with open(name, mode) as file:
        return file.read()


def write(name, data):
    """Puts bytes or text into the script's folder; the path."""
    with open(path(name), "wb" if isinstance(data, bytes) else "w") as file:
        file.write(data)
    return path(name)


def overrides(settings):
    """{"noc.vcs": 8} or ["noc.vcs=8"] as arguments."""
    if isinstance(settings, dict):
        settings = [f"{key}={value}" for key, value in settings.items()]
    return [word for one in settings for word in ("--set", one)]


def values_of(dump):
    """{"noc.vcs": ("5", origin)} of what --dump-config prints"""
    found, section = {}, None
    for line in dump.splitlines():
        start = re.fullmatch(r"(\w+) = \{", line)
        value = re.fullmatch(r"  (\w+) = ([^;]+);\s+# (.*)", line)
        if start:
            section = start.group(1)
        elif value:
            found[f"{section}.{value.group(1)}"] = value.groups()[1:]
    return found


class Case(unittest.TestCase):
    """Adds the commands, with checks that name what failed."""

    maxDiff = 2000

    def command(self, *words, status=0, **environment):
        """Runs it; checks the exit status (None: any)."""
        words = [str(word) for word in words]
        done = subprocess.run(words, capture_output=True, timeout=TIMEOUT_S,
                              cwd=scratch, env={**os.environ, **environment})
        # The UART ends lines as terminals want it.
        out, err = (text.decode(errors="replace").replace("\r\n", "\n")
                    for text in (done.stdout, done.stderr))
        result = Result(done.returncode, out, err)
        told = " ".join(words) + "\n" + result.err[-4000:]
        self.assertNotIn("Sanitizer", result.err, told)
        self.assertNotIn("runtime error:", result.err, told)
        self.assertGreaterEqual(result.status, 0, "killed: " + told)
        if status is not None:
            self.assertEqual(result.status, status,
                             told + result.out[-1000:])
        return result

    def sqz(self, *words, **more):
        return self.command(SQZ, *words, **more)

    config = CONFIG

    def map(self, name, scheme="sme2", sign="pair", settings=(), cells=1,
            words=()):
        """The image of a network; mapped once per script."""
        words = ["--scheme", scheme, "--sign", sign, "--cells", str(cells),
                 *words, *overrides(settings)]
        key = (name, *words)
        if key not in mapped:
            image = path(f"{name}-{len(mapped)}.sqz")
            self.sqz("map", network(name), "--config", self.config, "--quiet",
                     "-o", image, *words)
            mapped[key] = image
        return mapped[key]

    def run_image(self, image, *words, settings=(), count=10, status=0,
                  **environment):
        """(result, report) of `sqz run`."""
        report = path("report.json")
        if os.path.exists(report):
            os.remove(report)
        result = self.sqz("run", image, "--config", self.config,
                          "--count", count, "--report", report,
                          *overrides(settings), *words, status=status,
                          **environment)
        return result, json.loads(read(report))

    def assert_exact(self, result, report, count=10):
        """Every image came back and is right, and both say so."""
        self.assertIn(f"bit-exact {count} of {count} images\n", result.out)
        self.assertEqual(report["images_exact"], count)
        self.assertEqual([image["bit_exact"] for image in report["images"]],
                         [True] * count)


class Counter(unittest.TextTestResult):
    """Counts subtests, too."""

    def __init__(self, *words):
        super().__init__(*words)
        self.checks = 0

    def startTest(self, test):
        super().startTest(test)
        self.checks += 1

    def addSubTest(self, test, subtest, outcome):
        super().addSubTest(test, subtest, outcome)
        self.checks += 1


def main():
    global scratch
    for needed in (IMAGES, LABELS):
        if not os.path.exists(needed):
            print(f"SKIP: {needed} is not there (dataset-fashion-mnist)")
            sys.exit(SKIPPED)
    scratch = tempfile.mkdtemp(prefix="sqz-e2e-")
    atexit.register(shutil.rmtree, scratch, True)
    suite = unittest.defaultTestLoader.loadTestsFromModule(
        sys.modules["__main__"])
    done = unittest.TextTestRunner(stream=sys.stdout, verbosity=2,
                                   resultclass=Counter).run(suite)
    for test, reason in done.skipped:
        print(f"SKIP: {test.id().split('.')[-1]}: {reason}")
    failures, errors = len(done.failures), len(done.errors)
    checks = done.checks - len(done.skipped)
    good = checks - failures - errors
    share = 100 * good // checks if checks else 0
    print(f"{share}%: Checks: {checks}, Failures: {failures}, "
          f"Errors: {errors}")
    sys.exit(not done.wasSuccessful() or not checks)
