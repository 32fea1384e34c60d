/* ONNX models: every operator that is read, in a few networks. */
#include "seeds.h"

#include <stdlib.h>

#include "onnx_builder.h"

static Onnx__ModelProto *start(const char *dims)
{
	Onnx__ModelProto *model = onnx_build(13);

	onnx_build_input(model, "x", dims);
	onnx_build_output(model, "out");
	return model;
}

static void put_weights(Onnx__ModelProto *model, const char *name,
			const char *dims)
{
	onnx_build_initializer(model,
			       onnx_build_floats(name, dims, "1 -2 3 0.5"));
}

static Onnx__ModelProto *plain(void)
{
	Onnx__ModelProto *model = start("0 1 4 4");

	put_weights(model, "w", "2 1 3 3");
	put_weights(model, "b", "2");
	put_weights(model, "gw", "3 32");
	put_weights(model, "gb", "3");
	Onnx__NodeProto *conv = onnx_build_node(model, "Conv", "x, w, b", "c");
	onnx_build_ints(conv, "pads", "1 1 1 1");
	onnx_build_ints(conv, "kernel_shape", "3 3");
	onnx_build_node(model, "Relu", "c", "r");
	onnx_build_node(model, "Flatten", "r", "f");
	onnx_build_int(onnx_build_node(model, "Gemm", "f, gw, gb", "out"),
		       "transB", 1);
	return model;
}

static Onnx__ModelProto *residual(void)
{
	Onnx__ModelProto *model = start("1 4 6 6");

	put_weights(model, "w", "4 1 3 3");
	put_weights(model, "s", "4");
	Onnx__NodeProto *conv = onnx_build_node(model, "Conv", "x, w", "c");
	onnx_build_int(conv, "group", 4);
	onnx_build_string(conv, "auto_pad", "SAME_UPPER");
	onnx_build_ints(conv, "dilations", "1 1");
	onnx_build_float(
	    onnx_build_node(model, "BatchNormalization", "c, s, s, s, s", "n"),
	    "epsilon", 0.001f);
	onnx_build_node(model, "Add", "n, x", "a");
	onnx_build_node(model, "GlobalAveragePool", "a", "g");
	onnx_build_node(model, "Flatten", "g", "out");
	return model;
}

static Onnx__ModelProto *pools(void)
{
	Onnx__ModelProto *model = start("1 2 8 8");

	Onnx__NodeProto *max = onnx_build_node(model, "MaxPool", "x", "m");
	onnx_build_ints(max, "kernel_shape", "2 2");
	onnx_build_ints(max, "strides", "2 2");
	onnx_build_int(max, "ceil_mode", 1);
	Onnx__NodeProto *average =
	    onnx_build_node(model, "AveragePool", "x", "a");
	onnx_build_ints(average, "kernel_shape", "3 3");
	onnx_build_ints(average, "strides", "2 2");
	onnx_build_ints(average, "pads", "1 1 0 0");
	onnx_build_int(average, "count_include_pad", 1);
	onnx_build_int(onnx_build_node(model, "Concat", "m, a", "j"), "axis",
		       1);
	onnx_build_node(model, "Identity", "j", "i");
	onnx_build_node(model, "Dropout", "i", "out");
	return model;
}

static Onnx__ModelProto *constants(void)
{
	Onnx__ModelProto *model = start("1 2 4 4");

	onnx_build_tensor(onnx_build_node(model, "Constant", "", "pads"),
			  "value", onnx_build_integers("", "0 0 1 1 0 0 1 1"));
	onnx_build_node(model, "Pad", "x, pads", "p");
	put_weights(model, "low", "1");
	put_weights(model, "high", "1");
	onnx_build_node(model, "Clip", "p, low, high", "c");
	onnx_build_initializer(model, onnx_build_integers("shape", "1 72"));
	onnx_build_node(model, "Reshape", "c, shape", "r");
	put_weights(model, "w", "72 5");
	onnx_build_node(model, "MatMul", "r, w", "m");
	put_weights(model, "b", "5");
	onnx_build_node(model, "Add", "m, b", "out");
	return model;
}

static Onnx__ModelProto *refused(void)
{
	Onnx__ModelProto *model = start("1 2 4 4");

	onnx_build_node(model, "Sigmoid", "x", "out");
	return model;
}

void seeds_onnx(const char *folder)
{
	static const struct {
		const char *name;
		Onnx__ModelProto *(*make)(void);
	} seeds[] = {
		{ "plain", plain },	{ "residual", residual },
		{ "pools", pools },	{ "constants", constants },
		{ "refused", refused },
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		Onnx__ModelProto *model = seeds[i].make();
		size_t size = onnx__model_proto__get_packed_size(model);
		uint8_t *bytes = malloc(size);

		if (!bytes)
			abort();
		onnx__model_proto__pack(model, bytes);
		seeds_write(folder, "onnx", seeds[i].name, bytes, size);
		free(bytes);
		onnx__model_proto__free_unpacked(model, NULL);
	}
}
