/* Layers in several parts: sums of int32 go out, and come in again. */
#include <stdlib.h>
#include <string.h>

#include "mapper/fast_assert.h"
#include "scene.h"
#include "tile_suites.h"

static struct layer layer;

/* Rows 0..30, 30..75 and 75..108, each in a reducer and a worker; the last part
 * has the bias and the residual. */
#define PART(from, middle, to, extra)                                          \
	{                                                                      \
		{ 0,                                                           \
		  0,                                                           \
		  { .k0 = from,                                                \
		    .k1 = middle,                                              \
		    .flags = extra,                                            \
		    .remote_workers = 1,                                       \
		    .workers = { { HARNESS_TILE0 + 1, 2 } } } },               \
		    { 1,                                                       \
		      2,                                                       \
		      { .k0 = middle,                                          \
			.k1 = to,                                              \
			.worker_only = true,                                   \
			.reducer_node = HARNESS_TILE0 } },                     \
	}

static const struct share PARTS[3][2] = {
	PART(0, 10, 30, SQZ_STEP_F_PARTIAL_OUT),
	PART(30, 60, 75, SQZ_STEP_F_PARTIAL_OUT | SQZ_STEP_F_PARTIAL_IN),
	PART(75, 76, 108, SQZ_STEP_F_PARTIAL_IN),
};

static void make_layer(uint64_t seed)
{
	const struct layer_shape shape = { 6, 7, 12, 20, 3, 1, 1, 1 };

	layer_random(&layer, SQZ_STEP_MVM, &shape, 2, seed);
	layer.residual = seed & 1;
}

static uint32_t word_bytes(void)
{
	return layer.out_h * layer.out_w * layer.out_c * 4;
}

/* Sums of rows 0..30, by loops over the window. */
static int32_t first_part(const uint8_t *in, uint32_t p, uint32_t n)
{
	int32_t sum = 0;

	for (uint32_t k = 0; k < 30; k++) {
		int y = (int)(p / 7 + k / 3 % 3) - 1;
		int x = (int)(p % 7 + k % 3) - 1;
		bool inside = y >= 0 && y < 6 && x >= 0 && x < 7;
		int value =
		    inside ? in[(y * 7 + x) * 12 + (int)k / 9] : layer.z_in;

		sum += value * layer.weights[n][k] * (1 << layer.shifts[k]);
	}
	return sum;
}

static void check_first(const struct scene *s, uint64_t sums)
{
	const uint8_t *in = harness_at(s->h, s->in);

	for (uint32_t p = 0; p < 42; p++)
		for (uint32_t n = 0; n < 20; n++) {
			int32_t sum;

			memcpy(&sum, harness_at(s->h, sums) + 4 * (p * 20 + n),
			       4);
			FAST_ASSERT(sum, ==, first_part(in, p, n));
		}
}

static void run_parts(const struct harness_options *options,
		      const struct sqz_tile_config *config)
{
	struct scene s;
	uint64_t scratch[3], last;

	scene_open(&s, &layer, PARTS[0], 2, options, config);
	scratch[0] = 0; /* nothing comes in */
	scratch[1] = harness_alloc(s.h, word_bytes());
	scratch[2] = harness_alloc(s.h, word_bytes());
	last = s.out;
	for (uint32_t part = 0; part < 3; part++) {
		if (part)
			scene_program(s.h, &layer, PARTS[part], 2);
		s.shares = PARTS[part];
		s.partial = scratch[part];
		s.out = part < 2 ? scratch[part + 1] : last;
		s.h->done_count = 0;
		for (uint32_t i = 0; i < 2; i++)
			scene_start_one(&s, i, part + 1, 0);
		harness_drain(s.h);
		ck_assert_uint_eq(s.h->done_count, 2);
		ck_assert_uint_eq(s.h->dones[0].status, SQZ_OK);
	}
	check_first(&s, scratch[1]);
	scene_check(&s);
	scene_close(&s);
}

START_TEST(three_parts)
{
	struct harness_options options = harness_options(2);
	struct sqz_tile_config config = harness_config();

	config.arrays = 1024;
	for (unsigned i = 0; i < 12; i++) {
		make_layer(i);
		config.psum_window = 1 + i % 5;
		config.max_payload_bytes = i % 3 ? 64 : 24;
		config.fetch_bytes = i % 4 ? 64 : 7;
		options.send_limit = 1 + i % 3;
		options.jitter_ps = i < 6 ? 0 : 40000;
		run_parts(&options, &config);
	}
}
END_TEST

/* Columns 5..12 of rows 2..4 only, from sums that are there already; the
 * largest sums wrap around. */
START_TEST(some_rows_and_columns)
{
	const struct harness_options options = harness_options(1);
	struct sqz_tile_config config = harness_config();
	const struct share share = { 0,
				     0,
				     { .k1 = 30,
				       .n0 = 5,
				       .n1 = 12,
				       .y0 = 2,
				       .y1 = 4,
				       .flags = SQZ_STEP_F_PARTIAL_OUT |
						SQZ_STEP_F_PARTIAL_IN } };
	struct scene s;

	config.arrays = 1024;
	make_layer(1);
	scene_open(&s, &layer, &share, 1, &options, &config);
	s.out = harness_alloc(s.h, word_bytes());
	s.partial = harness_alloc(s.h, word_bytes());
	layer_random_bytes(harness_at(s.h, s.partial), word_bytes(), 9);
	scene_start_one(&s, 0, 1, 0);
	harness_drain(s.h);
	ck_assert_uint_eq(s.h->dones[0].status, SQZ_OK);
	for (uint32_t p = 0; p < 42; p++)
		for (uint32_t n = 0; n < 20; n++) {
			uint32_t at = 4 * (p * 20 + n), sum, wanted = 0;

			memcpy(&sum, harness_at(s.h, s.out) + at, 4);
			if (p / 7 >= 2 && p / 7 < 4 && n >= 5 && n < 12) {
				memcpy(&wanted, harness_at(s.h, s.partial) + at,
				       4);
				wanted += (uint32_t)first_part(
				    harness_at(s.h, s.in), p, n);
			}
			FAST_ASSERT(sum, ==, wanted);
		}
	scene_close(&s);
}
END_TEST

/* Three pixels of 4 channels, 8 outputs. As a step without partial sums (see
 * test_protocol.c), DONE comes at 322 ns: sums of 32 bytes come in with the
 * input, two positions in a read and in a write. */
START_TEST(time_and_counters)
{
	const struct layer_shape shape = { 1, 3, 4, 8, 1, 1, 1, 0 };
	const struct harness_options options = harness_options(1);
	const struct sqz_tile_config config = harness_config();
	const struct share share = { 0,
				     0,
				     { .twos_complement = true,
				       .flags = SQZ_STEP_F_PARTIAL_OUT |
						SQZ_STEP_F_PARTIAL_IN } };
	const struct sqz_tile_counters *c;
	struct scene s;

	layer_random(&layer, SQZ_STEP_MVM, &shape, 0, 1);
	scene_open(&s, &layer, &share, 1, &options, &config);
	s.partial = harness_alloc(s.h, word_bytes());
	s.out = harness_alloc(s.h, word_bytes());
	sqz_ps origin = s.h->now;
	scene_start_one(&s, 0, 1, 0);
	harness_drain(s.h);
	ck_assert_uint_eq(s.h->now - origin, 322000);
	c = sqz_tile_layer(s.h->nodes[HARNESS_TILE0].tile, SCENE_LAYER);
	ck_assert_uint_eq(c->reads_sent, 2 + 2);
	ck_assert_uint_eq(c->read_bytes, 12 + 96);
	ck_assert_uint_eq(c->edram_write_bytes, 12 + 96);
	ck_assert_uint_eq(c->edram_read_bytes, 12 + 96);
	ck_assert_uint_eq(c->writes_sent, 2);
	ck_assert_uint_eq(c->write_bytes, 96);
	ck_assert_uint_eq(c->vector_ops, 24);
	scene_close(&s);
}
END_TEST

START_TEST(no_partial_sums)
{
	const struct harness_options options = harness_options(1);
	struct sqz_tile_config config = harness_config();
	const struct share share = { 0, 0, { .flags = SQZ_STEP_F_PARTIAL_IN } };
	struct scene s;

	config.arrays = 1024;
	make_layer(1);
	scene_open(&s, &layer, &share, 1, &options, &config);
	s.partial = 0x1000;
	scene_start_one(&s, 0, 1, 0);
	harness_drain(s.h);
	ck_assert_uint_eq(s.h->dones[0].status, SQZ_ERR_ADDRESS);
	ck_assert_uint_eq(s.h->dones[0].addr, 0x1000);
	scene_close(&s);
}
END_TEST

TCase *sqz_partial_tests(void)
{
	TCase *tests = tcase_create("partial");

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, three_parts);
	tcase_add_test(tests, some_rows_and_columns);
	tcase_add_test(tests, time_and_counters);
	tcase_add_test(tests, no_partial_sums);
	return tests;
}
