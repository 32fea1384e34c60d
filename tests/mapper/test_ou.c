/* Operation-unit layouts: every layout of every matrix reads back as the stored
 * weights, and the plan's counts are those of the blobs. */
#include "ou_csv.h"
#include "ou_plan.h"

#include <stdlib.h>
#include <string.h>

#include "blob_reader.h"
#include "fast_assert.h"
#include "mapped.h"
#include "random.h"
#include "squeeze.h"
#include "step_blob.h"
#include "suite.h"

static struct sqz_error err;
static struct mapped map;

/* ---- matrices ---- */

enum content {
	ZEROS,
	MINUS_ONES, /* all bits 1 */
	PLUS_ONES,
	ONE_LARGE,
	ONE_LARGE_NEGATIVE,
	DENSE,
	HALF_ZERO,
	MOSTLY_ZERO,
	EQUAL_COLUMNS,
	POSITIVE,
	CONTENTS
};

static int16_t weight_of(enum content content, size_t i, size_t count,
			 uint64_t *state)
{
	int any =
	    random_between(state, -127, 127) >> random_between(state, 0, 6);

	switch (content) {
	case ZEROS:
		return 0;
	case MINUS_ONES:
		return -1;
	case PLUS_ONES:
		return 1;
	case ONE_LARGE:
		return i == count / 2 ? 127 : 0;
	case ONE_LARGE_NEGATIVE:
		return i == count / 2 ? -127 : 0;
	case HALF_ZERO:
		return random_between(state, 0, 1) ? (int16_t)any : 0;
	case MOSTLY_ZERO:
		return random_between(state, 0, 9) ? 0 : (int16_t)any;
	case POSITIVE:
		return (int16_t)abs(any);
	default:
		return (int16_t)any;
	}
}

struct matrix {
	uint32_t channels, kernel, out, groups;
};

static const struct matrix matrices[] = {
	{ 1, 1, 1, 1 },	    { 1, 1, 129, 1 },  { 129, 1, 1, 1 },
	{ 129, 1, 129, 1 }, { 64, 1, 33, 1 },  { 5, 3, 20, 1 },
	{ 300, 1, 7, 1 },   { 40, 3, 40, 40 },
};
#define MATRICES (int)(sizeof(matrices) / sizeof(matrices[0]))

static const char *const UNITS[] = {
	NULL,
	"tile.ou_rows=9",
	"tile.ou_rows=16 tile.ou_columns=16",
	"tile.ou_rows=5 tile.ou_columns=3 tile.array_rows=70 "
	"tile.array_columns=17 noc.width=20 noc.height=20",
	"tile.ou_rows=1 tile.ou_columns=1 tile.array_rows=16 "
	"tile.array_columns=16 tile.arrays=4096 noc.width=16 noc.height=16",
	"tile.ou_rows=16 tile.ou_columns=64 tile.array_rows=32 "
	"tile.arrays=256",
};
#define UNIT_COUNT (int)(sizeof(UNITS) / sizeof(UNITS[0]))

static void fill_weights(struct sqz_qlayer *layer, enum content content,
			 uint64_t *state)
{
	uint32_t out = map.net.net.tensors[layer->output].channels;
	size_t rows = layer->weight_count / out;

	for (size_t i = 0; i < layer->weight_count; i++)
		layer->weights[i] =
		    weight_of(content, i, layer->weight_count, state);
	for (size_t i = 0; content == EQUAL_COLUMNS && i < layer->weight_count;
	     i++)
		layer->weights[i] =
		    layer->weights[i / rows % 2 * rows + i % rows];
}

/* One layer on one chip, sliced and squeezed by x planes. */
static void make(const struct matrix *matrix, enum content content,
		 const char *unit, unsigned x)
{
	uint64_t state = 77 + (uint64_t)content;
	const struct layer_spec spec = {
		.kind = SQZ_STEP_MVM,
		.residual = SQZ_NO_TENSOR,
		.out_channels = matrix->out,
		.kernel_h = matrix->kernel,
		.kernel_w = matrix->kernel,
		.groups = matrix->groups,
	};

	map = (struct mapped){ .form = SQZ_SIGN_TWOS_COMPLEMENT };
	random_net_begin(&map.net.net, 4, 4, matrix->channels, &state);
	random_net_add(&map.net.net, &spec, &state);
	fill_weights(&map.net.net.layers[0], content, &state);
	mapped_chip(&map, unit);
	mapped_slice(&map, 7, x);
}

static void plan(const struct sqz_ou_request *request)
{
	map.net.ou = sqz_ou_plan_net(&map.config, &map.net.net, map.net.blocks,
				     request, &err);
	if (!map.net.ou)
		ck_abort_msg("%s", err.text);
	mapped_place(&map);
}

static void unplan(void)
{
	sqz_placement_free(&map.placement);
	sqz_ou_plan_free(&map.net.ou[0]);
	free(map.net.ou);
	map.net.ou = NULL;
}

/* ---- reading back ---- */

static int32_t stored_weight(const struct sqz_qlayer *layer, uint32_t rows,
			     uint32_t columns, uint32_t k, uint32_t n)
{
	uint32_t group_rows = rows / layer->groups;

	if (k / group_rows != n / (columns / layer->groups))
		return 0;
	return layer->weights[(size_t)n * group_rows + k % group_rows];
}

static void check_weights(uint32_t rows, uint32_t columns, const int32_t *dense)
{
	for (uint32_t k = 0; k < rows; k++)
		for (uint32_t n = 0; n < columns; n++)
			FAST_ASSERT(dense[(size_t)k * columns + n], ==,
				    stored_weight(&map.net.net.layers[0], rows,
						  columns, k, n));
}

/* Reads all blobs of the only layer, and checks the weights. */
static struct ou_counts read_back(void)
{
	const struct sqz_qlayer *layer = &map.net.net.layers[0];
	uint32_t columns = map.net.net.tensors[layer->output].channels;
	uint32_t rows = map.net.net.tensors[layer->input].channels *
			layer->kernel_h * layer->kernel_w;
	int32_t *dense = calloc((size_t)rows * columns, sizeof(*dense));
	uint8_t *covered = calloc((size_t)rows * columns, 1);
	struct ou_counts counts = { 0 };

	for (uint32_t w = 0; w < map.placement.worker_count; w++) {
		struct sqz_builder out = { 0 };
		size_t offset, bytes;

		if (sqz_step_blob_add(&map.net, &map.placement, w, map.form,
				      &out, &offset, &bytes, &err))
			ck_abort_msg("%s", err.text);
		/* A copy of exactly its size, so that ASan sees it. */
		uint8_t *blob = malloc(bytes);

		memcpy(blob, out.data + offset, bytes);
		blob_count_weights(blob, bytes, rows, columns, dense, covered,
				   &counts);
		FAST_ASSERT(((const struct sqz_step_header *)blob)->array_count,
			    ==, map.placement.workers[w].arrays);
		free(blob);
		sqz_builder_free(&out);
	}
	check_weights(rows, columns, dense);
	free(dense);
	free(covered);
	return counts;
}

static void check_plan(const struct ou_counts *counts)
{
	const struct sqz_ou_plan *p = &map.net.ou[0];
	const struct sqz_ou_cost *cost = &p->costs[p->options.layout];

	FAST_ASSERT(counts->most_ous, <=, sqz_ou_places(&map.config));
	if (counts->complements == 0)
		FAST_ASSERT(counts->ous, ==, cost->ous);
	FAST_ASSERT(counts->ous, >=, cost->ous);
	FAST_ASSERT(counts->columns, >=, cost->columns);
	FAST_ASSERT(counts->index_bits, >=, cost->index_bits);
	if (cost->ou_cycles == 8 * cost->ous)
		FAST_ASSERT(counts->accumulates * 8, ==, cost->accumulates);
}

static const uint32_t WINDOWS[] = { 0, 1, 40, 128 };

/* Every layout, window, order, array count. */
static void check_layouts(void)
{
	for (int i = 0; i < 4 * 2 * 2 * 2 * 4; i++) {
		struct sqz_ou_request request = {
			.layout = (enum sqz_layout)(SQZ_LAYOUT_OU + i % 4),
			.complements = i / 4 % 2,
			.reorder = i / 8 % 2,
			.pack = i / 16 % 2,
			.window = WINDOWS[i / 32],
			.objective = (enum sqz_ou_objective)(i % 3),
			.threads = 1,
		};
		bool shared = request.layout == SQZ_LAYOUT_COLUMN;

		if (!shared && (request.complements || request.reorder))
			continue;
		plan(&request);
		struct ou_counts counts = read_back();

		check_plan(&counts);
		if (!request.complements)
			FAST_ASSERT(counts.complements, ==, 0);
		unplan();
	}
}

START_TEST(layouts_read_back)
{
	const struct matrix *matrix = &matrices[_i % MATRICES];
	const char *unit = UNITS[_i / MATRICES];

	/* Every content meets every matrix and every unit, not all pairs. */
	for (int content = (_i % MATRICES + _i / MATRICES) % 3;
	     content < CONTENTS; content += 3) {
		make(matrix, (enum content)content, unit,
		     content % 2 ? 0 : (unsigned)(_i % 4));
		check_layouts();
		mapped_free(&map);
	}
}
END_TEST

START_TEST(all_kinds_of_layers)
{
	struct sqz_ou_request request = sqz_ou_request_default;

	map = (struct mapped){ .form = SQZ_SIGN_TWOS_COMPLEMENT };
	random_net_all_kinds(&map.net.net, 5 + (uint64_t)_i);
	mapped_chip(&map, UNITS[_i % 3]);
	mapped_slice(&map, 8, (unsigned)_i % 4);
	request.threads = 2;
	plan(&request);
	for (uint32_t w = 0; w < map.placement.worker_count; w++) {
		struct sqz_builder first = { 0 }, second = { 0 };
		size_t offset, bytes;

		sqz_step_blob_add(&map.net, &map.placement, w, map.form, &first,
				  &offset, &bytes, &err);
		sqz_step_blob_add(&map.net, &map.placement, w, map.form,
				  &second, &offset, &bytes, &err);
		ck_assert_uint_eq(first.size, second.size);
		ck_assert_mem_eq(first.data, second.data, first.size);
		const struct sqz_step_header *h = (const void *)first.data;

		ck_assert_uint_eq(h->version, h->kind == SQZ_STEP_MVM
						  ? SQZ_STEP_VERSION_OU
						  : SQZ_STEP_VERSION);
		sqz_builder_free(&first);
		sqz_builder_free(&second);
	}
	mapped_free(&map);
}
END_TEST

/* Squeezed planes against the same weights in all planes. */
START_TEST(squeezed_or_all_planes)
{
	struct sqz_ou_request request = sqz_ou_request_default;
	bool taken[2] = { false };

	for (int i = 0; i < CONTENTS * SQZ_OU_OBJECTIVES; i++) {
		request.objective = (enum sqz_ou_objective)(i / CONTENTS);
		make(&matrices[_i], (enum content)(i % CONTENTS), UNITS[i % 3],
		     1 + (unsigned)i % 3);
		plan(&request);
		const struct sqz_ou_plan *p = &map.net.ou[0];
		const struct sqz_ou_cost *cost = &p->costs[p->options.layout];

		ck_assert(p->compared);
		ck_assert(p->unsqueezed == (map.net.blocks[0].squeeze == 0));
		if (request.objective == SQZ_OU_LEAST_ENERGY)
			ck_assert(sqz_ou_score(&map.config, cost, p->positions,
					       request.objective) <=
				  sqz_ou_score(&map.config, &p->rejected,
					       p->positions,
					       request.objective));
		struct ou_counts counts = read_back();

		check_plan(&counts);
		taken[p->unsqueezed] = true;
		unplan();
		mapped_free(&map);
	}
	ck_assert(taken[true]);
	ck_assert(taken[false]);
}
END_TEST

/* Row shifts are index, too: 2 bits a row for up to 3, once a block. */
START_TEST(shifts_are_index)
{
	struct sqz_ou_request request = sqz_ou_request_default;
	struct sqz_ou_plan p;

	request.layout = SQZ_LAYOUT_OU;
	make(&matrices[3], DENSE, NULL, 3);
	ck_assert_int_eq(sqz_ou_plan_layer(&map.config, &map.net.blocks[0], 16,
					   &request, &p, &err),
			 0);
	/* 129 rows; 128 columns and one. */
	ck_assert_uint_eq(p.costs[SQZ_LAYOUT_OU].index_bits, 2 * 129 * 2);
	sqz_ou_plan_free(&p);
	mapped_free(&map);
}
END_TEST

/* ---- counts ---- */

static uint64_t ous_of(enum sqz_layout layout, uint32_t window, bool reorder)
{
	struct sqz_ou_request request = {
		.layout = layout,
		.window = window,
		.complements = true,
		.reorder = reorder,
		.objective = SQZ_OU_LEAST_OUS,
		.threads = 1,
	};
	struct sqz_ou_plan p;

	if (sqz_ou_plan_layer(&map.config, &map.net.blocks[0], 16, &request, &p,
			      &err))
		ck_abort_msg("%s", err.text);
	uint64_t ous = p.costs[p.options.layout].ous;

	sqz_ou_plan_free(&p);
	return ous;
}

/* By loops over weights: 8 planes, 8 x 8 units, so a set is a weight. */
static uint64_t sre_by_hand(void)
{
	const struct sqz_blocks *blocks = &map.net.blocks[0];
	uint64_t ous = 0;

	for (uint32_t b = 0; b < blocks->count; b++)
		for (uint32_t c = 0; c < blocks->blocks[b].cols; c++) {
			const struct sqz_weight_block *w = &blocks->blocks[b];
			uint32_t used = 0;

			for (uint32_t r = 0; r < w->rows; r++)
				used += w->squeezed[r * w->cols + c] != 0;
			ous += (used + 7) / 8;
		}
	return ous;
}

START_TEST(sharing_needs_no_more_units)
{
	for (int content = 0; content < CONTENTS; content++) {
		make(&matrices[_i], (enum content)content, NULL, 0);
		ck_assert_uint_eq(ous_of(SQZ_LAYOUT_SRE, 0, false),
				  sre_by_hand());
		for (int w = 0; w < 4; w++) {
			uint64_t whole =
			    ous_of(SQZ_LAYOUT_DUPLICATES, WINDOWS[w], false);
			uint64_t shared =
			    ous_of(SQZ_LAYOUT_COLUMN, WINDOWS[w], false);

			ck_assert_uint_le(shared, whole);
			ck_assert_uint_le(
			    ous_of(SQZ_LAYOUT_COLUMN, WINDOWS[w], true),
			    shared);
		}
		mapped_free(&map);
	}
}
END_TEST

START_TEST(choice_is_never_worse_than_skipping_rows)
{
	struct sqz_ou_request request = sqz_ou_request_default;
	struct sqz_ou_plan p;

	for (int content = 0; content < CONTENTS; content++)
		for (int o = 0; o < SQZ_OU_OBJECTIVES; o++) {
			make(&matrices[_i], (enum content)content,
			     UNITS[content % 3], 0);
			request.objective = (enum sqz_ou_objective)o;
			ck_assert_int_eq(
			    sqz_ou_plan_layer(&map.config, &map.net.blocks[0],
					      16, &request, &p, &err),
			    0);
			const struct sqz_ou_cost *taken =
			    &p.costs[p.options.layout];
			const struct sqz_ou_cost *sre =
			    &p.costs[SQZ_LAYOUT_SRE];

			ck_assert(sqz_ou_score(&map.config, taken, 16, o) <=
				  sqz_ou_score(&map.config, sre, 16, o));
			ck_assert(sqz_ou_score(&map.config, taken, 16,
					       SQZ_OU_LEAST_ENERGY) <=
				  sqz_ou_score(&map.config, sre, 16,
					       SQZ_OU_LEAST_ENERGY));
			sqz_ou_plan_free(&p);
			mapped_free(&map);
		}
}
END_TEST

/* Two rows, three columns, by hand: 5 -5 / -1 1 / 5 -5 as [out][row]. */
START_TEST(columns_by_hand)
{
	const int16_t weights[] = { 5, -5, -1, 1, 5, -5 };
	const struct matrix matrix = { 2, 1, 3, 1 };
	struct sqz_ou_request request = {
		.layout = SQZ_LAYOUT_COLUMN,
		.objective = SQZ_OU_LEAST_OUS,
		.threads = 1,
	};

	make(&matrix, ZEROS, NULL, 0);
	memcpy(map.net.net.layers[0].weights, weights, sizeof(weights));
	sqz_blocks_free(&map.net.blocks[0]);
	free(map.net.blocks);
	mapped_slice(&map, 7, 0);
	plan(&request);
	struct ou_counts counts = read_back();

	/* 4 planes: 5 = 0101, -5 = 1011; -1 = 1111, 1 = 0001. Column 0 from
	 * the sign down: (0,1) (1,0) (0,1) (1,1); column 1: (1,0) (1,0) (1,0)
	 * (1,1). Three different columns, one OU. */
	ck_assert_uint_eq(counts.ous, 1);
	ck_assert_uint_eq(counts.columns, 3);
	/* Columns 0 and 2: one accumulate for each plane; column 1: the sign
	 * plane and the two below are one. */
	ck_assert_uint_eq(counts.accumulates, 4 + 2 + 4);
	/* Columns (4 bits for 0..12), 3 new, 2 as above, 7 repeats of 2 bits:
	 * codes of 2, 3 and 1 bits. */
	ck_assert_uint_eq(counts.index_bits, 4 + 3 * 2 + 2 * 3 + 7 * 1 + 7 * 2);
	unplan();
	mapped_free(&map);
}
END_TEST

/* Complements: columns 1 and ~1 of 8 rows, 1 stored and a column of ones. */
START_TEST(complements_by_hand)
{
	const struct matrix matrix = { 8, 1, 64, 1 };
	struct sqz_ou_request request = {
		.layout = SQZ_LAYOUT_COLUMN,
		.complements = true,
		.objective = SQZ_OU_LEAST_OUS,
		.threads = 1,
	};
	struct sqz_ou_plan p;

	make(&matrix, ZEROS, NULL, 0);
	/* Column i has pattern i or ~i in plane 0: 64 patterns, 32 pairs. */
	for (int c = 0; c < 64; c++)
		for (int r = 0; r < 8; r++)
			map.net.net.layers[0].weights[c * 8 + r] =
			    (int16_t)((c % 2 ? 255 - (c / 2 + 1) : c / 2 + 1) >>
					  r &
				      1);
	sqz_blocks_free(&map.net.blocks[0]);
	free(map.net.blocks);
	mapped_slice(&map, 7, 0);
	plan(&request);
	struct ou_counts counts = read_back();

	ck_assert_uint_eq(counts.columns, 32 + 1);
	ck_assert_uint_eq(counts.complements, 32);
	ck_assert_uint_eq(counts.accumulates, 32 + 2 * 32);
	ck_assert_uint_eq(counts.ous, 5);
	unplan();
	request.complements = false;
	ck_assert_int_eq(sqz_ou_plan_layer(&map.config, &map.net.blocks[0], 16,
					   &request, &p, &err),
			 0);
	ck_assert_uint_eq(p.costs[SQZ_LAYOUT_COLUMN].ous, 8);
	sqz_ou_plan_free(&p);
	mapped_free(&map);
}
END_TEST

/* Rows of two kinds in turn: kept in order every group has 3 different columns,
 * sorted by kind 1 each. */
START_TEST(rows_that_agree_share_a_group)
{
	const struct matrix matrix = { 16, 1, 27, 1 };

	make(&matrix, ZEROS, "tile.ou_columns=1", 0);
	for (int c = 0; c < 27; c++)
		for (int r = 0; r < 16; r++)
			map.net.net.layers[0].weights[c * 16 + r] =
			    r % 2 ? c % 3 == 0 : c % 3 == 1;
	sqz_blocks_free(&map.net.blocks[0]);
	free(map.net.blocks);
	mapped_slice(&map, 7, 0);
	ck_assert_uint_eq(ous_of(SQZ_LAYOUT_COLUMN, 0, false), 4);
	ck_assert_uint_eq(ous_of(SQZ_LAYOUT_COLUMN, 0, true), 2);
	mapped_free(&map);
}
END_TEST

/* ---- cost ---- */

START_TEST(cost_of_a_group_by_hand)
{
	/* 10 columns in units of 8: 8 + 2. */
	const uint32_t accumulates[10] = { 40, 2, 1, 1, 1, 1, 1, 1, 3, 0 };
	const struct sqz_ou_draft draft = { .columns = 10,
					    .accumulates = accumulates };
	struct sqz_ou_cost cost;

	map = (struct mapped){ 0 };
	mapped_chip(&map, "tile.ou_cycle_ns=5 tile.adc_conversion_ns=1 "
			  "tile.sa_ports=4 tile.index_positions=8");
	cost = sqz_ou_group_cost(&map.config, &draft, 7, 10);
	ck_assert_uint_eq(cost.ous, 2);
	ck_assert_uint_eq(cost.ou_cycles, 20);
	ck_assert_uint_eq(cost.conversions, 100);
	ck_assert_uint_eq(cost.accumulates, 51 * 10);
	ck_assert_uint_eq(cost.cells, 70);
	ck_assert_uint_eq(cost.cell_reads, 70 * 8);
	ck_assert_uint_eq(cost.dac_rows, 2 * 7 * 8);
	/* 48 accumulates on 4 ports take 12 ns, 8 conversions 8 ns; then the
	 * OU cycle. */
	ck_assert_uint_eq(cost.busy_ps, (12000 + 5000) * 10);
	ck_assert_uint_eq(cost.busy_unlimited_ps, (8000 + 5000) * 10);
	map.config.tile.sa_ports = 0;
	cost = sqz_ou_group_cost(&map.config, &draft, 7, 10);
	ck_assert_uint_eq(cost.busy_ps, (8000 + 5000) * 10);
	/* 800 bits: 100 bytes, three reads for 17 positions. */
	cost.index_bits = 800;
	struct sqz_ou_energy energy =
	    sqz_ou_energy(&map.config, &cost, 17, 1000);

	ck_assert_double_eq_tol(energy.fj[SQZ_OU_ENERGY_INDEX],
				100 * 2020.0 * 3 / 17, 1e-6);
	ck_assert_double_eq_tol(energy.fj[SQZ_OU_ENERGY_ADC], 100000, 1e-6);
	mapped_free(&map);
}
END_TEST

/* A layer with fewer positions than one read of its table would serve, as a
 * Gemm layer with its one, has nobody to share the read with. */
START_TEST(few_positions_pay_the_whole_index)
{
	static const uint32_t positions[] = { 1, 3, 8, 9, 16 };
	static const double reads[] = { 1, 1, 1, 2, 2 };
	const struct sqz_ou_cost cost = { .index_bits = 800 };

	map = (struct mapped){ 0 };
	mapped_chip(&map, "tile.index_positions=8");
	for (int i = 0; i < 5; i++) {
		struct sqz_ou_energy energy =
		    sqz_ou_energy(&map.config, &cost, positions[i], 1000);

		ck_assert_double_eq_tol(energy.fj[SQZ_OU_ENERGY_INDEX],
					100 * 2020.0 * reads[i] / positions[i],
					1e-6);
		ck_assert_double_eq_tol(energy.total_fj,
					energy.fj[SQZ_OU_ENERGY_INDEX], 1e-6);
	}
	mapped_free(&map);
}
END_TEST

START_TEST(bits_to_number_things)
{
	ck_assert_uint_eq(sqz_bits_for(0), 0);
	ck_assert_uint_eq(sqz_bits_for(1), 0);
	ck_assert_uint_eq(sqz_bits_for(2), 1);
	ck_assert_uint_eq(sqz_bits_for(8), 3);
	ck_assert_uint_eq(sqz_bits_for(9), 4);
	ck_assert_uint_eq(sqz_bits_for(UINT32_MAX), 32);
}
END_TEST

START_TEST(csv_quotes_names)
{
	const struct sqz_ou_request request = sqz_ou_request_default;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	make(&matrices[0], DENSE, NULL, 0);
	snprintf(map.net.net.layers[0].name, SQZ_NAME_BYTES, "a,\"b\"");
	plan(&request);
	sqz_ou_csv_net(&map.net, "one,two.onnx", 0.5, out);
	fclose(out);
	ck_assert_ptr_eq(
	    strstr(text, "\"one,two.onnx\",0.5,\"a,\"\"b\"\"\",ou,,"), text);
	ck_assert_ptr_nonnull(
	    strstr(text, "\n\"one,two.onnx\",0.5,\"total\",chosen,,,"));
	free(text);
	unplan();
	mapped_free(&map);
}
END_TEST

START_TEST(units_that_fit_no_array_are_refused)
{
	struct sqz_ou_request request = sqz_ou_request_default;

	make(&matrices[0], DENSE, "tile.array_columns=8 tile.ou_columns=9", 0);
	ck_assert_ptr_null(sqz_ou_plan_net(&map.config, &map.net.net,
					   map.net.blocks, &request, &err));
	ck_assert_ptr_nonnull(strstr(err.text, "operation unit of 8 x 9"));
	mapped_free(&map);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ou");
	TCase *tests = tcase_create("ou");

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, bits_to_number_things);
	tcase_add_test(tests, cost_of_a_group_by_hand);
	tcase_add_test(tests, few_positions_pay_the_whole_index);
	tcase_add_test(tests, columns_by_hand);
	tcase_add_test(tests, complements_by_hand);
	tcase_add_test(tests, rows_that_agree_share_a_group);
	tcase_add_test(tests, csv_quotes_names);
	tcase_add_test(tests, units_that_fit_no_array_are_refused);
	tcase_add_loop_test(tests, layouts_read_back, 0, MATRICES * UNIT_COUNT);
	tcase_add_test(tests, shifts_are_index);
	tcase_add_loop_test(tests, squeezed_or_all_planes, 0, MATRICES);
	tcase_add_loop_test(tests, all_kinds_of_layers, 0, 8);
	tcase_add_loop_test(tests, sharing_needs_no_more_units, 0, MATRICES);
	tcase_add_loop_test(tests, choice_is_never_worse_than_skipping_rows, 0,
			    MATRICES);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
