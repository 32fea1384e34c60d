#include "tile/step_chain.h"

#include <stdlib.h>

static bool add_producer(struct sqz_step *s, const struct sqz_producer *p)
{
	const uint32_t *row0 = s->token_row0;
	uint32_t rows;

	if (p->operand >= SQZ_OPERANDS || !s->reads[p->operand] || p->reserved)
		return false;
	rows = row0[p->operand + 1] - row0[p->operand];
	if (p->y0 >= p->y1 || p->y1 > rows)
		return false;
	/* Steps up and down, to be added up. */
	s->tokens[row0[p->operand] + p->y0]++;
	if (p->y1 < rows)
		s->tokens[row0[p->operand] + p->y1]--;
	return true;
}

/* Of rows that the step reads; others need none. */
static void add_up_tokens(struct sqz_step *s, enum sqz_operand operand)
{
	const struct sqz_window_axis *y = &s->window.y;
	uint16_t *tokens = s->tokens + s->token_row0[operand];
	uint32_t rows = s->token_row0[operand + 1] - s->token_row0[operand];
	uint32_t next = 0; /* of y->places */
	uint16_t sum = 0;

	for (uint32_t row = 0; row < rows; row++) {
		bool reads = row >= s->header.y0 && row < s->header.y1;

		if (operand == SQZ_OPERAND_INPUT)
			reads = next < y->used && y->places[next] == row;
		next += reads;
		sum = (uint16_t)(sum + tokens[row]);
		tokens[row] = reads ? sum : 0;
	}
}

static bool load_producers(const struct sqz_blob *blob, struct sqz_step *s,
			   bool *oom)
{
	const struct sqz_step_header *h = &s->header;
	const struct sqz_producer *producers;

	for (int o = 0; o < SQZ_OPERANDS; o++)
		s->token_row0[o + 1] =
		    s->token_row0[o] +
		    (o == SQZ_OPERAND_INPUT ? h->in_h : h->out_h);
	if (h->producer_count == 0)
		return true;
	producers = sqz_blob_table(blob, h->producers_offset, h->producer_count,
				   sizeof(*producers), 4);
	if (!producers || h->producer_count > UINT16_MAX)
		return false;
	s->tokens = calloc(s->token_row0[SQZ_OPERANDS], sizeof(*s->tokens));
	if (!s->tokens) {
		*oom = true;
		return false;
	}
	for (uint32_t i = 0; i < h->producer_count; i++)
		if (!add_producer(s, &producers[i]))
			return false;
	for (int o = 0; o < SQZ_OPERANDS; o++)
		add_up_tokens(s, o);
	return true;
}

bool sqz_step_load_chain(const struct sqz_blob *blob, struct sqz_step *s,
			 bool *oom)
{
	const struct sqz_step_header *h = &s->header;
	void *consumers;

	if (!load_producers(blob, s, oom) || (h->consumer_count && !s->reducer))
		return false;
	if (!sqz_blob_copy(blob, h->consumers_offset, h->consumer_count,
			   sizeof(*s->consumers), 4, &consumers, oom))
		return false;
	s->consumers = consumers;
	for (uint32_t i = 0; i < h->consumer_count; i++)
		if (s->consumers[i].operand >= SQZ_OPERANDS ||
		    s->consumers[i].reserved)
			return false;
	return true;
}
