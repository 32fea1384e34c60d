#!/usr/bin/python3
"""Runs a study file on large chips: time, energy and reprogramming of an image.

    scale.py STUDY.cfg [--sqz build/platform/sqz] [--output FOLDER]

As run.py, with other figures. A network random/ARCH-SIZE is written by
tests/bench/sqz-network, which has to be built beside sqz. `images` is how many
are counted after the first `warm` ones: what images cost that follow each
other, with all that the settings let overlap; both may stand among a group's
settings, too. Runs that are not exact end it.
"""

import os
import re

import run

# ISAAC's table I: mW of a tile's eDRAM and of its bus.
EDRAM_MW, BUS_MW = 20.7, 7.0
STATIC = 0.3


class Chips(run.Runner):
    FORMATS = {"tiles": ".0f", "arrays": ".0f", "used": ".0f", "rounds": ".0f",
               "images_s": ".1f", "time_ms": ".3f", "latency_ms": ".3f",
               "energy_mj": ".2f", "noc_mj": ".3f", "noc_mib": ".2f",
               "busiest_percent": ".1f", "program_ms": ".2f",
               "program_mj": ".2f", "rows": ".0f", "wear": ".2f",
               "load_ms": ".2f", "watt": ".2f", "tops": ".2f",
               "tops_w": ".3f", "static_mj": ".1f", "static_tops_w": ".3f"}

    def image(self, settings):
        return super().image([one for one in settings
                              if not one.startswith(("warm=", "images="))])

    def network(self):
        kind, _, name = self.study["network"].partition("/")
        if kind != "random":
            return super().network()
        path = os.path.join(self.folder, name + ".onnx")
        if not os.path.exists(path):
            arch, _, size = name.rpartition("-")
            writer = os.path.join(os.path.dirname(self.sqz),
                                  "../tests/bench/sqz-network")
            self.command("--arch", arch, "--size", size, "--output", path,
                         program=writer)
        return path

    def settings(self, settings):
        """{"noc.width": "16", ...} with all defaults."""
        found, section = {}, None
        for line in self.command("run", "--config", self.config,
                                 "--dump-config",
                                 *self.overrides(settings)).splitlines():
            start = re.fullmatch(r"(\w+) = \{", line)
            value = re.fullmatch(r"  (\w+) = ([^;]+);.*", line)
            if start:
                section = start[1]
            elif value:
                found[f"{section}.{value[1]}"] = value[2]
        return found

    def peak_mw(self, values, adc_pj):
        """Of a tile whose arrays all read, by the configuration's figures."""
        get = {key: float(values["tile." + key]) for key in (
            "array_rows", "array_columns", "array_1024_cells_pj",
            "dac_row_pj", "shift_add_pj", "array_cycle_ns",
            "adc_conversion_ns", "arrays")}
        cells = get["array_rows"] * get["array_columns"] / 1024
        array = ((cells * get["array_1024_cells_pj"] +
                  get["array_rows"] * get["dac_row_pj"]) /
                 get["array_cycle_ns"] +
                 (adc_pj + get["shift_add_pj"]) / get["adc_conversion_ns"])
        return get["arrays"] * array + EDRAM_MW + BUS_MW

    def figures(self, settings):
        counts = {key: int(value) for key, _, value in
                  (one.partition("=") for one in settings)
                  if key in ("warm", "images")}
        warm, images = (counts.get(key, self.study[key])
                        for key in ("warm", "images"))
        before = self.report(settings, warm)
        after = self.report(settings, warm + images)
        values = self.settings(settings)
        tiles = (int(values["noc.width"]) * int(values["noc.height"]) - 2 -
                 int(values["chip.dram_controllers"]) -
                 int(values["chip.buffers"]))

        def each(of):
            return (of(after) - of(before)) / images

        def program(key):
            return each(lambda r: r["programming"][key])

        seconds = each(lambda r: r["simulated_ps"]) / 1e12
        joules = each(lambda r: r["energy_fj"]["total"]) / 1e15
        layers = after["layers"]
        operations = 2 * sum(layer["macs"] for layer in layers)
        conversions = sum(layer["adc_conversions"] for layer in layers)
        adc_pj = (sum(layer["energy_fj"]["adc"] for layer in layers) / 1000 /
                  conversions)
        moving = sum(each(lambda r, k=k: r["energy_fj"][k]) for k in (
            "array", "dac", "adc", "shift_add", "edram", "bus")) / 1e15
        static = (joules - STATIC * moving + STATIC * seconds * tiles *
                  self.peak_mw(values, adc_pj) / 1000)
        cycles = each(lambda r: r["noc"]["cycles"])
        busiest = max(each(lambda r, i=i: r["noc"]["links"][i]["flits"])
                      for i in range(len(after["noc"]["links"])))
        return {
            "tiles": tiles, "arrays": tiles * int(values["tile.arrays"]),
            "used": sum(layer["crossbars"] for layer in layers),
            "rounds": after["execution"]["rounds"],
            "images_s": 1 / seconds, "time_ms": 1000 * seconds,
            "latency_ms": after["images"][-1]["time_ps"] / 1e9,
            "energy_mj": 1000 * joules,
            "noc_mj": each(lambda r: r["energy_fj"]["router"] +
                           r["energy_fj"]["link"]) / 1e12,
            "noc_mib": each(lambda r: r["noc"]["bytes"]) / 2**20,
            "busiest_percent": 100 * busiest / cycles,
            "program_ms": program("time_ps") / 1e9,
            "program_mj": each(
                lambda r: r["programming"]["energy_fj"]["total"]) / 1e12,
            "rows": program("row_writes"), "wear": program("max_wear"),
            "load_ms": before["programming"]["time_ps"] / 1e9,
            "watt": joules / seconds, "tops": operations / seconds / 1e12,
            "tops_w": operations / joules / 1e12,
            "static_mj": 1000 * static,
            "static_tops_w": operations / static / 1e12,
        }


if __name__ == "__main__":
    run.main(__doc__, Chips)
