/* Time, counters, slots, errors, registers: what a tile says to others. */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "layer.h"
#include "node/regs_decode.h"
#include "tile_suites.h"

#define NOWHERE 0x1000

static struct layer layer;

static struct sqz_tile *tile_of(struct harness *h)
{
	return h->nodes[HARNESS_TILE0].tile;
}

/* Three pixels of 4 channels, 8 outputs: one block. */
static struct layer_blob small_blob(void)
{
	const struct layer_shape shape = { 1, 3, 4, 8, 1, 1, 1, 0 };
	const struct layer_part part = { .twos_complement = true };

	layer_random(&layer, SQZ_STEP_MVM, &shape, 0, 1);
	return layer_blob(&layer, &part);
}

static struct harness *small_tile(const struct sqz_tile_config *config,
				  const struct sqz_tile_observer *observer)
{
	struct harness_options options = harness_options(1);

	return harness_create(&options, config, observer);
}

static struct harness_run small_run(struct harness *h)
{
	struct harness_run run = { .run = 1, .layer = 2 };

	run.in = harness_alloc(h, 64);
	run.out = harness_alloc(h, 64);
	layer_random_bytes(harness_at(h, run.in), 12, 1);
	return run;
}

/* -- time -- */

struct log {
	struct sqz_tile_event events[64];
	char kinds[64];
	uint32_t count;
};

static void note(struct log *log, char kind, const struct sqz_tile_event *event)
{
	if (log->count < 64) {
		log->kinds[log->count] = kind;
		log->events[log->count++] = *event;
	}
}

#define NOTE(name, kind)                                                       \
	static void name(void *context, const struct sqz_tile_event *event)    \
	{                                                                      \
		note(context, kind, event);                                    \
	}

NOTE(on_program, 'P')
NOTE(on_begin, 'B')
NOTE(on_end, 'E')
NOTE(on_pass, 'a')
NOTE(on_fetch_wait, 'f')
NOTE(on_grant_wait, 'g')
NOTE(on_vector, 'v')
NOTE(on_write, 'w')
NOTE(on_fetch, 'r')

static struct sqz_tile_observer observe(struct log *log)
{
	return (struct sqz_tile_observer){
		.context = log,
		.program = on_program,
		.step_begin = on_begin,
		.step_end = on_end,
		.pass = on_pass,
		.fetch_wait = on_fetch_wait,
		.grant_wait = on_grant_wait,
		.vector = on_vector,
		.write_back = on_write,
		.fetch = on_fetch,
	};
}

static void check_event(const struct log *log, uint32_t i, char kind,
			sqz_ps origin, sqz_ps begin_ns, sqz_ps end_ns)
{
	ck_assert_uint_lt(i, log->count);
	ck_assert_msg(log->kinds[i] == kind, "event %u is %c, not %c", i,
		      log->kinds[i], kind);
	ck_assert_uint_eq(log->events[i].begin - origin, begin_ns * 1000);
	ck_assert_uint_eq(log->events[i].end - origin, end_ns * 1000);
}

/*
 * RUN arrives at 5 ns; two reads (half of the three-pixel line buffer each)
 * leave, reach the memory at 10, are answered at 20 and arrive at 25. Passes of
 * 8 x 10 ns begin at 25, 105, 185; their sums come 30 ns after their ends.
 * Eight outputs take two vector cycles of 1 ns. The row of outputs is complete
 * at 297 and leaves as one write; its acknowledgement arrives at 317, DONE at
 * 322.
 */
START_TEST(time_of_a_step)
{
	struct log log = { .count = 0 };
	struct sqz_tile_config config = harness_config();
	struct sqz_tile_observer observer = observe(&log);
	struct harness *h = small_tile(&config, &observer);
	struct layer_blob blob = small_blob();
	struct harness_run run = small_run(h);

	ck_assert_uint_eq(harness_program(h, 0, 0, blob.bytes, 0), SQZ_OK);
	log.count = 0;
	sqz_ps origin = h->now;
	harness_start(h, &run);
	harness_drain(h);
	ck_assert_uint_eq(h->now - origin, 322000);
	ck_assert_uint_eq(log.count, 11);
	check_event(&log, 0, 'B', origin, 5, 5);
	check_event(&log, 1, 'f', origin, 5, 25);
	check_event(&log, 2, 'a', origin, 25, 105);
	check_event(&log, 3, 'r', origin, 5, 25);
	check_event(&log, 4, 'a', origin, 105, 185);
	check_event(&log, 5, 'v', origin, 135, 137);
	check_event(&log, 6, 'a', origin, 185, 265);
	check_event(&log, 7, 'v', origin, 215, 217);
	check_event(&log, 8, 'v', origin, 295, 297);
	check_event(&log, 9, 'w', origin, 297, 297);
	check_event(&log, 10, 'E', origin, 5, 317);
	ck_assert_uint_eq(log.events[6].position, 2);
	ck_assert_uint_eq(log.events[6].adc_ps, 8 * 8 * 100);
	ck_assert_uint_eq(log.events[9].bytes, 24);
	ck_assert_uint_eq(log.events[10].layer, 2);
	layer_blob_free(&blob);
	harness_destroy(h);
}
END_TEST

/* 8 conversions of 2 ns are slower than a cycle of 10 ns: passes of 128 ns, the
 * last one ends at 25 + 384. Slowed down 3 times: 25 + 1152. */
START_TEST(time_of_conversions)
{
	struct sqz_tile_config config = harness_config();
	struct layer_blob blob = small_blob();

	config.adc_conversion_ps = 2000;
	for (config.slowdown = 1; config.slowdown <= 3; config.slowdown += 2) {
		struct harness *h = small_tile(&config, NULL);
		struct harness_run run = small_run(h);

		ck_assert_uint_eq(harness_program(h, 0, 0, blob.bytes, 0),
				  SQZ_OK);
		sqz_ps origin = h->now;
		harness_start(h, &run);
		harness_drain(h);
		ck_assert_uint_eq(h->now - origin,
				  25000 + config.slowdown * 384000 + 30000 +
				      2000 + 20000 + 5000);
		harness_destroy(h);
	}
	layer_blob_free(&blob);
}
END_TEST

/* Pairs of reads of 64 bytes take 20 ns; 8 arrays of 4 word lines 50 ns each.
 */
START_TEST(time_of_programming)
{
	struct log log = { .count = 0 };
	struct sqz_tile_config config = harness_config();
	struct sqz_tile_observer observer = observe(&log);
	struct harness *h = small_tile(&config, &observer);
	struct layer_blob blob = small_blob();
	uint32_t pairs = (blob.size + 127) / 128;

	ck_assert_uint_eq(harness_program(h, 0, 0, blob.bytes, 0), SQZ_OK);
	ck_assert_uint_eq(h->now, 5000 + pairs * 20000 + 8 * 4 * 50000 + 5000);
	ck_assert_uint_eq(log.count, 2);
	check_event(&log, 0, 'r', 0, 5, 5 + pairs * 20);
	check_event(&log, 1, 'P', 0, 5 + pairs * 20, 5 + pairs * 20 + 1600);
	ck_assert_uint_eq(sqz_tile_total(tile_of(h))->row_writes, 32);
	ck_assert_uint_eq(sqz_tile_total(tile_of(h))->cell_writes, 32 * 8);
	layer_blob_free(&blob);
	harness_destroy(h);
}
END_TEST

START_TEST(counters)
{
	struct sqz_tile_config config = harness_config();
	struct harness *h = small_tile(&config, NULL);
	struct layer_blob blob = small_blob();
	struct harness_run run = small_run(h);
	const struct sqz_tile_counters *c = sqz_tile_layer(tile_of(h), 2);

	harness_program(h, 0, 0, blob.bytes, 0);
	harness_start(h, &run);
	harness_drain(h);
	ck_assert_uint_eq(c->steps, 1);
	ck_assert_uint_eq(c->positions, 3);
	ck_assert_uint_eq(c->input_cycles, 3 * 8);
	ck_assert_uint_eq(c->array_reads, 3 * 8 * 8);
	ck_assert_uint_eq(c->active_cell_cycles, 3 * 8 * 8 * 4 * 8);
	ck_assert_uint_eq(c->dac_row_cycles, 3 * 8 * 8 * 4);
	ck_assert_uint_eq(c->adc_conversions, 3 * 8 * 8 * 8);
	ck_assert_uint_eq(c->shift_adds, 3 * 8 * 8 * 8);
	ck_assert_uint_eq(c->adc_saturations, 0);
	ck_assert_uint_eq(c->vector_ops, 3 * 8);
	ck_assert_uint_eq(c->outputs, 3);
	ck_assert_uint_eq(c->edram_write_bytes, 12);
	ck_assert_uint_eq(c->edram_read_bytes, 12);
	ck_assert_uint_eq(c->reads_sent, 2);
	ck_assert_uint_eq(c->read_bytes, 12);
	ck_assert_uint_eq(c->writes_sent, 1);
	ck_assert_uint_eq(c->write_bytes, 24);
	ck_assert_uint_eq(c->array_busy_ps, 3 * 80000);
	ck_assert_uint_eq(c->array_read_ps, 3 * 80000);
	ck_assert_uint_eq(c->adc_busy_ps, 3 * 8 * 8 * 100);
	ck_assert_uint_eq(c->vector_busy_ps, 3 * 2000);
	ck_assert_uint_eq(c->fetch_wait_ps, 20000);
	ck_assert_uint_eq(c->grant_wait_ps, 0);
	ck_assert_uint_eq(c->row_writes, 0);
	ck_assert_uint_eq(sqz_tile_layer(tile_of(h), 1)->row_writes, 32);
	ck_assert_uint_eq(sqz_tile_layer(tile_of(h), 99)->row_writes, 0);
	ck_assert_uint_eq(sqz_tile_total(tile_of(h))->positions, 3);
	ck_assert_uint_eq(sqz_tile_max_wear(tile_of(h)), 1);
	layer_blob_free(&blob);
	harness_destroy(h);
}
END_TEST

static void check_writes(uint32_t rows, uint32_t columns, uint32_t writes)
{
	const struct layer_shape shape = { rows, columns, 4, 8, 1, 1, 1, 0 };
	const struct layer_part part = { 0 };
	struct sqz_tile_config config = harness_config();
	struct harness *h = small_tile(&config, NULL);
	struct harness_run run = { .run = 1 };

	layer_random(&layer, SQZ_STEP_MVM, &shape, 0, 1);
	struct layer_blob blob = layer_blob(&layer, &part);
	run.in = harness_alloc(h, 512);
	run.out = harness_alloc(h, 512);
	harness_program(h, 0, 0, blob.bytes, 0);
	harness_start(h, &run);
	harness_drain(h);
	ck_assert_uint_eq(h->dones[1].status, SQZ_OK);
	ck_assert_uint_eq(h->sent[SQZ_PKT_WRITE], writes);
	ck_assert_uint_eq(h->payload[SQZ_PKT_WRITE], rows * columns * 8);
	ck_assert_uint_le(h->largest_payload, 64);
	layer_blob_free(&blob);
	harness_destroy(h);
}

/* Positions of 8 bytes are joined up to 64, and up to the end of their row. */
START_TEST(joined_writes)
{
	check_writes(1, 20, 3);
	check_writes(2, 3, 2);
	check_writes(3, 9, 6);
	check_writes(4, 8, 4);
}
END_TEST

/* -- slots -- */

static uint32_t run_status(struct harness *h, const struct harness_run *run)
{
	h->done_count = 0;
	harness_start(h, run);
	harness_drain(h);
	ck_assert_uint_eq(h->done_count, 1);
	return h->dones[0].status;
}

START_TEST(slots)
{
	struct sqz_tile_config config = harness_config();
	struct harness *h = small_tile(&config, NULL);
	struct layer_blob blob = small_blob();
	struct harness_run run = small_run(h);

	ck_assert_uint_eq(run_status(h, &run), SQZ_ERR_SLOT);
	ck_assert_uint_eq(harness_program(h, 0, 4, blob.bytes, 0),
			  SQZ_ERR_SLOT);
	run.slot = 4;
	ck_assert_uint_eq(run_status(h, &run), SQZ_ERR_SLOT);
	run.slot = 3;
	ck_assert_uint_eq(harness_program(h, 0, 3, blob.bytes, 0), SQZ_OK);
	ck_assert_uint_eq(sqz_tile_slot_arrays(tile_of(h), 3), 8);
	h->done_count = 0;
	harness_start(h, &run);
	run.run = 2;
	harness_start(h, &run); /* the slot is busy */
	harness_drain(h);
	ck_assert_uint_eq(h->done_count, 2);
	ck_assert_uint_eq(h->dones[0].status, SQZ_ERR_SLOT);
	ck_assert_uint_eq(h->dones[0].run, 2);
	ck_assert_uint_eq(h->dones[1].status, SQZ_OK);
	run.ring = 256;
	ck_assert_uint_eq(run_status(h, &run), SQZ_ERR_DESC);
	layer_blob_free(&blob);
	harness_destroy(h);
}
END_TEST

START_TEST(capacity)
{
	struct sqz_tile_config config = harness_config();
	struct layer_blob blob = small_blob();
	struct harness *h;

	config.arrays = 20;
	h = small_tile(&config, NULL);
	for (uint32_t slot = 0; slot < 2; slot++)
		ck_assert_uint_eq(harness_program(h, 0, slot, blob.bytes, 0),
				  SQZ_OK);
	ck_assert_uint_eq(harness_program(h, 0, 2, blob.bytes, 0),
			  SQZ_ERR_CAPACITY);
	/* A slot's own arrays are free before the new step comes. */
	ck_assert_uint_eq(harness_program(h, 0, 1, blob.bytes, 0), SQZ_OK);
	ck_assert_uint_eq(sqz_tile_arrays_used(tile_of(h)), 16);
	ck_assert_uint_eq(sqz_tile_max_wear(tile_of(h)), 2);
	/* A blob that is refused leaves the slot empty. */
	blob.bytes[0] ^= 1;
	ck_assert_uint_eq(harness_program(h, 0, 1, blob.bytes, 0),
			  SQZ_ERR_STEP);
	ck_assert_uint_eq(sqz_tile_arrays_used(tile_of(h)), 8);
	ck_assert_uint_eq(harness_program(h, 0, 1, blob.bytes, 64),
			  SQZ_ERR_STEP);
	layer_blob_free(&blob);
	harness_destroy(h);
}
END_TEST

/* Two steps need 12 bytes of line buffer each; 20 do for one at a time. */
START_TEST(line_buffers)
{
	const struct layer_shape shape = { 1, 20, 4, 4, 3, 1, 1, 0 };
	const struct layer_part part = { 0 };
	struct sqz_tile_config config = harness_config();
	struct harness *h;
	struct harness_run run = { .run = 1 };

	layer_random(&layer, SQZ_STEP_MAXPOOL, &shape, 0, 1);
	layer.kernel_h = 1;
	layer.out_h = 1;
	struct layer_blob blob = layer_blob(&layer, &part);

	for (config.edram_bytes = 20; config.edram_bytes <= 24;
	     config.edram_bytes += 4) {
		bool both = config.edram_bytes == 24;

		h = small_tile(&config, NULL);
		run.in = harness_alloc(h, 80);
		run.out = harness_alloc(h, 80);
		for (run.slot = 0; run.slot < 2; run.slot++)
			ck_assert_uint_eq(
			    harness_program(h, 0, run.slot, blob.bytes, 0),
			    SQZ_OK);
		h->done_count = 0;
		for (run.slot = 0; run.slot < 2; run.slot++)
			harness_start(h, &run);
		harness_drain(h);
		ck_assert_uint_eq(h->done_count, 2);
		ck_assert_uint_eq(h->dones[0].status,
				  both ? SQZ_OK : SQZ_ERR_CAPACITY);
		ck_assert_uint_eq(h->dones[1].status, SQZ_OK);
		harness_destroy(h);
	}
	layer_blob_free(&blob);
}
END_TEST

/* Lines of 8 bytes and of 60 in 70 bytes: an equal share of 35 for the small
 * one would leave too little for the large one. */
START_TEST(line_buffers_side_by_side)
{
	static struct layer layers[2];
	const struct layer_shape small = { 1, 20, 4, 4, 2, 1, 1, 0 };
	const struct layer_shape large = { 1, 20, 20, 20, 3, 1, 1, 0 };
	const struct layer_part part = { 0 };
	struct sqz_tile_config config = harness_config();
	struct harness *h;

	config.edram_bytes = 70;
	h = small_tile(&config, NULL);
	layer_random(&layers[0], SQZ_STEP_MAXPOOL, &small, 0, 1);
	layer_random(&layers[1], SQZ_STEP_MAXPOOL, &large, 0, 1);
	for (uint32_t slot = 0; slot < 2; slot++) {
		layers[slot].kernel_h = layers[slot].out_h = 1;
		struct layer_blob blob = layer_blob(&layers[slot], &part);

		ck_assert_uint_eq(harness_program(h, 0, slot, blob.bytes, 0),
				  SQZ_OK);
		layer_blob_free(&blob);
	}
	h->done_count = 0;
	for (uint32_t slot = 0; slot < 2; slot++) {
		struct harness_run run = { .run = slot + 1, .slot = slot };

		run.in = run.out = harness_alloc(h, 400);
		harness_start(h, &run);
	}
	harness_drain(h);
	ck_assert_uint_eq(h->done_count, 2);
	ck_assert_uint_eq(h->dones[0].status, SQZ_OK);
	ck_assert_uint_eq(h->dones[1].status, SQZ_OK);
	harness_destroy(h);
}
END_TEST

START_TEST(abort_of_programming)
{
	struct sqz_tile_config config = harness_config();
	struct layer_blob blob = small_blob();

	for (sqz_ps time = 7000; time < 1600000; time += 311000) {
		struct harness *h = small_tile(&config, NULL);
		struct sqz_packet *packet =
		    harness_packet(h, SQZ_PKT_PROGRAM, 0);
		struct harness_run run = small_run(h);

		packet->chunk = blob.size;
		packet->addr = harness_put(h, blob.bytes, blob.size);
		harness_send(h, packet);
		harness_drain_until(h, time);
		packet = harness_packet(h, SQZ_PKT_ABORT, 0);
		packet->epoch = 1;
		harness_send(h, packet);
		harness_drain(h);
		ck_assert_uint_eq(h->done_count, 1);
		ck_assert_uint_eq(sqz_tile_arrays_used(tile_of(h)), 0);
		ck_assert(!sqz_tile_busy(tile_of(h)));
		run.epoch = 1;
		ck_assert_uint_eq(run_status(h, &run), SQZ_ERR_SLOT);
		ck_assert_uint_eq(sqz_packet_pool_in_use(h->pool), 0);
		harness_destroy(h);
	}
	layer_blob_free(&blob);
}
END_TEST

/* -- addresses -- */

static void check_fault(struct harness *h, uint64_t addr)
{
	uint64_t code = 0, slot = 0;

	ck_assert_uint_eq(h->dones[0].status, SQZ_ERR_ADDRESS);
	ck_assert_uint_eq(h->dones[0].addr, addr);
	ck_assert_uint_eq(h->dones[0].payload_bytes, SQZ_DONE_PAYLOAD_BYTES);
	harness_register(h, 0, SQZ_TILE_FAULT_CODE, 4, false, &code);
	harness_register(h, 0, SQZ_TILE_FAULT_SLOT, 4, false, &slot);
	ck_assert_uint_eq(code, SQZ_ERR_ADDRESS);
	ck_assert_uint_eq(slot, 0);
}

START_TEST(bad_addresses)
{
	struct sqz_tile_config config = harness_config();
	struct harness *h = small_tile(&config, NULL);
	struct layer_blob blob = small_blob();
	struct harness_run good = small_run(h), run;
	struct sqz_packet *packet = harness_packet(h, SQZ_PKT_PROGRAM, 0);

	packet->addr = HARNESS_MEMORY_BASE + HARNESS_MEMORY_BYTES - 320;
	packet->chunk = 1000;
	harness_send(h, packet);
	harness_drain(h);
	check_fault(h, HARNESS_MEMORY_BASE + HARNESS_MEMORY_BYTES);

	ck_assert_uint_eq(harness_program(h, 0, 0, blob.bytes, 0), SQZ_OK);
	run = good;
	run.in = NOWHERE;
	run_status(h, &run);
	check_fault(h, NOWHERE);
	run = good;
	run.out = NOWHERE;
	run_status(h, &run);
	check_fault(h, NOWHERE);
	ck_assert_uint_eq(run_status(h, &good), SQZ_OK);
	ck_assert_uint_eq(sqz_packet_pool_in_use(h->pool), 0);
	layer_blob_free(&blob);
	harness_destroy(h);
}
END_TEST

START_TEST(bad_residual)
{
	const struct layer_shape shape = { 2, 2, 4, 4, 1, 1, 1, 0 };
	const struct layer_part part = { .n0 = 1, .n1 = 3 };
	struct sqz_tile_config config = harness_config();
	struct harness *h = small_tile(&config, NULL);
	struct harness_run run = small_run(h);

	layer_random(&layer, SQZ_STEP_ADD, &shape, 0, 1);
	struct layer_blob blob = layer_blob(&layer, &part);
	ck_assert_uint_eq(harness_program(h, 0, 0, blob.bytes, 0), SQZ_OK);
	run_status(h, &run); /* aux_addr is 0 */
	check_fault(h, 1);
	layer_blob_free(&blob);
	harness_destroy(h);
}
END_TEST

/* A memory that answers with an error. */
START_TEST(error_answers)
{
	struct sqz_tile_config config = harness_config();
	struct harness *h = small_tile(&config, NULL);
	struct layer_blob blob = small_blob();
	struct harness_run run = small_run(h);

	ck_assert_uint_eq(harness_program(h, 0, 0, blob.bytes, 0), SQZ_OK);
	h->done_count = 0;
	h->hold_reads = true;
	harness_start(h, &run);
	harness_drain(h);
	ck_assert_uint_eq(h->held_count, 2);
	for (uint32_t i = 0; i < 2; i++) {
		struct sqz_packet *answer =
		    harness_packet(h, SQZ_PKT_READ_DATA, 0);

		answer->tag = h->held[i]->tag;
		answer->status = SQZ_ERR_ADDRESS;
		answer->addr = h->held[i]->addr;
		harness_send(h, answer);
	}
	harness_drain(h);
	ck_assert_uint_eq(h->done_count, 1);
	check_fault(h, run.in);
	/* Answers that nobody asked for, or the second time. */
	h->hold_reads = false;
	for (uint32_t tag = 0; tag < 65536; tag += 257) {
		struct sqz_packet *answer =
		    harness_packet(h, SQZ_PKT_WRITE_ACK, 0);

		answer->tag = (uint16_t)tag;
		harness_send(h, answer);
	}
	harness_drain(h);
	ck_assert_uint_eq(sqz_tile_total(tile_of(h))->dropped_packets, 1 + 256);
	layer_blob_free(&blob);
	harness_destroy(h);
}
END_TEST

/* -- registers -- */

static uint64_t peek(struct harness *h, uint64_t offset)
{
	uint64_t value = 0;

	ck_assert_uint_eq(harness_register(h, 0, offset, 4, false, &value),
			  SQZ_OK);
	return value;
}

static void poke(struct harness *h, uint64_t offset, uint64_t value)
{
	ck_assert_uint_eq(harness_register(h, 0, offset, 4, true, &value),
			  SQZ_OK);
}

START_TEST(register_table)
{
	const struct sqz_reg_block *block = sqz_reg_block(SQZ_BLOCK_TILE);
	struct sqz_tile_config config = harness_config();
	struct harness *h = small_tile(&config, NULL);
	uint64_t value;

	for (size_t i = 0; i < block->reg_count; i++) {
		const struct sqz_reg_info *reg = &block->regs[i];
		bool writes = reg->access != SQZ_ACCESS_RO;

		peek(h, reg->offset);
		value = reg->access == SQZ_ACCESS_RW ? 0 : ~0u;
		ck_assert_uint_eq(
		    harness_register(h, 0, reg->offset, 4, true, &value),
		    writes ? SQZ_OK : SQZ_ERR_ADDRESS);
		ck_assert_uint_eq(
		    harness_register(h, 0, reg->offset, 2, false, &value),
		    SQZ_ERR_ADDRESS);
		ck_assert_uint_eq(
		    harness_register(h, 0, reg->offset, 8, false, &value),
		    SQZ_ERR_ADDRESS);
		ck_assert_uint_eq(
		    harness_register(h, 0, reg->offset + 2, 4, false, &value),
		    SQZ_ERR_ADDRESS);
		ck_assert_uint_eq(h->last.addr,
				  HARNESS_WINDOW(0) + reg->offset + 2);
	}
	ck_assert_uint_eq(harness_register(h, 0, 0x1000, 4, false, &value),
			  SQZ_ERR_ADDRESS);
	ck_assert_uint_eq(
	    harness_register(h, 0, (uint64_t)-4, 4, false, &value),
	    SQZ_ERR_ADDRESS);
	ck_assert_uint_eq(peek(h, SQZ_TILE_ID), SQZ_ID_TILE);
	ck_assert_uint_eq(peek(h, SQZ_TILE_CAPS), 64 | 4 << 16 | 8 << 24);
	ck_assert_uint_eq(peek(h, SQZ_TILE_GEOMETRY), 32 | 16 << 16);
	ck_assert_uint_eq(peek(h, SQZ_TILE_EDRAM_BYTES), 4096);
	ck_assert_uint_eq(peek(h, SQZ_TILE_FAULT_SLOT), 0xffffffff);
	harness_destroy(h);
}
END_TEST

START_TEST(status_registers)
{
	struct sqz_tile_config config = harness_config();
	struct harness *h = small_tile(&config, NULL);
	struct layer_blob blob = small_blob();
	struct harness_run run = small_run(h);

	harness_program(h, 0, 2, blob.bytes, 0);
	ck_assert_uint_eq(peek(h, SQZ_TILE_SLOTS_USED), 1);
	ck_assert_uint_eq(peek(h, SQZ_TILE_ARRAYS_USED), 8);
	ck_assert_uint_eq(peek(h, SQZ_TILE_ROW_WRITES_LO), 32);
	run.slot = 2;
	h->hold_reads = true;
	harness_start(h, &run);
	ck_assert_uint_eq(peek(h, SQZ_TILE_STATUS), 1);
	harness_release_reads(h);
	harness_drain(h);
	ck_assert_uint_eq(peek(h, SQZ_TILE_STATUS), 0);
	ck_assert_uint_eq(peek(h, SQZ_TILE_READS_LO), 192);
	ck_assert_uint_eq(peek(h, SQZ_TILE_CONVERSIONS_LO), 192 * 8);
	layer_blob_free(&blob);
	harness_destroy(h);
}
END_TEST

START_TEST(interrupts)
{
	struct sqz_tile_config config = harness_config();
	struct harness *h = small_tile(&config, NULL);
	struct harness_run run = small_run(h);

	run_status(h, &run);
	ck_assert_uint_eq(h->irq_count, 0);
	ck_assert_uint_eq(peek(h, SQZ_TILE_IRQ_STATUS), 1);
	ck_assert_uint_eq(peek(h, SQZ_TILE_FAULT_CODE), SQZ_ERR_SLOT);
	ck_assert_uint_eq(peek(h, SQZ_TILE_STATUS), 2);
	poke(h, SQZ_TILE_IRQ_STATUS, 1);
	poke(h, SQZ_TILE_IRQ_ENABLE, 1);
	ck_assert_uint_eq(h->irq_count, 0);
	run_status(h, &run);
	run_status(h, &run); /* still pending: no second packet */
	ck_assert_uint_eq(h->irq_count, 1);
	poke(h, SQZ_TILE_IRQ_STATUS, 1);
	run_status(h, &run);
	ck_assert_uint_eq(h->irq_count, 2);
	poke(h, SQZ_TILE_FAULT_CODE, 0xffffffff);
	ck_assert_uint_eq(peek(h, SQZ_TILE_STATUS), 0);
	harness_destroy(h);
}
END_TEST

START_TEST(reset)
{
	struct sqz_tile_config config = harness_config();
	struct harness *h = small_tile(&config, NULL);
	struct layer_blob blob = small_blob();
	struct harness_run run = small_run(h);

	harness_program(h, 0, 0, blob.bytes, 0);
	poke(h, SQZ_TILE_IRQ_ENABLE, 1);
	h->hold_reads = true;
	h->done_count = 0;
	harness_start(h, &run);
	harness_drain(h);
	poke(h, SQZ_TILE_CTRL, 1);
	ck_assert_uint_eq(h->done_count, 1);
	ck_assert_uint_eq(h->dones[0].status, SQZ_ERR_ABORTED);
	harness_release_reads(h);
	harness_drain(h);
	ck_assert_uint_eq(peek(h, SQZ_TILE_CTRL), 0);
	ck_assert_uint_eq(peek(h, SQZ_TILE_IRQ_ENABLE), 0);
	ck_assert_uint_eq(peek(h, SQZ_TILE_SLOTS_USED), 0);
	ck_assert_uint_eq(peek(h, SQZ_TILE_ARRAYS_USED), 0);
	ck_assert_uint_eq(peek(h, SQZ_TILE_ROW_WRITES_LO), 0);
	ck_assert_uint_eq(sqz_tile_total(tile_of(h))->row_writes, 32);
	ck_assert_uint_eq(run_status(h, &run), SQZ_ERR_SLOT);
	ck_assert_uint_eq(harness_program(h, 0, 0, blob.bytes, 0), SQZ_OK);
	ck_assert_uint_eq(run_status(h, &run), SQZ_OK);
	ck_assert_uint_eq(sqz_packet_pool_in_use(h->pool), 0);
	layer_blob_free(&blob);
	harness_destroy(h);
}
END_TEST

/* -- faults -- */

/* Every programmed cell counts: one flipped bit shows in its output. */
START_TEST(flipped_cell)
{
	struct sqz_tile_config config = harness_config();
	struct harness *h = small_tile(&config, NULL);
	struct harness_run run = small_run(h);
	struct layer_blob blob = small_blob();
	uint8_t wanted[96];

	layer_blob_free(&blob);
	layer.out_bytes = 4;
	layer.low = INT32_MIN;
	layer.high = INT32_MAX;
	for (unsigned i = 0; i < 8; i++)
		layer.scale[i] = (struct sqz_scale){ 1, 0 };
	const struct layer_part part = { .twos_complement = true,
					 .row_lists = true };
	blob = layer_blob(&layer, &part);
	run.out = harness_alloc(h, sizeof(wanted));
	harness_program(h, 0, 0, blob.bytes, 0);
	run_status(h, &run);
	layer_reference(&layer, harness_at(h, run.in), NULL, wanted);
	ck_assert(!memcmp(harness_at(h, run.out), wanted, sizeof(wanted)));
	/* Array 3 is plane 3; with the row list, array row 1 is input 2. */
	ck_assert_int_eq(sqz_tile_flip_cell(tile_of(h), 0, 3, 1, 5), 0);
	ck_assert_int_eq(sqz_tile_flip_cell(tile_of(h), 0, 8, 0, 0), -1);
	ck_assert_int_eq(sqz_tile_flip_cell(tile_of(h), 0, 0, 4, 0), -1);
	ck_assert_int_eq(sqz_tile_flip_cell(tile_of(h), 1, 0, 0, 0), -1);
	run_status(h, &run);
	layer.weights[5][2] ^= 8;
	layer_reference(&layer, harness_at(h, run.in), NULL, wanted);
	ck_assert(!memcmp(harness_at(h, run.out), wanted, sizeof(wanted)));
	layer_blob_free(&blob);
	harness_destroy(h);
}
END_TEST

START_TEST(bad_configs)
{
	const struct sqz_node_env env = { 0 };
	struct sqz_tile_config config = harness_config();
	struct sqz_error err;

	config.max_payload_bytes = SQZ_PACKET_MAX_PAYLOAD + 1;
	ck_assert_ptr_null(sqz_tile_create(&config, &env, NULL, &err));
	ck_assert_str_eq(err.text,
			 "tile: max_payload_bytes is 1025, not 8 to 1024");
	config = harness_config();
	config.slots = 0;
	ck_assert_ptr_null(sqz_tile_create(&config, &env, NULL, &err));
	config = harness_config();
	config.positions_per_packet = 2;
	ck_assert_ptr_null(sqz_tile_create(&config, &env, NULL, &err));
}
END_TEST

TCase *sqz_protocol_tests(void)
{
	TCase *tests = tcase_create("protocol");

	tcase_add_test(tests, time_of_a_step);
	tcase_add_test(tests, time_of_conversions);
	tcase_add_test(tests, time_of_programming);
	tcase_add_test(tests, counters);
	tcase_add_test(tests, joined_writes);
	tcase_add_test(tests, slots);
	tcase_add_test(tests, capacity);
	tcase_add_test(tests, line_buffers);
	tcase_add_test(tests, line_buffers_side_by_side);
	tcase_add_test(tests, abort_of_programming);
	tcase_add_test(tests, bad_addresses);
	tcase_add_test(tests, bad_residual);
	tcase_add_test(tests, error_answers);
	tcase_add_test(tests, register_table);
	tcase_add_test(tests, status_registers);
	tcase_add_test(tests, interrupts);
	tcase_add_test(tests, reset);
	tcase_add_test(tests, flipped_cell);
	tcase_add_test(tests, bad_configs);
	return tests;
}
