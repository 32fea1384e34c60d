/* Images: written, read back, and with their contents against the network. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fast_assert.h"
#include "image_seal.h"
#include "input_table.h"
#include "mapped.h"
#include "random.h"
#include "reference/image_file.h"
#include "reference/reference.h"
#include "suite.h"

static struct sqz_error err;
static struct mapped map;
static struct sqz_image_file image;

static void open_image(uint64_t seed, const char *overrides)
{
	struct sqz_bytes bytes;

	mapped_all_kinds(&map, seed, overrides);
	mapped_image(&map, &bytes);
	if (sqz_image_file_parse("img", bytes, &image, &err))
		ck_abort_msg("%s", err.text);
}

static void close_image(void)
{
	sqz_image_file_close(&image);
	mapped_free(&map);
}

/* Sections follow each other in order, at multiples of 64, with zeros between;
 * the file ends with the last one. */
START_TEST(sections_lie_in_order)
{
	open_image(1, NULL);
	const struct sqz_image_header *header = (const void *)image.file.data;
	const struct sqz_image_section *table = (const void *)(header + 1);
	uint64_t at = sizeof(*header) + 10 * sizeof(*table);

	ck_assert_mem_eq(header->magic, "SQZIMAGE", 8);
	ck_assert_uint_eq(header->version_major, 1);
	ck_assert_uint_eq(header->section_count, 10);
	ck_assert_uint_eq(header->file_bytes, image.file.size);
	for (uint32_t i = 0; i < 10; i++) {
		ck_assert_uint_eq(table[i].kind, i + 1);
		ck_assert_uint_eq(table[i].offset % 64, 0);
		ck_assert_uint_ge(table[i].offset, at);
		ck_assert_uint_lt(table[i].offset, at + 64);
		for (; at < table[i].offset; at++)
			ck_assert_uint_eq(image.file.data[at], 0);
		at += table[i].bytes;
	}
	ck_assert_uint_eq(at, image.file.size);
	close_image();
}
END_TEST

static void check_network(void)
{
	const struct sqz_qnet *net = &map.net.net;
	const struct sqz_image_network *n = image.network;
	const struct sqz_qtensor *out = &net->tensors[net->output];

	ck_assert_str_eq(n->name, "all kinds");
	ck_assert_uint_eq(n->mesh_width, map.config.noc.width);
	ck_assert_uint_eq(n->mesh_height, map.config.noc.height);
	ck_assert_uint_eq(n->array_rows, map.config.tile.array_rows);
	ck_assert_uint_eq(n->array_columns, map.config.tile.array_columns);
	ck_assert_uint_eq(n->layers, net->layer_count);
	ck_assert_uint_eq(n->tensors, net->tensor_count);
	ck_assert_uint_eq(n->steps, map.placement.worker_count);
	ck_assert_uint_eq(n->input_tensor, net->input);
	ck_assert_uint_eq(n->output_tensor, net->output);
	ck_assert_uint_eq(n->classes, out->height * out->width * out->channels);
	ck_assert_uint_eq(n->logit_bytes, 4);
	ck_assert_int_eq(n->logit_zero, out->zero_point);
	ck_assert_float_eq(n->logit_scale, (float)out->scale);
	ck_assert_uint_eq(n->dram_pool_bytes, map.placement.dram_pool_bytes);
	ck_assert_mem_eq(image.nodes, map.chip.entries,
			 map.chip.nodes * sizeof(*image.nodes));
}

static void check_tensors(void)
{
	const struct sqz_qnet *net = &map.net.net;

	for (uint32_t i = 0; i < net->tensor_count; i++) {
		const struct sqz_image_tensor *t = &image.tensors[i];
		const struct sqz_qtensor *q = &net->tensors[i];
		ck_assert_uint_eq(t->height, q->height);
		ck_assert_uint_eq(t->width, q->width);
		ck_assert_uint_eq(t->channels, q->channels);
		ck_assert_uint_eq(t->element_bytes, q->element_bytes);
		ck_assert_uint_eq(t->bytes, q->height * q->width * q->channels *
						q->element_bytes);
		ck_assert_int_eq(t->zero_point, q->zero_point);
		ck_assert_float_eq(t->scale, (float)q->scale);
		ck_assert_uint_eq(t->node, map.placement.tensors[i].node);
		ck_assert_uint_eq(t->offset, map.placement.tensors[i].offset);
	}
}

static void check_steps(uint32_t layer)
{
	const struct sqz_image_layer *l = &image.layers[layer];
	uint32_t arrays = 0;

	for (uint32_t i = 0; i < l->participants; i++) {
		uint32_t index = l->first_participant + i;
		const struct sqz_image_step *step = &image.steps[index];
		const struct sqz_worker *worker = &map.placement.workers[index];
		const struct sqz_step_header *header =
		    (const void *)(image.sections[SQZ_SECTION_PROGRAM].data +
				   step->offset);
		ck_assert_uint_eq(step->layer, layer);
		ck_assert_uint_eq(step->node, worker->node);
		ck_assert_uint_eq(step->slot, worker->slot);
		ck_assert_uint_eq(step->arrays, header->array_count);
		ck_assert_uint_eq(step->bytes, header->bytes);
		ck_assert_uint_eq(header->magic, SQZ_STEP_MAGIC);
		ck_assert_uint_eq(header->layer, layer);
		ck_assert_uint_eq(header->n0, worker->n0);
		ck_assert_uint_eq(image.participants[index].node, worker->node);
		ck_assert_uint_eq(image.participants[index].slot, worker->slot);
		arrays += step->arrays;
	}
	ck_assert_uint_eq(l->crossbars, arrays);
}

static void check_layers(void)
{
	const struct sqz_qnet *net = &map.net.net;

	for (uint32_t i = 0; i < net->layer_count; i++) {
		const struct sqz_image_layer *l = &image.layers[i];
		const struct sqz_qlayer *q = &net->layers[i];
		const struct sqz_qtensor *out = &net->tensors[q->output];
		const struct sqz_blocks *blocks = &map.net.blocks[i];
		bool pair = map.form == SQZ_SIGN_DIFFERENTIAL;
		ck_assert_str_eq(l->name, q->name);
		ck_assert_uint_eq(l->kind, q->kind);
		ck_assert_uint_eq(l->input, q->input);
		ck_assert_uint_eq(l->output, q->output);
		ck_assert_uint_eq(l->residual, q->residual);
		ck_assert_uint_eq(l->positions, out->height * out->width);
		ck_assert_uint_eq(l->macs, q->macs);
		ck_assert_uint_eq(l->first_participant,
				  map.placement.first_worker[i]);
		/* 8 planes without squeeze. */
		ck_assert_uint_eq(l->crossbars_dense,
				  blocks->count * (pair ? 16 : 9));
		check_steps(i);
	}
}

START_TEST(image_holds_the_network)
{
	static const char *const CHIPS[] = {
		NULL, "tile.array_rows=70 tile.array_columns=17 buffer.kib=1",
		"chip.buffers=2 buffer.kib=9 noc.width=6"
	};

	open_image(1 + (uint64_t)_i, CHIPS[_i % 3]);
	check_network();
	check_tensors();
	check_layers();
	close_image();
}
END_TEST

START_TEST(input_cycles_and_planes)
{
	/* Seed 3 squeezes by 3: full rows shift by 3, 5 planes are left. */
	open_image(3, NULL);
	ck_assert_uint_eq(image.layers[9].input_cycles, 8 + 3);
	ck_assert_uint_eq(image.layers[9].planes, 5);
	ck_assert_uint_eq(image.layers[4].input_cycles, 0);
	ck_assert_uint_eq(image.layers[4].planes, 0);
	/* 128 rows of one bit: sums up to 128. */
	ck_assert_uint_eq(image.network->adc_bits_lossless, 8);
	close_image();
	open_image(4, "tile.array_rows=63");
	ck_assert_uint_eq(image.network->adc_bits_lossless, 6);
	ck_assert_uint_eq(image.layers[9].input_cycles, 8);
	ck_assert_uint_eq(image.layers[9].planes, 8);
	close_image();
}
END_TEST

START_TEST(selftest_is_what_the_reference_says)
{
	open_image(1 + (uint64_t)_i, NULL);
	const struct sqz_section_view *section =
	    &image.sections[SQZ_SECTION_REFERENCE];
	struct sqz_reference *reference =
	    sqz_reference_read(section->data, section->bytes, &err);
	ck_assert_msg(reference != NULL, "%s", err.text);
	ck_assert_uint_eq(sqz_reference_logits(reference),
			  image.network->classes);
	ck_assert_uint_eq(sqz_reference_input_bytes(reference),
			  image.tensors[image.network->input_tensor].bytes);
	int32_t logits[64];
	ck_assert_int_eq(sqz_reference_run(reference, image.selftest_input, 1,
					   1, logits, &err),
			 0);
	ck_assert_mem_eq(image.selftest_logits, logits,
			 image.network->classes * 4);
	sqz_reference_free(reference);

	/* A second implementation, from the network in memory. */
	int32_t **outputs = calloc(map.net.net.tensor_count, sizeof(*outputs));
	naive_run(&map.net.net, image.selftest_input, outputs);
	ck_assert_mem_eq(image.selftest_logits, outputs[map.net.net.output],
			 image.network->classes * 4);
	for (uint32_t i = 0; i < map.net.net.tensor_count; i++)
		free(outputs[i]);
	free(outputs);
	close_image();
}
END_TEST

START_TEST(same_source_same_bytes)
{
	struct sqz_bytes first, second;

	mapped_all_kinds(&map, 5, NULL);
	mapped_image(&map, &first);
	mapped_free(&map);
	mapped_all_kinds(&map, 5, NULL);
	mapped_image(&map, &second);
	mapped_free(&map);
	ck_assert_uint_eq(first.size, second.size);
	ck_assert_mem_eq(first.data, second.data, first.size);
	sqz_bytes_free(&first);
	sqz_bytes_free(&second);
}
END_TEST

START_TEST(files_open)
{
	char path[] = "/tmp/sqz-test-image-XXXXXX";
	struct sqz_bytes bytes;
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	mapped_all_kinds(&map, 5, NULL);
	mapped_image(&map, &bytes);
	ck_assert_int_eq(sqz_write_file(path, bytes.data, bytes.size, &err), 0);
	ck_assert_int_eq(sqz_image_file_open(path, &image, &err), 0);
	ck_assert_mem_eq(image.file.data, bytes.data, bytes.size);
	sqz_bytes_free(&bytes);
	close_image();
	ck_assert_int_eq(sqz_write_file(path, "SQZIMAGE", 8, &err), 0);
	ck_assert_int_eq(sqz_image_file_open(path, &image, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, path));
	unlink(path);
	ck_assert_int_eq(sqz_image_file_open(path, &image, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot open"));
}
END_TEST

START_TEST(pictures_larger_than_the_input)
{
	mapped_all_kinds(&map, 5, NULL);
	const uint8_t pixels[15 * 15] = { 0 };
	const uint8_t tables[3 * 256] = { 0 };
	const struct sqz_image_source source = {
		.name = "x",
		.net = &map.net,
		.placement = &map.placement,
		.form = map.form,
		.config = &map.config,
		.chip = &map.chip,
		.raw_height = 14,
		.raw_width = 13,
		.tables = tables,
		.selftest = pixels,
	};
	struct sqz_bytes bytes;
	ck_assert_int_eq(sqz_image_build(&source, &bytes, &err), -1);
	ck_assert_str_eq(err.text, "pictures of 14 x 13 do not fit the "
				   "network's input of 13 x 13");
	mapped_free(&map);
}
END_TEST

/* ---- raw pictures to input ---- */

struct conversion {
	uint32_t raw_height, raw_width, raw_channels;
	uint32_t height, width, channels;
	double scale;
	int32_t zero;
};

static const struct conversion CONVERSIONS[] = {
	{ 28, 28, 1, 28, 28, 1, 0.0155, 52 },
	{ 28, 28, 1, 32, 32, 3, 0.0155, 52 },
	{ 28, 28, 1, 31, 33, 3, 0.008, 90 }, /* clamps on both sides */
	{ 5, 7, 3, 8, 8, 3, 0.1, 0 },
	{ 1, 1, 1, 1, 1, 1, 0.02, 255 },
};
#define CONVERSION_COUNT (int)(sizeof(CONVERSIONS) / sizeof(CONVERSIONS[0]))

/* The float input as the networks were trained, then its quantization. */
static uint8_t expected(const struct conversion *c, const uint8_t *raw, int y,
			int x, uint32_t channel)
{
	int top = (int)(c->height - c->raw_height) / 2;
	int left = (int)(c->width - c->raw_width) / 2;
	int pixel = 0;

	y -= top;
	x -= left;
	if (y >= 0 && y < (int)c->raw_height && x >= 0 && x < (int)c->raw_width)
		pixel = raw[((uint32_t)y * c->raw_width + (uint32_t)x) *
				c->raw_channels +
			    channel % c->raw_channels];
	double mean = sqz_fashion_mnist_normalization.mean;
	double deviation = sqz_fashion_mnist_normalization.deviation;
	double real = (pixel / 255.0 - mean) / deviation;
	double q = round(real / c->scale + c->zero);
	return (uint8_t)(q < 0 ? 0 : q > 255 ? 255 : q);
}

START_TEST(pictures_become_inputs)
{
	const struct conversion *c = &CONVERSIONS[_i];
	struct sqz_qtensor tensor = { .height = c->height,
				      .width = c->width,
				      .channels = c->channels,
				      .scale = c->scale,
				      .zero_point = c->zero };
	const struct sqz_qnet net = { .tensors = &tensor, .tensor_count = 1 };
	const struct sqz_image_input input = {
		c->raw_height, c->raw_width, c->raw_channels,
		c->height,     c->width,     c->channels,
		{ 0 }
	};
	size_t raw_bytes =
	    (size_t)c->raw_height * c->raw_width * c->raw_channels;
	size_t bytes = (size_t)c->height * c->width * c->channels;
	uint8_t *tables = malloc((size_t)c->channels * 256);
	uint8_t *raw = malloc(raw_bytes);
	uint8_t *got = malloc(bytes);
	uint64_t state = 8;

	for (size_t i = 0; i < raw_bytes; i++)
		raw[i] = (uint8_t)next_random(&state);
	sqz_input_tables(&net, &sqz_fashion_mnist_normalization, tables);
	const struct sqz_image_file file = { .input = &input,
					     .input_tables = tables };
	sqz_image_convert_input(&file, raw, got);
	for (size_t i = 0; i < bytes; i++) {
		uint32_t channel = (uint32_t)(i % c->channels);
		size_t pixel = i / c->channels;
		FAST_ASSERT(got[i], ==,
			    expected(c, raw, (int)(pixel / c->width),
				     (int)(pixel % c->width), channel));
	}
	free(tables);
	free(raw);
	free(got);
}
END_TEST

/* sqz eval feeds the reference through another function. */
START_TEST(eval_feeds_the_same_inputs)
{
	uint8_t pixels[2 * 9 * 11], want[2 * 13 * 13 * 3], got[13 * 13 * 3];
	uint8_t tables[3 * 256];
	const struct sqz_dataset dataset = {
		.count = 2, .height = 9, .width = 11, .pixels = pixels
	};
	const struct sqz_image_input input = { 9, 11, 1, 13, 13, 3, { 0 } };
	const struct sqz_image_file file = { .input = &input,
					     .input_tables = tables };
	uint64_t state = 8;

	mapped_all_kinds(&map, 5, NULL);
	for (size_t i = 0; i < sizeof(pixels); i++)
		pixels[i] = (uint8_t)next_random(&state);
	sqz_input_tables(&map.net.net, &sqz_fashion_mnist_normalization,
			 tables);
	ck_assert_int_eq(sqz_input_quantize(&map.net.net, tables, &dataset, 0,
					    2, want, &err),
			 0);
	for (int i = 0; i < 2; i++) {
		sqz_image_convert_input(&file, pixels + i * 99, got);
		ck_assert_mem_eq(got, want + i * sizeof(got), sizeof(got));
	}
	mapped_free(&map);
}
END_TEST

static bool taken_with_stride(struct sqz_bytes bytes, uint64_t stride)
{
	struct sqz_bytes copy = { malloc(bytes.size), bytes.size };
	struct sqz_image_file file;

	memcpy(copy.data, bytes.data, bytes.size);
	struct sqz_image_tensor *tensors =
	    image_data(copy.data, SQZ_SECTION_TENSORS);
	tensors[0].stride = stride;
	image_seal(copy.data, copy.size);
	bool taken = sqz_image_file_parse("img", copy, &file, &err) == 0;
	if (taken)
		sqz_image_file_close(&file);
	else
		ck_assert_str_eq(err.text,
				 "img: tensor 0 does not hold together");
	return taken;
}

START_TEST(contexts_have_tensors)
{
	open_image(2, "place.contexts=3 buffer.kib=8");
	const struct sqz_image_tensor *tensors = image.tensors;
	uint32_t dram = 0;

	ck_assert_uint_eq(image.network->contexts, 3);
	for (uint32_t i = 0; i < image.network->tensors; i++) {
		ck_assert_uint_ge(tensors[i].stride, tensors[i].bytes);
		dram += tensors[i].node == SQZ_TENSOR_IN_DRAM;
	}
	ck_assert_uint_gt(dram, 0);
	ck_assert_uint_lt(dram, image.network->tensors);
	uint64_t room = tensors[0].node == SQZ_TENSOR_IN_DRAM
			    ? image.network->dram_pool_bytes
			    : 8 * 1024;
	uint64_t most = (room - tensors[0].offset - tensors[0].bytes) / 2;
	ck_assert(taken_with_stride(image.file, tensors[0].bytes));
	ck_assert(!taken_with_stride(image.file, tensors[0].bytes - 1));
	ck_assert(taken_with_stride(image.file, most));
	ck_assert(!taken_with_stride(image.file, most + 1));
	ck_assert(!taken_with_stride(image.file, UINT64_MAX / 2 + 1));
	close_image();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("image");
	TCase *tests = tcase_create("image");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, sections_lie_in_order);
	tcase_add_loop_test(tests, image_holds_the_network, 0, 12);
	tcase_add_test(tests, input_cycles_and_planes);
	tcase_add_loop_test(tests, selftest_is_what_the_reference_says, 0, 4);
	tcase_add_test(tests, same_source_same_bytes);
	tcase_add_test(tests, contexts_have_tensors);
	tcase_add_test(tests, files_open);
	tcase_add_test(tests, pictures_larger_than_the_input);
	tcase_add_loop_test(tests, pictures_become_inputs, 0, CONVERSION_COUNT);
	tcase_add_test(tests, eval_feeds_the_same_inputs);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
