/* The report as a table for people. */
#include "map_report.h"

#define PICO 1e-12

static double ratio(uint64_t a, uint64_t b)
{
	return b ? (double)a / (double)b : 0;
}

static const char *mode_title(const struct sqz_report_mode *mode)
{
	return mode->mode == SQZ_READ_FULL ? "Whole arrays" : "Operation units";
}

static void print_head(const struct sqz_map_report *report, FILE *out)
{
	const struct sqz_config *config = report->config;

	fprintf(out,
		"%s: %llu weights in crossbars, %s, %s, cells of %u bits\n"
		"arrays of %u x %u, operation units of %u x %u, inputs of %d "
		"bits, ADCs without loss\n",
		report->network, (unsigned long long)report->weights,
		report->scheme, report->sign, report->cell_bits,
		config->tile.array_rows, config->tile.array_columns,
		config->tile.ou_rows, config->tile.ou_columns, SQZ_INPUT_BITS);
	if (report->pruned > 0)
		fprintf(out, "%.0f %% of the weights pruned in every design\n",
			100 * report->pruned);
}

/* ---- sizes ---- */

static void print_size_row(const struct sqz_report_mode *mode,
			   const struct sqz_report_row *row, FILE *out)
{
	const struct sqz_report_row *chosen = &mode->rows[mode->chosen];

	fprintf(out, "%-20s %6u %-6s %4u %9llu %7.2f", row->name, row->planes,
		sqz_cell_sign_name(row->design.cells.sign),
		row->design.cells.cell_bits, (unsigned long long)row->arrays,
		ratio(sqz_report_size(row), sqz_report_size(chosen)));
	if (row->arrays_apart)
		fprintf(out, " %9llu", (unsigned long long)row->arrays_apart);
	else
		fprintf(out, " %9s", "-");
	fprintf(out, " %10llu %6.1f %6u %4u %9.2f %9.1f\n",
		(unsigned long long)row->count.ous,
		100 - 100 * ratio(row->count.used_cells, row->count.cells),
		row->count.input_cycles, row->cost.adc_bits,
		(double)row->count.conversions * 1e-6,
		(double)row->count.index_bits / 8192);
}

static void print_sizes(const struct sqz_report_mode *mode, FILE *out)
{
	fprintf(out,
		"\n%s: sizes. 'x' is %s over the chosen design's; 'apart' "
		"without bundling\ndepthwise groups, all planes stored; "
		"conversions of one image\n",
		mode_title(mode),
		mode->mode == SQZ_READ_FULL ? "arrays" : "OUs");
	fprintf(out,
		"%-20s %6s %-6s %4s %9s %7s %9s %10s %6s %6s %4s %9s %9s\n",
		"design", "planes", "sign", "cell", "arrays", "x", "apart",
		"OUs", "waste%", "cycles", "ADC", "conv. M", "index KiB");
	for (uint32_t r = 0; r < mode->row_count; r++)
		if (mode->rows[r].counts)
			print_size_row(mode, &mode->rows[r], out);
}

/* ---- energy and pace ---- */

static void print_law(const struct sqz_cost *cost, enum sqz_adc_law law,
		      FILE *out)
{
	if (cost->adc_known[law])
		fprintf(out, " %11.2f",
			(double)sqz_cost_total_fj(cost, law) * 1e-9);
	else
		fprintf(out, " %11s", "-");
}

static void print_rate(double interval_ps, FILE *out)
{
	if (interval_ps > 0)
		fprintf(out, " %9.0f", 1 / (interval_ps * PICO));
	else
		fprintf(out, " %9s", "-");
}

static void print_cost_row(const struct sqz_report_row *row, FILE *out)
{
	fprintf(out, "%-20s", row->name);
	for (int i = 0; i < SQZ_COST_COMPONENTS; i++)
		fprintf(out, " %9.3f", (double)row->cost.fj[i] * 1e-9);
	for (int law = 0; law < SQZ_ADC_LAWS; law++)
		print_law(&row->cost, (enum sqz_adc_law)law, out);
	fprintf(out, " %9.1f", (double)row->cost.time_ps * 1e-6);
	print_rate(row->interval_ps, out);
	print_rate(row->equal_interval_ps, out);
	fprintf(out, "\n");
}

static void print_costs(const struct sqz_map_report *report,
			const struct sqz_report_mode *mode, FILE *out)
{
	fprintf(out,
		"\n%s: energy of one image in uJ by component without ADC, "
		"total with each ADC law\n(- where it does not hold); time of "
		"the layers one after the other in us; images/s pipelined\n"
		"on the design's arrays and on %llu arrays, filled with "
		"copies\n%-20s",
		mode_title(mode), (unsigned long long)report->budget, "design");
	for (int i = 0; i < SQZ_COST_COMPONENTS; i++)
		fprintf(out, " %9s",
			sqz_cost_component_name((enum sqz_cost_component)i));
	for (int law = 0; law < SQZ_ADC_LAWS; law++)
		fprintf(out, " %11s", sqz_adc_law_name((enum sqz_adc_law)law));
	fprintf(out, " %9s %9s %9s\n", "time us", "img/s", "equal");
	for (uint32_t r = 0; r < mode->row_count; r++)
		if (mode->rows[r].counts)
			print_cost_row(&mode->rows[r], out);
}

/* ---- factors ---- */

static void print_factors(const struct sqz_report_mode *mode, FILE *out)
{
	fprintf(out,
		"\n%s: one row a factor, in %s; 'fixed': against the chosen "
		"design without it\n%-12s %10s %10s %7s %7s\n",
		mode_title(mode),
		mode->mode == SQZ_READ_FULL ? "arrays" : "OUs", "factor",
		"before", "after", "x", "fixed");
	for (uint32_t i = 0; i < mode->factor_count; i++) {
		const struct sqz_report_factor *factor = &mode->factors[i];
		fprintf(out, "%-12s %10llu %10llu %7.2f %7.2f\n", factor->name,
			(unsigned long long)factor->before,
			(unsigned long long)factor->after,
			ratio(factor->before, factor->after),
			ratio(factor->without, factor->with));
	}
}

static void print_times(int width, double value, FILE *out)
{
	if (value > 0)
		fprintf(out, " %*.2f", width, value);
	else
		fprintf(out, " %*s", width, "-");
}

static void print_against(const struct sqz_report_mode *mode,
			  const struct sqz_report_row *row, FILE *out)
{
	struct sqz_report_ratios ratios = sqz_report_compare(mode, row);

	fprintf(out, "%-20s", row->name);
	print_times(9, ratios.size, out);
	print_times(9, ratios.throughput, out);
	print_times(9, ratios.throughput_many, out);
	for (int law = 0; law < SQZ_ADC_LAWS; law++)
		print_times(11, ratios.energy[law], out);
	print_times(11, ratios.energy_static[SQZ_ADC_LINEAR], out);
	fprintf(out, "\n");
}

/* Against whatever is not the same weights in other cells. */
static void print_summary(const struct sqz_map_report *report,
			  const struct sqz_report_mode *mode, FILE *out)
{
	const struct sqz_report_row *chosen = &mode->rows[mode->chosen];
	const struct sqz_report_row *with = &mode->rows[mode->squeezed];
	const struct sqz_report_row *without = &mode->rows[mode->unsqueezed];

	fprintf(out,
		"\n%s: summary. How many times better %s in %s cells of %u "
		"bits is than each design:\nfewer %s; images/s on %llu arrays "
		"and on %d times as many, freed ones filled with copies\n(a "
		"design that fills them has none); less energy under each ADC "
		"law (copies do not change it);\nthe same on the equal arrays "
		"with %.0f %% of their peak power drawn all the time, law "
		"linear.\n'free' is squeeze alone: the same without squeeze\n"
		"%-20s %9s %9s %9s",
		mode_title(mode), chosen->name, report->sign,
		chosen->design.cells.cell_bits,
		mode->mode == SQZ_READ_FULL ? "arrays" : "OUs",
		(unsigned long long)report->budget, SQZ_REPORT_MANY,
		100 * SQZ_REPORT_STATIC, "against", "size", "images/s",
		"on many");
	for (int law = 0; law < SQZ_ADC_LAWS; law++)
		fprintf(out, " %11s", sqz_adc_law_name((enum sqz_adc_law)law));
	fprintf(out, " %11s\n", "static");
	for (uint32_t r = 0; r < mode->row_count; r++)
		if (mode->rows[r].counts &&
		    mode->rows[r].kind <= SQZ_REPORT_CONTROL)
			print_against(mode, &mode->rows[r], out);
	fprintf(out, "squeeze alone: passes of %u cycles, not %u\n",
		with->count.input_cycles, without->count.input_cycles);
}

/* ---- layers ---- */

static void print_layers(const struct sqz_map_report *report,
			 const struct sqz_report_mode *mode, FILE *out)
{
	const struct sqz_report_row *row = &mode->rows[mode->chosen];
	const struct sqz_report_row *base = &mode->rows[mode->unsqueezed];

	fprintf(out,
		"\n%s: layers under %s; uJ by the law accelergy\n%-28s %8s "
		"%10s %10s %8s %8s %7s %6s %9s %9s %9s %9s\n",
		mode_title(mode), row->name, "layer", "blocks", "unsqueezed",
		"arrays", "OUs", "waste%", "cycles", "ADC", "conv. M",
		"index bit", "energy uJ", "time us");
	for (uint32_t i = 0; i < report->net->layer_count; i++) {
		const struct sqz_count *count = &row->counts[i];
		const struct sqz_cost *cost = &row->costs[i];
		const struct sqz_qlayer *layer = &report->net->layers[i];
		uint32_t positions = sqz_qlayer_positions(report->net, layer);

		if (layer->kind != SQZ_STEP_MVM)
			continue;
		fprintf(out,
			"%-28.28s %8llu %10llu %10llu %8llu %8.1f %7u %6u "
			"%9.3f %9llu %9.3f %9.2f\n",
			layer->name, (unsigned long long)count->blocks,
			(unsigned long long)base->counts[i].arrays,
			(unsigned long long)count->arrays,
			(unsigned long long)count->ous,
			100 - 100 * ratio(count->used_cells, count->cells),
			count->input_cycles, cost->adc_bits,
			(double)(count->conversions * positions) * 1e-6,
			(unsigned long long)count->index_bits,
			(double)sqz_cost_total_fj(cost, SQZ_ADC_ACCELERGY) *
			    1e-9,
			(double)cost->time_ps * 1e-6);
	}
}

void sqz_map_report_table(const struct sqz_map_report *report, FILE *out)
{
	print_head(report, out);
	for (int m = 0; m < 2; m++) {
		const struct sqz_report_mode *mode = &report->modes[m];

		print_sizes(mode, out);
		print_factors(mode, out);
		print_summary(report, mode, out);
		print_costs(report, mode, out);
		print_layers(report, mode, out);
	}
	fprintf(out, "\ndesigns:\n");
	for (uint32_t r = 0; r < report->modes[1].row_count; r++)
		if (report->modes[1].rows[r].counts)
			fprintf(out, "  %-20s %s\n",
				report->modes[1].rows[r].name,
				report->modes[1].rows[r].what);
}
