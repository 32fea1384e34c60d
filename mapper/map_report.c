#include "map_report.h"

#include "report_rows.h"

#include <stdlib.h>

/* ---- comparisons ---- */

static void set_static(const struct sqz_report_maker *maker,
		       struct sqz_report_row *row)
{
	for (int i = 0; i < SQZ_ADC_LAWS; i++) {
		enum sqz_adc_law law = (enum sqz_adc_law)i;
		double power = sqz_array_peak_power(maker->source->config,
						    &row->design, law);

		if (power > 0 && row->equal_interval_ps > 0)
			row->equal_static_fj[i] = sqz_cost_static_fj(
			    &row->cost, law, SQZ_REPORT_STATIC, power,
			    maker->report->budget, row->equal_interval_ps);
	}
}

static void set_intervals(const struct sqz_report_maker *maker,
			  struct sqz_report_row *row)
{
	uint32_t layers = maker->source->lowered->layer_count;

	row->interval_ps =
	    sqz_cost_interval_ps(row->works, layers, row->arrays);
	row->equal_interval_ps =
	    sqz_cost_interval_ps(row->works, layers, maker->report->budget);
	row->many_interval_ps = sqz_cost_interval_ps(
	    row->works, layers, SQZ_REPORT_MANY * maker->report->budget);
	set_static(maker, row);
}

static void add_factor(struct sqz_report_mode *mode, const char *name,
		       enum sqz_report_rows before, enum sqz_report_rows after,
		       enum sqz_report_rows without, enum sqz_report_rows with)
{
	mode->factors[mode->factor_count++] = (struct sqz_report_factor){
		.name = name,
		.before = sqz_report_size(&mode->rows[before]),
		.after = sqz_report_size(&mode->rows[after]),
		.without = sqz_report_size(&mode->rows[without]),
		.with = sqz_report_size(&mode->rows[with]),
	};
}

static void set_factors(const struct sqz_report_maker *maker,
			struct sqz_report_mode *mode)
{
	bool twos = maker->source->form == SQZ_SIGN_TWOS_COMPLEMENT;
	int log_bits = maker->report->cell_bits / 2; /* 1 2 4: 0 1 2 */
	enum sqz_report_rows pair =
	    (enum sqz_report_rows)(SQZ_ROW_SCHEME_PAIR1 + log_bits);

	add_factor(mode, "word length", SQZ_ROW_PAIR16, SQZ_ROW_DENSE_PAIR1,
		   SQZ_ROW_WORD16, SQZ_ROW_DENSE);
	add_factor(mode, "free planes", SQZ_ROW_DENSE_PAIR1, SQZ_ROW_FREE_PAIR1,
		   SQZ_ROW_SCHEME_ALL, SQZ_ROW_SCHEME);
	add_factor(mode, "squeeze", SQZ_ROW_FREE_PAIR1, SQZ_ROW_SCHEME_PAIR1,
		   SQZ_ROW_UNSQUEEZED_FREE, SQZ_ROW_SCHEME);
	add_factor(mode, "sign form", SQZ_ROW_SCHEME_PAIR1,
		   twos ? SQZ_ROW_SCHEME_TWOS1 : SQZ_ROW_SCHEME_PAIR1, pair,
		   SQZ_ROW_SCHEME);
	add_factor(
	    mode, "cell bits",
	    twos ? SQZ_ROW_SCHEME_TWOS1 : SQZ_ROW_SCHEME_PAIR1, SQZ_ROW_SCHEME,
	    twos ? SQZ_ROW_SCHEME_TWOS1 : SQZ_ROW_SCHEME_PAIR1, SQZ_ROW_SCHEME);
	if (mode->rows[SQZ_ROW_SCHEME_NATURAL].counts)
		add_factor(mode, "row order", SQZ_ROW_SCHEME_NATURAL,
			   SQZ_ROW_SCHEME, SQZ_ROW_SCHEME_NATURAL,
			   SQZ_ROW_SCHEME);
	if (mode->rows[SQZ_ROW_PLANNED].counts)
		add_factor(mode, "sharing", SQZ_ROW_LAYOUT_SRE, SQZ_ROW_PLANNED,
			   SQZ_ROW_LAYOUT_SRE, SQZ_ROW_PLANNED);
	if (maker->source->unpruned)
		add_factor(mode, "pruning", SQZ_ROW_SCHEME_UNPRUNED,
			   SQZ_ROW_SCHEME, SQZ_ROW_SCHEME_UNPRUNED,
			   SQZ_ROW_SCHEME);
}

static void compare(const struct sqz_report_maker *maker,
		    struct sqz_report_mode *mode)
{
	bool planned = mode->rows[SQZ_ROW_PLANNED].counts;

	mode->row_count = SQZ_ROW_COUNT;
	for (int r = 0; r < SQZ_ROW_COUNT; r++)
		if (mode->rows[r].counts)
			set_intervals(maker, &mode->rows[r]);
	mode->chosen = planned ? SQZ_ROW_PLANNED : SQZ_ROW_SCHEME;
	mode->unsqueezed = SQZ_ROW_UNSQUEEZED_FREE;
	mode->squeezed = SQZ_ROW_SCHEME;
	set_factors(maker, mode);
}

/* ---- the report ---- */

static void describe(const struct sqz_report_source *source,
		     struct sqz_map_report *report)
{
	const struct sqz_qnet *net = source->lowered;

	*report = (struct sqz_map_report){ 0 };
	snprintf(report->network, sizeof(report->network), "%s",
		 source->network);
	snprintf(report->scheme, sizeof(report->scheme), "%s", source->scheme);
	snprintf(report->sign, sizeof(report->sign), "%s",
		 source->form == SQZ_SIGN_DIFFERENTIAL ? "pair" : "twos");
	report->cell_bits = source->schemes[0].cell_bits;
	report->pruned = source->pruned;
	report->net = net;
	report->config = source->config;
	report->modes[SQZ_READ_OU].mode = SQZ_READ_OU;
	for (uint32_t i = 0; i < net->layer_count; i++)
		if (net->layers[i].kind == SQZ_STEP_MVM)
			report->weights += sqz_layer_weights(net, i);
}

int sqz_map_report_make(const struct sqz_report_source *source,
			struct sqz_map_report *report, struct sqz_error *err)
{
	const struct sqz_report_maker maker = { source, report };

	describe(source, report);
	if (sqz_report_rows_make(&maker, err))
		return -1;
	report->budget =
	    source->budget
		? source->budget
		: report->modes[SQZ_READ_FULL].rows[SQZ_ROW_PAIR16].arrays;
	for (int mode = 0; mode < 2; mode++)
		compare(&maker, &report->modes[mode]);
	return 0;
}

void sqz_map_report_free(struct sqz_map_report *report)
{
	for (int mode = 0; mode < 2; mode++)
		for (int r = 0; r < SQZ_REPORT_MAX_ROWS; r++) {
			free(report->modes[mode].rows[r].counts);
			free(report->modes[mode].rows[r].costs);
			free(report->modes[mode].rows[r].works);
		}
	*report = (struct sqz_map_report){ 0 };
}

uint64_t sqz_report_size(const struct sqz_report_row *row)
{
	return row->design.read.mode == SQZ_READ_OU ? row->count.ous
						    : row->arrays;
}

static double quotient(double a, double b)
{
	return a > 0 && b > 0 ? a / b : 0;
}

struct sqz_report_ratios sqz_report_compare(const struct sqz_report_mode *mode,
					    const struct sqz_report_row *other)
{
	const struct sqz_report_row *chosen = &mode->rows[mode->chosen];
	struct sqz_report_ratios ratios = {
		.size = quotient((double)sqz_report_size(other),
				 (double)sqz_report_size(chosen)),
		.throughput = quotient(other->equal_interval_ps,
				       chosen->equal_interval_ps),
		.throughput_many =
		    quotient(other->many_interval_ps, chosen->many_interval_ps),
	};

	for (int i = 0; i < SQZ_ADC_LAWS; i++) {
		enum sqz_adc_law law = (enum sqz_adc_law)i;

		if (other->cost.adc_known[i] && chosen->cost.adc_known[i])
			ratios.energy[i] = quotient(
			    (double)sqz_cost_total_fj(&other->cost, law),
			    (double)sqz_cost_total_fj(&chosen->cost, law));
		ratios.energy_static[i] = quotient(other->equal_static_fj[i],
						   chosen->equal_static_fj[i]);
	}
	return ratios;
}
