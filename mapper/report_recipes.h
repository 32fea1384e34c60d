/*
 * Internal to the report: its rows, and the weights that each is counted from.
 */
#ifndef SQZ_MAPPER_REPORT_RECIPES_H
#define SQZ_MAPPER_REPORT_RECIPES_H

#include "map_report.h"

/* From which weights a design is counted. */
enum sqz_report_weights {
	SQZ_FROM_SHAPES,     /* none */
	SQZ_FROM_CHOSEN,     /* the chosen scheme's */
	SQZ_FROM_UNSQUEEZED, /* the same without squeeze */
	SQZ_FROM_EQUAL_INT,  /* INT-N of as many planes */
	SQZ_FROM_EQUAL_CUT,  /* 8 planes, the lowest cut off */
	SQZ_FROM_PLAIN_INT8,
	SQZ_FROM_UNPRUNED, /* chosen scheme, unpruned network */
	SQZ_FROM_NATURAL,  /* chosen scheme, rows in natural order */
	SQZ_FROM_COUNT
};

enum sqz_report_rows {
	SQZ_ROW_PAIR16,
	SQZ_ROW_ISAAC16,
	SQZ_ROW_ISAAC8,
	SQZ_ROW_SRE8,
	SQZ_ROW_INT8,
	SQZ_ROW_INT8_SKIP,
	SQZ_ROW_DENSE,
	SQZ_ROW_UNSQUEEZED_FREE,
	SQZ_ROW_UNSQUEEZED_SKIP,
	SQZ_ROW_CUT,
	SQZ_ROW_CUT_SKIP,
	SQZ_ROW_INT,
	SQZ_ROW_INT_SKIP,
	SQZ_ROW_SCHEME,
	SQZ_ROW_SCHEME_SKIP,
	SQZ_ROW_SCHEME_ALL,
	SQZ_ROW_SCHEME_PAIR1,
	SQZ_ROW_SCHEME_PAIR2,
	SQZ_ROW_SCHEME_PAIR4,
	SQZ_ROW_SCHEME_TWOS1,
	SQZ_ROW_SCHEME_TWOS2,
	SQZ_ROW_SCHEME_TWOS4,
	SQZ_ROW_FREE_PAIR1,
	SQZ_ROW_DENSE_PAIR1,
	SQZ_ROW_WORD16,
	SQZ_ROW_SCHEME_UNPRUNED,
	SQZ_ROW_SCHEME_NATURAL,
	SQZ_ROW_RECIPES, /* the rest is there if --layout planned it */
	SQZ_ROW_LAYOUT_OU = SQZ_ROW_RECIPES,
	SQZ_ROW_LAYOUT_SRE,
	SQZ_ROW_LAYOUT_DUPLICATES,
	SQZ_ROW_LAYOUT_COLUMN,
	SQZ_ROW_PLANNED,
	SQZ_ROW_COUNT
};

#define SQZ_AS_CHOSEN -1

struct sqz_recipe {
	const char *name; /* NULL: made from the scheme's */
	const char *what;
	enum sqz_report_kind kind;
	enum sqz_report_weights weights;
	enum sqz_slicing slicing;
	int sign;   /* enum sqz_cell_sign or SQZ_AS_CHOSEN */
	int planes; /* SQZ_FROM_SHAPES and side by side: word length */
	int cell_bits;
	bool free_planes;
	bool skip; /* OU mode only */
};

extern const struct sqz_recipe sqz_recipes[SQZ_ROW_RECIPES];

struct sqz_design sqz_recipe_design(const struct sqz_recipe *recipe,
				    const struct sqz_report_source *source,
				    enum sqz_read_mode mode);

/* False where the recipe makes no sense. */
bool sqz_recipe_applies(const struct sqz_recipe *recipe,
			const struct sqz_report_source *source,
			enum sqz_read_mode mode);

/* The scheme that the weights of a row come from, when this is the chosen one.
 * Counts need no biases, so they are not corrected. */
struct sqz_scheme sqz_recipe_scheme(const struct sqz_scheme *chosen,
				    enum sqz_report_weights weights);

#endif
