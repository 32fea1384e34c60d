/*
 * What the graph of causes does not tell: when layers ran, and what a pass of
 * their steps takes.
 */
#ifndef SQZ_CRITICAL_RUNS_H
#define SQZ_CRITICAL_RUNS_H

#include "host/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One layer for one image. */
struct layer_run {
	uint64_t layer;
	uint64_t image;
	uint64_t begin_ps;
	uint64_t end_ps;
};

/* A pass of a layer's step on a tile takes the longer of array and ADC for each
 * input bit. */
struct pass_times {
	uint32_t x, y; /* the tile */
	uint32_t layer;
	uint64_t pass_ps;
	uint64_t read_ps; /* were conversions free */
	uint64_t adc_ps;  /* were reads free */
};

struct runs {
	struct layer_run *layers; /* in the order in which they ended */
	size_t layer_count, layer_room;
	char **names; /* of layers, by index; may be NULL */
	size_t name_count, name_room;
	/* By y, x, layer, pass_ps; each once. */
	struct pass_times *passes;
	size_t pass_count, pass_room;
};

int runs_read(const char *path, struct runs *runs, struct sqz_error *err);
void runs_free(struct runs *runs);

/* The pass that a delay of a layer's step on a tile consists of: one whose time
 * divides it, else the first. NULL if none is known. */
const struct pass_times *runs_pass(const struct runs *runs, uint32_t x,
				   uint32_t y, uint32_t layer,
				   uint64_t delay_ps);

#ifdef __cplusplus
}
#endif

#endif
