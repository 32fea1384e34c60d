#!/usr/bin/python3
"""Chips of other shapes give the same logits."""

import e2e

COUNT = 2

SMALL_MESHES = [
    {"noc.width": 4, "noc.height": 4, "tile.arrays": 256, "tile.slots": 32},
    {"noc.width": 6, "noc.height": 5},
    {"noc.width": 5, "noc.height": 9, "chip.buffers": 7},
    {"noc.width": 3, "noc.height": 3, "chip.buffers": 1,
     "chip.dram_controllers": 1, "tile.arrays": 300, "tile.slots": 64},
    {"noc.width": 16, "noc.height": 2},
    {"noc.width": 2, "noc.height": 16},
    {"noc.width": 17, "noc.height": 13, "chip.dram_controllers": 8,
     "chip.buffers": 16},
]
NETWORKS = [
    {"noc.flit_bytes": 4}, {"noc.flit_bytes": 1}, {"noc.flit_bytes": 256},
    {"noc.vcs": 7}, {"noc.vcs": 10}, {"noc.vcs": 12, "noc.queue_packets": 1},
    {"noc.vc_depth": 1}, {"noc.vcs": 10, "noc.vc_depth": 1},
    {"noc.routing_delay": 0}, {"noc.vc_alloc_delay": 3,
                               "noc.sw_alloc_delay": 2},
    {"noc.link_cycles": 5, "noc.credit_cycles": 9},
    {"noc.max_payload_bytes": 32, "tile.fetch_bytes": 16,
     "controller.copy_bytes": 16},
    {"noc.max_payload_bytes": 1024, "tile.fetch_bytes": 1024,
     "controller.copy_bytes": 1024},
    {"noc.max_payload_bytes": 100, "tile.fetch_bytes": 99,
     "controller.copy_bytes": 33},
    {"noc.cycle_ns": 7.3}, {"noc.cycle_ns": 0.37},
]
MEMORIES = [
    {"chip.dram_controllers": 1}, {"chip.dram_controllers": 3},
    {"chip.dram_controllers": 5, "dram.interleave_bytes": 64},
    {"chip.buffers": 1, "buffer.kib": 8}, {"chip.buffers": 1, "buffer.kib": 1},
    {"chip.buffers": 1, "buffer.kib": 1, "chip.dram_controllers": 3,
     "dram.interleave_bytes": 64},
    {"buffer.kib": 2, "buffer.banks": 1, "buffer.queue": 1,
     "buffer.bytes_per_cycle": 1},
    {"dram.queue": 1, "flash.queue": 1, "buffer.kib": 1},
    {"dram.mib": 1, "flash.mib": 1}, {"dram.t_refi_ns": 0},
    {"mailbox.delivery_ns": 0}, {"chip.buffers": 40},
]
TILES = [
    {"tile.arrays": 16}, {"tile.arrays": 12},
    {"tile.arrays": 1000, "tile.slots": 255},
    {"tile.slots": 1},
    {"tile.array_rows": 64, "tile.array_columns": 64},
    {"tile.array_rows": 100, "tile.array_columns": 30},
    {"tile.array_rows": 16, "tile.array_columns": 16, "tile.arrays": 128},
    {"tile.array_rows": 1024, "tile.array_columns": 1024,
     "tile.adc_bits": 11, "tile.adc_law": "linear"},
    {"tile.edram_kib": 4}, {"tile.edram_kib": 2},
    {"tile.psum_window": 1, "tile.write_outstanding": 1,
     "tile.fetch_outstanding": 1, "tile.config_fetch_outstanding": 1},
    {"tile.psum_window": 100, "tile.write_outstanding": 200,
     "tile.fetch_outstanding": 200},
    {"tile.vector_lanes": 1, "tile.vector_cycle_ns": 50},
    {"tile.array_cycle_ns": 1, "tile.adc_conversion_ns": 0,
     "tile.pipeline_ns": 0, "tile.row_write_ns": 0},
    {"controller.rings": 16, "controller.in_flight": 16},
    {"controller.decode_ns": 0, "cpu.mmio_ns": 0},
    {"cpu.cycle_ns": 100}, {"cpu.cycle_ns": 0.1, "cpu.flash_read_cycles": 0},
]
# For ResNet-8: residuals, strides and more steps per tile.
SOME = [SMALL_MESHES[0], SMALL_MESHES[1], NETWORKS[0], NETWORKS[4],
        MEMORIES[2], MEMORIES[5], TILES[1], TILES[4], TILES[9], TILES[10]]
FEW = [SMALL_MESHES[1], NETWORKS[4], MEMORIES[5], TILES[9]]


class Shapes(e2e.Case):
    def check(self, network, chips):
        for settings in chips:
            with self.subTest(network=network, settings=settings):
                image = self.map(network, settings=settings)
                result, report = self.run_image(
                    image, "--limit-ms", 2000, settings=settings, count=COUNT)
                self.assert_exact(result, report, COUNT)

    def test_lenet5(self):
        self.check("lenet5", FEW if e2e.QUICK else
                   SMALL_MESHES + NETWORKS + MEMORIES + TILES)

    def test_resnet8(self):
        if not e2e.QUICK:
            self.check("resnet8", SOME)

    def test_memory_shows(self):
        """What does not fit the buffers goes to DRAM, and is reported."""
        moved = []
        for settings in ({}, {"chip.buffers": 1, "buffer.kib": 1}):
            image = self.map("lenet5", settings=settings)
            _, report = self.run_image(image, settings=settings, count=1)
            moved.append([sum(layer["noc"][kind] for layer in report["layers"])
                          for kind in ("buffer_bytes", "dram_bytes")])
        self.assertGreater(moved[0][0], 100 * moved[0][1])
        self.assertGreater(moved[1][1], moved[1][0])


if __name__ == "__main__":
    e2e.main()
