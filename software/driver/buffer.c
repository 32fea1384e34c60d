#include "driver/buffer.h"

#include <stddef.h>

#include "sqz/port.h"

#define BUFFER_ALIGN 64

enum sqz_result sqz_buffer_alloc(struct sqz_buffer *buffer, uint32_t bytes)
{
	*buffer = (struct sqz_buffer){ 0 };
	if (bytes == 0)
		return SQZ_EINVAL;

	void *data = sqz_dma_alloc(bytes, BUFFER_ALIGN);

	if (!data)
		return SQZ_ENOMEM;
	*buffer = (struct sqz_buffer){ data, sqz_dma_addr(data), bytes };
	return SQZ_SUCCESS;
}

enum sqz_result sqz_buffer_pool_open(struct sqz_buffer_pool *pool,
				     uint32_t count, uint32_t bytes)
{
	enum sqz_result result = SQZ_SUCCESS;

	*pool = (struct sqz_buffer_pool){ 0 };
	if (count == 0 || count > SQZ_POOL_MAX_BUFFERS)
		return SQZ_EINVAL;
	for (uint32_t i = 0; i < count && result == SQZ_SUCCESS; i++)
		result = sqz_buffer_alloc(&pool->buffers[i], bytes);
	if (result == SQZ_SUCCESS)
		pool->count = count;
	return result;
}

static bool is_taken(const struct sqz_buffer_pool *pool, uint32_t index)
{
	return pool->taken >> index & 1;
}

struct sqz_buffer *sqz_buffer_take(struct sqz_buffer_pool *pool)
{
	uintptr_t state = sqz_irq_lock();
	struct sqz_buffer *buffer = NULL;
	uint32_t index = 0;

	while (index < pool->count && is_taken(pool, index))
		index++;
	if (index < pool->count) {
		pool->taken |= (uint64_t)1 << index;
		buffer = &pool->buffers[index];
	}
	sqz_irq_unlock(state);
	return buffer;
}

enum sqz_result sqz_buffer_give(struct sqz_buffer_pool *pool,
				const struct sqz_buffer *buffer)
{
	uintptr_t state = sqz_irq_lock();
	enum sqz_result result = SQZ_EINVAL;

	for (uint32_t i = 0; i < pool->count; i++) {
		if (buffer != &pool->buffers[i] || !is_taken(pool, i))
			continue;
		pool->taken &= ~((uint64_t)1 << i);
		result = SQZ_SUCCESS;
	}
	sqz_irq_unlock(state);
	return result;
}

uint32_t sqz_buffer_pool_free(const struct sqz_buffer_pool *pool)
{
	return pool->count - (uint32_t)__builtin_popcountll(pool->taken);
}

enum sqz_result sqz_device_memory(const struct sqz_device *device,
				  uint32_t node, uint64_t offset,
				  uint64_t bytes, uint64_t *bus)
{
	const struct sqz_node_entry *entry =
	    sqz_device_node(device, node, SQZ_NODE_BUFFER);

	if (!entry)
		return SQZ_ENODE;

	uint64_t size = entry->memory_kib * UINT64_C(1024);

	if (offset > size || bytes > size - offset)
		return SQZ_EINVAL;
	*bus = entry->window + offset;
	return SQZ_SUCCESS;
}
