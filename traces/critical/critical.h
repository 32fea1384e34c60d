/*
 * The critical path of a run: which of the many things that went on at the same
 * time made it take as long as it took, and what the run would gain if one of
 * them took less.
 *
 * From the end of the run the path goes back from each event to the one that it
 * waited for last. Every picosecond of the time is thus spent on one resource,
 * and the shares add up. What a faster resource gives is not its share: other
 * ways through the graph take over. So the whole graph is evaluated again, with
 * shorter delays. Packets' waiting in the network stays as it was.
 */
#ifndef SQZ_CRITICAL_CRITICAL_H
#define SQZ_CRITICAL_CRITICAL_H

#include "traces/critical/costs.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct critical_options {
	int64_t image;	  /* only while its layers ran; negative: all */
	int64_t layer;	  /* only the path's part in it; negative: all */
	bool layers;	  /* from the first layer's begin to the last's end */
	uint32_t percent; /* that resources take less, 1..99 */
	size_t top;	  /* segments to be kept */
};

/* A part of the path between two events. */
struct critical_segment {
	uint64_t begin_ps;
	uint64_t end_ps;
	enum path_resource resource; /* that took most of it */
	uint16_t node;
	uint16_t dst; /* of packets; else the same as node */
	uint16_t layer;
	uint32_t event; /* at its end */
	bool is_way;	/* the event's packet was on its way */
	bool is_end;	/* after the last event */
};

struct critical_layer {
	uint16_t index; /* SQZ_NO_LAYER: none */
	uint64_t total_ps;
	uint64_t ps[PATH_RESOURCES];
};

/* What is asked "what if it were faster?". */
enum {
	CRITICAL_NETWORK = PATH_RESOURCES, /* all of it: its clock */
	CRITICAL_CHANGES,
};

struct critical_gain {
	bool asked; /* waiting cannot be made faster by itself */
	int64_t ps; /* less time from begin to end */
};

struct critical {
	struct sqz_cause_graph causes;
	struct runs runs;
	struct costs costs;
	struct critical_options options;
	uint64_t begin_ps;
	uint64_t end_ps;
	uint64_t total_ps; /* the sum of ps[]: end - begin, or the layer's */
	uint64_t ps[PATH_RESOURCES];
	struct critical_gain gains[CRITICAL_CHANGES];
	struct critical_layer *layers; /* in the order of their index */
	size_t layer_count;
	size_t layer_room;
	struct critical_segment *segments; /* longest first */
	size_t segment_count;
};

int critical_read(const char *path, const struct critical_options *options,
		  struct critical *critical, struct sqz_error *err);
void critical_free(struct critical *critical);

/* -1 if it cannot be written. CSV holds exact ps, and no segments. */
int critical_print(const struct critical *critical, FILE *file);
int critical_csv(const struct critical *critical, FILE *file);

#ifdef __cplusplus
}
#endif

#endif
