#!/usr/bin/python3
"""sqz sweep --engine slurm on a cluster of this machine alone, which is started
here: munged, slurmctld and slurmd (Debian: slurm-wlm, munge) with all their
files in a folder of their own. Skipped where they are missing or cannot start."""

import atexit
import getpass
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import e2e

START_S = 30  # until the node is ready
STUDY = f"""
set = ["network={e2e.network("lenet5")}", "config={e2e.CONFIG}",
       "run --count=1"];
vary = ( {{ keys = ["noc.flit_bytes"]; values = [16, 0, 2]; }} );
"""
CONFIG = """ClusterName=sqz
SlurmctldHost=localhost
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
ReturnToService=2
NodeName=localhost CPUs={cpus} State=UNKNOWN
PartitionName=main Nodes=localhost Default=YES State=UP
"""
started = []


def skip(reason):
    print("SKIP: " + reason, flush=True)
    sys.exit(e2e.SKIPPED)


def stop():
    for process in reversed(started):
        process.terminate()
    for process in started:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    started.clear()


def free_ports(count):
    sockets = [socket.create_server(("localhost", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def start(folder, *words):
    """The program in the foreground; it ends with this script."""
    with open(f"{folder}/{words[0]}.out", "w") as out:
        started.append(subprocess.Popen(words, stdin=subprocess.DEVNULL,
                                        stdout=out, stderr=out))


def start_munge(folder):
    os.makedirs(folder + "/munge", 0o755)
    with open(folder + "/munge/key", "wb") as key:
        key.write(os.urandom(128))
    os.chmod(folder + "/munge/key", 0o600)
    start(folder, "munged", "--foreground",
          *(f"--{name}={folder}/munge/{file}" for name, file in (
              ("key-file", "key"), ("socket", "socket"), ("pid-file", "pid"),
              ("log-file", "log"), ("seed-file", "seed"))))


def is_ready():
    done = subprocess.run(["sinfo", "--noheader", "--format=%T"],
                          capture_output=True, text=True)
    return done.stdout.strip() == "idle"


def start_cluster(folder):
    for program in ("munged", "slurmctld", "slurmd", "sbatch", "squeue"):
        if not shutil.which(program):
            skip(f"{program} is not installed (packages slurm-wlm, munge)")
    os.chmod(folder, 0o755)
    for name in ("state", "spool"):
        os.mkdir(f"{folder}/{name}")
    os.environ["SLURM_CONF"] = config = folder + "/slurm.conf"
    with open(config, "w") as file:
        file.write(CONFIG.format(ports=free_ports(2), user=getpass.getuser(),
                                 folder=folder, cpus=os.cpu_count()))
    start_munge(folder)
    time.sleep(1)
    start(folder, "slurmctld", "-D", "-f", config)
    start(folder, "slurmd", "-D", "-N", "localhost", "-f", config)
    until = time.monotonic() + START_S
    while not is_ready():
        dead = [one.args[0] for one in started if one.poll() is not None]
        if dead or time.monotonic() > until:
            skip(f"Slurm does not start ({' '.join(dead) or 'no answer'})")
        time.sleep(0.5)


class Slurm(e2e.Case):
    def sweep(self, output, *words, status=1):
        study = e2e.write("small.cfg", STUDY)
        return self.sqz("sweep", study, "--output", e2e.path(output), *words,
                        status=status)

    def assert_same(self, output):
        for name in ("small.csv", "small.json", "small.md"):
            self.assertEqual(e2e.read(e2e.path(f"{output}/{name}")),
                             e2e.read(e2e.path("local/" + name)))

    def setUp(self):
        if not os.path.exists(e2e.path("local")):
            self.sweep("local")

    def test_wait(self):
        done = self.sweep("waited", "--engine", "slurm", "--jobs", 2,
                          "--sbatch=--time=10")
        self.assertEqual(done.out, "3 points: 2 done, 1 failed, 0 open\n")
        self.assertIn("point 2 (noc.flit_bytes=0): sqz run: ", done.err)
        self.assert_same("waited")
        # What has failed is tried again, what is done is not.
        report = [name for name in os.listdir(e2e.path("waited/points"))
                  if os.path.exists(e2e.path(f"waited/points/{name}/"
                                             "report.json"))]
        self.assertEqual(len(report), 2)
        logs = len(os.listdir(e2e.path("waited")))
        self.sweep("waited", "--engine", "slurm")
        self.assertEqual(len(os.listdir(e2e.path("waited"))), logs + 1)
        self.assert_same("waited")

    def test_no_wait(self):
        done = self.sweep("later", "--engine", "slurm", "--no-wait", status=0)
        self.assertRegex(done.out, r"^3 points submitted as \d+\n$")
        until = time.monotonic() + 120
        while time.monotonic() < until:
            if "open" not in self.sweep("later", "--list", status=0).out:
                break
            time.sleep(1)
        self.sweep("later", "--collect")
        self.assert_same("later")

    def test_stopped(self):
        """A task that Slurm kills fails; Ctrl-C takes the tasks back."""
        study = e2e.write("small.cfg", STUDY.replace("count=1", "count=9999"))
        words = [e2e.SQZ, "sweep", study, "--output", e2e.path("stopped"),
                 "--engine", "slurm"]
        with subprocess.Popen(words, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as process:
            self.wait_for_tasks(process)
            subprocess.run(["scancel", "--user", getpass.getuser()],
                           check=True)
            out, err = process.communicate(timeout=90)
        self.assertEqual(process.returncode, 3, err)
        self.assertIn("Slurm ended the task", err)
        with subprocess.Popen(words) as process:
            self.wait_for_tasks(process)
            process.send_signal(2)
            self.assertEqual(process.wait(30), 130)
        self.assertEqual(self.wait_for_tasks(None), "")

    def wait_for_tasks(self, process):
        """Until there are some, or none are left."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            tasks = self.command("squeue", "--noheader", "--states=R,CG").out
            if bool(tasks) == bool(process):
                break
            time.sleep(0.2)
        return tasks

    def test_refused(self):
        done = self.sweep("bad", "--engine", "slurm",
                          "--sbatch=--partition=none", status=125)
        self.assertIn("sqz sweep: sbatch: ", done.err)


if __name__ == "__main__":
    cluster = tempfile.mkdtemp(prefix="sqz-slurm-")
    atexit.register(shutil.rmtree, cluster, True)
    atexit.register(stop)
    start_cluster(cluster)
    e2e.main()
