/*
 * The curves measured with BookSim2 that the mesh is held against: reads
 * `booksim_mesh.csv`.
 */
#ifndef SQZ_TESTS_NOC_REFERENCE_H
#define SQZ_TESTS_NOC_REFERENCE_H

#include "noc/traffic/load.h"

#include <stddef.h>

/* Relative to the project's directory, where tests run. */
#define REFERENCE_FILE "../shared/noc_ref/booksim_mesh.csv"

struct reference_row {
	unsigned k; /* k x k mesh */
	unsigned vcs, vc_depth, packet_flits;
	enum sqz_noc_pattern pattern;
	bool throughput; /* a saturating load is offered */
	bool stable;	 /* latencies are given */
	double offered, accepted;
	double packet_latency, network_latency, hops;
	uint64_t cycles;   /* of the whole run */
	double saturation; /* accepted by the curve's throughput row */
};

/* Reads all rows of pipeline A. 0, or -1 with err set; free(*rows). */
int reference_read(const char *path, struct reference_row **rows, size_t *count,
		   struct sqz_error *err);

/* How long to run a point. */
struct reference_length {
	unsigned seeds;
	uint64_t warmup_cycles, measure_cycles;
};

#endif
