/* Several tiles share a layer: partial sums, grants, slow workers. */
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "tile_suites.h"

static struct layer layer;

/* Rows 0..50, 50..80 and 80..108; the last tile reduces. */
static const struct share THREE[] = {
	{ 0,
	  0,
	  { .k0 = 80,
	    .remote_workers = 2,
	    .workers = { { 4, 0 }, { 5, 2 } } } },
	{ 1, 0, { .k0 = 0, .k1 = 50, .worker_only = true, .reducer_node = 3 } },
	{ 2,
	  2,
	  { .k0 = 50, .k1 = 80, .worker_only = true, .reducer_node = 3 } },
};

/* Two tiles, each reducing half of the outputs and working for the other. */
static const struct share CROSSED[] = {
	{ 0,
	  0,
	  { .k1 = 60,
	    .n1 = 10,
	    .remote_workers = 1,
	    .workers = { { 4, 1 } } } },
	{ 1,
	  1,
	  { .k0 = 60, .n1 = 10, .worker_only = true, .reducer_node = 3 } },
	{ 1,
	  3,
	  { .k0 = 60,
	    .n0 = 10,
	    .remote_workers = 1,
	    .workers = { { 3, 2 } } } },
	{ 0,
	  2,
	  { .k1 = 60,
	    .n0 = 10,
	    .worker_only = true,
	    .reducer_node = 4,
	    .reducer_slot = 3 } },
};

static void make_layer(uint64_t seed)
{
	const struct layer_shape shape = { 6, 7, 12, 20, 3, 1, 1, 1 };

	layer_random(&layer, SQZ_STEP_MVM, &shape, 2, seed);
	layer.residual = seed & 1;
}

/* Runs a layer once; the time it took. */
static sqz_ps run_scene(const struct share *shares, uint32_t count,
			const struct harness_options *options,
			const struct sqz_tile_config *config)
{
	struct scene s;
	sqz_ps begin, end;

	scene_open(&s, &layer, shares, count, options, config);
	begin = s.h->now;
	scene_start(&s, 1, 0);
	harness_drain(s.h);
	end = s.h->now;
	scene_check(&s);
	scene_close(&s);
	return end - begin;
}

#define RUN(shares, options, config)                                           \
	run_scene(shares, sizeof(shares) / sizeof((shares)[0]), options, config)

static void run_windows(const struct share *shares, uint32_t count)
{
	static const uint32_t windows[] = { 1, 2, 3, 8, 100 };
	struct harness_options options = harness_options(3);
	struct sqz_tile_config config = harness_config();

	config.arrays = 1024;
	for (unsigned i = 0; i < 20; i++) {
		make_layer(i);
		config.psum_window = windows[i % 5];
		config.max_payload_bytes = i % 2 ? 64 : 24;
		options.send_limit = 1 + i % 3;
		options.jitter_ps = i < 10 ? 0 : 40000;
		run_scene(shares, count, &options, &config);
	}
}

START_TEST(three_tiles)
{
	run_windows(THREE, 3);
}
END_TEST

START_TEST(crossed_tiles)
{
	run_windows(CROSSED, 4);
}
END_TEST

/* One worker 1000 times slower, one accumulator: the slow one sets the pace. A
 * pass takes 10 input cycles (8 bits, shifts of 2) of 10 ns. */
START_TEST(slow_worker)
{
	struct harness_options options = harness_options(3);
	struct sqz_tile_config config = harness_config();
	const sqz_ps slow = 42 * (sqz_ps)100000 * 1000;

	config.arrays = 1024;
	config.psum_window = 1;
	options.slowdown = 1000;
	make_layer(1);
	for (uint32_t tile = 0; tile < 3; tile++) {
		options.slow_tile = tile;
		sqz_ps time = RUN(THREE, &options, &config);

		ck_assert_uint_ge(time, slow);
		ck_assert_uint_le(time, slow + slow / 100);
	}
	options.slow_tile = 1;
	options.send_limit = 1;
	ck_assert_uint_ge(RUN(CROSSED, &options, &config), slow);
}
END_TEST

START_TEST(wide_window_is_faster)
{
	struct harness_options options = harness_options(3);
	struct sqz_tile_config config = harness_config();
	sqz_ps narrow, wide;

	config.arrays = 1024;
	make_layer(2);
	config.psum_window = 1;
	narrow = RUN(THREE, &options, &config);
	config.psum_window = 8;
	wide = RUN(THREE, &options, &config);
	/* 42 passes of 100 ns, and less than 600 ns to begin and to end. */
	ck_assert_uint_ge(wide, 4200000);
	ck_assert_uint_lt(wide, 4800000);
	ck_assert_uint_gt(narrow, wide + 42 * 30000);
}
END_TEST

/* The reducer's grants reach workers that have not heard of the run. */
START_TEST(early_grants)
{
	struct harness_options options = harness_options(3);
	struct sqz_tile_config config = harness_config();
	struct scene s;

	config.arrays = 1024;
	make_layer(3);
	scene_open(&s, &layer, THREE, 3, &options, &config);
	for (uint32_t run = 1; run < 4; run++) {
		s.h->done_count = 0;
		scene_start_one(&s, 0, run, 0);
		harness_drain(s.h);
		ck_assert_uint_eq(s.h->done_count, 0);
		scene_start_one(&s, 1, run, 0);
		scene_start_one(&s, 2, run, 0);
		harness_drain(s.h);
		scene_check(&s);
	}
	scene_close(&s);
}
END_TEST

/* -- aborts -- */

static void abort_all(struct scene *s, uint16_t epoch)
{
	uint32_t before = s->h->done_count;
	uint32_t tiles = s->h->options.tiles;

	for (uint32_t tile = 0; tile < tiles; tile++) {
		struct sqz_packet *packet =
		    harness_packet(s->h, SQZ_PKT_ABORT, tile);

		packet->ring = 2;
		packet->epoch = epoch;
		harness_send(s->h, packet);
	}
	/* Only until all have answered: the rest is still on its way. */
	while (s->h->done_count < before + tiles)
		harness_drain_until(s->h, s->h->now + 1000);
}

static uint64_t dropped(const struct scene *s)
{
	uint64_t sum = 0;

	for (uint32_t tile = 0; tile < s->h->options.tiles; tile++)
		sum += sqz_tile_total(s->h->nodes[HARNESS_TILE0 + tile].tile)
			   ->dropped_packets;
	return sum;
}

/* Aborts a run at some time; how many late packets came. */
static uint64_t abort_at(const struct share *shares, uint32_t count,
			 sqz_ps time, bool hold)
{
	struct harness_options options = harness_options(3);
	struct sqz_tile_config config = harness_config();
	struct scene s;
	uint64_t late;

	config.arrays = 1024;
	options.jitter_ps = 40000;
	make_layer(3);
	scene_open(&s, &layer, shares, count, &options, &config);
	scene_start(&s, 7, 0);
	harness_drain_until(s.h, s.h->now + time);
	s.h->hold_reads = hold;
	harness_drain_until(s.h, s.h->now + 60000);
	abort_all(&s, 1);
	/* Of the old epoch: neither run nor answered. */
	scene_start_one(&s, 0, 8, 0);
	scene_start(&s, 9, 1);
	harness_drain_until(s.h, s.h->now + 20000);
	harness_release_reads(s.h);
	harness_drain(s.h);
	late = dropped(&s);
	scene_check(&s);
	for (uint32_t i = 0; i < count; i++)
		ck_assert_uint_eq(s.h->dones[i].run, 9);
	scene_close(&s);
	/* At least the RUN of the old epoch. */
	ck_assert_uint_ge(late, 1);
	return late;
}

START_TEST(abort_and_run_again)
{
	uint64_t late = 0, held = 0;

	for (sqz_ps time = 7000; time < 4000000; time += 431000) {
		late += abort_at(THREE, 3, time, false);
		held += abort_at(THREE, 3, time, true);
		late += abort_at(CROSSED, 4, time, false);
		held += abort_at(CROSSED, 4, time, true);
	}
	/* 20 aborts each, 18 of them in the middle of the run. */
	ck_assert_uint_gt(late, 20 + 18);
	ck_assert_uint_gt(held, 20 + 2 * 18);
}
END_TEST

static void send_psum(struct scene *s, uint32_t run, uint32_t position,
		      uint32_t first, uint32_t bytes)
{
	struct sqz_packet *packet = harness_packet(s->h, SQZ_PKT_PSUM, 0);

	packet->run = run;
	packet->position = position;
	packet->first = first;
	packet->payload_bytes = bytes;
	memset(packet->data, 0x55, bytes);
	harness_send(s->h, packet);
}

/* Sums of another run, outside the window, or of outputs that are not there,
 * and grants of runs long gone. */
START_TEST(stray_packets)
{
	struct harness_options options = harness_options(3);
	struct sqz_tile_config config = harness_config();
	struct scene s;

	config.arrays = 1024;
	make_layer(4);
	scene_open(&s, &layer, THREE, 3, &options, &config);
	for (uint32_t run = 5; run < 7; run++) {
		scene_start(&s, run, 0);
		harness_drain_until(s.h, s.h->now + 50000);
		send_psum(&s, run - 1, 0, 0, 16);
		send_psum(&s, run + 1, 1, 0, 16);
		send_psum(&s, run, 41, 0, 16);
		send_psum(&s, run, 0x80000000, 0, 16);
		send_psum(&s, run, 1, 19, 16);
		send_psum(&s, run, 1, 0xffffffff, 16);
		struct sqz_packet *grant =
		    harness_packet(s.h, SQZ_PKT_GRANT, 1);
		grant->ring = SCENE_RING;
		grant->run = run - 1;
		grant->position = 42;
		harness_send(s.h, grant);
		harness_drain(s.h);
		scene_check(&s);
		ck_assert_uint_eq(dropped(&s), 8 * (run - 5) + 7);
		/* Nobody runs: late ones again. */
		send_psum(&s, run, 0, 0, 16);
		harness_drain(s.h);
		ck_assert_uint_eq(dropped(&s), 8 * (run - 4));
	}
	scene_close(&s);
}
END_TEST

/* Another ring's abort, and one of the same epoch, touch nothing. */
START_TEST(foreign_abort)
{
	struct harness_options options = harness_options(3);
	struct sqz_tile_config config = harness_config();
	struct scene s;

	config.arrays = 1024;
	make_layer(5);
	scene_open(&s, &layer, THREE, 3, &options, &config);
	scene_start(&s, 1, 4);
	harness_drain_until(s.h, s.h->now + 500000);
	abort_all(&s, 4);
	for (uint32_t tile = 0; tile < 3; tile++) {
		struct sqz_packet *packet =
		    harness_packet(s.h, SQZ_PKT_ABORT, tile);

		packet->ring = 3;
		packet->epoch = 9;
		harness_send(s.h, packet);
	}
	harness_drain(s.h);
	ck_assert_uint_eq(s.h->done_count, 9);
	ck_assert(
	    !memcmp(harness_at(s.h, s.out), s.wanted, layer_out_bytes(&layer)));
	scene_close(&s);
}
END_TEST

TCase *sqz_shared_tests(void)
{
	TCase *tests = tcase_create("shared");

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, three_tiles);
	tcase_add_test(tests, crossed_tiles);
	tcase_add_test(tests, slow_worker);
	tcase_add_test(tests, wide_window_is_faster);
	tcase_add_test(tests, early_grants);
	tcase_add_test(tests, abort_and_run_again);
	tcase_add_test(tests, foreign_abort);
	tcase_add_test(tests, stray_packets);
	return tests;
}
