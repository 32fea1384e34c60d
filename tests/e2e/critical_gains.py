#!/usr/bin/python3
"""What `sqz trace critical-path` predicts, on chips where each resource in its
turn is what takes long, against runs in which a resource is faster."""

import e2e
import gains

FAST = {"tile.array_cycle_ns": 1, "tile.adc_conversion_ns": 0.001}
# Where each resource in its turn is what takes long.
CHIPS = [
    {},
    {"tile.array_cycle_ns": 20, "tile.adc_conversion_ns": 0.7},
    {**FAST, "tile.array_cycle_ns": 10, "tile.vector_cycle_ns": 250},
    {**FAST, "noc.flit_bytes": 1, "tile.psum_window": 32},
    {**FAST, "buffer.bytes_per_cycle": 1, "buffer.banks": 1,
     "buffer.cycle_ns": 10},
    {**FAST, "chip.buffers": 1, "buffer.kib": 1, "dram.burst_ns": 200},
    {**FAST, "tile.fetch_outstanding": 1, "tile.fetch_bytes": 16,
     "buffer.latency_ns": 500},
]


class Gains(gains.Gains):
    def test_chips(self):
        for chip in CHIPS:
            for network in e2e.NETWORKS:
                for words, mapped in gains.MODES:
                    with self.subTest(chip=chip, network=network, words=words):
                        self.check(network, words, mapped, chip)


if __name__ == "__main__":
    e2e.main()
