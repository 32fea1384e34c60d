#!/usr/bin/env python3
"""Measures the platform on large networks, with all it is compared with in one
run: the processor's limit, and native float inference by OpenCV.

CPU time, medians of runs taken in turn. The networks have random weights. Every
run is checked bit for bit by the platform itself.
"""
import argparse
import collections
import json
import os
import re
import statistics
import sys
import tempfile

from measure import find, heading, run
from samples import Samples

SCHEME = "sme2"
OPSET = "10"  # what OpenCV 4.6 reads of MobileNet-v2
CALIBRATION = "16"  # images: random weights gain nothing from more
NETWORKS = {"resnet18": "ResNet-18", "resnet50": "ResNet-50",
            "mobilenet_v2": "MobileNet-v2"}
FLIT_BYTES = (16, 4)
SETTINGS = ("noc.width", "noc.height", "noc.vcs", "noc.flit_bytes",
            "noc.fidelity", "tile.arrays", "tile.adc_bits",
            "tile.positions_per_packet")
HERE = os.path.dirname(os.path.abspath(__file__))
# What a row of the tables begins with, and its columns.
LABEL, COLUMN = 42, 16

# CPU seconds; start_s: all before the first picture, boot and programming too.
Run = collections.namedtuple("Run", "inference_s start_s peak_kib")


def progress(text):
    print("... " + text, file=sys.stderr, flush=True)


def row(label, *values):
    print(label.ljust(LABEL) + "".join(str(v).rjust(COLUMN) for v in values),
          flush=True)


def must(command, **options):
    usage = run(command, **options)
    if usage.code:
        sys.exit("bench: %s\nended with %d: %s" %
                 (" ".join(command), usage.code, usage.output))
    return usage


def load(path):
    with open(path, encoding="ascii") as file:
        return json.load(file)


def median(runs, field):
    return statistics.median(getattr(one, field) for one in runs)


class Network:
    """One network, mapped; its files are in a folder of the caller's."""

    def __init__(self, bench, name):
        self.bench = bench
        self.name = name
        self.onnx = os.path.join(bench.folder, name + ".onnx")
        self.image = os.path.join(bench.folder, name + ".sqz")
        self.timing = os.path.join(bench.folder, "timing.json")
        must([find(bench.build, "sqz-network"), "--arch", name, "--size",
              str(bench.options.size), "--opset", OPSET, "-o", self.onnx])
        self.mapping = must([bench.sqz, "map", self.onnx, "--scheme", SCHEME,
                             "--calibrate", CALIBRATION, *bench.config,
                             "--quiet", "-o", self.image])

    def run(self, flit_bytes, *more, **options):
        """One picture on a freshly booted chip. The trace is off, for none is
        asked for."""
        usage = must([self.bench.sqz, "run", self.image, "--count", "1",
                      *self.bench.config_of(flit_bytes), "--timing",
                      self.timing, "--quiet", *more], **options)
        timing = load(self.timing)
        return Run(timing["inference_cpu_s"],
                   timing["open_cpu_s"] + timing["load_cpu_s"] +
                   timing["boot_cpu_s"], usage.peak_kib)

    def report(self):
        """What the chip did, of which nothing depends on this machine."""
        path = os.path.join(self.bench.folder, "report.json")
        self.run(FLIT_BYTES[0], "--report", path)
        return load(path)

    def sampled(self):
        """The run's times, and where they went."""
        path = os.path.join(self.bench.folder, "samples")
        environment = dict(os.environ, SQZ_SAMPLES=path,
                           LD_PRELOAD=find(self.bench.build,
                                           "libsqz_sampler.so"))
        times = self.run(FLIT_BYTES[0], env=environment)
        return times, Samples(path, self.bench.sqz)

    def opencv(self):
        """CPU seconds of an inference, or why there are none."""
        usage = run([os.path.join(HERE, "opencv_forward.py"), self.onnx,
                     str(self.bench.options.size)])
        if usage.code:
            return None, usage.output.strip().split("\n")[-1]
        return float(usage.output), None


class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.build = os.path.abspath(options.build)
        self.sqz = os.path.join(self.build, "platform", "sqz")
        self.config = ["--config", options.config]
        for setting in options.set:
            self.config += ["--set", setting]
        self.config += ["--set", "noc.fidelity=flit"]

    def config_of(self, flit_bytes):
        return self.config + ["--set", "noc.flit_bytes=%d" % flit_bytes]

    def setting(self, name):
        dump = must([self.sqz, "run", *self.config_of(FLIT_BYTES[0]),
                     "--dump-config"]).output
        section, key = name.split(".")
        match = re.search(r"^%s = \{.*?^\s*%s = ([^;]+);" % (section, key),
                          dump, re.MULTILINE | re.DOTALL)
        return match[1]

    def print_settings(self):
        heading("Settings: " + " ".join(self.config))
        for name in SETTINGS:
            row(name, self.setting(name))

    def peak(self):
        """1-bit multiply-accumulates per second, at best."""
        heading("The processor's limit: AND, population count, add")
        output = must([find(self.build, "bench_popcount")]).output
        print(output.rstrip(), flush=True)
        return max(float(t) for t in re.findall(r"([\d.]+) T", output)) * 1e12

    def measure(self, network):
        """{flit bytes: runs}, CPU seconds of OpenCV or None, and why not."""
        runs = {flit_bytes: [] for flit_bytes in FLIT_BYTES}
        natives = []
        reason = None
        for i in range(self.options.runs):
            progress("%s: run %d of %d" % (network.name, i + 1,
                                           self.options.runs))
            for flit_bytes in FLIT_BYTES:
                if i % 2 == 0 or flit_bytes == FLIT_BYTES[0]:
                    runs[flit_bytes].append(network.run(flit_bytes))
            if not reason:
                native, reason = network.opencv()
                natives.append(native)
        return runs, None if reason else statistics.median(natives), reason

    def network(self, name, peak):
        progress("%s: generating, mapping" % name)
        network = Network(self, name)
        report = network.report()
        macs = sum(layer["macs"] for layer in report["layers"])
        heading("%s, %d x %d, random weights: %.1f M MACs, SME squeezed by 2" %
                (NETWORKS[name], self.options.size, self.options.size,
                 macs / 1e6))
        runs, native, reason = self.measure(network)
        self.print_runs(runs, macs)
        self.print_bits(runs, report, peak)
        if native:
            row("OpenCV, float, one thread: CPU s", "%.3f" % native)
            row("inference, times OpenCV's",
                *("%.0f" % (median(runs[f], "inference_s") / native)
                  for f in FLIT_BYTES))
        else:
            row("OpenCV", reason)
        self.print_chip(report)
        row("mapping: CPU s, peak MiB", "%.1f" % network.mapping.cpu_s,
            "%.0f" % (network.mapping.peak_kib / 1024))
        self.print_shares(network)

    @staticmethod
    def print_runs(runs, macs):
        columns = [runs[f] for f in FLIT_BYTES]
        row("", *("%d-byte flits" % f for f in FLIT_BYTES))
        row("M MACs per CPU second, inference",
            *("%.0f" % (macs / 1e6 / median(c, "inference_s"))
              for c in columns))
        row("the same with boot and programming",
            *("%.0f" % (macs / 1e6 / (median(c, "inference_s") +
                                      median(c, "start_s")))
              for c in columns))
        row("inference: CPU s",
            *("%.2f" % median(c, "inference_s") for c in columns))
        row("  median of, from, to",
            *("%d, %.2f, %.2f" % (len(c), min(one.inference_s for one in c),
                                  max(one.inference_s for one in c))
              for c in columns))
        row("start, boot and programming: CPU s",
            *("%.2f" % median(c, "start_s") for c in columns))
        row("peak memory: MiB",
            *("%.0f" % (max(one.peak_kib for one in c) / 1024)
              for c in columns))

    def bits(self, report):
        """1-bit multiply-accumulates that the arrays did: rows driven in a
        read, of which the energy tells, times columns converted."""
        row_fj = 1000 * float(self.setting("tile.dac_row_pj"))
        return sum(layer["energy_fj"]["dac"] / row_fj / layer["array_reads"] *
                   layer["adc_conversions"]
                   for layer in report["layers"] if layer["array_reads"])

    def print_bits(self, runs, report, peak):
        rates = [self.bits(report) / median(runs[f], "inference_s")
                 for f in FLIT_BYTES]
        row("T 1-bit MACs per CPU second",
            *("%.3f" % (rate / 1e12) for rate in rates))
        row("  of the processor's limit",
            *("%.0f %%" % (100 * rate / peak) for rate in rates))

    @staticmethod
    def print_chip(report):
        image = report["images"][0]["time_ps"]
        row("simulated: ms of inference, of the rest",
            "%.3f" % (image / 1e9),
            "%.3f" % ((report["simulated_ps"] - image) / 1e9))

    def print_shares(self, network):
        """A run of its own, so that sampling costs the figures nothing."""
        progress("%s: where the time goes" % network.name)
        times, samples = network.sampled()
        end = float("inf")
        for functions in (False, True) if self.options.functions else (False,):
            inference = samples.shares(times.start_s, end, functions)
            start = dict((name, share) for share, name in
                         samples.shares(0, times.start_s, functions))
            most = self.options.functions if functions else len(inference)
            row("share of CPU time, 16-byte flits", "inference",
                "before it")
            for share, name in inference[:most]:
                row("  " + name[:LABEL - 3], "%.1f %%" % (100 * share),
                    "%.1f %%" % (100 * start.get(name, 0)))


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", help="build folder")
    parser.add_argument("--config", default="configs/isaac.cfg",
                        help="hardware configuration (default: %(default)s)")
    parser.add_argument("--set", action="append", default=[],
                        metavar="KEY=VALUE", help="override one setting")
    parser.add_argument("--networks", default=",".join(NETWORKS),
                        help="of these, with commas (default: %(default)s)")
    parser.add_argument("--size", type=int, default=224,
                        help="pixels (default: 224)")
    parser.add_argument("--runs", type=int, default=5,
                        help="of which the median counts (default: 5); half "
                        "as many with %d-byte flits" % FLIT_BYTES[1])
    parser.add_argument("--functions", type=int, default=0, metavar="N",
                        help="print the N busiest functions, too")
    options = parser.parse_args()
    unknown = set(options.networks.split(",")) - set(NETWORKS)
    if unknown:
        parser.error("no network '%s'" % unknown.pop())
    if options.runs < 1:
        parser.error("--runs must be at least 1")
    return options


def main():
    options = parse()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, folder)
        bench.print_settings()
        peak = bench.peak()
        for name in options.networks.split(","):
            bench.network(name, peak)
    return 0


if __name__ == "__main__":
    sys.exit(main())
