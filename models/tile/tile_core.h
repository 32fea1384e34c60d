/*
 * The tile's insides, shared by tile_*.c.
 *
 *   tile.c           create, time, packets out
 *   tile_receive.c   packets in, each to the slot that it is for
 *   tile_program.c   PROGRAM: load a blob, write the cells
 *   tile_run.c       RUN from start to DONE; fetch; what to do next
 *   tile_ring.c      what may come before its RUN: grants, tokens
 *   tile_chain.c     tokens to consumers
 *   tile_worker.c    array passes and where their sums go
 *   tile_reducer.c   accumulators, grants, vector unit
 *   tile_vector.c    the vector unit's arithmetic
 *   tile_write.c     write-back
 *   tile_causes.c    why packets leave
 *   tile_regs.c      registers
 *
 * A slot is EMPTY, LOADING (blob on its way), WRITING (cells), READY or
 * RUNNING. While it works it keeps the packet that asked for it; the answer is
 * made from that packet. Every open READ and WRITE has a tag; when its step is
 * dropped the tag stays taken, and the late answer frees it.
 */
#ifndef SQZ_MODELS_TILE_CORE_H
#define SQZ_MODELS_TILE_CORE_H

#include "node/answer.h"
#include "node/regs_decode.h"
#include "tile/fetch.h"
#include "tile/step.h"
#include "tile/tile.h"
#include "tile/tile_causes.h"

#define SQZ_TILE_RINGS 256 /* rings whose epochs are known */

/* -- tags of open reads and writes -- */

enum tile_tag_kind {
	TILE_TAG_FREE,
	TILE_TAG_DROPPED, /* its step is gone, the answer is still to come */
	TILE_TAG_OPERAND, /* + enum sqz_operand */
	TILE_TAG_BLOB = TILE_TAG_OPERAND + SQZ_OPERANDS,
	TILE_TAG_WRITE,
};

struct tile_tag {
	uint8_t kind;
	uint8_t slot;
	uint32_t entry; /* of the fetch; offset in the blob; row written */
	uint32_t bytes; /* expected */
	uint32_t next;	/* free tag behind this one */
};

#define TILE_NO_TAG UINT32_MAX

/* -- a running step -- */

/* Sums of one position between array and reducer. */
struct tile_result {
	sqz_ps ready_at;
	uint64_t cause;
	uint32_t position;
	uint32_t sent; /* outputs handed over */
	int32_t *sums;
};

/* What arrays or vector unit wait for, to be counted. */
enum tile_wait { TILE_WAIT_NONE, TILE_WAIT_FETCH, TILE_WAIT_GRANT };

struct tile_run {
	uint32_t number; /* the controller's run number */
	sqz_ps begin;
	sqz_ps due;	/* when something happens without a packet */
	uint64_t cause; /* id of the last packet that concerned the step */
	enum sqz_status failure;
	uint64_t failure_addr;

	/* The input, pixel by pixel of the window; others, where the step has
	 * them, position by position from its first one on. */
	struct sqz_fetch operands[SQZ_OPERANDS];

	/* Worker. */
	struct sqz_cursor pass; /* next position */
	sqz_ps pass_ps;		/* initiation interval */
	sqz_ps read_ps;		/* the same, were conversion free */
	sqz_ps adc_ps;		/* of it, while the ADCs convert */
	sqz_ps arrays_free_at;
	uint32_t limit;		     /* positions below may be started */
	struct tile_result *results; /* ring, in order */
	uint32_t result_depth, first_result, result_count;
	int32_t *result_sums;
	uint8_t *gathered;	  /* input bytes of one set of word lines */
	uint8_t *padding;	  /* a pixel of z_in */
	const uint8_t **elements; /* [kernel area]: pixel under each */
	struct sqz_drive *drives; /* [inputs], whole arrays */
	uint16_t *values;	  /* word lines of one input, OUs */
	enum tile_wait wait;
	sqz_ps wait_since;

	/* Reducer. */
	struct sqz_cursor oldest; /* position to be finished next */
	uint32_t window;
	uint32_t sum_stride;  /* accumulators of one position, with padding */
	int32_t *sums;	      /* [window][sum_stride] */
	uint64_t *added;      /* [window]: values added */
	uint64_t *added_by;   /* [window]: last packet that added */
	uint64_t complete_at; /* values that make a position complete */
	uint64_t granted;     /* limit of the last complete round of grants */
	uint64_t grant_round; /* limit of the round under way, or 0 */
	uint32_t grant_next;  /* worker to be granted next in it */
	bool vector_busy;
	sqz_ps vector_end;

	/* Chain: tokens to consumers. */
	uint16_t *row_writes; /* [rows]: open ones; NULL without consumers */
	uint32_t token_row;   /* row whose tokens are next, from y0 */
	uint32_t next_token;  /* consumer to be told of it next */

	/* Write-back. */
	uint8_t *staging;
	uint64_t staging_addr;
	uint32_t staged, flushed; /* bytes in staging; of them sent */
	uint32_t staged_position;
	uint32_t staged_y; /* from y0; staging never holds two rows */
	bool flush;	   /* staging is to be sent as it is */
	uint32_t open_writes;
	uint64_t write_cause;

	struct tile_why *why; /* NULL: nobody wants to know */
};

/* -- slots -- */

enum tile_slot_state {
	TILE_SLOT_EMPTY,
	TILE_SLOT_LOADING,
	TILE_SLOT_WRITING,
	TILE_SLOT_READY,
	TILE_SLOT_RUNNING,
};

/* A blob on its way. */
struct tile_load {
	uint8_t *blob;
	uint32_t bytes, asked, received, open;
	enum sqz_status failure;
	uint64_t failure_addr;
};

/* What a slot knows of one ring: what is over, and what has come for the RUN
 * that runs or is still to come. */
struct tile_slot_ring {
	bool ran;
	uint32_t last_run; /* number of the last RUN that ended, if `ran` */
	/* A grant may overtake the RUN it belongs to. */
	bool early;
	uint32_t early_run;
	uint32_t early_limit;
	struct tile_moment early_why;
	/* Tokens: as the step's, less those that came. NULL: none can. */
	uint16_t *missing;
	struct tile_moment *token_why; /* by row, the last; may be NULL */
	uint16_t epoch;		       /* of those that came */
};

struct tile_slot {
	enum tile_slot_state state;
	struct sqz_packet *request;	 /* PROGRAM or RUN */
	struct sqz_tile_counters *layer; /* of the request, or a dummy */
	struct sqz_step *step;
	struct tile_run *run; /* allocated with the first RUN */
	uint32_t run_edram;   /* bytes of line buffer it has */
	struct tile_load load;
	sqz_ps write_begin, write_end;
	uint32_t open_reads;
	sqz_ps reads_since;	      /* that there have been some */
	struct tile_moments loaded;   /* data of the blob, for traces */
	struct tile_slot_ring *rings; /* [ring_count] */
	uint32_t ring_count;
};

struct sqz_tile {
	struct sqz_tile_config config;
	struct sqz_node_env env;
	struct sqz_tile_observer observer;
	struct sqz_reg_file regs;
	struct sqz_tile_counters total;
	struct sqz_tile_counters *layers;
	struct sqz_tile_counters no_layer;    /* packets without one */
	struct sqz_tile_counters since_reset; /* total at the last reset */
	struct tile_slot *slots;
	uint32_t used_slots; /* those below may hold something */
	uint16_t *owner;     /* [arrays]: slot + 1, 0: free */
	uint32_t *wear;	     /* [arrays]: times written */
	uint32_t arrays_used;
	struct tile_tag *tags;
	uint32_t tag_count, free_tag;
	bool tags_short;		 /* somebody waits for a tag */
	struct sqz_packet_queue answers; /* not yet taken by the network */
	bool refused;			 /* a request waits outside */
	bool irq_sent;
	sqz_ps armed; /* wake-up that the env knows of */
	sqz_ps vector_free_at;
	sqz_ps programming_free_at;
	/* For traces: the ends of these two, and whose work the first was. */
	struct sqz_causes vector_why, programming_why;
	const struct tile_slot *vector_slot;
	uint16_t epochs[SQZ_TILE_RINGS];
};

/* Adds to the tile's counter and to the slot's layer's. */
#define TILE_COUNT(tile, slot, field, value)                                   \
	do {                                                                   \
		uint64_t counted_ = (value);                                   \
		(tile)->total.field += counted_;                               \
		(slot)->layer->field += counted_;                              \
	} while (0)

/* -- tile.c -- */

static inline sqz_ps tile_now(const struct sqz_tile *tile)
{
	return tile->env.now(tile->env.context);
}

static inline bool tile_can_send(const struct sqz_tile *tile,
				 enum sqz_class msg_class)
{
	return tile->env.can_send(tile->env.context, msg_class);
}

/* Both count around. */
static inline bool tile_is_older(uint16_t epoch, uint16_t than)
{
	return (int16_t)(uint16_t)(epoch - than) < 0;
}

static inline bool tile_is_newer(uint32_t run, uint32_t than)
{
	return (int32_t)(run - than) > 0;
}

static inline uint32_t tile_slot_index(const struct sqz_tile *tile,
				       const struct tile_slot *slot)
{
	return (uint32_t)(slot - tile->slots);
}

/* A packet of the slot's request: ring, epoch, descriptor, run, layer. */
struct sqz_packet *tile_packet(struct sqz_tile *tile,
			       const struct tile_slot *slot,
			       enum sqz_packet_type type, uint16_t dst,
			       uint64_t cause);
void tile_send(struct sqz_tile *tile, struct sqz_packet *packet);
/* Sends, or queues until the network takes it. */
void tile_answer(struct sqz_tile *tile, struct sqz_packet *packet);
/* DONE for a PROGRAM, RUN or ABORT, which is released. */
void tile_done(struct sqz_tile *tile, struct sqz_packet *request,
	       enum sqz_status status, uint64_t addr);

uint32_t tile_tag_take(struct sqz_tile *tile, struct tile_slot *slot,
		       enum tile_tag_kind kind, uint32_t entry, uint32_t bytes);
void tile_tag_free(struct sqz_tile *tile, uint32_t tag);
void tile_tags_drop(struct sqz_tile *tile, struct tile_slot *slot);

/* Lets a slot, or all of them, go on as far as it can now. */
void tile_advance(struct sqz_tile *tile, struct tile_slot *slot);
void tile_advance_all(struct sqz_tile *tile);

/* An event of the slot's request, ready for an observer. */
struct sqz_tile_event tile_event(const struct sqz_tile *tile,
				 const struct tile_slot *slot, sqz_ps begin,
				 sqz_ps end);
/* A READ with its tag, to be sent. */
struct sqz_packet *tile_read_packet(struct sqz_tile *tile,
				    struct tile_slot *slot,
				    const struct sqz_fetch_read *read,
				    uint32_t tag, uint64_t cause);

/* -- tile_receive.c -- */

/* Takes the packet over, or returns false: the node offers it again after
 * rx_ready. */
bool tile_receive(struct sqz_tile *tile, struct sqz_packet *packet);

/* -- tile_program.c -- */

void tile_program_begin(struct sqz_tile *tile, struct sqz_packet *packet);
void tile_program_data(struct sqz_tile *tile, struct tile_slot *slot,
		       const struct tile_tag *tag,
		       const struct sqz_packet *packet);
void tile_program_advance(struct sqz_tile *tile, struct tile_slot *slot);
/* Frees step, run and arrays; the slot is EMPTY. */
void tile_slot_clear(struct sqz_tile *tile, struct tile_slot *slot);

/* -- tile_run.c -- */

void tile_run_begin(struct sqz_tile *tile, struct sqz_packet *packet);
void tile_run_data(struct sqz_tile *tile, struct tile_slot *slot,
		   const struct tile_tag *tag, const struct sqz_packet *packet);
void tile_run_write_ack(struct sqz_tile *tile, struct tile_slot *slot,
			const struct tile_tag *tag,
			const struct sqz_packet *packet);
void tile_run_psum(struct sqz_tile *tile, const struct sqz_packet *packet);
/* Does all that can be done now, and sets run->due. */
void tile_run_advance(struct sqz_tile *tile, struct tile_slot *slot);
/* Stops the run without an answer: the slot is READY. */
void tile_run_stop(struct sqz_tile *tile, struct tile_slot *slot);
void tile_run_fail(struct tile_run *run, enum sqz_status status, uint64_t addr);
void tile_run_free(struct tile_run *run);
/* Counts the time since the last call as spent waiting for what was named
 * then. */
void tile_run_wait(struct sqz_tile *tile, struct tile_slot *slot,
		   enum tile_wait wait);

/* -- tile_worker.c -- */

/* -1: memory is exhausted. */
int tile_worker_init(const struct sqz_tile *tile, const struct sqz_step *step,
		     struct tile_run *run);
void tile_worker_start(const struct sqz_tile *tile, const struct sqz_step *step,
		       struct tile_run *run);
void tile_worker_free(struct tile_run *run);
/* True if something was done. */
bool tile_worker_deliver(struct sqz_tile *tile, struct tile_slot *slot);
bool tile_worker_pass(struct sqz_tile *tile, struct tile_slot *slot);
sqz_ps tile_worker_due(const struct sqz_tile *tile,
		       const struct tile_slot *slot);
/* Pixels that the next position needs: below this one. */
uint32_t tile_window_wanted(const struct sqz_step *step,
			    const struct sqz_cursor *cursor);
/* Lets go of pixels that no position from this one on needs. */
void tile_give_up_pixels(const struct sqz_step *step, struct tile_run *run,
			 const struct sqz_cursor *next);
/* Fills run->elements for a position. */
void tile_window_elements(const struct sqz_step *step, struct tile_run *run,
			  const struct sqz_cursor *cursor);

/* -- tile_reducer.c -- */

/* Item of the operands that belong to positions. */
static inline uint32_t tile_side_item(const struct sqz_step *step,
				      uint32_t position)
{
	return position - step->first;
}

int tile_reducer_init(const struct sqz_tile *tile, const struct sqz_step *step,
		      struct tile_run *run);
void tile_reducer_start(const struct sqz_tile *tile,
			const struct sqz_step *step, struct tile_run *run);
void tile_reducer_free(struct tile_run *run);
/* Adds count sums to a position's outputs from `first` on; false if they are
 * outside the window. */
bool tile_reducer_add(struct tile_slot *slot, uint32_t position, uint32_t first,
		      const int32_t *sums, uint32_t count, uint64_t cause);
bool tile_reducer_grant(struct sqz_tile *tile, struct tile_slot *slot);
bool tile_reducer_vector_begin(struct sqz_tile *tile, struct tile_slot *slot);
bool tile_reducer_vector_end(struct sqz_tile *tile, struct tile_slot *slot);
sqz_ps tile_reducer_due(const struct sqz_tile *tile,
			const struct tile_slot *slot);

/* -- tile_ring.c -- */

/* What the slot knows of a ring; its tokens are of this epoch or a later one.
 * NULL when memory is exhausted. */
struct tile_slot_ring *tile_ring_of(const struct sqz_node_env *env,
				    struct tile_slot *slot, uint16_t ring,
				    uint16_t epoch);
void tile_ring_grant(struct sqz_tile *tile, const struct sqz_packet *packet);
void tile_ring_token(struct sqz_tile *tile, const struct sqz_packet *packet);
/* What a RUN has been granted before it came. */
uint32_t tile_ring_limit(const struct tile_slot *slot,
			 const struct sqz_packet *run);
/* The slot's RUN is over: what is still to come for it is void. */
void tile_ring_end(struct tile_slot *slot);
/* The ring's epoch has risen. */
void tile_ring_abort(struct sqz_tile *tile, uint16_t ring, uint16_t epoch);
/* The step is gone; what is late stays known. */
void tile_ring_clear(struct tile_slot *slot);

/* -- tile_chain.c -- */

/* Has the step's RUN consumers to tell of its rows? */
bool tile_chain_sends(const struct tile_slot *slot);
/* Sends what tokens can be sent now. */
void tile_chain_send(struct sqz_tile *tile, struct tile_slot *slot);

/* -- tile_vector.c -- */

/* Finishes the oldest position of a step into out (outputs x out_bytes). */
void tile_vector_finish(const struct sqz_step *step, struct tile_run *run,
			uint8_t *out);
/* Elements that the oldest position costs. */
uint64_t tile_vector_elements(const struct sqz_step *step,
			      const struct sqz_cursor *cursor);

/* -- tile_write.c -- */

/* May a position's bytes be put into staging? */
bool tile_write_room(const struct sqz_tile *tile, const struct tile_slot *slot);
/* Where the next position's bytes go; call tile_write_stage() then. */
uint8_t *tile_write_place(struct tile_run *run);
void tile_write_stage(struct sqz_tile *tile, struct tile_slot *slot,
		      uint32_t position, uint64_t cause);
bool tile_write_send(struct sqz_tile *tile, struct tile_slot *slot);

/* -- tile_regs.c -- */

void tile_regs_access(struct sqz_tile *tile, struct sqz_packet *packet);
/* A step or PROGRAM of this slot failed. */
void tile_regs_fault(struct sqz_tile *tile, uint32_t slot,
		     enum sqz_status status);
void tile_reset(struct sqz_tile *tile);

#endif
