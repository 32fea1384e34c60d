#include "squeeze_choice.h"

#include "cost.h"

static struct sqz_design design_of(const struct sqz_config *config,
				   enum sqz_sign_form form,
				   const struct sqz_blocks *blocks)
{
	return (struct sqz_design){
		.cells = {
			.slicing = SQZ_SLICED,
			.sign = form == SQZ_SIGN_DIFFERENTIAL ? SQZ_CELLS_PAIR
							      : SQZ_CELLS_TWOS,
			.planes = blocks->planes - blocks->squeeze,
			.cell_bits = blocks->cell_bits,
			.free_planes = true,
		},
		.read = { .mode = SQZ_READ_FULL },
		.array_rows = config->tile.array_rows,
		.array_columns = config->tile.array_columns,
		.squeeze = blocks->squeeze,
	};
}

static int judge(const struct sqz_config *config, enum sqz_sign_form form,
		 const struct sqz_layer_view *view,
		 struct sqz_squeeze_option *option, struct sqz_error *err)
{
	const struct sqz_design design = design_of(config, form, view->blocks);
	enum sqz_adc_law law = (enum sqz_adc_law)config->tile.adc_law;
	struct sqz_count count;

	if (sqz_count_layer(view, &design, &count, err))
		return -1;
	const struct sqz_cost cost =
	    sqz_cost_layer(config, &design, view, &count);

	if (!cost.adc_known[law])
		return sqz_fail(err,
				"tile.adc_law %s does not know the %u bits "
				"that whole arrays need",
				sqz_adc_law_name(law), cost.adc_bits);
	*option = (struct sqz_squeeze_option){
		.arrays = count.arrays,
		.time_ps = cost.time_ps,
		.energy_fj = sqz_cost_total_fj(&cost, law),
	};
	return 0;
}

static uint64_t score(const struct sqz_squeeze_option *option,
		      enum sqz_ou_objective objective)
{
	switch (objective) {
	case SQZ_OU_LEAST_OUS:
		return option->arrays;
	case SQZ_OU_LEAST_TIME:
		return option->time_ps;
	default:
		return option->energy_fj;
	}
}

/* The objective, or what decides if both have the same of it. */
static enum sqz_ou_objective decisive(const struct sqz_squeeze_choice *choice,
				      enum sqz_ou_objective objective)
{
	if (score(&choice->squeeze, objective) !=
	    score(&choice->all_planes, objective))
		return objective;
	return objective == SQZ_OU_LEAST_OUS ? SQZ_OU_LEAST_TIME
					     : SQZ_OU_LEAST_OUS;
}

static bool squeeze_pays(const struct sqz_squeeze_choice *choice,
			 enum sqz_ou_objective objective)
{
	enum sqz_ou_objective by = decisive(choice, objective);

	return score(&choice->squeeze, by) <= score(&choice->all_planes, by);
}

static int choose_layer(const struct sqz_config *config,
			enum sqz_sign_form form,
			enum sqz_ou_objective objective,
			struct sqz_quantized *net, uint32_t layer,
			struct sqz_squeeze_choice *choice,
			struct sqz_error *err)
{
	struct sqz_layer_view view =
	    sqz_layer_view(&net->net, net->blocks, layer);
	struct sqz_blocks blocks;

	if (judge(config, form, &view, &choice->squeeze, err) ||
	    sqz_blocks_unsqueeze(&net->blocks[layer], &blocks, err))
		return -1;
	view.blocks = &blocks;
	if (judge(config, form, &view, &choice->all_planes, err)) {
		sqz_blocks_free(&blocks);
		return -1;
	}
	choice->compared = true;
	choice->squeezed = squeeze_pays(choice, objective);
	if (choice->squeezed) {
		sqz_blocks_free(&blocks);
		return 0;
	}
	sqz_blocks_free(&net->blocks[layer]);
	net->blocks[layer] = blocks;
	return 0;
}

int sqz_squeeze_choose(const struct sqz_config *config, enum sqz_sign_form form,
		       enum sqz_ou_objective objective,
		       struct sqz_quantized *net,
		       struct sqz_squeeze_choice *choices,
		       struct sqz_error *err)
{
	struct sqz_error reason;

	for (uint32_t i = 0; i < net->net.layer_count; i++) {
		choices[i] = (struct sqz_squeeze_choice){ 0 };
		if (net->net.layers[i].kind != SQZ_STEP_MVM ||
		    !net->blocks[i].squeeze)
			continue;
		if (choose_layer(config, form, objective, net, i, &choices[i],
				 &reason))
			return sqz_fail(err, "layer %.80s: %.300s",
					net->net.layers[i].name, reason.text);
	}
	return 0;
}

static double times(uint64_t a, uint64_t b)
{
	return b ? (double)a / (double)b : 0;
}

static void print_choice(const struct sqz_squeeze_choice *choice,
			 enum sqz_ou_objective objective, FILE *out)
{
	static const char *const NAMES[] = { "all planes", "squeezed" };
	const struct sqz_squeeze_option *taken =
	    choice->squeezed ? &choice->squeeze : &choice->all_planes;
	const struct sqz_squeeze_option *other =
	    choice->squeezed ? &choice->all_planes : &choice->squeeze;
	enum sqz_ou_objective by = decisive(choice, objective);

	fprintf(out, "%-10s %9llu %12.1f %12.1f  %s %s: %s has %.2f times it\n",
		NAMES[choice->squeezed], (unsigned long long)taken->arrays,
		(double)taken->time_ps / 1e6, (double)taken->energy_fj / 1e6,
		by == objective ? "least" : "equal; less",
		sqz_ou_objective_name(by), NAMES[!choice->squeezed],
		times(score(other, by), score(taken, by)));
}

void sqz_squeeze_table(const struct sqz_quantized *net,
		       const struct sqz_squeeze_choice *choices,
		       enum sqz_ou_objective objective, FILE *out)
{
	fprintf(out, "%-20s %-10s %9s %12s %12s  %s\n", "layer", "planes",
		"crossbars", "time us", "energy nJ", "why");
	for (uint32_t i = 0; i < net->net.layer_count; i++) {
		if (!choices[i].compared)
			continue;
		fprintf(out, "%-20.20s ", net->net.layers[i].name);
		print_choice(&choices[i], objective, out);
	}
}
