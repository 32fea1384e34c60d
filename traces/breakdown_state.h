/* What breakdown.c keeps while it reads, and how time is charged
 * (breakdown_charge.c). Private to the trace library. */
#ifndef SQZ_TRACES_BREAKDOWN_STATE_H
#define SQZ_TRACES_BREAKDOWN_STATE_H

#include "traces/breakdown.h"
#include "traces/intervals.h"

#define PS_PER_NS  1000u
#define MOST_SLOTS 1024u /* of a tile */

enum slice_kind {
	SLICE_OTHER,
	SLICE_ARRAYS,
	SLICE_WAIT,
	SLICE_VECTOR,
	SLICE_STEP,
	SLICE_LAYER,
	SLICE_DRIVER,
	SLICE_ASLEEP,
	SLICE_PROGRAM,
	SLICE_DRAM,
};

/* What tiles do for a layer; the first ones are noted by slot. */
enum work {
	WORK_ARRAYS,
	WORK_FULL,
	WORK_WAIT,
	SLOT_WORKS,
	WORK_VECTOR = SLOT_WORKS,
	WORK_STEP,
	WORKS,
};

enum value {
	VALUE_LAYER,
	VALUE_IMAGE,
	VALUE_BEGIN,
	VALUE_END,
	VALUE_ARRAY_BUSY,
	VALUE_ARRAY_READ,
	VALUE_PIECE,
	VALUE_COUNT,
	VALUE_PERIOD,
	VALUES,
};

struct open_slice {
	enum slice_kind kind;
	enum work work; /* of the kinds ARRAYS and WAIT */
	uint64_t begin_ns;
	uint32_t has; /* bit for each value seen */
	uint64_t values[VALUES];
	char name[SQZ_TRACE_NAME_BYTES + 1]; /* of steps */
};

struct track_state {
	struct open_slice *open;
	size_t depth;
	size_t room;
	uint32_t slot;	     /* index, or 0 */
	uint32_t first_slot; /* of a tile's track */
};

struct slot {
	uint32_t number;
	uint32_t next; /* of the same tile, or 0 */
	struct intervals works[SLOT_WORKS];
};

struct open_layer {
	char *name; /* NULL: this entry is not in use */
	uint32_t track;
	bool has_index;
	uint64_t index;
	struct intervals works[WORKS];
};

/* Of the first reading: what counts for all layers. */
struct common {
	struct intervals layers;
	struct intervals program;
	struct intervals driver; /* after common_unite() without asleep */
	struct intervals asleep;
	struct intervals dram;
};

struct reading {
	const char *path;
	int64_t image;
	bool is_second;
	struct sqz_breakdown *out;
	struct sqz_error *err;
	struct track_state *tracks; /* by their index */
	size_t track_count;
	size_t track_room;
	struct slot *slots;
	size_t slot_count;
	size_t slot_room;
	struct open_layer *layers;
	size_t layer_count;
	struct common all;
	uint64_t steps;
	uint64_t end_ps;
};

/* -1: out of memory, in all three. */
int common_unite(struct common *all);
void common_free(struct common *all);

/* Adds the time of one run of a layer to its row; of its passes, read / busy is
 * charged to the array read if the trace tells (can_split), else all. */
int charge_layer(const struct common *all, struct open_layer *layer,
		 struct interval time, uint64_t read_ps, uint64_t busy_ps,
		 bool can_split, struct sqz_breakdown_row *row);

/* The time up to end_ps that no layer has. */
int charge_outside(const struct common *all, uint64_t end_ps,
		   struct sqz_breakdown_row *row);

#endif
