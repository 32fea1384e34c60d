"""What `sqz trace critical-path` says a faster resource would give, against
runs in which it is faster."""

import csv
import io

import e2e

WITHIN = 0.20  # of the re-run's gain
SMALL = 0.01  # or of the total time
SMALL_LAYERS = 0.03  # or of the time in which layers run, which is stricter
PERCENT = 10

# What a resource's time depends on. NoC hops and flits have no settings that
# can be changed by a tenth (whole cycles, whole bytes): they are in `network`,
# and test_hops has what is possible.
KEYS = {
    "array_read": ["tile.array_cycle_ns"],
    "adc": ["tile.adc_conversion_ns"],
    "pipeline": ["tile.pipeline_ns"],
    "vector": ["tile.vector_cycle_ns"],
    "dram": ["dram.burst_ns", "dram.t_rcd_ns", "dram.t_rp_ns",
             "dram.t_cas_ns", "dram.t_rfc_ns"],
    "buffer": ["buffer.cycle_ns", "buffer.latency_ns"],
    "flash": ["flash.cycle_ns", "flash.latency_ns"],
    "programming": ["tile.row_write_ns"],
    "driver": ["cpu.cycle_ns", "cpu.mmio_ns"],
    "control": ["controller.decode_ns", "mailbox.delivery_ns"],
    "network": ["noc.cycle_ns"],
}
# Layer by layer; chains of layers with several images in flight.
MODES = [
    ((), {}),
    (("--chain", "--in-flight", 4),
     {"place.contexts": 4, "place.chains": "on"}),
]


class Path(e2e.Case):
    def settings(self, chosen):
        dump = self.sqz("run", "--config", self.config, "--dump-config",
                        *e2e.overrides(chosen)).out
        return {key: value for key, (value, _) in e2e.values_of(dump).items()}

    def traced(self, image, name, words, settings, level="packets", count=4):
        """The trace, and when the first layer began and the last ended."""
        trace = e2e.path(name)
        result, report = self.run_image(
            image, "--trace", trace, "--trace-level", level, *words,
            count=count, settings=settings)
        self.assert_exact(result, report, count)
        rows = csv.DictReader(io.StringIO(
            self.sqz("trace", "export", "--csv", trace).out))
        layers = [row for row in rows if row["category"] == "layer"]
        return (trace, report["simulated_ps"],
                1000 * (max(int(row["end_ns"]) for row in layers) -
                        min(int(row["begin_ns"]) for row in layers)))

    def rows(self, trace, *words):
        return list(csv.DictReader(io.StringIO(self.sqz(
            "trace", "critical-path", "--csv", *words, trace).out)))

    def gains(self, trace, *words):
        return {row["resource"]: int(row["gain_ps"])
                for row in self.rows(trace, *words)
                if row["kind"] == "run" and row["gain_ps"]}


class Gains(Path):
    def compare(self, what, predicted, found, total, small=SMALL):
        """A line of the table; whether the prediction is good."""
        off = abs(predicted - found)
        good = off <= max(WITHIN * abs(found), small * total)
        print(f"{what:48} {predicted / 1e6:10.3f} {found / 1e6:10.3f} us"
              f"{100 * off / total:8.3f} % of {total / 1e6:.3f} us"
              + ("" if good else "  BAD"))
        return good

    def check(self, network, words, mapped, chip):
        settings = {**mapped, **chip}
        print(f"-- {chip or 'default.cfg'}\n{'':48}  predicted     re-run"
              "     difference")
        image = self.map(network, settings=settings)
        values = self.settings(settings)
        trace, run_ps, layers_ps = self.traced(image, "base", words, settings)
        whole, layers = self.gains(trace), self.gains(trace, "--images")
        bad = []
        for resource, keys in KEYS.items():
            faster = {key: f"{float(values[key]) * (1 - PERCENT / 100):.6g}"
                      for key in keys}
            _, new_run_ps, new_layers_ps = self.traced(
                image, "faster", words, {**settings, **faster}, "layers")
            told = f"{network} {' '.join(map(str, words))} {resource}"
            if not self.compare(told, whole[resource], run_ps - new_run_ps,
                                run_ps):
                bad.append(told)
            if not self.compare(told + ", layers", layers[resource],
                                layers_ps - new_layers_ps, layers_ps,
                                SMALL_LAYERS):
                bad.append(told + ", layers")
        self.assertEqual(bad, [])
