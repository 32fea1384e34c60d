/* Layers that overlap: tokens, rings, aborts. */
#include <stdlib.h>
#include <string.h>

#include "mapper/fast_assert.h"
#include "scene.h"
#include "tile_suites.h"

#define LAYERS	     3
#define RINGS	     2
#define ROWS	     8
#define TILE(i)	     (HARNESS_TILE0 + (i))
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/*
 * Three layers. The first one makes rows 0..3 and 3..8 apart, and channels 0..6
 * and 6..10 of each. The second one reads it as input and as residual; rows
 * 0..5 in a reducer and a worker, rows 5..8 in one tile. The third one is a
 * pooling of all rows.
 */
static struct layer layers[LAYERS];

static const struct sqz_producer TO_UPPER[] = {
	{ SQZ_OPERAND_INPUT, 0, 0, 3 },	   { SQZ_OPERAND_INPUT, 0, 0, 3 },
	{ SQZ_OPERAND_INPUT, 0, 3, 8 },	   { SQZ_OPERAND_INPUT, 0, 3, 8 },
	{ SQZ_OPERAND_RESIDUAL, 0, 0, 3 }, { SQZ_OPERAND_RESIDUAL, 0, 0, 3 },
	{ SQZ_OPERAND_RESIDUAL, 0, 3, 8 }, { SQZ_OPERAND_RESIDUAL, 0, 3, 8 },
};
static const struct sqz_producer TO_LOWER[] = {
	{ SQZ_OPERAND_INPUT, 0, 3, 8 },
	{ SQZ_OPERAND_RESIDUAL, 0, 3, 8 },
	{ SQZ_OPERAND_INPUT, 0, 3, 8 },
	{ SQZ_OPERAND_RESIDUAL, 0, 3, 8 },
};
static const struct sqz_producer TO_POOL[] = {
	{ SQZ_OPERAND_INPUT, 0, 0, 5 },
	{ SQZ_OPERAND_INPUT, 0, 5, 8 },
};
/* Behind the first three: who reads rows from 3 on only. */
static const struct sqz_consumer OF_FIRST[] = {
	{ TILE(1), 0, SQZ_OPERAND_INPUT, 0 },
	{ TILE(1), 0, SQZ_OPERAND_RESIDUAL, 0 },
	{ TILE(2), 0, SQZ_OPERAND_INPUT, 0 },
	{ TILE(1), 1, SQZ_OPERAND_INPUT, 0 },
	{ TILE(1), 1, SQZ_OPERAND_RESIDUAL, 0 },
};
static const struct sqz_consumer OF_SECOND[] = {
	{ TILE(3), 2, SQZ_OPERAND_INPUT, 0 },
};

#define FIRST(slot, from_c, to_c, from_y, to_y, readers)                       \
	{                                                                      \
		0, slot,                                                       \
		{                                                              \
			.n0 = from_c, .n1 = to_c, .y0 = from_y, .y1 = to_y,    \
			.consumers = OF_FIRST, .consumer_count = readers       \
		}                                                              \
	}

static const struct share FIRST_SHARES[] = {
	FIRST(0, 0, 6, 0, 3, 3),
	FIRST(1, 6, 10, 0, 3, 3),
	FIRST(2, 0, 6, 3, 8, 5),
	FIRST(3, 6, 10, 3, 8, 5),
};
static const struct share SECOND_SHARES[] = {
	{ 1,
	  0,
	  { .k0 = 40,
	    .y0 = 0,
	    .y1 = 5,
	    .remote_workers = 1,
	    .workers = { { TILE(2), 0 } },
	    .producers = TO_UPPER,
	    .producer_count = COUNT(TO_UPPER),
	    .consumers = OF_SECOND,
	    .consumer_count = 1 } },
	{ 2,
	  0,
	  { .k1 = 40,
	    .y0 = 0,
	    .y1 = 5,
	    .worker_only = true,
	    .reducer_node = TILE(1),
	    .producers = TO_UPPER,
	    .producer_count = 4 } },
	{ 1,
	  1,
	  { .y0 = 5,
	    .y1 = 8,
	    .producers = TO_LOWER,
	    .producer_count = COUNT(TO_LOWER),
	    .consumers = OF_SECOND,
	    .consumer_count = 1 } },
};
static const struct share THIRD_SHARES[] = {
	{ 3, 2, { .producers = TO_POOL, .producer_count = COUNT(TO_POOL) } },
};

static const struct {
	const struct share *shares;
	uint32_t count;
} SHARES[LAYERS] = {
	{ FIRST_SHARES, COUNT(FIRST_SHARES) },
	{ SECOND_SHARES, COUNT(SECOND_SHARES) },
	{ THIRD_SHARES, COUNT(THIRD_SHARES) },
};

struct ring {
	uint64_t tensors[LAYERS + 1];
	uint8_t *wanted[LAYERS];
	uint32_t tokens[HARNESS_TILES][4][SQZ_OPERANDS][ROWS];
	uint32_t done[LAYERS];
	uint16_t epoch;
};

struct chain {
	struct harness *h;
	struct ring rings[RINGS];
	uint32_t runs, seen;
};

/* Tokens that a row of the first or the second layer's output takes. */
static uint32_t complete(uint32_t tensor)
{
	return tensor == 1 ? 2 : 1;
}

/* No row of another layer's output is read without its tokens. */
static void check_read(const struct chain *c, const struct sqz_packet *packet)
{
	const struct ring *r = &c->rings[packet->ring % RINGS];

	for (uint32_t t = 1; t < LAYERS; t++) {
		const struct layer *l = &layers[t - 1];
		uint64_t offset = packet->addr - r->tensors[t];
		uint32_t row = (uint32_t)(offset / (l->out_w * l->out_c));
		const uint32_t(*tokens)[ROWS] =
		    r->tokens[packet->src - HARNESS_TILE0][packet->src_slot];

		if (packet->addr < r->tensors[t] ||
		    offset >= layer_out_bytes(l))
			continue;
		FAST_ASSERT(tokens[SQZ_OPERAND_INPUT][row] == complete(t) ||
				tokens[SQZ_OPERAND_RESIDUAL][row] ==
				    complete(t),
			    ==, true);
	}
}

static void on_sent(void *context, const struct sqz_packet *packet)
{
	const struct chain *c = context;

	if (packet->type == SQZ_PKT_TOKEN) {
		FAST_ASSERT(packet->payload_bytes, ==, 0);
		FAST_ASSERT(packet->msg_class, ==, SQZ_CLASS_GRANT);
	} else if (packet->type == SQZ_PKT_READ && c->seen &&
		   packet->epoch == c->rings[packet->ring % RINGS].epoch) {
		check_read(c, packet);
	}
}

static void on_arrived(void *context, const struct sqz_packet *packet)
{
	struct chain *c = context;
	struct ring *r = &c->rings[packet->ring % RINGS];

	if (packet->type == SQZ_PKT_TOKEN && packet->epoch == r->epoch)
		r->tokens[packet->dst - HARNESS_TILE0][packet->slot]
			 [packet->first][packet->position]++;
}

static void make_layers(uint64_t seed)
{
	const struct layer_shape first = { ROWS, 6, 4, 10, 3, 1, 1, 1 };
	const struct layer_shape second = { ROWS, 6, 10, 10, 3, 1, 1, 1 };
	const struct layer_shape third = { ROWS, 6, 10, 10, 2, 2, 1, 0 };

	layer_random(&layers[0], SQZ_STEP_MVM, &first, 2, seed);
	layer_random(&layers[1], SQZ_STEP_MVM, &second, 1, seed + 1);
	layer_random(&layers[2], SQZ_STEP_MAXPOOL, &third, 0, seed + 2);
	layers[1].residual = true;
}

static void make_ring(struct chain *c, struct ring *r)
{
	r->tensors[0] = harness_alloc(c->h, layer_in_bytes(&layers[0]));
	for (uint32_t l = 0; l < LAYERS; l++) {
		r->tensors[l + 1] =
		    harness_alloc(c->h, layer_out_bytes(&layers[l]));
		r->wanted[l] = malloc(layer_out_bytes(&layers[l]));
	}
}

/* A new image for a ring. */
static void make_image(struct chain *c, uint32_t ring, uint64_t seed)
{
	struct ring *r = &c->rings[ring];
	uint8_t *in = harness_at(c->h, r->tensors[0]);

	layer_random_bytes(in, layer_in_bytes(&layers[0]), seed);
	for (uint32_t l = 0; l < LAYERS; l++) {
		layer_reference(&layers[l], in, in, r->wanted[l]);
		in = r->wanted[l];
		memset(harness_at(c->h, r->tensors[l + 1]), 0,
		       layer_out_bytes(&layers[l]));
	}
	memset(r->tokens, 0, sizeof(r->tokens));
	memset(r->done, 0, sizeof(r->done));
}

static void open_chain(struct chain *c, const struct harness_options *options,
		       const struct sqz_tile_config *config)
{
	memset(c, 0, sizeof(*c));
	c->h = harness_create(options, config, NULL);
	c->h->hooks = (struct harness_hooks){ c, on_sent, on_arrived };
	for (uint32_t l = 0; l < LAYERS; l++)
		scene_program(c->h, &layers[l], SHARES[l].shares,
			      SHARES[l].count);
	for (uint32_t ring = 0; ring < RINGS; ring++) {
		make_ring(c, &c->rings[ring]);
		make_image(c, ring, ring + 1);
	}
}

static void close_chain(struct chain *c)
{
	ck_assert_uint_eq(c->h->lost, 0);
	ck_assert_uint_eq(sqz_packet_pool_in_use(c->h->pool), 0);
	for (uint32_t ring = 0; ring < RINGS; ring++)
		for (uint32_t l = 0; l < LAYERS; l++)
			free(c->rings[ring].wanted[l]);
	harness_destroy(c->h);
}

/* Run numbers are those of the layers in their order, whatever comes first. */
static void start_layer(struct chain *c, uint32_t ring, uint32_t l,
			uint32_t image)
{
	const struct ring *r = &c->rings[ring];

	c->seen = 1;
	for (uint32_t i = 0; i < SHARES[l].count; i++) {
		const struct harness_run run = {
			.tile = SHARES[l].shares[i].tile,
			.slot = SHARES[l].shares[i].slot,
			.run = 1 + image * LAYERS + l,
			.in = r->tensors[l],
			.out = r->tensors[l + 1],
			.residual = r->tensors[1],
			.ring = (uint16_t)ring,
			.epoch = r->epoch,
			.layer = (uint16_t)l,
			.chain = true,
		};

		harness_start(c->h, &run);
	}
}

/* Notes who is done; RUNs must have succeeded. */
static void take_dones(struct chain *c)
{
	for (uint32_t i = 0; i < c->h->done_count; i++) {
		const struct sqz_packet *done = &c->h->dones[i];

		ck_assert_uint_eq(done->status, SQZ_OK);
		if (done->run)
			c->rings[done->ring].done[done->layer]++;
	}
	c->h->done_count = 0;
}

static bool is_done(const struct chain *c, uint32_t ring, uint32_t l)
{
	return c->rings[ring].done[l] == SHARES[l].count;
}

static void check_ring(struct chain *c, uint32_t ring)
{
	const struct ring *r = &c->rings[ring];

	take_dones(c);
	for (uint32_t l = 0; l < LAYERS; l++) {
		ck_assert(is_done(c, ring, l));
		ck_assert(!memcmp(harness_at(c->h, r->tensors[l + 1]),
				  r->wanted[l], layer_out_bytes(&layers[l])));
	}
}

static uint64_t dropped(const struct chain *c)
{
	uint64_t sum = 0;

	for (uint32_t tile = 0; tile < c->h->options.tiles; tile++)
		sum += sqz_tile_total(c->h->nodes[TILE(tile)].tile)
			   ->dropped_packets;
	return sum;
}

static struct sqz_tile_config chain_config(void)
{
	struct sqz_tile_config config = harness_config();

	config.arrays = 1024;
	return config;
}

/* -- results -- */

/* RUNs reach their tiles in any order, at once or long after each other. */
START_TEST(any_order)
{
	static const uint32_t orders[][LAYERS] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	struct harness_options options = harness_options(4);
	struct sqz_tile_config config = chain_config();

	for (unsigned i = 0; i < 4 * COUNT(orders); i++) {
		struct chain c;

		options.send_limit = 1 + i % 3;
		options.jitter_ps = i % 2 * 40000;
		config.psum_window = 1 + i % 5;
		config.max_payload_bytes = i % 7 ? 64 : 24;
		make_layers(i);
		open_chain(&c, &options, &config);
		for (uint32_t l = 0; l < LAYERS; l++) {
			start_layer(&c, 0, orders[i % 6][l], 0);
			if (i >= 12)
				harness_drain(c.h);
		}
		harness_drain(c.h);
		check_ring(&c, 0);
		ck_assert_uint_eq(dropped(&c), 0);
		/* Rows x consumers: 2 x (3 x 3 + 5 x 5), and 8. */
		ck_assert_uint_eq(c.h->sent[SQZ_PKT_TOKEN], 68 + 8);
		close_chain(&c);
	}
}
END_TEST

/* Layers do overlap: all three take hardly longer than the slowest one. */
START_TEST(overlap)
{
	const struct harness_options options = harness_options(4);
	const struct sqz_tile_config config = chain_config();
	sqz_ps times[2];

	make_layers(1);
	for (uint32_t chained = 0; chained < 2; chained++) {
		struct chain c;

		open_chain(&c, &options, &config);
		times[chained] = c.h->now;
		for (uint32_t l = 0; l < LAYERS; l++) {
			start_layer(&c, 0, l, 0);
			if (!chained)
				harness_drain(c.h);
		}
		harness_drain(c.h);
		times[chained] = c.h->now - times[chained];
		check_ring(&c, 0);
		close_chain(&c);
	}
	ck_assert_uint_lt(times[1] * 4, times[0] * 3);
}
END_TEST

/* Starts what a controller would: a layer of one ring when the other ring's is
 * over, in order, an image when its ring is empty. */
static void pump(struct chain *c, uint32_t images)
{
	uint32_t image[RINGS] = { 0, 1 }, next[RINGS] = { 0 }, open[LAYERS];

	for (uint32_t l = 0; l < LAYERS; l++)
		open[l] = RINGS;
	while (image[0] < images || image[1] < images) {
		for (uint32_t ring = 0; ring < RINGS; ring++) {
			uint32_t l = next[ring];

			take_dones(c);
			for (uint32_t i = 0; i < LAYERS; i++)
				if (open[i] < RINGS && is_done(c, open[i], i))
					open[i] = RINGS;
			if (l < LAYERS && image[ring] < images &&
			    open[l] == RINGS) {
				start_layer(c, ring, l, image[ring]);
				open[l] = ring;
				next[ring]++;
			} else if (l == LAYERS && is_done(c, ring, 0) &&
				   is_done(c, ring, 1) && is_done(c, ring, 2)) {
				check_ring(c, ring);
				image[ring] += RINGS;
				make_image(c, ring, image[ring] + 10);
				next[ring] = 0;
			}
		}
		harness_drain_until(c->h, c->h->now + 1000);
	}
}

/* Five images in two rings; a slow second layer has tokens of the next image
 * come while it works for the one before. */
START_TEST(two_rings)
{
	struct harness_options options = harness_options(4);
	const struct sqz_tile_config config = chain_config();

	make_layers(2);
	for (unsigned slow = 0; slow < 5; slow++) {
		struct chain c;

		options.slow_tile = slow;
		options.slowdown = 20;
		options.jitter_ps = slow % 2 * 40000;
		open_chain(&c, &options, &config);
		pump(&c, 5);
		ck_assert_uint_eq(dropped(&c), 0);
		ck_assert_uint_eq(c.h->sent[SQZ_PKT_TOKEN], 5 * (68 + 8));
		close_chain(&c);
	}
}
END_TEST

/* -- aborts -- */

/* To the tiles of the first `told` layers. */
static void abort_ring(struct chain *c, uint32_t ring, uint32_t told)
{
	static const uint32_t tiles[LAYERS + 1] = { 0, 1, 3, 4 };

	c->rings[ring].epoch++;
	c->h->done_count = 0;
	for (uint32_t tile = 0; tile < tiles[told]; tile++) {
		struct sqz_packet *packet =
		    harness_packet(c->h, SQZ_PKT_ABORT, tile);

		packet->ring = (uint16_t)ring;
		packet->epoch = c->rings[ring].epoch;
		harness_send(c->h, packet);
	}
	while (c->h->done_count < tiles[told])
		harness_drain_until(c->h, c->h->now + 1000);
	c->h->done_count = 0;
}

/* Only layers that had started hear of it; others hold tokens for a RUN that
 * never comes. What the other ring has sent before stays. */
static uint64_t abort_at(uint32_t told, sqz_ps time, sqz_ps jitter_ps)
{
	struct harness_options options = harness_options(4);
	const struct sqz_tile_config config = chain_config();
	uint64_t late;
	struct chain c;

	options.jitter_ps = jitter_ps;
	open_chain(&c, &options, &config);
	start_layer(&c, 1, 0, 0);
	harness_drain(c.h);
	take_dones(&c);
	for (uint32_t l = told; l-- > 0;)
		start_layer(&c, 0, l, 1);
	harness_drain_until(c.h, c.h->now + time);
	abort_ring(&c, 0, told);
	make_image(&c, 0, 77);
	for (uint32_t l = 0; l < LAYERS; l++)
		start_layer(&c, 0, l, 2);
	harness_drain(c.h);
	check_ring(&c, 0);
	start_layer(&c, 1, 1, 0);
	start_layer(&c, 1, 2, 0);
	harness_drain(c.h);
	check_ring(&c, 1);
	late = dropped(&c);
	close_chain(&c);
	return late;
}

START_TEST(abort_and_run_again)
{
	uint64_t late = 0;

	make_layers(3);
	for (sqz_ps time = 5000; time < 3500000; time += 173000)
		for (uint32_t told = 1; told <= LAYERS; told++)
			late += abort_at(told, time, told % 2 * 40000);
	/* More than one in each. */
	ck_assert_uint_gt(late, 3 * 21);
}
END_TEST

/* -- packets that nobody waits for -- */

static void send_token(struct chain *c, const struct sqz_packet *fields)
{
	struct sqz_packet *packet = harness_packet(c->h, SQZ_PKT_TOKEN, 3);
	uint64_t id = packet->id;
	uint16_t dst = packet->dst;

	*packet = *fields;
	packet->type = SQZ_PKT_TOKEN;
	packet->id = id;
	packet->dst = dst;
	harness_send(c->h, packet);
}

/* The pooling's slot has rows 0..8 of its input to wait for, one token each. */
START_TEST(stray_tokens)
{
	static const struct sqz_packet strays[] = {
		{ .slot = 4, .run = 2 },
		{ .slot = 1, .run = 2 },
		{ .slot = 2, .run = 2, .first = SQZ_OPERANDS },
		{ .slot = 2, .run = 2, .first = 0xffffffff },
		{ .slot = 2, .run = 2, .position = ROWS },
		{ .slot = 2, .run = 2, .position = 0xffffffff },
		{ .slot = 2, .run = 2, .ring = 256 },
		{ .slot = 2, .run = 2, .ring = 0xffff },
		{ .slot = 2, .run = 3 }, /* while run 3 runs */
		{ .slot = 2, .run = 4 },
		{ .slot = 2, .run = 2, .epoch = 0xffff },
	};
	const struct harness_options options = harness_options(4);
	const struct sqz_tile_config config = chain_config();
	struct chain c;

	make_layers(4);
	open_chain(&c, &options, &config);
	c.h->hooks.arrived = NULL;
	c.h->hooks.sent = NULL;
	for (uint32_t l = LAYERS; l-- > 0;)
		start_layer(&c, 0, l, 0);
	harness_drain_until(c.h, c.h->now + 10000);
	for (size_t i = 0; i < COUNT(strays); i++)
		send_token(&c, &strays[i]);
	harness_drain_until(c.h, c.h->now + 10000);
	ck_assert_uint_eq(dropped(&c), COUNT(strays));
	harness_drain(c.h);
	check_ring(&c, 0);
	ck_assert_uint_eq(dropped(&c), COUNT(strays));
	/* Late: of the run that is over. */
	send_token(&c, &strays[COUNT(strays) - 3]);
	harness_drain(c.h);
	ck_assert_uint_eq(dropped(&c), COUNT(strays) + 1);
	close_chain(&c);
}
END_TEST

/* A slot that is programmed anew still knows what is over. */
START_TEST(late_tokens_after_programming)
{
	const struct harness_options options = harness_options(4);
	const struct sqz_tile_config config = chain_config();
	const struct sqz_packet late = { .slot = 2, .run = 2 };
	struct chain c;

	make_layers(5);
	open_chain(&c, &options, &config);
	for (uint32_t l = 0; l < LAYERS; l++)
		start_layer(&c, 0, l, 0);
	harness_drain(c.h);
	check_ring(&c, 0);
	scene_program(c.h, &layers[2], THIRD_SHARES, 1);
	c.h->hooks.arrived = NULL;
	send_token(&c, &late);
	harness_drain(c.h);
	ck_assert_uint_eq(dropped(&c), 1);
	c.h->hooks.arrived = on_arrived;
	make_image(&c, 0, 9);
	for (uint32_t l = 0; l < LAYERS; l++)
		start_layer(&c, 0, l, 1);
	harness_drain(c.h);
	check_ring(&c, 0);
	close_chain(&c);
}
END_TEST

/* -- time -- */

/*
 * Two 1 x 1 layers of 2 rows of 3 pixels; see test_protocol.c for a row. The
 * first one's rows are written at 297 and 537 ns, acknowledged 20 ns later, and
 * the second one hears of it 5 ns after that. It reads a row (20 ns) and makes
 * its passes at 342 and 582; the last one ends at 822, its sums come at 852,
 * the write leaves at 854, and DONE comes at 879.
 */
START_TEST(time_of_a_chain)
{
	const struct layer_shape first = { 2, 3, 4, 8, 1, 1, 1, 0 };
	const struct layer_shape second = { 2, 3, 8, 8, 1, 1, 1, 0 };
	static const struct sqz_producer producer = { 0, 0, 0, 2 };
	static const struct sqz_consumer consumer = { TILE(1), 0, 0, 0 };
	const struct share shares[2] = {
		{ 0,
		  0,
		  { .twos_complement = true,
		    .consumers = &consumer,
		    .consumer_count = 1 } },
		{ 1,
		  0,
		  { .twos_complement = true,
		    .producers = &producer,
		    .producer_count = 1 } },
	};
	const struct harness_options options = harness_options(2);
	const struct sqz_tile_config config = harness_config();
	struct harness *h = harness_create(&options, &config, NULL);
	const struct sqz_tile_counters *c =
	    sqz_tile_layer(h->nodes[TILE(1)].tile, 1);
	uint64_t tensors[3];
	sqz_ps origin;

	for (uint32_t i = 0; i < 3; i++)
		tensors[i] = harness_alloc(h, 64);
	layer_random(&layers[0], SQZ_STEP_MVM, &first, 0, 1);
	layer_random(&layers[1], SQZ_STEP_MVM, &second, 0, 1);
	for (uint32_t i = 0; i < 2; i++)
		scene_program(h, &layers[i], &shares[i], 1);
	origin = h->now;
	for (uint32_t i = 0; i < 2; i++) {
		const struct harness_run run = { .tile = i,
						 .run = 1 + i,
						 .in = tensors[i],
						 .out = tensors[i + 1],
						 .layer = (uint16_t)i,
						 .chain = true };

		harness_start(h, &run);
	}
	harness_drain_until(h, origin + 563000);
	ck_assert_uint_eq(h->done_count, 1);
	ck_assert_uint_eq(c->positions, 3);
	ck_assert_uint_eq(c->fetch_wait_ps, (342 - 5) * 1000);
	harness_drain(h);
	ck_assert_uint_eq(h->done_count, 2);
	ck_assert_uint_eq(h->now - origin, 879000);
	ck_assert_uint_eq(c->fetch_wait_ps, (342 - 5) * 1000);
	ck_assert_uint_eq(h->sent[SQZ_PKT_TOKEN], 2);
	harness_destroy(h);
}
END_TEST

/* Without the flag nobody waits and nobody speaks. */
START_TEST(no_chain)
{
	const struct harness_options options = harness_options(4);
	const struct sqz_tile_config config = chain_config();
	struct chain c;

	make_layers(6);
	open_chain(&c, &options, &config);
	for (uint32_t l = 0; l < LAYERS; l++) {
		for (uint32_t i = 0; i < SHARES[l].count; i++) {
			const struct ring *r = &c.rings[0];
			const struct harness_run run = {
				.tile = SHARES[l].shares[i].tile,
				.slot = SHARES[l].shares[i].slot,
				.run = 1 + l,
				.in = r->tensors[l],
				.out = r->tensors[l + 1],
				.residual = r->tensors[1],
				.layer = (uint16_t)l,
			};

			harness_start(c.h, &run);
		}
		harness_drain(c.h);
	}
	check_ring(&c, 0);
	ck_assert_uint_eq(c.h->sent[SQZ_PKT_TOKEN], 0);
	close_chain(&c);
}
END_TEST

TCase *sqz_chain_tests(void)
{
	TCase *tests = tcase_create("chain");

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, any_order);
	tcase_add_test(tests, overlap);
	tcase_add_test(tests, two_rings);
	tcase_add_test(tests, abort_and_run_again);
	tcase_add_test(tests, stray_tokens);
	tcase_add_test(tests, late_tokens_after_programming);
	tcase_add_test(tests, time_of_a_chain);
	tcase_add_test(tests, no_chain);
	return tests;
}
