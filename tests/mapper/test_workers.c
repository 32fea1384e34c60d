/* Layers cut into workers. */
#include "workers.h"

#include <stdlib.h>
#include <string.h>

#include "fast_assert.h"
#include "mapped.h"
#include "random.h"
#include "suite.h"

static struct sqz_error err;

struct shape {
	uint32_t size, in, out, kernel, groups; /* size x size x in */
};

static const struct shape SHAPES[] = {
	{ 1, 1, 1, 1, 1 },     { 1, 300, 1, 1, 1 },   { 1, 1, 300, 1, 1 },
	{ 1, 400, 120, 1, 1 }, { 9, 3, 16, 3, 1 },    { 9, 16, 70, 3, 1 },
	{ 7, 64, 130, 3, 1 },  { 5, 129, 127, 1, 1 }, { 9, 37, 37, 3, 37 },
	{ 9, 60, 60, 5, 60 },  { 6, 8, 12, 3, 2 },    { 6, 80, 90, 3, 2 },
	{ 4, 30, 15, 3, 5 },   { 6, 20, 40, 3, 20 },  { 16, 10, 7, 7, 1 },
};
#define SHAPE_COUNT (int)(sizeof(SHAPES) / sizeof(SHAPES[0]))

static const char *const CHIPS[] = {
	"tile.arrays=24",
	"tile.arrays=16",
	"tile.arrays=500",
	"tile.arrays=40 tile.edram_kib=2",
	"tile.arrays=33 tile.array_rows=32 tile.array_columns=24",
	"tile.arrays=100 tile.array_rows=9 tile.array_columns=8",
};
#define CHIP_COUNT (int)(sizeof(CHIPS) / sizeof(CHIPS[0]))

static struct mapped map;

static void make_layer(const struct shape *shape, uint64_t seed)
{
	const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = shape->out,
					 .kernel_h = shape->kernel,
					 .kernel_w = shape->kernel,
					 .pad = shape->kernel / 2,
					 .groups = shape->groups };

	random_net_begin(&map.net.net, shape->size, shape->size, shape->in,
			 &seed);
	random_net_add(&map.net.net, &spec, &seed);
}

static int cut(void)
{
	return sqz_cut_layer(&map.net, 0, map.form, &map.config, &map.placement,
			     &err);
}

static const struct sqz_weight_block *block_at(uint32_t index)
{
	return &map.net.blocks[0].blocks[index];
}

/* Every weight of the layer lies in one block of one worker. */
static void check_cover(const struct shape *shape)
{
	uint32_t rows = shape->in * shape->kernel * shape->kernel;
	uint8_t *seen = calloc((size_t)rows * shape->out, 1);

	for (uint32_t w = 0; w < map.placement.worker_count; w++) {
		const struct sqz_worker *worker = &map.placement.workers[w];
		FAST_ASSERT(worker->block_count, >=, 1);
		for (uint32_t b = 0; b < worker->block_count; b++) {
			const struct sqz_weight_block *block =
			    block_at(worker->first_block + b);
			for (uint32_t i = 0; i < block->rows * block->cols; i++)
				seen[(size_t)(block->row0 + i / block->cols) *
					 shape->out +
				     block->col0 + i % block->cols]++;
		}
	}
	for (uint32_t k = 0; k < rows; k++)
		for (uint32_t n = 0; n < shape->out; n++) {
			bool own = k / (rows / shape->groups) ==
				   n / (shape->out / shape->groups);
			uint8_t times = seen[(size_t)k * shape->out + n];
			if (own)
				FAST_ASSERT(times, ==, 1);
			else
				FAST_ASSERT(times, <=, 1);
		}
	free(seen);
}

/* The rectangle is the least that holds the blocks, the channels the least that
 * hold its rows, and the tile takes it. */
static void check_worker(const struct sqz_worker *worker, uint32_t area)
{
	uint32_t k0 = UINT32_MAX, k1 = 0, n0 = UINT32_MAX, n1 = 0, arrays = 0;

	for (uint32_t b = 0; b < worker->block_count; b++) {
		const struct sqz_weight_block *block =
		    block_at(worker->first_block + b);
		struct sqz_planes planes;
		uint32_t row1 = block->row0 + block->rows;
		uint32_t col1 = block->col0 + block->cols;
		k0 = block->row0 < k0 ? block->row0 : k0;
		k1 = row1 > k1 ? row1 : k1;
		n0 = block->col0 < n0 ? block->col0 : n0;
		n1 = col1 > n1 ? col1 : n1;
		FAST_ASSERT(sqz_block_planes(block, map.form, &planes, &err),
			    ==, 0);
		arrays += planes.count;
		sqz_planes_free(&planes);
	}
	FAST_ASSERT(worker->k0, ==, k0);
	FAST_ASSERT(worker->k1, ==, k1);
	FAST_ASSERT(worker->n0, ==, n0);
	FAST_ASSERT(worker->n1, ==, n1);
	FAST_ASSERT(worker->arrays, ==, arrays);
	FAST_ASSERT(worker->fetch_c0 * area, <=, k0);
	FAST_ASSERT((worker->fetch_c0 + 1) * area, >, k0);
	FAST_ASSERT(worker->fetch_c1 * area, >=, k1);
	FAST_ASSERT((worker->fetch_c1 - 1) * area, <, k1);
	FAST_ASSERT(arrays, <=, map.config.tile.arrays);
	FAST_ASSERT(sqz_worker_line_bytes(&map.net.net, worker), <=,
		    map.config.tile.edram_kib * 1024);
}

/* Reducers own every column once; their workers stand behind them, hold the
 * same columns and other rows. */
static void check_reducers(uint32_t columns)
{
	uint8_t *owned = calloc(columns, 1);

	for (uint32_t w = 0; w < map.placement.worker_count; w++) {
		const struct sqz_worker *worker = &map.placement.workers[w];
		const struct sqz_worker *reducer =
		    &map.placement.workers[worker->reducer];
		FAST_ASSERT(worker->reducer, <=, w);
		FAST_ASSERT(reducer->reducer, ==, worker->reducer);
		FAST_ASSERT(worker->n0, ==, reducer->n0);
		FAST_ASSERT(worker->n1, ==, reducer->n1);
		if (worker->reducer == w)
			for (uint32_t n = worker->n0; n < worker->n1; n++)
				owned[n]++;
		else
			FAST_ASSERT(worker->k0, >=, worker[-1].k1);
	}
	for (uint32_t n = 0; n < columns; n++)
		FAST_ASSERT(owned[n], ==, 1);
	free(owned);
}

/* Only a column range that no tile takes whole has several workers. */
static void check_splits(void)
{
	const struct sqz_worker *workers = map.placement.workers;

	for (uint32_t w = 1; w < map.placement.worker_count; w++) {
		if (workers[w].reducer == w)
			continue;
		const struct sqz_worker *first = &workers[workers[w].reducer];
		uint32_t arrays = 0;
		struct sqz_worker whole = *first;
		for (const struct sqz_worker *part = first;
		     part < workers + map.placement.worker_count &&
		     part->reducer == workers[w].reducer;
		     part++) {
			arrays += part->arrays;
			whole.fetch_c1 = part->fetch_c1;
		}
		uint64_t line = sqz_worker_line_bytes(&map.net.net, &whole);
		if (line <= map.config.tile.edram_kib * 512u)
			FAST_ASSERT(arrays, >, map.config.tile.arrays);
	}
}

START_TEST(cuts_are_sound)
{
	const struct shape *shape = &SHAPES[_i / CHIP_COUNT];

	for (int form = 0; form < 2; form++)
		for (unsigned x = 0; x < 4; x += 3) {
			map = (struct mapped){ .form = form };
			mapped_chip(&map, CHIPS[_i % CHIP_COUNT]);
			make_layer(shape, 7 + (uint64_t)_i);
			mapped_slice(&map, 8, x);
			if (cut())
				ck_abort_msg("%s", err.text);
			check_cover(shape);
			for (uint32_t w = 0; w < map.placement.worker_count;
			     w++)
				check_worker(&map.placement.workers[w],
					     shape->kernel * shape->kernel);
			check_reducers(shape->out);
			check_splits();
			mapped_free(&map);
		}
}
END_TEST

/* 1 x 1 kernel, full planes: every block needs 16 arrays. */
static void cut_dense(uint32_t in, uint32_t out, const char *overrides)
{
	const struct shape shape = { 1, in, out, 1, 1 };

	map = (struct mapped){ .form = SQZ_SIGN_DIFFERENTIAL };
	mapped_chip(&map, overrides);
	make_layer(&shape, 5);
	mapped_slice(&map, 8, 0);
	for (uint32_t b = 0; b < map.net.blocks[0].count; b++)
		ck_assert_uint_eq(sqz_block_array_count(block_at(b), map.form),
				  16);
	if (cut())
		ck_abort_msg("%s", err.text);
}

static void check_lengths(const uint32_t *lengths, uint32_t count, bool shared)
{
	ck_assert_uint_eq(map.placement.worker_count, count);
	for (uint32_t i = 0; i < count; i++) {
		const struct sqz_worker *worker = &map.placement.workers[i];
		ck_assert_uint_eq(worker->block_count, lengths[i]);
		ck_assert_uint_eq(worker->reducer, shared ? 0 : i);
	}
	mapped_free(&map);
}

START_TEST(pieces_are_few_and_equal)
{
	/* 10 blocks along K, 3 to a tile: 3 + 3 + 2 + 2, not 3 + 3 + 3 + 1. */
	const uint32_t ten[] = { 3, 3, 2, 2 };
	cut_dense(1280, 128, "tile.arrays=48");
	check_lengths(ten, 4, true);
	/* 4 column ranges of one block, 3 to a tile. */
	const uint32_t four[] = { 2, 2 };
	cut_dense(128, 512, "tile.arrays=48");
	check_lengths(four, 2, false);
	/* All of it in one tile. */
	const uint32_t six[] = { 6 };
	cut_dense(384, 256, "tile.arrays=96");
	check_lengths(six, 1, false);
	/* Whole column ranges of 3 blocks, one tile each. */
	const uint32_t pair[] = { 3, 3 };
	cut_dense(384, 256, "tile.arrays=95");
	check_lengths(pair, 2, false);
	/* The last column range is narrower, not cheaper. */
	const uint32_t odd[] = { 3, 3, 3 };
	cut_dense(384, 257, "tile.arrays=48");
	check_lengths(odd, 3, false);
}
END_TEST

/* Equal shares are given up where they would take more pieces: blocks of 2, 2,
 * 2, 2, 16 and 16 arrays on tiles of 24. */
START_TEST(few_comes_before_equal)
{
	const struct shape shape = { 1, 768, 128, 1, 1 };
	const uint32_t lengths[] = { 5, 1 };

	map = (struct mapped){ .form = SQZ_SIGN_DIFFERENTIAL };
	mapped_chip(&map, "tile.arrays=24");
	make_layer(&shape, 5);
	struct sqz_qlayer *layer = &map.net.net.layers[0];
	for (size_t i = 0; i < layer->weight_count; i++)
		if (i % 768 < 512)
			layer->weights[i] = i % 2 ? 1 : -1;
	mapped_slice(&map, 8, 0);
	ck_assert_int_eq(cut(), 0);
	check_lengths(lengths, 2, true);
}
END_TEST

START_TEST(zeros_take_no_arrays)
{
	const struct shape shape = { 4, 200, 150, 3, 1 };

	map = (struct mapped){ .form = SQZ_SIGN_TWOS_COMPLEMENT };
	mapped_chip(&map, "tile.arrays=1");
	make_layer(&shape, 5);
	struct sqz_qlayer *layer = &map.net.net.layers[0];
	memset(layer->weights, 0, layer->weight_count * sizeof(int16_t));
	mapped_slice(&map, 8, 2);
	ck_assert_int_eq(cut(), 0);
	ck_assert_uint_eq(map.placement.worker_count, 1);
	ck_assert_uint_eq(map.placement.workers[0].arrays, 0);
	check_cover(&shape);
	mapped_free(&map);
}
END_TEST

START_TEST(block_that_fits_no_tile)
{
	const struct shape shape = { 40, 128, 30, 3, 1 };

	map = (struct mapped){ .form = SQZ_SIGN_DIFFERENTIAL };
	mapped_chip(&map, "tile.arrays=15");
	make_layer(&shape, 5);
	mapped_slice(&map, 8, 0);
	ck_assert_int_eq(cut(), -1);
	ck_assert_str_eq(err.text, "layer layer: 128 rows of its weights take "
				   "16 arrays and 1245 bytes of eDRAM; a tile "
				   "has 15 and 65536");
	mapped_free(&map);

	/* 2 rows of 40 pixels and 3 more, 15 channels. */
	map = (struct mapped){ .form = SQZ_SIGN_DIFFERENTIAL };
	mapped_chip(&map, "tile.edram_kib=1");
	make_layer(&shape, 5);
	mapped_slice(&map, 8, 0);
	ck_assert_int_eq(cut(), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "1245 bytes of eDRAM"));
	mapped_free(&map);

	/* One block may fill more than half. */
	map = (struct mapped){ .form = SQZ_SIGN_DIFFERENTIAL };
	mapped_chip(&map, "tile.edram_kib=2");
	make_layer(&shape, 5);
	mapped_slice(&map, 8, 0);
	ck_assert_int_eq(cut(), 0);
	ck_assert_uint_eq(map.placement.worker_count, 9);
	mapped_free(&map);
}
END_TEST

/* ---- vector steps ---- */

static int cut_pool(uint32_t size, uint32_t channels, uint32_t kernel,
		    const char *overrides)
{
	uint64_t seed = 3;
	const struct layer_spec spec = { .kind = SQZ_STEP_MAXPOOL,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = channels,
					 .kernel_h = kernel,
					 .kernel_w = kernel };

	map = (struct mapped){ 0 };
	mapped_chip(&map, overrides);
	random_net_begin(&map.net.net, size, size, channels, &seed);
	random_net_add(&map.net.net, &spec, &seed);
	mapped_slice(&map, 8, 0);
	return cut();
}

START_TEST(channels_of_pooling)
{
	/* 2 x 2 windows of 30 pixels a row: 32 pixels, 16 channels fill half
	 * of 1 KiB. 40 channels: 13 + 13 + 14. */
	ck_assert_int_eq(cut_pool(30, 40, 2, "tile.edram_kib=1"), 0);
	ck_assert_uint_eq(map.placement.worker_count, 3);
	uint32_t next = 0;
	for (uint32_t i = 0; i < 3; i++) {
		const struct sqz_worker *worker = &map.placement.workers[i];
		ck_assert_uint_eq(worker->n0, next);
		next = worker->n1;
		ck_assert_uint_eq(worker->fetch_c0, worker->n0);
		ck_assert_uint_eq(worker->fetch_c1, worker->n1);
		ck_assert_uint_ge(worker->n1 - worker->n0, 13);
		ck_assert_uint_le(worker->n1 - worker->n0, 14);
		ck_assert_uint_eq(worker->reducer, i);
		ck_assert_uint_eq(worker->arrays, 0);
	}
	ck_assert_uint_eq(next, 40);
	mapped_free(&map);

	ck_assert_int_eq(cut_pool(30, 40, 2, NULL), 0);
	ck_assert_uint_eq(map.placement.worker_count, 1);
	mapped_free(&map);

	/* The whole map, one channel a tile: more than half is allowed. */
	ck_assert_int_eq(cut_pool(30, 5, 30, "tile.edram_kib=1"), 0);
	ck_assert_uint_eq(map.placement.worker_count, 5);
	mapped_free(&map);

	ck_assert_int_eq(cut_pool(33, 5, 33, "tile.edram_kib=1"), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "1089 bytes of eDRAM"));
	mapped_free(&map);
}
END_TEST

/* ---- line buffers ---- */

/* Most pixels from the oldest that is still needed to the newest one. */
static uint32_t span_slow(const struct sqz_qlayer *layer,
			  const struct sqz_qtensor *in,
			  const struct sqz_qtensor *out)
{
	int64_t span = 0;
	int64_t oldest = INT64_MAX;

	for (int64_t p = (int64_t)out->height * out->width - 1; p >= 0; p--) {
		int64_t newest = -1;
		for (uint32_t t = 0; t < layer->kernel_h * layer->kernel_w;
		     t++) {
			int64_t y = p / out->width * layer->stride_y -
				    layer->pad_top +
				    t / layer->kernel_w * layer->dilation_y;
			int64_t x = p % out->width * layer->stride_x -
				    layer->pad_left +
				    t % layer->kernel_w * layer->dilation_x;
			if (y < 0 || y >= in->height || x < 0 || x >= in->width)
				continue;
			int64_t pixel = y * in->width + x;
			newest = pixel > newest ? pixel : newest;
			oldest = pixel < oldest ? pixel : oldest;
		}
		if (newest >= 0 && newest - oldest + 1 > span)
			span = newest - oldest + 1;
	}
	return (uint32_t)span;
}

START_TEST(line_buffers_hold_every_window)
{
	uint64_t state = 99;

	for (int i = 0; i < 500; i++) {
		struct layer_spec spec = {
			.kind = SQZ_STEP_MVM,
			.residual = SQZ_NO_TENSOR,
			.out_channels = 1,
			.kernel_h = (uint32_t)random_between(&state, 1, 4),
			.kernel_w = (uint32_t)random_between(&state, 1, 4),
			.stride = (uint32_t)random_between(&state, 1, 4),
			.dilation = (uint32_t)random_between(&state, 1, 3),
			.pad = (uint32_t)random_between(&state, 0, 3),
		};
		uint32_t height = (uint32_t)random_between(&state, 10, 14);
		uint32_t width = (uint32_t)random_between(&state, 10, 14);
		struct sqz_qnet net;
		random_net_begin(&net, height, width, 3, &state);
		random_net_add(&net, &spec, &state);
		const struct sqz_worker worker = { .fetch_c0 = 0,
						   .fetch_c1 = 1 };
		uint32_t span =
		    span_slow(&net.layers[0], &net.tensors[0], &net.tensors[1]);
		uint64_t bytes = sqz_worker_line_bytes(&net, &worker);
		FAST_ASSERT(bytes, >=, span);
		/* Where windows overlap by rows it is exact. */
		if (spec.dilation == 1 && spec.stride == 1 && spec.pad == 0)
			FAST_ASSERT(bytes, ==, span);
		sqz_qnet_free(&net);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("workers");
	TCase *tests = tcase_create("workers");

	tcase_add_loop_test(tests, cuts_are_sound, 0, SHAPE_COUNT * CHIP_COUNT);
	tcase_add_test(tests, pieces_are_few_and_equal);
	tcase_add_test(tests, few_comes_before_equal);
	tcase_add_test(tests, zeros_take_no_arrays);
	tcase_add_test(tests, block_that_fits_no_tile);
	tcase_add_test(tests, channels_of_pooling);
	tcase_add_test(tests, line_buffers_hold_every_window);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
