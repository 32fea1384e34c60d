#include "network_layers.h"

#include "random.h"

#include <math.h>
#include <stdio.h>

#define BIAS_DEVIATION 0.1
#define TEXT	       64

/* A source of normal numbers for one tensor. */
struct normal {
	uint64_t *random;
	double deviation;
};

/* Twelve uniform numbers of 16 bits: their sum has variance 1 and is normal
 * but for the tails beyond 4 deviations, where it is lower; it is the same on
 * every machine, which a logarithm is not. */
static double standard_normal(uint64_t *random)
{
	int64_t sum = 0;

	for (int word = 0; word < 3; word++) {
		uint64_t bits = next_random(random);

		for (int part = 0; part < 4; part++)
			sum += (int64_t)(bits >> (16 * part) & 0xffff);
	}
	return (double)(sum - 6 * 0xffff) / 65536.0;
}

static float next_normal(void *context)
{
	const struct normal *normal = context;

	return (float)(normal->deviation * standard_normal(normal->random));
}

static void add_normal(struct network *net, const char *name, const char *dims,
		       double deviation)
{
	struct normal normal = { &net->random, deviation };

	onnx_build_initializer(
	    net->model, onnx_build_raw(name, dims, next_normal, &normal));
}

/* Names the layer after its operator and number. */
static struct network_map next_map(struct network *net, const char *kind,
				   uint32_t channels)
{
	struct network_map map = { .channels = channels };

	snprintf(map.name, sizeof(map.name), "%s%u", kind, net->layers++);
	return map;
}

/* Weights and bias of the layer `name`; `inputs` takes the names of the node's
 * inputs. */
static void add_parameters(struct network *net, const char *name,
			   const char *weight_dims, uint32_t out,
			   double deviation, const char *in, char *inputs,
			   size_t room)
{
	char weight[TEXT], bias[TEXT], dims[TEXT];

	snprintf(weight, sizeof(weight), "%s.weight", name);
	snprintf(bias, sizeof(bias), "%s.bias", name);
	snprintf(dims, sizeof(dims), "%u", out);
	add_normal(net, weight, weight_dims, deviation);
	add_normal(net, bias, dims, BIAS_DEVIATION);
	snprintf(inputs, room, "%s,%s,%s", in, weight, bias);
}

static void add_window(Onnx__NodeProto *node, uint32_t kernel, uint32_t stride)
{
	char text[TEXT];
	uint32_t pad = kernel / 2;

	snprintf(text, sizeof(text), "%u %u", kernel, kernel);
	onnx_build_ints(node, "kernel_shape", text);
	snprintf(text, sizeof(text), "%u %u", stride, stride);
	onnx_build_ints(node, "strides", text);
	snprintf(text, sizeof(text), "%u %u %u %u", pad, pad, pad, pad);
	onnx_build_ints(node, "pads", text);
}

struct network_map network_conv(struct network *net, struct network_map in,
				const struct network_conv *conv)
{
	struct network_map out = next_map(net, "conv", conv->out);
	uint32_t groups = conv->groups ? conv->groups : 1;
	uint32_t group_in = in.channels / groups;
	double fan_in = (double)group_in * conv->kernel * conv->kernel;
	char dims[TEXT], inputs[4 * TEXT];

	snprintf(dims, sizeof(dims), "%u %u %u %u", conv->out, group_in,
		 conv->kernel, conv->kernel);
	add_parameters(net, out.name, dims, conv->out,
		       sqrt(conv->gain / fan_in), in.name, inputs,
		       sizeof(inputs));
	Onnx__NodeProto *node =
	    onnx_build_node(net->model, "Conv", inputs, out.name);
	add_window(node, conv->kernel, conv->stride);
	onnx_build_int(node, "group", groups);
	return out;
}

struct network_map network_relu(struct network *net, struct network_map in)
{
	struct network_map out = next_map(net, "relu", in.channels);

	onnx_build_node(net->model, "Relu", in.name, out.name);
	return out;
}

/* One number, without dimensions, as Clip wants its bounds. */
static void add_scalar(struct network *net, const char *name, const char *value)
{
	onnx_build_initializer(net->model, onnx_build_floats(name, "", value));
}

static void clip_by_inputs(struct network *net, const char *in, const char *out)
{
	char low[TEXT], high[TEXT], inputs[4 * TEXT];

	snprintf(low, sizeof(low), "%s.min", out);
	snprintf(high, sizeof(high), "%s.max", out);
	add_scalar(net, low, "0");
	add_scalar(net, high, "6");
	snprintf(inputs, sizeof(inputs), "%s,%s,%s", in, low, high);
	onnx_build_node(net->model, "Clip", inputs, out);
}

static void clip_by_attributes(struct network *net, const char *in,
			       const char *out)
{
	Onnx__NodeProto *node = onnx_build_node(net->model, "Clip", in, out);

	onnx_build_float(node, "min", 0);
	onnx_build_float(node, "max", 6);
}

struct network_map network_relu6(struct network *net, struct network_map in)
{
	struct network_map out = next_map(net, "clip", in.channels);

	if (net->bounds_are_inputs)
		clip_by_inputs(net, in.name, out.name);
	else
		clip_by_attributes(net, in.name, out.name);
	return out;
}

struct network_map network_max_pool(struct network *net, struct network_map in)
{
	struct network_map out = next_map(net, "pool", in.channels);

	add_window(onnx_build_node(net->model, "MaxPool", in.name, out.name), 3,
		   2);
	return out;
}

struct network_map network_add(struct network *net, struct network_map a,
			       struct network_map b)
{
	struct network_map out = next_map(net, "add", a.channels);
	char inputs[TEXT];

	snprintf(inputs, sizeof(inputs), "%s,%s", a.name, b.name);
	onnx_build_node(net->model, "Add", inputs, out.name);
	return out;
}

void network_classify(struct network *net, struct network_map in,
		      uint32_t classes)
{
	struct network_map pool = next_map(net, "mean", in.channels);
	struct network_map flat = next_map(net, "flat", in.channels);
	char dims[TEXT], inputs[4 * TEXT];

	onnx_build_node(net->model, "GlobalAveragePool", in.name, pool.name);
	onnx_build_int(
	    onnx_build_node(net->model, "Flatten", pool.name, flat.name),
	    "axis", 1);
	snprintf(dims, sizeof(dims), "%u %u", classes, in.channels);
	add_parameters(net, "classifier", dims, classes,
		       sqrt(1.0 / in.channels), flat.name, inputs,
		       sizeof(inputs));
	onnx_build_int(onnx_build_node(net->model, "Gemm", inputs, "logits"),
		       "transB", 1);
	snprintf(dims, sizeof(dims), "1 %u", classes);
	onnx_build_typed_output(net->model, "logits", dims);
}
