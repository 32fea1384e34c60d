/*
 * The ReRAM tile: a state machine on struct sqz_node_env (node/node.h) that
 * does what docs/architecture.md says of tiles.
 *
 * PROGRAM loads a step's blob into a slot, RUN executes it: fetch into the line
 * buffer, array passes, partial sums to the reducer, vector unit, write-back,
 * DONE. Steps of different slots run side by side, also of one layer. What is
 * computed is computed from the bytes that packets brought, bit by bit, through
 * the crossbars that PROGRAM filled.
 *
 * Resources. Every step has its arrays, its line buffer and its open reads and
 * writes; the vector unit and the cell programming circuit are shared by the
 * steps of a tile. All delays are whole picoseconds.
 *
 * Line buffers. A step needs its window's span of pixels (the most that lie
 * between the oldest pixel still needed and the newest one, in raster order);
 * PROGRAM refuses with SQZ_ERR_CAPACITY a step that needs more than the eDRAM.
 * A RUN gets edram_bytes / occupied slots, or what it needs if that is more, as
 * far as steps that run already leave it; if they leave less than it needs the
 * RUN ends with SQZ_ERR_CAPACITY. Where the needs of all slots fit side by side
 * every RUN leaves the others theirs, so that none is refused. More than the
 * need only buys prefetch.
 *
 * Pixels, rows and columns of the input that no window covers (stride larger
 * than kernel) are not fetched.
 *
 * Not modelled: time of eDRAM ports, of the bus to the arrays and of the
 * residual's store; the accumulators have a store of their own.
 */
#ifndef SQZ_MODELS_TILE_H
#define SQZ_MODELS_TILE_H

#include "host/error.h"
#include "node/node.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_tile_config {
	uint64_t window;	  /* bus address of the tile's window */
	uint16_t controller_node; /* where interrupts go */
	uint32_t nodes;		  /* of the mesh, 1..65536 */

	uint32_t arrays;	/* crossbars, 1..65535 */
	uint32_t array_rows;	/* word lines, 1..1024 */
	uint32_t array_columns; /* bit lines, 1..1024 */
	uint32_t adc_bits;	/* 1..16 */
	uint32_t ou_rows;	/* of an operation unit, 1..SQZ_OU_MAX_ROWS */
	uint32_t ou_columns;	/* 1..1024 */
	uint32_t sa_ports;	/* accumulates in one conversion (OU); 0: all */
	uint32_t index_positions; /* that one read of the index serves, >= 1 */
	uint32_t slots;		  /* steps, 1..255 */
	uint32_t edram_bytes;
	uint32_t layers; /* entries of the per-layer counters, may be 0 */

	uint64_t array_cycle_ps;    /* one input bit */
	uint64_t ou_cycle_ps;	    /* one input bit, operation unit */
	uint64_t adc_conversion_ps; /* one bit line; one ADC an array */
	uint64_t pipeline_ps;	    /* end of a pass to its sums */
	uint64_t vector_cycle_ps;   /* vector_lanes outputs */
	uint64_t row_write_ps;	    /* programming one word line */
	uint32_t slowdown;	    /* passes take this much longer, >= 1 */

	uint32_t vector_lanes;
	uint32_t fetch_bytes;		   /* of one read at most, >= 1 */
	uint32_t fetch_outstanding;	   /* reads a step has open, >= 1 */
	uint32_t config_fetch_outstanding; /* the same while PROGRAM loads */
	uint32_t write_outstanding;	   /* writes a step has open, >= 1 */
	uint32_t psum_window;		   /* accumulators in positions, >= 1 */
	uint32_t positions_per_packet;	   /* 1 */
	uint32_t max_payload_bytes; /* of any packet, 8..SQZ_PACKET_MAX_PAYLOAD
				     */
};

/* Cumulative events, of one layer or of the tile. All of MVM are per position
 * and independent of the data, but for adc_saturations. */
struct sqz_tile_counters {
	uint64_t positions;	     /* array passes */
	uint64_t input_cycles;	     /* of those passes, B + max_shift each */
	uint64_t array_reads;	     /* whole arrays x their input cycles */
	uint64_t active_cell_cycles; /* driven rows x used columns x B */
	uint64_t dac_row_cycles;     /* driven rows of every array or OU x B */
	uint64_t adc_conversions;    /* used columns x input cycles */
	uint64_t adc_saturations;    /* sums above 2^adc_bits - 1 */
	uint64_t shift_adds;	     /* conversions added to accumulators */
	uint64_t ou_cycles;	     /* OUs x their input cycles */
	uint64_t index_bytes;	     /* of arrays read by OUs */
	uint64_t row_writes;	     /* word lines programmed, all arrays */
	uint64_t cell_writes;	     /* cells in them */
	uint64_t vector_ops;	     /* outputs, or elements of pooling */
	uint64_t outputs;	     /* positions written back */
	uint64_t edram_read_bytes;
	uint64_t edram_write_bytes;
	uint64_t psum_packets_sent;
	uint64_t psum_bytes_sent;
	uint64_t psum_packets_received;
	uint64_t psum_bytes_received;
	uint64_t grants_sent;
	uint64_t reads_sent;  /* packets */
	uint64_t read_bytes;  /* data asked for */
	uint64_t writes_sent; /* packets */
	uint64_t write_bytes;
	uint64_t array_busy_ps; /* sum over steps of their passes */
	uint64_t array_read_ps; /* the same, were conversion free */
	uint64_t adc_busy_ps;	/* of them, while the ADCs convert */
	uint64_t vector_busy_ps;
	uint64_t programming_busy_ps;
	uint64_t fetch_wait_ps;	  /* arrays idle because pixels are missing */
	uint64_t grant_wait_ps;	  /* arrays idle because accumulators are */
	uint64_t steps;		  /* RUNs finished with SQZ_OK */
	uint64_t dropped_packets; /* late, of an aborted run */
};

/* What happened, for traces. Times are absolute; begin == end for instants. */
struct sqz_tile_event {
	uint16_t slot;
	uint16_t layer;
	uint32_t run;
	uint32_t position;  /* output position, where it applies */
	uint32_t bytes;	    /* write-back */
	uint32_t status;    /* enum sqz_status, step and program end */
	uint64_t packet_id; /* RUN or PROGRAM; write-back: the WRITE */
	sqz_ps begin;
	sqz_ps end;
	sqz_ps adc_ps; /* pass: time of it in which the ADCs convert */
	/* Step end, with adc_ps: a pass, and the same were conversion free. 0:
	 * the step has no passes. */
	sqz_ps pass_ps, read_ps;
};

/* Call-backs may be NULL. They are called in order of `end`, except `pass` and
 * `vector`, which are called at their begin. */
struct sqz_tile_observer {
	void *context;
	void (*program)(void *context, const struct sqz_tile_event *event);
	void (*step_begin)(void *context, const struct sqz_tile_event *event);
	void (*step_end)(void *context, const struct sqz_tile_event *event);
	void (*pass)(void *context, const struct sqz_tile_event *event);
	void (*fetch_wait)(void *context, const struct sqz_tile_event *event);
	void (*grant_wait)(void *context, const struct sqz_tile_event *event);
	void (*vector)(void *context, const struct sqz_tile_event *event);
	void (*write_back)(void *context, const struct sqz_tile_event *event);
	/* The slot had reads open all the time, and now has none. */
	void (*fetch)(void *context, const struct sqz_tile_event *event);
	/* Partial sums of another tile have been added, bytes of them. */
	void (*reduce)(void *context, const struct sqz_tile_event *event);
};

struct sqz_tile;

/* NULL with err set if the configuration is out of range or memory is
 * exhausted. env and observer (may be NULL) are copied; their contexts must
 * outlive the tile. */
struct sqz_tile *sqz_tile_create(const struct sqz_tile_config *config,
				 const struct sqz_node_env *env,
				 const struct sqz_tile_observer *observer,
				 struct sqz_error *err);

/* Packets that the tile holds are not released: destroy their pool next. */
void sqz_tile_destroy(struct sqz_tile *tile);

/* The three calls; the core is the struct sqz_tile. */
extern const struct sqz_node_ops sqz_tile_ops;

/* Events since creation. layer >= config.layers gives zeros; packets without a
 * layer (0xffff) count in the total only. */
const struct sqz_tile_counters *sqz_tile_total(const struct sqz_tile *tile);
const struct sqz_tile_counters *sqz_tile_layer(const struct sqz_tile *tile,
					       uint32_t layer);

/* How often the most worn word line has been written. */
uint32_t sqz_tile_max_wear(const struct sqz_tile *tile);

/* A look at a register without an access: offset from the window's start.
 * SQZ_OK or SQZ_ERR_ADDRESS. */
enum sqz_status sqz_tile_look(struct sqz_tile *tile, uint64_t offset,
			      uint64_t *value);

/* True if a slot runs or is being programmed. */
bool sqz_tile_busy(const struct sqz_tile *tile);

/* Arrays that hold cells, and those of one slot's step (0 if empty). */
uint32_t sqz_tile_arrays_used(const struct sqz_tile *tile);
uint32_t sqz_tile_slot_arrays(const struct sqz_tile *tile, uint32_t slot);

/* Flips one programmed cell of a slot's step (row and column within the
 * array), for fault injection. 0, or -1 if there is no such cell. */
int sqz_tile_flip_cell(struct sqz_tile *tile, uint32_t slot, uint32_t array,
		       uint32_t row, uint32_t column);

#ifdef __cplusplus
}
#endif

#endif
