#!/usr/bin/python3
"""Writes docs/results.md: accuracy, crossbars, time and energy of networks
under every scheme and baseline.

Every figure comes from a run of `sqz`, whose command stands above its table.
Finished runs are kept in --folder and are not done again unless what went into
them changes; a study that was interrupted goes on where it stopped.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from study import accuracy, crossbars, devices, sharing  # noqa: E402
from study import points as runs  # noqa: E402
from study.study import NETWORKS, SOURCE, Study  # noqa: E402

PARTS = {"accuracy": accuracy, "devices": devices, "crossbars": crossbars,
         "sharing": sharing}


def head(study):
    missing = [f"- {name}: {os.path.basename(path)} was missing."
               for name, path in study.missing.items()]
    return [
        "# Results", "",
        "Written by `ninja results` (`configs/studies/results.py`"
        + (" --quick" if study.quick else "") + "); do not edit. "
        "Accuracy is top-1 on Fashion-MNIST test images, networks are trained "
        "on its training images "
        "([networks](../configs/networks/README.md)): nothing here "
        "says anything about ImageNet. Calibration and scales use training "
        "images only. All rows are integer networks as the chip computes them, "
        "unless it says float.", "",
        *missing, *([""] if missing else [])]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sqz", default=os.path.join(
        SOURCE, "build/platform/sqz"), help="program (default: %(default)s)")
    parser.add_argument("--networks", metavar="FOLDER",
                        help="folder of the ONNX files (default: "
                        "../shared/networks beside the project; quick: "
                        "configs/networks)")
    parser.add_argument("--tuned", metavar="FOLDER", help="fine-tuned networks "
                        "NETWORK-SCHEME.onnx beside NETWORK-float.onnx")
    parser.add_argument("--only", metavar="LIST", help="comma-separated, of " +
                        ", ".join(NETWORKS))
    parser.add_argument("--parts", metavar="LIST", default=",".join(PARTS),
                        help="sections to be made (default: %(default)s)")
    parser.add_argument("--quick", action="store_true",
                        help="few images of LeNet-5, to try the command")
    parser.add_argument("--folder", default="build/results", metavar="DIR",
                        help="finished runs (default: %(default)s)")
    parser.add_argument("--fresh", action="store_true",
                        help="do finished runs again: after a change of sqz")
    parser.add_argument("--threads", type=int, help="of each run")
    parser.add_argument("--out", default=os.path.join(SOURCE,
                                                      "docs/results.md"),
                        help="page (default: %(default)s)")
    return parser.parse_args()


def listed(text, known, what):
    names = text.split(",")
    for name in names:
        if name not in known:
            raise runs.Failure(f"--{what}: {name} is none of "
                               + ", ".join(known))
    return names


def make_study(arguments):
    only = (listed(arguments.only, NETWORKS, "only") if arguments.only
            else None)
    folder = arguments.networks or os.path.join(
        SOURCE, "configs/networks" if arguments.quick
        else "../shared/networks")
    points = runs.Points(arguments.sqz, arguments.folder, arguments.fresh,
                         arguments.threads)
    study = Study(points, folder, arguments.tuned, only, arguments.quick)
    for name, path in study.missing.items():
        print(f"results: {name}: {path} is missing, its rows are left out",
              file=sys.stderr)
    if not study.networks:
        raise runs.Failure("no networks")
    return study


def main():
    arguments = parse_arguments()
    parts = listed(arguments.parts, PARTS, "parts")
    study = make_study(arguments)
    wanted = [PARTS[part] for part in PARTS if part in parts]
    lines = head(study) + ["## Summary", ""]
    for part in wanted:
        if hasattr(part, "summary"):
            lines += part.summary(study)
    for part in wanted:
        lines += part.section(study)
    runs.write_beside(arguments.out, "\n".join(lines).rstrip() + "\n")


if __name__ == "__main__":
    try:
        main()
    except (runs.Failure, OSError) as failure:
        sys.exit(f"results: {failure}")
    except KeyboardInterrupt:
        sys.exit("results: interrupted; what is finished is kept")
