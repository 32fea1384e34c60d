/*
 * The groups of a block under an operation-unit layout, one after the other:
 * counted by the plan, written by the step blob, always the same.
 */
#ifndef SQZ_MAPPER_OU_SCAN_H
#define SQZ_MAPPER_OU_SCAN_H

#include "ou_cost.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_ou_options {
	enum sqz_layout layout;
	uint32_t window;  /* bit columns that share; 0: all of the block */
	bool complements; /* where a group is the better for it */
	bool reorder;	  /* rows that agree share a group (row_order.h) */
	enum sqz_ou_objective objective;
};

/* What a layer's blocks have in common. */
struct sqz_ou_layer {
	const struct sqz_config *config;
	const struct sqz_blocks *blocks;
	uint32_t lowest, sign; /* planes that the scheme can have */
	uint32_t max_cols;     /* of a block */
	uint32_t max_rows;
	uint32_t positions; /* of the output */
};

struct sqz_ou_layer sqz_ou_layer_of(const struct sqz_config *config,
				    const struct sqz_blocks *blocks,
				    uint32_t positions);

/* Rows by block and window, as row_order.h chose them. */
struct sqz_ou_orders {
	uint32_t windows; /* of a block, at most */
	uint32_t room;	  /* rows of one order */
	uint16_t *counts; /* [blocks][windows] */
	uint16_t *rows;	  /* [blocks][windows][room] */
};

int sqz_ou_orders_make(const struct sqz_ou_layer *layer,
		       const struct sqz_ou_options *options,
		       struct sqz_ou_orders *orders, struct sqz_error *err);
void sqz_ou_orders_free(struct sqz_ou_orders *orders);

struct sqz_ou_item {
	uint32_t block;
	const struct sqz_ou_window *window;
	const uint16_t *rows; /* of the block */
	uint32_t row_count;
	bool listed;	 /* the rows need a list */
	uint32_t cycles; /* input bits + the largest shift */
	/* Columns may be 0: nothing is stored, but the table says so. */
	struct sqz_ou_draft draft;
	uint32_t index_bits; /* without the marks */
};

typedef void (*sqz_ou_visit)(void *context, const struct sqz_ou_item *item);

struct sqz_ou_scanner;

/* One for each thread and layer; NULL when memory is exhausted. */
struct sqz_ou_scanner *sqz_ou_scanner_create(const struct sqz_ou_layer *layer);
void sqz_ou_scanner_free(struct sqz_ou_scanner *scanner);

/* Visits the groups in order. orders: needed if options->reorder. */
void sqz_ou_scan_block(struct sqz_ou_scanner *scanner,
		       const struct sqz_ou_options *options,
		       const struct sqz_ou_orders *orders, uint32_t block,
		       sqz_ou_visit visit, void *context);

#ifdef __cplusplus
}
#endif

#endif
