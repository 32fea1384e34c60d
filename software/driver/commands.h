/* Descriptors, filled in. Addresses are bus addresses, lengths bytes. Flags
 * (enum sqz_desc_flags) and timeout_us are the caller's to add. */
#ifndef SQZ_DRIVER_COMMANDS_H
#define SQZ_DRIVER_COMMANDS_H

#include "sqz/desc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One step's blob into a tile's slot. */
struct sqz_desc sqz_program_desc(struct sqz_participant where, uint16_t layer,
				 uint64_t blob, uint32_t bytes);

struct sqz_run_tensors {
	uint64_t input;
	uint64_t output;
	uint64_t residual; /* 0: none */
	uint64_t partial;  /* sums to start from; 0: none */
};

/* One layer: `count` participants, listed at bus address `list`. */
struct sqz_desc sqz_run_desc(uint16_t layer,
			     const struct sqz_run_tensors *tensors,
			     uint64_t list, uint32_t count);

struct sqz_desc sqz_copy_desc(uint64_t from, uint64_t to, uint32_t bytes);

struct sqz_desc sqz_fence_desc(void);

#ifdef __cplusplus
}
#endif

#endif
