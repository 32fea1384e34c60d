/* The report as JSON. */
#include "map_report.h"

#include <jansson.h>

static void put(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

static void put_text(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, json_string(value));
}

static void put_count(json_t *object, const struct sqz_count *count,
		      uint64_t positions)
{
	put(object, "blocks", count->blocks);
	put(object, "cells", count->cells);
	put(object, "used_cells", count->used_cells);
	put(object, "wasted_cells", count->cells - count->used_cells);
	put(object, "ous", count->ous);
	put(object, "input_cycles", count->input_cycles);
	put(object, "adc_conversions", count->conversions * positions);
	put(object, "index_bits", count->index_bits);
}

static void put_cost(json_t *object, const struct sqz_cost *cost)
{
	json_t *energy = json_object();
	json_t *adc = json_object();

	for (int i = 0; i < SQZ_COST_COMPONENTS; i++)
		put(energy, sqz_cost_component_name((enum sqz_cost_component)i),
		    cost->fj[i]);
	for (int law = 0; law < SQZ_ADC_LAWS; law++)
		if (cost->adc_known[law])
			put(adc, sqz_adc_law_name((enum sqz_adc_law)law),
			    cost->adc_fj[law]);
	json_object_set_new(energy, "adc", adc);
	json_object_set_new(object, "energy_fj", energy);
	put(object, "adc_bits", cost->adc_bits);
	put(object, "time_ps", cost->time_ps);
}

static json_t *layers_json(const struct sqz_map_report *report,
			   const struct sqz_report_row *row)
{
	const struct sqz_qnet *net = report->net;
	json_t *layers = json_array();

	for (uint32_t i = 0; i < net->layer_count; i++) {
		if (net->layers[i].kind != SQZ_STEP_MVM)
			continue;
		json_t *layer = json_object();
		put_text(layer, "name", net->layers[i].name);
		put(layer, "arrays", row->counts[i].arrays);
		put_count(layer, &row->counts[i],
			  sqz_qlayer_positions(net, &net->layers[i]));
		put_cost(layer, &row->costs[i]);
		json_array_append_new(layers, layer);
	}
	return layers;
}

static void put_static(json_t *object, const struct sqz_report_row *row)
{
	json_t *energy = json_object();

	for (int law = 0; law < SQZ_ADC_LAWS; law++)
		if (row->equal_static_fj[law] > 0)
			put(energy, sqz_adc_law_name((enum sqz_adc_law)law),
			    (uint64_t)row->equal_static_fj[law]);
	json_object_set_new(object, "equal_arrays_static_fj", energy);
}

static json_t *row_json(const struct sqz_map_report *report,
			const struct sqz_report_row *row)
{
	static const char *const KINDS[] = { "baseline", "control", "chosen",
					     "variant" };
	json_t *object = json_object();

	put_text(object, "name", row->name);
	put_text(object, "what", row->what);
	put_text(object, "kind", KINDS[row->kind]);
	put_text(object, "sign", sqz_cell_sign_name(row->design.cells.sign));
	put(object, "planes", row->planes);
	put(object, "cell_bits", row->design.cells.cell_bits);
	put(object, "arrays", row->arrays);
	if (row->arrays_apart)
		put(object, "arrays_groups_apart", row->arrays_apart);
	put_count(object, &row->count, 1);
	put_cost(object, &row->cost);
	put(object, "interval_ps", (uint64_t)row->interval_ps);
	if (row->equal_interval_ps > 0)
		put(object, "equal_arrays_interval_ps",
		    (uint64_t)row->equal_interval_ps);
	if (row->many_interval_ps > 0)
		put(object, "many_arrays_interval_ps",
		    (uint64_t)row->many_interval_ps);
	put_static(object, row);
	json_object_set_new(object, "layers", layers_json(report, row));
	return object;
}

static void put_ratio(json_t *object, const char *key, double ratio)
{
	if (ratio > 0)
		json_object_set_new(object, key, json_real(ratio));
}

static json_t *laws_json(const double *ratios)
{
	json_t *object = json_object();

	for (int law = 0; law < SQZ_ADC_LAWS; law++)
		put_ratio(object, sqz_adc_law_name((enum sqz_adc_law)law),
			  ratios[law]);
	return object;
}

static json_t *summary_json(const struct sqz_report_mode *mode)
{
	json_t *summary = json_array();

	for (uint32_t r = 0; r < mode->row_count; r++) {
		const struct sqz_report_row *row = &mode->rows[r];

		if (!row->counts || row->kind > SQZ_REPORT_CONTROL)
			continue;
		struct sqz_report_ratios ratios = sqz_report_compare(mode, row);
		json_t *object = json_object();
		put_text(object, "against", row->name);
		put_ratio(object, "size", ratios.size);
		put_ratio(object, "throughput", ratios.throughput);
		put_ratio(object, "throughput_many", ratios.throughput_many);
		json_object_set_new(object, "energy", laws_json(ratios.energy));
		json_object_set_new(object, "energy_static",
				    laws_json(ratios.energy_static));
		json_array_append_new(summary, object);
	}
	return summary;
}

static json_t *factors_json(const struct sqz_report_mode *mode)
{
	json_t *factors = json_array();

	for (uint32_t i = 0; i < mode->factor_count; i++) {
		const struct sqz_report_factor *factor = &mode->factors[i];
		json_t *object = json_object();
		put_text(object, "name", factor->name);
		put(object, "before", factor->before);
		put(object, "after", factor->after);
		put(object, "without", factor->without);
		put(object, "with", factor->with);
		json_array_append_new(factors, object);
	}
	return factors;
}

static json_t *mode_json(const struct sqz_map_report *report,
			 const struct sqz_report_mode *mode)
{
	json_t *object = json_object();
	json_t *designs = json_array();

	put_text(object, "read", mode->mode == SQZ_READ_FULL ? "full" : "ou");
	for (uint32_t r = 0; r < mode->row_count; r++)
		if (mode->rows[r].counts)
			json_array_append_new(designs,
					      row_json(report, &mode->rows[r]));
	json_object_set_new(object, "designs", designs);
	json_object_set_new(object, "factors", factors_json(mode));
	json_object_set_new(object, "summary", summary_json(mode));
	put_text(object, "chosen", mode->rows[mode->chosen].name);
	put_text(object, "unsqueezed", mode->rows[mode->unsqueezed].name);
	return object;
}

int sqz_map_report_json(const struct sqz_map_report *report, FILE *out,
			struct sqz_error *err)
{
	const struct sqz_config *config = report->config;
	json_t *root = json_object();
	json_t *modes = json_array();

	put(root, "version", 1);
	put_text(root, "network", report->network);
	put_text(root, "scheme", report->scheme);
	put_text(root, "sign", report->sign);
	put(root, "cell_bits", report->cell_bits);
	json_object_set_new(root, "pruned", json_real(report->pruned));
	put(root, "weights", report->weights);
	put(root, "array_rows", config->tile.array_rows);
	put(root, "array_columns", config->tile.array_columns);
	put(root, "ou_rows", config->tile.ou_rows);
	put(root, "ou_columns", config->tile.ou_columns);
	put(root, "equal_arrays", report->budget);
	put(root, "many_arrays", SQZ_REPORT_MANY * report->budget);
	json_object_set_new(root, "static_fraction",
			    json_real(SQZ_REPORT_STATIC));
	for (int m = 0; m < 2; m++)
		json_array_append_new(modes,
				      mode_json(report, &report->modes[m]));
	json_object_set_new(root, "modes", modes);
	int result =
	    json_dumpf(root, out, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
	fputc('\n', out);
	json_decref(root);
	return result ? sqz_fail(err, "out of memory for the report") : 0;
}
