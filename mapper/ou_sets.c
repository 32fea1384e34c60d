/* Layouts OU and SRE: sets of ou_columns bit columns. */
#include "ou_scan_internal.h"

#define MAX_SET 1024 /* the largest tile.ou_columns */

/* Bit columns first .. first + count - 1 of the block, weight by weight. */
struct set {
	uint32_t first, count;
	uint32_t in_window; /* of the first, in a window of the set's weights */
};

static void set_window(struct sqz_ou_pass *pass, struct set *set)
{
	uint32_t planes = pass->window.plane_count;
	uint32_t c0 = set->first / planes;
	uint32_t c1 = (set->first + set->count - 1) / planes + 1;

	pass->window.col0 = c0;
	pass->window.cols = c1 - c0;
	set->in_window = set->first - c0 * planes;
}

/* Rows with a 1 in the set. */
static uint32_t rows_in_use(struct sqz_ou_pass *pass, const struct set *set,
			    uint16_t *rows)
{
	const struct sqz_ou_window *window = &pass->window;
	uint16_t masks[MAX_SET + 1] = { 0 };
	uint32_t count = 0;

	for (uint32_t i = 0; i < set->count; i++) {
		uint32_t at = set->in_window + i;

		masks[at / window->plane_count] |=
		    (uint16_t)(1u << window->planes[at % window->plane_count]);
	}
	for (uint32_t r = 0; r < pass->block->rows; r++) {
		const int16_t *row = pass->block->squeezed +
				     (size_t)r * pass->block->cols +
				     window->col0;
		unsigned used = 0;

		for (uint32_t c = 0; c < window->cols; c++)
			used |= (uint16_t)row[c] & masks[c];
		if (used)
			rows[count++] = (uint16_t)r;
	}
	return count;
}

static void scan_set(struct sqz_ou_pass *pass, const struct set *set,
		     const uint16_t *list, uint32_t rows)
{
	bool sre = pass->options->layout == SQZ_LAYOUT_SRE;
	uint32_t all = pass->block->rows;

	pass->item.listed = rows < all;
	pass->item.index_bits =
	    sre ? sqz_ou_smaller(all, rows * sqz_bits_for(all)) : 0;
	for (uint32_t at = 0; at < rows; at += pass->item.row_count) {
		sqz_ou_pass_rows(pass, list, rows, at);
		sqz_ou_draft_range(pass->s->maker, &pass->window,
				   pass->s->patterns, set->in_window,
				   set->count, &pass->item.draft);
		sqz_ou_pass_visit(pass);
		pass->item.index_bits = 0;
	}
}

void sqz_ou_pass_sets(struct sqz_ou_pass *pass)
{
	const uint16_t *list = pass->s->natural;
	uint32_t rows = pass->block->rows;
	uint32_t columns;

	sqz_ou_planes_all(&pass->window, pass->s->layer->lowest,
			  pass->s->layer->sign);
	columns = pass->block->cols * pass->window.plane_count;
	for (struct set set = { 0 }; set.first < columns;
	     set.first += set.count) {
		set.count = sqz_ou_smaller(columns - set.first,
					   pass->config->tile.ou_columns);
		set_window(pass, &set);
		if (pass->options->layout == SQZ_LAYOUT_SRE) {
			list = pass->s->rows;
			rows = rows_in_use(pass, &set, pass->s->rows);
		}
		scan_set(pass, &set, list, rows);
	}
}
