#!/usr/bin/python3
"""The demo, as a user starts it."""

import time

import e2e


class Demo(e2e.Case):
    def test_demo(self):
        self.command(f"{e2e.SOURCE}/demo")  # builds
        start = time.monotonic()
        result = self.command(f"{e2e.SOURCE}/demo")
        self.assertLess(time.monotonic() - start, 30)
        self.assertEqual(result.out.count("bit-exact 10 of 10 images\n"), 2)
        for words in ("image 9: class", "Timing trace:", "ui.perfetto.dev",
                      "an image"):
            self.assertIn(words, result.out)


if __name__ == "__main__":
    e2e.main()
