/* Arithmetic of the vector unit: docs/arithmetic.md. */
#include <string.h>

#include "sqz/quant.h"
#include "tile/tile_core.h"

static void put(const struct sqz_step_header *h, uint8_t *out, uint32_t i,
		int32_t value)
{
	if (h->out_bytes == 1)
		out[i] = (uint8_t)value;
	else
		memcpy(out + 4 * (size_t)i, &value, 4);
}

static int64_t rescale(int64_t value, const struct sqz_scale *scale)
{
	return sqz_scale_round(value, scale->mult, scale->shift);
}

/* Item of an operand that belongs to the oldest position; NULL: the step has
 * none. */
static const uint8_t *side(const struct sqz_step *step,
			   const struct tile_run *run, enum sqz_operand operand)
{
	return step->reads[operand]
		   ? sqz_fetch_item(&run->operands[operand],
				    tile_side_item(step, run->oldest.position))
		   : NULL;
}

/* Adds up as accumulators do, modulo 2^32. */
static int32_t add_partial(int32_t sum, const uint8_t *partial, uint32_t i)
{
	uint32_t more;

	memcpy(&more, partial + sizeof(more) * i, sizeof(more));
	return (int32_t)((uint32_t)sum + more);
}

static void finish_mvm(const struct sqz_step *step, const struct tile_run *run,
		       uint8_t *out)
{
	const struct sqz_step_header *h = &step->header;
	const int32_t *sums =
	    run->sums +
	    (size_t)(run->oldest.position % run->window) * run->sum_stride;
	const uint8_t *residual = side(step, run, SQZ_OPERAND_RESIDUAL);
	const uint8_t *partial = side(step, run, SQZ_OPERAND_PARTIAL);

	for (uint32_t i = 0; i < step->outputs; i++) {
		int64_t acc =
		    partial ? add_partial(sums[i], partial, i) : sums[i];

		if (residual)
			acc += rescale(residual[i] - h->z_residual,
				       &step->residual_scale[i]);
		if (!step->partial_out)
			acc = sqz_requantize((int32_t)acc, step->scale[i].mult,
					     step->scale[i].shift, h->z_out,
					     h->low, h->high);
		put(h, out, i, (int32_t)acc);
	}
}

static void finish_add(const struct sqz_step *step, const struct tile_run *run,
		       uint8_t *out)
{
	const struct sqz_step_header *h = &step->header;
	const uint8_t *input = run->elements[0] + (h->n0 - h->fetch_c0);
	const uint8_t *residual = side(step, run, SQZ_OPERAND_RESIDUAL);

	for (uint32_t i = 0; i < step->outputs; i++) {
		int64_t sum = h->z_out;

		sum += rescale(input[i] - h->z_in, &step->scale[i]);
		sum += rescale(residual[i] - h->z_residual,
			       &step->residual_scale[i]);
		put(h, out, i, sqz_clamp(sum, h->low, h->high));
	}
}

/* Padding is a pixel of z_in and becomes z_out. */
static void finish_copy(const struct sqz_step *step, const struct tile_run *run,
			uint8_t *out)
{
	const struct sqz_step_header *h = &step->header;
	const uint8_t *input = run->elements[0];

	for (uint32_t i = 0; i < step->outputs; i++)
		put(h, out, i,
		    sqz_clamp(h->z_out +
				  rescale(input[i] - h->z_in, &step->scale[i]),
			      h->low, h->high));
}

static void finish_maxpool(const struct sqz_step *step,
			   const struct tile_run *run, uint8_t *out)
{
	const struct sqz_step_header *h = &step->header;
	uint32_t area = (uint32_t)h->kernel_h * h->kernel_w;

	memset(run->sums, 0, step->outputs * sizeof(*run->sums));
	for (uint32_t e = 0; e < area; e++) {
		const uint8_t *in = run->elements[e] + (h->n0 - h->fetch_c0);

		if (run->elements[e] == run->padding)
			continue;
		for (uint32_t i = 0; i < step->outputs; i++)
			if (in[i] > run->sums[i])
				run->sums[i] = in[i];
	}
	for (uint32_t i = 0; i < step->outputs; i++)
		put(h, out, i, sqz_clamp(run->sums[i], h->low, h->high));
}

static uint32_t inside(const struct sqz_step *step,
		       const struct sqz_cursor *cursor)
{
	return step->window.y.inside[cursor->y] *
	       step->window.x.inside[cursor->x];
}

/* A single scale counts padding as elements of value z_in; with a scale for
 * each number of elements, padding is left out. */
static void finish_avgpool(const struct sqz_step *step,
			   const struct tile_run *run, uint8_t *out)
{
	const struct sqz_step_header *h = &step->header;
	uint32_t area = (uint32_t)h->kernel_h * h->kernel_w;
	bool leave_out = h->average_count > 1;
	const struct sqz_scale *scale =
	    &step->average[leave_out ? inside(step, &run->oldest) - 1 : 0];

	memset(run->sums, 0, step->outputs * sizeof(*run->sums));
	for (uint32_t e = 0; e < area; e++) {
		const uint8_t *in = run->elements[e] + (h->n0 - h->fetch_c0);

		if (leave_out && run->elements[e] == run->padding)
			continue;
		for (uint32_t i = 0; i < step->outputs; i++)
			run->sums[i] += in[i];
	}
	for (uint32_t i = 0; i < step->outputs; i++)
		put(h, out, i,
		    sqz_clamp(rescale(run->sums[i], scale), h->low, h->high));
}

void tile_vector_finish(const struct sqz_step *step, struct tile_run *run,
			uint8_t *out)
{
	static void (*const finish[SQZ_STEP_KINDS])(
	    const struct sqz_step *, const struct tile_run *, uint8_t *) = {
		[SQZ_STEP_MVM] = finish_mvm,
		[SQZ_STEP_MAXPOOL] = finish_maxpool,
		[SQZ_STEP_AVGPOOL] = finish_avgpool,
		[SQZ_STEP_ADD] = finish_add,
		[SQZ_STEP_COPY] = finish_copy,
	};

	if (step->header.kind != SQZ_STEP_MVM)
		tile_window_elements(step, run, &run->oldest);
	finish[step->header.kind](step, run, out);
}

uint64_t tile_vector_elements(const struct sqz_step *step,
			      const struct sqz_cursor *cursor)
{
	const struct sqz_step_header *h = &step->header;
	uint64_t elements = step->outputs;

	if (h->kind == SQZ_STEP_MAXPOOL || h->kind == SQZ_STEP_AVGPOOL)
		elements *= inside(step, cursor);
	return elements;
}
