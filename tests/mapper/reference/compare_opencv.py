#!/usr/bin/python3
"""Holds quantizer, squeeze and integer reference against OpenCV and numpy.

compare_opencv.py REFERENCE_DUMP NETWORK.onnx SCHEME

- Stored weights: made again from the float weights that OpenCV's dnn reads
  (codebook, nearest code, blocks of 128 rows, squeeze), compared exactly.
- Every layer of some images: accumulators by OpenCV's filter2D on doubles
  (exact for whole numbers), rounding in Python's integers, compared exactly.
- Logits: correlation with those of OpenCV's dnn on the float network.

Exit status 77 after a line "SKIP: reason" if OpenCV or the data set is missing.
"""

import gzip
import struct
import subprocess
import sys

DATASET = "/usr/share/datasets/fashion-mnist"
FIRST, COUNT = 40, 12
EXACT_IMAGES = 2  # compared layer by layer
ARRAY = 128
NO_TENSOR = 0xffffffff
MVM, MAXPOOL, AVGPOOL, ADD = 1, 2, 3, 4


def skip(reason):
    print(f"SKIP: {reason}")
    sys.exit(77)


try:
    import cv2
    import numpy as np
except ImportError as error:
    skip(error)


class Section:
    """The REFERENCE section, read as image_reference.h describes it."""

    FIELDS = ("kind input output residual kernel_h kernel_w stride_y stride_x "
              "dilation_y dilation_x pad_top pad_left groups").split()
    NUMBERS = "z_in z_residual z_out low high".split()
    OFFSETS = "weights bias scale residual_scale average".split()

    def __init__(self, data):
        self.data = data
        (magic, version, size, tensors, layers, tensors_at, layers_at,
         self.input, self.output) = struct.unpack_from("<IIQIIQQII", data)
        assert magic == 0x46455253 and version == 1 and size == len(data)
        self.tensors = [struct.unpack_from("<IIIIif", data, tensors_at + 32 * i)
                        for i in range(tensors)]
        self.layers = [self.layer(layers_at + 152 * i) for i in range(layers)]

    def layer(self, at):
        layer = dict(zip(self.FIELDS, struct.unpack_from("<13I", self.data,
                                                         at + 32)))
        layer.update(zip(self.NUMBERS, struct.unpack_from("<5i", self.data,
                                                          at + 84)))
        layer["average_count"], = struct.unpack_from("<I", self.data, at + 104)
        layer.update(zip(self.OFFSETS, struct.unpack_from("<5Q", self.data,
                                                          at + 112)))
        return layer

    def array(self, kind, count, offset):
        return np.frombuffer(self.data, kind, count, offset)

    def scale(self, offset, count):
        pairs = self.array("<u4", 2 * count, offset).reshape(count, 2)
        return [(int(m), int(n)) for m, n in pairs]

    def weights(self, layer):
        inputs = self.tensors[layer["input"]][2] // layer["groups"]
        outputs = self.tensors[layer["output"]][2]
        shape = (outputs, inputs, layer["kernel_h"], layer["kernel_w"])
        flat = self.array("<i2", int(np.prod(shape)), layer["weights"])
        return flat.reshape(shape)


def scaled(value, pair):
    """round(value * M / 2^n), halves away from zero."""
    product = value * pair[0]
    half = 1 << (pair[1] - 1) if pair[1] else 0
    rounded = (abs(product) + half) >> pair[1]
    return -rounded if product < 0 else rounded


def bounded(layer, value):
    return min(max(value, layer["low"]), layer["high"])


def accumulators(section, layer, x):
    """OpenCV's correlation, channel by channel."""
    weights = section.weights(layer)
    out_h, out_w, out_c = section.tensors[layer["output"]][:3]
    dil_y, dil_x = layer["dilation_y"], layer["dilation_x"]
    reach_h = (layer["kernel_h"] - 1) * dil_y + 1
    reach_w = (layer["kernel_w"] - 1) * dil_x + 1
    need_h = (out_h - 1) * layer["stride_y"] + reach_h
    need_w = (out_w - 1) * layer["stride_x"] + reach_w
    top, left = layer["pad_top"], layer["pad_left"]
    padded = cv2.copyMakeBorder(
        x.astype(np.float64), top, max(0, need_h - top - x.shape[0]), left,
        max(0, need_w - left - x.shape[1]), cv2.BORDER_CONSTANT,
        value=(float(layer["z_in"]),) * 4)
    padded = padded.reshape(padded.shape[0], padded.shape[1], -1)
    acc = np.zeros((out_h, out_w, out_c))
    per_group = out_c // layer["groups"]
    for n in range(out_c):
        for c in range(weights.shape[1]):
            kernel = np.zeros((reach_h, reach_w))
            kernel[::dil_y, ::dil_x] = weights[n, c]
            plane = padded[:, :, n // per_group * weights.shape[1] + c]
            full = cv2.filter2D(np.ascontiguousarray(plane), cv2.CV_64F, kernel,
                                anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
            acc[:, :, n] += full[:need_h - reach_h + 1:layer["stride_y"],
                                 :need_w - reach_w + 1:layer["stride_x"]]
    assert np.array_equal(acc, np.rint(acc))
    return acc


def run_mvm(section, layer, values):
    acc = accumulators(section, layer, values[layer["input"]])
    out_c = acc.shape[2]
    bias = section.array("<i4", out_c, layer["bias"])
    scale = section.scale(layer["scale"], out_c)
    residual = None
    if layer["residual"] != NO_TENSOR:
        residual = values[layer["residual"]]
        pairs = section.scale(layer["residual_scale"], out_c)
    out = np.zeros(acc.shape, np.int64)
    for place in np.ndindex(*acc.shape):
        n = place[2]
        total = int(acc[place]) + int(bias[n])
        if residual is not None:
            total += scaled(int(residual[place]) - layer["z_residual"],
                            pairs[n])
        out[place] = bounded(layer, layer["z_out"] + scaled(total, scale[n]))
    return out


def run_pool(section, layer, values):
    x = values[layer["input"]]
    out = np.zeros(section.tensors[layer["output"]][:3], np.int64)
    pairs = None
    if layer["kind"] == AVGPOOL:
        pairs = section.scale(layer["average"], layer["average_count"])
        assert len(pairs) == 1 and layer["pad_top"] == layer["pad_left"] == 0
    for y, i, c in np.ndindex(*out.shape):
        top = y * layer["stride_y"] - layer["pad_top"]
        left = i * layer["stride_x"] - layer["pad_left"]
        window = x[max(top, 0):top + layer["kernel_h"],
                   max(left, 0):left + layer["kernel_w"], c]
        value = int(window.max()) if pairs is None else scaled(
            int(window.sum()), pairs[0])
        out[y, i, c] = bounded(layer, value)
    return out


def run_add(section, layer, values):
    a, b = values[layer["input"]], values[layer["residual"]]
    first = section.scale(layer["scale"], a.shape[2])
    second = section.scale(layer["residual_scale"], a.shape[2])
    out = np.zeros(a.shape, np.int64)
    for place in np.ndindex(*a.shape):
        n = place[2]
        total = (layer["z_out"]
                 + scaled(int(a[place]) - layer["z_in"], first[n])
                 + scaled(int(b[place]) - layer["z_residual"], second[n]))
        out[place] = bounded(layer, total)
    return out


RUN = {MVM: run_mvm, MAXPOOL: run_pool, AVGPOOL: run_pool, ADD: run_add}


def read_dump(tool, network, scheme):
    data = subprocess.run([tool, network, scheme, DATASET, str(FIRST),
                           str(COUNT)], check=True, capture_output=True).stdout
    size, = struct.unpack_from("<Q", data)
    section = Section(data[8:8 + size])
    at, images = 8 + size, []
    for _ in range(COUNT):
        values = {}
        order = [section.input] + [l["output"] for l in section.layers]
        for tensor in order:
            shape = section.tensors[tensor][:3]
            kind = "<i4" if section.tensors[tensor][3] == 4 else "u1"
            count = int(np.prod(shape))
            values[tensor] = np.frombuffer(data, kind, count, at).reshape(shape)
            at += values[tensor].nbytes
        images.append(values)
    assert at == len(data)
    return section, images


def check_layers(section, values):
    for index, layer in enumerate(section.layers):
        wanted = RUN[layer["kind"]](section, layer, values)
        if not np.array_equal(wanted, values[layer["output"]]):
            wrong = np.count_nonzero(wanted != values[layer["output"]])
            sys.exit(f"layer {index}: {wrong} of {wanted.size} values differ")


def codes_of(scheme):
    if scheme.startswith("sme"):
        return np.array(sorted({m << e for m in range(8) for e in range(6)}))
    return np.arange(1 << (int(scheme[3:]) - 1))


def quantize(weights, codes):
    """Nearest codes, unit by the largest weight of each output channel."""
    rows = weights.reshape(weights.shape[0], -1).astype(np.float64)
    unit = np.abs(rows).max(axis=1, keepdims=True) / codes[-1]
    limits = (codes[1:] + codes[:-1]) / 2
    magnitude = codes[np.searchsorted(limits, np.abs(rows / unit),
                                      side="right")]
    return np.where(rows < 0, -magnitude, magnitude)


def squeeze(q, planes, x):
    """q is [out][row]; blocks of ARRAY x ARRAY."""
    stored = q.copy()
    kept = planes - x
    for row0 in range(0, q.shape[1], ARRAY):
        for col0 in range(0, q.shape[0], ARRAY):
            block = stored[col0:col0 + ARRAY, row0:row0 + ARRAY]
            for r in range(block.shape[1]):
                largest = int(np.abs(block[:, r]).max())
                shift = max(0, largest.bit_length() - kept)
                small = (np.abs(block[:, r]) + ((1 << shift) >> 1)) >> shift
                small = np.minimum(small, (1 << kept) - 1) << shift
                block[:, r] = np.where(block[:, r] < 0, -small, small)
    return stored


def check_weights(section, net, scheme):
    layers = [l for l in section.layers if l["kind"] == MVM]
    floats = []
    for name in net.getLayerNames():
        layer = net.getLayer(net.getLayerId(name))
        if layer.type in ("Convolution", "InnerProduct"):
            floats.append(net.getParam(name, 0))
    assert len(floats) == len(layers)
    for index, (layer, weights) in enumerate(zip(layers, floats)):
        q = quantize(weights, codes_of(scheme))
        if scheme.startswith("sme"):
            q = squeeze(q, 8, int(scheme[3:]))
        if not np.array_equal(section.weights(layer).reshape(q.shape), q):
            sys.exit(f"MVM {index}: stored weights differ")


def check_logits(section, net, images):
    with gzip.open(f"{DATASET}/t10k-images-idx3-ubyte.gz") as file:
        file.seek(16 + FIRST * 784)
        pixels = np.frombuffer(file.read(COUNT * 784), np.uint8)
    pixels = pixels.reshape(COUNT, 1, 1, 28, 28).astype(np.float32)
    floats, integers = [], []
    for image, values in zip((pixels / 255 - 0.2860) / 0.3530, images):
        net.setInput(image.astype(np.float32))
        floats.append(net.forward().ravel().copy())
        integers.append(values[section.output].ravel())
    r = np.corrcoef(np.ravel(floats), np.ravel(integers))[0, 1]
    if r < 0.99:
        sys.exit(f"logits: correlation with OpenCV's dnn is {r:.4f}")
    return r


def main():
    tool, network, scheme = sys.argv[1:]
    try:
        with open(f"{DATASET}/t10k-images-idx3-ubyte.gz", "rb"):
            pass
    except OSError as error:
        skip(error)
    section, images = read_dump(tool, network, scheme)
    net = cv2.dnn.readNetFromONNX(network)
    check_weights(section, net, scheme)
    for values in images[:EXACT_IMAGES]:
        check_layers(section, values)
    r = check_logits(section, net, images)
    print(f"{network} {scheme}: weights and {len(section.layers)} layers "
          f"equal, logits correlate with {r:.4f}")


if __name__ == "__main__":
    main()
