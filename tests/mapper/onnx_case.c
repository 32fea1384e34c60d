#include "onnx_case.h"

#include "host/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_INPUTS 16

struct loaded {
	Onnx__ModelProto *model;
	Onnx__TensorProto *inputs[MAX_INPUTS];
	Onnx__TensorProto *output;
};

static int read_bytes(const char *folder, const char *name,
		      struct sqz_bytes *bytes)
{
	char path[512];
	struct sqz_error err;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return sqz_read_file(path, 1u << 28, bytes, &err);
}

static Onnx__TensorProto *read_tensor(const char *folder, const char *kind,
				      size_t index)
{
	char name[64];
	struct sqz_bytes bytes;

	snprintf(name, sizeof(name), "test_data_set_0/%s_%zu.pb", kind, index);
	if (read_bytes(folder, name, &bytes))
		return NULL;
	Onnx__TensorProto *tensor =
	    onnx__tensor_proto__unpack(NULL, bytes.size, bytes.data);

	sqz_bytes_free(&bytes);
	return tensor;
}

static void unload(struct loaded *loaded)
{
	for (size_t i = 0; i < MAX_INPUTS; i++)
		if (loaded->inputs[i])
			onnx__tensor_proto__free_unpacked(loaded->inputs[i],
							  NULL);
	if (loaded->output)
		onnx__tensor_proto__free_unpacked(loaded->output, NULL);
	if (loaded->model)
		onnx__model_proto__free_unpacked(loaded->model, NULL);
}

static int load(const char *folder, struct loaded *loaded)
{
	struct sqz_bytes bytes;

	*loaded = (struct loaded){ 0 };
	if (read_bytes(folder, "model.onnx", &bytes))
		return -1;
	loaded->model = onnx__model_proto__unpack(NULL, bytes.size, bytes.data);
	sqz_bytes_free(&bytes);
	if (!loaded->model || loaded->model->graph->n_input > MAX_INPUTS)
		return -1;
	for (size_t i = 0; i < loaded->model->graph->n_input; i++)
		loaded->inputs[i] = read_tensor(folder, "input", i);
	loaded->output = read_tensor(folder, "output", 0);
	return loaded->output ? 0 : -1;
}

static size_t elements(const Onnx__TensorProto *tensor)
{
	size_t count = 1;

	for (size_t i = 0; i < tensor->n_dims; i++)
		count *= (size_t)tensor->dims[i];
	return count;
}

/* NULL if the tensor is not float, or not a tensor with that many values. */
static float *to_floats(const Onnx__TensorProto *tensor)
{
	size_t count = elements(tensor);
	const void *from = tensor->float_data;
	size_t have = tensor->n_float_data;

	if (tensor->has_raw_data) {
		from = tensor->raw_data.data;
		have = tensor->raw_data.len / sizeof(float);
	}
	if (tensor->data_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT ||
	    have != count)
		return NULL;
	float *values = calloc(count + 1, sizeof(*values));

	if (count)
		memcpy(values, from, count * sizeof(*values));
	return values;
}

static void set_dims(int64_t **dims, size_t *count, size_t rank,
		     const int64_t *wanted)
{
	free(*dims);
	*dims = malloc(rank * sizeof(**dims));
	memcpy(*dims, wanted, rank * sizeof(**dims));
	*count = rank;
}

static Onnx__TensorShapeProto *shape_of(Onnx__ValueInfoProto *info)
{
	if (!info->type ||
	    info->type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
		return NULL;
	return info->type->tensor_type->shape;
}

/* Replaces a declared shape. */
static void set_shape(Onnx__ValueInfoProto *info, size_t rank,
		      const int64_t *dims)
{
	Onnx__TensorShapeProto *shape = shape_of(info);

	for (size_t i = 0; i < shape->n_dim; i++)
		protobuf_c_message_free_unpacked(&shape->dim[i]->base, NULL);
	free(shape->dim);
	shape->n_dim = rank;
	shape->dim = calloc(rank, sizeof(*shape->dim));
	for (size_t i = 0; i < rank; i++) {
		shape->dim[i] = malloc(sizeof(**shape->dim));
		onnx__tensor_shape_proto__dimension__init(shape->dim[i]);
		shape->dim[i]->value_case =
		    ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
		shape->dim[i]->dim_value = dims[i];
	}
}

static void add_initializer(Onnx__GraphProto *graph, Onnx__TensorProto *tensor)
{
	graph->initializer =
	    realloc(graph->initializer,
		    (graph->n_initializer + 1) * sizeof(*graph->initializer));
	graph->initializer[graph->n_initializer++] = tensor;
}

static int is_initializer(const Onnx__GraphProto *graph, const char *name)
{
	for (size_t i = 0; i < graph->n_initializer; i++)
		if (!strcmp(graph->initializer[i]->name, name))
			return 1;
	return 0;
}

/* Gives input i to the model as an initializer. */
static void promote(struct loaded *loaded, size_t i)
{
	Onnx__GraphProto *graph = loaded->model->graph;
	Onnx__TensorProto *tensor = loaded->inputs[i];

	if (!tensor || is_initializer(graph, graph->input[i]->name))
		return;
	free(tensor->name);
	tensor->name = strdup(graph->input[i]->name);
	add_initializer(graph, tensor);
	loaded->inputs[i] = NULL;
}

static void promote_all_but(struct loaded *loaded, size_t data)
{
	for (size_t i = 0; i < loaded->model->graph->n_input; i++)
		if (i != data)
			promote(loaded, i);
}

static int take_data(const struct loaded *loaded, size_t data,
		     struct onnx_case *out)
{
	const Onnx__TensorProto *tensor = loaded->inputs[data];

	if (!tensor || !tensor->n_dims)
		return -1;
	out->input = to_floats(tensor);
	out->input_count = elements(tensor);
	out->images = (size_t)tensor->dims[0];
	return out->input ? 0 : -1;
}

/* Everything with as many elements as the data becomes [1, n] or [n]. */
static int make_flat(struct loaded *loaded, struct onnx_case *out)
{
	Onnx__GraphProto *graph = loaded->model->graph;

	if (take_data(loaded, 0, out))
		return -1;
	const int64_t dims[2] = { 1, (int64_t)out->input_count };

	out->images = 1;
	set_shape(graph->input[0], 2, dims);
	set_shape(graph->output[0], 2, dims);
	for (size_t i = 1; i < graph->n_input; i++) {
		Onnx__TensorProto *tensor = loaded->inputs[i];

		if (tensor && elements(tensor) == out->input_count)
			set_dims(&tensor->dims, &tensor->n_dims, 1, &dims[1]);
	}
	promote_all_but(loaded, 0);
	return 0;
}

/* Weights [channels][all][1][1] that take channels first.. of all. */
static Onnx__TensorProto *selector(const char *name, int64_t channels,
				   int64_t first, int64_t all)
{
	Onnx__TensorProto *tensor = malloc(sizeof(*tensor));
	const int64_t dims[4] = { channels, all, 1, 1 };

	onnx__tensor_proto__init(tensor);
	tensor->name = strdup(name);
	tensor->has_data_type = 1;
	tensor->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
	set_dims(&tensor->dims, &tensor->n_dims, 4, dims);
	tensor->n_float_data = (size_t)(channels * all);
	tensor->float_data =
	    calloc(tensor->n_float_data, sizeof(*tensor->float_data));
	for (int64_t c = 0; c < channels; c++)
		tensor->float_data[c * all + first + c] = 1;
	return tensor;
}

/* name = Conv(joined, name + "_selector") */
static void add_selection(Onnx__GraphProto *graph, const char *name,
			  int64_t channels, int64_t first, int64_t all)
{
	char weights[256];
	Onnx__NodeProto *node = malloc(sizeof(*node));

	snprintf(weights, sizeof(weights), "%s_selector", name);
	add_initializer(graph, selector(weights, channels, first, all));
	onnx__node_proto__init(node);
	node->op_type = strdup("Conv");
	node->n_input = 2;
	node->input = malloc(2 * sizeof(*node->input));
	node->input[0] = strdup("joined");
	node->input[1] = strdup(weights);
	node->n_output = 1;
	node->output = malloc(sizeof(*node->output));
	node->output[0] = strdup(name);
	graph->node =
	    realloc(graph->node, (graph->n_node + 1) * sizeof(*graph->node));
	graph->node[graph->n_node++] = node;
}

/* Copies one input's channels into the joined images. */
static void join_values(const float *from, size_t images, size_t size,
			size_t first, size_t all, float *to)
{
	for (size_t b = 0; b < images; b++)
		memcpy(to + b * all + first, from + b * size,
		       size * sizeof(*to));
}

static int64_t joined_channels(const struct loaded *loaded)
{
	int64_t all = 0;

	for (size_t i = 0; i < loaded->model->graph->n_input; i++) {
		const Onnx__TensorProto *tensor = loaded->inputs[i];

		if (!tensor || tensor->n_dims < 2 || tensor->n_dims > 4)
			return 0;
		all += tensor->dims[1];
	}
	return all;
}

static int make_joined(struct loaded *loaded, struct onnx_case *out)
{
	Onnx__GraphProto *graph = loaded->model->graph;
	int64_t all = joined_channels(loaded);

	if (!all)
		return -1;
	/* Missing dimensions are 1; the result gets them too. */
	int64_t dims[4] = { 1, 1, 1, 1 };
	const Onnx__TensorProto *first = loaded->inputs[0];
	memcpy(dims, first->dims, first->n_dims * sizeof(*dims));
	size_t area = (size_t)(dims[2] * dims[3]);
	size_t at = 0;

	out->images = (size_t)dims[0];
	out->input_count = out->images * (size_t)all * area;
	out->input = calloc(out->input_count, sizeof(*out->input));
	for (size_t i = 0; i < graph->n_input; i++) {
		int64_t channels = loaded->inputs[i]->dims[1];
		float *values = to_floats(loaded->inputs[i]);

		if (!values)
			return -1;
		join_values(values, out->images, (size_t)channels * area,
			    at * area, (size_t)all * area, out->input);
		free(values);
		add_selection(graph, graph->input[i]->name, channels,
			      (int64_t)at, all);
		at += (size_t)channels;
	}
	while (graph->n_input > 1)
		onnx__value_info_proto__free_unpacked(
		    graph->input[--graph->n_input], NULL);
	free(graph->input[0]->name);
	graph->input[0]->name = strdup("joined");
	dims[1] = all;
	set_shape(graph->input[0], 4, dims);
	dims[1] = loaded->output->dims[1];
	set_shape(graph->output[0], 4, dims);
	return 0;
}

static int adapt(struct loaded *loaded, enum onnx_case_mode mode,
		 struct onnx_case *out)
{
	size_t data = mode == ONNX_CASE_SECOND;

	switch (mode) {
	case ONNX_CASE_FLAT:
		return make_flat(loaded, out);
	case ONNX_CASE_JOIN:
		return make_joined(loaded, out);
	default:
		if (take_data(loaded, data, out))
			return -1;
		promote_all_but(loaded, data);
		return 0;
	}
}

int onnx_case_load(const char *folder, enum onnx_case_mode mode,
		   struct onnx_case *out)
{
	struct loaded loaded;

	*out = (struct onnx_case){ 0 };
	int result = load(folder, &loaded);

	if (!result)
		result = adapt(&loaded, mode, out);
	if (loaded.model) {
		out->model_size =
		    onnx__model_proto__get_packed_size(loaded.model);
		out->model = malloc(out->model_size + 1);
		onnx__model_proto__pack(loaded.model, out->model);
	}
	if (loaded.output) {
		out->expected = to_floats(loaded.output);
		out->expected_count = elements(loaded.output);
	}
	unload(&loaded);
	return result;
}

void onnx_case_free(struct onnx_case *test)
{
	free(test->model);
	free(test->input);
	free(test->expected);
	*test = (struct onnx_case){ 0 };
}
