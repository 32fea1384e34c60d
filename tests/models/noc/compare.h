/*
 * A point of a reference curve, run here and compared.
 *
 * The rules: network latency within 3 % up to 70 % of the curve's saturation
 * and 8 % up to 90 %; packet latency the same up to 70 %, above that within
 * 8 % or equal at a load that differs by at most 2 %; saturation within 5 %.
 */
#ifndef SQZ_TESTS_NOC_COMPARE_H
#define SQZ_TESTS_NOC_COMPARE_H

#include "reference.h"

/* Errors as fractions of the reference; latencies corrected for the noise of
 * the reference's hops: T - T_ref - 5 (H - H_ref). */
struct comparison_error {
	double packet_latency, network_latency, accepted;
};

struct comparison {
	struct sqz_noc_outcome mean;
	struct comparison_error error;
	struct comparison_error sd; /* standard deviations of single runs */
	double cycles;		    /* of a whole run */
};

enum verdict { INSIDE, INSIDE_BY_LOAD, OUTSIDE };

/* Runs the point, averaged over seeds, at `factor` times its load. 0, or -1
 * with err set. */
int compare_point(const struct reference_row *row,
		  const struct reference_length *length, double factor,
		  struct comparison *comparison, struct sqz_error *err);

/* The length at which a whole run, until the last packet has arrived, takes as
 * long as the reference's: 3 periods of warm-up, then whole periods. A point
 * near saturation changes with time, so that only this is fair. 0, or -1 with
 * err set. */
int find_own_length(const struct reference_row *row,
		    struct reference_length *length, struct sqz_error *err);

/* Applies the rules to what came out; runs the point at other loads if it takes
 * that. 0, or -1 with err set. */
int judge_point(const struct reference_row *row,
		const struct reference_length *length,
		const struct comparison *comparison, enum verdict *verdict,
		struct sqz_error *err);

#endif
