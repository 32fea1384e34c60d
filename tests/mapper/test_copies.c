/* Layers that are stored several times. */
#include <stdlib.h>
#include <string.h>

#include "fast_assert.h"
#include "mapped.h"
#include "suite.h"

static struct mapped map;

/* ---- what every placement with copies must hold ---- */

/* Output row y of a layer: its workers hold every block once, and each column
 * range reduces among them. */
static void check_row(uint32_t layer, uint32_t y)
{
	const struct sqz_placement *p = &map.placement;
	uint32_t blocks = map.net.blocks[layer].count;
	uint32_t next_block = 0, channels = 0;

	for (uint32_t w = p->first_worker[layer];
	     w < p->first_worker[layer + 1]; w++) {
		const struct sqz_worker *worker = &p->workers[w];
		const struct sqz_worker *reducer = &p->workers[worker->reducer];
		if (y < worker->y0 || y >= worker->y1)
			continue;
		FAST_ASSERT(worker->first_block, ==, blocks ? next_block : 0);
		next_block += worker->block_count;
		FAST_ASSERT(reducer->layer, ==, layer);
		FAST_ASSERT(reducer->y0, ==, worker->y0);
		FAST_ASSERT(reducer->y1, ==, worker->y1);
		if (worker->reducer == w)
			channels += worker->n1 - worker->n0;
	}
	FAST_ASSERT(next_block, ==, blocks);
	FAST_ASSERT(
	    channels, ==,
	    sqz_qlayer_written(&map.net.net, &map.net.net.layers[layer]));
}

static void check_rows(void)
{
	const struct sqz_qnet *net = &map.net.net;
	const struct sqz_placement *p = &map.placement;

	for (uint32_t i = 0; i < net->layer_count; i++) {
		uint32_t height = net->tensors[net->layers[i].output].height;
		uint32_t copies = sqz_layer_copies(p, i);
		FAST_ASSERT(copies, <=, map.config.place.copies);
		FAST_ASSERT(copies, ==, p->runs[i].copies);
		FAST_ASSERT(p->runs[i].worker_count % copies, ==, 0);
		for (uint32_t y = 0; y < height; y++)
			check_row(i, y);
		for (uint32_t w = p->first_worker[i];
		     w < p->first_worker[i + 1]; w++) {
			uint32_t rows = p->workers[w].y1 - p->workers[w].y0;
			FAST_ASSERT(rows, >=, height / copies);
			FAST_ASSERT(rows, <=, (height + copies - 1) / copies);
		}
	}
}

static uint32_t all_copies(void)
{
	uint32_t copies = 0;

	for (uint32_t i = 0; i < map.net.net.layer_count; i++)
		copies += sqz_layer_copies(&map.placement, i);
	return copies;
}

static const char *const CHIPS[] = {
	"place.copies=2",
	"place.copies=1024 noc.width=12 noc.height=12",
	"place.copies=8 noc.width=4 noc.height=4 chip.buffers=1 "
	"tile.arrays=120",
	"place.copies=5 tile.array_rows=48 tile.array_columns=16 "
	"tile.arrays=96 tile.slots=5 place.contexts=3",
	"place.copies=16 tile.edram_kib=3 place.chains=on",
	"place.copies=4 place.policy=scattered",
};
#define CHIP_COUNT (int)(sizeof(CHIPS) / sizeof(CHIPS[0]))

START_TEST(rows_are_made_once)
{
	mapped_all_kinds(&map, 1 + (uint64_t)_i / CHIP_COUNT,
			 CHIPS[_i % CHIP_COUNT]);
	check_rows();
	ck_assert_uint_gt(all_copies(), map.net.net.layer_count);
	mapped_free(&map);
}
END_TEST

/* ---- which layers get them ---- */

/* Layers of 16 channels on 16 arrays each; the i-th makes sizes[i] rows and
 * columns. */
static void make(const uint32_t *sizes, uint32_t count, const char *overrides)
{
	uint64_t seed = 7;

	map = (struct mapped){ .form = SQZ_SIGN_DIFFERENTIAL };
	random_net_begin(&map.net.net, sizes[0], sizes[0], 16, &seed);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t before = i ? sizes[i - 1] : sizes[0];
		const struct layer_spec spec = {
			.kind = SQZ_STEP_MVM,
			.input = i,
			.residual = SQZ_NO_TENSOR,
			.out_channels = 16,
			.stride = before / sizes[i],
		};
		random_net_add(&map.net.net, &spec, &seed);
	}
	mapped_chip(&map, overrides);
	mapped_slice(&map, 8, 0);
	mapped_place(&map);
}

/* 9 nodes without controller, flash, DRAM and buffer: 5 tiles. */
#define FIVE_TILES                                                             \
	"noc.width=3 noc.height=3 chip.buffers=1 chip.dram_controllers=1 "

static void check_copies(const uint32_t *sizes, uint32_t count,
			 const char *overrides, const uint32_t *copies)
{
	make(sizes, count, overrides);
	for (uint32_t i = 0; i < count; i++)
		ck_assert_uint_eq(sqz_layer_copies(&map.placement, i),
				  copies[i]);
	check_rows();
	mapped_free(&map);
}

START_TEST(slow_layers_first)
{
	const uint32_t sizes[] = { 16, 8, 4 };

	/* 256, 64 and 16 positions, arrays for two more copies. */
	check_copies(sizes, 3, FIVE_TILES "tile.arrays=16 place.copies=9",
		     (const uint32_t[]){ 3, 1, 1 });
	/* One copy of the first makes half of its rows, 128. */
	check_copies(sizes, 3, FIVE_TILES "tile.arrays=16 place.copies=2",
		     (const uint32_t[]){ 2, 2, 1 });
	/* Seven more. 4 copies of the first are as fast as one of the second,
	 * 64 positions; 6 make 48, 2 of the second 32; 8 of the first do not
	 * fit, and the last one is the second's. */
	check_copies(sizes, 3, FIVE_TILES "tile.arrays=32 place.copies=9",
		     (const uint32_t[]){ 6, 3, 1 });
	check_copies(sizes, 3, FIVE_TILES "tile.arrays=16",
		     (const uint32_t[]){ 1, 1, 1 });
}
END_TEST

/* 7 rows: 4 copies make two at most, and so would 5 or 6. */
START_TEST(no_copy_for_nothing)
{
	const uint32_t size = 7;

	check_copies(&size, 1, "place.copies=3", (const uint32_t[]){ 3 });
	check_copies(&size, 1, "place.copies=6", (const uint32_t[]){ 4 });
	check_copies(&size, 1, "place.copies=7", (const uint32_t[]){ 7 });
	check_copies(&size, 1, "place.copies=1024", (const uint32_t[]){ 7 });
}
END_TEST

/* Tiles of 24 arrays hold one layer's 16 each: 80 of 120 arrays can be used. */
START_TEST(fewer_where_tiles_have_no_room)
{
	const uint32_t sizes[] = { 16, 16 };

	check_copies(sizes, 2, FIVE_TILES "tile.arrays=24 place.copies=9",
		     (const uint32_t[]){ 3, 2 });
	/* Slots. */
	check_copies(sizes, 2,
		     FIVE_TILES "tile.arrays=999 tile.slots=1 place.copies=9",
		     (const uint32_t[]){ 3, 2 });
}
END_TEST

/* Poolings take slots only. */
START_TEST(vector_layers_have_copies)
{
	uint64_t seed = 7;
	const struct layer_spec pool = { .kind = SQZ_STEP_MAXPOOL,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 32,
					 .kernel_h = 3,
					 .kernel_w = 3,
					 .pad = 1 };

	map = (struct mapped){ 0 };
	random_net_begin(&map.net.net, 8, 8, 32, &seed);
	random_net_add(&map.net.net, &pool, &seed);
	mapped_chip(&map, "place.copies=4");
	mapped_slice(&map, 8, 0);
	mapped_place(&map);
	ck_assert_uint_eq(sqz_layer_copies(&map.placement, 0), 4);
	check_rows();
	/* Rows 0 and 1 of the output need rows 0 to 2 of the input, 6 and 7
	 * rows 5 to 7. */
	struct sqz_rows top =
	    sqz_worker_input_rows(&map.net.net, &map.placement.workers[0]);
	struct sqz_rows bottom =
	    sqz_worker_input_rows(&map.net.net, &map.placement.workers[3]);
	ck_assert_uint_eq(top.first, 0);
	ck_assert_uint_eq(top.end, 3);
	ck_assert_uint_eq(bottom.first, 5);
	ck_assert_uint_eq(bottom.end, 8);
	mapped_free(&map);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("copies");
	TCase *tests = tcase_create("copies");

	tcase_add_loop_test(tests, rows_are_made_once, 0, CHIP_COUNT * 6);
	tcase_add_test(tests, slow_layers_first);
	tcase_add_test(tests, no_copy_for_nothing);
	tcase_add_test(tests, fewer_where_tiles_have_no_room);
	tcase_add_test(tests, vector_layers_have_copies);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
