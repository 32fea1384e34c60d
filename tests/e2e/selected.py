#!/usr/bin/python3
"""Layers of the large trained networks, one at a time, under every layout.

A layer stands behind a convolution that makes its input out of a picture; all
values of its output are compared. Networks are looked for in the folder
`shared/networks` beside the source tree.
"""

import os
import random
import sys

import e2e
import onnxfile

NETWORKS = os.path.join(e2e.SOURCE, "../shared/networks")
SIZE = 7   # of the picture's parts that become one pixel each
COUNT = 2

# file, weights' dimensions, groups, stride
LAYERS = [
    ("tv_mobilenet_v2", [192, 1, 3, 3], 192, 1),
    ("tv_mobilenet_v2", [192, 32, 1, 1], 1, 1),
    ("tv_resnet50", [128, 128, 3, 3], 1, 2),
    ("tv_resnet50", [64, 256, 1, 1], 1, 1),
]
WIDE = {"tile.adc_law": "linear", "tile.adc_bits": 11}
# layout, scheme, sign, cells, settings
FORMS = [
    ("full", "sme2", "pair", 1, {}), ("full", "sme1", "twos", 1, {}),
    ("full", "int8", "pair", 2, WIDE), ("full", "sme3", "twos", 4, WIDE),
    ("ou", "int8", "twos", 1, {}), ("sre", "sme2", "twos", 1, {}),
    ("duplicates", "int8", "twos", 1, {}), ("column", "int8", "twos", 1, {}),
    ("column", "sme2", "twos", 1, {}), ("auto", "apot7,2", "twos", 1, {}),
]


def cut(name, dims, groups, stride):
    """The first weights of these dimensions as a network of their own."""
    with open(os.path.join(NETWORKS, name + ".onnx"), "rb") as file:
        raw = next(raw for have, raw in onnxfile.weights(file.read())
                   if have == dims)
    channels, pad = dims[1] * groups, dims[2] // 2
    rng = random.Random(7)
    stem = [rng.uniform(-.1, .2) for _ in range(channels * SIZE * SIZE)]
    nodes = [
        onnxfile.node("Conv", ["x", "stem"], "a", kernel_shape=[SIZE] * 2,
                      strides=[SIZE] * 2),
        onnxfile.node("Relu", ["a"], "b"),
        onnxfile.node("Conv", ["b", "w"], "y", kernel_shape=dims[2:],
                      pads=[pad] * 4, strides=[stride] * 2, group=groups),
    ]
    tensors = [onnxfile.tensor("stem", [channels, 1, SIZE, SIZE], stem),
               onnxfile.tensor("w", dims, raw)]
    return onnxfile.model(nodes, tensors, [1, 1, 28, 28], "y")


class Selected(e2e.Case):
    def check(self, name, form):
        layout, scheme, sign, cells, settings = form
        self.config = os.path.join(
            e2e.SOURCE, "configs",
            "default.cfg" if layout == "full" else "ou.cfg")
        image = self.map(name, scheme, sign, settings, cells,
                         ["--layout", layout, "--calibrate", "16"])
        result, report = self.run_image(image, count=COUNT, settings=settings)
        self.assert_exact(result, report, COUNT)
        layer = report["layers"][-1]
        self.assertEqual(layer["adc_saturations"], 0)
        self.assertGreater(layer["adc_conversions"], 0)
        self.assertEqual(layer["ou_cycles"] > 0, layout != "full")

    def test_layers(self):
        for i, layer in enumerate(LAYERS[:1] if e2e.QUICK else LAYERS):
            e2e.write(f"layer{i}.onnx", cut(*layer))
            for form in FORMS[2:8:5] if e2e.QUICK else FORMS:
                with self.subTest(layer=layer, form=form[:4]):
                    self.check(e2e.path(f"layer{i}"), form)


def main():
    for name in sorted({layer[0] for layer in LAYERS}):
        if not os.path.exists(os.path.join(NETWORKS, name + ".onnx")):
            print(f"SKIP: the trained network {name} is not there")
            sys.exit(e2e.SKIPPED)
    e2e.main()


if __name__ == "__main__":
    main()
