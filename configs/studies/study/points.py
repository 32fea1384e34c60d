"""Runs of `sqz`, each kept by what went into it, so that a second study does
only what changed.

A point is one JSON file in the folder, named by the hash of the command, of the
files that it reads and of the data set. The program itself is not part of it:
after a change of the program, start anew (`--fresh`).
"""

import csv
import hashlib
import json
import os
import subprocess
import sys
import tempfile

DATASET = "/usr/share/datasets/fashion-mnist"
GROUP = 6  # schemes evaluated in one process: what an interruption loses


class Failure(Exception):
    """One line for the user."""


def digest_of(path, known={}):
    if path not in known:
        with open(path, "rb") as file:
            known[path] = hashlib.sha256(file.read()).hexdigest()
    return known[path]


def write_beside(path, text):
    """Replaces the file in one step."""
    with tempfile.NamedTemporaryFile("w", dir=os.path.dirname(path) or ".",
                                     delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def read_csv(name):
    with open(name, newline="") as file:
        return list(csv.DictReader(file))


def shorten(report):
    """Without the layers of each design, which nobody asks for here."""
    for mode in report["modes"]:
        for design in mode["designs"]:
            design.pop("layers")
    return report


class Points:
    def __init__(self, sqz, folder, fresh=False, threads=None):
        self.sqz = sqz
        self.folder = folder
        self.fresh = fresh
        self.threads = threads
        self.made = set()
        os.makedirs(folder, exist_ok=True)

    # ---- one point ----

    def path(self, *key):
        name = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:24]
        return os.path.join(self.folder, name + ".json")

    def known(self, path):
        """What the file holds, or None if it is to be made."""
        if not os.path.exists(path) or (self.fresh and path not in self.made):
            return None
        with open(path) as file:
            return json.load(file)["result"]

    def keep(self, path, words, result):
        self.made.add(path)
        write_beside(path, json.dumps({"command": words, "result": result},
                                      indent=1) + "\n")

    # ---- commands ----

    def command(self, *words):
        """Runs `sqz` with its messages on the terminal; its output."""
        print("+ sqz " + " ".join(words), file=sys.stderr, flush=True)
        done = subprocess.run([self.sqz, *words], stdout=subprocess.PIPE,
                              text=True)
        if done.returncode:
            raise Failure(f"sqz {words[0]}: exit status {done.returncode}")
        return done.stdout

    def evaluate(self, network, schemes, *words, images=0, files=()):
        """Rows of `sqz eval` by scheme, "float" among them; `files` are among
        the words."""
        words = list(words) + (["--images", str(images)] if images else [])
        base = ["eval", digest_of(network), *self.keyed(words, files),
                self.dataset_digest()]
        paths = {name: self.path(*base, name) for name in ["float", *schemes]}
        missing = [name for name in schemes if self.known(paths[name]) is None]
        for first in range(0, len(missing), GROUP):
            group = missing[first:first + GROUP]
            rows = self.evaluate_group(network, group, words)
            for name in ["float", *group]:
                self.keep(paths[name], words, rows[name])
        return {name: self.known(path) for name, path in paths.items()}

    def evaluate_group(self, network, schemes, words):
        with tempfile.TemporaryDirectory() as folder:
            table = os.path.join(folder, "table.csv")
            threads = (["--threads", str(self.threads)] if self.threads
                       else [])
            self.command("eval", network, "--schemes", ",".join(schemes),
                         *words, *threads, "--csv", table)
            return {row["scheme"]: row for row in read_csv(table)}

    def report(self, network, *words, files=()):
        """The JSON report of `sqz map`; `files` are among the words."""
        path = self.path("map", digest_of(network), *self.keyed(words, files))
        if self.known(path) is None:
            with tempfile.TemporaryDirectory() as folder:
                name = os.path.join(folder, "report.json")
                self.command("map", network, *words, "--report", name)
                with open(name) as file:
                    self.keep(path, words, shorten(json.load(file)))
        return self.known(path)

    def csv_lines(self, verb, network, *words, files=()):
        """Rows of what `sqz VERB NETWORK ... --csv FILE` writes."""
        path = self.path(verb, digest_of(network), *self.keyed(words, files))
        if self.known(path) is None:
            with tempfile.TemporaryDirectory() as folder:
                name = os.path.join(folder, "table.csv")
                self.command(verb, network, *words, "--csv", name)
                self.keep(path, words, read_csv(name))
        return self.known(path)

    @staticmethod
    def keyed(words, files):
        """The words, with files by what they hold."""
        return [digest_of(word) if word in files else word for word in words]

    @staticmethod
    def dataset_digest():
        return [digest_of(os.path.join(DATASET, name))
                for name in sorted(os.listdir(DATASET))
                if name.endswith("-ubyte.gz")]
