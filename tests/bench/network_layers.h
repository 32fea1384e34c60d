/*
 * Layers of a random network, appended to an ONNX model one by one: internal to
 * network_onnx.c.
 */
#ifndef SQZ_BENCH_NETWORK_LAYERS_H
#define SQZ_BENCH_NETWORK_LAYERS_H

#include "onnx_builder.h"

#include <stdbool.h>
#include <stdint.h>

struct network {
	Onnx__ModelProto *model;
	uint64_t random;	/* state of random.h; not 0 */
	uint32_t layers;	/* so far, for names */
	bool bounds_are_inputs; /* of Clip: from opset 11 */
};

/* What a layer gives to the next ones. */
struct network_map {
	char name[24];
	uint32_t channels;
};

struct network_conv {
	uint32_t out, kernel, stride;
	uint32_t groups; /* 0: 1 */
	double gain;	 /* of the variance: see network_onnx.h */
};

/* Square kernel of odd size, padded by half of it. */
struct network_map network_conv(struct network *net, struct network_map in,
				const struct network_conv *conv);
struct network_map network_relu(struct network *net, struct network_map in);
struct network_map network_relu6(struct network *net, struct network_map in);
/* 3 x 3, stride 2, padded by 1. */
struct network_map network_max_pool(struct network *net, struct network_map in);
struct network_map network_add(struct network *net, struct network_map a,
			       struct network_map b);
/* Global average pool, flatten, fully connected layer; its output is the
 * model's. */
void network_classify(struct network *net, struct network_map in,
		      uint32_t classes);

#endif
