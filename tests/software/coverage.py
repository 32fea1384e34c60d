#!/usr/bin/python3
"""Line coverage of the software for the virtual host.

coverage.py BUILD_FOLDER: compiles driver, runtime, native port and programs
once more with gcov, runs the unit tests on the mock machine and the programs
and the driver's suite with `sqz run --host native`, and prints a table. Start-up
and the bare-metal port exist on RISC-V only: for them QEMU says what it
executed, without an accelerator. software/host is not part of it: that is for
programs of the build machine. Exit status 1: less than 90 % in sum.
"""

import collections
import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
TESTS = os.path.join(SOURCE, "tests/software")
WANTED = 90
WARN = ["-std=c17", "-D_GNU_SOURCE", "-ffp-contract=off"]
INCLUDE = [f"-I{SOURCE}/{folder}" for folder in
           ("software", "software/include", "tests", "tests/software",
            "tests/software/suite")]
WRAPS = [f"-Wl,--wrap={name}" for name in
         ("printf", "vprintf", "puts", "putchar", "exit")]
# Program: (arguments, exit status) of `sqz run`.
PROGRAMS = {"inference": (["--count", "2"], 0), "timeout": (["--count", "1"], 0),
            "counters": (["--count", "1"], 0), "hello": (["--count", "1"], 3),
            "fault": (["--count", "1"], 32),
            "driver_suite": (["--count", "1"], 0)}
RISCV_FILES = ("boot/", "driver/port_baremetal.c")
RISCV_PROGRAMS = ("board", "fault", "hello", "inference")


def run(*words, status=0, **more):
    done = subprocess.run(words, capture_output=True, text=True, **more)
    if status is not None and done.returncode != status:
        sys.exit(f"{' '.join(words)}\n{done.stdout}{done.stderr}")
    return done.stdout


class Build:
    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.pool = concurrent.futures.ThreadPoolExecutor(2)

    def compile(self, source, *options):
        """The object; with counters if it is of software/."""
        name = os.path.relpath(source, SOURCE).replace("/", "_")[:-2] + ".o"
        measured = source.startswith(f"{SOURCE}/software/")
        run("gcc", *WARN, *INCLUDE, "-g", "-O0", "-fPIC",
            *(["--coverage"] if measured else []), *options, "-c", source,
            "-o", name, cwd=self.folder)
        return name

    def compile_all(self, sources, *options):
        return list(self.pool.map(lambda s: self.compile(s, *options), sources))

    def run_mock(self, driver):
        mock = self.compile_all(sorted(glob.glob(f"{TESTS}/mock_*.c")))
        tests = [s for s in sorted(glob.glob(f"{TESTS}/test_*.c"))
                 if not re.search("firmware|cpu_dispatch", s)]
        suite = self.compile_all(
            sorted(glob.glob(f"{TESTS}/suite/cases_*.c")))
        rig = [self.compile(f"{TESTS}/contexts_rig.c")]
        tests.append(f"{TESTS}/suite/run_mock.c")
        libraries = run("pkg-config", "--libs", "check", "zlib").split()

        def one(test):
            program = "./" + os.path.basename(test)[:-2]
            more = suite if "suite" in test else \
                rig if re.search("contexts|rounds", test) else []
            run("gcc", "--coverage", self.compile(test), *more, *mock, *driver,
                *libraries, "-lm", "-o", program, cwd=self.folder)
            run(program, cwd=self.folder)
        list(self.pool.map(one, tests))
        return suite

    def run_native(self, driver, suite):
        sqz = os.path.join(self.build, "platform/sqz")
        config = f"{SOURCE}/configs/default.cfg"
        hidden = "-fvisibility=hidden"
        port = self.compile_all(
            [f"{SOURCE}/software/{file}" for file in
             ("native/port_native.c", "native/console.c", "driver/port_irq.c",
              "apps/app.c")], hidden)
        run(sqz, "map", f"{SOURCE}/configs/networks/lenet5.onnx", "--config",
            config, "--quiet", "-o", "image.sqz", cwd=self.folder)
        for name, (words, status) in PROGRAMS.items():
            main = f"{SOURCE}/software/apps/{name}.c"
            own = []
            if name == "driver_suite":
                main, own = f"{TESTS}/suite/run_guest.c", suite
            run("gcc", "--coverage", "-shared", "-Wl,-Bsymbolic", *WRAPS,
                self.compile(main, hidden), *own, *port, *driver, "-lm",
                "-o", name + ".so", cwd=self.folder)
            run(sqz, "run", "image.sqz", "--config", config, "--host", "native",
                "--firmware", name + ".so", *words, cwd=self.folder,
                status=status)

    def count(self):
        """{file: {line: executed}} of what gcov has seen."""
        files = collections.defaultdict(dict)
        for notes in sorted(glob.glob(f"{self.folder}/*.gcno")):
            text = run("gcov", "--json-format", "--stdout",
                       os.path.basename(notes), cwd=self.folder)
            for document in text.splitlines():
                for file in json.loads(document)["files"]:
                    name = os.path.relpath(file["file"], SOURCE + "/software")
                    lines = files[name]
                    for line in file["lines"]:
                        number = line["line_number"]
                        lines[number] = lines.get(number, False) or \
                            line["count"] > 0
        return {name: lines for name, lines in files.items()
                if not name.startswith("..")}


def executed_in_qemu(elf, log):
    try:
        subprocess.run(["qemu-system-riscv64", "-machine", "virt", "-bios",
                        "none", "-nographic", "-kernel", elf, "-d", "in_asm",
                        "-D", log], stdin=subprocess.DEVNULL,
                       capture_output=True, timeout=60)
    except FileNotFoundError:
        return None
    with open(log, errors="replace") as file:
        return {int(m.group(1), 16)
                for m in re.finditer(r"^(0x[0-9a-f]+):", file.read(), re.M)}


def count_riscv(build, folder):
    """The same of files that are for RISC-V only, by their instructions."""
    files = collections.defaultdict(dict)
    for name in RISCV_PROGRAMS:
        elf = os.path.join(build, "software", name + ".elf")
        done = executed_in_qemu(elf, os.path.join(folder, "qemu.log"))
        if done is None:
            return {}
        place = None
        for text in run("riscv64-unknown-elf-objdump", "-dl",
                        elf).splitlines():
            line = re.match(r"(?:.*/)?((?:boot|driver)/[\w.]+):(\d+)", text)
            code = re.match(r" *([0-9a-f]+):\t", text)
            if line:
                place = line.group(1), int(line.group(2))
            elif re.match(r"(/|\S+:\d+)", text):
                place = None
            elif code and place and place[0].startswith(RISCV_FILES):
                lines = files[place[0]]
                lines[place[1]] = lines.get(place[1], False) or \
                    int(code.group(1), 16) in done
    return files


def main():
    build = os.path.realpath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        software = Build(build, folder)
        driver = software.compile_all(
            [s for s in sorted(glob.glob(f"{SOURCE}/software/driver/*.c") +
                               glob.glob(f"{SOURCE}/software/runtime/*.c"))
             if "/port_" not in s], "-fvisibility=hidden")
        software.run_native(driver, software.run_mock(driver))
        files = software.count()
        files.update(count_riscv(build, folder))
    total = done = 0
    for name, lines in sorted(files.items()):
        hit = sum(lines.values())
        total, done = total + len(lines), done + hit
        missed = " ".join(str(n) for n in sorted(lines) if not lines[n])
        print(f"{name:34}{hit:5} of {len(lines):4}{100 * hit / len(lines):7.1f}"
              f" %  {'not: ' + missed if missed else ''}")
    percent = 100 * done / total
    print(f"{'software':34}{done:5} of {total:4}{percent:7.1f} %")
    failed = percent < WANTED
    print(f"{0 if failed else 100}%: Checks: 1, Failures: {int(failed)}, "
          "Errors: 0")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
