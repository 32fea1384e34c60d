/* Step blobs, read back by a second reader. */
#include "step_blob.h"

#include <stdlib.h>
#include <string.h>

#include "blob_reader.h"
#include "eval.h"
#include "fast_assert.h"
#include "mapped.h"
#include "onnx_import.h"
#include "random.h"
#include "suite.h"

static struct sqz_error err;
static struct mapped map;

/* The blobs of all workers, one after the other. */
struct program {
	struct sqz_builder builder;
	size_t *offsets;
	size_t *sizes;
};

static void build_program(struct program *program)
{
	uint32_t count = map.placement.worker_count;

	*program = (struct program){
		.offsets = calloc(count, sizeof(size_t)),
		.sizes = calloc(count, sizeof(size_t)),
	};
	for (uint32_t w = 0; w < count; w++) {
		if (sqz_step_blob_add(&map.net, &map.placement, w, map.form,
				      &program->builder, &program->offsets[w],
				      &program->sizes[w], &err))
			ck_abort_msg("%s", err.text);
		FAST_ASSERT(program->offsets[w] % SQZ_IMAGE_ALIGN, ==, 0);
		FAST_ASSERT(program->offsets[w] + program->sizes[w], ==,
			    program->builder.size);
		if (w)
			FAST_ASSERT(program->offsets[w - 1] +
					program->sizes[w - 1],
				    <=, program->offsets[w]);
	}
}

static void free_program(struct program *program)
{
	sqz_builder_free(&program->builder);
	free(program->offsets);
	free(program->sizes);
}

/* A copy of exactly its size, so that ASan sees every step outside. */
static uint8_t *blob_of(const struct program *program, uint32_t worker)
{
	uint8_t *blob = malloc(program->sizes[worker]);

	memcpy(blob, program->builder.data + program->offsets[worker],
	       program->sizes[worker]);
	return blob;
}

/* ---- header ---- */

#define SAME(field, value) FAST_ASSERT(h->field, ==, value)

static void check_geometry(const struct sqz_step_header *h, uint32_t index)
{
	const struct sqz_qlayer *layer = &map.net.net.layers[index];
	const struct sqz_qtensor *in = &map.net.net.tensors[layer->input];
	const struct sqz_qtensor *out = &map.net.net.tensors[layer->output];

	SAME(kind, layer->kind);
	SAME(in_h, in->height);
	SAME(in_w, in->width);
	SAME(in_c, in->channels);
	SAME(out_h, out->height);
	SAME(out_w, out->width);
	SAME(out_c, out->channels);
	SAME(kernel_h, layer->kernel_h);
	SAME(kernel_w, layer->kernel_w);
	SAME(stride_y, layer->stride_y);
	SAME(stride_x, layer->stride_x);
	SAME(dilation_y, layer->dilation_y);
	SAME(dilation_x, layer->dilation_x);
	SAME(pad_top, layer->pad_top);
	SAME(pad_left, layer->pad_left);
	SAME(input_bits, 8);
	SAME(z_in, layer->z_in);
	SAME(z_residual, layer->z_residual);
	SAME(z_out, layer->z_out);
	SAME(low, layer->low);
	SAME(high, layer->high);
}

static void check_slice(const struct sqz_step_header *h, uint32_t index)
{
	const struct sqz_worker *worker = &map.placement.workers[index];
	const struct sqz_worker *reducer =
	    &map.placement.workers[worker->reducer];
	const struct sqz_run_entry *run = &map.placement.runs[worker->run];
	const struct sqz_qlayer *layer = &map.net.net.layers[worker->layer];
	bool partial_out = run->partial_out != SQZ_NO_TENSOR;
	uint32_t flags = SQZ_STEP_F_REDUCER;

	if (partial_out)
		flags |= SQZ_STEP_F_PARTIAL_OUT;
	else if (layer->residual != SQZ_NO_TENSOR)
		flags |= SQZ_STEP_F_RESIDUAL;
	if (run->partial_in != SQZ_NO_TENSOR)
		flags |= SQZ_STEP_F_PARTIAL_IN;
	SAME(layer, worker->run);
	SAME(k0, worker->k0);
	SAME(k1, worker->k1);
	SAME(n0, worker->n0);
	SAME(n1, worker->n1);
	SAME(fetch_c0, worker->fetch_c0);
	SAME(fetch_c1, worker->fetch_c1);
	uint32_t rows = worker->y1 - worker->y0;
	SAME(y0, rows < h->out_h ? worker->y0 : 0);
	SAME(y1, rows < h->out_h ? worker->y1 : 0);
	SAME(reducer_node, reducer->node);
	SAME(reducer_slot, reducer->slot);
	SAME(remote_workers, worker->remote_workers);
	SAME(array_count, worker->arrays);
	SAME(block_count, worker->block_count);
	SAME(flags, worker->reducer == index ? flags : 0);
	if (worker->reducer == index)
		SAME(out_bytes, partial_out ? 4 : layer->out_bytes);
}

/* The participants that a reducer lists are the other workers of its range. */
static void check_workers(const uint8_t *blob, uint32_t index)
{
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_participant *list =
	    (const void *)(blob + h->workers_offset);
	uint32_t next = 0;

	for (uint32_t w = 0; w < map.placement.worker_count; w++) {
		const struct sqz_worker *other = &map.placement.workers[w];
		if (w == index || other->reducer != index)
			continue;
		FAST_ASSERT(next, <, h->remote_workers);
		FAST_ASSERT(list[next].node, ==, other->node);
		FAST_ASSERT(list[next].slot, ==, other->slot);
		next++;
	}
	FAST_ASSERT(next, ==, h->remote_workers);
}

static void same_bytes(const uint8_t *blob, uint32_t offset, const void *want,
		       size_t bytes)
{
	if (want)
		ck_assert_mem_eq(blob + offset, want, bytes);
}

static void check_outputs(const uint8_t *blob, uint32_t index)
{
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_qlayer *layer = &map.net.net.layers[index];
	size_t outputs = h->n1 - h->n0;

	if (!(h->flags & SQZ_STEP_F_REDUCER) ||
	    (h->flags & SQZ_STEP_F_PARTIAL_OUT))
		return;
	if (layer->bias)
		same_bytes(blob, h->bias_offset, layer->bias + h->n0,
			   outputs * 4);
	if (layer->scale)
		same_bytes(blob, h->scale_offset,
			   layer->scale + h->n0 - layer->first_channel,
			   outputs * sizeof(struct sqz_scale));
	if (layer->kind == SQZ_STEP_COPY) {
		SAME(fetch_c0, h->n0 - layer->first_channel);
		SAME(fetch_c1, h->n1 - layer->first_channel);
	}
	if (layer->residual_scale)
		same_bytes(blob, h->residual_offset,
			   layer->residual_scale + h->n0,
			   outputs * sizeof(struct sqz_scale));
	SAME(average_count, layer->average_count);
	if (layer->average)
		same_bytes(blob, h->average_offset, layer->average,
			   layer->average_count * sizeof(struct sqz_scale));
}

/* ---- weights ---- */

/* What arithmetic.md calls w': of dense row k and output n, 0 outside the
 * groups. */
static int32_t stored_weight(const struct sqz_qlayer *layer, uint32_t rows,
			     uint32_t columns, uint32_t k, uint32_t n)
{
	uint32_t group_rows = rows / layer->groups;
	uint32_t group = n / (columns / layer->groups);

	if (k / group_rows != group)
		return 0;
	return layer->weights[(size_t)n * group_rows + k % group_rows];
}

/* All blobs of the layer's copy that begins at output row y0 hold the stored
 * weights, each once. */
static void check_copy(const struct program *program, uint32_t index,
		       uint32_t y0)
{
	const struct sqz_qnet *net = &map.net.net;
	const struct sqz_qlayer *layer = &net->layers[index];
	uint32_t columns = net->tensors[layer->output].channels;
	uint32_t rows = net->tensors[layer->input].channels * layer->kernel_h *
			layer->kernel_w;
	int32_t *dense = calloc((size_t)rows * columns, sizeof(*dense));
	uint8_t *counts = calloc((size_t)rows * columns, 1);

	for (uint32_t w = map.placement.first_worker[index];
	     w < map.placement.first_worker[index + 1]; w++) {
		if (map.placement.workers[w].y0 != y0)
			continue;
		uint8_t *blob = blob_of(program, w);
		blob_add_weights(blob, program->sizes[w], rows, columns, dense,
				 counts);
		check_geometry((const void *)blob, index);
		check_slice((const void *)blob, w);
		check_workers(blob, w);
		check_outputs(blob, index);
		free(blob);
	}
	for (uint32_t k = 0; k < rows && layer->kind == SQZ_STEP_MVM; k++)
		for (uint32_t n = 0; n < columns; n++) {
			size_t i = (size_t)k * columns + n;
			FAST_ASSERT(dense[i], ==,
				    stored_weight(layer, rows, columns, k, n));
			FAST_ASSERT(counts[i], <=, 1);
		}
	free(dense);
	free(counts);
}

static void check_layer(const struct program *program, uint32_t index)
{
	const struct sqz_worker *workers = map.placement.workers;
	uint32_t first = map.placement.first_worker[index];
	uint32_t end = map.placement.first_worker[index + 1];

	for (uint32_t w = first; w < end; w++)
		if (w == first || workers[w].y0 != workers[w - 1].y0)
			check_copy(program, index, workers[w].y0);
}

static void check_program(void)
{
	struct program program;

	build_program(&program);
	for (uint32_t i = 0; i < map.net.net.layer_count; i++)
		check_layer(&program, i);
	free_program(&program);
}

/* ---- networks ---- */

#define TWO_TILES                                                              \
	"noc.width=3 noc.height=2 chip.buffers=1 chip.dram_controllers=1 "
#define SCHEMES 5 /* squeeze by 0 to 3, INT8 */

START_TEST(all_kinds_of_layers)
{
	static const char *const CHIPS[] = {
		"",
		"tile.array_rows=70 tile.array_columns=17 place.copies=3",
		"tile.array_rows=64 tile.arrays=20 tile.edram_kib=4",
		"tile.array_rows=9 tile.array_columns=8 noc.width=24 "
		"noc.height=24 tile.arrays=48",
		/* Two tiles: layers in parts. */
		TWO_TILES "place.rounds=single tile.arrays=18",
		TWO_TILES "place.rounds=double tile.array_rows=40 "
			  "tile.array_columns=12 tile.edram_kib=2",
	};
	int scheme = _i % SCHEMES;
	char chip[200];

	map = (struct mapped){ .form = _i / SCHEMES % 2
					   ? SQZ_SIGN_DIFFERENTIAL
					   : SQZ_SIGN_TWOS_COMPLEMENT,
			       .cell_bits = 1u << _i % 3,
			       .order_blocks = (uint32_t)_i % 4 };
	random_net_all_kinds(&map.net.net, 11 + (uint64_t)_i);
	/* A tile must hold blocks that share out their rows. */
	if (map.order_blocks)
		snprintf(chip, sizeof(chip), "%s tile.arrays=80",
			 CHIPS[_i / (2 * SCHEMES)]);
	else
		snprintf(chip, sizeof(chip), "%s", CHIPS[_i / (2 * SCHEMES)]);
	mapped_chip(&map, chip);
	mapped_slice(&map, scheme == 4 ? 7 : 8,
		     scheme == 4 ? 0 : (unsigned)scheme);
	mapped_place(&map);
	check_program();
	mapped_free(&map);
}
END_TEST

START_TEST(copies)
{
	static const char *const CHIPS[] = {
		NULL,
		/* Channels are cut. */
		"tile.arrays=60 tile.edram_kib=1",
	};

	map = (struct mapped){ .form = SQZ_SIGN_DIFFERENTIAL };
	random_net_copies(&map.net.net, 5);
	mapped_chip(&map, CHIPS[_i]);
	mapped_slice(&map, 8, 1);
	mapped_place(&map);
	check_program();
	/* Together they write every channel of their input once. */
	for (uint32_t i = 0; i < map.net.net.layer_count; i++) {
		const struct sqz_qlayer *layer = &map.net.net.layers[i];
		uint32_t next = layer->first_channel;

		if (layer->kind != SQZ_STEP_COPY)
			continue;
		for (uint32_t w = map.placement.first_worker[i];
		     w < map.placement.first_worker[i + 1]; w++) {
			ck_assert_uint_eq(map.placement.workers[w].n0, next);
			next = map.placement.workers[w].n1;
		}
		ck_assert_uint_eq(next,
				  layer->first_channel +
				      sqz_qlayer_written(&map.net.net, layer));
	}
	mapped_free(&map);
}
END_TEST

static const char *const NETWORKS[] = { "lenet5", "resnet8" };
static const char *const NAMES[] = { "sme0",	 "sme1",  "sme2",
				     "sme3",	 "int8",  "trunc3",
				     "sme6,2,1", "int13", "apot6,2" };
#define NAME_COUNT (int)(sizeof(NAMES) / sizeof(NAMES[0]))

static void quantize(const char *network, const char *name)
{
	struct sqz_dataset noise = { .count = 2, .height = 28, .width = 28 };
	struct sqz_scheme scheme = sqz_scheme_default;
	struct sqz_graph graph;
	struct sqz_qnet lowered;
	uint64_t state = 5;
	char path[128];

	snprintf(path, sizeof(path), "configs/networks/%s.onnx", network);
	noise.pixels = malloc(2 * 28 * 28);
	for (int i = 0; i < 2 * 28 * 28; i++)
		noise.pixels[i] = (uint8_t)next_random(&state);
	struct sqz_eval eval = {
		.graph = &graph,
		.training = &noise,
		.normalization = sqz_fashion_mnist_normalization,
		.calibrate = 2,
		.percentile = 100,
	};
	scheme.array_rows = map.config.tile.array_rows;
	scheme.array_columns = map.config.tile.array_columns;
	scheme.cell_bits = map.cell_bits;
	if (sqz_scheme_parse(name, &scheme, &err) ||
	    sqz_onnx_import(path, &graph, &err) ||
	    sqz_eval_lower(&eval, &lowered, &err) ||
	    sqz_quantize(&graph, &lowered, &scheme, &map.net, &err))
		ck_abort_msg("%s", err.text);
	sqz_qnet_free(&lowered);
	sqz_graph_free(&graph);
	free(noise.pixels);
}

START_TEST(trained_networks)
{
	for (int form = 0; form < 2; form++) {
		map = (struct mapped){ .form = form,
				       .cell_bits = 1u << (_i + form) % 3 };
		mapped_chip(&map, NULL);
		quantize(NETWORKS[_i / NAME_COUNT], NAMES[_i % NAME_COUNT]);
		mapped_place(&map);
		check_program();
		mapped_free(&map);
	}
}
END_TEST

/* By hand: 3 rows, 2 columns, plane 0 and 2, one row squeezed. */
START_TEST(cells_by_hand)
{
	/* Columns of rows: (1, -4, 8), (0, 5, 0); 3 planes kept of 4. */
	const int16_t weights[] = { 1, -4, 8, 0, 5, 0 };
	uint64_t seed = 3;
	const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 2 };
	struct program program;

	map = (struct mapped){ .form = SQZ_SIGN_DIFFERENTIAL };
	random_net_begin(&map.net.net, 1, 1, 3, &seed);
	random_net_add(&map.net.net, &spec, &seed);
	memcpy(map.net.net.layers[0].weights, weights, sizeof(weights));
	mapped_chip(&map, NULL);
	mapped_slice(&map, 4, 1);
	mapped_place(&map);
	build_program(&program);
	const uint8_t *blob = program.builder.data;
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_block *block = (const void *)(blob + h->blocks_offset);
	const struct sqz_array *array = (const void *)(blob + h->arrays_offset);
	ck_assert_uint_eq(h->block_count, 1);
	ck_assert_uint_eq(block->rows, 3);
	ck_assert_uint_eq(block->cols, 2);
	ck_assert_uint_eq(block->max_shift, 1);
	const uint8_t shifts[] = { 0, 0, 1 };
	ck_assert_mem_eq(blob + block->shifts_offset, shifts, 3);
	/* q' = (1, -4, 4), (0, 5, 0): planes 0 and 2, both signs. */
	ck_assert_uint_eq(h->array_count, 4);
	const struct {
		uint8_t plane;
		uint16_t flags;
		uint64_t lines[2];
	} want[] = { { 0, 0, { 1, 2 } },
		     { 0, SQZ_ARRAY_F_NEGATIVE, { 0, 0 } },
		     { 2, 0, { 4, 2 } },
		     { 2, SQZ_ARRAY_F_NEGATIVE, { 2, 0 } } };
	for (int i = 0; i < 4; i++) {
		ck_assert_uint_eq(array[i].plane, want[i].plane);
		ck_assert_uint_eq(array[i].flags, want[i].flags);
		ck_assert_mem_eq(blob + array[i].bits_offset, want[i].lines,
				 16);
	}
	ck_assert_int_eq(blob_block_weight(blob, 0, 2, 0), 8);
	ck_assert_int_eq(blob_block_weight(blob, 0, 1, 0), -4);
	free_program(&program);
	mapped_free(&map);
}
END_TEST

/* By hand: cells of 2 bits, two's complement, the sign's with an offset of 2.
 */
START_TEST(digits_by_hand)
{
	/* Column 0: 1 = 0 01, -4 = -1 00, 3 = 0 11; column 1: 6, -7, 0 */
	const int16_t weights[] = { 1, -4, 3, 6, -7, 0 };
	uint64_t seed = 3;
	const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 2 };
	/* Low and high bits of column 0, then of column 1. */
	static const struct {
		uint8_t plane;
		uint16_t flags;
		uint64_t lines[4];
	} want[] = {
		/* 1, 0, 3 and 2, 1, 0 */
		{ 0, 0, { 5, 4, 2, 1 } },
		/* 0, -1, 0 and 1, -2, 0, each plus 2 */
		{ 2, SQZ_ARRAY_F_OFFSET, { 2, 5, 1, 5 } },
	};
	struct program program;

	map =
	    (struct mapped){ .form = SQZ_SIGN_TWOS_COMPLEMENT, .cell_bits = 2 };
	random_net_begin(&map.net.net, 1, 1, 3, &seed);
	random_net_add(&map.net.net, &spec, &seed);
	memcpy(map.net.net.layers[0].weights, weights, sizeof(weights));
	mapped_chip(&map, NULL);
	mapped_slice(&map, 3, 0);
	mapped_place(&map);
	build_program(&program);
	const uint8_t *blob = program.builder.data;
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_array *array = (const void *)(blob + h->arrays_offset);
	ck_assert_uint_eq(h->array_count, 2);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(array[i].plane, want[i].plane);
		ck_assert_uint_eq(array[i].cell_bits, 2);
		ck_assert_uint_eq(array[i].flags, want[i].flags);
		ck_assert_mem_eq(blob + array[i].bits_offset, want[i].lines,
				 32);
	}
	ck_assert_int_eq(blob_block_weight(blob, 0, 1, 1), -7);
	free_program(&program);
	mapped_free(&map);
}
END_TEST

START_TEST(same_input_same_bytes)
{
	struct program first, second;

	mapped_all_kinds(&map, 7, NULL);
	build_program(&first);
	build_program(&second);
	ck_assert_uint_eq(first.builder.size, second.builder.size);
	ck_assert_mem_eq(first.builder.data, second.builder.data,
			 first.builder.size);
	free_program(&first);
	free_program(&second);
	mapped_free(&map);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("step_blob");
	TCase *tests = tcase_create("step_blob");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, cells_by_hand);
	tcase_add_test(tests, digits_by_hand);
	tcase_add_loop_test(tests, all_kinds_of_layers, 0, 6 * 2 * SCHEMES);
	tcase_add_loop_test(tests, copies, 0, 2);
	tcase_add_loop_test(tests, trained_networks, 0, 2 * NAME_COUNT);
	tcase_add_test(tests, same_input_same_bytes);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
