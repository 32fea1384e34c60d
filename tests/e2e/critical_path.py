#!/usr/bin/python3
"""`sqz trace critical-path`: its tables, and on the default chip its
predictions against runs in which a resource is faster."""

import e2e
import gains


class Gains(gains.Gains):
    def test_default(self):
        for network in e2e.NETWORKS:
            for words, mapped in gains.MODES:
                with self.subTest(network=network, words=words):
                    self.check(network, words, mapped, {})

    def test_hops(self):
        """Look-ahead routing takes 4 cycles a hop, not 5."""
        image = self.map("lenet5")
        trace, run_ps, _ = self.traced(image, "base", (), {})
        _, new_ps, _ = self.traced(image, "faster", (),
                                   {"noc.routing_delay": 0}, "layers")
        gains = self.gains(trace, "--by", 20)
        self.assertTrue(self.compare("lenet5 noc_hops, by 20 %",
                                     gains["noc_hops"], run_ps - new_ps,
                                     run_ps))


class Tables(gains.Path):
    def test_sums(self):
        """The path covers the time without gaps, whatever is asked for."""
        image = self.map("lenet5")
        trace, run_ps, layers_ps = self.traced(image, "base", (), {}, count=2)
        for words, wanted in (((), run_ps), (("--images",), layers_ps)):
            rows = self.rows(trace, *words)
            for kind in ("run", "layer"):
                total = sum(int(row["path_ps"] or 0) for row in rows
                            if row["kind"] == kind)
                self.assertLess(abs(total - wanted), 2000, (words, kind))
        rows = self.rows(trace)
        one = self.rows(trace, "--layer", 0)
        part = [row for row in rows if row["layer"] == "0"]
        self.assertEqual([row for row in one if row["kind"] == "layer"], part)
        images = [sum(int(row["path_ps"] or 0) for row in
                      self.rows(trace, "--image", n) if row["kind"] == "run")
                  for n in (0, 1)]
        self.assertLess(max(images), layers_ps)
        self.assertEqual(self.rows(trace, "--image", 0),
                         self.rows(trace, "--image", 0))

    def test_text(self):
        image = self.map("lenet5")
        trace, _, _ = self.traced(image, "base", (), {}, count=1)
        text = self.sqz("trace", "critical-path", "--top", 3, trace).out
        rows = text.split("\n\n")[1].splitlines()
        self.assertEqual(rows[0].split(), ["resource", "on", "path", "us", "%",
                                           "gain", "us", "gain", "%"])
        shares = [float(line.split()[-3]) for line in rows[1:-1]]
        self.assertAlmostEqual(sum(shares), 100)
        self.assertEqual(len(text.split("longest segments\n\n")[1]
                             .splitlines()), 4)

    def test_bad(self):
        image = self.map("lenet5")
        trace, _, _ = self.traced(image, "base", (), {}, "tiles", count=1)
        result = self.sqz("trace", "critical-path", trace, status=1)
        self.assertIn("holds no packets", result.err)
        trace, _, _ = self.traced(image, "base", (), {}, count=1)
        for words, message in ((("--by", 0), "from 1 to 99"),
                               (("--by", 100), "from 1 to 99"),
                               (("--layer", "x"), "wants a whole number"),
                               (("--image", 7), "no layer ran")):
            result = self.sqz("trace", "critical-path", *words, trace,
                              status=None)
            self.assertNotEqual(result.status, 0)
            self.assertIn(message, result.err)


if __name__ == "__main__":
    e2e.main()
