#!/usr/bin/python3
"""`sqz run --gdb`: a session of gdb-multiarch from attach to the end, runs
that a debugger does not change, and clients that do not behave."""

import os
import re
import shutil
import socket
import subprocess
import threading
import unittest

import e2e

GDB = shutil.which("gdb-multiarch")
COUNT = 2
RAM = 0x80100000  # not used by the program
PC = 32


class Run:
    """A run that waits for a debugger."""

    def __init__(self, image, *words, firmware="inference", count=COUNT):
        self.process = subprocess.Popen(
            [e2e.SQZ, "run", image, "--config", e2e.CONFIG, "--count",
             str(count), "--gdb=0", "--quiet", "--firmware",
             e2e.firmware(firmware), *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=e2e.scratch)
        line = self.process.stderr.readline()
        match = re.fullmatch(
            r"gdb: waiting for a client on 127\.0\.0\.1:(\d+)\n", line)
        if not match:
            self.process.kill()
            raise AssertionError(f"no port in {line!r}")
        self.port = int(match.group(1))
        self.limit = threading.Timer(e2e.TIMEOUT_S, self.process.kill)
        self.limit.start()

    def end(self):
        """(exit status, stdout, stderr)"""
        out, err = self.process.communicate()
        self.limit.cancel()
        return self.process.returncode, out, err


class Client:
    """The protocol, spoken by hand."""

    def __init__(self, run):
        self.socket = socket.create_connection(("127.0.0.1", run.port))
        self.socket.settimeout(e2e.TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""

    def byte(self):
        while not self.data:
            self.data = self.socket.recv(4096)
            if not self.data:
                raise EOFError
        first, self.data = self.data[:1], self.data[1:]
        return first

    def send(self, raw):
        self.socket.sendall(raw)

    def packet(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        self.send(b"$%s#%02x" % (data, sum(data) % 256))

    def reply(self):
        """The next packet's data."""
        while self.byte() != b"$":
            pass
        data = b""
        while (one := self.byte()) != b"#":
            data += one
        told = int(self.byte() + self.byte(), 16)
        if told != sum(data) % 256:
            raise AssertionError("wrong checksum from the server")
        self.send(b"+")
        return data.decode()

    def ask(self, text):
        self.packet(text)
        return self.reply()

    def register(self, number):
        return int.from_bytes(bytes.fromhex(self.ask(f"p{number:x}")),
                              "little")

    def set_register(self, number, value):
        return self.ask(f"P{number:x}={value.to_bytes(8, 'little').hex()}")

    def monitor(self, command):
        reply, text = self.ask("qRcmd," + command.encode().hex()), ""
        while reply.startswith("O") and reply != "OK":
            text += bytes.fromhex(reply[1:]).decode()
            reply = self.reply()
        return text

    def program(self, *words):
        """Puts instructions into memory and pc in front of them."""
        code = b"".join(word.to_bytes(4, "little") for word in words)
        assert self.ask(f"M{RAM:x},{len(code):x}:{code.hex()}") == "OK"
        assert self.set_register(PC, RAM) == "OK"

    def close(self):
        self.socket.close()


class Session(e2e.Case):
    """gdb-multiarch, by a script."""

    def session(self, image, script, *words):
        """What gdb said between the marks of the script; what the run
        said."""
        run = Run(image, *words)
        head = ["set pagination off", "set confirm off", "set width 0",
                f"directory {e2e.SOURCE}",
                f"target remote 127.0.0.1:{run.port}"]
        lines = []
        for name, commands in script:
            lines += [f"echo \\n=={name}==\\n", *commands]
        file = e2e.write("script.gdb", "\n".join(head + lines) + "\n")
        done = subprocess.run(
            [GDB, "-nx", "-q", "-batch", "-x", file,
             e2e.firmware("inference")],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=e2e.TIMEOUT_S)
        end = run.end()
        parts = re.split(r"^==(\w+)==\n", done.stdout, flags=re.M)
        self.assertEqual(parts[1::2], [name for name, _ in script],
                         done.stdout)
        return dict(zip(parts[1::2], parts[2::2])), end

    def setUp(self):
        if not GDB:
            self.skipTest("gdb-multiarch is not there")

    def test_from_the_interrupt_handler_to_the_end(self):
        image = self.map("lenet5")
        plain, free = e2e.path("plain.txt"), e2e.path("free.txt")
        self.run_image(image, "--logits", free, count=COUNT)
        told, (status, out, err) = self.session(image, [
            ("attach", ["info registers pc", "info threads"]),
            ("handler", ["break handle_irq", "continue", "backtrace"]),
            ("descriptor", [
                "set $ring = (struct sqz_ring *) arg",
                "print/d $ring->descriptors[0].type",
                "print/d $ring->descriptors[0].length",
                "print $ring->descriptors[0]",
                "ptype struct sqz_desc"]),
            ("csr", ["print/x $mcause", "print $mepc",
                     "print/x $mstatus & 8"]),
            ("step", ["print $pc", "stepi", "print $pc"]),
            ("next", ["next", "next"]),
            ("watch", ["watch -location $ring->consumed", "continue",
                       "info symbol $pc", "delete"]),
            ("rwatch", ["rwatch *(unsigned *) &$ring->tail", "continue",
                        "delete"]),
            ("finish", ["break sqz_time_ns", "continue", "finish",
                        "delete"]),
            ("register", [
                "set $saved = $t6", "set $t6 = 0x1234567890",
                "print/x $t6", "set $t6 = $saved",
                "set $mscratch = 0x55", "print/x $mscratch"]),
            ("memory", [
                "x/1xw 0x40000000", "x/1xb 0x10000005",
                "print/x *(unsigned *) 0x41000000",
                "set var $ring->stats.strays = 77",
                "print $ring->stats.strays",
                "set var $ring->stats.strays = 0"]),
            ("monitor", ["monitor time", "monitor reg controller.ID",
                         "monitor reg ring0.TAIL", "monitor reg tile4",
                         "monitor reg plic.THRESHOLD", "monitor reg",
                         "monitor trace off", "monitor nonsense",
                         "monitor help"]),
            ("hbreak", ["thbreak handle_irq", "continue"]),
            ("end", ["delete", "continue"]),
        ], "--logits", plain)
        self.assertEqual((status, err), (0, ""))
        self.assertIn(f"bit-exact {COUNT} of {COUNT} images\n", out)
        self.assertEqual(e2e.read(plain), e2e.read(free))
        self.assert_told(told)

    def assert_told(self, told):
        for part, pattern in (
                ("attach", r"pc +0x80000000\t0x80000000 <_start>"),
                ("attach", r"\* 1 .*hart 0"),
                ("handler", r"Breakpoint 1\.?\d*, handle_irq \(arg="),
                # ... down to what was interrupted
                ("handler", r"<signal handler called>\n(.*\n)*.*in main \(\)"),
                ("descriptor", r"\$1 = 1\n\$2 = [1-9][0-9]*\n"),
                ("descriptor", r"\{type = 1 .*cookie = "),
                ("descriptor", r"uint64_t cookie;"),
                ("csr", r"= 0x800000000000000b\n"),
                ("csr", r"= 0x0\n"),
                ("step", r"<handle_irq>\n(.*\n)*.*<handle_irq\+[24]>\n"),
                ("watch", r"Hardware watchpoint \d+: -location "
                          r"\$ring->consumed\n"),
                ("watch", r"Old value = \d+\nNew value = \d+\n"),
                ("rwatch", r"Hardware read watchpoint \d+: "),
                ("rwatch", r"Value = [1-9]"),
                ("finish", r"Value returned is \$\d+ = \d+\n"),
                ("register", r"= 0x1234567890\n"),
                ("register", r"= 0x55\n"),
                ("memory", r"0x40000000:\t0x53515a43\n"),
                ("memory", r"0x10000005:\t0x60\n"),
                ("memory", r"= 0x53515a4d\n(.*\n)*\$\d+ = 77\n"),
                ("monitor", r"cpu \d+\.\d{6} us, chip \d+\.\d{6} us, "
                            r"\d+ instructions\n"),
                ("monitor", r"controller\.ID 0x53515a43\n"),
                ("monitor", r"ring0\.TAIL 0x000000[0-9a-f]{2}\n"),
                ("monitor", r"tile4\.STATUS 0x\d{8}  BUSY=[01] ERROR=0\n"),
                ("monitor", r"plic\.THRESHOLD 0x00000000\n"),
                ("monitor", r"clint plic uart controller mailbox counters "
                            r"ring0 ring1"),
                ("monitor", r"this run writes no trace\n"),
                ("monitor", r"unknown command 'nonsense'"),
                ("hbreak", r"handle_irq \(arg="),
                ("end", r"\[Inferior 1 \(.*\) exited normally\]")):
            with self.subTest(part=part, pattern=pattern):
                self.assertRegex(told[part], pattern)

    def test_reset_starts_again(self):
        image = self.map("lenet5")
        told, (status, out, err) = self.session(image, [
            ("first", ["break main", "continue", "delete",
                       "tbreak handle_irq", "continue"]),
            ("reset", ["monitor reset", "flushregs", "print $pc",
                       "tbreak main", "continue"]),
            ("end", ["continue"])])
        self.assertRegex(told["reset"], r"<_start>\n")
        self.assertRegex(told["reset"], r"Temporary breakpoint \d, main")
        self.assertIn("exited normally", told["end"])
        self.assertEqual((status, err), (0, ""))
        self.assertIn(f"bit-exact {COUNT} of {COUNT} images\n", out)


class Unchanged(e2e.Case):
    def test_a_run_that_never_stops_is_the_same(self):
        image = self.map("lenet5")
        names = [(e2e.path(f"{kind}.json"), e2e.path(f"{kind}.pftrace"))
                 for kind in ("free", "held")]
        words = [("--report", report, "--trace", trace, "--trace-level",
                  "packets") for report, trace in names]
        self.sqz("run", image, "--config", self.config, "--count", COUNT,
                 "--quiet", *words[0])
        run = Run(image, *words[1])
        client = Client(run)
        client.packet("c")
        self.assertEqual(client.reply(), "W00")
        self.assertEqual(run.end()[::2], (0, ""))
        for free, held in zip(*names):
            self.assertEqual(e2e.read(free), e2e.read(held), held)


class Clients(e2e.Case):
    """Each ends its run in the way that docs/debugging.md says."""

    def start(self, *words, **more):
        run = Run(self.map("lenet5"), *words, **more)
        return run, Client(run)

    def assert_goes_on(self, run, line):
        status, out, err = run.end()
        self.assertEqual((status, err), (0, line))
        self.assertIn(f"bit-exact {COUNT} of {COUNT} images\n", out)

    def test_vanishes(self):
        run, client = self.start()
        self.assertTrue(client.ask("?").startswith("T"))
        client.close()
        self.assert_goes_on(run,
                            "gdb: the client is gone; the run goes on\n")

    def test_vanishes_with_a_breakpoint_set(self):
        run, client = self.start()
        self.assertEqual(client.ask("Z0,80000004,2"), "OK")
        client.close()
        self.assert_goes_on(run,
                            "gdb: the client is gone; the run goes on\n")

    def test_vanishes_while_it_runs(self):
        run, client = self.start()
        client.packet("c")
        client.close()
        status, out, err = run.end()
        self.assertEqual(status, 0)
        # It may be over before anybody looks.
        self.assertIn(err, ("", "gdb: the client is gone; the run goes on\n"))

    def test_speaks_something_else(self):
        run, client = self.start()
        client.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"x" * 300)
        self.assert_goes_on(
            run, "gdb: bytes that are no packet: passed over\n"
            "gdb: the client does not speak GDB's protocol: dropped; the "
            "run goes on\n")

    def test_damaged_packets(self):
        run, client = self.start()
        client.send(b"$?#00")
        self.assertEqual(client.byte(), b"-")
        client.send(b"$?#zz")
        self.assertEqual(client.byte(), b"-")
        self.assertTrue(client.ask("?").startswith("T02"))
        self.assertEqual(client.ask("D"), "OK")
        self.assert_goes_on(
            run,
            "gdb: a packet with a wrong checksum: asked for it again\n")

    def test_packet_too_long(self):
        run, client = self.start()
        self.assertEqual(client.ask("X80100000,5000:" + "x" * 0x5000), "E01")
        self.assertEqual(client.ask("D"), "OK")
        self.assert_goes_on(
            run, "gdb: a packet longer than 16384 bytes: refused\n")

    def test_nonsense_packets(self):
        run, client = self.start()
        for packet, answer in (
                ("", ""), ("nonsense", ""), ("qNonsense", ""),
                ("m", "E01"), ("m1", "E01"), ("m0,4", "E01"),
                ("mffffffffffffffff,8", "E01"), ("m1ffffffffffffffff,8", "E01"),
                ("M80100000,4:12", "E01"), ("M80100000,2:xxxx", "E01"),
                ("M40000000,4:00000000", "E01"), ("pffff", "E01"),
                ("p21", "E01"), ("P20=12", "E01"), ("Pf55=00", "E01"),
                ("G00", "E01"), ("Z9,0,0", ""), ("Z0", "E01"),
                ("Z2,80100000,0", "E01"), ("z0,80100000,4", "OK"),
                ("vCont;x", "E01"), ("vCont", "E01"), ("vCont;s:5", "E01"),
                ("vCont;r80100000", "E01"), ("T2", "E01"), ("T1", "OK"),
                ("Hgp0.0", "E01"), ("Hg1", "OK"), ("Hc-1", "OK"),
                ("qRcmd,6", "E01"), ("qRcmd,zz", "E01"),
                ("qXfer:features:read:other.xml:0,100", "E00"),
                ("qXfer:features:read:target.xml:ffffff,100", "E01"),
                ("vMustReplyEmpty", ""), ("cxyz", "E01")):
            with self.subTest(packet=packet):
                self.assertEqual(client.ask(packet), answer)
        self.assertEqual(client.ask("D"), "OK")
        self.assert_goes_on(run, "")

    def test_all_breakpoints_that_there_are(self):
        run, client = self.start()
        answers = [client.ask(f"Z{kind},{RAM + 8 * i:x},4")
                   for kind in (0, 2) for i in range(70)]
        self.assertEqual(answers, ["OK"] * 64 + ["E01"] * 6 +
                         ["OK"] * 32 + ["E01"] * 38)
        self.assertEqual(client.ask(f"Z0,{RAM:x},4"), "OK")  # once more
        self.assertEqual(client.ask("D"), "OK")
        self.assert_goes_on(run, "")

    @unittest.skipIf(e2e.QUICK, e2e.NO_THROW)
    def test_kills(self):
        report = e2e.path("killed.json")
        for packet in ("k", "vKill;1"):
            with self.subTest(packet=packet):
                run, client = self.start("--report", report)
                client.packet(packet)
                self.assertEqual(run.end(), (
                    1, "", "sqz run: ended by the debugger\n"))
                self.assertFalse(os.path.exists(report))

    def test_stops_a_loop_and_a_sleeper(self):
        """Ctrl-C; then another client finds it as it was."""
        run, client = self.start()
        sleeper = (
            0x0200_42b7,  # lui t0, 0x2004: mtimecmp
            0x0010_0313,  # li t1, 1
            0x0283_1313,  # slli t1, t1, 40
            0x0062_b023,  # sd t1, 0(t0)
            0x1050_0073,  # wfi
            0xffdf_f06f)  # j .-4
        for name, program in (("loop", (0x0000_006f,)),
                              ("sleeper", sleeper)):
            with self.subTest(program=name):
                client.program(*program)
                client.packet("vCont;c")
                client.send(b"\x03")
                self.assertRegex(client.reply(), "^T02.*thread:1;$")
                self.assertIn(client.register(PC) - RAM,
                              range(4 * len(program)))
        first = client.register(PC)
        self.assertEqual(client.ask("D"), "OK")
        client.close()
        client = Client(run)
        self.assertRegex(client.ask("?"), "^T02")
        self.assertIn(client.register(PC) - RAM, range(24))
        self.assertTrue(first)
        self.assertEqual(client.ask("vKill;1"), "OK")
        self.assertEqual(run.end()[0], 1)

    def test_sleeps_for_ever(self):
        run, client = self.start()
        client.program(0x1050_0073, 0xffdf_f06f)
        client.packet("c")
        message = client.reply()
        self.assertIn("nothing happens any more",
                      bytes.fromhex(message[1:]).decode())
        self.assertRegex(client.reply(), "^T02")
        self.assertEqual(client.register(PC), RAM + 4)
        client.close()
        status, _, err = run.end()
        self.assertEqual(status, 1)
        self.assertIn("nothing happens any more", err)

    def test_time_stands_still(self):
        run, client = self.start()
        client.program(0x0000_0013, 0x0000_0013, 0x0000_006f)
        before = client.monitor("time")
        self.assertEqual(client.ask(f"m{RAM:x},4"), "13000000")
        self.assertEqual(client.monitor("time"), before)
        self.assertRegex(client.ask("vCont;s:1"), "^T05")
        self.assertEqual(client.register(PC), RAM + 4)
        self.assertRegex(client.ask("s"), "^T05")
        self.assertRegex(client.ask(f"vCont;r{RAM:x},{RAM + 8:x}"), "^T05")
        self.assertIn("cpu 0.004000 us, chip 0.000000 us, 3 instr",
                      client.monitor("time"))
        client.packet("k")
        self.assertEqual(run.end()[0], 1)

    def test_step_and_range_with_an_interrupt_due(self):
        """A step leaves it pending; a range runs its handler through."""
        run, client = self.start()
        handler = RAM + 0x40
        words = [0x0000_0013] * 32
        words[16:19] = (0x0010_8093,  # addi ra, ra, 1
                        0x0000_3023 | 5 << 15 | 0 << 20,  # sd zero, 0(t0)
                        0x3020_0073)  # mret
        # The timer's interrupt is up at once; the handler moves mtimecmp ...
        words[17] = 0x0062_b023  # sd t1, 0(t0)
        client.program(*words)
        for register, value in ((5, 0x02004000), (6, 1 << 40), (1, 0)):
            client.set_register(register, value)
        client.set_register(65 + 0x305, handler)
        client.set_register(65 + 0x304, 0x80)
        # ... and this makes it due: sd zero, 0(t0)
        store = 0x0002_b023
        client.ask(f"M{RAM:x},4:" + store.to_bytes(4, "little").hex())
        client.ask("s")
        client.set_register(65 + 0x300, 8)
        client.ask("s")
        client.ask("s")
        self.assertEqual(client.register(PC), RAM + 12)
        self.assertEqual(client.register(1), 0)
        self.assertRegex(client.ask(f"vCont;r{RAM:x},{RAM + 0x20:x}"), "^T05")
        self.assertEqual(client.register(PC), RAM + 0x20)
        self.assertEqual(client.register(1), 1)
        client.packet("k")
        self.assertEqual(run.end()[0], 1)

    def test_port_in_use(self):
        run, client = self.start()
        done = self.sqz("run", self.map("lenet5"), "--config", self.config,
                        f"--gdb={run.port}", status=1)
        self.assertEqual(done.err, "sqz run: --gdb: port "
                         f"{run.port}: Address already in use\n")
        client.packet("k")
        run.end()


if __name__ == "__main__":
    e2e.main()
