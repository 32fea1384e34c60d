#include "mem/memory_node.h"

#include <stdlib.h>
#include <string.h>

#include "mem/memory_service.h"

static int check(const struct sqz_memory_config *config, struct sqz_error *err)
{
	if (!sqz_memory_map_valid(&config->map))
		return sqz_fail(err, "memory: address map out of range");
	if (config->queue_depth < 1 ||
	    config->queue_depth > SQZ_MEMORY_QUEUE_MAX)
		return sqz_fail(err, "memory: queue depth %u is not 1 to %d",
				config->queue_depth, SQZ_MEMORY_QUEUE_MAX);
	if (config->kind == SQZ_MEMORY_BUFFER &&
	    config->map.bytes > config->window_bytes / 2)
		return sqz_fail(err,
				"buffer: %llu bytes do not fit into half of a "
				"window of %llu",
				(unsigned long long)config->map.bytes,
				(unsigned long long)config->window_bytes);
	return 0;
}

static int set_up(struct sqz_memory *memory,
		  const struct sqz_memory_config *config, struct sqz_error *err)
{
	bool timed = config->kind == SQZ_MEMORY_DRAM
			 ? sqz_dram_init(&memory->dram, &config->dram)
			 : sqz_banks_init(&memory->banks, &config->banks);

	if (!timed)
		return sqz_fail(err, "memory: bank timing out of range");
	memory->config = *config;
	memory->data = config->storage;
	if (!memory->data)
		memory->data = memory->owned = calloc(1, config->map.bytes);
	if (!memory->data)
		return sqz_fail(err, "memory: cannot allocate %llu bytes",
				(unsigned long long)config->map.bytes);
	if (sqz_causes_wanted(memory->env)) {
		memory->why = calloc(1, sizeof(*memory->why));
		if (!memory->why) {
			free(memory->owned);
			return sqz_fail(err, "memory: out of memory");
		}
	}
	sqz_reg_file_reset(&memory->regs, SQZ_BLOCK_BUFFER);
	sqz_reg_set(&memory->regs, SQZ_BUFFER_CAPS,
		    (uint32_t)(config->map.bytes / 1024));
	return 0;
}

struct sqz_memory *sqz_memory_create(const struct sqz_memory_config *config,
				     const struct sqz_node_env *env,
				     struct sqz_error *err)
{
	if (check(config, err))
		return NULL;

	struct sqz_memory *memory = calloc(1, sizeof(*memory));

	if (!memory) {
		sqz_fail(err, "memory: out of memory");
		return NULL;
	}
	memory->env = env;
	if (set_up(memory, config, err)) {
		free(memory);
		return NULL;
	}
	return memory;
}

void sqz_memory_destroy(struct sqz_memory *memory)
{
	if (!memory)
		return;
	for (uint32_t i = 0; i < memory->job_count; i++)
		memory->env->release(memory->env->context,
				     memory->jobs[i].packet);
	free(memory->owned);
	free(memory->why);
	free(memory);
}

uint8_t *sqz_memory_data(struct sqz_memory *memory)
{
	return memory->data;
}

struct sqz_memory_counters sqz_memory_counters(const struct sqz_memory *memory)
{
	struct sqz_memory_counters counters = memory->counters;
	sqz_ps now = memory->env->now(memory->env->context);

	if (memory->config.kind == SQZ_MEMORY_DRAM) {
		counters.busy_ps = memory->dram.busy_ps;
		counters.conflicts = memory->dram.row_conflicts;
		counters.row_hits = memory->dram.row_hits;
		counters.row_misses = memory->dram.row_misses;
		counters.refreshes = sqz_dram_refreshes(&memory->dram, now);
	} else {
		counters.busy_ps = memory->banks.busy_ps;
		counters.conflicts = memory->banks.conflicts;
		counters.conflict_wait_ps = memory->banks.wait_ps;
	}
	return counters;
}

static void insert(struct sqz_memory *memory, const struct sqz_memory_job *job)
{
	uint32_t at = memory->job_count++;

	for (; at > 0 && memory->jobs[at - 1].done_ps > job->done_ps; at--)
		memory->jobs[at] = memory->jobs[at - 1];
	memory->jobs[at] = *job;
}

static void arm(struct sqz_memory *memory)
{
	const struct sqz_node_env *env = memory->env;

	if (memory->job_count == 0)
		return;

	sqz_ps now = env->now(env->context);
	sqz_ps done_ps = memory->jobs[0].done_ps;

	/* What is due already waits for tx_ready. */
	if (done_ps > now)
		env->wake_at(env->context, done_ps);
}

static void finish_first(struct sqz_memory *memory)
{
	const struct sqz_node_env *env = memory->env;
	struct sqz_memory_job job = memory->jobs[0];
	struct sqz_packet *answer = sqz_memory_perform(memory, &job);
	enum sqz_class msg_class = sqz_packet_class(job.packet->type);
	const struct sqz_memory_observer *observer = &memory->config.observer;

	memory->job_count--;
	memory->held[msg_class]--;
	memmove(memory->jobs, memory->jobs + 1,
		memory->job_count * sizeof(memory->jobs[0]));
	if (observer->served)
		observer->served(observer->context, job.packet, job.arrived_ps,
				 answer->status);
	env->release(env->context, job.packet);
	env->send(env->context, answer);
}

/* Last of all, because it may bring the next packet at once. */
static void reopen(struct sqz_memory *memory, enum sqz_class msg_class)
{
	if (!memory->refused[msg_class] ||
	    memory->held[msg_class] >= memory->config.queue_depth)
		return;
	memory->refused[msg_class] = false;
	memory->env->rx_ready(memory->env->context, msg_class);
}

static void serve(void *core)
{
	struct sqz_memory *memory = core;
	const struct sqz_node_env *env = memory->env;

	while (memory->job_count > 0 &&
	       memory->jobs[0].done_ps <= env->now(env->context) &&
	       env->can_send(env->context, SQZ_CLASS_RESPONSE))
		finish_first(memory);
	arm(memory);
	reopen(memory, SQZ_CLASS_RESULT);
	reopen(memory, SQZ_CLASS_REQUEST);
}

static bool accept_packet(void *core, struct sqz_packet *packet)
{
	struct sqz_memory *memory = core;
	enum sqz_class msg_class = sqz_packet_class(packet->type);
	struct sqz_memory_job job;

	if (msg_class != SQZ_CLASS_REQUEST && msg_class != SQZ_CLASS_RESULT) {
		memory->counters.dropped++;
		memory->env->release(memory->env->context, packet);
		return true;
	}
	if (memory->held[msg_class] >= memory->config.queue_depth) {
		memory->counters.refused++;
		memory->refused[msg_class] = true;
		return false;
	}
	memory->held[msg_class]++;
	sqz_memory_schedule(memory, packet, &job);
	insert(memory, &job);
	if (memory->jobs[0].packet == packet)
		arm(memory);
	if (job.done_ps <= job.arrived_ps)
		serve(memory);
	return true;
}

static void tx_ready(void *core, enum sqz_class msg_class)
{
	if (msg_class == SQZ_CLASS_RESPONSE)
		serve(core);
}

const struct sqz_node_ops sqz_memory_ops = {
	.accept = accept_packet,
	.wake = serve,
	.tx_ready = tx_ready,
};
