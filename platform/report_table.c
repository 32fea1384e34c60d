#include "report.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#define NAME_COLUMNS 24

/* One line of a table: a layer, means over its runs. */
struct row {
	char name[NAME_COLUMNS + 1];
	uint64_t macs;
	uint32_t crossbars;
	uint32_t tiles;
	uint32_t cycles;
	uint64_t saturations;
	double us;
	double uj;
	double kib;
};

static double per_run(uint64_t total, uint64_t runs)
{
	return runs ? (double)total / (double)runs : 0;
}

static struct row account_row(const struct sqz_config *config,
			      const struct sqz_account *account)
{
	struct sqz_energy energy =
	    sqz_energy_of(config, &account->tiles, &account->traffic);
	uint64_t runs = account->runs ? account->runs : 1;

	return (struct row){
		.saturations = account->tiles.adc_saturations,
		.us = per_run(account->time_ps, runs) / 1e6,
		.uj = per_run(sqz_energy_total(&energy), runs) / 1e9,
		.kib =
		    per_run(sqz_traffic_bytes(&account->traffic), runs) / 1024,
	};
}

/* "conv5 2/3" if it is a part; what is cut off is the layer's name. */
static void name_layer(struct row *row, const struct sqz_image_layer *layer)
{
	char part[16] = "";
	int room = NAME_COLUMNS;

	if (layer->parts)
		room -= snprintf(part, sizeof(part), " %u/%u", layer->part + 1u,
				 layer->parts);
	snprintf(row->name, sizeof(row->name), "%.*s%s", room, layer->name,
		 part);
}

static struct row layer_row(const struct sqz_run_result *result, uint32_t index)
{
	const struct sqz_image_layer *layer = &result->image->layers[index];
	struct row row =
	    account_row(result->config, &result->layer_accounts[index]);

	name_layer(&row, layer);
	row.macs = layer->macs;
	row.crossbars = layer->crossbars;
	row.tiles = layer->participants;
	row.cycles = layer->input_cycles;
	return row;
}

static void add_row(struct row *sum, const struct row *more)
{
	sum->macs += more->macs;
	sum->crossbars += more->crossbars;
	sum->us += more->us;
	sum->uj += more->uj;
	sum->kib += more->kib;
}

static void print_row(const struct row *row, FILE *out)
{
	fprintf(out, "%-24.24s %10llu %9u %5u %6u %10.2f %10.3f %9.1f %8llu\n",
		row->name, (unsigned long long)row->macs, row->crossbars,
		row->tiles, row->cycles, row->us, row->uj, row->kib,
		(unsigned long long)row->saturations);
}

static void print_phase(const char *name, const struct row *row, FILE *out)
{
	fprintf(out, "%-24s %43.2f %10.3f %9.1f\n", name, row->us, row->uj,
		row->kib);
}

/* Layers that overlap, by themselves or with those of other images, do not add
 * up to the time of an image. */
static const char *sum_name(const struct sqz_run_result *result)
{
	bool overlap = result->chain || result->most_in_flight > 1;

	return overlap ? "sum of layers" : "an image";
}

static void print_rounds(const struct sqz_run_result *result, FILE *out)
{
	uint32_t rounds = sqz_image_rounds(result->image->network);

	for (uint32_t i = 0; rounds > 1 && i < rounds; i++) {
		struct row row =
		    account_row(result->config, &result->rounds[i].account);
		char name[32];

		snprintf(name, sizeof(name), "  round %u, %llu times", i,
			 (unsigned long long)result->rounds[i].programmed);
		print_phase(name, &row, out);
	}
	if (result->program_overlap_ps)
		fprintf(out, "%-24s %43.2f\n", "  while layers ran",
			(double)result->program_overlap_ps / 1e6);
}

static void print_throughput(const struct sqz_run_result *result, FILE *out)
{
	struct sqz_throughput rate = sqz_run_throughput(result);

	fprintf(out, "%-24s %43.2f   %.1f images/s\n", "time per image",
		(double)rate.interval_ps / 1e6, (double)rate.per_1000_s / 1e3);
}

void sqz_report_table(const struct sqz_run_result *result, FILE *out)
{
	struct row sum = { 0 };
	struct row program = account_row(result->config, &result->program);

	fprintf(out, "%-24s %10s %9s %5s %6s %10s %10s %9s %8s\n", "layer",
		"MACs", "crossbars", "tiles", "cycles", "time us", "energy uJ",
		"NoC KiB", "satur.");
	for (uint32_t i = 0; i < result->layers; i++) {
		struct row row = layer_row(result, i);
		print_row(&row, out);
		sum.saturations += row.saturations;
		add_row(&sum, &row);
	}
	snprintf(sum.name, sizeof(sum.name), "%s", sum_name(result));
	print_row(&sum, out);
	print_throughput(result, out);
	print_phase("programming", &program, out);
	print_rounds(result, out);
	fprintf(out, "%-24s %43.2f\n", "boot", (double)result->boot_ps / 1e6);
}

/* ---- beside another run ---- */

static double number_at(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? (double)json_integer_value(value) : NAN;
}

static struct row report_row(const json_t *layer)
{
	double runs = number_at(layer, "runs");
	const json_t *energy = json_object_get(layer, "energy_fj");
	const json_t *noc = json_object_get(layer, "noc");
	double crossbars = number_at(layer, "crossbars");

	if (runs < 1)
		runs = 1;
	return (struct row){
		.crossbars = crossbars > 0 ? (uint32_t)crossbars : 0,
		.us = number_at(layer, "time_ps") / runs / 1e6,
		.uj = number_at(energy, "total") / runs / 1e9,
		.kib = number_at(noc, "bytes") / runs / 1024,
	};
}

static int check_layer(const struct sqz_run_result *result, const json_t *layer,
		       uint32_t index, const struct row *row, const char *path,
		       struct sqz_error *err)
{
	const char *name = json_string_value(json_object_get(layer, "name"));
	const struct sqz_image_layer *own = &result->image->layers[index];
	json_int_t part = json_integer_value(json_object_get(layer, "part"));

	if (!name || strcmp(name, own->name) != 0 ||
	    part != (own->parts ? own->part + 1 : 0))
		return sqz_fail(err, "%s: layer %u is of another network", path,
				index);
	if (isnan(row->us) || isnan(row->uj) || isnan(row->kib))
		return sqz_fail(err, "%s: layer %u: figures are missing", path,
				index);
	return 0;
}

static void print_pair(const struct row *own, const struct row *other,
		       FILE *out)
{
	fprintf(out,
		"%-24.24s | %6u %6u | %9.2f %9.2f | %8.3f %8.3f | %8.1f "
		"%8.1f\n",
		own->name, own->crossbars, other->crossbars, own->us, other->us,
		own->uj, other->uj, own->kib, other->kib);
}

static int print_pairs(const struct sqz_run_result *result,
		       const json_t *layers, const char *path, FILE *out,
		       struct sqz_error *err)
{
	struct row own_sum = { 0 };
	struct row other_sum = { .name = "" };

	fprintf(out, "%-24s | %13s | %19s | %17s | %17s\n", "", "crossbars",
		"time us", "energy uJ", "NoC KiB");
	fprintf(out, "%-24s | %6s %6s | %9s %9s | %8s %8s | %8s %8s\n", "layer",
		"this", "other", "this", "other", "this", "other", "this",
		"other");
	for (uint32_t i = 0; i < result->layers; i++) {
		const json_t *layer = json_array_get(layers, i);
		struct row own = layer_row(result, i);
		struct row other = report_row(layer);
		if (check_layer(result, layer, i, &other, path, err))
			return -1;
		print_pair(&own, &other, out);
		add_row(&own_sum, &own);
		add_row(&other_sum, &other);
	}
	snprintf(own_sum.name, sizeof(own_sum.name), "%s", sum_name(result));
	print_pair(&own_sum, &other_sum, out);
	return 0;
}

/* To be released with json_decref(). NULL with err set. */
static json_t *load_report(const char *path, uint32_t layers,
			   struct sqz_error *err)
{
	json_error_t why;
	json_t *root = json_load_file(path, 0, &why);

	if (!root) {
		sqz_fail(err, "%s: no report: %s", path, why.text);
		return NULL;
	}
	const size_t count = json_array_size(json_object_get(root, "layers"));
	if (count == layers)
		return root;
	sqz_fail(err, "%s: has %zu layers, this run %u", path, count, layers);
	json_decref(root);
	return NULL;
}

int sqz_report_check(const char *path, uint32_t layers, struct sqz_error *err)
{
	json_t *root = load_report(path, layers, err);

	if (!root)
		return -1;
	json_decref(root);
	return 0;
}

int sqz_report_beside(const struct sqz_run_result *result, const char *path,
		      FILE *out, struct sqz_error *err)
{
	json_t *root = load_report(path, result->layers, err);

	if (!root)
		return -1;
	int failed = print_pairs(result, json_object_get(root, "layers"), path,
				 out, err);
	json_decref(root);
	return failed;
}
