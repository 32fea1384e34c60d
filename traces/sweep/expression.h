/*
 * What a column shows: an expression over a report.
 *
 *	sum:    term { ("+" | "-") term }
 *	term:   factor { ("*" | "/") factor }
 *	factor: number, "-" factor, "(" sum ")", path, or
 *	        ("sum" | "mean" | "min" | "max" | "count") "(" sum ")"
 *	path:   name { "." name | "[" place "]" }
 *	place:  "*" (all, a list), number, "-" number (1: the last), or
 *	        name "=" text (the first)
 *
 * A list's elements are labelled by their `name` in the report, or by their
 * place; arithmetic of two lists goes label by label. What is not in the
 * report, and a division by 0, is null, and so is what is computed from it.
 */
#ifndef SQZ_SWEEP_EXPRESSION_H
#define SQZ_SWEEP_EXPRESSION_H

#include <jansson.h>

#include "host/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A real, a string, null, or for a list an object: label to one of these. NULL
 * with err set if the text is no expression (whatever the report is). */
json_t *sqz_expression_value(const char *text, const json_t *report,
			     struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
