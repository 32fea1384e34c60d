/*
 * What the time between two points of a graph of causes is spent on.
 *
 * A delay is by its work: a pass of arrays is split into array read and ADC by
 * what it would take if conversions were free; work of memories is by the kind
 * of node. The way of a packet is split into what its hops take when nothing
 * is in the way (routers and links), the flits behind the first one, and
 * waiting: the rest, in which other packets were in the way, or the packet
 * waited for the network's clock or its receiver. Time in which a memory's
 * queue was full is the memory's.
 */
#ifndef SQZ_CRITICAL_COSTS_H
#define SQZ_CRITICAL_COSTS_H

#include "reader/chip.h"
#include "traces/causes.h"
#include "traces/critical/runs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The words are those of `sqz trace layers` where they mean the same. */
enum path_resource {
	PATH_ARRAY_READ,
	PATH_ADC,
	PATH_PIPELINE, /* from the end of a pass to its sums */
	PATH_VECTOR,
	PATH_DRAM,
	PATH_BUFFER,
	PATH_FLASH,
	PATH_HOPS,  /* routers and links */
	PATH_FLITS, /* of a packet behind the first */
	PATH_NOC_WAIT,
	PATH_PROGRAMMING,
	PATH_DRIVER,
	PATH_CONTROL, /* fixed latencies */
	PATH_RESOURCES,
};

/* "array read", ...; for CSV: "array_read", ... */
extern const char *const path_resource_titles[PATH_RESOURCES];
extern const char *const path_resource_columns[PATH_RESOURCES];

struct costs {
	const struct sqz_cause_graph *causes;
	const struct runs *runs;
	struct sqz_config config; /* the run's own */
	struct sqz_chip chip;
	uint8_t *resources; /* of each kind of work; see costs.c */
	uint16_t *layers;   /* of each event; SQZ_NO_LAYER: not known */
};

/* The trace must tell the run's settings. */
int costs_init(struct costs *costs, const char *path,
	       const struct sqz_cause_graph *causes, const struct runs *runs,
	       struct sqz_error *err);
void costs_free(struct costs *costs);

/* Adds to ps[PATH_RESOURCES] what a delay of the event is spent on; delay_ps
 * may be less than the cause's own. */
void costs_of_delay(const struct costs *costs, uint32_t event,
		    const struct sqz_cause_edge *cause, uint64_t delay_ps,
		    uint64_t *ps);
/* Of a packet's way; way_ps may be less than all of it. */
void costs_of_way(const struct costs *costs, uint32_t event, uint64_t way_ps,
		  uint64_t *ps);

/* The same delay or way if some resources took `percent` less. */
struct faster {
	const struct costs *costs;
	uint32_t resources; /* bit for each */
	uint32_t percent;
};

uint64_t faster_ps(const struct faster *faster, enum path_resource resource,
		   uint64_t ps);
uint64_t faster_delay(const struct faster *faster, uint32_t event,
		      const struct sqz_cause_edge *cause);
uint64_t faster_way(const struct faster *faster, uint32_t event);

#ifdef __cplusplus
}
#endif

#endif
