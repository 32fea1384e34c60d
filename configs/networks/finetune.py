#!/usr/bin/python3
"""Fine-tune an ONNX network on Fashion-MNIST for a weight quantizer.

    finetune.py resnet8.onnx --mirror --scheme sme3 --out resnet8-sme3.onnx

The weights are quantized in the forward pass as `sqz map` does it: a unit per
output channel by the least squared error, the scheme's codes, the squeeze over
128 x 128 crossbars. Gradients pass the rounding unchanged (straight-through
estimator); activations stay in float. `--scheme float` quantizes nothing: the
baseline with the same budget. `--prune` first sets the smallest weights of
every layer to 0 and holds them there.

Steps, learning rates and images depend on the options and the seed, not on the
scheme. Reads the training split only.

The file that is written has the graph of the one that was read and the weights
*before* rounding: `sqz eval` and `sqz map` find the units and round. Needs
python3-torch and dataset-fashion-mnist.
"""

import argparse
import math
import sys

import torch
from torch.nn import functional as F
from torch.nn.utils import prune

from fake_quantizer import FakeQuantizer, Scheme
from onnx_file import Network
from train import flip_half, normalize, read_pixels

BATCH = 128
UNIT_EVERY = 50  # batches between two searches for the units
SIDE = 28


def smallest_mask(scores, share):
    """0 for the smallest, the first of equals; 1 for all others."""
    flat = scores.flatten()
    gone = int(share * flat.numel() + 0.5)
    mask = torch.ones_like(flat)
    mask[flat.argsort(stable=True)[:gone]] = 0
    return mask.reshape(scores.shape)


def row_mask(layer, share):
    """Whole rows of the weight matrix: one input channel and kernel place for
    all output channels of its group."""
    weight = layer.weight.detach()
    outputs = weight.shape[0] // layer.groups
    rows = weight.double().reshape(layer.groups, outputs, -1)
    mask = smallest_mask(rows.square().sum(1).sqrt().float(), share)
    return mask.repeat_interleave(outputs, 0).reshape(weight.shape)


def prune_layers(network, share, whole_rows):
    """As sqz_prune_graph() does it, with masks that stay."""
    for layer in network.layers:
        mask = (row_mask(layer, share) if whole_rows
                else smallest_mask(layer.weight.detach().abs(), share))
        prune.custom_from_mask(layer, "weight", mask)


def parse_prune(text):
    share, _, form = text.partition(":")
    try:
        value = float(share)
    except ValueError:
        value = -1
    if not 0 <= value < 1 or text not in (share, share + ":rows"):
        raise ValueError(f"--prune {text}: must be P or P:rows with P from 0 "
                         "to below 1")
    return value, form == "rows"


def read_images(folder, shape):
    """Pixels with zeros around them to the network's size, and labels."""
    pixels, labels = read_pixels(folder, "train")
    _, height, width = shape
    if height < SIDE or width < SIDE:
        raise ValueError(f"the network's input is {height} x {width}, smaller "
                         "than the images")
    top, left = (height - SIDE) // 2, (width - SIDE) // 2
    pixels = F.pad(pixels, (left, width - SIDE - left,
                            top, height - SIDE - top))
    return pixels, labels


def search_units(network):
    for layer in network.layers:
        if layer.change is not None:
            layer.change.search(layer.current_weight())


class Progress:
    """A line on a terminal that is written over; elsewhere nothing."""

    def __init__(self, steps):
        self.steps = steps
        self.shown = sys.stderr.isatty()

    def show(self, step, loss):
        if self.shown:
            end = "\r\033[K" if step == self.steps else ""
            print(f"\rbatch {step}/{self.steps}, loss {loss:.4f}\033[K{end}",
                  end="", file=sys.stderr, flush=True)


def batches(count, steps, generator):
    """Indices of `steps` batches, in a new order each epoch."""
    while steps > 0:
        order = torch.randperm(count, generator=generator).split(BATCH)
        yield from order[:steps]
        steps -= len(order)


def rate_share(step, steps):
    """Up over a tenth of the steps, then down a cosine to 0."""
    up = max(1, steps // 10)
    if step < up:
        return (step + 1) / up
    return (1 + math.cos(math.pi * (step - up) / max(1, steps - up))) / 2


def finetune(network, data, args, generator):
    """Returns the loss of each batch."""
    pixels, labels = data
    steps = max(1, round(args.epochs * -(-len(pixels) // BATCH)))
    optimizer = torch.optim.AdamW(network.parameters(), lr=args.rate,
                                  weight_decay=args.decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: rate_share(step, steps))
    progress = Progress(steps)
    losses = []
    for step, chosen in enumerate(batches(len(pixels), steps, generator)):
        if step % UNIT_EVERY == 0:
            search_units(network)
        x = normalize(pixels[chosen]).expand(-1, network.input_shape[0],
                                             -1, -1)
        if args.mirror:
            x = flip_half(x, generator)
        loss = F.cross_entropy(network(x), labels[chosen])
        if not math.isfinite(loss.item()):
            raise ValueError(f"batch {step + 1}: the loss is {loss.item()}; "
                             "try a lower --rate")
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        progress.show(step + 1, losses[-1])
    return losses


def make_parser():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", help="ONNX file to start from")
    parser.add_argument("--out", required=True, help="ONNX file to write")
    parser.add_argument("--scheme", default="float",
                        help="float, intN, smeX, smeN,S[,X] or truncX "
                        "(default: float)")
    parser.add_argument("--prune", metavar="P[:rows]",
                        help="share of each layer's weights, or of the rows of "
                        "its weight matrix, to be 0")
    parser.add_argument("--epochs", type=float, default=1,
                        help="may be a fraction (default: 1)")
    parser.add_argument("--rate", type=float, default=5e-4,
                        help="largest learning rate (default: 5e-4)")
    parser.add_argument("--decay", type=float, default=0.01,
                        help="weight decay (default: 0.01)")
    parser.add_argument("--mirror", action="store_true",
                        help="mirror every image with probability one half, as "
                        "train.py does; for networks trained so")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1,
                        help="more are faster, but the last bits of the result "
                        "depend on their number (default: 1)")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist",
                        help="folder of the gzip IDX files")
    return parser


def check_numbers(args):
    for name in ("epochs", "rate", "threads"):
        if not 0 < getattr(args, name) < 1e6:
            raise ValueError(f"--{name} {getattr(args, name)}: must be "
                             "positive")
    if not 0 <= args.decay < 1e6:
        raise ValueError(f"--decay {args.decay}: must not be negative")


def run(args):
    check_numbers(args)
    scheme = None if args.scheme == "float" else Scheme(args.scheme)
    pruning = parse_prune(args.prune) if args.prune else None
    torch.set_num_threads(args.threads)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(args.seed)
    generator = torch.Generator().manual_seed(args.seed)
    network = Network(args.network)
    data = read_images(args.data, network.input_shape)
    if int(data[1].max()) >= network.classes:
        raise ValueError(f"{args.network}: {network.classes} outputs are too "
                         f"few for labels up to {int(data[1].max())}")
    if pruning:
        prune_layers(network, *pruning)
    if scheme:
        for layer in network.layers:
            layer.change = FakeQuantizer(scheme, layer.groups)
    losses = finetune(network, data, args, generator)
    if pruning:
        for layer in network.layers:
            prune.remove(layer, "weight")
    network.write(args.out)
    first, last = losses[:UNIT_EVERY], losses[-UNIT_EVERY:]
    print(f"{args.out}: {args.scheme}, {len(losses)} batches, mean loss "
          f"{sum(first) / len(first):.4f} over the first {len(first)}, "
          f"{sum(last) / len(last):.4f} over the last {len(last)}")


def main():
    args = make_parser().parse_args()
    try:
        run(args)
    except (OSError, EOFError, ValueError) as error:
        sys.exit(f"finetune.py: {error}")


if __name__ == "__main__":
    main()
