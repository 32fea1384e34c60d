#include "mem/memory_service.h"

#include <string.h>

static void tell_observer(void *context, const struct sqz_bank_use *use)
{
	struct sqz_memory *memory = context;
	const struct sqz_memory_observer *observer = &memory->config.observer;

	observer->bank_used(observer->context, use, memory->current);
}

static sqz_ps reserve(struct sqz_memory *memory, uint64_t local, uint64_t bytes)
{
	bool observed = memory->config.observer.bank_used != NULL;
	struct sqz_bank_listener listener = {
		.context = memory,
		.used = observed ? tell_observer : NULL,
	};
	sqz_ps now = memory->env->now(memory->env->context);

	if (memory->why && memory->config.kind == SQZ_MEMORY_DRAM)
		sqz_memory_why_access(memory->why, now, local, bytes);
	if (memory->config.kind == SQZ_MEMORY_DRAM)
		return sqz_dram_access(&memory->dram, now, local, bytes,
				       &listener);
	return sqz_banks_access(&memory->banks, now, local, bytes,
				memory->requests, &listener);
}

static void fail(struct sqz_memory_job *job, enum sqz_status status,
		 uint64_t addr)
{
	job->status = status;
	job->fail_addr = addr;
}

/* A READ seen as rows of bytes: chunks that touch are one row. */
struct rows {
	uint64_t bytes;
	uint64_t stride;
	uint32_t count;
};

static struct rows rows_of(const struct sqz_packet *packet)
{
	struct rows rows = { packet->chunk, packet->stride, packet->count };

	if (packet->stride == packet->chunk) {
		rows.bytes *= rows.count;
		rows.count = 1;
	}
	return rows;
}

static bool read_is_well_formed(const struct sqz_packet *packet)
{
	return packet->chunk >= 1 && packet->count >= 1 &&
	       (uint64_t)packet->chunk * packet->count <=
		   SQZ_PACKET_MAX_PAYLOAD;
}

static void schedule_read(struct sqz_memory *memory, struct sqz_memory_job *job)
{
	const struct sqz_packet *packet = job->packet;

	if (!read_is_well_formed(packet)) {
		fail(job, SQZ_ERR_ADDRESS, packet->addr);
		return;
	}

	struct rows rows = rows_of(packet);
	struct sqz_memory_place place;

	/* All rows are checked before the first reserves anything. At most
	 * SQZ_PACKET_MAX_PAYLOAD rows, 32-bit strides: no sum wraps unless the
	 * map refuses the address anyway. */
	for (uint32_t i = 0; i < rows.count; i++) {
		uint64_t addr = packet->addr + i * rows.stride;

		if (addr < packet->addr ||
		    !sqz_memory_map_find(&memory->config.map, addr, rows.bytes,
					 &place)) {
			fail(job, SQZ_ERR_ADDRESS, addr);
			return;
		}
	}
	for (uint32_t i = 0; i < rows.count; i++) {
		sqz_memory_map_find(&memory->config.map,
				    packet->addr + i * rows.stride, rows.bytes,
				    &place);

		sqz_ps end_ps = reserve(memory, place.local, rows.bytes);

		if (end_ps > job->done_ps)
			job->done_ps = end_ps;
	}
}

static void schedule_span(struct sqz_memory *memory, struct sqz_memory_job *job,
			  uint64_t bytes, bool is_write)
{
	uint64_t addr = job->packet->addr;
	struct sqz_memory_place place;

	if (bytes > SQZ_PACKET_MAX_PAYLOAD ||
	    (is_write && memory->config.kind == SQZ_MEMORY_FLASH) ||
	    !sqz_memory_map_find(&memory->config.map, addr, bytes, &place))
		fail(job, SQZ_ERR_ADDRESS, addr);
	else
		job->done_ps = reserve(memory, place.local, bytes);
}

/* Is this a host access to the registers? *offset: where. */
static bool in_registers(const struct sqz_memory *memory, uint64_t addr,
			 uint64_t *offset)
{
	uint64_t middle =
	    memory->config.map.base + memory->config.window_bytes / 2;

	if (memory->config.kind != SQZ_MEMORY_BUFFER || addr < middle)
		return false;
	*offset = addr - middle;
	return true;
}

static void schedule_host_access(struct sqz_memory *memory,
				 struct sqz_memory_job *job)
{
	const struct sqz_packet *packet = job->packet;
	bool is_write = packet->type == SQZ_PKT_REG_WRITE;
	uint32_t size = packet->chunk;
	uint64_t offset;

	if (in_registers(memory, packet->addr, &offset)) {
		if (!sqz_reg_check(memory->regs.block, offset, size, is_write))
			fail(job, SQZ_ERR_ADDRESS, packet->addr);
	} else if ((size != 1 && size != 2 && size != 4 && size != 8) ||
		   packet->addr % size != 0) {
		fail(job, SQZ_ERR_ADDRESS, packet->addr);
	} else {
		schedule_span(memory, job, size, is_write);
	}
}

static void begin_explaining(struct sqz_memory *memory)
{
	const bool dram = memory->config.kind == SQZ_MEMORY_DRAM;

	sqz_memory_why_begin(memory->why, dram ? NULL : &memory->banks,
			     dram ? &memory->dram : NULL);
}

/* The request's own causes are its sender's matter: now the place is for its
 * answer's. */
static void explain(struct sqz_memory *memory, struct sqz_packet *packet)
{
	if (memory->config.kind == SQZ_MEMORY_DRAM)
		packet->causes = sqz_memory_why_dram(memory->why, memory->env,
						     &memory->dram, packet->id);
	else
		packet->causes = sqz_memory_why_banks(
		    memory->why, memory->env, &memory->banks, packet->id);
	sqz_causes_delay(&packet->causes, memory->config.latency_ps,
			 SQZ_WORK_MEMORY);
}

void sqz_memory_schedule(struct sqz_memory *memory, struct sqz_packet *packet,
			 struct sqz_memory_job *job)
{
	sqz_ps now = memory->env->now(memory->env->context);

	*job = (struct sqz_memory_job){ .packet = packet,
					.arrived_ps = now,
					.done_ps = now };
	memory->requests++;
	memory->current = packet;
	if (memory->why)
		begin_explaining(memory);
	if (packet->type == SQZ_PKT_READ)
		schedule_read(memory, job);
	else if (packet->type == SQZ_PKT_WRITE)
		schedule_span(memory, job, packet->payload_bytes, true);
	else if (packet->type == SQZ_PKT_REG_READ ||
		 packet->type == SQZ_PKT_REG_WRITE)
		schedule_host_access(memory, job);
	else
		fail(job, SQZ_ERR_NODE, packet->addr);
	job->done_ps += memory->config.latency_ps;
	if (memory->why)
		explain(memory, packet);
}

static void count(struct sqz_memory *memory, bool is_write, uint64_t bytes)
{
	if (is_write) {
		memory->counters.writes++;
		memory->counters.written_bytes += bytes;
	} else {
		memory->counters.reads++;
		memory->counters.read_bytes += bytes;
	}
}

static void perform_read(struct sqz_memory *memory,
			 const struct sqz_packet *packet,
			 struct sqz_packet *answer)
{
	struct rows rows = rows_of(packet);
	const uint8_t *from =
	    memory->data + (packet->addr - memory->config.map.base);

	for (uint32_t i = 0; i < rows.count; i++)
		memcpy(answer->data + i * rows.bytes, from + i * rows.stride,
		       rows.bytes);
	answer->payload_bytes = (uint32_t)(rows.count * rows.bytes);
	count(memory, false, answer->payload_bytes);
}

/* Brings what the driver may read up to date. asking: jobs that do not count
 * as work. */
static void refresh(struct sqz_memory *memory, uint32_t asking)
{
	const struct sqz_memory_counters *counters = &memory->counters;

	sqz_reg_set(
	    &memory->regs, SQZ_BUFFER_STATUS,
	    sqz_bits(SQZ_BUFFER_STATUS_BUSY, memory->job_count > asking));
	sqz_reg_set64(&memory->regs, SQZ_BUFFER_READ_BYTES_LO,
		      counters->read_bytes);
	sqz_reg_set64(&memory->regs, SQZ_BUFFER_WRITTEN_BYTES_LO,
		      counters->written_bytes);
}

enum sqz_status sqz_memory_look(struct sqz_memory *memory, uint64_t offset,
				uint64_t *value)
{
	refresh(memory, 0);
	return sqz_reg_file_access(&memory->regs, offset, 4, false, value);
}

static void access_registers(struct sqz_memory *memory, uint64_t offset,
			     const struct sqz_packet *packet,
			     struct sqz_packet *answer)
{
	uint64_t value = packet->value;

	refresh(memory, 1);
	answer->status =
	    sqz_reg_file_access(&memory->regs, offset, packet->chunk,
				packet->type == SQZ_PKT_REG_WRITE, &value);
	if (packet->type == SQZ_PKT_REG_READ)
		answer->value = value;
}

static void perform_host_access(struct sqz_memory *memory,
				const struct sqz_packet *packet,
				struct sqz_packet *answer)
{
	bool is_write = packet->type == SQZ_PKT_REG_WRITE;
	uint64_t offset;

	answer->chunk = packet->chunk;
	answer->payload_bytes = is_write ? 0 : packet->chunk;
	if (in_registers(memory, packet->addr, &offset)) {
		access_registers(memory, offset, packet, answer);
		return;
	}

	uint8_t *byte = memory->data + (packet->addr - memory->config.map.base);

	/* Little-endian whatever the build machine is. */
	for (uint32_t i = 0; i < packet->chunk; i++) {
		if (is_write)
			byte[i] = (uint8_t)(packet->value >> 8 * i);
		else
			answer->value |= (uint64_t)byte[i] << 8 * i;
	}
	count(memory, is_write, packet->chunk);
}

static enum sqz_packet_type answer_type(const struct sqz_packet *packet)
{
	switch (packet->type) {
	case SQZ_PKT_READ:
		return SQZ_PKT_READ_DATA;
	case SQZ_PKT_WRITE:
		return SQZ_PKT_WRITE_ACK;
	case SQZ_PKT_REG_READ:
	case SQZ_PKT_REG_WRITE:
		return SQZ_PKT_REG_DATA;
	default:
		return SQZ_PKT_DONE;
	}
}

struct sqz_packet *sqz_memory_perform(struct sqz_memory *memory,
				      const struct sqz_memory_job *job)
{
	const struct sqz_packet *packet = job->packet;
	struct sqz_packet *answer =
	    sqz_packet_answer(memory->env, packet, answer_type(packet));

	answer->status = job->status;
	if (memory->why)
		answer->causes = packet->causes;
	if (job->status != SQZ_OK) {
		answer->addr = job->fail_addr;
		answer->payload_bytes = SQZ_DONE_PAYLOAD_BYTES;
		memory->counters.errors++;
	} else if (packet->type == SQZ_PKT_READ) {
		perform_read(memory, packet, answer);
	} else if (packet->type == SQZ_PKT_WRITE) {
		memcpy(memory->data + (packet->addr - memory->config.map.base),
		       packet->data, packet->payload_bytes);
		count(memory, true, packet->payload_bytes);
	} else {
		perform_host_access(memory, packet, answer);
	}
	return answer;
}
