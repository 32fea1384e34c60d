#!/usr/bin/python3
"""Slow layers stored several times, each copy for rows of its own: the same
logits, sooner."""

import e2e

COPIES = {"place.copies": 4}


class Copies(e2e.Case):
    def check_network(self, name, count, gain, **more):
        _, plain = self.run_image(self.map(name), count=count)
        image = self.map(name, settings={**COPIES, **more})
        result, report = self.run_image(image, count=count)
        self.assert_exact(result, report, count)
        for before, after in zip(plain["layers"], report["layers"]):
            self.assertEqual(before["macs"], after["macs"])
            self.assertGreaterEqual(after["crossbars"], before["crossbars"])
            self.assertLessEqual(after["crossbars"], 4 * before["crossbars"])
        self.assertGreater(self.time(plain), gain * self.time(report))

    def time(self, report):
        return sum(layer["time_ps"] for layer in report["layers"])

    def test_lenet5(self):
        self.check_network("lenet5", 1 if e2e.QUICK else 4, 2)

    def test_resnet8(self):
        if not e2e.QUICK:
            self.check_network("resnet8", 2, 3)

    def test_moved(self):
        """Tensors and tiles have changed places."""
        self.check_network("lenet5", 1, 2, **{"place.policy": "traffic"})
        if not e2e.QUICK:
            self.check_network("resnet8", 2, 3, **{"place.policy": "traffic"})


if __name__ == "__main__":
    e2e.main()
