/*
 * A chip of one tile with one slot, and of no more arrays than the largest
 * block takes: every entry of the image is one worker, programmed in its turn,
 * nearly all matrices are cut along both axes. What the tile's model writes
 * must be what the slow second implementation makes of the integer network.
 */
#include <stdlib.h>
#include <string.h>

#include "mapped.h"
#include "on_tile.h"
#include "random.h"
#include "rounds_table.h"
#include "suite.h"

#define ONE_TILE                                                               \
	"noc.width=3 noc.height=2 chip.buffers=2 chip.dram_controllers=1 "     \
	"place.rounds=single tile.slots=1 "

static struct sqz_error err;
static struct mapped map;

static const struct form {
	const char *arrays;
	enum sqz_sign_form sign;
	unsigned cell_bits, x;
	enum sqz_layout layout;
	uint32_t order_blocks;
} FORMS[] = {
	{ "tile.arrays=16", SQZ_SIGN_DIFFERENTIAL, 1, 0, SQZ_LAYOUT_FULL, 0 },
	{ "tile.arrays=10", SQZ_SIGN_DIFFERENTIAL, 1, 3, SQZ_LAYOUT_FULL, 0 },
	{ "tile.arrays=9", SQZ_SIGN_TWOS_COMPLEMENT, 1, 0, SQZ_LAYOUT_FULL, 0 },
	{ "tile.arrays=5", SQZ_SIGN_TWOS_COMPLEMENT, 2, 1, SQZ_LAYOUT_FULL, 0 },
	/* Two blocks that share out their rows stay together. */
	{ "tile.arrays=32", SQZ_SIGN_DIFFERENTIAL, 1, 2, SQZ_LAYOUT_FULL, 2 },
	{ "tile.arrays=9", SQZ_SIGN_TWOS_COMPLEMENT, 1, 0, SQZ_LAYOUT_OU, 0 },
	{ "tile.arrays=9", SQZ_SIGN_TWOS_COMPLEMENT, 1, 0, SQZ_LAYOUT_SRE, 0 },
	{ "tile.arrays=9", SQZ_SIGN_TWOS_COMPLEMENT, 1, 2,
	  SQZ_LAYOUT_DUPLICATES, 0 },
	{ "tile.arrays=9", SQZ_SIGN_TWOS_COMPLEMENT, 1, 0, SQZ_LAYOUT_COLUMN,
	  0 },
};
#define FORM_COUNT (int)(sizeof(FORMS) / sizeof(FORMS[0]))

static const char *const SIZES[] = {
	"tile.array_rows=16 tile.array_columns=8",
	"tile.array_rows=32 tile.array_columns=16 buffer.kib=1",
};
#define SIZE_COUNT (int)(sizeof(SIZES) / sizeof(SIZES[0]))

static bool is_ou(const struct form *form)
{
	return form->layout != SQZ_LAYOUT_FULL;
}

static void plan(const struct form *form)
{
	struct sqz_ou_request request = sqz_ou_request_default;

	if (!is_ou(form))
		return;
	request.layout = form->layout;
	map.net.ou = sqz_ou_plan_net(&map.config, &map.net.net, map.net.blocks,
				     &request, &err);
	ck_assert_msg(map.net.ou != NULL, "plan: %s", err.text);
}

static void make(const struct form *form, const char *size, bool copies,
		 uint64_t seed)
{
	char chip[240];

	map = (struct mapped){ .form = form->sign,
			       .cell_bits = form->cell_bits,
			       .order_blocks = form->order_blocks };
	if (copies)
		random_net_copies(&map.net.net, seed);
	else
		random_net_all_kinds(&map.net.net, seed);
	snprintf(chip, sizeof(chip), ONE_TILE "%s %s", form->arrays, size);
	mapped_chip(&map, chip);
	mapped_slice(&map, 8, form->x);
	plan(form);
	mapped_place(&map);
}

static void unmap(void)
{
	uint32_t layers = map.net.ou ? map.net.net.layer_count : 0;

	for (uint32_t i = 0; i < layers; i++)
		sqz_ou_plan_free(&map.net.ou[i]);
	free(map.net.ou);
	map.net.ou = NULL;
	mapped_free(&map);
}

static void compare(const struct sqz_image_file *image, uint32_t tensor,
		    const int32_t *naive, const uint8_t *tile)
{
	uint32_t width = image->tensors[tensor].element_bytes;
	uint32_t count = image->tensors[tensor].bytes / width;

	for (uint32_t i = 0; i < count; i++) {
		int32_t value = tile[i];

		if (width == 4)
			memcpy(&value, tile + (size_t)i * 4, 4);
		if (value != naive[i])
			ck_abort_msg("tensor %u, value %u: %d, not %d", tensor,
				     i, value, naive[i]);
	}
}

/* What the table says is written is what the tile will count. */
static void check_writes(const struct sqz_image_file *image, uint32_t round)
{
	struct sqz_writes told = sqz_round_writes(image, round);
	struct sqz_writes counted = { 0 };

	for (uint32_t i = 0; i < image->network->steps; i++)
		if (image->layers[image->steps[i].layer].round == round)
			on_tile_add_writes(image, &map.config, i, &counted);
	ck_assert_mem_eq(&told, &counted, sizeof(told));
}

static void run(uint64_t seed)
{
	const struct sqz_qnet *net = &map.net.net;
	struct sqz_image_file image;
	struct sqz_bytes bytes;

	mapped_image(&map, &bytes);
	ck_assert_msg(sqz_image_file_parse("parts", bytes, &image, &err) == 0,
		      "%s", err.text);
	for (uint32_t r = 0; r < map.placement.rounds; r++)
		check_writes(&image, r);
	uint32_t in_bytes = image.tensors[net->input].bytes;
	uint8_t input[in_bytes];
	int32_t *naive[net->tensor_count];
	uint8_t *tile[image.network->tensors];

	for (uint32_t i = 0; i < in_bytes; i++)
		input[i] = (uint8_t)random_between(&seed, 0, 255);
	naive_run(net, input, naive);
	on_tile_run(&image, &map.config, input, tile);
	for (uint32_t t = 0; t < image.network->tensors; t++) {
		if (t < net->tensor_count) {
			compare(&image, t, naive[t], tile[t]);
			free(naive[t]);
		}
		free(tile[t]);
	}
	sqz_image_file_close(&image);
}

START_TEST(every_entry_is_one_worker)
{
	const struct form *form = &FORMS[_i / SIZE_COUNT % FORM_COUNT];
	bool copies = _i >= FORM_COUNT * SIZE_COUNT;

	make(form, SIZES[_i % SIZE_COUNT], copies, 3 + (uint64_t)_i);
	if (!copies) {
		ck_assert_uint_gt(map.placement.rounds, 10);
		ck_assert_uint_gt(map.placement.scratch_count, 0);
	}
	run((uint64_t)_i);
	unmap();
}
END_TEST

/* A block's operation units, all of them, must find room in one tile. */
START_TEST(operation_units_of_a_block)
{
	const char *size = "tile.array_rows=16 tile.array_columns=8";
	struct form form = FORMS[5];
	char chip[240];

	map = (struct mapped){ .form = form.sign };
	random_net_all_kinds(&map.net.net, 3);
	snprintf(chip, sizeof(chip), ONE_TILE "tile.arrays=3 %s", size);
	mapped_chip(&map, chip);
	mapped_slice(&map, 8, 0);
	plan(&form);
	ck_assert_int_eq(sqz_place(&map.net, map.form, &map.config, &map.chip,
				   &map.placement, &err),
			 -1);
	ck_assert_msg(
	    strstr(err.text,
		   "the operation units of 16 rows of its weights take 9 "
		   "arrays") &&
		strstr(err.text, "a tile has 3 and"),
	    "%s", err.text);
	unmap();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("parts_on_tile");
	TCase *tests = tcase_create("parts_on_tile");

	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, every_entry_is_one_worker, 0,
			    2 * FORM_COUNT * SIZE_COUNT);
	tcase_add_test(tests, operation_units_of_a_block);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
