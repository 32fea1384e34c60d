/*
 * Internal to the report: counting its rows.
 */
#ifndef SQZ_MAPPER_REPORT_ROWS_H
#define SQZ_MAPPER_REPORT_ROWS_H

#include "report_recipes.h"

/* What the report is made of and where it goes. */
struct sqz_report_maker {
	const struct sqz_report_source *source;
	struct sqz_map_report *report;
};

/* All rows of both modes, but their intervals. */
int sqz_report_rows_make(const struct sqz_report_maker *maker,
			 struct sqz_error *err);

#endif
