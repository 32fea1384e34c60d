/* One tile by itself against plain loops. */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "layer.h"
#include "tile_suites.h"

static struct layer layer;

/* Bytes around the output that nobody may touch. */
#define GUARD 64

struct fixture {
	struct harness *h;
	uint64_t in, residual, out;
	uint8_t *wanted;
};

static void prepare(struct fixture *f, const struct harness_options *options,
		    const struct sqz_tile_config *config)
{
	struct layer *l = &layer;

	f->h = harness_create(options, config, NULL);
	f->in = harness_alloc(f->h, layer_in_bytes(l));
	f->residual = harness_alloc(f->h, layer_residual_bytes(l));
	f->out = harness_alloc(f->h, layer_out_bytes(l) + 2 * GUARD) + GUARD;
	layer_random_bytes(harness_at(f->h, f->in), layer_in_bytes(l), 11);
	layer_random_bytes(harness_at(f->h, f->residual),
			   layer_residual_bytes(l), 12);
	memset(harness_at(f->h, f->out) - GUARD, 0xa5,
	       layer_out_bytes(l) + 2 * GUARD);
	f->wanted = malloc(layer_out_bytes(l));
	layer_reference(l, harness_at(f->h, f->in),
			harness_at(f->h, f->residual), f->wanted);
}

static void check_output(const struct fixture *f)
{
	const uint8_t *out = harness_at(f->h, f->out);
	uint32_t bytes = layer_out_bytes(&layer);

	for (uint32_t i = 0; i < bytes; i++)
		ck_assert_msg(out[i] == f->wanted[i],
			      "byte %u of %u is %u, not %u", i, bytes, out[i],
			      f->wanted[i]);
	for (int i = 1; i <= GUARD; i++) {
		ck_assert_uint_eq(out[-i], 0xa5);
		ck_assert_uint_eq(out[bytes + (uint32_t)i - 1], 0xa5);
	}
}

static void end(struct fixture *f)
{
	ck_assert_uint_eq(sqz_packet_pool_in_use(f->h->pool), 0);
	harness_destroy(f->h);
	free(f->wanted);
}

static void start(struct fixture *f, uint32_t run)
{
	const struct harness_run request = { .run = run,
					     .in = f->in,
					     .out = f->out,
					     .residual = f->residual,
					     .layer = 1 };

	f->h->done_count = 0;
	harness_start(f->h, &request);
}

static void run_part(const struct harness_options *options,
		     const struct sqz_tile_config *config,
		     const struct layer_part *part)
{
	struct fixture f;
	struct layer_blob blob = layer_blob(&layer, part);

	prepare(&f, options, config);
	ck_assert_uint_eq(harness_program(f.h, 0, 0, blob.bytes, 0), SQZ_OK);
	/* Twice: nothing may be left from the first run. */
	for (uint32_t run = 1; run <= 2; run++) {
		start(&f, run);
		harness_drain(f.h);
		ck_assert_uint_eq(f.h->done_count, 1);
		ck_assert_uint_eq(f.h->dones[0].status, SQZ_OK);
		ck_assert_uint_eq(f.h->dones[0].run, run);
		check_output(&f);
		memset(harness_at(f.h, f.out), 0xa5, layer_out_bytes(&layer));
	}
	layer_blob_free(&blob);
	end(&f);
}

static void run_with(const struct harness_options *options,
		     const struct sqz_tile_config *config)
{
	const struct layer_part part = { 0 };

	run_part(options, config, &part);
}

static void run_plain(void)
{
	struct harness_options options = harness_options(1);
	struct sqz_tile_config config = harness_config();

	config.arrays = 4096;
	run_with(&options, &config);
	options.jitter_ps = 60000;
	options.send_limit = 1;
	run_with(&options, &config);
	config.edram_bytes = 65536;
	config.vector_cycle_ps = 70000;
	run_with(&options, &config);
}

static void mvm(const struct layer_shape *shape, uint32_t max_shift)
{
	layer_random(&layer, SQZ_STEP_MVM, shape, max_shift, 42);
	run_plain();
	layer.residual = true;
	run_plain();
}

START_TEST(convolutions)
{
	static const struct layer_shape shapes[] = {
		/* h, w, in, out, kernel, stride, dilation, pad */
		{ 7, 5, 3, 4, 1, 1, 1, 0 },   { 6, 7, 4, 20, 3, 1, 1, 1 },
		{ 9, 8, 5, 6, 3, 2, 1, 1 },   { 11, 10, 2, 3, 3, 1, 2, 2 },
		{ 12, 9, 1, 5, 5, 3, 1, 2 },  { 8, 8, 6, 7, 1, 2, 1, 0 },
		{ 5, 5, 2, 3, 3, 1, 3, 3 },   { 9, 9, 3, 2, 2, 3, 1, 0 },
		{ 4, 6, 2, 3, 1, 1, 1, 1 },   { 1, 1, 70, 9, 1, 1, 1, 0 },
		{ 3, 3, 40, 10, 3, 1, 1, 0 }, { 10, 1, 2, 33, 3, 1, 1, 1 },
	};

	for (unsigned i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		mvm(&shapes[i], i % 4);
}
END_TEST

START_TEST(forms)
{
	const struct layer_shape shape = { 6, 6, 9, 18, 3, 1, 1, 1 };
	struct harness_options options = harness_options(1);
	struct sqz_tile_config config = harness_config();
	struct layer_part part = { 0 };

	config.arrays = 4096;
	config.array_rows = 128;
	config.array_columns = 128;
	layer_random(&layer, SQZ_STEP_MVM, &shape, 3, 7);
	config.adc_bits = 11; /* enough for cells of 4 bits */
	for (unsigned i = 0; i < 24; i++) {
		part.cell_bits = 1u << i / 8;
		part.twos_complement = i & 1;
		part.row_lists = i & 2;
		part.array_rows = i & 4 ? 128 : 20;
		part.array_columns = i & 4 ? 128 : 5;
		run_part(&options, &config, &part);
	}
}
END_TEST

/* 5 x 4 cells of 2 bits, two's complement: 4 arrays, one with a unit line. */
START_TEST(costs_of_cells)
{
	const struct layer_shape shape = { 1, 1, 5, 4, 1, 1, 1, 0 };
	const struct harness_options options = harness_options(1);
	struct sqz_tile_config config = harness_config();
	const struct layer_part part = { .twos_complement = true,
					 .cell_bits = 2 };
	struct fixture f;

	layer_random(&layer, SQZ_STEP_MVM, &shape, 0, 9);
	struct layer_blob blob = layer_blob(&layer, &part);
	prepare(&f, &options, &config);
	ck_assert_uint_eq(harness_program(f.h, 0, 0, blob.bytes, 0), SQZ_OK);
	start(&f, 1);
	harness_drain(f.h);
	check_output(&f);
	const struct sqz_tile_counters *total =
	    sqz_tile_total(f.h->nodes[HARNESS_TILE0].tile);
	ck_assert_uint_eq(total->array_reads, 4 * 8);
	ck_assert_uint_eq(total->adc_conversions, (4 * 4 + 1) * 8);
	ck_assert_uint_eq(total->shift_adds, (4 * 4 + 1) * 8);
	ck_assert_uint_eq(total->active_cell_cycles, (4 * 4 + 1) * 5 * 8);
	ck_assert_uint_eq(total->dac_row_cycles, 4 * 5 * 8);
	layer_blob_free(&blob);
	end(&f);
}
END_TEST

START_TEST(logits)
{
	const struct layer_shape shape = { 1, 1, 75, 13, 1, 1, 1, 0 };

	layer_random(&layer, SQZ_STEP_MVM, &shape, 0, 3);
	layer.out_bytes = 4;
	layer.low = INT32_MIN;
	layer.high = INT32_MAX;
	layer.z_out = 0;
	for (unsigned i = 0; i < 13; i++)
		layer.scale[i] = (struct sqz_scale){ 1, 0 };
	run_plain();
}
END_TEST

START_TEST(wide_logits)
{
	const struct layer_shape shape = { 4, 3, 5, 70, 1, 1, 1, 0 };

	layer_random(&layer, SQZ_STEP_MVM, &shape, 0, 3);
	layer.out_bytes = 4;
	layer.low = -50;
	layer.high = 1000000;
	layer.z_out = -7;
	run_plain();
}
END_TEST

START_TEST(bounds)
{
	const struct layer_shape shape = { 5, 5, 4, 8, 3, 1, 1, 1 };

	layer_random(&layer, SQZ_STEP_MVM, &shape, 0, 5);
	layer.low = 100;
	layer.high = 160;
	run_plain();
}
END_TEST

START_TEST(poolings)
{
	static const struct layer_shape shapes[] = {
		{ 8, 8, 5, 5, 2, 2, 1, 0 },
		{ 9, 7, 20, 20, 3, 2, 1, 1 },
		{ 7, 7, 30, 30, 7, 1, 1, 0 },
		{ 6, 6, 3, 3, 3, 1, 1, 1 },
	};

	for (unsigned i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		layer_random(&layer, SQZ_STEP_MAXPOOL, &shapes[i], 0, i);
		run_plain();
		layer_random(&layer, SQZ_STEP_AVGPOOL, &shapes[i], 0, i);
		run_plain();
		/* Padding counts as elements of value z. */
		layer.average[0] =
		    layer.average[shapes[i].kernel * shapes[i].kernel - 1];
		layer.average_count = 1;
		run_plain();
	}
}
END_TEST

START_TEST(additions)
{
	const struct layer_shape shape = { 6, 5, 37, 37, 1, 1, 1, 0 };

	layer_random(&layer, SQZ_STEP_ADD, &shape, 0, 9);
	run_plain();
}
END_TEST

/* A padded picture: all channels, more padding behind than before. */
START_TEST(padded_copies)
{
	const struct layer_shape shape = { 6, 5, 21, 21, 1, 1, 1, 2 };

	layer_random(&layer, SQZ_STEP_COPY, &shape, 0, 9);
	run_plain();
	layer.out_h += 3;
	layer.out_w += 1;
	run_plain();
}
END_TEST

/* 9 channels of 9 into channels 4..13 of 20: the rest stays as it was. */
START_TEST(copies_into_part_of_the_output)
{
	const struct layer_shape shape = { 5, 4, 9, 20, 1, 1, 1, 0 };
	const struct harness_options options = harness_options(1);
	struct sqz_tile_config config = harness_config();
	const struct layer_part part = { .n0 = 4, .n1 = 13 };
	struct fixture f;

	layer_random(&layer, SQZ_STEP_COPY, &shape, 0, 3);
	layer.first_channel = 4;
	struct layer_blob blob = layer_blob(&layer, &part);
	prepare(&f, &options, &config);
	for (uint32_t b = 0; b < layer_out_bytes(&layer); b++)
		if (b % 20 < 4 || b % 20 >= 13)
			f.wanted[b] = 0xa5;
	ck_assert_uint_eq(harness_program(f.h, 0, 0, blob.bytes, 0), SQZ_OK);
	start(&f, 1);
	harness_drain(f.h);
	ck_assert_uint_eq(f.h->dones[0].status, SQZ_OK);
	check_output(&f);
	end(&f);
	layer_blob_free(&blob);
}
END_TEST

/* Outputs 3..9 of 12 only: the rest of every pixel stays as it was. */
START_TEST(some_channels)
{
	const struct layer_shape shape = { 5, 4, 12, 12, 1, 1, 1, 0 };
	static const uint16_t kinds[] = { SQZ_STEP_MVM, SQZ_STEP_MAXPOOL,
					  SQZ_STEP_ADD };
	const struct harness_options options = harness_options(1);
	struct sqz_tile_config config = harness_config();
	const struct layer_part part = { .n0 = 3, .n1 = 9 };

	for (unsigned i = 0; i < 3; i++) {
		struct fixture f;

		layer_random(&layer, kinds[i], &shape, 0, i);
		struct layer_blob blob = layer_blob(&layer, &part);
		prepare(&f, &options, &config);
		for (uint32_t b = 0; b < layer_out_bytes(&layer); b++)
			if (b % 12 < 3 || b % 12 >= 9)
				f.wanted[b] = 0xa5;
		ck_assert_uint_eq(harness_program(f.h, 0, 0, blob.bytes, 0),
				  SQZ_OK);
		start(&f, 1);
		harness_drain(f.h);
		ck_assert_uint_eq(f.h->dones[0].status, SQZ_OK);
		check_output(&f);
		layer_blob_free(&blob);
		end(&f);
	}
}
END_TEST

/* An ADC that is one bit short, against sums of single cells. */
START_TEST(short_adc)
{
	const struct layer_shape shape = { 4, 4, 31, 6, 1, 1, 1, 0 };
	const struct harness_options options = harness_options(1);
	struct sqz_tile_config config = harness_config();
	const struct layer_part part = { .twos_complement = true };
	struct fixture f;
	uint64_t saturations = 0;

	config.adc_bits = 3;
	layer_random(&layer, SQZ_STEP_MVM, &shape, 0, 9);
	layer.out_bytes = 4;
	layer.low = INT32_MIN;
	layer.high = INT32_MAX;
	for (unsigned i = 0; i < 6; i++)
		layer.scale[i] = (struct sqz_scale){ 1, 0 };
	struct layer_blob blob = layer_blob(&layer, &part);
	prepare(&f, &options, &config);
	for (uint32_t p = 0; p < 16; p++)
		for (uint32_t n = 0; n < 6; n++) {
			int32_t acc = layer.bias[n] + layer.z_out;

			for (uint32_t cycle = 0; cycle < 8; cycle++)
				for (uint32_t plane = 0; plane < 8; plane++) {
					int sum = 0;

					for (uint32_t k = 0; k < 31; k++)
						sum += (harness_at(
							    f.h,
							    f.in)[p * 31 + k] >>
							    cycle &
							1) &
						       (layer.weights[n][k] >>
							    plane &
							1);
					saturations += sum > 7;
					sum = sum > 7 ? 7 : sum;
					sum *= 1 << (cycle + plane);
					acc += plane == 7 ? -sum : sum;
				}
			memcpy(f.wanted + 4 * (p * 6 + n), &acc, 4);
		}
	ck_assert_uint_eq(harness_program(f.h, 0, 0, blob.bytes, 0), SQZ_OK);
	start(&f, 1);
	harness_drain(f.h);
	check_output(&f);
	const struct sqz_tile_counters *total =
	    sqz_tile_total(f.h->nodes[HARNESS_TILE0].tile);
	ck_assert_uint_gt(saturations, 0);
	ck_assert_uint_eq(total->adc_saturations, saturations);
	ck_assert_uint_eq(total->adc_conversions, 16 * 6 * 64);
	layer_blob_free(&blob);
	end(&f);
}
END_TEST

TCase *sqz_single_tests(void)
{
	TCase *tests = tcase_create("single");

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, convolutions);
	tcase_add_test(tests, forms);
	tcase_add_test(tests, costs_of_cells);
	tcase_add_test(tests, logits);
	tcase_add_test(tests, wide_logits);
	tcase_add_test(tests, bounds);
	tcase_add_test(tests, poolings);
	tcase_add_test(tests, additions);
	tcase_add_test(tests, padded_copies);
	tcase_add_test(tests, copies_into_part_of_the_output);
	tcase_add_test(tests, some_channels);
	tcase_add_test(tests, short_adc);
	return tests;
}
