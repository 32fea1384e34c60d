/* The changes that end-to-end tests make to images change what they say, and
 * nothing else. */
#include "image_change.h"

#include <stdlib.h>
#include <string.h>

#include "blob_reader.h"
#include "fast_assert.h"
#include "image_seal.h"
#include "mapped.h"
#include "suite.h"

static struct sqz_error err;
static struct sqz_bytes good;
static struct sqz_image_file image;

static void setup(void)
{
	struct mapped map;

	mapped_all_kinds(&map, 3, "tile.arrays=20");
	mapped_image(&map, &good);
	mapped_free(&map);
	struct sqz_bytes copy = { malloc(good.size), good.size };
	memcpy(copy.data, good.data, good.size);
	if (sqz_image_file_parse("img", copy, &image, &err))
		ck_abort_msg("%s", err.text);
}

static void teardown(void)
{
	sqz_image_file_close(&image);
	sqz_bytes_free(&good);
}

/* The image as it is now is a right one. */
static void reopen(void)
{
	struct sqz_bytes copy = { malloc(good.size), good.size };

	memcpy(copy.data, image.file.data, good.size);
	sqz_image_file_close(&image);
	if (sqz_image_file_parse("img", copy, &image, &err))
		ck_abort_msg("%s", err.text);
}

/* Bits that differ in a section. */
static uint32_t bits_changed(enum sqz_section_kind kind)
{
	const struct sqz_image_section *section =
	    image_section(good.data, kind);
	uint32_t bits = 0;

	for (uint64_t i = section->offset; i < section->offset + section->bytes;
	     i++)
		bits += (uint32_t)__builtin_popcount(
		    (unsigned)(good.data[i] ^ image.file.data[i]));
	return bits;
}

/* Only this section, beside the CRCs. */
static void check_only(enum sqz_section_kind kind)
{
	for (int k = 1; k < SQZ_SECTION_COUNT; k++)
		FAST_ASSERT(bits_changed((enum sqz_section_kind)k) > 0, ==,
			    k == (int)kind);
}

static const uint8_t *blob_of(const uint8_t *data, uint32_t step)
{
	return data +
	       image_section((uint8_t *)good.data, SQZ_SECTION_PROGRAM)
		   ->offset +
	       image.steps[step].offset;
}

/* How many weights of the step differ; one of them and its block. */
static uint32_t weights_changed(uint32_t step, uint32_t *at_block,
				uint32_t *at_row, int32_t *old, int32_t *new)
{
	const uint8_t *before = blob_of(good.data, step);
	const uint8_t *after = blob_of(image.file.data, step);
	const struct sqz_step_header *h = (const void *)before;
	const struct sqz_block *blocks =
	    (const void *)(before + h->blocks_offset);
	uint32_t count = 0;

	for (uint32_t b = 0; b < h->block_count; b++)
		for (uint32_t i = 0; i < blocks[b].rows * blocks[b].cols; i++) {
			uint32_t r = i / blocks[b].cols, c = i % blocks[b].cols;
			int32_t x = blob_block_weight(before, b, r, c);
			int32_t y = blob_block_weight(after, b, r, c);
			if (x == y)
				continue;
			count++;
			*at_block = b;
			*at_row = r;
			*old = x;
			*new = y;
		}
	return count;
}

START_TEST(cell_of_the_last_layer)
{
	struct image_cell cell;
	uint32_t block, row;
	int32_t old, new;

	ck_assert_msg(image_pick_cell(&image, &cell, &err) == 0, "%s",
		      err.text);
	ck_assert_uint_eq(image.steps[cell.step].layer, 9);
	ck_assert_int_eq(image_flip_cell(&image, &cell, &err), 0);
	reopen();
	check_only(SQZ_SECTION_PROGRAM);
	ck_assert_uint_eq(bits_changed(SQZ_SECTION_PROGRAM), 1);
	ck_assert_uint_eq(weights_changed(cell.step, &block, &row, &old, &new),
			  1);
	ck_assert_uint_eq(row, cell.row);
	/* Seed 3 squeezes by 3: the top plane is 4. */
	ck_assert_int_ge(abs(old - new), 1 << 4);
	/* Once more, and it is as it was. */
	ck_assert_int_eq(image_flip_cell(&image, &cell, &err), 0);
	ck_assert_mem_eq(image.file.data, good.data, good.size);
}
END_TEST

START_TEST(every_cell_of_an_array)
{
	const uint8_t *blob = blob_of(good.data, 0);
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_block *b = (const void *)(blob + h->blocks_offset);
	uint32_t block, row;
	int32_t old, new;

	for (uint32_t i = 0; i < b->rows * b->cols; i += 7) {
		const struct image_cell cell = { 0, b->first_array, i / b->cols,
						 i % b->cols };
		ck_assert_int_eq(image_flip_cell(&image, &cell, &err), 0);
		FAST_ASSERT(weights_changed(0, &block, &row, &old, &new), ==,
			    1);
		FAST_ASSERT(row, ==, i / b->cols);
		image_flip_cell(&image, &cell, &err);
	}
}
END_TEST

START_TEST(shift_of_a_squeezed_row)
{
	struct image_row row;
	uint32_t block, at;
	int32_t old, new;

	ck_assert_msg(image_pick_row(&image, &row, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(image.steps[row.step].layer, 9);
	ck_assert_int_eq(image_change_shift(&image, &row, &err), 0);
	reopen();
	check_only(SQZ_SECTION_PROGRAM);
	ck_assert_uint_ge(weights_changed(row.step, &block, &at, &old, &new),
			  1);
	ck_assert_uint_eq(block, row.block);
	ck_assert_uint_eq(at, row.row);
	ck_assert_int_eq(old, 2 * new);
}
END_TEST

START_TEST(participants)
{
	uint32_t wide = 0, narrow = 0;

	for (uint32_t i = 0; i < image.network->layers; i++)
		if (image.layers[i].participants > 1)
			wide = i;
		else
			narrow = i;
	uint32_t before = image.layers[wide].participants;
	ck_assert_uint_ge(before, 2);
	ck_assert_int_eq(image_short_participants(&image, wide, &err), 0);
	reopen();
	check_only(SQZ_SECTION_LAYERS);
	ck_assert_uint_eq(image.layers[wide].participants, before - 1);
	ck_assert_int_eq(image_short_participants(&image, narrow, &err), -1);
	ck_assert_int_eq(image_short_participants(&image, 10, &err), -1);
}
END_TEST

START_TEST(sections)
{
	struct sqz_bytes copy = { malloc(good.size), good.size };
	struct sqz_image_file damaged;

	ck_assert_int_eq(image_flip_section(&image, (uint32_t)_i, &err), 0);
	check_only((enum sqz_section_kind)_i);
	ck_assert_uint_eq(bits_changed((enum sqz_section_kind)_i), 1);
	memcpy(copy.data, image.file.data, good.size);
	ck_assert_int_eq(sqz_image_file_parse("img", copy, &damaged, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, sqz_section_name((uint32_t)_i)));
}
END_TEST

START_TEST(things_that_are_not_there)
{
	const struct image_cell cells[] = { { 1000, 0, 0, 0 },
					    { 0, 1000, 0, 0 },
					    { 0, 0, 128, 0 },
					    { 0, 0, 0, 128 } };
	const struct image_row rows[] = { { 1000, 0, 0 },
					  { 0, 1000, 0 },
					  { 0, 0, 128 } };

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(image_flip_cell(&image, &cells[i], &err), -1);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(image_change_shift(&image, &rows[i], &err),
				 -1);
	ck_assert_int_eq(image_flip_section(&image, 0, &err), -1);
	ck_assert_int_eq(image_flip_section(&image, 11, &err), -1);
	ck_assert_mem_eq(image.file.data, good.data, good.size);
}
END_TEST

START_TEST(no_squeezed_row)
{
	struct mapped map;
	struct sqz_bytes bytes;
	struct image_row row;

	teardown();
	mapped_all_kinds(&map, 4, NULL);
	mapped_image(&map, &bytes);
	mapped_free(&map);
	ck_assert_int_eq(sqz_image_file_parse("img", bytes, &image, &err), 0);
	ck_assert_int_eq(image_pick_row(&image, &row, &err), -1);
	ck_assert_str_eq(err.text, "no squeezed row is driven by the "
				   "self-test");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("image_change");
	TCase *tests = tcase_create("image_change");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, cell_of_the_last_layer);
	tcase_add_test(tests, every_cell_of_an_array);
	tcase_add_test(tests, shift_of_a_squeezed_row);
	tcase_add_test(tests, participants);
	tcase_add_loop_test(tests, sections, 1, SQZ_SECTION_COUNT);
	tcase_add_test(tests, things_that_are_not_there);
	tcase_add_test(tests, no_squeezed_row);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
