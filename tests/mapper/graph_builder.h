/*
 * Float graphs for tests, node by node. Everything aborts the test on failure.
 * Functions that add a node return its output tensor, which becomes the
 * graph's output.
 */
#ifndef SQZ_TESTS_GRAPH_BUILDER_H
#define SQZ_TESTS_GRAPH_BUILDER_H

#include "graph.h"

struct graph_builder {
	struct sqz_graph graph;
	uint64_t state; /* of the random weights */
};

uint32_t build_input(struct graph_builder *b, uint32_t channels,
		     uint32_t height, uint32_t width);

/* Kernel k x k, padding on all sides; random weights, about sqrt(2 / rows). */
uint32_t build_conv(struct graph_builder *b, uint32_t input, uint32_t channels,
		    uint32_t kernel, uint32_t stride, uint32_t pad,
		    uint32_t groups);

uint32_t build_gemm(struct graph_builder *b, uint32_t input, uint32_t features);
uint32_t build_add(struct graph_builder *b, uint32_t x, uint32_t y);
uint32_t build_relu(struct graph_builder *b, uint32_t input);
uint32_t build_clip(struct graph_builder *b, uint32_t input, float low,
		    float high);
uint32_t build_pool(struct graph_builder *b, enum sqz_node_op op,
		    uint32_t input, uint32_t kernel, uint32_t stride,
		    uint32_t pad, bool count_include_pad);
uint32_t build_global_average(struct graph_builder *b, uint32_t input);
uint32_t build_flatten(struct graph_builder *b, uint32_t input);
uint32_t build_pad(struct graph_builder *b, uint32_t input, uint32_t pad);
uint32_t build_concat(struct graph_builder *b, uint32_t x, uint32_t y);

/* count x C x H x W random values, -1 .. 1. */
float *build_images(struct graph_builder *b, uint32_t count);

#endif
