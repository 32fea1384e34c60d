/*
 * Memory for data: what the controller reads and writes in DRAM, and where the
 * memory of the chip's buffer nodes is.
 *
 * A pool takes DMA memory once, when it is opened; its buffers, all of one
 * size, are then taken and given back without any allocation, in interrupt
 * context, too.
 */
#ifndef SQZ_DRIVER_BUFFER_H
#define SQZ_DRIVER_BUFFER_H

#include <stdint.h>

#include "driver/device.h"
#include "driver/result.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_POOL_MAX_BUFFERS 64

/* The same memory as the CPU and as the controller know it. */
struct sqz_buffer {
	void *data;
	uint64_t bus;
	uint32_t bytes;
};

/* DMA memory, zeroed, aligned to 64 bytes, never given back: for set-up.
 * SQZ_EINVAL (0 bytes), SQZ_ENOMEM. */
SQZ_MUST_CHECK enum sqz_result sqz_buffer_alloc(struct sqz_buffer *buffer,
						uint32_t bytes);

struct sqz_buffer_pool {
	struct sqz_buffer buffers[SQZ_POOL_MAX_BUFFERS];
	uint64_t taken; /* a bit each */
	uint32_t count;
};

/* 1..SQZ_POOL_MAX_BUFFERS of them. SQZ_EINVAL, SQZ_ENOMEM. */
SQZ_MUST_CHECK enum sqz_result
sqz_buffer_pool_open(struct sqz_buffer_pool *pool, uint32_t count,
		     uint32_t bytes);

/* NULL when all are taken. Its contents are what the last owner left. */
struct sqz_buffer *sqz_buffer_take(struct sqz_buffer_pool *pool);

/* SQZ_EINVAL: not of this pool, or not taken. */
SQZ_MUST_CHECK enum sqz_result sqz_buffer_give(struct sqz_buffer_pool *pool,
					       const struct sqz_buffer *buffer);

uint32_t sqz_buffer_pool_free(const struct sqz_buffer_pool *pool);

/* Bus address of bytes in the memory of a buffer node, for COPY and RUN.
 * SQZ_ENODE: not a buffer; SQZ_EINVAL: not all in its memory. */
SQZ_MUST_CHECK enum sqz_result
sqz_device_memory(const struct sqz_device *device, uint32_t node,
		  uint64_t offset, uint64_t bytes, uint64_t *bus);

#ifdef __cplusplus
}
#endif

#endif
