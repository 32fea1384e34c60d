/*
 * What `sqz trace summary` prints: where the time went, layer by layer.
 *
 * The platform writes, on the track "layers" (or tracks below it, where layers
 * overlap), one slice of category "layer" for each executed layer and image,
 * named as the layer, with the annotations of SQZ_LAYER_VALUES on its begin or
 * end; and slices of category "boot" and "program" on the track "phases".
 * begin_ps and end_ps are exact; without them the slice's own nanoseconds
 * count.
 */
#ifndef SQZ_TRACES_SUMMARY_H
#define SQZ_TRACES_SUMMARY_H

#include "traces/reader.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Order of values[] below. Those from MACS to ENERGY are summed over images. */
enum sqz_layer_value {
	SQZ_LAYER_INDEX,
	SQZ_LAYER_IMAGE,
	SQZ_LAYER_BEGIN_PS,
	SQZ_LAYER_END_PS,
	SQZ_LAYER_CROSSBARS, /* the largest of all images */
	SQZ_LAYER_MACS,
	SQZ_LAYER_ARRAY_READS,
	SQZ_LAYER_ADC_CONVERSIONS,
	SQZ_LAYER_ADC_SATURATIONS,
	SQZ_LAYER_INPUT_CYCLES,
	SQZ_LAYER_NOC_BYTES,
	SQZ_LAYER_ENERGY_FJ,
	SQZ_LAYER_VALUES,
};

/* The names of the annotations. */
extern const char *const sqz_layer_value_names[SQZ_LAYER_VALUES];

struct sqz_layer_sum {
	char *name;
	bool has_index;
	uint64_t count; /* slices: images, if each ran once */
	uint64_t total_ps;
	uint64_t values[SQZ_LAYER_VALUES];
};

/* Tracks of one kind: those whose ancestor below the process has the same name
 * but for numbers at its end ("tile 0", "tile 3,1": "tile"). */
struct sqz_track_group {
	char *name;
	uint64_t tracks;
	uint64_t slices;
	uint64_t instants;
	uint64_t values; /* of counters */
};

struct sqz_summary {
	struct sqz_layer_sum *layers; /* by index, then as they came */
	size_t layer_count;
	struct sqz_layer_sum *phases; /* name is the category */
	size_t phase_count;
	struct sqz_track_group *groups;
	size_t group_count;
	uint64_t left_open; /* layers that did not end before the cut */
	uint64_t end_ps;    /* simulated time */
	struct sqz_trace_result file;
};

/* image: only the layer slices of that image; negative: all. */
int sqz_summary_read(const char *path, int64_t image,
		     struct sqz_summary *summary, struct sqz_error *err);
void sqz_summary_free(struct sqz_summary *summary);

/* -1 if it cannot be written. CSV holds the exact integers of layers and
 * phases. */
int sqz_summary_print(const struct sqz_summary *summary, FILE *file);
int sqz_summary_csv(const struct sqz_summary *summary, FILE *file);

#ifdef __cplusplus
}
#endif

#endif
