#!/usr/bin/python3
"""`--host native`: the same programs, compiled for this machine."""

import os
import re
import shutil

import e2e

EXIT_TRAP = 32
MISSING = 3
TIMES = re.compile(r" *\d+ us|\d+\.\d images/s")


def native(name):
    return os.path.join(e2e.BUILD, "software", name + ".so")


class Native(e2e.Case):
    def both(self, image, *words, name="inference", **more):
        """(output without times, logits, report) on either host."""
        runs = []
        for host, firmware in (("riscv", e2e.firmware(name)),
                               ("native", native(name))):
            logits = e2e.path(host + ".txt")
            result, report = self.run_image(
                image, "--host", host, "--firmware", firmware,
                "--logits", logits, *words, **more)
            self.assertEqual(result.err, "")
            runs.append((TIMES.sub("", result.out), e2e.read(logits), report))
        return runs

    def test_same_logits(self):
        for name in e2e.NETWORKS:
            with self.subTest(network=name):
                riscv, own = self.both(self.map(name), count=3)
                self.assertEqual(riscv[:2], own[:2])
                self.assertEqual(own[2]["images_exact"], 3)
                self.assertGreater(riscv[2]["host"]["instructions"], 0)
                self.assertEqual(own[2]["host"]["instructions"], 0)
                # Computing takes no time, the chip as much as ever.
                self.assertLess(own[2]["boot_ps"], riscv[2]["boot_ps"] / 10)

    def test_same_descriptors(self):
        riscv, own = self.both(self.map("lenet5"), name="descriptors", count=3)
        self.assertIn("\n34: type", riscv[0])
        self.assertIn(" src pool+0x", riscv[0])
        self.assertEqual(riscv[:2], own[:2])

    def test_suite(self):
        """The driver's test-suite; its third machine is the mock."""
        riscv, own = self.both(self.map("lenet5"), name="driver_suite",
                               count=2)
        for out, logits, report in (riscv, own):
            self.assertRegex(out, r"driver suite: \d\d cases, 0 failures\n")
            self.assertEqual(report["images_exact"], 2)
        self.assertEqual(riscv[:2], own[:2])

    def test_images_in_flight(self):
        image = self.map("lenet5", settings=("place.contexts=3",
                                             "place.chains=on"))
        riscv, own = self.both(image, "--in-flight", 3, "--chain", count=6)
        self.assertEqual(riscv[:2], own[:2])

    def test_the_default_is_the_application(self):
        image = self.map("lenet5")
        default, one = self.run_image(image, "--host", "native", count=2)
        named, other = self.run_image(image, "--host", "native", "--firmware",
                                      native("inference"), count=2)
        self.assertEqual((default.out, one), (named.out, other))

    def test_timeout(self):
        riscv, own = self.both(self.map("lenet5"), name="timeout", count=2)
        self.assertIn("time-out test ok", own[0])
        self.assertEqual(riscv[:2], own[:2])

    def test_counters(self):
        result, report = self.run_image(
            self.map("lenet5"), "--host", "native", "--firmware",
            native("counters"), count=1)
        self.assert_exact(result, report, 1)

    def test_hello(self):
        image = self.map("lenet5")
        result, _ = self.run_image(image, "--host", "native", "--firmware",
                                   native("hello"), count=1, status=MISSING)
        self.assertIn("layer /0/Conv has run\n", result.out)

    def test_fault(self):
        result, report = self.run_image(
            self.map("lenet5"), "--host", "native", "--firmware",
            native("fault"), count=1, status=EXIT_TRAP)
        self.assertEqual(report["host"]["exit_code"], EXIT_TRAP)
        self.assertEqual(result.err,
                         "guest: load access fault at 0x18000000 "
                         "(nothing is mapped there)\n")
        self.assertTrue(result.out.startswith(
            "loading from 0x18000000\n"
            "trap: load access fault, mtval 0x18000000\n"), result.out)

    def test_quiet(self):
        result, _ = self.run_image(self.map("lenet5"), "--host", "native",
                                   "--quiet", count=1)
        self.assertEqual(result.out, "bit-exact 1 of 1 images\n")

    def test_trace(self):
        cache = e2e.read(os.path.join(e2e.BUILD, "CMakeCache.txt"))
        if b"SQZ_TRACE:BOOL=OFF" in cache:
            self.skipTest("no traces in this build")
        trace = e2e.path("native.pftrace")
        result, report = self.run_image(
            self.map("lenet5"), "--host", "native", "--trace", trace, count=1)
        self.assert_exact(result, report, 1)
        self.sqz("trace", "layers", trace)

    def test_what_is_no_program(self):
        image = self.map("lenet5")
        e2e.write("empty.so", b"")
        libc = "/lib/x86_64-linux-gnu/libm.so.6"
        for file, message in (
                ("none.so", "none.so: cannot load: "),
                ("empty.so", "empty.so: cannot load: "),
                (e2e.firmware("inference"), "inference.elf: cannot load: "),
                (libc, "libm.so.6: no program for --host native")):
            if not os.path.exists(file) and file.startswith("/lib"):
                continue
            with self.subTest(file=file):
                result = self.sqz("run", image, "--config", self.config,
                                  "--host", "native", "--firmware", file,
                                  status=1)
                self.assertIn(message, result.err)
                self.assertEqual(result.err.count("\n"), 1)
        result = self.sqz("run", image, "--config", self.config, "--host",
                          "arm", status=1)
        self.assertIn("--host arm: must be riscv or native", result.err)

    def test_under_valgrind(self):
        """Driver and application touch no memory that is not theirs."""
        if e2e.QUICK or not shutil.which("valgrind"):
            self.skipTest("valgrind")
        result = self.command(
            "valgrind", "-q", "--error-exitcode=99", e2e.SQZ, "run",
            self.map("lenet5"), "--config", self.config, "--host", "native",
            "--firmware", native("driver_suite"), "--count", 1)
        self.assertEqual(result.err, "")
        self.assertIn(" cases, 0 failures\n", result.out)
        self.assertIn("bit-exact 1 of 1 images\n", result.out)


if __name__ == "__main__":
    e2e.main()
