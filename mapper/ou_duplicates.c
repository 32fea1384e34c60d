/* Layout DUPLICATES: columns of a window that are equal on all rows of the
 * block stored once. */
#include "ou_scan_internal.h"

#include <stdlib.h>
#include <string.h>

struct by_column {
	const uint16_t *whole; /* [column][groups] */
	uint32_t groups;
};

static int compare_columns(const struct by_column *by, uint32_t a, uint32_t b)
{
	const uint16_t *x = by->whole + (size_t)a * by->groups;
	const uint16_t *y = by->whole + (size_t)b * by->groups;

	return memcmp(x, y, by->groups * sizeof(*x));
}

static int by_content(const void *a, const void *b, void *context)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int order = compare_columns(context, x, y);

	return order ? order : (x > y) - (x < y);
}

/* All groups' patterns, column by column. */
static void gather_columns(struct sqz_ou_pass *pass, uint32_t groups)
{
	uint32_t columns = sqz_ou_bit_columns(&pass->window);

	for (uint32_t g = 0; g < groups; g++) {
		sqz_ou_pass_rows(pass, pass->s->natural, pass->block->rows,
				 g * pass->config->tile.ou_rows);
		for (uint32_t i = 0; i < columns; i++)
			pass->s->whole[(size_t)i * groups + g] =
			    pass->s->patterns[i];
	}
}

static bool column_is_zero(const struct by_column *by, uint32_t column)
{
	for (uint32_t g = 0; g < by->groups; g++)
		if (by->whole[(size_t)column * by->groups + g])
			return false;
	return true;
}

/* representative[i]: the first column equal to i, i itself if there is none. */
static void find_equals(struct sqz_ou_pass *pass, struct by_column *by)
{
	uint32_t columns = sqz_ou_bit_columns(&pass->window);
	uint32_t *sorted = pass->s->sorted;

	for (uint32_t i = 0; i < columns; i++)
		sorted[i] = i;
	qsort_r(sorted, columns, sizeof(*sorted), by_content, by);
	for (uint32_t i = 0, first = 0; i < columns; i++) {
		if (compare_columns(by, sorted[first], sorted[i]))
			first = i;
		pass->s->representative[sorted[i]] = sorted[first];
	}
}

/* Fills taken[] and the marks; returns the columns stored. */
static uint32_t share_whole(struct sqz_ou_pass *pass, struct by_column *by)
{
	uint32_t planes = pass->window.plane_count;
	uint32_t columns = sqz_ou_bit_columns(&pass->window);
	uint16_t *taken = pass->s->taken;
	uint32_t *marks = pass->item.draft.marks;
	uint32_t stored = 0;

	memset(marks, 0, sizeof(pass->item.draft.marks));
	for (uint32_t i = 0; i < columns; i++) {
		uint32_t same = pass->s->representative[i];

		if (column_is_zero(by, i)) {
			taken[i] = SQZ_OU_ZERO;
			marks[SQZ_OU_MARK_ZERO]++;
		} else if (same == i) {
			taken[i] = (uint16_t)stored++;
			marks[SQZ_OU_MARK_NEW]++;
		} else {
			bool above = i % planes && taken[i - 1] == taken[same];

			taken[i] = taken[same];
			marks[above ? SQZ_OU_MARK_ABOVE : SQZ_OU_MARK_REPEAT]++;
		}
	}
	sqz_ou_deal(taken, columns, stored, pass->config->tile.ou_columns);
	return stored;
}

static void visit_given(struct sqz_ou_pass *pass, uint32_t stored)
{
	uint32_t columns = sqz_ou_bit_columns(&pass->window);
	uint32_t marks[SQZ_OU_MARKS];

	memcpy(marks, pass->item.draft.marks, sizeof(marks));
	pass->item.index_bits =
	    sqz_bits_for(columns + 1) +
	    marks[SQZ_OU_MARK_REPEAT] * sqz_bits_for(stored);
	for (uint32_t at = 0; at < pass->block->rows;
	     at += pass->item.row_count) {
		sqz_ou_pass_rows(pass, pass->s->natural, pass->block->rows, at);
		sqz_ou_draft_given(pass->s->maker, &pass->window,
				   pass->s->patterns, pass->s->taken, stored,
				   &pass->item.draft);
		memcpy(pass->item.draft.marks, marks, sizeof(marks));
		sqz_ou_pass_visit(pass);
		memset(marks, 0, sizeof(marks));
		pass->item.index_bits = 0;
	}
}

void sqz_ou_pass_duplicates(struct sqz_ou_pass *pass)
{
	uint32_t ou_rows = pass->config->tile.ou_rows;
	struct by_column by = {
		.whole = pass->s->whole,
		.groups = (pass->block->rows + ou_rows - 1) / ou_rows,
	};

	gather_columns(pass, by.groups);
	find_equals(pass, &by);
	visit_given(pass, share_whole(pass, &by));
}
