"""What all benches need: a command's time and memory, headings."""
import collections
import os
import subprocess
import sys
import time

# CPU time is user and system time; output includes errors.
Usage = collections.namedtuple("Usage", "cpu_s user_s wall_s peak_kib output code")


def run(command, **options):
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, **options)
    output = process.stdout.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Usage(usage.ru_utime + usage.ru_stime, usage.ru_utime,
                 time.monotonic() - start, usage.ru_maxrss, output,
                 process.returncode)


def heading(text):
    print("\n" + text)
    print("-" * len(text), flush=True)


def find(*folders_and_name):
    *folders, name = folders_and_name
    for folder in folders:
        for root, _, files in os.walk(folder):
            if name in files:
                return os.path.join(root, name)
    sys.exit("bench: %s is not built" % name)
