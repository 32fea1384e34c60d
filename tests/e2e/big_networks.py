#!/usr/bin/python3
"""ResNet-18, MobileNet-v2 and ResNet-50 at 224 x 224, random weights: every
logit exact at flit fidelity, layers' times as arithmetic has them."""

import e2e
import layer_times


class Imagenet(layer_times.Generated):
    def test_resnet18(self):
        self.check("resnet18", 224, crossbars=8000, decided=12)

    def test_mobilenet_v2(self):
        self.check("mobilenet_v2", 224, crossbars=9000, decided=35)

    def test_resnet50(self):
        self.check("resnet50", 224, crossbars=18000, decided=30)


if __name__ == "__main__":
    e2e.main()
