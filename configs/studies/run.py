#!/usr/bin/python3
"""Runs a study file: every combination of its settings on the virtual chip.

    run.py STUDY.cfg [--sqz build/platform/sqz] [--output FOLDER]

Writes FOLDER/NAME.csv and FOLDER/NAME.md (the same as a table), NAME being the
study's. All figures are of one image: runs with one image more and less are
subtracted, so that boot and programming drop out.
"""

import argparse
import csv
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
# What an image's place on the chip does not depend on.
RUN_ONLY = ("noc.vcs", "noc.vc_depth", "noc.fidelity", "controller.rings",
            "--in-flight", "--chain")

TOKEN = re.compile(r"""\s*(?:(?:\#|//)[^\n]*|/\*.*?\*/|(?P<token>
    "(?:[^"\\]|\\.)*" | [A-Za-z*][-\w*]* | [-+.\d][-+.\w]* | [][(){}=:;,]
    ))""", re.X | re.S)


class Study:
    """The part of libconfig's language that study files use: named groups,
    lists, arrays, strings and numbers."""

    def __init__(self, name):
        with open(name) as file:
            text = file.read()
        self.name, self.tokens, at = name, [], 0
        while text[at:].strip():
            match = TOKEN.match(text, at)
            if not match:
                self.fail("cannot read: " + text[at:].strip().split("\n")[0])
            at = match.end()
            if match["token"]:
                self.tokens.append(match["token"])
        self.top = self.group("")
        for key in ("network", "config", "scheme", "images", "groups"):
            if key not in self.top:
                self.fail(f"{key} is missing")

    def fail(self, why):
        sys.exit(f"{self.name}: {why}")

    def next(self, *expected):
        token = self.tokens.pop(0) if self.tokens else ""
        if expected and token not in expected:
            self.fail(f"{token or 'the end'} where {expected[0]} should be")
        return token

    def group(self, end):
        found = {}
        while (self.tokens[0] if self.tokens else "") != end:
            key = self.next()
            self.next("=", ":")
            found[key] = self.value()
            while self.tokens and self.tokens[0] in (";", ","):
                self.next()
        self.next(end)
        return found

    def series(self, end):
        found = []
        while self.tokens and self.tokens[0] != end:
            found.append(self.value())
            if self.tokens and self.tokens[0] == ",":
                self.next()
        self.next(end)
        return found

    def value(self):
        token = self.next()
        if token == "{":
            return self.group("}")
        if token in ("(", "["):
            return self.series({"(": ")", "[": "]"}[token])
        if token.startswith('"'):
            return token[1:-1]
        try:
            return int(token, 0)
        except ValueError:
            self.fail(f"{token} is no value")

    def points(self):
        """(group, fixed settings, varied settings) of every run."""
        for group in self.top["groups"]:
            for values in itertools.product(
                    *(entry["values"] for entry in group["vary"])):
                varied = [f"{key}={value}"
                          for entry, value in zip(group["vary"], values)
                          for key in entry["keys"]]
                yield group["name"], group.get("set", []), varied


def is_run_only(setting):
    return setting.split("=")[0] in RUN_ONLY


class Runner:
    """Maps and runs points. Settings that begin with -- are options, of
    `sqz run` if they are in RUN_ONLY, else of `sqz map`."""

    FORMATS = {"time_us": ".1f", "network_uj": ".3f", "noc_kib": ".1f",
               "hops": ".2f", "busiest_percent": ".1f",
               "response_cycles": ".1f", "vc_busy": ".0f", "no_credit": ".0f",
               "lost_arbitration": ".0f"}

    def __init__(self, sqz, study, folder):
        self.sqz, self.study, self.folder = sqz, study.top, folder
        self.mapped = {}
        self.config = os.path.join(SOURCE, self.study["config"])

    def command(self, *words, program=None):
        words = [program or self.sqz, *words]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode:
            sys.exit(" ".join(words) + "\n" + done.stderr)
        return done.stdout

    def overrides(self, settings):
        return [word for one in settings if "." in one.split("=")[0]
                for word in ("--set", one)]

    def network(self):
        return os.path.join(SOURCE, self.study["network"])

    def image(self, settings):
        """Mapped once for all runs that may share it."""
        key = tuple(one for one in settings if not is_run_only(one))
        if key not in self.mapped:
            name = os.path.join(self.folder, f"{len(self.mapped)}.sqz")
            self.command("map", self.network(), "--config", self.config,
                         "--scheme", self.study["scheme"], "--quiet",
                         "-o", name, *self.overrides(key),
                         *(one for one in key if one.startswith("--")))
            self.mapped[key] = name
        return self.mapped[key]

    def report(self, settings, count):
        name = os.path.join(self.folder, "report.json")
        self.command("run", self.image(settings), "--config", self.config,
                     "--count", str(count), "--quiet", "--report", name,
                     *self.overrides(settings),
                     *(one for one in settings
                       if one.startswith("--") and is_run_only(one)))
        with open(name) as file:
            return json.load(file)

    def figures(self, settings):
        """Of one image, from runs of 1 and 1 + images of them."""
        images = self.study["images"]
        before = self.report(settings, 1)
        after = self.report(settings, 1 + images)

        def each(of):
            return (of(after) - of(before)) / images

        def latency(name, key):
            return each(lambda r: r["noc"]["latency_by_class"][name][key])

        def link(r, i):
            return r["noc"]["links"][i]["flits"]

        cycles = each(lambda r: r["noc"]["cycles"])
        busiest = max(each(lambda r, i=i: link(r, i))
                      for i in range(len(after["noc"]["links"])))
        stalls = {cause: each(lambda r, c=cause: r["noc"]["stalls"][c])
                  for cause in after["noc"]["stalls"]}
        return {
            "time_us": each(lambda r: sum(i["time_ps"]
                                          for i in r["images"])) / 1e6,
            "network_uj": each(lambda r: r["energy_fj"]["router"] +
                               r["energy_fj"]["link"]) / 1e9,
            "noc_kib": each(lambda r: r["noc"]["bytes"]) / 1024,
            "hops": each(lambda r: r["noc"]["flit_hops"]) /
            each(lambda r: r["noc"]["flits"]),
            "busiest_percent": 100 * busiest / cycles,
            "response_cycles": latency("response", "latency_cycles") /
            latency("response", "packets"),
            **stalls,
        }


def cells(row, formats):
    group, varied, figures = row
    return [group, " ".join(varied),
            *(format(figures[key], form) for key, form in formats.items())]


def write_csv(rows, formats, name):
    with open(name, "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["group", "settings", *formats])
        table.writerows(cells(row, formats) for row in rows)


def write_markdown(rows, formats, name):
    with open(name, "w") as file:
        file.write("| group | settings | " + " | ".join(formats) + " |\n" +
                   "|---" * 2 + "|---:" * len(formats) + "|\n")
        for row in rows:
            file.write("| " + " | ".join(cells(row, formats)) + " |\n")


def main(text=__doc__, runner_class=Runner):
    parser = argparse.ArgumentParser(description=text.split("\n")[0])
    parser.add_argument("study")
    parser.add_argument("--sqz", default="build/platform/sqz")
    parser.add_argument("--output", default=".")
    options = parser.parse_args()
    study = Study(options.study)
    name = os.path.splitext(os.path.basename(options.study))[0]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        runner = runner_class(options.sqz, study, folder)
        for group, fixed, varied in study.points():
            rows.append((group, varied, runner.figures(fixed + varied)))
            print(group, *varied, file=sys.stderr)
    base = os.path.join(options.output, name)
    write_csv(rows, runner.FORMATS, base + ".csv")
    write_markdown(rows, runner.FORMATS, base + ".md")


if __name__ == "__main__":
    main()
