#!/usr/bin/python3
"""Layers of an image that overlap, images that do, and both, with and without
copies: the same logits, sooner."""

import re

import e2e

OVERLAP = {"place.chains": "on", "place.contexts": 3}


class Overlap(e2e.Case):
    def rate(self, image, *words):
        """Images a second, of six that are all exact."""
        count = 3 if e2e.QUICK else 6
        result, report = self.run_image(image, *words, count=count)
        self.assert_exact(result, report, count)
        return float(re.search(r"([0-9.]+) images/s", result.out)[1])

    def check_network(self, name, copies, chain, in_flight):
        image = self.map(name, settings={**OVERLAP, "place.copies": copies})
        plain = self.rate(image)
        self.assertGreater(self.rate(image, "--chain"), chain * plain)
        flight = self.rate(image, "--in-flight", 3)
        self.assertGreater(flight, in_flight * plain)
        self.assertGreater(self.rate(image, "--chain", "--in-flight", 3),
                           flight)

    def test_lenet5(self):
        self.check_network("lenet5", 1, 1, 1)

    def test_resnet8(self):
        if not e2e.QUICK:
            self.check_network("resnet8", 1, 2.5, 1.5)

    def test_resnet8_with_copies(self):
        """A copy begins with the row that the copy before ends with, so chains
        gain little."""
        if not e2e.QUICK:
            self.check_network("resnet8", 4, 1.05, 2)

    def test_small_buffers(self):
        """Feature maps in DRAM."""
        image = self.map("lenet5", settings={**OVERLAP, "buffer.kib": 1})
        settings = {"buffer.kib": 1}
        for words in ((), ("--chain",), ("--chain", "--in-flight", 3)):
            with self.subTest(words=words):
                result, report = self.run_image(image, *words, count=3,
                                                settings=settings)
                self.assert_exact(result, report, 3)


if __name__ == "__main__":
    e2e.main()
