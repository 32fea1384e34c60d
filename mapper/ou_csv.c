#include "ou_csv.h"

#include "csv.h"
#include "ou_table.h"

/* FULL: as planned. */
static const enum sqz_layout ROWS[SQZ_LAYOUT_COUNT] = {
	SQZ_LAYOUT_OU,	   SQZ_LAYOUT_SRE,  SQZ_LAYOUT_DUPLICATES,
	SQZ_LAYOUT_COLUMN, SQZ_LAYOUT_FULL,
};

void sqz_ou_csv_head(FILE *out)
{
	fputs("network,prune,layer,layout,taken,positions,arrays,ous,time_ns,"
	      "time_unlimited_ns,energy_pj",
	      out);
	for (int law = 0; law < SQZ_ADC_LAWS; law++)
		fprintf(out, ",energy_%s_pj",
			sqz_adc_law_name((enum sqz_adc_law)law));
	fputs(",index_pj,accumulators,index_bits,weight_bits,window,reordered,"
	      "reason\n",
	      out);
}

static void write_figures(const struct sqz_ou_totals *t, FILE *out)
{
	fprintf(out, ",%llu,%llu,%.3f,%.3f,%.3f", (unsigned long long)t->arrays,
		(unsigned long long)t->ous, t->time_ps / 1e3,
		t->time_unlimited_ps / 1e3, t->tile_energy_fj / 1e3);
	for (int law = 0; law < SQZ_ADC_LAWS; law++)
		if (t->energy_fj[law] > 0)
			fprintf(out, ",%.3f", t->energy_fj[law] / 1e3);
		else
			fputc(',', out);
	fprintf(out, ",%.3f,%llu,%llu,%llu", t->index_fj / 1e3,
		(unsigned long long)t->accumulators,
		(unsigned long long)t->index_bits,
		(unsigned long long)t->weight_bits);
}

static void write_names(const char *network, double share, const char *layer,
			enum sqz_layout layout, FILE *out)
{
	sqz_csv_name(network, out);
	fprintf(out, ",%g,", share);
	sqz_csv_name(layer, out);
	fprintf(out, ",%s",
		layout == SQZ_LAYOUT_FULL ? "chosen" : sqz_layout_name(layout));
}

/* What the plan took, on lines of its own choice only. */
static void write_choice(const struct sqz_ou_plan *plan,
			 const struct sqz_blocks *blocks, FILE *out)
{
	char reason[SQZ_OU_REASON_BYTES];

	sqz_ou_reason(plan, reason, sizeof(reason));
	fprintf(out, ",%u,%s,%s\n", sqz_ou_window_bits(plan, blocks),
		plan->options.reorder ? "yes" : "no", reason);
}

static void write_layer(const struct sqz_quantized *net, uint32_t layer,
			const char *network, double share, FILE *out)
{
	const struct sqz_ou_plan *plan = &net->ou[layer];
	struct sqz_ou_totals totals;

	for (int i = 0; i < SQZ_LAYOUT_COUNT; i++) {
		enum sqz_layout layout = ROWS[i];
		bool chosen = layout == SQZ_LAYOUT_FULL;

		sqz_ou_layer_totals(net, layer, layout, &totals);
		write_names(network, share, net->net.layers[layer].name, layout,
			    out);
		fprintf(out, ",%s,%u",
			chosen ? sqz_layout_name(plan->options.layout) : "",
			plan->positions);
		write_figures(&totals, out);
		if (chosen)
			write_choice(plan, &net->blocks[layer], out);
		else
			fputs(",,,\n", out);
	}
}

static void write_total(const struct sqz_quantized *net, const char *network,
			double share, FILE *out)
{
	struct sqz_ou_totals totals;

	for (int i = 0; i < SQZ_LAYOUT_COUNT; i++) {
		enum sqz_layout layout = ROWS[i];

		sqz_ou_totals(net, layout, &totals);
		write_names(network, share, "total", layout, out);
		fputs(",,", out);
		write_figures(&totals, out);
		fputs(",,,\n", out);
	}
}

void sqz_ou_csv_net(const struct sqz_quantized *net, const char *network,
		    double share, FILE *out)
{
	for (uint32_t i = 0; i < net->net.layer_count; i++)
		if (net->net.layers[i].kind == SQZ_STEP_MVM)
			write_layer(net, i, network, share, out);
	write_total(net, network, share, out);
}
