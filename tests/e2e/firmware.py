#!/usr/bin/python3
"""Every program that comes with the driver, as firmware of the chip."""

import re

import e2e

EXIT_TRAP = 32
MISSING = 3  # no logits came back


class Firmware(e2e.Case):
    def run_firmware(self, name, status, count=2, **more):
        return self.run_image(self.map("lenet5"), "--firmware",
                              e2e.firmware(name), count=count, status=status,
                              **more)

    def lines(self, result):
        """What came from the UART: all before the verdict."""
        return result.out.split("bit-exact ")[0].splitlines()

    def test_inference_is_the_default(self):
        default, one = self.run_image(self.map("lenet5"), count=2)
        named, other = self.run_firmware("inference", 0)
        self.assertEqual((default.out, one), (named.out, other))

    def test_timeout(self):
        result, report = self.run_firmware("timeout", 0)
        self.assert_exact(result, report, 2)
        lines = self.lines(result)
        for line in (
                "layer without a worker, time-out of the descriptor: timed out",
                "layer without a worker, time-out of the driver: timed out",
                "time-out test ok"):
            self.assertEqual(lines.count(line), 1, line)
        self.assertEqual(result.err, "")

    def test_timeout_under_stress(self):
        """The same with a slow chip and little room."""
        for settings in ({"noc.vc_depth": 1, "noc.queue_packets": 1},
                         {"tile.psum_window": 1},
                         {"cpu.quantum_ns": 100}, {"noc.vcs": 12}):
            with self.subTest(settings=settings):
                result, report = self.run_firmware("timeout", 0,
                                                   settings=settings)
                self.assert_exact(result, report, 2)

    def test_fault(self):
        result, report = self.run_firmware("fault", EXIT_TRAP)
        self.assertEqual(report["host"]["exit_code"], EXIT_TRAP)
        match = re.fullmatch(
            r"guest: load access fault at 0x18000000 \(nothing is mapped "
            r"there\), pc (0x[0-9a-f]+)\n", result.err)
        self.assertIsNotNone(match, result.err)
        self.assertEqual(
            self.lines(result),
            ["loading from 0x18000000", "trap: load access fault (cause 5) at "
             f"pc {match.group(1)}, mtval 0x18000000"])

    def test_board(self):
        result, report = self.run_firmware("board", MISSING)
        self.assertEqual(report["host"]["exit_code"], 0)
        lines = self.lines(result)
        self.assertEqual(lines[-1], "board ok")
        self.assertEqual(len(lines), 6)
        for line in lines[:-1]:
            self.assertRegex(line, r": ok$")
        self.assertIn("image 1: no logits came back\n", result.out)

    def test_board_at_any_quantum(self):
        lines = [self.lines(self.run_firmware(
            "board", MISSING, settings={"cpu.quantum_ns": ns})[0])
            for ns in (100, 1000, 100000)]
        self.assertEqual(lines[:1] * 3, lines)

    def test_hello(self):
        result, report = self.run_firmware("hello", MISSING)
        lines = self.lines(result)
        self.assertEqual(len(lines), 57)
        for line in lines[:-1]:
            self.assertRegex(line, r"^tile \d+: ID 0x53515a54, 24 arrays$")
        self.assertEqual(lines[-1], "layer /0/Conv has run")
        self.assertEqual([layer["runs"] for layer in report["layers"]],
                         [1, 0, 0, 0, 0, 0, 0])

    def test_limit(self):
        """A run that is cut off says so; nothing counts as exact."""
        result = self.sqz("run", self.map("lenet5"), "--config", e2e.CONFIG,
                          "--limit-ms", 1, status=1)
        self.assertEqual(result.err, "sqz run: the firmware did not end "
                         "within --limit-ms\n")


if __name__ == "__main__":
    e2e.main()
