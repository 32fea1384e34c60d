/* Operation units against loops over cells. */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "layer.h"
#include "tile/step.h"
#include "tile_suites.h"
#include "units.h"

static struct units units;

static struct sqz_tile_config config_for(const struct units *u)
{
	struct sqz_tile_config config = harness_config();

	config.array_rows = u->array_rows;
	config.array_columns = u->array_columns;
	config.ou_rows = u->ou_rows;
	config.ou_columns = u->ou_columns;
	config.edram_bytes = 65536;
	config.ou_cycle_ps = 150;
	config.psum_window = 2;
	return config;
}

struct fixture {
	struct harness *h;
	uint64_t in, out;
	int32_t *wanted;
	struct units_totals totals;
};

static void prepare(struct fixture *f, const struct sqz_tile_config *config,
		    const struct sqz_tile_observer *observer)
{
	struct harness_options options = harness_options(1);
	uint32_t in_bytes = units.pixels * units.rows;
	struct units_blob blob = units_blob(&units);

	f->h = harness_create(&options, config, observer);
	f->in = harness_alloc(f->h, in_bytes);
	f->out = harness_alloc(f->h, 4 * units.pixels * units.outputs);
	layer_random_bytes(harness_at(f->h, f->in), in_bytes, 5);
	f->wanted = malloc(4 * (size_t)units.pixels * units.outputs);
	units_reference(&units, harness_at(f->h, f->in), config->adc_bits,
			f->wanted, &f->totals);
	ck_assert_uint_eq(harness_program(f->h, 0, 0, blob.bytes, 0), SQZ_OK);
	free(blob.bytes);
}

static void drive_all(struct fixture *f, uint32_t adc_bits)
{
	memset(harness_at(f->h, f->in), 255, units.pixels * units.rows);
	units_reference(&units, harness_at(f->h, f->in), adc_bits, f->wanted,
			&f->totals);
}

static void run(struct fixture *f)
{
	const struct harness_run request = {
		.run = 1, .in = f->in, .out = f->out, .layer = 1
	};

	f->h->done_count = 0;
	harness_start(f->h, &request);
	harness_drain(f->h);
	ck_assert_uint_eq(f->h->done_count, 1);
	ck_assert_uint_eq(f->h->dones[0].status, SQZ_OK);
}

static void check_output(const struct fixture *f)
{
	for (uint32_t i = 0; i < units.pixels * units.outputs; i++) {
		int32_t value;

		memcpy(&value, harness_at(f->h, f->out) + 4 * i, 4);
		ck_assert_msg(value == f->wanted[i], "output %u is %d, not %d",
			      i, value, f->wanted[i]);
	}
}

static const struct sqz_tile_counters *counters(const struct fixture *f)
{
	return sqz_tile_layer(f->h->nodes[HARNESS_TILE0].tile, 1);
}

static void end(struct fixture *f)
{
	ck_assert_uint_eq(sqz_packet_pool_in_use(f->h->pool), 0);
	harness_destroy(f->h);
	free(f->wanted);
}

static void check_counts(const struct fixture *f)
{
	const struct sqz_tile_counters *c = counters(f);

	ck_assert_uint_eq(c->adc_conversions, f->totals.conversions);
	ck_assert_uint_eq(c->adc_saturations, f->totals.saturations);
	ck_assert_uint_eq(c->shift_adds, f->totals.accumulates);
	ck_assert_uint_eq(c->ou_cycles, f->totals.ou_cycles);
	ck_assert_uint_eq(c->active_cell_cycles, f->totals.cell_cycles);
	ck_assert_uint_eq(c->dac_row_cycles, f->totals.row_cycles);
	ck_assert_uint_eq(c->array_reads, 0);
}

static const struct units_shape SHAPES[] = {
	/* rows, outputs, pixels, OU rows, OU columns, largest shift */
	{ 1, 1, 1, 1, 1, 0 },	 { 33, 17, 3, 8, 8, 0 },
	{ 70, 40, 3, 9, 8, 3 },	 { 31, 15, 2, 16, 16, 7 },
	{ 129, 5, 2, 8, 3, 1 },	 { 200, 33, 2, 5, 16, 2 },
	{ 64, 16, 4, 13, 1, 0 }, { 7, 50, 3, 16, 5, 7 },
};

/* Inputs are random, or all 255. Returns how many conversions saturated. */
static uint64_t check_shapes(uint32_t adc_bits, bool full)
{
	uint64_t saturations = 0;

	for (unsigned i = 0; i < sizeof(SHAPES) / sizeof(SHAPES[0]); i++)
		for (uint64_t seed = 0; seed < 6; seed++) {
			struct fixture f;

			units_random(&units, &SHAPES[i], 100 * i + seed);
			struct sqz_tile_config config = config_for(&units);

			config.adc_bits = adc_bits;
			prepare(&f, &config, NULL);
			if (full)
				drive_all(&f, adc_bits);
			run(&f);
			check_output(&f);
			check_counts(&f);
			saturations += f.totals.saturations;
			end(&f);
		}
	return saturations;
}

START_TEST(lossless)
{
	ck_assert_uint_eq(check_shapes(8, false), 0);
	ck_assert_uint_eq(check_shapes(5, true), 0);
}
END_TEST

/* 3 bits are one short for 8 to 15 rows, 4 for 16. */
START_TEST(short_adc)
{
	for (uint32_t bits = 1; bits <= 4; bits++)
		for (int full = 0; full < 2; full++) {
			uint64_t saturations = check_shapes(bits, full);

			ck_assert(saturations > 0 || (bits == 4 && !full));
		}
}
END_TEST

/* -- time by hand -- */

static void plain(struct units_column *column, uint32_t rows,
		  uint32_t destinations)
{
	memset(column, 0, sizeof(*column));
	memset(column->cells, 1, rows);
	column->destination_count = destinations;
	for (uint32_t i = 0; i < destinations; i++)
		column->destinations[i].output = i % 2;
}

/* Array 0: a group of 8 rows and 3 columns, two OUs; the first one's columns
 * have 1 plain destination and 2 complements. Array 1: a group of one row,
 * shifted by one. */
static void small_units(void)
{
	static const struct units_block block = { .rows = 9, .cols = 2 };
	static const struct units_group first = {
		.row_count = 8,
		.rows = { 0, 1, 2, 3, 4, 5, 6, 7 },
		.column_count = 3,
		.ones = 2,
	};
	static const struct units_group second = {
		.array = 1,
		.row_count = 1,
		.rows = { 8 },
		.column_count = 1,
		.ones = -1,
	};

	memset(&units, 0, sizeof(units));
	units.rows = 9;
	units.outputs = 2;
	units.pixels = 3;
	units.ou_rows = 8;
	units.ou_columns = 2;
	units.array_rows = 32;
	units.array_columns = 16;
	units.shifts[8] = 1;
	units.block_count = 1;
	units.blocks[0] = block;
	units.array_count = units.group_count = 2;
	units.groups[0] = first;
	units.groups[1] = second;
	plain(&units.groups[0].columns[0], 8, 1);
	plain(&units.groups[0].columns[1], 5, 2);
	units.groups[0].columns[1].destinations[0].complement = true;
	units.groups[0].columns[1].destinations[1].complement = true;
	plain(&units.groups[0].columns[2], 8, 0);
	plain(&units.groups[1].columns[0], 1, 1);
	units.index_bits = 17;
}

struct passes {
	uint32_t count;
	sqz_ps begin[4], end[4];
};

static void see_pass(void *context, const struct sqz_tile_event *event)
{
	struct passes *passes = context;

	ck_assert_uint_lt(passes->count, 4);
	passes->begin[passes->count] = event->begin;
	passes->end[passes->count++] = event->end;
}

/* OU cycle 150 ps, conversion 100 ps, 2 ports. First OU: 2 columns 200 ps, 5
 * accumulates 250 ps. Second: 1 column 100 ps, 0 accumulates: 150 ps. Eight
 * cycles of both: 3200 ps. The other array: 9 cycles of 150 ps. With any number
 * of ports (0) the first takes 200 ps: 2800 ps. */
START_TEST(time_by_hand)
{
	struct passes passes = { 0 };
	const struct sqz_tile_observer observer = { .context = &passes,
						    .pass = see_pass };
	const uint64_t pass_ps = _i ? 3200 : 2800;
	struct fixture f;

	small_units();
	struct sqz_tile_config config = config_for(&units);

	config.sa_ports = _i ? 2 : 0;
	config.index_positions = 2;
	prepare(&f, &config, &observer);
	run(&f);
	check_output(&f);
	check_counts(&f);
	const struct sqz_tile_counters *c = counters(&f);

	ck_assert_uint_eq(passes.count, 3);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(passes.end[i] - passes.begin[i], pass_ps);
	ck_assert_uint_eq(c->array_busy_ps, 3 * pass_ps);
	ck_assert_uint_eq(c->ou_cycles, 3 * (2 * 8 + 9));
	ck_assert_uint_eq(c->adc_conversions, 3 * (3 * 8 + 9));
	ck_assert_uint_eq(c->shift_adds, 3 * (5 * 8 + 9));
	ck_assert_uint_eq(c->input_cycles, 3 * 9);
	/* 17 bits of two arrays, for positions 0 and 2. */
	ck_assert_uint_eq(c->index_bytes, 2 * 2 * 3);
	/* One band of 8 word lines in each array; used cells only. */
	const struct sqz_tile_counters *all =
	    sqz_tile_total(f.h->nodes[HARNESS_TILE0].tile);
	ck_assert_uint_eq(all->row_writes, 16);
	ck_assert_uint_eq(all->cell_writes, 8 * 3 + 1);
	end(&f);
}
END_TEST

/* Third column of the group: second OU, columns 2 and 3 of the array. */
START_TEST(flipped_cell)
{
	struct fixture f;

	small_units();
	struct sqz_tile_config config = config_for(&units);

	prepare(&f, &config, NULL);
	struct sqz_tile *tile = f.h->nodes[HARNESS_TILE0].tile;

	ck_assert_int_eq(sqz_tile_flip_cell(tile, 0, 0, 3, 2), 0);
	ck_assert_int_eq(sqz_tile_flip_cell(tile, 0, 0, 3, 3), -1);
	ck_assert_int_eq(sqz_tile_flip_cell(tile, 0, 0, 8, 0), -1);
	ck_assert_int_eq(sqz_tile_flip_cell(tile, 0, 1, 1, 0), -1);
	ck_assert_int_eq(sqz_tile_flip_cell(tile, 0, 1, 0, 16), -1);
	ck_assert_int_eq(sqz_tile_flip_cell(tile, 0, 2, 0, 0), -1);
	units.groups[0].columns[2].cells[3] = 0;
	units_reference(&units, harness_at(f.h, f.in), config.adc_bits,
			f.wanted, &f.totals);
	run(&f);
	check_output(&f);
	end(&f);
}
END_TEST

/* -- blobs that do not hold together -- */

static enum sqz_status load(const uint8_t *blob, size_t bytes)
{
	const struct sqz_step_limits limits = {
		64, 32, 16, 8, 65536, 8, 2, 16
	};
	struct sqz_step *step;
	enum sqz_status status = sqz_step_load(&limits, blob, bytes, &step);

	ck_assert((status == SQZ_OK) == (step != NULL));
	sqz_step_free(step);
	return status;
}

enum place { HEADER, BLOCK, ARRAY, GROUP, COLUMN, DESTINATION };

struct patch {
	enum place place;
	size_t offset;
	uint32_t bytes, value;
	enum sqz_status status;
};

#define PATCH(place, type, field, value, status)                               \
	{                                                                      \
		place, offsetof(struct type, field),                           \
		    sizeof(((struct type *)0)->field), value, status           \
	}
#define BAD(place, type, field, value)                                         \
	PATCH(place, type, field, value, SQZ_ERR_STEP)

static const struct patch PATCHES[] = {
	PATCH(HEADER, sqz_step_header, ou_rows, 9, SQZ_ERR_CAPACITY),
	PATCH(HEADER, sqz_step_header, ou_columns, 3, SQZ_ERR_CAPACITY),
	PATCH(HEADER, sqz_step_header, array_count, 65, SQZ_ERR_CAPACITY),
	BAD(HEADER, sqz_step_header, ou_rows, 17),
	BAD(HEADER, sqz_step_header, ou_rows, 0),
	BAD(HEADER, sqz_step_header, ou_rows, 7),
	BAD(HEADER, sqz_step_header, ou_columns, 0),
	BAD(HEADER, sqz_step_header, ou_columns, 1),
	BAD(HEADER, sqz_step_header, version, 1),
	BAD(HEADER, sqz_step_header, version, 3),
	BAD(HEADER, sqz_step_header, kind, SQZ_STEP_MAXPOOL),
	BAD(HEADER, sqz_step_header, arrays_offset, 0),
	BAD(HEADER, sqz_step_header, arrays_offset, 0xfffffff0),
	BAD(BLOCK, sqz_block, arrays, 1),
	BAD(BLOCK, sqz_block, first_array, 1),
	BAD(BLOCK, sqz_block, rows, 7),
	BAD(ARRAY, sqz_ou_array, groups_offset, 0),
	BAD(ARRAY, sqz_ou_array, groups_offset, 0xfffffff0),
	BAD(ARRAY, sqz_ou_array, group_count, 0),
	BAD(ARRAY, sqz_ou_array, group_count, 0xffffffff),
	BAD(ARRAY, sqz_ou_array, ous, 1),
	BAD(ARRAY, sqz_ou_array, ous, 3),
	BAD(GROUP, sqz_ou_group, block, 1),
	BAD(GROUP, sqz_ou_group, first_row, 2),
	BAD(GROUP, sqz_ou_group, first_row, 0xffff),
	BAD(GROUP, sqz_ou_group, rows, 0),
	BAD(GROUP, sqz_ou_group, rows, 7),
	BAD(GROUP, sqz_ou_group, rows, 9),
	BAD(GROUP, sqz_ou_group, rows, 0xffff),
	BAD(GROUP, sqz_ou_group, columns, 0),
	BAD(GROUP, sqz_ou_group, columns, 2),
	BAD(GROUP, sqz_ou_group, columns, 4),
	BAD(GROUP, sqz_ou_group, columns, 0xffff),
	BAD(GROUP, sqz_ou_group, ones, 1),
	BAD(GROUP, sqz_ou_group, ones, 3),
	BAD(GROUP, sqz_ou_group, ones, SQZ_OU_NO_ONES),
	BAD(GROUP, sqz_ou_group, reserved, 1),
	BAD(GROUP, sqz_ou_group, rows_offset, 8),
	BAD(GROUP, sqz_ou_group, rows_offset, 0xfffffffe),
	/* Eight times the same row: the bias. */
	BAD(GROUP, sqz_ou_group, rows_offset, sizeof(struct sqz_step_header)),
	BAD(GROUP, sqz_ou_group, columns_offset, 0),
	BAD(GROUP, sqz_ou_group, columns_offset, 0xfffffffe),
	BAD(GROUP, sqz_ou_group, destinations_offset, 0),
	BAD(GROUP, sqz_ou_group, destinations_offset, 0xfffffffe),
	BAD(GROUP, sqz_ou_group, destinations, 2),
	BAD(GROUP, sqz_ou_group, destinations, 0xffffffff),
	BAD(COLUMN, sqz_ou_column, bits, 0x100),
	BAD(COLUMN, sqz_ou_column, destinations, 0),
	BAD(COLUMN, sqz_ou_column, destinations, 0xffff),
	{ DESTINATION, 0, 2, 2, SQZ_ERR_STEP },
	{ DESTINATION, 0, 2, 0x3ff, SQZ_ERR_STEP },
	/* Fine: a stored column of other bits, another plane, the sign. */
	PATCH(COLUMN, sqz_ou_column, bits, 0, SQZ_OK),
	{ DESTINATION, 0, 2, 0xfc01, SQZ_OK },
	PATCH(ARRAY, sqz_ou_array, index_bits, 0xffffffff, SQZ_OK),
};

static uint32_t place_offset(const struct units_blob *blob, enum place place)
{
	const struct sqz_step_header *h =
	    (const struct sqz_step_header *)blob->bytes;
	const struct sqz_ou_group *group =
	    (const struct sqz_ou_group *)(blob->bytes + blob->groups);
	const uint32_t offsets[] = { 0,
				     h->blocks_offset,
				     h->arrays_offset,
				     blob->groups,
				     group->columns_offset,
				     group->destinations_offset };

	return offsets[place];
}

START_TEST(bad_blobs)
{
	small_units();
	for (unsigned i = 0; i < sizeof(PATCHES) / sizeof(PATCHES[0]); i++) {
		const struct patch *p = &PATCHES[i];
		struct units_blob blob = units_blob(&units);

		ck_assert_int_eq(load(blob.bytes, blob.size), SQZ_OK);
		memcpy(blob.bytes + place_offset(&blob, p->place) + p->offset,
		       &p->value, p->bytes);
		enum sqz_status status = load(blob.bytes, blob.size);

		ck_assert_msg(status == p->status,
			      "patch %u: status %d, not %d", i, (int)status,
			      (int)p->status);
		free(blob.bytes);
	}
}
END_TEST

/* Many groups over one table would take more memory than the blob has. */
START_TEST(shared_tables)
{
	struct units_blob blob;

	small_units();
	for (uint32_t i = 0; i < 32; i++) {
		units.groups[i] = units.groups[0];
		units.groups[i].column_count = 2;
		units.groups[i].ones = -1;
		plain(&units.groups[i].columns[1], 8, 1);
	}
	units.array_count = 1;
	units.group_count = 32;
	blob = units_blob(&units);
	ck_assert_int_eq(load(blob.bytes, blob.size), SQZ_OK);

	struct sqz_ou_group *groups =
	    (struct sqz_ou_group *)(blob.bytes + blob.groups);
	uint32_t size = blob.size;
	uint16_t lists[8192] = { 0 };

	blob.bytes = realloc(blob.bytes, size + sizeof(lists));
	groups = (struct sqz_ou_group *)(blob.bytes + blob.groups);
	memcpy(blob.bytes + size, lists, sizeof(lists));
	((struct sqz_step_header *)blob.bytes)->bytes =
	    size + (uint32_t)sizeof(lists);
	for (uint32_t i = 0; i < 32; i++) {
		struct sqz_ou_column *columns =
		    (struct sqz_ou_column *)(blob.bytes +
					     groups[i].columns_offset);

		columns[0].destinations = 8191;
		groups[i].destinations = 8192;
		groups[i].destinations_offset = size;
		ck_assert_int_eq(load(blob.bytes, size + sizeof(lists)),
				 i == 0 ? SQZ_OK : SQZ_ERR_STEP);
	}
	free(blob.bytes);
}
END_TEST

/* Whatever a byte is changed to, or where the blob ends: no access outside. */
START_TEST(damaged_blobs)
{
	uint8_t random[3];

	for (uint64_t seed = 0; seed < 20; seed++) {
		struct units_blob blob;

		units_random(&units, &SHAPES[1], seed);
		units.ou_columns = 2;
		units.array_count = units.group_count = 1;
		units.groups[0].array = 0;
		blob = units_blob(&units);
		for (uint32_t i = 0; i < 400; i++) {
			uint8_t *copy = malloc(blob.size);

			memcpy(copy, blob.bytes, blob.size);
			layer_random_bytes(random, 3, 1000 * seed + i);
			copy[(random[0] << 8 | random[1]) % blob.size] ^=
			    random[2];
			load(copy, blob.size);
			free(copy);
		}
		for (uint32_t n = 192; n < blob.size; n += 1 + n / 20) {
			uint8_t *cut = malloc(n);

			memcpy(cut, blob.bytes, n);
			((struct sqz_step_header *)cut)->bytes = n;
			load(cut, n);
			free(cut);
		}
		free(blob.bytes);
	}
}
END_TEST

TCase *sqz_ou_tests(void)
{
	TCase *tests = tcase_create("operation units");

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, lossless);
	tcase_add_test(tests, short_adc);
	tcase_add_loop_test(tests, time_by_hand, 0, 2);
	tcase_add_test(tests, flipped_cell);
	tcase_add_test(tests, bad_blobs);
	tcase_add_test(tests, shared_tables);
	tcase_add_test(tests, damaged_blobs);
	return tests;
}
