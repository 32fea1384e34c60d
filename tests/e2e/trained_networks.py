#!/usr/bin/python3
"""Networks that were trained (../shared/networks, not part of the project)
classify Fashion-MNIST on the chip: exact, and as `sqz eval` has it, which
knows no image and no chip."""

import os

import e2e

FOLDER = os.path.join(e2e.SOURCE, "../shared/networks")
COUNT = 100
SCHEME = "sme2"


class Trained(e2e.Case):
    config = e2e.SOURCE + "/configs/isaac.cfg"

    def lines(self, name):
        return [list(map(int, line.split()))
                for line in e2e.read(name, "r").splitlines()]

    def check(self, name):
        network = os.path.join(FOLDER, name + ".onnx")
        if not os.path.exists(network):
            self.skipTest(f"{network} is not there")
        image, posted, expected = (e2e.path(part) for part in
                                   ("image.sqz", "posted", "expected"))
        self.sqz("map", network, "--scheme", SCHEME, "--config", self.config,
                 "--quiet", "-o", image)
        result, report = self.run_image(image, "--logits", posted, "--quiet",
                                        count=COUNT)
        self.assert_exact(result, report, COUNT)
        self.sqz("eval", network, "--schemes", SCHEME, "--images", COUNT,
                 "--dump-logits", expected)
        self.compare(report, self.lines(posted), self.lines(expected))

    def compare(self, report, posted, expected):
        """Lines of `posted`: picture, top-1, logits; of `expected`: label,
        logits."""
        self.assertEqual(len(posted), COUNT)
        self.assertEqual([line[2:] for line in posted],
                         [line[1:] for line in expected])
        labels = [line[0] for line in expected]
        self.assertEqual([image["label"] for image in report["images"]],
                         labels)
        right = sum(label == image["top1"] for label, image
                    in zip(labels, report["images"]))
        reference = sum(label == max(range(len(logits)),
                                     key=logits.__getitem__)
                        for label, *logits in expected)
        self.assertEqual(right, reference)
        print(f"{right} of {COUNT} right ", end="")
        self.assertGreater(right, 0.8 * COUNT)

    def test_resnet18(self):
        self.check("tv_resnet18")

    def test_mobilenet_v2(self):
        self.check("tv_mobilenet_v2")

    def test_resnet50(self):
        self.check("tv_resnet50")


if __name__ == "__main__":
    if not os.path.isdir(FOLDER):
        print(f"SKIP: {FOLDER} is not there")
        raise SystemExit(e2e.SKIPPED)
    e2e.main()
