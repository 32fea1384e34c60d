#!/usr/bin/python3
"""Traces of the last milliseconds of runs that fail, and of those that do not.

What they hold is compared with whole traces, both as protoc reads them.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

import e2e
import perfetto

PS_PER_MS = 10**9


class Last(e2e.Case):
    def traced(self, name, *words, status=1, count=2):
        """The trace and what `sqz run` said."""
        for old in (e2e.path(name), e2e.path(name) + ".part"):
            if os.path.exists(old):
                os.remove(old)
        result = self.sqz(
            "run", self.map("lenet5"), "--config", e2e.CONFIG, "--quiet",
            "--count", count, "--trace", e2e.path(name), "--trace-level",
            "packets", *words, status=status)
        kept = e2e.path(name) + ("" if os.path.exists(e2e.path(name))
                                 else ".part")
        checked = self.sqz("trace", "check", kept)
        self.assertIn("no problems\n", checked.out)
        return perfetto.Trace(kept), result

    def later(self, trace, ns):
        """Events by track and time, but those that only sum up."""
        return sorted(
            (trace.path(e.track), e.begin_ns, e.end_ns or 0, e.name,
             e.category, sorted(e.args.items()), sorted(e.flows))
            for e in trace.events
            if e.begin_ns > ns and e.category != "trace")

    def compare(self, last_ms, *words, **more):
        """The same run twice; the last part of its trace."""
        whole, told = self.traced("whole", *words, **more)
        part, again = self.traced("part", "--trace-last", last_ms, *words,
                                  **more)
        self.assertEqual(again.out, told.out)
        front = [e for e in part.events if e.name == "front is gone"]
        self.assertEqual(len(front), 1)
        from_ps = front[0].args["from_ps"]
        end_ns = max(e.end_ns or e.begin_ns for e in whole.events)
        self.assertLess(end_ns * 1000 - from_ps, 1.25 * last_ms * PS_PER_MS)
        self.assertGreaterEqual(end_ns * 1000 - from_ps, last_ms * PS_PER_MS)
        self.assertEqual(self.later(part, from_ps // 1000),
                         self.later(whole, from_ps // 1000))
        self.assertLess(len(part.events), len(whole.events))
        self.assertLess(len(part.tracks), len(whole.tracks))
        # What was open at the front has its name, and its own begin.
        begins = [(whole.path(e.track), e.begin_ns, e.end_ns, e.name)
                  for e in whole.events if e.end_ns is not None]
        cut = [e for e in part.events
               if e.end_ns is not None and e.begin_ns * 1000 <= from_ps
               and e.end_ns * 1000 > from_ps]
        self.assertTrue(cut)
        for e in cut:
            self.assertIn((part.path(e.track), e.begin_ns, e.end_ns, e.name),
                          begins)
        return again

    def test_time_out(self):
        result = self.compare(0.4, "--limit-ms", 5, status=1, count=10)
        self.assertIn("the trace so far is in", result.err)
        self.assertFalse(os.path.exists(e2e.path("part")))

    def test_fault(self):
        """The firmware ends with an error."""
        self.compare(0.005, "--firmware", e2e.firmware("fault"), status=32)

    @unittest.skipIf(e2e.QUICK, e2e.NO_THROW)
    def test_interrupt(self):
        """Ctrl-C, at whatever time."""
        part = e2e.path("long") + ".part"
        process = subprocess.Popen(
            [e2e.SQZ, "run", self.map("lenet5"), "--config", e2e.CONFIG,
             "--quiet", "--count", "10000", "--trace", e2e.path("long"),
             "--trace-last", "1"], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        while not os.path.exists(part) and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.5)
        self.assertEqual(os.path.getsize(part), 0)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=e2e.TIMEOUT_S)
        self.assertEqual(err, "sqz run: interrupted; the trace so far is in "
                         f"{part}\n")
        self.assertEqual(process.returncode, 1)
        checked = self.sqz("trace", "check", part)
        self.assertIn("no problems\n", checked.out)
        self.assertGreater(os.path.getsize(part), 1000)

    def test_good(self):
        self.compare(0.4, status=0)

    def test_all(self):
        """More time than the run takes: nothing is missing."""
        whole, _ = self.traced("whole", status=0, count=1)
        part, _ = self.traced("part", "--trace-last", 1000, status=0, count=1)
        self.assertEqual(self.later(part, -1), self.later(whole, -1))

    def test_refused(self):
        for text in ("x", "0", "-1", "nan", "1e99"):
            result = self.sqz(
                "run", self.map("lenet5"), "--config", e2e.CONFIG,
                "--trace", e2e.path("refused"), f"--trace-last={text}",
                status=1)
            self.assertIn(f"'{text}' is no time in ms", result.err)


if __name__ == "__main__":
    if not shutil.which("protoc"):
        print("SKIP: there is no protoc here")
        sys.exit(e2e.SKIPPED)
    e2e.main()
