/* Internal to the scan of operation-unit layouts. */
#ifndef SQZ_MAPPER_OU_SCAN_INTERNAL_H
#define SQZ_MAPPER_OU_SCAN_INTERNAL_H

#include "ou_scan.h"
#include "squeeze.h"

struct sqz_ou_scanner {
	const struct sqz_ou_layer *layer;
	struct sqz_ou_maker *maker;
	struct sqz_ou_maker *plain; /* of groups without complements */
	uint16_t *patterns;	    /* of one group */
	uint16_t *natural;	    /* 0, 1, 2 .. */
	uint16_t *rows;		    /* of a set */
	/* DUPLICATES, of a window: */
	uint16_t *taken;	  /* as in a draft */
	uint16_t *whole;	  /* [bit column][group] patterns */
	uint32_t *sorted;	  /* bit columns by content */
	uint32_t *representative; /* first bit column of equal content */
};

/* What one scan has in hand. */
struct sqz_ou_pass {
	struct sqz_ou_scanner *s;
	const struct sqz_ou_options *options;
	const struct sqz_config *config;
	const struct sqz_weight_block *block;
	struct sqz_ou_window window;
	struct sqz_ou_item item;
	uint32_t shift_bits; /* of the block's rows: the first stored item's */
	sqz_ou_visit visitor;
	void *context;
};

static inline uint32_t sqz_ou_smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static inline uint32_t sqz_ou_larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* Weight columns of a window of so many bit columns. */
uint32_t sqz_ou_window_cols(const struct sqz_ou_layer *layer, uint32_t window);

/* The group from `at` on of a list of rows becomes the item's; the scanner then
 * has its patterns in the window. */
void sqz_ou_pass_rows(struct sqz_ou_pass *pass, const uint16_t *rows,
		      uint32_t count, uint32_t at);
void sqz_ou_pass_visit(struct sqz_ou_pass *pass);

/* Layouts OU and SRE, of a block. */
void sqz_ou_pass_sets(struct sqz_ou_pass *pass);
/* Layouts COLUMN and DUPLICATES, of the window. */
void sqz_ou_pass_shared(struct sqz_ou_pass *pass, const uint16_t *rows,
			uint32_t count);
void sqz_ou_pass_duplicates(struct sqz_ou_pass *pass);

#endif
