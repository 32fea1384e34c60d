#include "runs.h"

#include <stdlib.h>

struct sqz_run_entry *sqz_add_run(struct sqz_placement *placement,
				  uint32_t layer, uint32_t first_worker,
				  uint32_t end, uint32_t round,
				  struct sqz_error *err)
{
	if (placement->run_count == placement->run_room) {
		uint32_t room = placement->run_room * 2 + 16;
		struct sqz_run_entry *grown =
		    realloc(placement->runs, room * sizeof(*grown));
		if (!grown) {
			sqz_fail(err, "out of memory for %u run entries", room);
			return NULL;
		}
		placement->runs = grown;
		placement->run_room = room;
	}
	struct sqz_run_entry *run = &placement->runs[placement->run_count];
	*run = (struct sqz_run_entry){
		.layer = layer,
		.first_worker = first_worker,
		.worker_count = end - first_worker,
		.round = round,
		.copies = 1,
		.partial_in = SQZ_NO_TENSOR,
		.partial_out = SQZ_NO_TENSOR,
	};
	for (uint32_t i = first_worker; i < end; i++)
		placement->workers[i].run = placement->run_count;
	placement->run_count++;
	return run;
}

uint32_t sqz_run_output(const struct sqz_qnet *net,
			const struct sqz_run_entry *run)
{
	return run->partial_out != SQZ_NO_TENSOR
		   ? run->partial_out
		   : net->layers[run->layer].output;
}

struct sqz_qtensor sqz_placement_tensor(const struct sqz_qnet *net,
					const struct sqz_placement *placement,
					uint32_t tensor)
{
	if (tensor < net->tensor_count)
		return net->tensors[tensor];
	const struct sqz_scratch *scratch =
	    &placement->scratch[tensor - net->tensor_count];
	struct sqz_qtensor sums =
	    net->tensors[net->layers[scratch->layer].output];
	sums.element_bytes = sizeof(int32_t);
	sums.scale = 1;
	sums.zero_point = 0;
	return sums;
}
