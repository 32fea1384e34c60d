#!/usr/bin/python3
"""Whatever is not as the mapper left it shows in the logits: exit status 3."""

import os

import e2e
from sqzimage import Image

EDIT = os.path.join(e2e.BUILD, "tests/mapper/sqz-image-edit")
DIFFER = 3
EXIT_DEVICE = 18  # software/boot/exit_codes.h


class Damage(e2e.Case):
    def run_sealed(self, image, status=None):
        """Runs to its end; whether logits differ, which all must agree on."""
        changed = e2e.write("changed.sqz", image.seal())
        result, report = self.run_image(changed, status=status)
        exact = report["images_exact"]
        self.assertIn(f"bit-exact {exact} of 10 images\n", result.out)
        self.assertEqual(report["host"]["exit_code"], 0)
        self.assertEqual(
            result.out.count("logits differ from the reference"), 10 - exact)
        self.assertEqual(result.status, 0 if exact == 10 else DIFFER)
        return exact < 10

    def test_untouched(self):
        """Reading and sealing alone changes nothing."""
        for name in e2e.NETWORKS:
            image = Image(self.map(name))
            before = bytes(image.data)
            self.assertTrue(before == image.seal(), "seal() is wrong")
            self.assertFalse(self.run_sealed(image))

    def each_layer(self, change, network, scheme="sme2", sign="pair"):
        """A change of one word line's cells or shift, in each crossbar layer.
        Not all of them matter to these pictures: one of some does."""
        name = self.map(network, scheme, sign)
        names = Image(name).layer_names()
        steps = {step.layer: i for i, step
                 in reversed(list(enumerate(Image(name).crossbar_steps())))}
        for layer, index in sorted(steps.items()):
            with self.subTest(network=network, scheme=scheme, sign=sign,
                              layer=names[layer]):
                self.assertTrue(any(
                    self.run_sealed(change(Image(name), index, part))
                    for part in (4, 2, 6, 1, 7, 3, 5)), "no logit differs")

    @staticmethod
    def flip_cell(image, index, part):
        """A cell of the highest plane."""
        step = image.crossbar_steps()[index]
        block = step.blocks[0]
        image.flip_cell(step, block, block.arrays - 1, block.cols * part // 8,
                        block.rows * part // 8)
        return image

    @staticmethod
    def change_shift(image, index, part):
        step = image.crossbar_steps()[index]
        block = step.blocks[0]
        at = step.base + block.shifts + block.rows * part // 8
        image.data[at] += -1 if image.data[at] else 1
        return image

    def test_one_bit_lenet5(self):
        self.each_layer(self.flip_cell, "lenet5")

    def test_one_bit_twos_complement(self):
        if not e2e.QUICK:
            self.each_layer(self.flip_cell, "lenet5", "int8", "twos")

    def test_one_bit_resnet8(self):
        if not e2e.QUICK:
            self.each_layer(self.flip_cell, "resnet8")

    def test_one_shift_lenet5(self):
        self.each_layer(self.change_shift, "lenet5")

    def test_one_shift_resnet8(self):
        if not e2e.QUICK:
            self.each_layer(self.change_shift, "resnet8")

    def test_sign(self):
        """An array that subtracts where it should add."""
        image = Image(self.map("lenet5"))
        step = image.crossbar_steps()[0]
        image.flip(step.base + step.arrays_at + 2, 0)
        self.assertTrue(self.run_sealed(image))

    def edit(self, network, *change):
        """What sqz-image-edit makes of an image, and how it runs."""
        changed = e2e.path("edited.sqz")
        self.command(EDIT, self.map(network), changed, *change)
        return self.run_image(changed, status=None)

    def test_image_edit(self):
        """The edits that the mapper's tests know, by their defaults."""
        for network in e2e.NETWORKS:
            for change in ("flip-cell", "change-shift"):
                with self.subTest(network=network, change=change):
                    result, report = self.edit(network, change)
                    self.assertEqual(result.status, DIFFER, result.err)
                    self.assertLess(report["images_exact"], 10)

    def test_missing_worker(self):
        """A layer waits for ever: the driver gives up and says where."""
        result, report = self.edit("lenet5", "short-participants", 4)
        self.assertEqual(result.status, EXIT_DEVICE, result.err)
        self.assertEqual(report["host"]["exit_code"], EXIT_DEVICE)
        self.assertEqual(report["images_exact"], 0)
        self.assertRegex(result.out, r"error: inference: timed out, node \d+")


if __name__ == "__main__":
    e2e.main()
