#include "ou_table.h"

static double ratio(double base, double value)
{
	return value > 0 ? base / value : 0;
}

static void add_layer(const struct sqz_ou_plan *plan, uint32_t blocks,
		      const struct sqz_ou_cost *cost,
		      struct sqz_ou_totals *totals)
{
	double positions = plan->positions;
	double arrays = sqz_ou_dense_arrays(plan, 0, blocks);
	uint64_t fj;

	if (arrays < 1)
		return;
	totals->arrays += (uint64_t)arrays;
	totals->ous += cost->ous;
	totals->index_bits += cost->index_bits;
	totals->time_ps += positions * (double)cost->busy_ps / arrays;
	totals->time_unlimited_ps +=
	    positions * (double)cost->busy_unlimited_ps / arrays;
	for (int law = 0; law < SQZ_ADC_LAWS; law++)
		if (!sqz_adc_energy_fj(plan->config, (enum sqz_adc_law)law,
				       plan->config->tile.adc_bits, &fj, NULL))
			totals->energy_fj[law] +=
			    positions * sqz_ou_energy(plan->config, cost,
						      plan->positions,
						      (double)fj)
					    .total_fj;
	struct sqz_ou_energy energy =
	    sqz_ou_energy(plan->config, cost, plan->positions,
			  (double)sqz_adc_tile_fj(plan->config));

	totals->tile_energy_fj += positions * energy.total_fj;
	totals->index_fj += positions * energy.fj[SQZ_OU_ENERGY_INDEX];
}

static void add_matrix(const struct sqz_quantized *net, uint32_t layer,
		       enum sqz_layout layout, struct sqz_ou_totals *totals)
{
	const struct sqz_ou_plan *plan = &net->ou[layer];
	const struct sqz_blocks *blocks = &net->blocks[layer];

	uint32_t sets = 1;

	if (layout != SQZ_LAYOUT_OU)
		sets = plan->config->tile.index_positions < plan->positions
			   ? plan->config->tile.index_positions
			   : plan->positions;
	totals->accumulators +=
	    (uint64_t)sets *
	    sqz_qlayer_out_channels(&net->net, &net->net.layers[layer]);
	totals->weight_bits +=
	    net->net.layers[layer].weight_count *
	    (blocks->planes - blocks->squeeze - blocks->truncate + 1);
	add_layer(plan, blocks->count,
		  &plan->costs[layout ? layout : plan->options.layout], totals);
}

void sqz_ou_layer_totals(const struct sqz_quantized *net, uint32_t layer,
			 enum sqz_layout layout, struct sqz_ou_totals *totals)
{
	*totals = (struct sqz_ou_totals){ 0 };
	if (net->net.layers[layer].kind == SQZ_STEP_MVM)
		add_matrix(net, layer, layout, totals);
}

void sqz_ou_totals(const struct sqz_quantized *net, enum sqz_layout layout,
		   struct sqz_ou_totals *totals)
{
	*totals = (struct sqz_ou_totals){ 0 };
	for (uint32_t i = 0; i < net->net.layer_count; i++)
		if (net->net.layers[i].kind == SQZ_STEP_MVM)
			add_matrix(net, i, layout, totals);
}

static double score_of(const struct sqz_ou_plan *plan,
		       const struct sqz_ou_cost *cost,
		       enum sqz_ou_objective objective)
{
	return sqz_ou_score(plan->config, cost, plan->positions, objective);
}

static double energy_of(const struct sqz_ou_plan *plan, enum sqz_layout layout)
{
	return score_of(plan, &plan->costs[layout], SQZ_OU_LEAST_ENERGY);
}

/* Times the objective of what was taken. */
static double against_taken(const struct sqz_ou_plan *plan,
			    const struct sqz_ou_cost *cost)
{
	enum sqz_ou_objective objective = plan->options.objective;

	return ratio(
	    score_of(plan, cost, objective),
	    score_of(plan, &plan->costs[plan->options.layout], objective));
}

static int layout_reason(const struct sqz_ou_plan *plan, char *text,
			 size_t size)
{
	const char *what = sqz_ou_objective_name(plan->options.objective);
	const struct sqz_ou_cost *costs = plan->costs;
	enum sqz_layout layout = plan->options.layout;

	if (!plan->chosen)
		return snprintf(text, size, "as asked");
	if (layout != SQZ_LAYOUT_SRE)
		return snprintf(text, size, "least %s: sre has %.2f times it",
				what,
				against_taken(plan, &costs[SQZ_LAYOUT_SRE]));
	if (plan->too_costly)
		return snprintf(text, size,
				"column has %.2f times the %s but %.2f times "
				"the energy",
				against_taken(plan, &costs[SQZ_LAYOUT_COLUMN]),
				what,
				ratio(energy_of(plan, SQZ_LAYOUT_COLUMN),
				      energy_of(plan, layout)));
	return snprintf(text, size, "least %s: column has %.2f times it", what,
			against_taken(plan, &costs[SQZ_LAYOUT_COLUMN]));
}

void sqz_ou_reason(const struct sqz_ou_plan *plan, char *text, size_t size)
{
	int used = layout_reason(plan, text, size);

	if (plan->options.reorder)
		used += snprintf(text + used, size - (size_t)used,
				 "; rows reordered");
	if (plan->compared)
		snprintf(text + used, size - (size_t)used,
			 "; %s: %s has %.2f times the %s",
			 plan->unsqueezed ? "all planes" : "squeezed",
			 plan->unsqueezed ? "squeezed" : "all planes",
			 against_taken(plan, &plan->rejected),
			 sqz_ou_objective_name(plan->options.objective));
}

void sqz_ou_layer_table(const struct sqz_quantized *net, FILE *out)
{
	fprintf(out, "%-20s %-10s %7s %9s %9s %6s %6s %6s %6s  %s\n", "layer",
		"layout", "window", "OUs", "sre OUs", "OUs", "time", "energy",
		"index", "why");
	for (uint32_t i = 0; i < net->net.layer_count; i++) {
		const struct sqz_ou_plan *plan = &net->ou[i];
		const struct sqz_ou_cost *taken =
		    &plan->costs[plan->options.layout];
		const struct sqz_ou_cost *sre = &plan->costs[SQZ_LAYOUT_SRE];
		double bits = (double)plan->costs[SQZ_LAYOUT_OU].cells;
		char reason[SQZ_OU_REASON_BYTES];

		if (net->net.layers[i].kind != SQZ_STEP_MVM)
			continue;
		fprintf(out, "%-20.20s %-10s %7u %9llu %9llu",
			net->net.layers[i].name,
			sqz_layout_name(plan->options.layout),
			sqz_ou_window_bits(plan, &net->blocks[i]),
			(unsigned long long)taken->ous,
			(unsigned long long)sre->ous);
		for (int o = 0; o < SQZ_OU_OBJECTIVES; o++)
			fprintf(
			    out, " %5.2fx",
			    ratio(score_of(plan, sre, (enum sqz_ou_objective)o),
				  score_of(plan, taken,
					   (enum sqz_ou_objective)o)));
		sqz_ou_reason(plan, reason, sizeof(reason));
		fprintf(out, " %6.3f  %s\n",
			ratio((double)taken->index_bits, bits), reason);
	}
	fprintf(out, "OUs, time, energy: how many times less than sre; index: "
		     "bits for each bit of the weight matrix\n");
}

static void print_total(const struct sqz_ou_totals *sre,
			const struct sqz_ou_totals *t, const char *name,
			double share, FILE *out)
{
	fprintf(out, "%5.2f %-10s %11llu %6.2f %6.2f %6.2f", share, name,
		(unsigned long long)t->ous,
		ratio((double)sre->ous, (double)t->ous),
		ratio(sre->time_ps, t->time_ps),
		ratio(sre->time_unlimited_ps, t->time_unlimited_ps));
	for (int law = 0; law < SQZ_ADC_LAWS; law++)
		if (t->energy_fj[law] > 0)
			fprintf(out, " %11.2f",
				ratio(sre->energy_fj[law], t->energy_fj[law]));
		else
			fprintf(out, " %11s", "-");
	fprintf(out, " %7.3f %7.1f\n",
		ratio((double)t->index_bits, (double)t->weight_bits),
		100 * ratio(t->index_fj, t->tile_energy_fj));
}

void sqz_ou_total_table(const struct sqz_quantized *net, double share,
			bool head, FILE *out)
{
	struct sqz_ou_totals sre, totals;

	if (head) {
		fprintf(out, "%5s %-10s %11s %6s %6s %6s", "prune", "layout",
			"OUs", "OUs", "time", "free");
		for (int law = 0; law < SQZ_ADC_LAWS; law++)
			fprintf(out, " %11s",
				sqz_adc_law_name((enum sqz_adc_law)law));
		fprintf(out, " %7s %7s\n", "index", "index %");
	}
	sqz_ou_totals(net, SQZ_LAYOUT_SRE, &sre);
	for (int i = SQZ_LAYOUT_OU; i < SQZ_LAYOUT_COUNT; i++) {
		sqz_ou_totals(net, (enum sqz_layout)i, &totals);
		print_total(&sre, &totals, sqz_layout_name((enum sqz_layout)i),
			    share, out);
	}
	sqz_ou_totals(net, SQZ_LAYOUT_FULL, &totals);
	print_total(&sre, &totals, "chosen", share, out);
}
