"""What a study is made of: networks, image counts, points."""

import os

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../../.."))

# First test images of each part; 0: all 10,000.
IMAGES = {"accuracy": 0, "adc": 1000, "noise": 1000, "pruned": 1000}
QUICK_IMAGES = 20

NETWORKS = {
    "resnet20": "resnet20.onnx",
    "mobilenet_v2": "tv_mobilenet_v2.onnx",
    "resnet18": "tv_resnet18.onnx",
    "resnet50": "tv_resnet50.onnx",
}
OWN_NETWORKS = {"resnet8": "resnet8.onnx"}  # of configs/networks
QUICK_NETWORKS = {"lenet5": "lenet5.onnx"}
SMALL_NETWORKS = ["resnet20", "mobilenet_v2", "lenet5"]  # for long tables

LAWS = ["accelergy", "exponential", "linear"]  # of the energy of an ADC


class Study:
    def __init__(self, points, folder, tuned=None, only=None, quick=False):
        known = QUICK_NETWORKS if quick else NETWORKS
        self.points = points
        self.tuned = tuned  # folder of fine-tuned networks, or None
        self.quick = quick
        self.networks, self.missing = {}, {}
        self.own = {name: os.path.join(SOURCE, "configs/networks", file)
                    for name, file in OWN_NETWORKS.items()}
        for name in only or known:
            path = os.path.join(folder, known[name])
            found = os.path.exists(path)
            (self.networks if found else self.missing)[name] = path

    def images(self, part):
        return QUICK_IMAGES if self.quick else IMAGES[part]

    def small(self):
        """Networks that stand in long tables."""
        return [name for name in self.networks if name in SMALL_NETWORKS]

    def few(self, values):
        """The first two of a list, if it is to be quick."""
        return values[:2] if self.quick else values

    def evaluate(self, name, schemes, *words, images=0):
        path = self.networks.get(name) or self.own[name]
        return self.points.evaluate(path, schemes, *words, images=images)

    def config(self, name):
        return os.path.join(SOURCE, "configs", name)
