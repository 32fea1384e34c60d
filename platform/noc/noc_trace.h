/* The packets of a run as traffic of `sqz noc`. */
#ifndef SQZ_PLATFORM_NOC_TRACE_H
#define SQZ_PLATFORM_NOC_TRACE_H

#include "noc/noc_sweep.h"
#include "noc/replay.h"

struct sqz_noc_trace {
	struct sqz_cause_graph causes;
	struct sqz_replay_settings settings;
};

/* *config: of the options' file, or of the run where they name none, with the
 * options' overrides. 0, or -1 with err set. Free with sqz_noc_trace_close().
 */
int sqz_noc_trace_open(const struct sqz_noc_options *options,
		       struct sqz_config *config, struct sqz_noc_trace *trace,
		       struct sqz_error *err);
void sqz_noc_trace_close(struct sqz_noc_trace *trace);

/* One load: the run's, measured from its first packet to its last. *cycles:
 * how long that took. 0, or -1 with err set. */
int sqz_noc_trace_run(struct sqz_noc_trace *trace, struct sqz_noc_sweep *sweep,
		      uint64_t *cycles, struct sqz_error *err);

#endif
