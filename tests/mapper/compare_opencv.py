#!/usr/bin/python3
"""Compares the float engine's logits with OpenCV's dnn on test images.

compare_opencv.py FLOAT_LOGITS NETWORK.onnx

Exit status 77 after a line "SKIP: reason" if OpenCV or the data set is missing.
"""

import gzip
import subprocess
import sys

DATASET = "/usr/share/datasets/fashion-mnist"
FIRST, COUNT = 100, 200
LIMIT = 1e-3


def skip(reason):
    print(f"SKIP: {reason}")
    sys.exit(77)


try:
    import cv2
    import numpy
except ImportError as error:
    skip(error)


def read_images():
    path = f"{DATASET}/t10k-images-idx3-ubyte.gz"
    try:
        with gzip.open(path) as file:
            file.seek(16 + FIRST * 784)
            pixels = numpy.frombuffer(file.read(COUNT * 784), numpy.uint8)
    except OSError as error:
        skip(error)
    images = pixels.reshape(COUNT, 1, 28, 28).astype(numpy.float32)
    return ((images / 255 - 0.2860) / 0.3530).astype(numpy.float32)


def opencv_logits(network, images):
    net = cv2.dnn.readNetFromONNX(network)
    rows = []
    for image in images:
        net.setInput(image[None])
        rows.append(net.forward()[0])
    return numpy.array(rows)


def engine_logits(tool, network):
    command = [tool, network, DATASET, str(FIRST), str(COUNT), "1"]
    text = subprocess.run(command, check=True, capture_output=True, text=True)
    rows = [[float(x) for x in line.split()]
            for line in text.stdout.splitlines()]
    return numpy.array(rows)


def main():
    tool, network = sys.argv[1:]
    cv2.setNumThreads(1)
    images = read_images()
    want = opencv_logits(network, images)
    have = engine_logits(tool, network)
    if want.shape != have.shape:
        sys.exit(f"shapes differ: {want.shape}, {have.shape}")
    difference = numpy.abs(want - have).max()
    print(f"{network}: {COUNT} images, logits up to {abs(want).max():.3g}, "
          f"largest difference {difference:.2g}")
    if not difference < LIMIT or abs(want).max() < 1:
        sys.exit("differs from OpenCV")


if __name__ == "__main__":
    main()
