/* Steps that make some rows of outputs. */
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "tile_suites.h"

static struct layer layer;

/* Two tiles make rows y0..y1 together, if there are rows of the matrix to
 * share. */
struct copy {
	struct share shares[2];
	uint32_t count;
};

static struct copy make_copy(uint32_t tile, uint32_t y0, uint32_t y1)
{
	uint32_t half = layer.in_c / 2 * layer.kernel_h * layer.kernel_w;
	uint16_t node = (uint16_t)(HARNESS_TILE0 + tile);
	struct copy copy = {
		{ { tile, 0, { .y0 = y0, .y1 = y1 } },
		  { tile + 1, 1, { .y0 = y0, .y1 = y1 } } },
		1,
	};

	if (layer.kind != SQZ_STEP_MVM || half == 0)
		return copy;
	copy.count = 2;
	copy.shares[0].part.k0 = half;
	copy.shares[0].part.remote_workers = 1;
	copy.shares[0].part.workers[0] =
	    (struct sqz_participant){ (uint16_t)(node + 1), 1 };
	copy.shares[1].part.k1 = half;
	copy.shares[1].part.worker_only = true;
	copy.shares[1].part.reducer_node = node;
	return copy;
}

static void run_shares(const struct share *shares, uint32_t count,
		       uint32_t window, sqz_ps jitter_ps)
{
	struct harness_options options = harness_options(4);
	struct sqz_tile_config config = harness_config();
	struct scene s;

	config.arrays = 1024;
	config.psum_window = window;
	options.jitter_ps = jitter_ps;
	scene_open(&s, &layer, shares, count, &options, &config);
	for (uint32_t run = 1; run <= 2; run++) {
		scene_start(&s, run, 0);
		harness_drain(s.h);
		scene_check(&s);
	}
	scene_close(&s);
}

/* Rows 0..cut in one copy, the rest in the other, for every cut. */
static void run_cuts(void)
{
	for (uint32_t cut = 1; cut < layer.out_h; cut++) {
		struct copy low = make_copy(0, 0, cut);
		struct copy high = make_copy(2, cut, layer.out_h);
		struct share shares[4];

		memcpy(shares, low.shares, sizeof(low.shares));
		memcpy(shares + low.count, high.shares, sizeof(high.shares));
		run_shares(shares, low.count + high.count, 1 + cut % 5,
			   cut % 2 * 40000);
	}
}

START_TEST(matrices)
{
	static const struct layer_shape shapes[] = {
		/* h, w, in, out, kernel, stride, dilation, pad */
		{ 7, 5, 4, 4, 1, 1, 1, 0 }, { 6, 7, 4, 20, 3, 1, 1, 1 },
		{ 9, 8, 5, 6, 3, 2, 1, 1 }, { 11, 6, 2, 3, 3, 1, 2, 2 },
		{ 8, 8, 6, 7, 1, 2, 1, 0 }, { 9, 9, 3, 2, 2, 3, 1, 0 },
		{ 5, 5, 2, 3, 3, 1, 3, 3 },
	};

	for (unsigned i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		layer_random(&layer, SQZ_STEP_MVM, &shapes[i], i % 3, i);
		layer.residual = i & 1;
		run_cuts();
	}
}
END_TEST

START_TEST(vectors)
{
	const struct layer_shape pool = { 9, 7, 20, 20, 3, 2, 1, 1 };
	const struct layer_shape add = { 6, 5, 20, 20, 1, 1, 1, 0 };
	const struct layer_shape copy = { 5, 4, 9, 9, 1, 1, 1, 2 };

	layer_random(&layer, SQZ_STEP_MAXPOOL, &pool, 0, 1);
	run_cuts();
	layer_random(&layer, SQZ_STEP_AVGPOOL, &pool, 0, 2);
	run_cuts();
	layer_random(&layer, SQZ_STEP_ADD, &add, 0, 3);
	run_cuts();
	layer_random(&layer, SQZ_STEP_COPY, &copy, 0, 4);
	run_cuts();
}
END_TEST

/* 3 x 3, stride 2, padding 1: rows 2..4 of outputs need rows 3..8 of the input
 * (12 rows of 8 pixels of 3 bytes) and rows 2..4 of the residual. */
START_TEST(only_what_is_needed)
{
	const struct layer_shape shape = { 12, 8, 3, 5, 3, 2, 1, 1 };
	const struct harness_options options = harness_options(1);
	struct sqz_tile_config config = harness_config();
	const struct share share = { 0, 0, { .y0 = 2, .y1 = 4 } };
	struct scene s;
	const struct sqz_tile_counters *total;

	config.arrays = 1024;
	config.index_positions = 8;
	layer_random(&layer, SQZ_STEP_MVM, &shape, 0, 1);
	layer.residual = true;
	ck_assert_uint_eq(layer.out_h, 6);
	ck_assert_uint_eq(layer.out_w, 4);
	scene_open(&s, &layer, &share, 1, &options, &config);
	/* The rest of the output is somebody else's. */
	memset(s.wanted, 0, 2 * 4 * 5);
	memset(s.wanted + 4 * 4 * 5, 0, 2 * 4 * 5);
	harness_forget_reads(s.h);
	scene_start(&s, 1, 0);
	harness_drain(s.h);
	scene_check(&s);
	ck_assert_uint_eq(s.h->read_begin, s.in + 3 * 8 * 3);
	ck_assert_uint_eq(s.h->read_end, s.residual + 4 * 4 * 5);
	total = sqz_tile_layer(s.h->nodes[HARNESS_TILE0].tile, SCENE_LAYER);
	ck_assert_uint_eq(total->positions, 8);
	ck_assert_uint_eq(total->outputs, 8);
	ck_assert_uint_eq(total->read_bytes, 5 * 8 * 3 + 8 * 5);
	ck_assert_uint_eq(total->write_bytes, 8 * 5);
	scene_close(&s);
}
END_TEST

struct passes {
	uint32_t positions[16];
	sqz_ps begins[16];
	uint32_t count;
};

static void on_pass(void *context, const struct sqz_tile_event *event)
{
	struct passes *passes = context;

	passes->begins[passes->count] = event->begin;
	passes->positions[passes->count++] = event->position;
}

/* The same times as for a picture of that row alone (see test_protocol.c):
 * passes at 25, 105 and 185 ns, DONE at 322; positions count all rows. */
START_TEST(time_of_a_row)
{
	const struct layer_shape shape = { 3, 3, 4, 8, 1, 1, 1, 0 };
	const struct harness_options options = harness_options(1);
	const struct sqz_tile_config config = harness_config();
	const struct layer_part part = { .y0 = 1,
					 .y1 = 2,
					 .twos_complement = true };
	struct passes passes = { .count = 0 };
	const struct sqz_tile_observer observer = { .context = &passes,
						    .pass = on_pass };
	struct harness *h = harness_create(&options, &config, &observer);
	struct harness_run run = { .run = 1 };

	layer_random(&layer, SQZ_STEP_MVM, &shape, 0, 1);
	struct layer_blob blob = layer_blob(&layer, &part);
	run.in = harness_alloc(h, layer_in_bytes(&layer));
	run.out = harness_alloc(h, layer_out_bytes(&layer));
	ck_assert_uint_eq(harness_program(h, 0, 0, blob.bytes, 0), SQZ_OK);
	sqz_ps origin = h->now;
	harness_start(h, &run);
	harness_drain(h);
	ck_assert_uint_eq(h->now - origin, 322000);
	ck_assert_uint_eq(passes.count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		ck_assert_uint_eq(passes.positions[i], 3 + i);
		ck_assert_uint_eq(passes.begins[i] - origin, 25000 + i * 80000);
	}
	layer_blob_free(&blob);
	harness_destroy(h);
}
END_TEST

TCase *sqz_rows_tests(void)
{
	TCase *tests = tcase_create("rows");

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, matrices);
	tcase_add_test(tests, vectors);
	tcase_add_test(tests, only_what_is_needed);
	tcase_add_test(tests, time_of_a_row);
	return tests;
}
