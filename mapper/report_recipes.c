#include "report_recipes.h"

const struct sqz_recipe sqz_recipes[SQZ_ROW_RECIPES] = {
	[SQZ_ROW_PAIR16] = { "pair16",
			     "16-bit words, 1-bit cells, differential pair, "
			     "sliced",
			     SQZ_REPORT_BASELINE, SQZ_FROM_SHAPES, SQZ_SLICED,
			     SQZ_CELLS_PAIR, 16, 1, false, false },
	[SQZ_ROW_ISAAC16] = { "isaac16",
			      "16-bit words, 2-bit cells, offset, flips, unit "
			      "column",
			      SQZ_REPORT_BASELINE, SQZ_FROM_SHAPES,
			      SQZ_SIDE_BY_SIDE, SQZ_CELLS_OFFSET, 15, 2, false,
			      false },
	[SQZ_ROW_ISAAC8] = { "isaac8",
			     "8-bit words, 2-bit cells, offset, flips, unit "
			     "column",
			     SQZ_REPORT_BASELINE, SQZ_FROM_SHAPES,
			     SQZ_SIDE_BY_SIDE, SQZ_CELLS_OFFSET, 7, 2, false,
			     false },
	[SQZ_ROW_SRE8] = { "sre8",
			   "INT8, two's complement side by side, zero "
			   "rows skipped",
			   SQZ_REPORT_BASELINE, SQZ_FROM_PLAIN_INT8,
			   SQZ_SIDE_BY_SIDE, SQZ_CELLS_TWOS, 7, 1, false,
			   true },
	[SQZ_ROW_INT8] = { "int8",
			   "INT8 in the scheme's cells, empty planes "
			   "released",
			   SQZ_REPORT_BASELINE, SQZ_FROM_PLAIN_INT8, SQZ_SLICED,
			   SQZ_AS_CHOSEN, 0, SQZ_AS_CHOSEN, true, false },
	[SQZ_ROW_INT8_SKIP] = { "int8+skip", "int8, zero rows skipped",
				SQZ_REPORT_BASELINE, SQZ_FROM_PLAIN_INT8,
				SQZ_SLICED, SQZ_AS_CHOSEN, 0, SQZ_AS_CHOSEN,
				true, true },
	[SQZ_ROW_DENSE] = { "dense",
			    "the scheme without squeeze, all planes stored",
			    SQZ_REPORT_CONTROL, SQZ_FROM_UNSQUEEZED, SQZ_SLICED,
			    SQZ_AS_CHOSEN, 0, SQZ_AS_CHOSEN, false, false },
	[SQZ_ROW_UNSQUEEZED_FREE] = { "free",
				      "the scheme without squeeze, empty "
				      "planes "
				      "released",
				      SQZ_REPORT_CONTROL, SQZ_FROM_UNSQUEEZED,
				      SQZ_SLICED, SQZ_AS_CHOSEN, 0,
				      SQZ_AS_CHOSEN, true, false },
	[SQZ_ROW_UNSQUEEZED_SKIP] = { "free+skip", "free, zero rows skipped",
				      SQZ_REPORT_CONTROL, SQZ_FROM_UNSQUEEZED,
				      SQZ_SLICED, SQZ_AS_CHOSEN, 0,
				      SQZ_AS_CHOSEN, true, true },
	[SQZ_ROW_CUT] = { "cut",
			  "8 planes, the lowest cut off: as many planes as the "
			  "scheme",
			  SQZ_REPORT_CONTROL, SQZ_FROM_EQUAL_CUT, SQZ_SLICED,
			  SQZ_AS_CHOSEN, 0, SQZ_AS_CHOSEN, true, false },
	[SQZ_ROW_CUT_SKIP] = { "cut+skip", "truncation, zero rows skipped",
			       SQZ_REPORT_CONTROL, SQZ_FROM_EQUAL_CUT,
			       SQZ_SLICED, SQZ_AS_CHOSEN, 0, SQZ_AS_CHOSEN,
			       true, true },
	[SQZ_ROW_INT] = { "int", "INT-N of as many planes as the scheme",
			  SQZ_REPORT_CONTROL, SQZ_FROM_EQUAL_INT, SQZ_SLICED,
			  SQZ_AS_CHOSEN, 0, SQZ_AS_CHOSEN, true, false },
	[SQZ_ROW_INT_SKIP] = { "int+skip", "INT-N, zero rows skipped",
			       SQZ_REPORT_CONTROL, SQZ_FROM_EQUAL_INT,
			       SQZ_SLICED, SQZ_AS_CHOSEN, 0, SQZ_AS_CHOSEN,
			       true, true },
	[SQZ_ROW_SCHEME] = { NULL, "the chosen scheme, empty planes released",
			     SQZ_REPORT_CHOSEN, SQZ_FROM_CHOSEN, SQZ_SLICED,
			     SQZ_AS_CHOSEN, 0, SQZ_AS_CHOSEN, true, false },
	[SQZ_ROW_SCHEME_SKIP] = { "chosen+skip",
				  "the chosen scheme, zero rows skipped",
				  SQZ_REPORT_VARIANT, SQZ_FROM_CHOSEN,
				  SQZ_SLICED, SQZ_AS_CHOSEN, 0, SQZ_AS_CHOSEN,
				  true, true },
	[SQZ_ROW_SCHEME_ALL] = { "chosen, all planes",
				 "empty planes stored, too", SQZ_REPORT_VARIANT,
				 SQZ_FROM_CHOSEN, SQZ_SLICED, SQZ_AS_CHOSEN, 0,
				 SQZ_AS_CHOSEN, false, false },
	[SQZ_ROW_SCHEME_PAIR1] = { "chosen, pair 1 bit",
				   "the chosen scheme in other cells",
				   SQZ_REPORT_VARIANT, SQZ_FROM_CHOSEN,
				   SQZ_SLICED, SQZ_CELLS_PAIR, 0, 1, true,
				   false },
	[SQZ_ROW_SCHEME_PAIR2] = { "chosen, pair 2 bit",
				   "the chosen scheme in other cells",
				   SQZ_REPORT_VARIANT, SQZ_FROM_CHOSEN,
				   SQZ_SLICED, SQZ_CELLS_PAIR, 0, 2, true,
				   false },
	[SQZ_ROW_SCHEME_PAIR4] = { "chosen, pair 4 bit",
				   "the chosen scheme in other cells",
				   SQZ_REPORT_VARIANT, SQZ_FROM_CHOSEN,
				   SQZ_SLICED, SQZ_CELLS_PAIR, 0, 4, true,
				   false },
	[SQZ_ROW_SCHEME_TWOS1] = { "chosen, twos 1 bit",
				   "the chosen scheme in other cells",
				   SQZ_REPORT_VARIANT, SQZ_FROM_CHOSEN,
				   SQZ_SLICED, SQZ_CELLS_TWOS, 0, 1, true,
				   false },
	[SQZ_ROW_SCHEME_TWOS2] = { "chosen, twos 2 bit",
				   "the chosen scheme in other cells",
				   SQZ_REPORT_VARIANT, SQZ_FROM_CHOSEN,
				   SQZ_SLICED, SQZ_CELLS_TWOS, 0, 2, true,
				   false },
	[SQZ_ROW_SCHEME_TWOS4] = { "chosen, twos 4 bit",
				   "the chosen scheme in other cells",
				   SQZ_REPORT_VARIANT, SQZ_FROM_CHOSEN,
				   SQZ_SLICED, SQZ_CELLS_TWOS, 0, 4, true,
				   false },
	[SQZ_ROW_FREE_PAIR1] = { "free, pair 1 bit",
				 "without squeeze, in other cells",
				 SQZ_REPORT_VARIANT, SQZ_FROM_UNSQUEEZED,
				 SQZ_SLICED, SQZ_CELLS_PAIR, 0, 1, true,
				 false },
	[SQZ_ROW_DENSE_PAIR1] = { "dense, pair 1 bit",
				  "without squeeze, all planes, in other cells",
				  SQZ_REPORT_VARIANT, SQZ_FROM_UNSQUEEZED,
				  SQZ_SLICED, SQZ_CELLS_PAIR, 0, 1, false,
				  false },
	[SQZ_ROW_WORD16] = { "16-bit words",
			     "16-bit words in the scheme's cells, all planes",
			     SQZ_REPORT_VARIANT, SQZ_FROM_SHAPES, SQZ_SLICED,
			     SQZ_AS_CHOSEN, 16, SQZ_AS_CHOSEN, false, false },
	[SQZ_ROW_SCHEME_UNPRUNED] = { "chosen, unpruned",
				      "the chosen scheme, no weight pruned",
				      SQZ_REPORT_VARIANT, SQZ_FROM_UNPRUNED,
				      SQZ_SLICED, SQZ_AS_CHOSEN, 0,
				      SQZ_AS_CHOSEN, true, false },
	[SQZ_ROW_SCHEME_NATURAL] = { "chosen, natural rows",
				     "the chosen scheme, rows in natural order",
				     SQZ_REPORT_VARIANT, SQZ_FROM_NATURAL,
				     SQZ_SLICED, SQZ_AS_CHOSEN, 0,
				     SQZ_AS_CHOSEN, true, false },
};

_Static_assert((int)SQZ_ROW_COUNT <= SQZ_REPORT_MAX_ROWS, "a row for each");

struct sqz_design sqz_recipe_design(const struct sqz_recipe *recipe,
				    const struct sqz_report_source *source,
				    enum sqz_read_mode mode)
{
	enum sqz_cell_sign chosen = source->form == SQZ_SIGN_DIFFERENTIAL
					? SQZ_CELLS_PAIR
					: SQZ_CELLS_TWOS;
	const struct sqz_config *config = source->config;
	enum sqz_cell_sign sign = recipe->sign == SQZ_AS_CHOSEN
				      ? chosen
				      : (enum sqz_cell_sign)recipe->sign;
	unsigned planes = recipe->planes ? (unsigned)recipe->planes : 1;

	/* The sign is one of a word's 16 bits. */
	if (planes == 16 && sign != SQZ_CELLS_PAIR)
		planes--;
	return (struct sqz_design){
		.cells = {
			.slicing = recipe->slicing,
			.sign = sign,
			.planes = planes,
			.cell_bits = recipe->cell_bits == SQZ_AS_CHOSEN
					 ? source->schemes[0].cell_bits
					 : (unsigned)recipe->cell_bits,
			.free_planes = recipe->free_planes,
		},
		.read = {
			.mode = mode,
			.ou_rows = config->tile.ou_rows,
			.ou_columns = config->tile.ou_columns,
			.skip_zero_rows = recipe->skip,
		},
		.array_rows = config->tile.array_rows,
		.array_columns = config->tile.array_columns,
	};
}

/* True if all layers of the chosen design have the weights of the recipe. */
static bool is_chosen(const struct sqz_recipe *recipe,
		      const struct sqz_report_source *source)
{
	for (uint32_t i = 0; i < source->lowered->layer_count; i++) {
		const struct sqz_scheme *chosen = &source->schemes[i];
		struct sqz_scheme scheme =
		    sqz_recipe_scheme(chosen, recipe->weights);

		if (scheme.quantizer != chosen->quantizer ||
		    scheme.planes != chosen->planes ||
		    scheme.squeeze != chosen->squeeze ||
		    scheme.truncate != chosen->truncate)
			return false;
	}
	return true;
}

static bool keeps_seven_planes(const struct sqz_report_source *source)
{
	for (uint32_t i = 0; i < source->lowered->layer_count; i++) {
		const struct sqz_scheme *s = &source->schemes[i];

		if (s->planes - s->squeeze - s->truncate != 7)
			return false;
	}
	return true;
}

/* True if another row says the same. */
static bool is_double(const struct sqz_recipe *recipe,
		      const struct sqz_report_source *source)
{
	switch (recipe->weights) {
	case SQZ_FROM_PLAIN_INT8:
		return recipe->slicing == SQZ_SLICED &&
		       is_chosen(recipe, source);
	case SQZ_FROM_EQUAL_CUT:
		return is_chosen(recipe, source);
	case SQZ_FROM_EQUAL_INT: /* or INT8 beside it */
		return is_chosen(recipe, source) || keeps_seven_planes(source);
	default:
		return false;
	}
}

static bool orders_rows(const struct sqz_report_source *source)
{
	for (uint32_t i = 0; i < source->lowered->layer_count; i++)
		if (source->schemes[i].order_blocks)
			return true;
	return false;
}

bool sqz_recipe_applies(const struct sqz_recipe *recipe,
			const struct sqz_report_source *source,
			enum sqz_read_mode mode)
{
	struct sqz_design design = sqz_recipe_design(recipe, source, mode);

	if ((recipe->weights == SQZ_FROM_UNPRUNED && !source->unpruned) ||
	    (recipe->weights == SQZ_FROM_NATURAL && !orders_rows(source)) ||
	    is_double(recipe, source))
		return false;
	return !recipe->skip ||
	       (mode == SQZ_READ_OU && (design.cells.sign != SQZ_CELLS_TWOS ||
					design.cells.cell_bits == 1));
}

struct sqz_scheme sqz_recipe_scheme(const struct sqz_scheme *chosen,
				    enum sqz_report_weights weights)
{
	struct sqz_scheme scheme = *chosen;
	unsigned kept = chosen->planes - chosen->squeeze - chosen->truncate;

	scheme.correct_bias = false;
	scheme.cell_bits = 1;
	if (weights == SQZ_FROM_NATURAL || weights == SQZ_FROM_PLAIN_INT8)
		scheme.order_blocks = 0;
	if (weights == SQZ_FROM_CHOSEN || weights == SQZ_FROM_UNPRUNED ||
	    weights == SQZ_FROM_NATURAL)
		return scheme;
	scheme.squeeze = 0;
	if (weights == SQZ_FROM_UNSQUEEZED)
		return scheme;
	scheme.quantizer = SQZ_QUANTIZER_INT;
	scheme.truncate = 0;
	scheme.planes = weights == SQZ_FROM_PLAIN_INT8 ? 7 : kept;
	if (weights == SQZ_FROM_EQUAL_CUT && kept < 8) {
		scheme.planes = 8;
		scheme.truncate = 8 - kept;
	}
	return scheme;
}
