#!/usr/bin/python3
"""Holds configs/networks/finetune.py against the mapper.

compare_mapper.py STORED_WEIGHTS SOURCE_FOLDER

- Units and stored weights that Python finds equal those of the mapper in every
  bit, under all kinds of schemes, for plain, grouped and pruned layers.
- A short fine-tuning writes a file that the mapper reads, with other weights,
  pruned ones still 0; the same seed gives the same bytes.
- Mistakes are one line.

Exit status 77 after a line "SKIP: reason" if torch or the data set is missing.
"""

import os
import struct
import subprocess
import sys
import tempfile

TOOL, SOURCE = sys.argv[1:]
NETWORKS = os.path.join(SOURCE, "configs/networks")
SHARED = os.path.join(SOURCE, "../shared/networks")
DATASET = "/usr/share/datasets/fashion-mnist"
SCRIPT = os.path.join(NETWORKS, "finetune.py")
SCHEMES = ["int8", "int6", "sme0", "sme1", "sme2", "sme3", "sme6,2,1",
           "trunc2", "trunc3"]


def skip(reason):
    print(f"SKIP: {reason}")
    sys.exit(77)


try:
    import torch
except ImportError as error:
    skip(error)
if not os.path.exists(DATASET):
    skip(f"{DATASET} is missing")

sys.path.insert(0, NETWORKS)
from fake_quantizer import Scheme  # noqa: E402
from finetune import parse_prune, prune_layers  # noqa: E402
from onnx_file import Network  # noqa: E402


def of_mapper(*arguments):
    """(units, codes) of each layer."""
    data = subprocess.run([TOOL, *arguments], check=True,
                          stdout=subprocess.PIPE).stdout
    at, layers = 0, []
    while at < len(data):
        channels, row = struct.unpack_from("<II", data, at)
        units = torch.frombuffer(bytearray(data[at + 8:at + 8 + 8 * channels]),
                                 dtype=torch.float64)
        at += 8 + 8 * channels
        size = 2 * channels * row
        codes = torch.frombuffer(bytearray(data[at:at + size]),
                                 dtype=torch.int16)
        at += size
        layers.append((units.reshape(-1, 1), codes.reshape(channels, row)))
    return layers


def compare(path, scheme, pruning=None):
    network = Network(path)
    if pruning:
        prune_layers(network, *parse_prune(pruning))
    layers = of_mapper(path, scheme, *([pruning] if pruning else []))
    assert len(layers) == len(network.layers)
    quantizer = Scheme(scheme)
    for index, (layer, (units, codes)) in enumerate(zip(network.layers,
                                                        layers)):
        rows = layer.current_weight().detach().flatten(1)
        found = quantizer.units(rows)
        empty = rows.abs().amax(1, keepdim=True) == 0
        wrong = int(((found != units) & ~empty).sum())
        assert wrong == 0, f"{path} {scheme} layer {index}: {wrong} units"
        mine = quantizer.codes(rows, found, layer.groups)
        wrong = int((mine != codes).sum())
        assert wrong == 0, f"{path} {scheme} layer {index}: {wrong} weights"
    print(os.path.basename(path), scheme, pruning or "", "equal", flush=True)


def finetune(*arguments, status=0):
    done = subprocess.run(["/usr/bin/python3", "-B", SCRIPT, *arguments],
                          capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return done.stderr


def weights(path):
    return [layer.weight.detach() for layer in Network(path).layers]


def check_training(folder):
    start = os.path.join(NETWORKS, "lenet5.onnx")
    first, second, pruned = (os.path.join(folder, name)
                             for name in ("a.onnx", "b.onnx", "c.onnx"))
    for path in first, second:
        errors = finetune(start, "--scheme", "sme3", "--epochs", "0.02",
                          "--out", path)
        assert errors == "", errors  # quiet where nobody watches
    with open(first, "rb") as one, open(second, "rb") as other:
        assert one.read() == other.read(), "the same seed, other bytes"
    assert all((a != b).any() for a, b in zip(weights(start), weights(first)))
    compare(first, "sme3")
    for form, share in ("0.7", 0.7), ("0.5:rows", 0.5):
        finetune(start, "--prune", form, "--epochs", "0.02", "--rate", "1e-3",
                 "--out", pruned)
        for weight in weights(pruned):
            zero = float((weight == 0).float().mean())
            assert abs(zero - share) < 0.03, (form, zero)
        compare(pruned, "int8")


def check_mistakes(folder):
    start = os.path.join(NETWORKS, "lenet5.onnx")
    out = os.path.join(folder, "never.onnx")
    cut = os.path.join(folder, "cut.onnx")
    with open(start, "rb") as file, open(cut, "wb") as half:
        half.write(file.read()[:100000])
    for arguments, word in (
            ([folder + "/none.onnx"], "none.onnx"),
            ([cut], "cut.onnx"),
            ([__file__], "compare_mapper.py"),
            ([start, "--scheme", "int"], "scheme int"),
            ([start, "--rate", "1e5", "--epochs", "0.02"], "lower --rate"),
            ([start, "--scheme", "sme8,9,1"], "scheme sme8,9,1"),
            ([start, "--scheme", "sme4"], "scheme sme4"),
            ([start, "--prune", "1"], "--prune 1"),
            ([start, "--prune", "0.5:cols"], "--prune 0.5:cols"),
            ([start, "--epochs", "0"], "--epochs"),
            ([start, "--data", folder], "train-images"),
            ([start, "--epochs", "0.002", "--out", folder + "/no/x.onnx"],
             "no/x.onnx")):
        errors = finetune("--out", out, *arguments, status=1)
        assert word in errors and errors.count("\n") == 1, errors
        assert not os.path.exists(out)


def main():
    for scheme in SCHEMES:
        compare(os.path.join(NETWORKS, "resnet8.onnx"), scheme)
    for pruning in "0.5", "0.9:rows":
        compare(os.path.join(NETWORKS, "lenet5.onnx"), "sme3", pruning)
    grouped = os.path.join(SHARED, "tv_mobilenet_v2.onnx")
    if os.path.exists(grouped):
        compare(grouped, "sme3")
        compare(grouped, "int6", "0.7:rows")
    with tempfile.TemporaryDirectory() as folder:
        check_training(folder)
        check_mistakes(folder)


if __name__ == "__main__":
    main()
