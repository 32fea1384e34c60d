/*
 * The merged table of a study: one row a point, in the study's order, whatever
 * the order was in which they were run.
 */
#ifndef SQZ_SWEEP_MERGE_H
#define SQZ_SWEEP_MERGE_H

#include <stdio.h>

#include "traces/sweep/study.h"
#include "traces/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The columns that the study asks for, or the default ones of its kind:
 * [{name, value, unit, digits}, ...], digits being null for as many as it
 * takes. Checks the expressions. NULL with err set. */
json_t *sqz_sweep_columns(const struct sqz_study *study, struct sqz_error *err);

struct sqz_merged {
	const struct sqz_study *study;
	json_t *columns;
	/* [{point, group, name, set, state, error, values}, ...]; a value is a
	 * number, a text, null, or for a list an object of these by label. */
	json_t *points;
	/* Cells of values: [[column's number, label or null, title], ...]. */
	json_t *cells;
	size_t failed;
	size_t open;
};

/* Reads what is in the output folder. 0, or -1 with err set. Free in either
 * case. */
int sqz_sweep_merge(const struct sqz_study *study, const char *output,
		    struct sqz_merged *merged, struct sqz_error *err);
void sqz_merged_free(struct sqz_merged *merged);

/* The value of a cell (of merged->cells) in a point's row; NULL: none. */
const json_t *sqz_merged_value(const struct sqz_merged *merged, size_t cell,
			       size_t point);

/* A cell's text as tables show it. */
void sqz_merged_text(const struct sqz_merged *merged, size_t cell, size_t point,
		     char *text, size_t size);

/* A column's title: its name with its unit behind it. */
void sqz_sweep_title(const json_t *column, char *title, size_t size);

/* The number of the column with this name or title, or -1. */
int sqz_sweep_find_column(const json_t *columns, const char *name);

/* OUTPUT/NAME.csv, .json: the table; .md: a page with table, plots and what
 * failed. 0, or -1 with err set. */
int sqz_sweep_write(const struct sqz_merged *merged, const char *output,
		    struct sqz_error *err);

/* The page. plots: names of pictures that lie beside it. */
void sqz_sweep_page(const struct sqz_merged *merged, const json_t *plots,
		    FILE *out);

/* Draws the study's plots, or a default one; names of those that there are, a
 * new reference. Without gnuplot there are none: a line on standard error says
 * so. NULL with err set if the study's plots cannot be understood. */
json_t *sqz_sweep_plots(const struct sqz_merged *merged, const char *output,
			struct sqz_error *err);

/* What can be said about the plots before any run. */
int sqz_sweep_check_plots(const struct sqz_study *study, const json_t *columns,
			  struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
