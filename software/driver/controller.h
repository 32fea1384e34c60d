/*
 * The accelerator controller's registers: global ones and one command ring's.
 * No state, no policy; device.h and ring.h build on it. `base` is the
 * controller's bus address, `ring` a ring's number.
 */
#ifndef SQZ_DRIVER_CONTROLLER_H
#define SQZ_DRIVER_CONTROLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "sqz/desc.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_controller_caps {
	unsigned version_major;
	unsigned version_minor;
	unsigned rings;
	unsigned in_flight; /* descriptors, at most */
	unsigned desc_bytes;
	unsigned nodes;
	unsigned mesh_width;
	unsigned mesh_height;
};

/* Reads nothing but the ID. */
bool sqz_io_controller_present(uint64_t base);
void sqz_io_controller_caps(uint64_t base, struct sqz_controller_caps *caps);
void sqz_io_controller_node(uint64_t base, unsigned node,
			    struct sqz_node_entry *entry);
/* Resets the controller, whatever ran before, and lets its rings run. */
void sqz_io_controller_restart(uint64_t base);

struct sqz_controller_error {
	uint32_t status; /* enum sqz_status, 0: none */
	uint32_t node;
	uint64_t address;
};

/* Reads the last error and acknowledges it. */
void sqz_io_controller_take_error(uint64_t base,
				  struct sqz_controller_error *error);
void sqz_io_controller_enable_error_irq(uint64_t base);
void sqz_io_controller_ack_error_irq(uint64_t base);

struct sqz_ring_setup {
	uint64_t descriptors; /* bus address, 64-byte aligned */
	uint64_t completions; /* bus address, 32-byte aligned */
	uint32_t entries;     /* a power of two from 2 to 4096 */
	uint32_t priority;    /* 0 is served first */
};

/* Sets the ring up, switches it on and enables its interrupt. */
void sqz_io_controller_ring_start(uint64_t base, unsigned ring,
				  const struct sqz_ring_setup *setup);
void sqz_io_controller_ring_priority(uint64_t base, unsigned ring,
				     uint32_t priority);
void sqz_io_controller_ring_stop(uint64_t base, unsigned ring);
/* Rings the doorbell; the caller has put a barrier before it. */
void sqz_io_controller_ring_doorbell(uint64_t base, unsigned ring,
				     uint32_t tail);
void sqz_io_controller_ring_consumed(uint64_t base, unsigned ring,
				     uint32_t head);
void sqz_io_controller_ring_abort(uint64_t base, unsigned ring);
void sqz_io_controller_ring_ack_irq(uint64_t base, unsigned ring);

#ifdef __cplusplus
}
#endif

#endif
