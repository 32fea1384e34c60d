/*
 * The float network between import and quantization: a plain graph.
 *
 * Tensors are described per image (the batch dimension is gone): `channels` x
 * `height` x `width`, row-major in this order. A vector of F features is
 * F x 1 x 1, so a flatten moves no data. Nodes stand in topological order; the
 * graph has one input tensor and one output tensor. What only matters while
 * importing (batch normalization, identity, dropout, constants, MatMul,
 * Reshape) is folded away: the operators below are all there are. Activations
 * (RELU, CLIP) stay nodes of their own.
 *
 * Promises of a graph that the importer returns: all dimensions are at least
 * 1, at most SQZ_MAX_DIMENSION; a tensor has at most SQZ_MAX_ELEMENTS; all
 * weights and biases are finite; every shape agrees with its operator; every
 * tensor but the input has exactly one producer that stands before its
 * consumers.
 */
#ifndef SQZ_MAPPER_GRAPH_H
#define SQZ_MAPPER_GRAPH_H

#include "host/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_MAX_DIMENSION 65536u
#define SQZ_MAX_ELEMENTS  (1u << 24)

enum sqz_node_op {
	/* y = weights * window + bias; weights are
	 * [out channels][in channels / groups][kernel_h][kernel_w].
	 * Depthwise: groups == in channels. */
	SQZ_NODE_CONV,
	/* y = weights * x + bias; weights are [out][in]; shapes are F x 1 x 1.
	 */
	SQZ_NODE_GEMM,
	SQZ_NODE_ADD,  /* two inputs of the same shape */
	SQZ_NODE_RELU, /* max(x, 0) */
	SQZ_NODE_CLIP, /* clamp(x, clip_lo, clip_hi); either may be infinite */
	SQZ_NODE_MAX_POOL,     /* padding never wins */
	SQZ_NODE_AVERAGE_POOL, /* see count_include_pad */
	SQZ_NODE_GLOBAL_AVERAGE_POOL,
	SQZ_NODE_FLATTEN, /* C x H x W to CHW x 1 x 1 */
	SQZ_NODE_PAD,	  /* zeros around the image: window.pad_* only */
	SQZ_NODE_CONCAT,  /* along channels, one to many inputs */
	SQZ_NODE_OP_COUNT
};

struct sqz_shape {
	uint32_t channels, height, width;
	/* Dimensions per image that the ONNX file has: 3 = C x H x W,
	 * 1 = features. Only the importer needs it. */
	uint32_t rank;
};

/* A window that slides over the image, in pixels. */
struct sqz_window {
	uint32_t kernel_h, kernel_w;
	uint32_t stride_h, stride_w;
	uint32_t dilation_h, dilation_w;
	uint32_t pad_top, pad_left, pad_bottom, pad_right;
};

struct sqz_tensor {
	char *name; /* as in the ONNX file; never NULL */
	struct sqz_shape shape;
	int32_t producer; /* node that writes it; -1: the graph's input */
};

struct sqz_node {
	enum sqz_node_op op;
	char *name; /* as in the ONNX file, or of its output; never NULL */
	uint32_t *inputs; /* indices of tensors */
	uint32_t input_count;
	uint32_t output; /* index of a tensor */

	struct sqz_window window; /* CONV, MAX_POOL, AVERAGE_POOL, PAD */
	uint32_t groups;	  /* CONV; 1 elsewhere */
	/* AVERAGE_POOL: divide by the window's area (true) or by the number of
	 * pixels inside the image (false). */
	bool count_include_pad;
	float clip_lo, clip_hi; /* CLIP */

	float *weights; /* CONV, GEMM: weight_count values; else NULL */
	size_t weight_count;
	float *bias; /* CONV, GEMM: one per output channel, never NULL */
};

struct sqz_graph {
	struct sqz_tensor *tensors;
	uint32_t tensor_count;
	struct sqz_node *nodes; /* in topological order */
	uint32_t node_count;
	uint32_t input;	 /* index of a tensor */
	uint32_t output; /* index of a tensor */
};

/* Frees everything inside and leaves an empty graph. */
void sqz_graph_free(struct sqz_graph *graph);

/* Appends a tensor without a producer; the name is copied. Returns its index,
 * or -1 with err set when memory is exhausted or the graph is full. */
int64_t sqz_graph_add_tensor(struct sqz_graph *graph, const char *name,
			     struct sqz_shape shape, struct sqz_error *err);

/* Appends a node and sets the producer of its output. On success the graph
 * owns the node's pointers; on failure (-1) the caller still does. */
int sqz_graph_add_node(struct sqz_graph *graph, const struct sqz_node *node,
		       struct sqz_error *err);

/* Removes the nodes whose mark is true and the tensors that nothing refers to
 * any more; indices change, order does not. On failure (no memory) -1 and the
 * graph is as before. */
int sqz_graph_remove_nodes(struct sqz_graph *graph, const bool *marks,
			   struct sqz_error *err);

void sqz_node_free(struct sqz_node *node);

/* How many node inputs read the tensor (the graph's output counts as one). */
uint32_t sqz_graph_readers(const struct sqz_graph *graph, uint32_t tensor);

/* channels * height * width */
size_t sqz_shape_elements(const struct sqz_shape *shape);
bool sqz_shape_equal(const struct sqz_shape *a, const struct sqz_shape *b);

const struct sqz_shape *sqz_node_input_shape(const struct sqz_graph *graph,
					     const struct sqz_node *node);
const struct sqz_shape *sqz_node_output_shape(const struct sqz_graph *graph,
					      const struct sqz_node *node);

/* Multiply-accumulates per image: CONV and GEMM, else 0. */
uint64_t sqz_node_macs(const struct sqz_graph *graph,
		       const struct sqz_node *node);

/* "conv", "gemm", "global average pool", ... */
const char *sqz_node_op_name(enum sqz_node_op op);

#ifdef __cplusplus
}
#endif

#endif
