/* The report as CSV: a line for every layer of every design, and its total. */
#include "csv.h"
#include "map_report.h"

static const char *mode_name(enum sqz_read_mode mode)
{
	return mode == SQZ_READ_FULL ? "full" : "ou";
}

static void print_line(const struct sqz_report_row *row, const char *layer,
		       uint64_t arrays, const struct sqz_count *count,
		       const struct sqz_cost *cost, uint64_t positions,
		       FILE *out)
{
	fprintf(out, "%s,", mode_name(row->design.read.mode));
	sqz_csv_name(row->name, out);
	fputc(',', out);
	sqz_csv_name(layer, out);
	fprintf(out, ",%u,%u,%llu,%llu,%llu,%llu,%llu,%u,%u,%llu,%llu,%llu",
		row->planes, row->design.cells.cell_bits,
		(unsigned long long)count->blocks, (unsigned long long)arrays,
		(unsigned long long)count->ous,
		(unsigned long long)count->cells,
		(unsigned long long)count->used_cells, count->input_cycles,
		cost->adc_bits,
		(unsigned long long)(count->conversions * positions),
		(unsigned long long)count->index_bits,
		(unsigned long long)cost->time_ps);
	for (int i = 0; i < SQZ_COST_COMPONENTS; i++)
		fprintf(out, ",%llu", (unsigned long long)cost->fj[i]);
	for (int law = 0; law < SQZ_ADC_LAWS; law++)
		if (cost->adc_known[law])
			fprintf(out, ",%llu",
				(unsigned long long)cost->adc_fj[law]);
		else
			fputc(',', out);
	fputc('\n', out);
}

static void print_row(const struct sqz_map_report *report,
		      const struct sqz_report_row *row, FILE *out)
{
	const struct sqz_qnet *net = report->net;

	for (uint32_t i = 0; i < net->layer_count; i++)
		if (net->layers[i].kind == SQZ_STEP_MVM)
			print_line(
			    row, net->layers[i].name, row->counts[i].arrays,
			    &row->counts[i], &row->costs[i],
			    sqz_qlayer_positions(net, &net->layers[i]), out);
	print_line(row, "total", row->arrays, &row->count, &row->cost, 1, out);
}

void sqz_map_report_csv(const struct sqz_map_report *report, FILE *out)
{
	fprintf(out, "mode,design,layer,planes,cell_bits,blocks,arrays,ous,"
		     "cells,used_cells,input_cycles,adc_bits,conversions,"
		     "index_bits,time_ps");
	for (int i = 0; i < SQZ_COST_COMPONENTS; i++)
		fprintf(out, ",%s_fj",
			sqz_cost_component_name((enum sqz_cost_component)i));
	for (int law = 0; law < SQZ_ADC_LAWS; law++)
		fprintf(out, ",adc_%s_fj",
			sqz_adc_law_name((enum sqz_adc_law)law));
	fputc('\n', out);
	for (int m = 0; m < 2; m++)
		for (uint32_t r = 0; r < report->modes[m].row_count; r++)
			if (report->modes[m].rows[r].counts)
				print_row(report, &report->modes[m].rows[r],
					  out);
}
