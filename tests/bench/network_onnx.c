#include "network_onnx.h"

#include "network_layers.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OLD_OPSET	10 /* the last whose Clip has attributes */
#define NEW_OPSET	13
#define IR_VERSION	7 /* the first that has opset 13 */
#define INPUT_CHANNELS	3
#define SEED_MULTIPLIER 0x9e3779b97f4a7c15ull /* odd: no seed gives 0 */

/* What the networks of one shape differ in. */
struct variant {
	uint32_t blocks[4]; /* of the four stages of a ResNet */
	bool bottleneck;
	double branch_gain; /* 1 / number of residual branches */
};

static struct network_map conv_relu(struct network *net, struct network_map in,
				    uint32_t out, uint32_t kernel,
				    uint32_t stride)
{
	struct network_conv conv = {
		.out = out, .kernel = kernel, .stride = stride, .gain = 2
	};

	return network_relu(net, network_conv(net, in, &conv));
}

/* Two 3 x 3 convolutions, or 1 x 1, 3 x 3 and 1 x 1 with four times the
 * channels. As in torchvision the 3 x 3 has the stride. */
static struct network_map branch(struct network *net, struct network_map in,
				 const struct variant *variant, uint32_t width,
				 uint32_t stride)
{
	struct network_conv last = { .out = width,
				     .kernel = 3,
				     .stride = 1,
				     .gain = variant->branch_gain };

	if (variant->bottleneck) {
		last.out = 4 * width;
		last.kernel = 1;
		in = conv_relu(net, in, width, 1, 1);
	}
	in = conv_relu(net, in, width, 3, stride);
	return network_conv(net, in, &last);
}

static struct network_map resnet_block(struct network *net,
				       struct network_map in,
				       const struct variant *variant,
				       uint32_t width, uint32_t stride)
{
	struct network_map out = branch(net, in, variant, width, stride);

	if (stride != 1 || in.channels != out.channels) {
		struct network_conv projection = { .out = out.channels,
						   .kernel = 1,
						   .stride = stride,
						   .gain = 2 };

		in = network_conv(net, in, &projection);
	}
	return network_relu(net, network_add(net, out, in));
}

static struct network_map resnet(struct network *net, struct network_map in,
				 const struct variant *variant)
{
	struct network_map map =
	    network_max_pool(net, conv_relu(net, in, 64, 7, 2));

	for (uint32_t stage = 0; stage < 4; stage++)
		for (uint32_t i = 0; i < variant->blocks[stage]; i++)
			map = resnet_block(net, map, variant, 64u << stage,
					   stage && !i ? 2 : 1);
	return map;
}

static struct network_map conv_relu6(struct network *net, struct network_map in,
				     struct network_conv conv)
{
	conv.gain = 2;
	return network_relu6(net, network_conv(net, in, &conv));
}

static struct network_map inverted_residual(struct network *net,
					    struct network_map in,
					    uint32_t expansion, uint32_t out,
					    uint32_t stride, double branch_gain)
{
	bool residual = stride == 1 && in.channels == out;
	uint32_t hidden = in.channels * expansion;
	struct network_conv expand = { .out = hidden,
				       .kernel = 1,
				       .stride = 1 };
	struct network_conv depthwise = {
		.out = hidden, .kernel = 3, .stride = stride, .groups = hidden
	};
	struct network_conv project = { .out = out,
					.kernel = 1,
					.stride = 1,
					.gain = residual ? branch_gain : 1 };
	struct network_map map = in;

	if (expansion != 1)
		map = conv_relu6(net, map, expand);
	map = network_conv(net, conv_relu6(net, map, depthwise), &project);
	return residual ? network_add(net, in, map) : map;
}

static struct network_map mobilenet_v2(struct network *net,
				       struct network_map in,
				       const struct variant *variant)
{
	static const struct {
		uint32_t expansion, out, blocks, stride;
	} STAGES[] = { { 1, 16, 1, 1 }, { 6, 24, 2, 2 }, { 6, 32, 3, 2 },
		       { 6, 64, 4, 2 }, { 6, 96, 3, 1 }, { 6, 160, 3, 2 },
		       { 6, 320, 1, 1 } };
	struct network_conv first = { .out = 32, .kernel = 3, .stride = 2 };
	struct network_conv last = { .out = 1280, .kernel = 1, .stride = 1 };
	struct network_map map = conv_relu6(net, in, first);

	for (size_t s = 0; s < sizeof(STAGES) / sizeof(*STAGES); s++)
		for (uint32_t i = 0; i < STAGES[s].blocks; i++)
			map = inverted_residual(
			    net, map, STAGES[s].expansion, STAGES[s].out,
			    i ? 1 : STAGES[s].stride, variant->branch_gain);
	return conv_relu6(net, map, last);
}

const char *const network_archs[] = { "resnet18", "resnet50", "mobilenet_v2",
				      NULL };

/* In the order of network_archs. */
static const struct arch {
	struct network_map (*features)(struct network *net,
				       struct network_map in,
				       const struct variant *variant);
	struct variant variant;
} ARCHS[] = {
	{ resnet, { { 2, 2, 2, 2 }, false, 1.0 / 8 } },
	{ resnet, { { 3, 4, 6, 3 }, true, 1.0 / 16 } },
	{ mobilenet_v2, { .branch_gain = 1.0 / 10 } },
};

static const struct arch *find_arch(const char *name)
{
	for (size_t i = 0; network_archs[i]; i++)
		if (!strcmp(network_archs[i], name))
			return &ARCHS[i];
	return NULL;
}

static int check(const struct network_options *options, struct sqz_error *err)
{
	if (!find_arch(options->arch))
		return sqz_fail(err, "no architecture '%s'", options->arch);
	if (options->size < NETWORK_MIN_SIZE ||
	    options->size > NETWORK_MAX_SIZE)
		return sqz_fail(err, "size %u: must be %u to %u pixels",
				options->size, NETWORK_MIN_SIZE,
				NETWORK_MAX_SIZE);
	if (!options->classes || options->classes > NETWORK_MAX_CLASSES)
		return sqz_fail(err, "%u classes: must be 1 to %u",
				options->classes, NETWORK_MAX_CLASSES);
	if (options->opset != OLD_OPSET && options->opset != NEW_OPSET)
		return sqz_fail(err, "opset %u: must be %d or %d",
				options->opset, OLD_OPSET, NEW_OPSET);
	return 0;
}

/* What the file says of itself; OpenCV wants the graph's name. */
static Onnx__ModelProto *new_model(const struct network_options *options)
{
	Onnx__ModelProto *model = onnx_build(options->opset);
	char dims[64];

	model->has_ir_version = 1;
	model->ir_version = IR_VERSION;
	onnx_build_graph_name(model, options->arch);
	snprintf(dims, sizeof(dims), "1 %d %u %u", INPUT_CHANNELS,
		 options->size, options->size);
	onnx_build_input(model, "x", dims);
	return model;
}

int network_onnx(const struct network_options *options, struct sqz_bytes *out,
		 struct sqz_error *err)
{
	if (check(options, err))
		return -1;
	const struct arch *arch = find_arch(options->arch);
	struct network_map input = { "x", INPUT_CHANNELS };
	struct network net = {
		.model = new_model(options),
		.bounds_are_inputs = options->opset == NEW_OPSET,
		.random = (options->seed + 1ull) * SEED_MULTIPLIER,
	};

	network_classify(&net, arch->features(&net, input, &arch->variant),
			 options->classes);
	out->size = onnx__model_proto__get_packed_size(net.model);
	out->data = malloc(out->size);
	if (out->data)
		onnx__model_proto__pack(net.model, out->data);
	onnx__model_proto__free_unpacked(net.model, NULL);
	return out->data ? 0 : sqz_fail(err, "out of memory");
}
