#!/usr/bin/python3
"""A guest that writes nonsense everywhere (software/apps/nonsense.c): the
platform neither crashes nor hangs nor reads what is not its own."""

import re

import e2e

PER_PICTURE = 10000  # accesses
MISSING = 3  # no logits came back
LIMIT_MS_PER_PICTURE = 200  # it takes some 10

LAST = re.compile(r"nonsense: (\d+) accesses, (\d+) descriptors, (\d+) faults, "
                  r"(\d+) interrupts\nring after reset: ok\n")


class Nonsense(e2e.Case):
    def run_nonsense(self, network, pictures):
        """Runs it; what the guest counted."""
        result = self.sqz("run", self.map(network), "--config", e2e.CONFIG,
                          "--firmware", e2e.firmware("nonsense"), "--count",
                          pictures, "--limit-ms",
                          LIMIT_MS_PER_PICTURE * pictures, status=MISSING)
        match = LAST.search(result.out)
        self.assertIsNotNone(match, result.out[-1000:] + result.err[-1000:])
        counts = [int(count) for count in match.groups()]
        print(f"{network}:", match.group(0).splitlines()[0])
        self.assertGreaterEqual(counts[0], pictures * PER_PICTURE)
        for count in counts[1:]:
            self.assertGreater(count, pictures)
        return result

    def test_nonsense(self):
        for network in e2e.NETWORKS:
            with self.subTest(network=network):
                self.run_nonsense(network, 2 if e2e.QUICK else 10)

    def test_same_in_each_run(self):
        one, other = (self.run_nonsense("lenet5", 1) for _ in range(2))
        self.assertEqual((one.out, one.err), (other.out, other.err))

    def test_messages_end(self):
        """Faults are told one by one, but not for ever."""
        lines = self.run_nonsense("lenet5", 1).err.splitlines()
        self.assertEqual(len(lines), 101)
        self.assertEqual(lines[-1], "guest: access faults from here on are "
                         "not printed")


if __name__ == "__main__":
    e2e.main()
