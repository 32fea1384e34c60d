/* Random networks of torchvision's shapes: sizes as published, same bytes for
 * the same seed, activations of sensible size, and they load and run. */
#include "cmd_eval.h"
#include "command.h"
#include "float_engine.h"
#include "network_onnx.h"
#include "onnx_import.h"
#include "suite.h"

#include <math.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define DATASET "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz"
#define SMALL	32
#define IMAGES	4

static struct sqz_error err;

static struct sqz_bytes make(const char *arch, uint32_t size, uint32_t classes,
			     uint32_t seed)
{
	struct network_options options = { arch, size, classes, seed, 13 };
	struct sqz_bytes bytes;

	ck_assert_msg(!network_onnx(&options, &bytes, &err), "%s", err.text);
	return bytes;
}

/* Imports the file and frees its bytes. */
static struct sqz_graph import(struct sqz_bytes bytes)
{
	struct sqz_graph graph;

	ck_assert_msg(!sqz_onnx_import_bytes(bytes.data, bytes.size, "net.onnx",
					     &graph, &err),
		      "%s", err.text);
	sqz_bytes_free(&bytes);
	return graph;
}

static struct sqz_graph load(const char *arch, uint32_t size, uint32_t classes)
{
	return import(make(arch, size, classes, 1));
}

/* torchvision.models.*().parameters() at 1000 classes, and the multiplications
 * of convolutions and fully connected layers for one image of 224 x 224.
 * Batch normalization has two parameters for each channel of a convolution's
 * output; folded, one is left, the bias. */
static const struct published {
	const char *arch;
	uint64_t parameters, folded, macs;
} PUBLISHED[] = {
	{ "resnet18", 11689512, 11684712, 1814073344 },
	{ "resnet50", 25557032, 25530472, 4089184256 },
	{ "mobilenet_v2", 3504872, 3487816, 300774272 },
};

#define ARCHS (sizeof(PUBLISHED) / sizeof(*PUBLISHED))

START_TEST(counts_are_torchvisions)
{
	const struct published *published = &PUBLISHED[_i];
	struct sqz_graph graph = load(published->arch, 224, 1000);
	uint64_t folded = 0, conv_channels = 0, macs = 0;

	for (uint32_t i = 0; i < graph.node_count; i++) {
		const struct sqz_node *node = &graph.nodes[i];
		uint32_t channels =
		    sqz_node_output_shape(&graph, node)->channels;

		if (node->op == SQZ_NODE_CONV)
			conv_channels += channels;
		if (node->weights)
			folded += node->weight_count + channels;
		macs += sqz_node_macs(&graph, node);
	}
	ck_assert_uint_eq(folded, published->folded);
	ck_assert_uint_eq(folded + conv_channels, published->parameters);
	ck_assert_uint_eq(macs, published->macs);
	ck_assert_uint_eq(graph.tensors[graph.output].shape.channels, 1000);
	sqz_graph_free(&graph);
}
END_TEST

static bool same(const struct sqz_bytes *a, const struct sqz_bytes *b)
{
	return a->size == b->size && !memcmp(a->data, b->data, a->size);
}

START_TEST(seed_decides_the_bytes)
{
	const char *arch = PUBLISHED[_i].arch;
	struct sqz_bytes first = make(arch, SMALL, 10, 7);
	struct sqz_bytes again = make(arch, SMALL, 10, 7);
	struct sqz_bytes other = make(arch, SMALL, 10, 8);

	ck_assert(same(&first, &again));
	ck_assert_uint_eq(first.size, other.size);
	ck_assert(!same(&first, &other));
	sqz_bytes_free(&first);
	sqz_bytes_free(&again);
	sqz_bytes_free(&other);
}
END_TEST

/* Figures of one version can be compared with another's only if the networks
 * stay as they are. CRC-32 at 32 x 32, 10 classes, seed 1. */
START_TEST(bytes_stay_as_they_are)
{
	static const unsigned long CRC[ARCHS] = { 0x8561ea8a, 0xa7d100ac,
						  0xf2fdba36 };
	struct sqz_bytes bytes = make(PUBLISHED[_i].arch, SMALL, 10, 1);

	ck_assert_uint_eq(crc32(0, bytes.data, (uInt)bytes.size), CRC[_i]);
	sqz_bytes_free(&bytes);
}
END_TEST

/* Mean squares of all tensors, smallest and largest. */
struct spread {
	const struct sqz_graph *graph;
	double least, most;
};

static void see(void *context, const struct sqz_float_view *view)
{
	struct spread *spread = context;
	const struct sqz_shape *shape =
	    &spread->graph->tensors[view->tensor].shape;
	size_t count = view->image_count * sqz_shape_elements(shape);
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += (double)view->values[i] * (double)view->values[i];
	spread->least = fmin(spread->least, sum / (double)count);
	spread->most = fmax(spread->most, sum / (double)count);
}

START_TEST(activations_neither_grow_nor_vanish)
{
	struct sqz_graph graph = load(PUBLISHED[_i].arch, SMALL, 10);
	struct spread spread = { &graph, INFINITY, 0 };
	struct sqz_float_options options = { .observe = see,
					     .context = &spread };
	static float images[IMAGES * 3 * SMALL * SMALL];
	float logits[IMAGES * 10];

	/* Smooth pictures of deviation 1, each with a period of its own. */
	for (size_t i = 0; i < sizeof(images) / sizeof(*images); i++)
		images[i] =
		    (float)(sqrt(2) *
			    sin((double)(i % (3 * SMALL * SMALL)) /
				(3.0 + (double)(i / (3 * SMALL * SMALL)))));
	ck_assert_msg(
	    !sqz_float_run(&graph, images, IMAGES, logits, &options, &err),
	    "%s", err.text);
	ck_assert_double_gt(spread.least, 1e-2);
	ck_assert_double_lt(spread.most, 1e2);
	ck_assert(memcmp(logits, logits + 10, 10 * sizeof(*logits)) != 0);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(eval_runs_it)
{
	struct sqz_bytes bytes = make(PUBLISHED[_i].arch, SMALL, 10, 1);

	command_folder_make();
	write_file("net.onnx", bytes.data, bytes.size);
	sqz_bytes_free(&bytes);
	int status = run_verb(sqz_cmd_eval,
			      (char *[]){ "eval", path_of("net.onnx"), "-n",
					  "8", "-s", "int8", "-t", "1", NULL });
	command_folder_remove();
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(bad_options_are_refused_in_one_line)
{
	static const struct {
		struct network_options options;
		const char *reason;
	} CASES[] = {
		{ { "vgg", 224, 1000, 1, 13 }, "no architecture 'vgg'" },
		{ { "resnet18", 7, 10, 1, 13 },
		  "size 7: must be 8 to 512 pixels" },
		{ { "resnet18", 513, 10, 1, 13 },
		  "size 513: must be 8 to 512 pixels" },
		{ { "resnet18", 32, 0, 1, 13 },
		  "0 classes: must be 1 to 8192" },
		{ { "resnet18", 32, 8193, 1, 13 },
		  "8193 classes: must be 1 to 8192" },
		{ { "resnet18", 32, 10, 1, 11 }, "opset 11: must be 10 or 13" },
	};
	struct sqz_bytes bytes;

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		ck_assert_int_eq(network_onnx(&CASES[i].options, &bytes, &err),
				 -1);
		ck_assert_str_eq(err.text, CASES[i].reason);
	}
}
END_TEST

/* The limits that the options promise, where the importer has limits too. */
START_TEST(ends_of_the_ranges_load)
{
	static const struct network_options ENDS[] = {
		{ "mobilenet_v2", NETWORK_MIN_SIZE, 1, 0, 13 },
		{ "mobilenet_v2", NETWORK_MAX_SIZE, NETWORK_MAX_CLASSES,
		  UINT32_MAX, 13 },
		{ "resnet50", NETWORK_MIN_SIZE, NETWORK_MAX_CLASSES, 0, 13 },
		{ "resnet50", NETWORK_MAX_SIZE, 1, UINT32_MAX, 13 },
	};
	const struct network_options *end = &ENDS[_i];
	struct sqz_graph graph =
	    import(make(end->arch, end->size, end->classes, end->seed));

	ck_assert_uint_eq(graph.tensors[graph.input].shape.height, end->size);
	ck_assert_uint_eq(graph.tensors[graph.output].shape.channels,
			  end->classes);
	sqz_graph_free(&graph);
}
END_TEST

/* Clip's bounds move from inputs to attributes; the network is the same. */
START_TEST(opset_10_is_the_same_network)
{
	struct network_options options = { "mobilenet_v2", SMALL, 10, 1, 10 };
	struct sqz_graph graph = load("mobilenet_v2", SMALL, 10);
	struct sqz_bytes bytes;

	ck_assert_msg(!network_onnx(&options, &bytes, &err), "%s", err.text);
	struct sqz_graph old = import(bytes);

	ck_assert_uint_eq(old.node_count, graph.node_count);
	for (uint32_t i = 0; i < graph.node_count; i++) {
		const struct sqz_node *a = &graph.nodes[i];
		const struct sqz_node *b = &old.nodes[i];

		ck_assert_int_eq(a->op, b->op);
		ck_assert(a->clip_lo == b->clip_lo && a->clip_hi == b->clip_hi);
		ck_assert_uint_eq(a->weight_count, b->weight_count);
		ck_assert(!a->weights ||
			  !memcmp(a->weights, b->weights,
				  a->weight_count * sizeof(float)));
	}
	sqz_graph_free(&graph);
	sqz_graph_free(&old);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("network_onnx");
	TCase *tcase = tcase_create("core");

	tcase_add_loop_test(tcase, counts_are_torchvisions, 0, ARCHS);
	tcase_add_loop_test(tcase, seed_decides_the_bytes, 0, ARCHS);
	tcase_add_loop_test(tcase, bytes_stay_as_they_are, 0, ARCHS);
	tcase_add_loop_test(tcase, activations_neither_grow_nor_vanish, 0,
			    ARCHS);
	tcase_add_test(tcase, opset_10_is_the_same_network);
	tcase_add_test(tcase, bad_options_are_refused_in_one_line);
	tcase_add_loop_test(tcase, ends_of_the_ranges_load, 0, 4);
	suite_add_tcase(suite, tcase);
	if (access(DATASET, R_OK))
		printf("evaluation is left out: no %s\n", DATASET);
	else
		tcase_add_loop_test(tcase, eval_runs_it, 0, ARCHS);
	return sqz_suite_main(suite);
}
