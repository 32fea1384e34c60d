#include "onnx_builder.h"

#include "onnx_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LIST 64

/* There is nothing to build without memory. */
static void *check_memory(void *memory)
{
	if (!memory) {
		fprintf(stderr, "out of memory for an ONNX model\n");
		exit(EXIT_FAILURE);
	}
	return memory;
}

static void *allocate(size_t size)
{
	return check_memory(malloc(size));
}

static char *copy_text(const char *text)
{
	return check_memory(strdup(text));
}

/* The numbers of a text; how many there are. */
static size_t parse(const char *text, double *values)
{
	size_t count = 0;
	char *end;

	for (double value = strtod(text, &end); end != text && count < MAX_LIST;
	     value = strtod(text, &end)) {
		values[count++] = value;
		text = end;
	}
	return count;
}

static int64_t *parse_integers(const char *text, size_t *count)
{
	double values[MAX_LIST];
	int64_t *out = allocate(MAX_LIST * sizeof(*out));

	*count = parse(text, values);
	for (size_t i = 0; i < *count; i++)
		out[i] = (int64_t)values[i];
	return out;
}

/* Appends to a repeated field of protobuf-c. */
static void append(void *array, size_t *count, void *item)
{
	void **items = check_memory(
	    realloc(*(void **)array, (*count + 1) * sizeof(*items)));

	items[(*count)++] = item;
	*(void **)array = items;
}

Onnx__ModelProto *onnx_build(int64_t opset)
{
	Onnx__ModelProto *model = allocate(sizeof(*model));
	Onnx__OperatorSetIdProto *set = allocate(sizeof(*set));

	onnx__model_proto__init(model);
	onnx__operator_set_id_proto__init(set);
	set->has_version = 1;
	set->version = opset;
	append(&model->opset_import, &model->n_opset_import, set);
	model->graph = allocate(sizeof(*model->graph));
	onnx__graph_proto__init(model->graph);
	return model;
}

void onnx_build_graph_name(Onnx__ModelProto *model, const char *name)
{
	model->graph->name = copy_text(name);
}

static Onnx__ValueInfoProto *value_info(const char *name)
{
	Onnx__ValueInfoProto *info = allocate(sizeof(*info));

	onnx__value_info_proto__init(info);
	info->name = copy_text(name);
	return info;
}

static Onnx__TensorShapeProto__Dimension *dimension(int64_t value)
{
	Onnx__TensorShapeProto__Dimension *dim = allocate(sizeof(*dim));

	onnx__tensor_shape_proto__dimension__init(dim);
	if (value) {
		dim->value_case =
		    ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
		dim->dim_value = value;
	} else {
		dim->value_case =
		    ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
		dim->dim_param = copy_text("n");
	}
	return dim;
}

/* A float tensor of `dims`. */
static Onnx__ValueInfoProto *float_info(const char *name, const char *dims)
{
	Onnx__ValueInfoProto *info = value_info(name);
	Onnx__TypeProto__Tensor *tensor = allocate(sizeof(*tensor));
	size_t count;
	int64_t *values = parse_integers(dims, &count);

	info->type = allocate(sizeof(*info->type));
	onnx__type_proto__init(info->type);
	onnx__type_proto__tensor__init(tensor);
	info->type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
	info->type->tensor_type = tensor;
	tensor->has_elem_type = 1;
	tensor->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
	tensor->shape = allocate(sizeof(*tensor->shape));
	onnx__tensor_shape_proto__init(tensor->shape);
	for (size_t i = 0; i < count; i++)
		append(&tensor->shape->dim, &tensor->shape->n_dim,
		       dimension(values[i]));
	free(values);
	return info;
}

void onnx_build_input(Onnx__ModelProto *model, const char *name,
		      const char *dims)
{
	append(&model->graph->input, &model->graph->n_input,
	       float_info(name, dims));
}

void onnx_build_output(Onnx__ModelProto *model, const char *name)
{
	append(&model->graph->output, &model->graph->n_output,
	       value_info(name));
}

void onnx_build_typed_output(Onnx__ModelProto *model, const char *name,
			     const char *dims)
{
	append(&model->graph->output, &model->graph->n_output,
	       float_info(name, dims));
}

Onnx__NodeProto *onnx_build_node(Onnx__ModelProto *model, const char *op,
				 const char *inputs, const char *output)
{
	Onnx__NodeProto *node = allocate(sizeof(*node));
	char *list = copy_text(inputs);
	char *rest = list;
	char *name;

	onnx__node_proto__init(node);
	node->op_type = copy_text(op);
	while (*inputs && (name = strsep(&rest, ",")))
		append(&node->input, &node->n_input,
		       copy_text(name + strspn(name, " ")));
	free(list);
	append(&node->output, &node->n_output, copy_text(output));
	append(&model->graph->node, &model->graph->n_node, node);
	return node;
}

static Onnx__AttributeProto *attribute(Onnx__NodeProto *node, const char *name,
				       Onnx__AttributeProto__AttributeType type)
{
	Onnx__AttributeProto *out = allocate(sizeof(*out));

	onnx__attribute_proto__init(out);
	out->name = copy_text(name);
	out->has_type = 1;
	out->type = type;
	append(&node->attribute, &node->n_attribute, out);
	return out;
}

void onnx_build_int(Onnx__NodeProto *node, const char *name, int64_t value)
{
	Onnx__AttributeProto *out =
	    attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);

	out->has_i = 1;
	out->i = value;
}

void onnx_build_ints(Onnx__NodeProto *node, const char *name,
		     const char *values)
{
	Onnx__AttributeProto *out =
	    attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);

	out->ints = parse_integers(values, &out->n_ints);
}

void onnx_build_float(Onnx__NodeProto *node, const char *name, float value)
{
	Onnx__AttributeProto *out =
	    attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);

	out->has_f = 1;
	out->f = value;
}

void onnx_build_string(Onnx__NodeProto *node, const char *name,
		       const char *value)
{
	Onnx__AttributeProto *out = attribute(
	    node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING);

	out->has_s = 1;
	out->s.len = strlen(value);
	out->s.data = (uint8_t *)copy_text(value);
}

void onnx_build_tensor(Onnx__NodeProto *node, const char *name,
		       Onnx__TensorProto *tensor)
{
	attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR)
	    ->t = tensor;
}

static Onnx__TensorProto *new_tensor(const char *name, int32_t type)
{
	Onnx__TensorProto *tensor = allocate(sizeof(*tensor));

	onnx__tensor_proto__init(tensor);
	tensor->name = copy_text(name);
	tensor->has_data_type = 1;
	tensor->data_type = type;
	return tensor;
}

/* A tensor of floats without any; *count = how many it wants. */
static Onnx__TensorProto *new_floats(const char *name, const char *dims,
				     size_t *count)
{
	Onnx__TensorProto *tensor =
	    new_tensor(name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);

	tensor->dims = parse_integers(dims, &tensor->n_dims);
	*count = 1;
	for (size_t i = 0; i < tensor->n_dims; i++)
		*count *= (size_t)tensor->dims[i];
	return tensor;
}

Onnx__TensorProto *onnx_build_floats(const char *name, const char *dims,
				     const char *values)
{
	double pattern[MAX_LIST];
	size_t period = parse(values, pattern);
	size_t count;
	Onnx__TensorProto *tensor = new_floats(name, dims, &count);

	tensor->n_float_data = count;
	tensor->float_data = allocate((count + 1) * sizeof(float));
	for (size_t i = 0; i < count; i++)
		tensor->float_data[i] = (float)pattern[i % period];
	return tensor;
}

Onnx__TensorProto *onnx_build_raw(const char *name, const char *dims,
				  float (*next)(void *context), void *context)
{
	size_t count;
	Onnx__TensorProto *tensor = new_floats(name, dims, &count);

	tensor->has_raw_data = 1;
	tensor->raw_data.len = count * sizeof(float);
	tensor->raw_data.data = allocate(tensor->raw_data.len + 1);
	for (size_t i = 0; i < count; i++) {
		float value = next(context);

		memcpy(tensor->raw_data.data + i * sizeof(value), &value,
		       sizeof(value));
	}
	return tensor;
}

Onnx__TensorProto *onnx_build_integers(const char *name, const char *values)
{
	Onnx__TensorProto *tensor =
	    new_tensor(name, ONNX__TENSOR_PROTO__DATA_TYPE__INT64);

	tensor->int64_data = parse_integers(values, &tensor->n_int64_data);
	tensor->n_dims = 1;
	tensor->dims = allocate(sizeof(*tensor->dims));
	tensor->dims[0] = (int64_t)tensor->n_int64_data;
	return tensor;
}

void onnx_build_initializer(Onnx__ModelProto *model, Onnx__TensorProto *tensor)
{
	append(&model->graph->initializer, &model->graph->n_initializer,
	       tensor);
}

int onnx_build_try(const Onnx__ModelProto *model, struct sqz_graph *graph,
		   struct sqz_error *err)
{
	size_t size = onnx__model_proto__get_packed_size(model);
	uint8_t *data = allocate(size + 1);

	onnx__model_proto__pack(model, data);
	int result = sqz_onnx_import_bytes(data, size, "test.onnx", graph, err);

	free(data);
	return result;
}

int onnx_build_import(Onnx__ModelProto *model, struct sqz_graph *graph,
		      struct sqz_error *err)
{
	int result = onnx_build_try(model, graph, err);

	onnx__model_proto__free_unpacked(model, NULL);
	return result;
}
