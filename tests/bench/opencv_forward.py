#!/usr/bin/python3
"""Prints CPU seconds of one float inference of an ONNX file by OpenCV on one
thread, the median of several. Exit status 77 if OpenCV is not here.

Usage: opencv_forward.py NETWORK.onnx SIZE
"""
import statistics
import sys
import time

RUNS = 5


def main():
    try:
        import cv2
        import numpy
    except ImportError as reason:
        print("SKIP: %s" % reason)
        return 77
    cv2.setNumThreads(1)
    size = int(sys.argv[2])
    network = cv2.dnn.readNetFromONNX(sys.argv[1])
    image = numpy.random.default_rng(1).standard_normal((1, 3, size, size))
    network.setInput(image.astype(numpy.float32))
    network.forward()  # sets it up
    times = []
    for _ in range(RUNS):
        network.setInput(image.astype(numpy.float32))
        start = time.process_time()
        network.forward()
        times.append(time.process_time() - start)
    print("%.6f" % statistics.median(times))
    return 0


if __name__ == "__main__":
    sys.exit(main())
