/*
 * What the importer's files share; nothing here is for other libraries.
 *
 * onnx_import.c   model and graph: inputs, outputs, order of work
 * onnx_wire.c     checks the file's structure before it is unpacked
 * onnx_names.c    tensor names -> what they stand for
 * onnx_order.c    topological order of the nodes
 * onnx_tensor.c   TensorProto -> checked arrays
 * onnx_attribute.c  attributes with types and defaults
 * onnx_node.c     table of operators, emission of graph nodes
 * onnx_sliding.c  windows: sizes, strides, padding
 * onnx_conv.c     Conv
 * onnx_pool.c     MaxPool, AveragePool, GlobalAveragePool, Pad
 * onnx_dense.c    Gemm, MatMul, Add, BatchNormalization
 * onnx_simple.c   Relu, Clip, Flatten, Reshape, Concat, Identity, Dropout
 * onnx_constant.c Constant, Cast, Transpose of weights
 * onnx_shape.c    Shape, Gather, Slice, ...: lists of integers
 */
#ifndef SQZ_MAPPER_ONNX_INTERNAL_H
#define SQZ_MAPPER_ONNX_INTERNAL_H

#include "graph.h"
#include "onnx.pb-c.h"

#define SQZ_ONNX_MAX_NODES 16384u
#define SQZ_ONNX_MAX_RANK  8u
/* Of all activations for one image, and of all weights, in elements. */
#define SQZ_ONNX_MAX_TOTAL (1u << 28)

/* What a name stands for. */
struct sqz_onnx_value {
	const char *name;
	const Onnx__TensorProto *constant; /* or NULL */
	int64_t tensor;	  /* index in the graph, -1 if not (yet) computed */
	int64_t producer; /* index of the ONNX node that writes it, or -1 */
};

struct sqz_onnx_names {
	struct sqz_onnx_value *values; /* open addressing */
	size_t room;		       /* a power of two */
};

struct sqz_onnx {
	const char *file;
	struct sqz_error *err;
	const Onnx__GraphProto *onnx;
	const Onnx__NodeProto *node; /* being imported, or NULL */
	struct sqz_graph *graph;
	struct sqz_onnx_names names;
	int64_t batch;		       /* as declared; 0: symbolic */
	uint64_t activations, weights; /* elements so far */
	Onnx__TensorProto **made;      /* constants that nodes compute */
	size_t made_count;
};

/* One line with file and node; returns -1. */
int sqz_onnx_fail(struct sqz_onnx *ctx, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Names from the file appear in messages, reports and traces: what is not
 * printable ASCII becomes a question mark. */
void sqz_onnx_clean(char *text);

/* An optional string of protobuf-c. */
static inline const char *sqz_onnx_text(const char *text)
{
	return text ? text : "";
}

/* Nesting, lengths and number of parts: makes unpacking safe. */
int sqz_onnx_check_wire(const uint8_t *data, size_t size, const char *file,
			struct sqz_error *err);

/* Room for `count` names. */
int sqz_onnx_names_create(struct sqz_onnx *ctx, size_t count);
void sqz_onnx_names_free(struct sqz_onnx_names *names);
/* NULL if the name is unknown (or empty). */
struct sqz_onnx_value *sqz_onnx_find(struct sqz_onnx *ctx, const char *name);
/* A new name; NULL with err set if it was there before or is empty. */
struct sqz_onnx_value *sqz_onnx_define(struct sqz_onnx *ctx, const char *name);

/* order[i] = index of the i-th node to import; room for all nodes. Keeps the
 * file's order where it is valid. */
int sqz_onnx_order(struct sqz_onnx *ctx, size_t *order);

/* A constant as floats; free `values`. */
struct sqz_onnx_array {
	float *values;
	size_t count;
	size_t dims[SQZ_ONNX_MAX_RANK];
	unsigned rank;
};

/* Constant input `index` of the current node, called `role` in messages. NaN
 * is an error, infinity too unless allowed. */
int sqz_onnx_floats(struct sqz_onnx *ctx, size_t index, const char *role,
		    bool infinity, struct sqz_onnx_array *out);
/* The same for integers and booleans: at most `room` values. */
int sqz_onnx_integers(struct sqz_onnx *ctx, size_t index, const char *role,
		      size_t room, int64_t *values, size_t *count);

/* The tensor behind constant input `index`, or NULL. */
const Onnx__TensorProto *sqz_onnx_constant_input(struct sqz_onnx *ctx,
						 size_t index);

/* A number, a list or a small matrix. */
#define SQZ_ONNX_MAX_INTEGERS 16

struct sqz_onnx_integers {
	int64_t values[SQZ_ONNX_MAX_INTEGERS];
	size_t count;
	size_t dims[2];
	size_t rank;
};

/* The current node's output is this constant. */
int sqz_onnx_output_integers(struct sqz_onnx *ctx,
			     const struct sqz_onnx_integers *out);
/* Transpose of a constant of integers. */
int sqz_onnx_transpose_integers(struct sqz_onnx *ctx);

/* Attributes of the current node; the default stands if it is absent. */
const Onnx__AttributeProto *sqz_onnx_attribute(const struct sqz_onnx *ctx,
					       const char *name);
int sqz_onnx_int(struct sqz_onnx *ctx, const char *name, int64_t *value);
int sqz_onnx_float(struct sqz_onnx *ctx, const char *name, float *value);
/* The text is compared with `choices` (NULL-terminated); *chosen = index. */
int sqz_onnx_choice(struct sqz_onnx *ctx, const char *name,
		    const char *const *choices, size_t *chosen);
/* Exactly `count` integers. *present tells whether the attribute is there. */
int sqz_onnx_int_list(struct sqz_onnx *ctx, const char *name, size_t count,
		      int64_t *values, bool *present);

/* Inputs of the current node. */
bool sqz_onnx_has_input(const struct sqz_onnx *ctx, size_t index);
bool sqz_onnx_is_constant(struct sqz_onnx *ctx, size_t index);
/* Index of a computed tensor in *tensor; a constant is an error. */
int sqz_onnx_tensor(struct sqz_onnx *ctx, size_t index, uint32_t *tensor);
/* The same, and it must have `rank` dimensions per image. */
int sqz_onnx_ranked_tensor(struct sqz_onnx *ctx, size_t index, uint32_t rank,
			   uint32_t *tensor);

/* channels x height x width if all are in range. */
int sqz_onnx_shape(struct sqz_onnx *ctx, int64_t channels, int64_t height,
		   int64_t width, uint32_t rank, struct sqz_shape *shape);

/* Gives the value a tensor of the graph. */
int sqz_onnx_add_tensor(struct sqz_onnx *ctx, struct sqz_onnx_value *value,
			struct sqz_shape shape);
/* Appends the node and its output tensor. Takes weights and bias in any case.
 */
int sqz_onnx_emit(struct sqz_onnx *ctx, struct sqz_node node,
		  const uint32_t *inputs, uint32_t input_count,
		  struct sqz_shape shape);
/* The current node's output is just another name for this input. */
int sqz_onnx_alias(struct sqz_onnx *ctx, size_t input);
/* y = scale[c] * x + shift[c] as a depthwise 1x1 convolution. Takes both. */
int sqz_onnx_emit_affine(struct sqz_onnx *ctx, uint32_t input, float *scale,
			 float *shift);

/* Imports ctx->node. */
int sqz_onnx_import_node(struct sqz_onnx *ctx);

int sqz_onnx_conv(struct sqz_onnx *ctx);
int sqz_onnx_max_pool(struct sqz_onnx *ctx);
int sqz_onnx_average_pool(struct sqz_onnx *ctx);
int sqz_onnx_global_average_pool(struct sqz_onnx *ctx);
int sqz_onnx_pad(struct sqz_onnx *ctx);
int sqz_onnx_gemm(struct sqz_onnx *ctx);
int sqz_onnx_matmul(struct sqz_onnx *ctx);
int sqz_onnx_add(struct sqz_onnx *ctx);
int sqz_onnx_batch_normalization(struct sqz_onnx *ctx);
int sqz_onnx_relu(struct sqz_onnx *ctx);
int sqz_onnx_clip(struct sqz_onnx *ctx);
int sqz_onnx_flatten(struct sqz_onnx *ctx);
int sqz_onnx_reshape(struct sqz_onnx *ctx);
int sqz_onnx_concat(struct sqz_onnx *ctx);
int sqz_onnx_identity(struct sqz_onnx *ctx);
int sqz_onnx_dropout(struct sqz_onnx *ctx);
int sqz_onnx_constant(struct sqz_onnx *ctx);
int sqz_onnx_shape_of(struct sqz_onnx *ctx);
int sqz_onnx_gather(struct sqz_onnx *ctx);
int sqz_onnx_unsqueeze(struct sqz_onnx *ctx);
int sqz_onnx_join_shapes(struct sqz_onnx *ctx); /* Concat of constants */
int sqz_onnx_constant_of_shape(struct sqz_onnx *ctx);
int sqz_onnx_reshape_constant(struct sqz_onnx *ctx);
int sqz_onnx_slice(struct sqz_onnx *ctx);
int sqz_onnx_cast(struct sqz_onnx *ctx);
int sqz_onnx_transpose(struct sqz_onnx *ctx);

void sqz_onnx_free_made(struct sqz_onnx *ctx);

#endif
