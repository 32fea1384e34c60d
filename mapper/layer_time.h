/*
 * What one output position costs a worker: the time of its arrays and of the
 * vector unit, and the bytes that come in by its tile's port. Estimates from
 * the configuration's constants; nothing waits for anything.
 */
#ifndef SQZ_MAPPER_LAYER_TIME_H
#define SQZ_MAPPER_LAYER_TIME_H

#include "place.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_pace {
	const struct sqz_quantized *net;
	enum sqz_sign_form form;
	const struct sqz_config *config;
};

/* Input cycles of one pass: B + max s_r. */
uint32_t sqz_pass_cycles(const struct sqz_pace *pace,
			 const struct sqz_worker *worker);

/* One pass of the worker's arrays; 0 for a vector step. */
uint64_t sqz_pass_ps(const struct sqz_pace *pace,
		     const struct sqz_worker *worker);

/* Bytes on the wire for each position, headers and whole flits counted: what
 * the worker fetches and, as a worker, its sums for the reducer; as a reducer
 * residual, sums of the part before, and what it writes. */
struct sqz_wire {
	double input, sums;
	double residual, partial, output;
};

struct sqz_wire sqz_wire_bytes(const struct sqz_pace *pace,
			       const struct sqz_worker *worker,
			       const struct sqz_run_entry *run);

/* Of these what comes in by the tile's port: input,
 * and for a reducer its workers' sums, residual and sums of the part before. */
double sqz_port_bytes(const struct sqz_pace *pace,
		      const struct sqz_worker *worker,
		      const struct sqz_run_entry *run, bool reducer);

/* The slowest of arrays, vector unit and port, for a whole layer. */
uint64_t sqz_position_ps(const struct sqz_pace *pace,
			 const struct sqz_worker *worker, bool reducer);

#ifdef __cplusplus
}
#endif

#endif
