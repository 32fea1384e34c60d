/*
 * Why things happened: the packets and marks of a trace of level packets as a
 * graph.
 *
 * An event happens as soon as all it waits for has happened:
 *
 *	time = max over its causes of (time of the cause + delay)
 *
 * and a root, which has no causes, at its absolute time. A packet happens
 * twice: it is handed to its node's network queue (that is what its causes
 * tell), and it arrives; what waits for it counts from when the node takes it.
 *A mark is something inside of a node that several packets depend on. With
 *recorded arrivals the equation gives the recorded times, but for packets that
 *found the queue full: they were ready earlier.
 *
 * Refused, with one line: traces of a lower level, cut or filtered ones, ids
 * that are not there or there twice, causes that happen at another node, events
 * that wait for themselves.
 */
#ifndef SQZ_TRACES_CAUSES_H
#define SQZ_TRACES_CAUSES_H

#include "host/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_MOST_CAUSES 4u	   /* of an event */
#define SQZ_NO_TIME	UINT64_MAX /* it never happened */
#define SQZ_NO_EVENT	UINT64_MAX
#define SQZ_NO_LAYER	0xffffu

struct sqz_cause_edge {
	uint64_t delay_ps;
	uint32_t event; /* index */
	bool arrival;	/* the packet's acceptance, not its sending */
	uint8_t work;	/* what the delay is spent on: index of its name */
};

struct sqz_event {
	uint64_t id;
	uint64_t ps;	      /* recorded: sent; of a mark, when it was */
	uint64_t arrived_ps;  /* of a packet; SQZ_NO_TIME: the run was over */
	uint64_t accepted_ps; /* likewise; later if the node refused it first */
	uint64_t at_ps;	      /* of a root; else SQZ_NO_TIME */
	uint64_t led_by;      /* packet that it answers or follows: index, or
			       * SQZ_NO_EVENT */
	size_t first_cause;
	uint32_t payload_bytes;
	uint16_t node; /* sender; of a mark, where it is */
	uint16_t dst;
	uint16_t layer; /* SQZ_NO_LAYER: none */
	uint8_t name;	/* type of packet, name of mark: index */
	uint8_t causes;
	bool is_mark;
};

/* A setting of the run, `section.key`, as a configuration file has it. */
struct sqz_trace_setting {
	char *section;
	char *key;
	char *value;
};

struct sqz_names {
	char **all;
	size_t count;
};

struct sqz_cause_graph {
	struct sqz_event *events; /* in the order in which they were recorded */
	size_t count;
	struct sqz_cause_edge *causes; /* of event e: from e.first_cause on */
	size_t cause_count;
	uint32_t *order; /* indices, causes before what they cause */
	struct sqz_names names;
	struct sqz_names works;
	struct sqz_names layers;	    /* by index; NULL where none ran */
	struct sqz_trace_setting *settings; /* in the order of the file */
	size_t setting_count;
	uint64_t cycle_ps; /* of the network */
	uint64_t end_ps;   /* of the run */
};

int sqz_causes_read(const char *path, struct sqz_cause_graph *causes,
		    struct sqz_error *err);
void sqz_causes_free(struct sqz_cause_graph *causes);

/* As the configuration file has it; NULL if the trace does not tell. */
const char *sqz_causes_setting(const struct sqz_cause_graph *causes,
			       const char *section, const char *key);

/* All settings as the text of a configuration file; NULL: out of memory. To be
 * freed. */
char *sqz_causes_configuration(const struct sqz_cause_graph *causes);

#ifdef __cplusplus
}
#endif

#endif
