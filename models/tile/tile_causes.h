/*
 * Why a tile's packets leave (node/cause.h). Kept beside a run where somebody
 * listens; `run->why` is NULL else, and nothing is found out.
 *
 *   read         the read before; the answer that freed its place among the
 *                open ones; the pass or position that gave up its room; the
 *                token of its row
 *   pass         the pass before; reads that brought its window's new pixels;
 *                the grant, or the position whose accumulators it takes
 *   position     passes and partial sums that were added; its residual; the
 *                position before; the write that emptied staging; the vector
 *                unit's work for another slot
 *   write        its last position; the acknowledgement that freed its place
 *   grant        the position that moved the window
 *   token, done  the last acknowledgements, or the last partial sum
 *
 * A pass becomes a mark when there is more to it than the pass before, a
 * position when several events wait for it. What was there so early that it
 * cannot matter soon is left out: a position that made room for a pass when
 * half of the window was still free; the position before when it left long ago.
 */
#ifndef SQZ_MODELS_TILE_CAUSES_H
#define SQZ_MODELS_TILE_CAUSES_H

#include "node/node.h"

struct sqz_tile;
struct tile_slot;
struct tile_run;
struct sqz_fetch;

/* A packet, and when it was taken or sent. */
struct tile_moment {
	uint64_t id;
	sqz_ps at_ps;
};

/* The last ones of many, in order. */
struct tile_moments {
	struct tile_moment *all; /* ring of `room` */
	uint32_t room;
	uint64_t count; /* so far */
};

struct tile_reason {
	struct sqz_cause cause;
	sqz_ps at_ps;
};

/* A read whose data are there, with all before it. */
struct tile_read_done {
	uint32_t end; /* items below are complete */
	struct tile_moment data;
};

/* One operand. */
struct tile_stream_why {
	struct tile_moment last_read;
	struct tile_moment *data;  /* [open_max]: of the read last there */
	struct tile_reason *freed; /* [capacity], input only: who gave it up
				    */
	uint32_t capacity;
	struct tile_read_done *done; /* not yet used; ring of done_room */
	uint32_t done_room, first_done, done_count;
	uint32_t used_end; /* items below have been waited for */
	bool begins_row;   /* the next read does */
	bool hurries;	   /* it leaves before there is room for a full one */
	uint32_t items;	   /* that it needs room for */
	uint32_t row;
};

#define TILE_GRANTS 8 /* that a worker remembers */

struct tile_grant_why {
	uint64_t limit;
	struct tile_moment packet;
};

struct tile_why {
	struct sqz_causes begun; /* RUN */
	struct tile_stream_why streams[3];

	/* Worker. */
	bool passed;		/* there was a pass */
	struct sqz_causes pass; /* begin of the last one */
	struct tile_grant_why grants[TILE_GRANTS];
	uint32_t grant_count;
	uint64_t granted;	      /* limit of the grants used */
	struct sqz_causes *results;   /* [result_depth] */
	struct tile_moment last_sent; /* partial sum or token */

	/* Reducer. */
	struct sqz_causes *added;   /* [window] */
	struct sqz_causes *retired; /* [window] */
	struct sqz_causes oldest;   /* the window's last move */
	struct sqz_causes ready;    /* for the next position */
	struct sqz_causes vector;   /* end of the one at work */
	struct tile_moments acks;
	uint64_t writes;
};

/* For the last ones of `room`; false: memory is exhausted. */
bool tile_moments_init(struct tile_moments *moments, uint32_t room);
void tile_moments_add(struct tile_moments *moments, uint64_t id, sqz_ps at_ps);
/* The latest few, as causes. */
void tile_moments_join(const struct sqz_tile *tile,
		       const struct tile_moments *moments,
		       struct sqz_causes *causes);

/* NULL: memory is exhausted. */
struct tile_why *tile_why_new(const struct sqz_tile *tile,
			      const struct tile_run *run);
void tile_why_free(struct tile_why *why);
/* -1: memory is exhausted. */
int tile_why_start(const struct sqz_tile *tile, struct tile_slot *slot);

/* Reads. Before a read is looked for, and for its packet. */
void tile_why_next_read(struct tile_run *run, int operand);
void tile_why_read(const struct sqz_tile *tile, const struct tile_slot *slot,
		   int operand, uint32_t entry, struct sqz_packet *packet);
/* Data have come: from entry `first` on so many reads are complete now. */
void tile_why_data(struct sqz_tile *tile, struct tile_run *run, int operand,
		   uint32_t entry, uint32_t first, uint32_t complete,
		   uint64_t id);
/* The input's items from `keep` on have been given up, for one cause. */
void tile_why_keep(struct tile_run *run, uint32_t keep,
		   const struct sqz_causes *by);

/* Worker. waited: for a grant, or for what is like it. */
void tile_why_grant(struct tile_run *run, uint64_t limit, uint64_t id,
		    sqz_ps at_ps);
void tile_why_pass(const struct sqz_tile *tile, struct tile_slot *slot,
		   bool waited, uint32_t result);
void tile_why_partial_sum(const struct sqz_tile *tile, struct tile_run *run,
			  bool first, struct sqz_packet *packet);

/* Reducer. */
void tile_why_added(const struct sqz_tile *tile, struct tile_run *run,
		    uint32_t position, const struct sqz_causes *by);
void tile_why_vector_begin(struct sqz_tile *tile, struct tile_slot *slot,
			   sqz_ps duration);
void tile_why_vector_end(const struct sqz_tile *tile, struct tile_slot *slot);
void tile_why_grants(const struct sqz_tile *tile, struct tile_slot *slot);
void tile_why_write(const struct sqz_tile *tile, struct tile_run *run,
		    struct sqz_packet *packet);
void tile_why_token(const struct sqz_tile *tile, struct tile_run *run,
		    struct sqz_packet *packet);
/* Why the RUN is done. */
struct sqz_causes tile_why_done(const struct sqz_tile *tile,
				const struct tile_slot *slot);

#endif
