#include "chains.h"

#include <stdlib.h>
#include <string.h>

/* The rows and channels of a tensor that a worker reads as one operand. */
struct reading {
	uint32_t tensor;
	enum sqz_operand operand;
	uint32_t c0, c1;
	struct sqz_rows rows;
};

struct weaver {
	const struct sqz_qnet *net;
	struct sqz_placement *placement;
	bool failed;
};

/* ---- lists ---- */

static void add_link(struct weaver *weaver, struct sqz_links *links,
		     uint32_t worker, enum sqz_operand operand)
{
	if (links->count == links->room) {
		uint32_t room = links->room * 2 + 64;
		struct sqz_link *grown =
		    realloc(links->links, room * sizeof(*grown));
		if (!grown) {
			weaver->failed = true;
			return;
		}
		links->links = grown;
		links->room = room;
	}
	links->links[links->count++] = (struct sqz_link){ worker, operand };
}

/* ---- producers ---- */

/* True if some window of the worker covers the row of its input. */
static bool covers(const struct sqz_qlayer *layer,
		   const struct sqz_worker *worker, uint32_t row)
{
	for (uint32_t ky = 0; ky < layer->kernel_h; ky++) {
		int64_t at =
		    (int64_t)row + layer->pad_top - ky * layer->dilation_y;
		if (at >= 0 && at % layer->stride_y == 0 &&
		    at / layer->stride_y >= worker->y0 &&
		    at / layer->stride_y < worker->y1)
			return true;
	}
	return false;
}

static bool reads_rows_of(const struct weaver *weaver,
			  const struct reading *reading,
			  const struct sqz_worker *worker,
			  const struct sqz_worker *writer)
{
	const struct sqz_rows *rows = &reading->rows;
	uint32_t first = rows->first > writer->y0 ? rows->first : writer->y0;
	uint32_t end = rows->end < writer->y1 ? rows->end : writer->y1;

	if (reading->operand != SQZ_OPERAND_INPUT)
		return first < end;
	for (; first < end; first++)
		if (covers(&weaver->net->layers[worker->layer], worker, first))
			return true;
	return false;
}

/* The entry's reducers that write what is read. */
static void add_writers(struct weaver *weaver, const struct reading *reading,
			const struct sqz_worker *worker,
			const struct sqz_run_entry *run)
{
	const struct sqz_worker *workers = weaver->placement->workers;

	for (uint32_t i = run->first_worker;
	     i < run->first_worker + run->worker_count; i++)
		if (workers[i].reducer == i && workers[i].n0 < reading->c1 &&
		    reading->c0 < workers[i].n1 &&
		    reads_rows_of(weaver, reading, worker, &workers[i]))
			add_link(weaver, &weaver->placement->producers, i,
				 reading->operand);
}

/* Entries before the worker's own, of its round. */
static void add_operand(struct weaver *weaver, const struct reading *reading,
			const struct sqz_worker *worker)
{
	const struct sqz_run_entry *runs = weaver->placement->runs;

	if (reading->tensor == SQZ_NO_TENSOR)
		return;
	for (uint32_t i = 0; i < worker->run; i++)
		if (runs[i].round == runs[worker->run].round &&
		    sqz_run_output(weaver->net, &runs[i]) == reading->tensor)
			add_writers(weaver, reading, worker, &runs[i]);
}

static void add_producers(struct weaver *weaver, uint32_t index)
{
	const struct sqz_worker *worker = &weaver->placement->workers[index];
	const struct sqz_run_entry *run = &weaver->placement->runs[worker->run];
	const struct sqz_qlayer *layer = &weaver->net->layers[worker->layer];
	const struct reading input = {
		layer->input, SQZ_OPERAND_INPUT, worker->fetch_c0,
		worker->fetch_c1, sqz_worker_input_rows(weaver->net, worker)
	};
	struct reading own = {
		.c0 = worker->n0,
		.c1 = worker->n1,
		.rows = { worker->y0, worker->y1 },
	};

	add_operand(weaver, &input, worker);
	if (worker->reducer != index)
		return;
	own.tensor =
	    run->partial_out == SQZ_NO_TENSOR ? layer->residual : SQZ_NO_TENSOR;
	own.operand = SQZ_OPERAND_RESIDUAL;
	add_operand(weaver, &own, worker);
	own.tensor = run->partial_in;
	own.operand = SQZ_OPERAND_PARTIAL;
	add_operand(weaver, &own, worker);
}

/* ---- consumers ---- */

/* The producers' list turned round: counted, summed up, filled. */
static void turn_round(struct sqz_placement *placement)
{
	const struct sqz_links *from = &placement->producers;
	struct sqz_links *to = &placement->consumers;
	uint32_t count = placement->worker_count;

	memset(to->first, 0, (count + 1) * sizeof(*to->first));
	for (uint32_t i = 0; i < from->count; i++)
		to->first[from->links[i].worker + 1]++;
	for (uint32_t w = 0; w < count; w++)
		to->first[w + 1] += to->first[w];
	for (uint32_t w = 0; w < count; w++)
		for (uint32_t i = from->first[w]; i < from->first[w + 1]; i++)
			to->links[to->first[from->links[i].worker]++] =
			    (struct sqz_link){ w, from->links[i].operand };
	/* Every first has moved to the next one's. */
	memmove(to->first + 1, to->first, count * sizeof(*to->first));
	to->first[0] = 0;
	to->count = from->count;
}

int sqz_place_chains(const struct sqz_qnet *net,
		     struct sqz_placement *placement, struct sqz_error *err)
{
	struct weaver weaver = { .net = net, .placement = placement };
	struct sqz_links *producers = &placement->producers;
	struct sqz_links *consumers = &placement->consumers;
	uint32_t count = placement->worker_count;

	producers->first = calloc(count + 1, sizeof(*producers->first));
	consumers->first = calloc(count + 1, sizeof(*consumers->first));
	if (!producers->first || !consumers->first)
		return sqz_fail(err, "out of memory for chains");
	for (uint32_t w = 0; w < count && !weaver.failed; w++) {
		add_producers(&weaver, w);
		producers->first[w + 1] = producers->count;
	}
	consumers->links =
	    malloc((producers->count + 1) * sizeof(*consumers->links));
	if (weaver.failed || !consumers->links)
		return sqz_fail(err, "out of memory for chains");
	turn_round(placement);
	return 0;
}
