#!/usr/bin/python3
"""The page of a run of ResNet-50 at 224 x 224 with random weights: under
10 MB, open in 3 s."""

import e2e
import page


class Large(page.Case):
    config = e2e.SOURCE + "/configs/isaac.cfg"

    def test_resnet50(self):
        network, image = e2e.path("network.onnx"), e2e.path("network.sqz")
        self.command(e2e.BUILD + "/tests/bench/sqz-network", "--arch",
                     "resnet50", "--size", 224, "--output", network)
        self.sqz("map", network, "--config", self.config, "--calibrate", 4,
                 "--quiet", "-o", image)
        words, report = self.traced(image, "large", count=1)
        _, told = self.page(*words)
        self.assert_sound(told,
                          [layer["name"] for layer in report["layers"]])


if __name__ == "__main__":
    page.main()
