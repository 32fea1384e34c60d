#include "random_net.h"

#include "../random.h"

#include <stdlib.h>
#include <string.h>

#define MOST 16 /* layers of a test network */

static uint32_t or_one(uint32_t value)
{
	return value ? value : 1;
}

void random_net_begin(struct sqz_qnet *net, uint32_t height, uint32_t width,
		      uint32_t channels, uint64_t *state)
{
	*net = (struct sqz_qnet){
		.tensors = calloc(MOST + 1, sizeof(*net->tensors)),
		.tensor_count = 1,
		.layers = calloc(MOST, sizeof(*net->layers)),
	};
	net->tensors[0] = (struct sqz_qtensor){
		.height = height,
		.width = width,
		.channels = channels,
		.element_bytes = 1,
		.scale = 0.5,
		.zero_point = random_between(state, 0, 255),
	};
}

/* A factor of about 2^exponent. */
static struct sqz_scale random_scale(uint64_t *state, int exponent)
{
	return (struct sqz_scale){
		.mult = (uint32_t)random_between(state, 1 << 30, INT32_MAX),
		.shift = (uint32_t)(31 - exponent),
	};
}

static struct sqz_scale *random_scales(uint32_t count, int exponent,
				       uint64_t *state)
{
	struct sqz_scale *scales = calloc(count, sizeof(*scales));

	for (uint32_t i = 0; i < count; i++)
		scales[i] = random_scale(state, exponent);
	return scales;
}

static void random_weights(struct sqz_qlayer *layer, uint32_t channels,
			   uint32_t rows, uint64_t *state)
{
	layer->weight_count = (size_t)channels * rows;
	layer->weights = calloc(layer->weight_count, sizeof(*layer->weights));
	layer->weight_scale = calloc(channels, sizeof(*layer->weight_scale));
	layer->bias = calloc(channels, sizeof(*layer->bias));
	for (size_t i = 0; i < layer->weight_count; i++)
		layer->weights[i] = (int16_t)random_between(state, -255, 255);
	for (uint32_t c = 0; c < channels; c++)
		layer->bias[c] = random_between(state, -100000, 100000);
	int exponent = -8;
	for (uint32_t r = rows; r > 1; r /= 4)
		exponent--;
	layer->scale = random_scales(channels, exponent, state);
}

static void random_numbers(struct sqz_qlayer *layer,
			   const struct layer_spec *spec, uint32_t rows,
			   uint64_t *state)
{
	uint32_t channels = spec->out_channels;

	if (spec->kind == SQZ_STEP_MVM)
		random_weights(layer, channels, rows, state);
	if (spec->kind == SQZ_STEP_ADD || spec->kind == SQZ_STEP_COPY)
		layer->scale = random_scales(channels, 0, state);
	if (spec->residual != SQZ_NO_TENSOR)
		layer->residual_scale = random_scales(
		    channels, spec->kind == SQZ_STEP_ADD ? 0 : 6, state);
	if (spec->kind == SQZ_STEP_AVGPOOL) {
		uint32_t area = layer->kernel_h * layer->kernel_w;

		layer->average_count = spec->table ? area : 1;
		layer->average =
		    calloc(layer->average_count, sizeof(*layer->average));
		for (uint32_t i = 0; i < layer->average_count; i++) {
			uint64_t count = spec->table ? i + 1 : area;

			layer->average[i].shift = 30;
			layer->average[i].mult =
			    (uint32_t)(((1u << 30) + count / 2) / count);
		}
	}
}

static uint32_t out_size(uint32_t in, uint32_t kernel,
			 const struct sqz_qlayer *layer)
{
	return (in + 2 * layer->pad_top - layer->dilation_y * (kernel - 1) -
		1) /
		   layer->stride_y +
	       1;
}

/* The next tensor; its size follows from the layer. */
static void add_tensor(struct sqz_qnet *net, const struct layer_spec *spec,
		       const struct sqz_qlayer *layer, uint64_t *state)
{
	const struct sqz_qtensor *in = &net->tensors[spec->input];

	net->tensors[net->tensor_count] = (struct sqz_qtensor){
		.height = out_size(in->height, layer->kernel_h, layer) -
			  (spec->kind == SQZ_STEP_COPY ? spec->pad : 0) +
			  spec->pad_behind,
		.width = out_size(in->width, layer->kernel_w, layer) -
			 (spec->kind == SQZ_STEP_COPY ? spec->pad : 0) +
			 spec->pad_behind,
		.channels = spec->out_channels,
		.element_bytes = layer->out_bytes,
		.scale = 0.25,
		.zero_point = spec->logits ? 0 : random_between(state, 0, 255),
	};
	net->tensor_count++;
}

uint32_t random_net_add(struct sqz_qnet *net, const struct layer_spec *spec,
			uint64_t *state)
{
	const struct sqz_qtensor *in = &net->tensors[spec->input];
	struct sqz_qlayer *layer = &net->layers[net->layer_count++];
	uint32_t output = spec->into ? spec->into : net->tensor_count;

	*layer = (struct sqz_qlayer){
		.name = strdup("layer"),
		.kind = spec->kind,
		.input = spec->input,
		.output = output,
		.first_channel = spec->first_channel,
		.residual = spec->residual,
		.node = -1,
		.kernel_h = or_one(spec->kernel_h),
		.kernel_w = or_one(spec->kernel_w),
		.stride_y = or_one(spec->stride),
		.stride_x = or_one(spec->stride),
		.dilation_y = or_one(spec->dilation),
		.dilation_x = or_one(spec->dilation),
		.pad_top = spec->pad,
		.pad_left = spec->pad,
		.groups = or_one(spec->groups),
		.z_in = in->zero_point,
		.out_bytes = spec->logits ? 4 : 1,
	};
	if (spec->residual != SQZ_NO_TENSOR)
		layer->z_residual = net->tensors[spec->residual].zero_point;
	random_numbers(layer, spec,
		       in->channels / layer->groups * layer->kernel_h *
			   layer->kernel_w,
		       state);
	if (!spec->into)
		add_tensor(net, spec, layer, state);
	layer->z_out = net->tensors[output].zero_point;
	layer->low = spec->logits ? INT32_MIN : random_between(state, 0, 30);
	layer->high =
	    spec->logits ? INT32_MAX : random_between(state, 200, 255);
	net->output = output;
	return output;
}

void random_net_all_kinds(struct sqz_qnet *net, uint64_t seed)
{
	const uint32_t none = SQZ_NO_TENSOR;
	const struct layer_spec specs[] = {
		/* 1: 13 x 11 x 3 */
		{ .input = 0,
		  .residual = none,
		  .kind = SQZ_STEP_MVM,
		  .out_channels = 20,
		  .kernel_h = 3,
		  .kernel_w = 3,
		  .pad = 1 },
		/* 2: depthwise */
		{ .input = 1,
		  .residual = none,
		  .kind = SQZ_STEP_MVM,
		  .out_channels = 20,
		  .kernel_h = 3,
		  .kernel_w = 3,
		  .pad = 1,
		  .groups = 20 },
		/* 3: residual, grouped, dilated */
		{ .input = 2,
		  .residual = 1,
		  .kind = SQZ_STEP_MVM,
		  .out_channels = 20,
		  .kernel_h = 3,
		  .kernel_w = 3,
		  .pad = 2,
		  .dilation = 2,
		  .groups = 4 },
		/* 4: depthwise with two outputs a channel, stride */
		{ .input = 3,
		  .residual = none,
		  .kind = SQZ_STEP_MVM,
		  .out_channels = 40,
		  .kernel_h = 5,
		  .kernel_w = 3,
		  .pad = 2,
		  .stride = 2,
		  .groups = 20 },
		/* 5 */
		{ .input = 4,
		  .residual = none,
		  .kind = SQZ_STEP_MAXPOOL,
		  .out_channels = 40,
		  .kernel_h = 3,
		  .kernel_w = 3,
		  .pad = 1 },
		/* 6, 7: averages of both kinds */
		{ .input = 5,
		  .residual = none,
		  .kind = SQZ_STEP_AVGPOOL,
		  .out_channels = 40,
		  .kernel_h = 3,
		  .kernel_w = 3,
		  .pad = 1,
		  .table = true },
		{ .input = 5,
		  .residual = none,
		  .kind = SQZ_STEP_AVGPOOL,
		  .out_channels = 40,
		  .kernel_h = 3,
		  .kernel_w = 3,
		  .pad = 1 },
		/* 8 */
		{ .input = 6,
		  .residual = 7,
		  .kind = SQZ_STEP_ADD,
		  .out_channels = 40 },
		/* 9: pointwise */
		{ .input = 8,
		  .residual = none,
		  .kind = SQZ_STEP_MVM,
		  .out_channels = 33 },
		/* 10: the whole map, as after a flatten: 7 x 7 */
		{ .input = 9,
		  .residual = none,
		  .kind = SQZ_STEP_MVM,
		  .out_channels = 17,
		  .kernel_h = 7,
		  .kernel_w = 7,
		  .logits = true },
	};
	uint64_t state = seed;

	random_net_begin(net, 13, 13, 3, &state);
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		random_net_add(net, &specs[i], &state);
}

void random_net_copies(struct sqz_qnet *net, uint64_t seed)
{
	const uint32_t none = SQZ_NO_TENSOR;
	const struct layer_spec specs[] = {
		/* 1: 9 x 9 x 3 */
		{ .input = 0,
		  .residual = none,
		  .kind = SQZ_STEP_MVM,
		  .out_channels = 21,
		  .kernel_h = 3,
		  .kernel_w = 3,
		  .pad = 1 },
		/* 2: 1 and the input side by side */
		{ .input = 1,
		  .residual = none,
		  .kind = SQZ_STEP_COPY,
		  .out_channels = 24 },
		{ .input = 0,
		  .residual = none,
		  .kind = SQZ_STEP_COPY,
		  .out_channels = 24,
		  .into = 2,
		  .first_channel = 21 },
		/* 3: more padding behind than before: 12 x 12 */
		{ .input = 2,
		  .residual = none,
		  .kind = SQZ_STEP_COPY,
		  .out_channels = 24,
		  .pad = 1,
		  .pad_behind = 2 },
		/* 4: three parts, one twice */
		{ .input = 3,
		  .residual = none,
		  .kind = SQZ_STEP_COPY,
		  .out_channels = 72 },
		{ .input = 3,
		  .residual = none,
		  .kind = SQZ_STEP_COPY,
		  .out_channels = 72,
		  .into = 4,
		  .first_channel = 24 },
		{ .input = 3,
		  .residual = none,
		  .kind = SQZ_STEP_COPY,
		  .out_channels = 72,
		  .into = 4,
		  .first_channel = 48 },
		/* 5 */
		{ .input = 4,
		  .residual = none,
		  .kind = SQZ_STEP_MVM,
		  .out_channels = 17,
		  .kernel_h = 3,
		  .kernel_w = 3,
		  .stride = 3,
		  .logits = true },
	};
	uint64_t state = seed;

	random_net_begin(net, 9, 9, 3, &state);
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		random_net_add(net, &specs[i], &state);
}
