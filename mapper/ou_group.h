/*
 * One group of an operation-unit layout: what a set of rows of a block stores
 * and where it goes (struct sqz_ou_group, image.h; docs/schemes.md).
 *
 * Weights are q' in two's complement. A window is a run of a block's weight
 * columns; its bit columns stand weight by weight, each weight's from the sign
 * plane down. A bit column on the group's rows is a pattern of one bit a row.
 * With operation units of at most 16 rows a pattern is a table index, so all
 * work here is linear in the weights.
 */
#ifndef SQZ_MAPPER_OU_GROUP_H
#define SQZ_MAPPER_OU_GROUP_H

#include "blocks.h"
#include "sqz/image.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_ou_window {
	const struct sqz_weight_block *block;
	uint32_t col0, cols;		    /* weight columns of the block */
	uint8_t planes[SQZ_MAX_PLANES + 1]; /* from the highest down */
	uint32_t plane_count;
	uint8_t sign; /* the plane that is subtracted, if it is there */
};

static inline uint32_t sqz_ou_bit_columns(const struct sqz_ou_window *window)
{
	return window->cols * window->plane_count;
}

/* Planes in which a block has a 1 in two's complement, the sign plane right
 * above the highest magnitude in use; none for a block of zeros. */
void sqz_ou_planes_used(struct sqz_ou_window *window);
/* Planes `lowest` to `sign`, whatever the block holds. */
void sqz_ou_planes_all(struct sqz_ou_window *window, unsigned lowest,
		       unsigned sign);

/* patterns[c * plane_count + i]: bit k is bit planes[i] of weight (rows[k],
 * col0 + c). count <= SQZ_OU_MAX_ROWS. */
void sqz_ou_patterns(const struct sqz_ou_window *window, const uint16_t *rows,
		     uint32_t count, uint16_t *patterns);

/* How a table tells what to do with a bit column: docs/schemes.md, "Index". */
enum sqz_ou_mark {
	SQZ_OU_MARK_NEW,
	SQZ_OU_MARK_ZERO,
	SQZ_OU_MARK_ABOVE,  /* as the next higher plane of the weight */
	SQZ_OU_MARK_REPEAT, /* as a column stored before, or its complement */
	SQZ_OU_MARKS
};

/* A column that a bit column is taken from. */
#define SQZ_OU_ZERO	  0xffffu
#define SQZ_OU_COMPLEMENT 0x8000u /* of the column in the bits below */

/* A group while it is made. All arrays are the maker's and are valid until the
 * next group. */
struct sqz_ou_draft {
	uint32_t columns;      /* stored, in the order of the OUs */
	uint32_t ones;	       /* or SQZ_OU_NO_ONES */
	const uint16_t *bits;  /* [columns] */
	const uint16_t *taken; /* [bit columns]: SQZ_OU_ZERO, or the column */
	/* Accumulates of an input cycle by stored column. */
	const uint32_t *accumulates;
	uint32_t marks[SQZ_OU_MARKS];
};

/* Makes groups out of patterns; one for each thread. */
struct sqz_ou_maker;

/* For windows of at most bit_columns. NULL when memory is exhausted. */
struct sqz_ou_maker *sqz_ou_maker_create(uint32_t ou_rows, uint32_t ou_columns,
					 uint32_t bit_columns);
void sqz_ou_maker_free(struct sqz_ou_maker *maker);

/* The `count` bit columns from `first` on are stored as they are, all others
 * are left out. */
void sqz_ou_draft_range(struct sqz_ou_maker *maker,
			const struct sqz_ou_window *window,
			const uint16_t *patterns, uint32_t first,
			uint32_t count, struct sqz_ou_draft *draft);

/* Columns that are equal on the `rows` rows are stored once, zeros never. With
 * `complements`, neither is a column whose complement is stored, if any is. */
void sqz_ou_draft_shared(struct sqz_ou_maker *maker,
			 const struct sqz_ou_window *window,
			 const uint16_t *patterns, uint32_t rows,
			 bool complements, struct sqz_ou_draft *draft);

/* taken[] is given, the same for all groups of a block: the columns are stored
 * in its order. */
void sqz_ou_draft_given(struct sqz_ou_maker *maker,
			const struct sqz_ou_window *window,
			const uint16_t *patterns, const uint16_t *taken,
			uint32_t columns, struct sqz_ou_draft *draft);

/* Numbers in taken[] become places: the numbered columns are dealt out to the
 * OUs in turn, as long as these have room. The first ones tend to have the most
 * destinations and should not meet in one OU. */
void sqz_ou_deal(uint16_t *taken, uint32_t bit_columns, uint32_t columns,
		 uint32_t ou_columns);

/* A destination of a stored column, as image.h packs it. */
struct sqz_ou_target {
	uint16_t column; /* stored */
	uint16_t packed;
};

/* All destinations of the weight column `c` of the window, neighbouring planes
 * added up; at most one for each plane. Returns how many. */
uint32_t sqz_ou_targets(const struct sqz_ou_window *window,
			const uint16_t *taken, uint32_t c,
			struct sqz_ou_target *targets);

#ifdef __cplusplus
}
#endif

#endif
