/*
 * Runs a float graph on many images.
 *
 * Results depend on nothing but graph and images: every output element is one
 * sum in a fixed order (input channel, kernel row, kernel column, then the
 * bias), computed with separate multiply and add, whatever the vector width,
 * the number of threads or the number of images in a call.
 */
#ifndef SQZ_MAPPER_FLOAT_ENGINE_H
#define SQZ_MAPPER_FLOAT_ENGINE_H

#include "graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The values of one tensor for `image_count` images in a row, channel-major:
 * values[(c * image_count + image) * height * width + y * width + x]. Only
 * valid during the call. */
struct sqz_float_view {
	uint32_t tensor; /* index into graph->tensors */
	size_t first_image;
	uint32_t image_count;
	const float *values;
};

struct sqz_float_options {
	/* Worker threads, 0 or 1: the caller's only. An observer implies 1. */
	unsigned threads;
	/* Sees every tensor, the input included, once per group of images, in
	 * order of images and nodes. NULL: nobody looks. */
	void (*observe)(void *context, const struct sqz_float_view *view);
	void *context; /* for observe */
};

/* `images` holds count x C x H x W values of the graph's input, `outputs` takes
 * count x (C x H x W) values of its output. `options` may be NULL.
 * 0, or -1 with err set (no memory, no thread). */
int sqz_float_run(const struct sqz_graph *graph, const float *images,
		  size_t count, float *outputs,
		  const struct sqz_float_options *options,
		  struct sqz_error *err);

/* Index of the largest value; the first one of equals. */
uint32_t sqz_float_top1(const float *values, size_t count);

#ifdef __cplusplus
}
#endif

#endif
