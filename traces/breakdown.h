/*
 * Where did the time go: every picosecond of a layer's slice is charged to one
 * resource, the first in the order of enum sqz_resource that was busy for that
 * layer then, on whichever tile. So the shares add up exactly.
 *
 * What is looked at (docs/traces.md): slices of a tile's slots ("arrays",
 * "wait", "step") belong to the layer that the slot's step is named after,
 * "vector" slices to the layer with that number; "dram", "program" and the host
 * CPU's slices count for all. Slices of tiles begin and end at whole ns,
 * rounded down; those of layers at exact ps.
 *
 * Array reads and ADC are one pass in the model: each input bit takes the
 * longer of the array's read and the conversion of its bit lines. A pass is
 * split by that rule: the read's time is array_read_ps of the layer's
 * array_busy_ps, and what conversion adds to it is charged to the ADC.
 */
#ifndef SQZ_TRACES_BREAKDOWN_H
#define SQZ_TRACES_BREAKDOWN_H

#include "traces/reader.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sqz_resource {
	SQZ_RESOURCE_ARRAY_READ,
	SQZ_RESOURCE_ADC,
	SQZ_RESOURCE_VECTOR,	  /* activations, pooling, sums */
	SQZ_RESOURCE_BUFFER_FULL, /* arrays wait for accumulators */
	SQZ_RESOURCE_DRAM,	  /* input is waited for, DRAM is busy */
	SQZ_RESOURCE_NOC_WAIT,	  /* input is waited for otherwise */
	SQZ_RESOURCE_PROGRAMMING,
	SQZ_RESOURCE_DRIVER,  /* the CPU boots or runs the driver */
	SQZ_RESOURCE_CONTROL, /* no tile has begun, or all are done */
	SQZ_RESOURCE_IDLE,    /* pipelines empty, writes are confirmed */
	SQZ_RESOURCES,
};

/* "array read", ...; with _ps for CSV: "array_read_ps". */
extern const char *const sqz_resource_titles[SQZ_RESOURCES];
extern const char *const sqz_resource_columns[SQZ_RESOURCES];

struct sqz_breakdown_row {
	char *name;
	bool has_index;
	uint64_t index;
	uint64_t runs;
	uint64_t total_ps; /* the sum of ps[] */
	uint64_t ps[SQZ_RESOURCES];
};

struct sqz_breakdown {
	struct sqz_breakdown_row *rows; /* by index, then as they came */
	size_t count;
	struct sqz_breakdown_row outside; /* of all layers; image < 0 only */
	bool has_dram; /* the trace holds what the DRAM did */
	struct sqz_trace_result file;
};

/* image: only the layers of that image; negative: all. An error if the trace
 * has no work of tiles. Reads the file twice; memory is bounded by the slices
 * of the layers that are open at once, and by what the CPU and DRAM did, where
 * slices that touch count as one. */
int sqz_breakdown_read(const char *path, int64_t image,
		       struct sqz_breakdown *breakdown, struct sqz_error *err);
void sqz_breakdown_free(struct sqz_breakdown *breakdown);

/* -1 if it cannot be written. CSV holds exact ps. */
int sqz_breakdown_print(const struct sqz_breakdown *breakdown, FILE *file);
int sqz_breakdown_csv(const struct sqz_breakdown *breakdown, FILE *file);

/* Shares of the whole in tenths of a percent that add up to exactly 1000 if the
 * values add up to the whole (not 0): the largest remainders are rounded up. */
void sqz_shares(const uint64_t *values, size_t count, uint64_t whole,
		uint32_t *shares);

#ifdef __cplusplus
}
#endif

#endif
