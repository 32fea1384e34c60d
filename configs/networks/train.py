#!/usr/bin/python3
"""Train LeNet-5 or ResNet-8 on Fashion-MNIST and export it to ONNX.

Reads Debian's dataset-fashion-mnist; needs python3-torch only (no torchvision,
no download). One thread and a seed: bit-reproducible on the same processor;
on another one compare the accuracy.
"""

import argparse
import gzip
import os
import struct
import sys
import time
import warnings

import torch
from torch import nn
from torch.nn import functional as F

MEAN, STD = 0.2860, 0.3530
EPOCHS = {"lenet5": 10, "resnet8": 5}


class LeNet5(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(400, 120), nn.ReLU(),
            nn.Linear(120, 84), nn.ReLU(),
            nn.Linear(84, 10))


class Block(nn.Module):
    """Basic residual block; a 1x1 convolution where the shape changes."""

    def __init__(self, cin, cout, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.shortcut = nn.Identity()
        if stride != 1 or cin != cout:
            self.shortcut = nn.Sequential(
                nn.Conv2d(cin, cout, 1, stride, bias=False),
                nn.BatchNorm2d(cout))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class ResNet8(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16),
            nn.ReLU(),
            Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


NETWORKS = {"lenet5": LeNet5, "resnet8": ResNet8}


def read_idx(path):
    """Reads a gzip IDX file of unsigned bytes."""
    with gzip.open(path, "rb") as file:
        dims = struct.unpack(">BBBB", file.read(4))[3]
        shape = struct.unpack(">" + "I" * dims, file.read(4 * dims))
        data = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)
    return data.reshape(shape)


def read_pixels(folder, split):
    """Bytes as N x 28 x 28, and their labels."""
    pixels = read_idx(os.path.join(folder, f"{split}-images-idx3-ubyte.gz"))
    labels = read_idx(os.path.join(folder, f"{split}-labels-idx1-ubyte.gz"))
    return pixels, labels.long()


def normalize(pixels):
    """N x H x W bytes as N x 1 x H x W numbers."""
    return (pixels.unsqueeze(1).float() / 255 - MEAN) / STD


def read_split(folder, split):
    pixels, labels = read_pixels(folder, split)
    return normalize(pixels), labels


def flip_half(images, generator):
    """Mirrors every image with probability one half."""
    mirror = torch.rand(len(images), generator=generator) < 0.5
    return torch.where(mirror[:, None, None, None], images.flip(3), images)


def train(model, images, labels, epochs, generator):
    batch = 128
    steps = (len(images) + batch - 1) // batch
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3,
                                  weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=4e-3, epochs=epochs, steps_per_epoch=steps)
    model.train()
    for epoch in range(epochs):
        start, total = time.monotonic(), 0.0
        order = torch.randperm(len(images), generator=generator)
        for chosen in order.split(batch):
            x = flip_half(images[chosen], generator)
            loss = F.cross_entropy(model(x), labels[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(chosen)
        print(f"epoch {epoch + 1}/{epochs}: loss {total / len(images):.4f}, "
              f"{time.monotonic() - start:.0f} s", flush=True)


@torch.no_grad()
def accuracy(model, images, labels):
    model.eval()
    right = sum(int((model(x).argmax(1) == y).sum())
                for x, y in zip(images.split(500), labels.split(500)))
    return right / len(labels)


def export(model, path):
    """Writes opset 13, batch norm folded, symbolic batch dimension."""
    model.eval()
    part = path + ".part"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(model, torch.zeros(1, 1, 28, 28), part,
                          opset_version=13, input_names=["input"],
                          output_names=["logits"],
                          dynamic_axes={"input": {0: "batch"},
                                        "logits": {0: "batch"}})
    with open(part, "rb") as file:
        if b"BatchNormalization" in file.read():
            sys.exit(f"{path}: batch norm was not folded")
    os.rename(part, path)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=NETWORKS, default="lenet5")
    parser.add_argument("--epochs", type=int,
                        help="default: 10 for lenet5, 5 for resnet8")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", help="ONNX file (default: NETWORK.onnx "
                        "beside this script)")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist",
                        help="folder of the gzip IDX files")
    args = parser.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    out = args.out or os.path.join(here, args.network + ".onnx")

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(args.seed)
    generator = torch.Generator().manual_seed(args.seed)
    model = NETWORKS[args.network]()
    train(model, *read_split(args.data, "train"),
          args.epochs or EPOCHS[args.network], generator)
    export(model, out)
    top1 = accuracy(model, *read_split(args.data, "t10k"))
    print(f"{args.network}: float top-1 {100 * top1:.2f} % "
          "over the 10,000 test images")


if __name__ == "__main__":
    main()
