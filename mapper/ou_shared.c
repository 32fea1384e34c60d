/* Layout COLUMN: equal columns of a row group stored once. */
#include "ou_scan_internal.h"

#include <string.h>

/* Index bits of the item's group but for its marks. */
static uint32_t group_bits(const struct sqz_ou_pass *pass)
{
	const struct sqz_ou_draft *draft = &pass->item.draft;
	uint32_t window = sqz_ou_bit_columns(&pass->window);
	uint32_t bits = sqz_bits_for(window + 1);
	uint32_t number = sqz_bits_for(draft->columns);

	if (pass->item.listed)
		bits += pass->item.row_count * sqz_bits_for(pass->block->rows);
	if (draft->columns == 0)
		return bits;
	if (pass->options->complements)
		bits++;
	if (draft->ones != SQZ_OU_NO_ONES)
		number++;
	return bits + draft->marks[SQZ_OU_MARK_REPEAT] * number;
}

/* Without the marks: these are as many either way. */
static double draft_score(struct sqz_ou_pass *pass, struct sqz_ou_maker *maker,
			  bool complements)
{
	struct sqz_ou_draft *draft = &pass->item.draft;

	sqz_ou_draft_shared(maker, &pass->window, pass->s->patterns,
			    pass->item.row_count, complements, draft);
	struct sqz_ou_cost cost = sqz_ou_group_cost(
	    pass->config, draft, pass->item.row_count, pass->item.cycles);
	cost.index_bits = group_bits(pass);
	return sqz_ou_score(pass->config, &cost, pass->s->layer->positions,
			    pass->options->objective);
}

/* With complements if there are any and the group is the better for them. */
static void draft_group(struct sqz_ou_pass *pass)
{
	double score =
	    draft_score(pass, pass->s->maker, pass->options->complements);
	struct sqz_ou_draft draft = pass->item.draft;

	if (draft.ones == SQZ_OU_NO_ONES)
		return;
	if (draft_score(pass, pass->s->plain, false) > score)
		pass->item.draft = draft;
}

void sqz_ou_pass_shared(struct sqz_ou_pass *pass, const uint16_t *rows,
			uint32_t count)
{
	for (uint32_t at = 0; at < count; at += pass->item.row_count) {
		sqz_ou_pass_rows(pass, rows, count, at);
		draft_group(pass);
		pass->item.index_bits = group_bits(pass);
		if (pass->item.draft.columns == 0)
			memset(pass->item.draft.marks, 0,
			       sizeof(pass->item.draft.marks));
		sqz_ou_pass_visit(pass);
	}
}
