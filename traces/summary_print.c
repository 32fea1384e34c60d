#include "traces/summary.h"
#include "traces/table.h"

#include <inttypes.h>

static const char *const LAYER_HEAD[] = {
	"layer",       "name",	      "runs",	     "mean us",
	"total us",    "share %",     "MACs",	     "crossbars",
	"array reads", "conversions", "saturations", "input cycles",
	"energy nJ",   "NoC bytes",   NULL,
};

static const char *const CSV_HEAD[] = {
	"kind",
	"layer",
	"name",
	"runs",
	"total_ps",
	"crossbars",
	"macs",
	"array_reads",
	"adc_conversions",
	"adc_saturations",
	"input_cycles",
	"noc_bytes",
	"energy_fj",
	NULL,
};

static const char *const PHASE_HEAD[] = { "phase", "runs", "total us",
					  "share of run %", NULL };

static const char *const GROUP_HEAD[] = { "tracks",   "number", "slices",
					  "instants", "values", NULL };

/* part / whole in tenths of a percent. */
static uint64_t per_mille(uint64_t part, uint64_t whole)
{
	if (!whole)
		return 0;
	return (uint64_t)(((unsigned __int128)part * 1000 + whole / 2) / whole);
}

/* ps as us, with as many decimals as ns have. */
static void put_us(struct sqz_table *table, uint64_t ps)
{
	sqz_table_decimal(table, ps / 1000, 3);
}

static void put_index(struct sqz_table *table, const struct sqz_layer_sum *sum)
{
	if (sum->has_index)
		sqz_table_uint(table, sum->values[SQZ_LAYER_INDEX]);
	else
		sqz_table_text(table, "-");
}

static void put_values(struct sqz_table *table, const struct sqz_layer_sum *sum)
{
	sqz_table_uint(table, sum->values[SQZ_LAYER_MACS]);
	sqz_table_uint(table, sum->values[SQZ_LAYER_CROSSBARS]);
	sqz_table_uint(table, sum->values[SQZ_LAYER_ARRAY_READS]);
	sqz_table_uint(table, sum->values[SQZ_LAYER_ADC_CONVERSIONS]);
	sqz_table_uint(table, sum->values[SQZ_LAYER_ADC_SATURATIONS]);
	sqz_table_uint(table, sum->values[SQZ_LAYER_INPUT_CYCLES]);
	sqz_table_decimal(table, sum->values[SQZ_LAYER_ENERGY_FJ] / 1000, 3);
	sqz_table_uint(table, sum->values[SQZ_LAYER_NOC_BYTES]);
}

static struct sqz_layer_sum total_of(const struct sqz_summary *summary)
{
	struct sqz_layer_sum total = { 0 };

	for (size_t i = 0; i < summary->layer_count; i++) {
		const struct sqz_layer_sum *layer = &summary->layers[i];
		total.count += layer->count;
		total.total_ps += layer->total_ps;
		for (unsigned v = SQZ_LAYER_CROSSBARS; v < SQZ_LAYER_VALUES;
		     v++)
			total.values[v] += layer->values[v];
	}
	return total;
}

static int print_layers(const struct sqz_summary *summary, FILE *file)
{
	struct sqz_layer_sum total = total_of(summary);
	struct sqz_table table;

	sqz_table_init(&table, LAYER_HEAD);
	for (size_t i = 0; i < summary->layer_count; i++) {
		const struct sqz_layer_sum *layer = &summary->layers[i];
		put_index(&table, layer);
		sqz_table_text(&table, layer->name);
		sqz_table_uint(&table, layer->count);
		put_us(&table, layer->total_ps / layer->count);
		put_us(&table, layer->total_ps);
		sqz_table_decimal(
		    &table, per_mille(layer->total_ps, total.total_ps), 1);
		put_values(&table, layer);
	}
	sqz_table_text(&table, "");
	sqz_table_text(&table, "total");
	sqz_table_uint(&table, total.count);
	sqz_table_text(&table, "");
	put_us(&table, total.total_ps);
	sqz_table_decimal(&table, per_mille(total.total_ps, total.total_ps), 1);
	put_values(&table, &total);
	int failed = sqz_table_print(&table, 2, file);
	sqz_table_free(&table);
	return failed;
}

static int print_phases(const struct sqz_summary *summary, FILE *file)
{
	struct sqz_table table;

	sqz_table_init(&table, PHASE_HEAD);
	for (size_t i = 0; i < summary->phase_count; i++) {
		const struct sqz_layer_sum *phase = &summary->phases[i];
		sqz_table_text(&table, phase->name);
		sqz_table_uint(&table, phase->count);
		put_us(&table, phase->total_ps);
		sqz_table_decimal(
		    &table, per_mille(phase->total_ps, summary->end_ps), 1);
	}
	int failed = sqz_table_print(&table, 1, file);
	sqz_table_free(&table);
	return failed;
}

static int print_groups(const struct sqz_summary *summary, FILE *file)
{
	struct sqz_table table;

	sqz_table_init(&table, GROUP_HEAD);
	for (size_t i = 0; i < summary->group_count; i++) {
		const struct sqz_track_group *group = &summary->groups[i];
		sqz_table_text(&table, group->name);
		sqz_table_uint(&table, group->tracks);
		sqz_table_uint(&table, group->slices);
		sqz_table_uint(&table, group->instants);
		sqz_table_uint(&table, group->values);
	}
	int failed = sqz_table_print(&table, 1, file);
	sqz_table_free(&table);
	return failed;
}

static void print_file(const struct sqz_summary *summary, FILE *file)
{
	const struct sqz_trace_result *result = &summary->file;

	fprintf(file,
		"simulated time %" PRIu64 ".%06" PRIu64 " us, %" PRIu64
		" events in %" PRIu64 " chunks\n",
		summary->end_ps / 1000000, summary->end_ps % 1000000,
		result->events, result->chunks);
	if (!result->complete)
		fprintf(file,
			"cut at byte %" PRIu64
			": the run did not finish, or the file was cut\n",
			result->bytes);
	if (summary->left_open)
		fprintf(file, "%" PRIu64 " %s at the cut and %s not counted\n",
			summary->left_open,
			summary->left_open == 1 ? "layer had not ended"
						: "layers had not ended",
			summary->left_open == 1 ? "is" : "are");
	putc('\n', file);
}

int sqz_summary_print(const struct sqz_summary *summary, FILE *file)
{
	print_file(summary, file);
	if (summary->layer_count) {
		if (print_layers(summary, file))
			return -1;
	} else {
		fprintf(file, "no layers in this trace\n");
	}
	putc('\n', file);
	if (summary->phase_count) {
		if (print_phases(summary, file))
			return -1;
		putc('\n', file);
	}
	return summary->group_count ? print_groups(summary, file) : 0;
}

static void put_csv(struct sqz_table *table, const char *kind,
		    const struct sqz_layer_sum *sum)
{
	sqz_table_text(table, kind);
	if (sum->has_index)
		sqz_table_uint(table, sum->values[SQZ_LAYER_INDEX]);
	else
		sqz_table_text(table, "");
	sqz_table_text(table, sum->name);
	sqz_table_uint(table, sum->count);
	sqz_table_uint(table, sum->total_ps);
	for (unsigned i = SQZ_LAYER_CROSSBARS; i < SQZ_LAYER_VALUES; i++)
		sqz_table_uint(table, sum->values[i]);
}

int sqz_summary_csv(const struct sqz_summary *summary, FILE *file)
{
	struct sqz_table table;

	sqz_table_init(&table, CSV_HEAD);
	for (size_t i = 0; i < summary->layer_count; i++)
		put_csv(&table, "layer", &summary->layers[i]);
	for (size_t i = 0; i < summary->phase_count; i++)
		put_csv(&table, "phase", &summary->phases[i]);
	int failed = sqz_table_csv(&table, file);
	sqz_table_free(&table);
	return failed;
}
