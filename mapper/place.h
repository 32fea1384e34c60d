/*
 * Placement: which tile holds which blocks of a layer, which buffer which
 * feature map.
 *
 * A worker is a rectangle of a layer's dense matrix (image.h) in one tile.
 * Columns are kept whole where a tile has arrays and eDRAM for it: sums are
 * then reduced inside the tile. A column range that needs more is cut along K,
 * and one of its workers is the reducer. A layer takes as few workers as it
 * can, as equal as they can be; if they do not fit, smaller ones are tried.
 * Tiles are chosen by distance to the layer's feature maps, fresh tiles first,
 * or for comparison in the order of node numbers or in a random one, and may be
 * moved afterwards (place_moves.h); feature maps share a buffer's memory when
 * they do not live at the same time, and go to DRAM when no buffer has room for
 * all contexts' maps. All choices are ours; no publication stands behind them.
 *
 * Arrays that are left over take copies of slow layers (copies.h): workers with
 * the same cells for other output rows, and reducers of their own.
 *
 * A run entry is what one RUN executes, and one record of the image's LAYERS: a
 * layer, or a part of one. A network that is larger than the chip is placed in
 * rounds (rounds.h) if the configuration allows it.
 */
#ifndef SQZ_MAPPER_PLACE_H
#define SQZ_MAPPER_PLACE_H

#include <stdbool.h>

#include "quantize.h"
#include "reader/chip.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_worker {
	uint32_t layer;			   /* of the network */
	uint32_t run;			   /* entry */
	uint32_t first_block, block_count; /* of the layer; MVM only */
	uint32_t k0, k1, n0, n1;
	uint32_t fetch_c0, fetch_c1; /* input channels */
	uint32_t y0, y1;	     /* output rows */
	uint32_t arrays;
	uint32_t node, slot;
	uint32_t reducer;	 /* index of a worker, may be its own */
	uint32_t remote_workers; /* if it is a reducer */
	uint32_t below; /* the worker placed in this tile before, plus 1 */
};

struct sqz_run_entry {
	uint32_t layer; /* of the network */
	uint32_t first_worker, worker_count;
	uint32_t round;
	uint32_t part, parts; /* 0 and 0: the whole layer */
	uint32_t copies;      /* with the same number of workers each */
	/* Tensors of sums, or SQZ_NO_TENSOR: where it starts from, and what it
	 * writes instead of the layer's output. */
	uint32_t partial_in, partial_out;
};

struct sqz_tensor_place {
	uint32_t node; /* buffer, or SQZ_TENSOR_IN_DRAM */
	uint64_t offset;
};

/* A tensor of int32 sums that parts of one layer hand on; as large as the
 * layer's output. */
struct sqz_scratch {
	uint32_t layer;
};

/* A reducer that writes what a worker reads as `operand`, or the other way
 * round. */
struct sqz_link {
	uint32_t worker;
	enum sqz_operand operand;
};

/* Of every worker: links first[worker] .. first[worker + 1] - 1, by operand,
 * then by worker; by worker, then by operand if they are consumers. */
struct sqz_links {
	struct sqz_link *links;
	uint32_t *first; /* worker_count + 1 entries; NULL: no chains */
	uint32_t count;
	uint32_t room;
};

struct sqz_placement {
	struct sqz_worker *workers; /* by layer */
	uint32_t worker_count;
	uint32_t worker_room;
	uint32_t *first_worker;	    /* layer_count + 1 entries */
	struct sqz_run_entry *runs; /* by layer and part */
	uint32_t run_count;
	uint32_t run_room;
	/* Of the network, then the scratch tensors. */
	struct sqz_tensor_place *tensors;
	struct sqz_scratch *scratch;
	uint32_t scratch_count;
	uint32_t rounds; /* of programming, at least 1 */
	/* Rounds that follow each other, also the first and the last, share no
	 * tile. */
	bool rounds_overlap;
	/* Every context has a share of each buffer and of the DRAM pool, and
	 * in all of them a tensor stands at the same place. */
	uint32_t contexts;
	uint64_t buffer_share;
	uint64_t dram_share;
	uint64_t dram_pool_bytes;
	uint32_t tiles_used;
	struct sqz_links producers, consumers; /* chains.h */
};

/* 0, or -1 with err set: naming layer and what the chip lacks. */
int sqz_place(const struct sqz_quantized *net, enum sqz_sign_form form,
	      const struct sqz_config *config, const struct sqz_chip *chip,
	      struct sqz_placement *placement, struct sqz_error *err);

void sqz_placement_free(struct sqz_placement *placement);

/* The tensor that a run entry writes. */
uint32_t sqz_run_output(const struct sqz_qnet *net,
			const struct sqz_run_entry *run);

/* Any tensor of the placement; a scratch tensor has scale 1 and zero point 0.
 */
struct sqz_qtensor sqz_placement_tensor(const struct sqz_qnet *net,
					const struct sqz_placement *placement,
					uint32_t tensor);

/* How often a placed layer is stored. */
uint32_t sqz_layer_copies(const struct sqz_placement *placement,
			  uint32_t layer);

/* From one context's tensor to the next one's; 0 if there is one. */
uint64_t sqz_tensor_stride(const struct sqz_placement *placement,
			   uint32_t tensor);

struct sqz_rows {
	uint32_t first, end;
};

/* Rows of the input from the first to the last that a worker's output rows
 * need; none if they stand in the padding. */
struct sqz_rows sqz_worker_input_rows(const struct sqz_qnet *net,
				      const struct sqz_worker *worker);

/* Bytes of eDRAM that a worker's line buffer needs at least: the pixels from
 * the first to the last of a window in raster order. */
uint64_t sqz_worker_line_bytes(const struct sqz_qnet *net,
			       const struct sqz_worker *worker);

#ifdef __cplusplus
}
#endif

#endif
