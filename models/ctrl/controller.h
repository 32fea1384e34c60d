/*
 * The controller: command rings in DRAM, doorbells, descriptors, completions,
 * interrupts, and the bridge for host accesses to node windows.
 *
 * Rings. One unit fetches one descriptor at a time, from the ring with the
 * smallest PRIORITY among those that may go on (equal ones take turns), and
 * spends decode_ps on it. A ring may go on while it is on, not faulty, not
 * aborting, while its last descriptor has started (so descriptors start in
 * order), and while there is room for one more completion: when the completion
 * ring is full the ring stalls until CHEAD moves, and no completion is lost
 * (SQZ_ERR_OVERFLOW is never reported). Each ring that is on can always have
 * one descriptor in flight, whatever the others do.
 *
 * A ring whose SIZE, BASE or CBASE is malformed, whose TAIL is more than SIZE
 * ahead of HEAD, or whose descriptor or completion entry cannot be reached
 * stops with STATUS.FAULT and an error (ERROR_CODE ..., IRQ_STATUS.ERROR).
 * ABORT clears the fault and drops what was queued (HEAD becomes TAIL). Writing
 * SIZE moves no index; while it is 0, completions of the ring are dropped.
 *
 * Fences. A descriptor with SQZ_DESC_F_FENCE starts, and FENCE completes, when
 * all earlier ones of the ring have finished; nothing behind a FENCE starts
 * before it has completed. Completion entries are written in the order in which
 * descriptors finish, one at a time for a ring; CTAIL, COMPLETED, IRQ_STATUS
 * and the lines change when memory has acknowledged the entry.
 *
 * Lists. A RUN waits, and holds up its ring, while a RUN of another ring with
 * the same list address is open, from its start to its end (an abort included).
 * Of those that wait for one list, the one that was fetched first goes first.
 * Waiting is not counted as time of the descriptor: its time-out starts when it
 * does, and whoever holds the list has one of its own.
 *
 * Chains. If a RUN with SQZ_DESC_F_CHAIN fails or is aborted, others of its
 * chain would wait for its tokens for ever. So its failure aborts all that the
 * ring has started, and the RUNs of the chain that follow complete with
 * SQZ_ERR_ABORTED. A chain ends in front of a descriptor that is no RUN with
 * that flag, or that has SQZ_DESC_F_FENCE.
 *
 * Aborts (docs/architecture.md). A time-out, a failed participant of a RUN, or
 * a write to ABORT raises the ring's epoch and aborts all descriptors of the
 * ring that have started; the one that caused it completes with its status, the
 * others with SQZ_ERR_ABORTED. ABORT also covers what is queued up to TAIL:
 * those are fetched for their cookies and complete without starting. An ABORT
 * during an abort joins it. Time-outs count from the start.
 *
 * CTRL.RESET aborts in the same way without completions, and clears all
 * registers but EPOCH, which tiles compare. A ring starts nothing until its
 * abort is over.
 *
 * Node interrupts. NODE_IRQ shows the first node; others wait behind it, each
 * once. A write drops it and shows the next. IRQ_STATUS.NODE is set as long as
 * NODE_IRQ holds a node: clearing it alone has no effect. ERROR_NODE and
 * ERROR_ADDR go back to "none" when ERROR_CODE has been cleared.
 *
 * Nothing that the guest writes to registers or descriptors is trusted. All
 * tables have the size given at creation.
 */
#ifndef SQZ_MODELS_CONTROLLER_H
#define SQZ_MODELS_CONTROLLER_H

#include <stddef.h>

#include "host/error.h"
#include "node/node.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_CONTROLLER_RINGS_MAX     16
#define SQZ_CONTROLLER_IN_FLIGHT_MAX 255
#define SQZ_CONTROLLER_COPIES_MAX    64
#define SQZ_NO_LAYER		     0xffffu
#define SQZ_NO_NODE		     0xffffffffu

/* A descriptor, as observers see it. */
struct sqz_controller_event {
	uint16_t ring;
	uint16_t layer;	   /* SQZ_NO_LAYER: none */
	uint8_t type;	   /* enum sqz_desc_type; malformed: any value */
	uint32_t sequence; /* in its ring */
	uint32_t run;	   /* unique; the packets' run number */
	uint64_t cookie;
	uint64_t src;	 /* of the descriptor */
	uint32_t status; /* SQZ_OK until the end */
};

/* Called at the time of the event. NULL: nobody listens. Every descriptor that
 * was fetched begins and ends exactly once, unless RESET drops it before it
 * begins. */
struct sqz_controller_observer {
	void *context;
	void (*doorbell)(void *context, uint16_t ring, uint32_t tail);
	void (*begin)(void *context, const struct sqz_controller_event *event);
	/* All work is done: the moment at which a layer's account closes. */
	void (*end)(void *context, const struct sqz_controller_event *event);
	/* The completion entry is in memory. */
	void (*posted)(void *context, const struct sqz_controller_event *event);
	/* As the controller's irq, before it. */
	void (*irq)(void *context, unsigned source, bool level);
};

struct sqz_controller_config {
	uint16_t node;	      /* its own number */
	uint32_t rings;	      /* 1 to SQZ_CONTROLLER_RINGS_MAX */
	uint32_t in_flight;   /* rings to SQZ_CONTROLLER_IN_FLIGHT_MAX */
	uint32_t mesh_width;  /* columns */
	uint32_t mesh_height; /* rows */
	/* Entry i describes node i; copied. node_count is width * height. */
	const struct sqz_node_entry *nodes;
	uint32_t node_count;
	sqz_ps decode_ps;	   /* of one descriptor */
	uint32_t copy_bytes;	   /* 1 to SQZ_PACKET_MAX_PAYLOAD */
	uint32_t copy_outstanding; /* 1 to SQZ_CONTROLLER_COPIES_MAX */
	sqz_ps abort_timeout_ps;   /* at most SQZ_NEVER / 2 */
	void *context;		   /* of the two functions below */
	/* The level of PLIC source `source` (memmap.h) has changed. */
	void (*irq)(void *context, unsigned source, bool level);
	/* The host access has been answered. value: the datum of a read. */
	void (*host_done)(void *context, enum sqz_status status,
			  uint64_t value);
	struct sqz_controller_observer observer;
};

struct sqz_controller_counters {
	uint64_t fetched;   /* descriptors */
	uint64_t completed; /* entries acknowledged */
	uint64_t failed;    /* of these, with a status other than SQZ_OK */
	uint64_t aborts;    /* of rings, whatever the cause */
	uint64_t timeouts;
	uint64_t late; /* answers to what is over: dropped */
	uint64_t copied_bytes;
	uint64_t host_accesses;
};

struct sqz_controller;

/* env is kept, not copied. NULL, with err set, if the configuration is out of
 * range or there is no memory. */
struct sqz_controller *
sqz_controller_create(const struct sqz_controller_config *config,
		      const struct sqz_node_env *env, struct sqz_error *err);

/* Also releases the packets it holds. controller may be NULL. */
void sqz_controller_destroy(struct sqz_controller *controller);

/* The core is the struct sqz_controller. */
extern const struct sqz_node_ops sqz_controller_ops;

/* An access of the host to the controller's own window; offset from
 * SQZ_CONTROLLER_BASE. Registers take aligned 32-bit accesses, the node table
 * aligned reads of 1, 2, 4 or 8 bytes. SQZ_OK, or SQZ_ERR_ADDRESS: the access
 * faults, *value untouched. */
enum sqz_status sqz_controller_reg_access(struct sqz_controller *controller,
					  uint64_t offset, uint32_t size_bytes,
					  bool is_write, uint64_t *value);

/* Why such an access faults, for one-line messages; the register's name into
 * name ("controller.CTRL", "ring 2.TAIL", "node table", "?"). */
const char *sqz_controller_fault(const struct sqz_controller *controller,
				 uint64_t offset, uint32_t size_bytes,
				 bool is_write, char *name, size_t name_bytes);

/* For traces. Why the host accesses something next; and why what the controller
 * does now is done: in the two functions of the configuration. */
void sqz_controller_because(struct sqz_controller *controller,
			    const struct sqz_causes *causes);
struct sqz_causes sqz_controller_why(const struct sqz_controller *controller);

/* Starts a host access to another node's window; addr is a bus address, size 1,
 * 2, 4 or 8 bytes, naturally aligned. host_done() comes when it is answered,
 * perhaps before this returns. False: one is under way already. */
bool sqz_controller_host_access(struct sqz_controller *controller,
				uint64_t addr, uint32_t size_bytes,
				bool is_write, uint64_t value);

const struct sqz_controller_counters *
sqz_controller_counters(const struct sqz_controller *controller);

#ifdef __cplusplus
}
#endif

#endif
