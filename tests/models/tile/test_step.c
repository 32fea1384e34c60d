/* Blobs that do not hold together. */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "layer.h"
#include "tile/step.h"
#include "tile_suites.h"

static const struct sqz_step_limits LIMITS = { 64, 32, 16, 8, 4096, 9, 8, 10 };
static struct layer layer;

static struct layer_blob good_blob(uint32_t max_shift, bool row_lists)
{
	const struct layer_shape shape = { 6, 6, 6, 20, 3, 1, 1, 1 };
	const struct layer_part part = { .remote_workers = 1,
					 .workers = { { 9, 0 } },
					 .row_lists = row_lists };

	layer_random(&layer, SQZ_STEP_MVM, &shape, max_shift, 1);
	layer.residual = true;
	return layer_blob(&layer, &part);
}

static enum sqz_status load(const uint8_t *blob, size_t bytes)
{
	struct sqz_step *step;
	enum sqz_status status = sqz_step_load(&LIMITS, blob, bytes, &step);

	ck_assert((status == SQZ_OK) == (step != NULL));
	sqz_step_free(step);
	return status;
}

START_TEST(good)
{
	struct layer_blob blob = good_blob(3, true);
	struct sqz_step *step;

	ck_assert_int_eq(sqz_step_load(&LIMITS, blob.bytes, blob.size, &step),
			 SQZ_OK);
	ck_assert_uint_eq(step->array_count, blob.arrays);
	ck_assert_uint_eq(step->positions, 36);
	ck_assert_uint_eq(step->outputs, 20);
	/* 54 rows in two blocks, two column blocks share their word lines. */
	ck_assert_uint_eq(step->block_count, 4);
	ck_assert_uint_eq(step->input_count, 2);
	/* Two rows of 6 pixels and three of the third. */
	ck_assert_uint_eq(step->window.span, 15);
	ck_assert_uint_eq(step->line_bytes, 15 * 6);
	ck_assert_uint_eq(step->costs.cycles, 8 + 3);
	ck_assert_uint_eq(step->costs.conversions, 16);
	ck_assert_uint_eq(step->costs.array_cycles, 4 * 14 * 11);
	ck_assert_uint_eq(step->costs.row_writes, 2 * 54 * 14);
	ck_assert_uint_eq(step->costs.cell_cycles, 54 * 20 * 14 * 8);
	ck_assert_uint_eq(step->costs.dac_row_cycles, 2 * 54 * 14 * 8);
	ck_assert_uint_eq(step->costs.conversions_total, 2 * 20 * 14 * 11);
	sqz_step_free(step);
	/* Bytes behind the blob are somebody else's. */
	blob.bytes = realloc(blob.bytes, blob.size + 100);
	ck_assert_int_eq(load(blob.bytes, blob.size + 100), SQZ_OK);
	layer_blob_free(&blob);
}
END_TEST

/* Copies of exactly so many bytes, so that a sanitizer sees an overrun. */
START_TEST(truncated)
{
	struct layer_blob blob = good_blob(2, true);

	for (uint32_t bytes = 0; bytes < blob.size; bytes += 1 + bytes / 50) {
		uint8_t *cut = malloc(bytes + !bytes);

		memcpy(cut, blob.bytes, bytes);
		ck_assert_int_eq(load(cut, bytes), SQZ_ERR_STEP);
		if (bytes >= sizeof(struct sqz_step_header)) {
			/* The header believes in it. */
			((struct sqz_step_header *)cut)->bytes = bytes;
			ck_assert_int_ne(load(cut, bytes), SQZ_OK);
		}
		free(cut);
	}
	layer_blob_free(&blob);
}
END_TEST

struct patch {
	const char *name;
	size_t offset;
	uint32_t bytes;
	uint32_t value;
	enum sqz_status status;
};

#define HEADER(field, value)                                                   \
	{                                                                      \
#field, offsetof(struct sqz_step_header, field),               \
		    sizeof(((struct sqz_step_header *)0)->field), (value),     \
		    SQZ_ERR_STEP                                               \
	}

static const struct patch HEADER_PATCHES[] = {
	HEADER(magic, 1),
	HEADER(version, 2),
	HEADER(kind, 0),
	HEADER(kind, SQZ_STEP_KINDS),
	HEADER(kind, SQZ_STEP_COPY),
	HEADER(kind, SQZ_STEP_ADD),
	HEADER(kind, SQZ_STEP_MAXPOOL),
	HEADER(flags, 16),
	HEADER(flags, SQZ_STEP_F_REDUCER | SQZ_STEP_F_PARTIAL_OUT), /* bytes */
	HEADER(flags, SQZ_STEP_F_PARTIAL_IN),
	HEADER(flags, 0),
	HEADER(bytes, 100),
	HEADER(bytes, 0xffffffff),
	HEADER(in_h, 0),
	HEADER(in_h, 0xffffffff),
	HEADER(in_w, 3),
	HEADER(in_c, 0),
	HEADER(in_c, 5),
	HEADER(in_c, 0x80000000),
	HEADER(out_h, 0),
	HEADER(out_h, 9),
	HEADER(out_w, 0x10000),
	HEADER(out_c, 19),
	HEADER(out_c, 0x20000),
	HEADER(kernel_h, 0),
	HEADER(kernel_w, 0xffff),
	HEADER(stride_y, 0),
	HEADER(stride_x, 60),
	HEADER(dilation_x, 0),
	HEADER(pad_top, 0xffff),
	HEADER(k0, 54),
	HEADER(k1, 55),
	HEADER(k1, 53),
	HEADER(k1, 0),
	HEADER(n0, 20),
	HEADER(n1, 21),
	HEADER(n1, 0),
	HEADER(y0, 1),
	HEADER(y1, 7),
	HEADER(y1, 0xffffffff),
	HEADER(fetch_c0, 6),
	HEADER(fetch_c0, 1),
	HEADER(fetch_c1, 5),
	HEADER(fetch_c1, 7),
	HEADER(input_bits, 0),
	HEADER(input_bits, 9),
	HEADER(out_bytes, 2),
	HEADER(z_in, 256),
	HEADER(z_in, 0xffffffff),
	HEADER(z_residual, 256),
	HEADER(low, 300),
	HEADER(low, 0xffffffff),
	HEADER(high, 256),
	HEADER(remote_workers, 0x40000000),
	HEADER(workers_offset, 4),
	HEADER(workers_offset, 0xfffffffc),
	HEADER(bias_offset, 0),
	HEADER(bias_offset, 193),
	HEADER(scale_offset, 0x7ffffff0),
	HEADER(residual_offset, 3),
	HEADER(block_count, 0),
	HEADER(block_count, 3),
	HEADER(block_count, 0x10000000),
	HEADER(blocks_offset, 0),
	HEADER(blocks_offset, 0xfffffff8),
	HEADER(array_count, 55),
	HEADER(array_count, 57),
	{ "arrays", offsetof(struct sqz_step_header, array_count), 4, 65,
	  SQZ_ERR_CAPACITY },
	HEADER(arrays_offset, 1),
	HEADER(arrays_offset, 0xfffffff0),
	HEADER(max_shift, 2),
	HEADER(max_shift, 8),
	{ "reserved", offsetof(struct sqz_step_header, reserved), 4, 1,
	  SQZ_ERR_STEP },
};

static void try_patch(struct layer_blob *blob, size_t base,
		      const struct patch *patch)
{
	uint8_t saved[4];
	enum sqz_status status;

	memcpy(saved, blob->bytes + base + patch->offset, patch->bytes);
	memcpy(blob->bytes + base + patch->offset, &patch->value, patch->bytes);
	status = load(blob->bytes, blob->size);
	memcpy(blob->bytes + base + patch->offset, saved, patch->bytes);
	ck_assert_msg(status == patch->status, "%s = %u gives %d", patch->name,
		      patch->value, status);
}

START_TEST(bad_headers)
{
	struct layer_blob blob = good_blob(3, false);
	size_t count = sizeof(HEADER_PATCHES) / sizeof(HEADER_PATCHES[0]);

	for (size_t i = 0; i < count; i++)
		try_patch(&blob, 0, &HEADER_PATCHES[i]);
	ck_assert_int_eq(load(blob.bytes, blob.size), SQZ_OK);
	layer_blob_free(&blob);
}
END_TEST

static const struct patch COPY_PATCHES[] = {
	HEADER(kernel_h, 2),
	HEADER(stride_x, 2),
	HEADER(flags, 0),
	HEADER(flags, 3),
	HEADER(out_h, 5),
	HEADER(out_w, 4),
	HEADER(out_h, 20000),
	HEADER(pad_top, 3),
	HEADER(fetch_c0, 1),
	HEADER(n1, 8),
	HEADER(n0, 12),
	HEADER(fetch_c1, 10),
	HEADER(remote_workers, 1),
	HEADER(block_count, 1),
	HEADER(scale_offset, 0),
};

/* 9 channels of 9 into 4..13 of 20, padded by 1. */
START_TEST(bad_copies)
{
	static struct layer layer;
	const struct layer_shape shape = { 5, 4, 9, 20, 1, 1, 1, 1 };
	const struct layer_part part = { .n0 = 4, .n1 = 13 };

	layer_random(&layer, SQZ_STEP_COPY, &shape, 0, 3);
	layer.first_channel = 4;
	struct layer_blob blob = layer_blob(&layer, &part);
	ck_assert_int_eq(load(blob.bytes, blob.size), SQZ_OK);
	for (size_t i = 0; i < sizeof(COPY_PATCHES) / sizeof(COPY_PATCHES[0]);
	     i++)
		try_patch(&blob, 0, &COPY_PATCHES[i]);
	layer_blob_free(&blob);
}
END_TEST

#define BLOCK(field, value)                                                    \
	{                                                                      \
#field, offsetof(struct sqz_block, field), 4, (value),         \
		    SQZ_ERR_STEP                                               \
	}
#define ARRAY(field, value)                                                    \
	{                                                                      \
#field, offsetof(struct sqz_array, field),                     \
		    sizeof(((struct sqz_array *)0)->field), (value),           \
		    SQZ_ERR_STEP                                               \
	}

static const struct patch BLOCK_PATCHES[] = {
	BLOCK(row0, 54),
	BLOCK(row0, 0xffffffff),
	BLOCK(rows, 0),
	BLOCK(rows, 33),
	BLOCK(rows, 0x80000000),
	BLOCK(col0, 20),
	BLOCK(col0, 0xfffffff0),
	BLOCK(cols, 0),
	BLOCK(cols, 17),
	BLOCK(first_array, 57),
	BLOCK(first_array, 1), /* two blocks claim an array */
	BLOCK(arrays, 13),     /* one is nobody's */
	BLOCK(arrays, 65),
	BLOCK(shifts_offset, 0),
	BLOCK(shifts_offset, 0xffffffff),
	BLOCK(row_list_offset, 8),
	BLOCK(row_list_offset, 193),
	BLOCK(max_shift, 2),
	BLOCK(max_shift, 4),
	BLOCK(reserved, 1),
};

static const struct patch ARRAY_PATCHES[] = {
	ARRAY(plane, 31),
	ARRAY(cell_bits, 0),
	ARRAY(cell_bits, 2), /* unlike the block's other arrays */
	ARRAY(cell_bits, 3),
	ARRAY(flags, SQZ_ARRAY_F_OFFSET), /* cells of one bit have none */
	ARRAY(flags, SQZ_ARRAY_F_CHECK),
	ARRAY(flags, 0x8000),
	ARRAY(bits_offset, 0),
	ARRAY(bits_offset, 196),
	ARRAY(bits_offset, 0xfffffff8),
	ARRAY(destinations_offset, 192),
	ARRAY(check_offset, 192),
};

START_TEST(bad_blocks_and_arrays)
{
	struct layer_blob blob = good_blob(3, true);
	struct sqz_step_header h;

	memcpy(&h, blob.bytes, sizeof(h));
	for (size_t i = 0; i < sizeof(BLOCK_PATCHES) / sizeof(BLOCK_PATCHES[0]);
	     i++)
		try_patch(&blob, h.blocks_offset, &BLOCK_PATCHES[i]);
	for (size_t i = 0; i < sizeof(ARRAY_PATCHES) / sizeof(ARRAY_PATCHES[0]);
	     i++)
		try_patch(&blob, h.arrays_offset, &ARRAY_PATCHES[i]);
	layer_blob_free(&blob);
}
END_TEST

START_TEST(bad_tables)
{
	struct layer_blob blob = good_blob(3, true);
	struct sqz_step_header h;
	struct sqz_block block;
	struct sqz_array array;

	memcpy(&h, blob.bytes, sizeof(h));
	memcpy(&block, blob.bytes + h.blocks_offset, sizeof(block));
	memcpy(&array, blob.bytes + h.arrays_offset, sizeof(array));

	const struct patch patches[] = {
		{ "mult", h.scale_offset, 4, 0x80000000, SQZ_ERR_STEP },
		{ "shift", h.scale_offset + 4, 4, 63, SQZ_ERR_STEP },
		{ "residual", h.residual_offset + 4, 4, 64, SQZ_ERR_STEP },
		{ "shifts", block.shifts_offset, 1, 4, SQZ_ERR_STEP },
		{ "row", block.row_list_offset, 2, 54, SQZ_ERR_STEP },
		{ "row", block.row_list_offset, 2, 0xffff, SQZ_ERR_STEP },
		/* 32 rows: the upper half of the word is padding. */
		{ "padding", array.bits_offset + 4, 1, 1, SQZ_ERR_STEP },
	};
	for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++)
		try_patch(&blob, 0, &patches[i]);
	layer_blob_free(&blob);
}
END_TEST

START_TEST(uncovered_row)
{
	const struct layer_shape shape = { 6, 6, 6, 10, 3, 1, 1, 1 };
	const struct layer_part part = { .row_lists = true };
	struct sqz_step_header h;
	struct sqz_block block;

	layer_random(&layer, SQZ_STEP_MVM, &shape, 0, 1);
	struct layer_blob blob = layer_blob(&layer, &part);
	memcpy(&h, blob.bytes, sizeof(h));
	memcpy(&block, blob.bytes + h.blocks_offset, sizeof(block));
	ck_assert_int_eq(load(blob.bytes, blob.size), SQZ_OK);
	/* Row 31 stands first in the list; now row 30 does so twice. */
	const struct patch patch = { "row", block.row_list_offset, 2, 30,
				     SQZ_ERR_STEP };
	try_patch(&blob, 0, &patch);
	layer_blob_free(&blob);
}
END_TEST

START_TEST(capacity)
{
	struct layer_blob blob = good_blob(0, false);
	struct sqz_step_limits limits = LIMITS;
	struct sqz_step *step;

	limits.edram_bytes = 15 * 6 - 1;
	ck_assert_int_eq(sqz_step_load(&limits, blob.bytes, blob.size, &step),
			 SQZ_ERR_CAPACITY);
	limits.edram_bytes++;
	ck_assert_int_eq(sqz_step_load(&limits, blob.bytes, blob.size, &step),
			 SQZ_OK);
	sqz_step_free(step);
	limits.arrays = 55;
	ck_assert_int_eq(sqz_step_load(&limits, blob.bytes, blob.size, &step),
			 SQZ_ERR_CAPACITY);
	ck_assert_ptr_null(step);
	layer_blob_free(&blob);
}
END_TEST

START_TEST(vector_steps)
{
	const struct layer_shape shape = { 6, 6, 6, 6, 2, 2, 1, 0 };
	const struct layer_part part = { 0 };
	static const struct patch patches[] = {
		HEADER(flags, 0),
		HEADER(flags, 3),
		HEADER(flags, SQZ_STEP_F_REDUCER | SQZ_STEP_F_PARTIAL_IN),
		HEADER(average_count, 0),
		HEADER(average_count, 2),
		HEADER(average_offset, 0),
		HEADER(remote_workers, 1),
		HEADER(fetch_c0, 1),
		HEADER(out_c, 7),
		HEADER(array_count, 1),
		HEADER(pad_top, 40),
		/* windows that see nothing but padding */
		HEADER(pad_left, 2),
	};

	layer_random(&layer, SQZ_STEP_AVGPOOL, &shape, 0, 1);
	struct layer_blob blob = layer_blob(&layer, &part);
	ck_assert_int_eq(load(blob.bytes, blob.size), SQZ_OK);
	for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++)
		try_patch(&blob, 0, &patches[i]);
	layer_blob_free(&blob);
}
END_TEST

/* Whatever a broken blob says: refused, or run to some end. */
static void run_broken(const uint8_t *blob, uint32_t bytes)
{
	struct harness_options options = harness_options(1);
	struct sqz_tile_config config = harness_config();
	struct harness *h = harness_create(&options, &config, NULL);
	struct harness_run run = { .run = 1 };
	uint32_t status;

	run.in = run.out = run.residual = run.partial =
	    harness_alloc(h, 1 << 20);
	status = harness_program(h, 0, 0, blob, bytes);
	ck_assert(status == SQZ_OK || status == SQZ_ERR_STEP ||
		  status == SQZ_ERR_CAPACITY);
	if (status == SQZ_OK) {
		harness_start(h, &run);
		harness_drain_until(h, h->now + 3000000);
	}
	harness_destroy(h);
}

START_TEST(flipped_bits)
{
	struct layer_blob blob = good_blob(3, true);
	struct layer_blob copy = blob;
	uint64_t random = 5;

	copy.bytes = malloc(blob.size);
	for (unsigned i = 0; i < 1500; i++) {
		uint32_t area = i % 3 ? 192 : blob.size;

		memcpy(copy.bytes, blob.bytes, blob.size);
		for (unsigned f = 0; f <= i % 2; f++) {
			random = random * 6364136223846793005u + 1;
			uint32_t bit = (uint32_t)(random >> 33) % (area * 8);

			copy.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		run_broken(copy.bytes, blob.size);
	}
	free(copy.bytes);
	layer_blob_free(&blob);
}
END_TEST

/* Sums need no tables; they are words, and have no residual. */
START_TEST(partial_sums)
{
	const struct layer_shape shape = { 6, 6, 6, 20, 3, 1, 1, 1 };
	const struct layer_part part = { .flags = SQZ_STEP_F_PARTIAL_OUT |
						  SQZ_STEP_F_PARTIAL_IN };
	static const struct patch patches[] = {
		HEADER(out_bytes, 1),
		HEADER(flags, 7),
		HEADER(flags, SQZ_STEP_F_REDUCER | SQZ_STEP_F_PARTIAL_IN),
	};
	struct sqz_step *step;

	layer_random(&layer, SQZ_STEP_MVM, &shape, 0, 1);
	struct layer_blob blob = layer_blob(&layer, &part);
	ck_assert_int_eq(sqz_step_load(&LIMITS, blob.bytes, blob.size, &step),
			 SQZ_OK);
	ck_assert(step->partial_out && step->reads[SQZ_OPERAND_PARTIAL]);
	ck_assert_ptr_null(step->scale);
	sqz_step_free(step);
	for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++)
		try_patch(&blob, 0, &patches[i]);
	layer_blob_free(&blob);
}
END_TEST

/* The second row of outputs reads rows 1..4 of the input, of which the
 * producers make 0..2 and 2..6. */
START_TEST(chains)
{
	const struct layer_shape shape = { 6, 6, 6, 20, 3, 1, 1, 1 };
	static const struct sqz_producer producers[] = {
		{ SQZ_OPERAND_INPUT, 0, 0, 2 },
		{ SQZ_OPERAND_INPUT, 0, 2, 6 },
		{ SQZ_OPERAND_INPUT, 0, 2, 6 },
		{ SQZ_OPERAND_RESIDUAL, 0, 0, 6 },
	};
	static const uint16_t tokens[] = { 0, 1, 2, 2, 0, 0, /* input */
					   0, 0, 1, 0, 0, 0, /* residual */
					   0, 0, 0, 0, 0, 0 };
	static const struct sqz_consumer consumers[] = {
		{ 7, 3, SQZ_OPERAND_INPUT, 0 },
	};
	const struct layer_part part = { .remote_workers = 1,
					 .workers = { { 9, 0 } },
					 .y0 = 2,
					 .y1 = 3,
					 .producers = producers,
					 .producer_count = 4,
					 .consumers = consumers,
					 .consumer_count = 1 };
	struct sqz_step_header h;
	struct sqz_step *step;

	layer_random(&layer, SQZ_STEP_MVM, &shape, 0, 1);
	layer.residual = true;
	struct layer_blob blob = layer_blob(&layer, &part);
	ck_assert_int_eq(sqz_step_load(&LIMITS, blob.bytes, blob.size, &step),
			 SQZ_OK);
	ck_assert(!memcmp(step->tokens, tokens, sizeof(tokens)));
	ck_assert_uint_eq(step->consumers[0].node, 7);
	sqz_step_free(step);

	memcpy(&h, blob.bytes, sizeof(h));
	const struct patch patches[] = {
		HEADER(producer_count, 5),
		HEADER(producer_count, 0x10000),
		HEADER(producer_count, 0xffffffff),
		HEADER(producers_offset, 0),
		HEADER(producers_offset, 0xfffffffc),
		HEADER(consumer_count, 0x40000000),
		HEADER(consumers_offset, 0),
		HEADER(consumers_offset, 195),
		{ "operand", h.producers_offset, 2, 2, SQZ_ERR_STEP },
		{ "operand", h.producers_offset, 2, 3, SQZ_ERR_STEP },
		{ "reserved", h.producers_offset + 2, 2, 1, SQZ_ERR_STEP },
		{ "y0", h.producers_offset + 4, 4, 2, SQZ_ERR_STEP },
		{ "y1", h.producers_offset + 8, 4, 7, SQZ_ERR_STEP },
		{ "operand", h.consumers_offset + 4, 2, 3, SQZ_ERR_STEP },
		{ "node", h.consumers_offset, 2, 10, SQZ_ERR_STEP },
		{ "node", h.consumers_offset, 2, 0xffff, SQZ_ERR_STEP },
		{ "worker", h.workers_offset, 2, 10, SQZ_ERR_STEP },
		{ "reserved", h.consumers_offset + 6, 2, 1, SQZ_ERR_STEP },
		/* A worker writes nothing that others could read. */
		HEADER(flags, 0),
	};
	for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++)
		try_patch(&blob, 0, &patches[i]);
	layer_blob_free(&blob);
}
END_TEST

START_TEST(worker_of_a_reducer_outside_the_mesh)
{
	const struct layer_shape shape = { 6, 6, 6, 20, 3, 1, 1, 1 };
	struct layer_part part = { .worker_only = true, .reducer_node = 9 };

	layer_random(&layer, SQZ_STEP_MVM, &shape, 0, 1);
	for (uint32_t i = 0; i < 2; i++, part.reducer_node++) {
		struct layer_blob blob = layer_blob(&layer, &part);

		ck_assert_int_eq(load(blob.bytes, blob.size),
				 i ? SQZ_ERR_STEP : SQZ_OK);
		layer_blob_free(&blob);
	}
}
END_TEST

TCase *sqz_step_tests(void)
{
	TCase *tests = tcase_create("step");

	tcase_add_test(tests, worker_of_a_reducer_outside_the_mesh);
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, good);
	tcase_add_test(tests, truncated);
	tcase_add_test(tests, bad_headers);
	tcase_add_test(tests, bad_copies);
	tcase_add_test(tests, bad_blocks_and_arrays);
	tcase_add_test(tests, bad_tables);
	tcase_add_test(tests, uncovered_row);
	tcase_add_test(tests, capacity);
	tcase_add_test(tests, vector_steps);
	tcase_add_test(tests, partial_sums);
	tcase_add_test(tests, chains);
	tcase_add_test(tests, flipped_bits);
	return tests;
}
