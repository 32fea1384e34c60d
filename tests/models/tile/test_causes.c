/* Why packets leave: times that are reckoned from causes and from when packets
 * came are the times at which they left. */
#include <stdlib.h>
#include <string.h>

#include "models/node/cause_check.h"
#include "scene.h"
#include "tile_suites.h"

#define UNLIMITED 1000000

static struct layer layer;

static uint64_t mark(void *context, const struct sqz_causes *causes)
{
	const struct harness_node *node = context;

	return cause_check_mark(node->harness->pool, node->number, causes);
}

static void sent(void *context, const struct sqz_packet *packet)
{
	cause_check_sent(packet, ((const struct harness *)context)->now);
}

static void arrived(void *context, const struct sqz_packet *packet)
{
	cause_check_taken(packet, ((const struct harness *)context)->now);
}

/* Runs the layer on the shares twice, and checks all that was sent. */
static void check_scene(const struct share *shares, uint32_t count,
			struct harness_options *options,
			const struct sqz_tile_config *config)
{
	struct scene s;

	cause_check_reset();
	options->mark = mark;
	options->hooks = (struct harness_hooks){ NULL, sent, arrived };
	scene_open(&s, &layer, shares, count, options, config);
	for (uint32_t run = 1; run <= 2; run++) {
		scene_start(&s, run, 0);
		harness_drain(s.h);
		scene_check(&s);
	}
	scene_close(&s);
	ck_assert_uint_gt(cause_check.packets, 100);
	ck_assert_uint_gt(cause_check.marks, 0);
	/* Only what found the network's queue full is later. */
	if (options->send_limit >= UNLIMITED)
		ck_assert_uint_eq(cause_check.early, 0);
}

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
static const struct share ONE[] = { { .tile = 0 } };

/* Figures that leave little room, and how the chip's surroundings are. */
static const struct variant {
	uint32_t window, writes, reads, edram, send_limit;
	uint64_t jitter_ps;
	bool residual;
} VARIANTS[] = {
	{ 4, 4, 4, 4096, UNLIMITED, 0, false },
	{ 4, 4, 4, 4096, UNLIMITED, 50000, true },
	{ 1, 1, 1, 2048, UNLIMITED, 90000, true },
	{ 8, 2, 2, 2048, UNLIMITED, 200000, false },
	{ 3, 4, 8, 8192, 2, 30000, true },
};

static void check_variant(const struct share *shares, uint32_t count,
			  const struct variant *v)
{
	struct harness_options options = harness_options(3);
	struct sqz_tile_config config = harness_config();

	layer.residual = v->residual;
	config.arrays = 1024;
	config.psum_window = v->window;
	config.write_outstanding = v->writes;
	config.fetch_outstanding = v->reads;
	config.edram_bytes = v->edram;
	options.send_limit = v->send_limit;
	options.jitter_ps = v->jitter_ps;
	check_scene(shares, count, &options, &config);
}

START_TEST(matrix)
{
	const struct layer_shape shape = { 6, 7, 12, 20, 3, 1, 1, 1 };

	layer_random(&layer, SQZ_STEP_MVM, &shape, 2, 5);
	check_variant(ONE, 1, &VARIANTS[_i]);
	check_variant(THREE, 3, &VARIANTS[_i]);
}
END_TEST

START_TEST(pooling)
{
	const struct layer_shape shape = { 9, 9, 20, 20, 3, 2, 1, 1 };
	struct variant v = VARIANTS[_i];

	layer_random(&layer, SQZ_STEP_MAXPOOL, &shape, 0, 7);
	v.residual = false;
	check_variant(ONE, 1, &v);
}
END_TEST

TCase *sqz_causes_tests(void)
{
	TCase *t = tcase_create("causes");
	int variants = sizeof(VARIANTS) / sizeof(VARIANTS[0]);

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, matrix, 0, variants);
	tcase_add_loop_test(t, pooling, 0, variants);
	return t;
}
