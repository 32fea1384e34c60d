#!/usr/bin/python3
"""One network of every operator, as exporters write them, on the platform."""

import os
import random

import e2e
import onnxfile
from onnxfile import node

COUNT = 3
FORMS = [("full", "sme2", "pair"), ("full", "int8", "twos"),
         ("column", "sme1", "twos"), ("auto", "int8", "twos")]


def every_operator():
    """DenseNet's and SqueezeNet's ways: normalization behind a Concat, padding
    before a pooling, tensors that are read twice."""
    rng = random.Random(5)
    tensors = []

    def weights(name, *dims, low=-.5, high=.5):
        size = 1
        for dim in dims:
            size *= dim
        tensors.append(onnxfile.tensor(
            name, dims, [rng.uniform(low, high) for _ in range(size)]))
        return name

    def conv(source, output, out, channels, kernel, **more):
        return node("Conv", [source, weights("w" + output, out, channels,
                                             kernel, kernel),
                             weights("b" + output, out)], output, **more)

    norm = [weights("scale", 30, low=.5, high=1.5), weights("shift", 30),
            weights("mean", 30), weights("variance", 30, low=.5, high=2)]
    nodes = [
        conv("x", "stem", 10, 1, 5, strides=[2, 2], pads=[1, 2, 2, 1]),
        node("Relu", ["stem"], "a"),
        node("Pad", ["a", "pads"], "padded"),
        node("MaxPool", ["padded"], "pool", kernel_shape=[3, 3],
             strides=[2, 2]),
        conv("pool", "dilated", 10, 10, 3, dilations=[2, 2], pads=[2] * 4),
        conv("pool", "depth", 10, 1, 3, group=10, pads=[1] * 4),
        node("Clip", ["depth", "zero", "six"], "c"),
        node("Concat", ["dilated", "c", "pool"], "joined", axis=1),
        node("BatchNormalization", ["joined", *norm], "normal"),
        node("Relu", ["normal"], "n"),
        conv("n", "grouped", 20, 15, 1, group=2),
        node("AveragePool", ["grouped"], "mean2", kernel_shape=[2, 2],
             strides=[2, 2], pads=[1] * 4, count_include_pad=0),
        conv("mean2", "left", 12, 20, 1),
        conv("mean2", "right", 12, 20, 1),
        node("Add", ["left", "right"], "sum"),
        node("Concat", ["sum", "mean2", "sum"], "again", axis=1),
        node("Dropout", ["again"], "dropped"),
        node("GlobalAveragePool", ["dropped"], "one"),
        node("Identity", ["one"], "same"),
        node("Flatten", ["same"], "flat"),
        node("Gemm", ["flat", weights("wg", 16, 44), weights("bg", 16)],
             "hidden", transB=1),
        node("Relu", ["hidden"], "h"),
        node("MatMul", ["h", weights("wm", 16, 10)], "y"),
    ]
    tensors += [onnxfile.tensor("zero", [], [0.]),
                onnxfile.tensor("six", [], [6.]),
                onnxfile.integers_tensor("pads", [0, 0, 1, 0, 0, 0, 2, 1])]
    return onnxfile.model(nodes, tensors, [1, 1, 28, 28], "y")


class Operators(e2e.Case):
    def test_every_operator(self):
        e2e.write("every.onnx", every_operator())
        for layout, scheme, sign in FORMS[1:3] if e2e.QUICK else FORMS:
            with self.subTest(layout=layout, scheme=scheme, sign=sign):
                self.config = os.path.join(
                    e2e.SOURCE, "configs",
                    "default.cfg" if layout == "full" else "ou.cfg")
                image = self.map(e2e.path("every"), scheme, sign, words=[
                    "--layout", layout, "--calibrate", "32"])
                result, report = self.run_image(image, count=COUNT)
                self.assert_exact(result, report, COUNT)
                names = [layer["name"] for layer in report["layers"]]
                for name, layers in (("padded", 1), ("joined", 3),
                                     ("normal", 1), ("again", 3)):
                    self.assertEqual(names.count(name), layers, names)


if __name__ == "__main__":
    e2e.main()
