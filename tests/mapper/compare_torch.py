#!/usr/bin/python3
"""Networks that torch exports, random weights: import, lower, run, compare.

compare_torch.py FLOAT_LOGITS ORACLE_CHECK SQZ CONFIG NETWORK...

NETWORK is one of the names below. Each is exported to a temporary folder; the
float engine's logits must be torch's, and the integer reference must agree in
every value with a second implementation. Then the network is mapped and run on
a chip, a large one but for `fire`. Exit status 77 after a line "SKIP: reason" if
torch, torchvision or the data set is missing.
"""

import gzip
import os
import re
import subprocess
import sys
import tempfile
import warnings

DATASET = "/usr/share/datasets/fashion-mnist"
FIRST, COUNT = 100, 3
LIMIT = 1e-3  # of the largest logit
LARGE = ["--set", "noc.width=16", "--set", "noc.height=16",
         "--set", "tile.arrays=128", "--set", "tile.slots=64"]


def skip(reason):
    print(f"SKIP: {reason}")
    sys.exit(77)


try:
    import torch
    import torchvision
    from torch import nn
    from torch.nn import functional as F
except ImportError as error:
    skip(error)


class Fire(nn.Module):
    """SqueezeNet's module: two convolutions side by side."""

    def __init__(self, cin, squeeze, expand):
        super().__init__()
        self.squeeze = nn.Conv2d(cin, squeeze, 1)
        self.one = nn.Conv2d(squeeze, expand, 1)
        self.three = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.one(x)), F.relu(self.three(x))], 1)


class FireNet(nn.Module):
    """Padding before a pooling, nested Concat, dilation, depthwise, MatMul, a
    flatten that computes its shape."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 8, 3, stride=2, padding=1)
        self.first, self.second = Fire(8, 4, 8), Fire(16, 6, 12)
        self.wide = nn.Conv2d(16, 16, 3, padding=2, dilation=2, groups=16)
        self.out = nn.Linear(56, 10, bias=False)

    def forward(self, x):
        x = F.pad(F.relu(self.stem(x)), (1, 2, 0, 1))
        y = self.first(F.max_pool2d(x, 3, 2))
        z = torch.cat([self.second(y), y, self.wide(y)], 1)
        z = F.adaptive_avg_pool2d(z, 1)
        return self.out(z.view(z.size(0), -1))


def small_vgg(make):
    """VGG with features averaged to one pixel: 9 of 10 weights of the real one
    stand behind its 7 x 7, and it takes 224 x 224 only."""
    model = make(weights=None, num_classes=10)
    model.avgpool = nn.AdaptiveAvgPool2d(1)
    model.classifier[0] = nn.Linear(512, 512)
    model.classifier[3] = nn.Linear(512, 512)
    model.classifier[6] = nn.Linear(512, 10)
    return model


def plain(make):
    return make(weights=None, num_classes=10)


MODELS = torchvision.models
# name: module, input, opset (old ones write Pad and Clip with attributes)
NETWORKS = {
    "fire": (FireNet, (1, 28, 28), 13),
    "squeezenet1_1": (lambda: plain(MODELS.squeezenet1_1), (3, 48, 48), 13),
    "densenet121": (lambda: plain(MODELS.densenet121), (3, 32, 32), 13),
    "vgg11": (lambda: small_vgg(MODELS.vgg11), (3, 32, 32), 13),
    "vgg16_bn": (lambda: small_vgg(MODELS.vgg16_bn), (3, 32, 32), 9),
    "mobilenet_v2": (lambda: plain(MODELS.mobilenet_v2), (3, 32, 32), 11),
    # The unmodified ones, half a gigabyte each: by hand.
    "vgg11_whole": (lambda: plain(MODELS.vgg11), (3, 224, 224), 13),
    "vgg16_whole": (lambda: plain(MODELS.vgg16), (3, 224, 224), 13),
}


def read_images(shape):
    path = f"{DATASET}/t10k-images-idx3-ubyte.gz"
    try:
        with gzip.open(path) as file:
            file.seek(16 + FIRST * 784)
            raw = bytearray(file.read(COUNT * 784))
    except OSError as error:
        skip(error)
    pixels = torch.frombuffer(raw, dtype=torch.uint8)
    pixels = pixels.reshape(COUNT, 1, 28, 28).float()
    channels, height, width = shape
    top, left = (height - 28) // 2, (width - 28) // 2
    pixels = F.pad(pixels, (left, width - 28 - left, top, height - 28 - top))
    return ((pixels / 255 - 0.2860) / 0.3530).expand(-1, channels, -1, -1)


def give_statistics(model):
    """Batch norm in use scales; left alone it would be the identity."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.1, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
            nn.init.uniform_(module.weight, 0.7, 1.3)
            nn.init.uniform_(module.bias, -0.2, 0.2)


def export(name, path):
    make, shape, opset = NETWORKS[name]
    torch.manual_seed(3)
    model = make().eval()
    give_statistics(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(model, torch.zeros(1, *shape), path,
                          opset_version=opset, input_names=["images"],
                          dynamic_axes={"images": {0: "batch"}})
    with torch.no_grad():
        return model(read_images(shape))


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: status {done.returncode}\n"
                 f"{done.stdout}{done.stderr}")
    return done.stdout


def check_float(tool, path, expected):
    text = run(tool, path, DATASET, str(FIRST), str(COUNT), "2")
    logits = torch.tensor([[float(x) for x in line.split()]
                           for line in text.splitlines()])
    worst = ((logits - expected).abs().max() / expected.abs().max()).item()
    if not worst <= LIMIT:
        sys.exit(f"float logits differ by {worst:g} of the largest")
    return worst


def check_integer(tool, path):
    text = run(tool, path, "int8", DATASET)
    follows = float(re.search(r"correlation (\S+)", text)[1])
    if not follows > 0.9:
        sys.exit(f"integer logits do not follow the float ones: {text}")
    return text.strip()


def check_chip(sqz, config, name, path):
    image = path + ".sqz"
    chip = ["--config", config] + ([] if name == "fire" else LARGE)
    run(sqz, "map", path, *chip, "-c", "4", "-o", image, "--quiet")
    text = run(sqz, "run", image, *chip, "--count", "1", "--quiet")
    if "bit-exact 1 of 1" not in text:
        sys.exit(f"on the chip: {text}")


def main():
    float_logits, oracle, sqz, config = sys.argv[1:5]
    torch.set_num_threads(1)
    for name in sys.argv[5:]:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, name + ".onnx")
            expected = export(name, path)
            worst = check_float(float_logits, path, expected)
            print(f"{name}: float within {worst:.1e}; "
                  f"{check_integer(oracle, path)}", flush=True)
            check_chip(sqz, config, name, path)


if __name__ == "__main__":
    main()
