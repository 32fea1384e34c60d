/* The network's part of a run's report (docs/report.md). */
#ifndef SQZ_PLATFORM_REPORT_NETWORK_H
#define SQZ_PLATFORM_REPORT_NETWORK_H

#include <jansson.h>
#include <stdint.h>

#include "network_result.h"

/* Adds a number to any object of the report. */
void sqz_report_put(json_t *object, const char *key, uint64_t value);

/* Adds cycles, stalls, latency, links and flows. */
void sqz_report_put_network(json_t *noc,
			    const struct sqz_network_result *network,
			    uint32_t flit_bytes);

#endif
