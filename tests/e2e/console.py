#!/usr/bin/python3
"""The UART on a file, a pseudo terminal, standard input, and by script."""

import os
import re
import subprocess

import e2e

MISSING = 3  # no logits came back
SCRIPT = r"""
# waits for the program, then talks to it
expect "ready"
send "hello\n"
expect "<hello>"
wait 0.5
send "tab\tquote\"hex\x41\n"
at 5
send "quit\r"
"""
ANSWERS = '<hello>\n<tab\tquote"hexA>\n<quit>\n'


class Console(e2e.Case):
    def run_echo(self, *words, status=MISSING):
        return self.sqz("run", self.map("lenet5"), "--config", self.config,
                        "--count", "1", "--limit-ms", "100", "--firmware",
                        e2e.firmware("echo"), *words, status=status)

    def test_script(self):
        """The same at any time: the report tells it."""
        script = e2e.write("script", SCRIPT)
        reports = []
        for name in ("one.json", "two.json"):
            report = e2e.path(name)
            told = self.run_echo("--uart-input", script, "--report", report)
            self.assertTrue(told.out.startswith("ready\n" + ANSWERS), told.out)
            reports.append(e2e.read(report))
        self.assertEqual(reports[0], reports[1])
        time = int(re.search(rb'"simulated_ps": (\d+)', reports[0]).group(1))
        self.assertGreater(time, 5e9)
        self.assertLess(time, 6e9)

    def test_what_is_never_said_is_never_answered(self):
        script = e2e.write("script", 'expect "never"\nsend "quit\\n"\n')
        told = self.run_echo("--uart-input", script, status=1)
        self.assertIn("did not end within --limit-ms", told.err)

    def test_bad_scripts(self):
        for text, why in (
                ("say", "line 1: no command: at, wait, expect or send"),
                ("\n\nat", "line 3: a time in ms is needed"),
                ("at -1", "line 1: a time in ms is needed"),
                ("wait 1 2", "line 1: too much on the line"),
                ("send hello", "line 1: a text in quotes is needed"),
                ('send "hello', "line 1: the text has no end"),
                ('send "\\q"', "line 1: unknown escape"),
                ('send "\\x4"', "line 1: unknown escape"),
                ('expect ""', "line 1: a text has 1 to 256 characters")):
            with self.subTest(text=text):
                script = e2e.write("script", text)
                told = self.run_echo("--uart-input", script, status=1)
                self.assertEqual(told.err, f"sqz run: {script}: {why}\n")
        told = self.run_echo("--uart-input", e2e.path("none"), status=1)
        self.assertRegex(told.err, r"^sqz run: .*none: .*No such file")

    def test_file(self):
        script = e2e.write("script", SCRIPT)
        file = e2e.path("uart.txt")
        told = self.run_echo("--uart-input", script, "--uart",
                             "file:" + file)
        self.assertTrue(told.out.startswith("bit-exact 0 of 1"), told.out)
        self.assertEqual(e2e.read(file, "r"), "ready\n" + ANSWERS)
        told = self.run_echo("--uart", "file:/nowhere/uart", status=1)
        self.assertRegex(told.err, "^sqz run: /nowhere/uart: No such file")
        told = self.run_echo("--uart", "nowhere", status=1)
        self.assertEqual(told.err, "sqz run: --uart nowhere: must be stdio, "
                         "pty or file:PATH\n")

    def start(self, where):
        return subprocess.Popen(
            [e2e.SQZ, "run", self.map("lenet5"), "--config", self.config,
             "--count", "1", "--firmware", e2e.firmware("echo"), "--uart",
             where],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, cwd=e2e.scratch)

    def test_standard_input(self):
        run = self.start("stdio")
        out, err = run.communicate("one\nquit\n", timeout=e2e.TIMEOUT_S)
        self.assertEqual((run.returncode, err), (MISSING, ""))
        self.assertTrue(out.replace("\r", "").startswith(
            "ready\n<one>\n<quit>\n"), out)

    def test_pseudo_terminal(self):
        run = self.start("pty")
        name = re.fullmatch(r"uart: (/\S+)\n", run.stderr.readline()).group(1)
        with open(name, "r+b", buffering=0) as terminal:
            terminal.write(b"over here\n")
            told = b""
            while b"<over here>" not in told:
                more = os.read(terminal.fileno(), 256)
                self.assertTrue(more, told)
                told += more
            terminal.write(b"quit\n")
            run.communicate(timeout=e2e.TIMEOUT_S)
        self.assertEqual(run.returncode, MISSING)


if __name__ == "__main__":
    e2e.main()
