/*
 * Matrices of odd sizes and contents through every scheme, sign, cell and
 * operation-unit layout: quantized, sliced, squeezed, placed, written as an
 * image, programmed into a tile and multiplied there. What the tile writes must
 * be what the slow second implementation (naive_run.c) and the reference make
 * of the integer network, which know nothing of planes.
 */
#include "graph_builder.h"
#include "lower.h"
#include "mapped.h"
#include "on_tile.h"
#include "random.h"
#include "reference/reference.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define IMAGES 3

/* ---- what is varied ---- */

static const char *const schemes[] = {
	"int2", "int4", "int8", "int9",	    "int13",   "sme0",	 "sme1",
	"sme2", "sme3", "pot4", "sme6,2,1", "apot7,2", "trunc3",
};

static const struct form {
	enum sqz_sign_form sign;
	unsigned cell_bits;
	bool units; /* read by operation units */
	enum sqz_layout layout;
	uint32_t order_blocks; /* whole arrays: rows sorted among these */
} forms[] = {
	{ SQZ_SIGN_DIFFERENTIAL, 1, false, SQZ_LAYOUT_FULL, 0 },
	{ SQZ_SIGN_DIFFERENTIAL, 1, false, SQZ_LAYOUT_FULL, 3 },
	{ SQZ_SIGN_DIFFERENTIAL, 2, false, SQZ_LAYOUT_FULL, 0 },
	{ SQZ_SIGN_DIFFERENTIAL, 4, false, SQZ_LAYOUT_FULL, 0 },
	{ SQZ_SIGN_TWOS_COMPLEMENT, 1, false, SQZ_LAYOUT_FULL, 0 },
	{ SQZ_SIGN_TWOS_COMPLEMENT, 2, false, SQZ_LAYOUT_FULL, 2 },
	{ SQZ_SIGN_TWOS_COMPLEMENT, 2, false, SQZ_LAYOUT_FULL, 0 },
	{ SQZ_SIGN_TWOS_COMPLEMENT, 4, false, SQZ_LAYOUT_FULL, 0 },
	{ SQZ_SIGN_TWOS_COMPLEMENT, 1, true, SQZ_LAYOUT_OU, 0 },
	{ SQZ_SIGN_TWOS_COMPLEMENT, 1, true, SQZ_LAYOUT_SRE, 0 },
	{ SQZ_SIGN_TWOS_COMPLEMENT, 1, true, SQZ_LAYOUT_DUPLICATES, 0 },
	{ SQZ_SIGN_TWOS_COMPLEMENT, 1, true, SQZ_LAYOUT_COLUMN, 0 },
	{ SQZ_SIGN_TWOS_COMPLEMENT, 1, true, SQZ_LAYOUT_FULL /* any */, 0 },
};

static const struct shape {
	uint32_t channels, size, kernel, out, groups;
} shapes[] = {
	{ 1, 1, 1, 1, 1 },     { 1, 1, 1, 129, 1 },   { 129, 1, 1, 1, 1 },
	{ 129, 1, 1, 129, 1 }, { 128, 1, 1, 128, 1 }, { 300, 1, 1, 7, 1 },
	{ 37, 3, 1, 21, 1 },   { 15, 4, 3, 20, 1 },   { 40, 3, 3, 40, 40 },
	{ 12, 4, 3, 18, 3 },
};

enum content {
	ZEROS,
	ONES,
	MINUS_ONES,
	ONE_LARGE,	   /* and nothing else */
	ONE_LARGE_OF_MANY, /* the others nearly vanish beside it */
	MOSTLY_ZERO,
	EQUAL_COLUMNS,
	DENSE,
	CONTENTS
};

#define COUNT(list) (int)(sizeof(list) / sizeof((list)[0]))
#define PAIRS	    (COUNT(schemes) * COUNT(forms))
#ifdef __SANITIZE_ADDRESS__
#define STEP 10 /* every form comes once, with another scheme */
#else
#define STEP 1
#endif

/* ---- one case ---- */

static struct sqz_error err;
static struct mapped map;
static struct graph_builder builder;

static float weight_of(enum content content, size_t i, size_t count)
{
	int any = random_between(&builder.state, -1000, 1000);

	switch (content) {
	case ZEROS:
		return 0;
	case ONES:
		return 1;
	case MINUS_ONES:
		return -1;
	case ONE_LARGE:
		return i == count / 2 ? -3 : 0;
	case ONE_LARGE_OF_MANY:
		return i == count / 2 ? 40000 : (float)any;
	case MOSTLY_ZERO:
		return random_between(&builder.state, 0, 9) ? 0 : (float)any;
	default:
		return (float)any;
	}
}

static void fill(struct sqz_node *node, uint32_t out, enum content content)
{
	size_t count = node->weight_count, rows = count / out;

	for (size_t i = 0; i < count; i++)
		node->weights[i] = 1e-3f * weight_of(content, i, count);
	for (size_t i = 2 * rows; content == EQUAL_COLUMNS && i < count; i++)
		node->weights[i] = node->weights[i % (2 * rows)];
}

/* One matrix; larger maps are averaged behind it, so that its outputs are
 * requantized. */
static void build(const struct shape *shape, enum content content)
{
	uint32_t x =
	    build_input(&builder, shape->channels, shape->size, shape->size);

	if (shape->size == 1)
		build_gemm(&builder, build_flatten(&builder, x), shape->out);
	else
		build_global_average(
		    &builder,
		    build_relu(&builder,
			       build_conv(&builder, x, shape->out,
					  shape->kernel, 1, shape->kernel / 2,
					  shape->groups)));
	for (uint32_t i = 0; i < builder.graph.node_count; i++)
		if (builder.graph.nodes[i].weight_count)
			fill(&builder.graph.nodes[i], shape->out, content);
}

static void succeed(int result, const char *what)
{
	ck_assert_msg(result == 0, "%s: %s", what, err.text);
}

/* Half of the inputs have negative values, so that zero points are not 0. */
static void lower(struct sqz_qnet *lowered)
{
	const struct sqz_shape *in =
	    &builder.graph.tensors[builder.graph.input].shape;
	float *images = build_images(&builder, IMAGES);
	struct sqz_ranges ranges;

	if (random_between(&builder.state, 0, 1))
		for (size_t i = 0; i < IMAGES * sqz_shape_elements(in); i++)
			images[i] = fabsf(images[i]);
	succeed(sqz_lower(&builder.graph, lowered, &err), "lower");
	succeed(
	    sqz_calibrate(&builder.graph, images, IMAGES, 100, &ranges, &err),
	    "calibrate");
	sqz_set_activations(lowered, &ranges);
	sqz_ranges_free(&ranges);
	free(images);
}

static void quantize(const struct form *form, const char *name)
{
	struct sqz_scheme scheme = sqz_scheme_default;
	struct sqz_qnet lowered;

	succeed(sqz_scheme_parse(name, &scheme, &err), "scheme");
	scheme.cell_bits = form->cell_bits;
	scheme.order_blocks = form->order_blocks;
	scheme.per_channel = random_between(&builder.state, 0, 1);
	lower(&lowered);
	succeed(sqz_quantize(&builder.graph, &lowered, &scheme, &map.net, &err),
		"quantize");
	sqz_qnet_free(&lowered);
}

static void plan(const struct form *form)
{
	struct sqz_ou_request request = sqz_ou_request_default;

	map.form = form->sign;
	if (!form->units)
		return;
	request.layout = form->layout;
	request.threads = 1;
	map.net.ou = sqz_ou_plan_net(&map.config, &map.net.net, map.net.blocks,
				     &request, &err);
	ck_assert_msg(map.net.ou != NULL, "plan: %s", err.text);
}

static void compare(const struct sqz_image_file *image, const uint8_t *input,
		    int32_t **naive, uint8_t **tile)
{
	const struct sqz_section_view *section =
	    &image->sections[SQZ_SECTION_REFERENCE];
	struct sqz_reference *reference =
	    sqz_reference_read(section->data, section->bytes, &err);
	uint32_t last = image->network->output_tensor;

	ck_assert_msg(reference != NULL, "reference: %s", err.text);
	int32_t logits[sqz_reference_logits(reference)];
	succeed(sqz_reference_run(reference, input, 1, 1, logits, &err), "run");
	ck_assert_mem_eq(logits, naive[last], sizeof(logits));
	sqz_reference_free(reference);
	for (uint32_t t = 0; t < image->network->tensors; t++) {
		const struct sqz_image_tensor *tensor = &image->tensors[t];
		uint32_t width = tensor->element_bytes;

		for (uint32_t i = 0; i < tensor->bytes / width; i++) {
			int32_t value = tile[t][i];

			if (width == 4)
				memcpy(&value, tile[t] + (size_t)i * 4, 4);
			if (value != naive[t][i])
				ck_abort_msg("tensor %u, value %u: %d, not %d",
					     t, i, value, naive[t][i]);
		}
	}
}

/* The image says that the weights lie as asked for. */
static void check_layout(const struct sqz_image_file *image,
			 const struct form *form)
{
	uint32_t layout = image->layers[0].layout;

	if (form->units && form->layout == SQZ_LAYOUT_FULL)
		ck_assert_uint_ne(layout, SQZ_LAYOUT_FULL);
	else
		ck_assert_uint_eq(layout, form->layout);
	ck_assert_uint_eq(map.net.blocks[0].cell_bits, form->cell_bits);
}

static void run(const struct form *form)
{
	const struct sqz_qnet *net = &map.net.net;
	struct sqz_image_file image;
	struct sqz_bytes bytes;

	mapped_place(&map);
	mapped_image(&map, &bytes);
	succeed(sqz_image_file_parse("round trip", bytes, &image, &err),
		"image");
	check_layout(&image, form);
	uint32_t in_bytes = image.tensors[net->input].bytes;
	uint8_t input[in_bytes];
	int32_t *naive[net->tensor_count];
	uint8_t *tile[net->tensor_count];

	for (uint32_t i = 0; i < in_bytes; i++)
		input[i] = (uint8_t)random_between(&builder.state, 0, 255);
	naive_run(net, input, naive);
	on_tile_run(&image, &map.config, input, tile);
	compare(&image, input, naive, tile);
	for (uint32_t t = 0; t < net->tensor_count; t++) {
		free(naive[t]);
		free(tile[t]);
	}
	sqz_image_file_close(&image);
}

static void unmap(const struct form *form)
{
	for (uint32_t i = 0; form->units && i < map.net.net.layer_count; i++)
		sqz_ou_plan_free(&map.net.ou[i]);
	free(map.net.ou);
	map.net.ou = NULL;
	sqz_placement_free(&map.placement);
	sqz_quantized_free(&map.net);
	sqz_graph_free(&builder.graph);
}

START_TEST(what_the_tile_computes)
{
	int pair = _i * STEP;
	const struct form *form = &forms[pair % COUNT(forms)];
	const char *scheme =
	    schemes[(pair + pair / COUNT(forms)) % COUNT(schemes)];

	map = (struct mapped){ 0 };
	mapped_chip(&map, "tile.arrays=4096 tile.edram_kib=64");
	/* Every content, on shapes that turn; then every shape. */
	for (int i = 0; i < CONTENTS + COUNT(shapes); i++) {
		int content = i < CONTENTS ? i : DENSE - pair % 3;
		int shape = (i < CONTENTS ? i + pair : i) % COUNT(shapes);

		builder = (struct graph_builder){
			.state = 1 + (uint64_t)(pair * 100 + i)
		};
		build(&shapes[shape], (enum content)content);
		quantize(form, scheme);
		plan(form);
		run(form);
		unmap(form);
	}
	mapped_free(&map);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("round_trip");
	TCase *tests = tcase_create("matrices");

	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, what_the_tile_computes, 0,
			    (PAIRS + STEP - 1) / STEP);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
