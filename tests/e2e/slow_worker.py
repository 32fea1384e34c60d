#!/usr/bin/python3
"""One worker 1000 times slower, one position of accumulators: it takes longer,
nothing locks up, every logit stays right."""

import e2e
from sqzimage import REDUCER, Image

FACTOR = 1000
# Small tiles cut LeNet-5's second convolution into three workers.
SPLIT = {"tile.array_rows": 64, "tile.arrays": 12}


class SlowWorker(e2e.Case):
    def workers(self, image, layer):
        """(node, whether it reduces) of a layer's workers."""
        image = Image(image)
        index = image.layer_names().index(layer)
        return [(step.node, bool(step.flags & REDUCER))
                for step in image.steps() if step.layer == index]

    def check_layer(self, image, layer, settings, count):
        workers = self.workers(image, layer)
        self.assertEqual(len(workers), 3)
        self.assertEqual(sum(reduces for _, reduces in workers), 1)
        settings = {**settings, "tile.psum_window": 1}
        _, fast = self.run_image(image, count=count, settings=settings)
        for node, reduces in workers:
            with self.subTest(layer=layer, node=node, reducer=reduces):
                slowed = {**settings, "tile.slow_node": node,
                          "tile.slow_factor": FACTOR}
                result, slow = self.run_image(image, count=count,
                                              settings=slowed)
                self.assert_exact(result, slow, count)
                self.assertGreater(self.time(slow, layer),
                                   100 * self.time(fast, layer))

    def time(self, report, name):
        return next(layer["time_ps"] for layer in report["layers"]
                    if layer["name"] == name)

    def test_lenet5(self):
        image = self.map("lenet5", settings=SPLIT)
        self.check_layer(image, "/3/Conv", SPLIT, 1 if e2e.QUICK else 2)

    def test_resnet8(self):
        if not e2e.QUICK:
            self.check_layer(self.map("resnet8"), "/5/conv2/Conv", {}, 1)

    def test_narrow_everything(self):
        """The same with the least of every other resource."""
        settings = {**SPLIT, "tile.psum_window": 1, "noc.queue_packets": 1,
                    "noc.vc_depth": 1, "noc.flit_bytes": 4,
                    "tile.fetch_outstanding": 1, "tile.write_outstanding": 1,
                    "tile.config_fetch_outstanding": 1, "buffer.queue": 1,
                    "dram.queue": 1, "flash.queue": 1,
                    "controller.in_flight": 4}
        image = self.map("lenet5", settings=settings)
        for node, _ in self.workers(image, "/3/Conv"):
            with self.subTest(node=node):
                slowed = {**settings, "tile.slow_node": node,
                          "tile.slow_factor": FACTOR}
                result, report = self.run_image(image, count=1,
                                                settings=slowed)
                self.assert_exact(result, report, 1)


if __name__ == "__main__":
    e2e.main()
