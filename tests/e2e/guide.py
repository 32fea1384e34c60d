#!/usr/bin/python3
"""docs/guide.md: its commands on ResNet-8 work as written, one after the other,
and print the lines that it quotes: words and whole numbers exactly, fractions
to 0.2 %, or to 2 % of runs with several images in flight. When an image starts,
which any change of the firmware moves, decides how it meets the DRAM's refresh
and other images."""

import os
import re
import subprocess

import e2e

with open(e2e.SOURCE + "/docs/guide.md") as file:
    TEXT = file.read()
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
LARGE = re.compile(r"r50|resnet50")  # minutes, and files that are not there
OMITTED = "..."
NUMBER = re.compile(r"[-+]?\d+\.\d+")
TOGETHER = re.compile(r"links|narrow")  # several images in flight
NEAR, NEAR_TOGETHER = 0.002, 0.02


def steps(block):
    """(command, quoted lines) of a block of a terminal: commands stand behind
    "$ ", on several lines if these end with a backslash."""
    found, goes_on = [], False
    for line in block.splitlines():
        if goes_on:
            found[-1][0] += "\n" + line
        elif line.startswith("$ "):
            found.append([line[2:], []])
        else:
            found[-1][1].append(line)
            continue
        goes_on = line.endswith("\\")
    return found


def same(quoted, printed, near):
    """The end of a quoted line may be left out."""
    start, omitted, _ = quoted.partition(OMITTED)
    one, other = NUMBER.split(start.rstrip()), NUMBER.split(printed.rstrip())
    whole = one == other
    if omitted:
        last = len(one) - 1
        whole = one[:last] == other[:last] and len(other) > last and \
            other[last].startswith(one[last])
    return whole and all(
        abs(float(a) - float(b)) <= near * abs(float(b))
        for a, b in zip(NUMBER.findall(start), NUMBER.findall(printed)))


class Guide(e2e.Case):
    def prepare(self):
        """A folder that looks like the project's."""
        self.folder = e2e.path("guide")
        os.mkdir(self.folder)
        os.symlink(e2e.SOURCE + "/configs", self.folder + "/configs")
        self.environment = {**os.environ, "PATH": os.pathsep.join(
            (os.path.dirname(e2e.SQZ), os.environ["PATH"]))}

    def shell(self, command):
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command], cwd=self.folder,
            env=self.environment, capture_output=True, text=True,
            timeout=e2e.TIMEOUT_S)
        self.assertEqual(done.returncode, 0, command + "\n" + done.stderr)
        return done.stdout.splitlines()

    def assert_quoted(self, quoted, printed, near):
        """In this order."""
        rest = iter(printed)
        for line in quoted:
            if line != OMITTED and not any(same(line, one, near)
                                           for one in rest):
                self.fail(line + "\nis not, or not there, in\n" +
                          "\n".join(printed))

    def test_commands(self):
        tried = 0
        self.prepare()
        page = os.path.exists(e2e.BUILD + "/traces/page/page.html")
        for block in BLOCK.findall(TEXT):
            if LARGE.search(block):
                continue
            for command, quoted in steps(block):
                if command.startswith("sqz trace report") and not page:
                    continue
                with self.subTest(command=command):
                    self.assert_quoted(
                        quoted, self.shell(command),
                        NEAR_TOGETHER if TOGETHER.search(command) else NEAR)
                tried += 1
        self.assertGreater(tried, 15)

    def test_pictures(self):
        pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", TEXT)
        self.assertGreaterEqual(len(pictures), 3)
        for name in pictures:
            self.assertTrue(os.path.exists(f"{e2e.SOURCE}/docs/{name}"), name)


if __name__ == "__main__":
    e2e.main()
