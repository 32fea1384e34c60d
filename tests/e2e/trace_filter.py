#!/usr/bin/python3
"""Traces of some nodes, and of some time only."""

import shutil
import sys

import e2e
import perfetto

PS_PER_MS = 10**9


class Filter(e2e.Case):
    def traced(self, *words):
        """(the trace, the report); the same run whatever is traced"""
        name = e2e.path("filter")
        _, report = self.run_image(
            self.map("lenet5"), "--trace", name, "--trace-level", "packets",
            *words, count=1)
        checked = self.sqz("trace", "check", name)
        self.assertTrue(checked.out.endswith("no problems\n"), checked.out)
        return perfetto.Trace(name), report

    def work(self, trace, wanted=lambda event: True):
        """Steps, waits and packets; each is an event of its own."""
        events = trace.slices("step") + trace.slices("wait") \
            + trace.instants("sent") + trace.instants("arrives")
        return sorted((trace.path(e.track), e.name, e.begin_ns, e.end_ns or 0,
                       sorted(e.args.items()))
                      for e in events if wanted(e))

    def test_nodes(self):
        whole, report = self.traced()
        nodes = [report["tiles"][i]["node"] for i in (0, 2, 3)]
        names = {f"tile {tile['x']},{tile['y']}" for tile in report["tiles"]
                 if tile["node"] in nodes}
        part, again = self.traced(
            "--trace-nodes",
            f"{nodes[0]},{nodes[1]}-{nodes[2]}")
        self.assertEqual(report, again)

        ends = {e.args["id"]: (e.args["src"], e.args["dst"])
                for e in whole.instants("sent")}

        def is_wanted(event):
            if event.category in ("sent", "arrives"):
                return any(end in nodes for end in ends[event.args["id"]])
            return whole.path(event.track)[1] in names

        self.assertEqual(self.work(part), self.work(whole, is_wanted))
        self.assertTrue(0 < len(self.work(part)) < len(self.work(whole)))
        self.assertEqual(len(part.slices("layer")),
                         len(whole.slices("layer")))

    def test_window(self):
        whole, report = self.traced()
        layers = whole.slices("layer")
        begin = layers[0].args["begin_ps"]
        end = layers[1].args["end_ps"]
        part, again = self.traced(
            "--trace-window", f"{begin / PS_PER_MS:.9f}-{end / PS_PER_MS:.9f}")
        self.assertEqual(report, again)

        def is_wanted(event):
            last = event.begin_ns if event.end_ns is None else event.end_ns
            return last >= begin // 1000 and event.begin_ns < end // 1000

        self.assertEqual(self.work(part), self.work(whole, is_wanted))
        self.assertTrue(0 < len(self.work(part)) < len(self.work(whole)))
        self.assertEqual(len(part.slices("layer")), len(layers))

    def test_refused(self):
        for option, text, reason in (
                ("--trace-nodes", "x", "is no list such as 0,4-7"),
                ("--trace-nodes", "1,", "is no list such as 0,4-7"),
                ("--trace-nodes", "5-4", "is no list such as 0,4-7"),
                ("--trace-nodes", "999", "nodes are 0 to"),
                ("--trace-window", "2-1", "is no FROM-TO in ms"),
                ("--trace-window", "1", "is no FROM-TO in ms"),
                ("--trace-window", "nan-nan", "is no FROM-TO in ms")):
            with self.subTest(option=option, text=text):
                result = self.sqz(
                    "run", self.map("lenet5"), "--config", e2e.CONFIG,
                    "--trace", e2e.path("refused"), option, text, status=1)
                self.assertIn(reason, result.err)
                self.assertIn(text, result.err)


if __name__ == "__main__":
    if not shutil.which("protoc"):
        print("SKIP: there is no protoc here")
        sys.exit(e2e.SKIPPED)
    e2e.main()
