/* Inside of the memory node: what one request means, and doing it. */
#ifndef SQZ_MODELS_MEMORY_SERVICE_H
#define SQZ_MODELS_MEMORY_SERVICE_H

#include "mem/memory_causes.h"
#include "mem/memory_node.h"
#include "node/answer.h"
#include "node/regs_decode.h"

/* A request between arrival and answer. */
struct sqz_memory_job {
	struct sqz_packet *packet;
	sqz_ps arrived_ps;
	sqz_ps done_ps;
	uint32_t status;
	uint64_t fail_addr;
};

struct sqz_memory {
	struct sqz_memory_config config;
	const struct sqz_node_env *env;
	uint8_t *data;
	uint8_t *owned; /* data, if the node allocated it */
	struct sqz_banks banks;
	struct sqz_dram dram;
	struct sqz_reg_file regs;
	struct sqz_memory_counters counters;
	uint64_t requests;		  /* so far: numbers for the banks */
	const struct sqz_packet *current; /* being scheduled */
	/* Sorted by done_ps, then by arrival. */
	struct sqz_memory_job jobs[2 * SQZ_MEMORY_QUEUE_MAX];
	uint32_t job_count;
	uint32_t held[SQZ_CLASSES];
	bool refused[SQZ_CLASSES];  /* since the last rx_ready */
	struct sqz_memory_why *why; /* NULL: nobody wants to know */
};

/* Fills the job: checks the packet and reserves the banks for it. */
void sqz_memory_schedule(struct sqz_memory *memory, struct sqz_packet *packet,
			 struct sqz_memory_job *job);

/* Does what the job's packet asks for and returns the answer. */
struct sqz_packet *sqz_memory_perform(struct sqz_memory *memory,
				      const struct sqz_memory_job *job);

#endif
