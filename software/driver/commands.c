#include "driver/commands.h"

struct sqz_desc sqz_program_desc(struct sqz_participant where, uint16_t layer,
				 uint64_t blob, uint32_t bytes)
{
	return (struct sqz_desc){
		.type = SQZ_DESC_PROGRAM,
		.node = where.node,
		.slot = where.slot,
		.layer = layer,
		.src = blob,
		.length = bytes,
	};
}

struct sqz_desc sqz_run_desc(uint16_t layer,
			     const struct sqz_run_tensors *tensors,
			     uint64_t list, uint32_t count)
{
	return (struct sqz_desc){
		.type = SQZ_DESC_RUN,
		.layer = layer,
		.src = tensors->input,
		.dst = tensors->output,
		.aux = tensors->residual,
		.partial = tensors->partial,
		.list = list,
		.length = count,
	};
}

struct sqz_desc sqz_copy_desc(uint64_t from, uint64_t to, uint32_t bytes)
{
	return (struct sqz_desc){
		.type = SQZ_DESC_COPY,
		.src = from,
		.dst = to,
		.length = bytes,
	};
}

struct sqz_desc sqz_fence_desc(void)
{
	return (struct sqz_desc){ .type = SQZ_DESC_FENCE };
}
