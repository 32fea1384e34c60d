/*
 * Where synthetic traffic goes: the patterns of BookSim2, by its definitions.
 *
 * Nodes are numbered row by row, n = y * width + x. Patterns on the bits of the
 * number want 2^b nodes, transpose 4^b; tornado and neighbor work on x and y.
 */
#ifndef SQZ_NOC_PATTERN_H
#define SQZ_NOC_PATTERN_H

#include "host/error.h"

#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sqz_noc_pattern {
	SQZ_NOC_UNIFORM,	/* any node, the source included */
	SQZ_NOC_TRANSPOSE,	/* halves of the number's bits swapped */
	SQZ_NOC_BIT_COMPLEMENT, /* every bit inverted */
	SQZ_NOC_BIT_REVERSE,	/* bits in reverse order */
	SQZ_NOC_SHUFFLE,	/* bits rotated to the left by one */
	SQZ_NOC_TORNADO,	/* x and y each ceil(k / 2) - 1 further */
	SQZ_NOC_NEIGHBOR,	/* x and y each one further, around the rim */
	SQZ_NOC_HOTSPOT,	/* a share to one node, the rest uniform */
	SQZ_NOC_PATTERNS
};

const char *sqz_noc_pattern_name(enum sqz_noc_pattern pattern);

/* By name, BookSim2's short ones (bitcomp, bitrev) included. 0, or -1 with err
 * set. */
int sqz_noc_pattern_find(const char *name, enum sqz_noc_pattern *pattern,
			 struct sqz_error *err);

/* Whether the pattern is defined on so many nodes. 0, or -1 with err set. */
int sqz_noc_pattern_check(enum sqz_noc_pattern pattern, unsigned width,
			  unsigned height, struct sqz_error *err);

/* The destination that a pattern without chance has for a source; for uniform
 * and hotspot the source itself. */
unsigned sqz_noc_pattern_fixed(enum sqz_noc_pattern pattern, unsigned width,
			       unsigned height, unsigned src);

#ifdef __cplusplus
}
#endif

#endif
