#include "traces/diff.h"
#include "traces/table.h"

#include <inttypes.h>
#include <string.h>

/* b - a of figures that have `digits` decimals, with its sign. */
static void put_difference(struct sqz_table *table, const uint64_t *values,
			   uint64_t divisor, unsigned digits)
{
	uint64_t a = values[0] / divisor, b = values[1] / divisor;
	uint64_t size = b > a ? b - a : a - b;
	uint64_t unit = 1;
	char text[48];

	for (unsigned i = 0; i < digits; i++)
		unit *= 10;
	snprintf(text, sizeof(text), "%s%" PRIu64,
		 b > a	 ? "+"
		 : b < a ? "-"
			 : "",
		 size / unit);
	size_t used = strlen(text);
	if (digits)
		snprintf(text + used, sizeof(text) - used, ".%0*" PRIu64,
			 (int)digits, size % unit);
	sqz_table_text(table, text);
}

/* The difference as a share of A, in tenths of a percent. */
static void put_percent(struct sqz_table *table, const uint64_t *values)
{
	uint64_t a = values[0], b = values[1];
	char text[48];

	if (!a) {
		sqz_table_text(table, b ? "new" : "0.0");
		return;
	}
	uint64_t size = b > a ? b - a : a - b;
	uint64_t tenths =
	    (uint64_t)(((unsigned __int128)size * 1000 + a / 2) / a);
	snprintf(text, sizeof(text), "%s%" PRIu64 ".%" PRIu64,
		 !tenths ? ""
		 : b > a ? "+"
			 : "-",
		 tenths / 10, tenths % 10);
	sqz_table_text(table, text);
}

static const char *state_of(const struct sqz_diff_row *row)
{
	return !row->in[0] ? "new" : !row->in[1] ? "missing" : "";
}

static void put_pair(struct sqz_table *table, const uint64_t *values)
{
	sqz_table_decimal(table, values[0] / 1000, 3);
	sqz_table_decimal(table, values[1] / 1000, 3);
	put_difference(table, values, 1000, 3);
	put_percent(table, values);
}

static void put_blanks(struct sqz_table *table, unsigned count)
{
	while (count--)
		sqz_table_text(table, "");
}

static int print_layers(const struct sqz_diff *diff, FILE *file)
{
	static const char *const HEAD[] = {
		"name", "",	"A us",	   "B us", "diff us",	  "%",
		"A nJ", "B nJ", "diff nJ", "%",	   "A NoC bytes", "B NoC bytes",
		"diff", NULL,
	};
	struct sqz_table table;

	sqz_table_init(&table, HEAD);
	for (size_t i = 0; i < diff->count; i++) {
		const struct sqz_diff_row *row = &diff->rows[i];
		const uint64_t *bytes = row->values[SQZ_DIFF_NOC_BYTES];
		sqz_table_text(&table, row->name);
		sqz_table_text(&table, state_of(row));
		put_pair(&table, row->values[SQZ_DIFF_TIME_PS]);
		if (i + 1 == diff->count) { /* the run */
			put_blanks(&table, 7);
			continue;
		}
		put_pair(&table, row->values[SQZ_DIFF_ENERGY_FJ]);
		sqz_table_uint(&table, bytes[0]);
		sqz_table_uint(&table, bytes[1]);
		put_difference(&table, bytes, 1, 0);
	}
	int failed = sqz_table_print(&table, 2, file);
	sqz_table_free(&table);
	return failed;
}

/* The resources of all layers, and of each layer what changed. */
static int print_resources(const struct sqz_diff *diff, FILE *file)
{
	static const char *const HEAD[] = { "name", "resource", "A us",
					    "B us", "diff us",	"%",
					    NULL };
	size_t layers = diff->count - 2;
	struct sqz_table table;

	sqz_table_init(&table, HEAD);
	for (size_t i = 0; i <= layers; i++)
		for (unsigned r = 0; r < SQZ_RESOURCES; r++) {
			const struct sqz_diff_row *row = &diff->rows[i];
			const uint64_t *values =
			    row->values[SQZ_DIFF_FIRST_RESOURCE + r];
			if (i < layers && values[0] == values[1])
				continue;
			sqz_table_text(&table, row->name);
			sqz_table_text(&table, sqz_resource_titles[r]);
			put_pair(&table, values);
		}
	int failed = sqz_table_print(&table, 2, file);
	sqz_table_free(&table);
	return failed;
}

int sqz_diff_print(const struct sqz_diff *diff, FILE *file)
{
	if (print_layers(diff, file))
		return -1;
	if (diff->has_resources) {
		fprintf(file, "\nresources that changed, and all layers\n");
		return print_resources(diff, file);
	}
	fprintf(file, "\nno resources: they need two traces of level tiles or "
		      "packets\n");
	return ferror(file) ? -1 : 0;
}

static const char *figure_name(unsigned figure)
{
	static const char *const NAMES[SQZ_DIFF_FIRST_RESOURCE] = {
		[SQZ_DIFF_TIME_PS] = "time_ps",
		[SQZ_DIFF_ENERGY_FJ] = "energy_fj",
		[SQZ_DIFF_NOC_BYTES] = "noc_bytes",
	};

	return figure < SQZ_DIFF_FIRST_RESOURCE
		   ? NAMES[figure]
		   : sqz_resource_columns[figure - SQZ_DIFF_FIRST_RESOURCE];
}

int sqz_diff_csv(const struct sqz_diff *diff, FILE *file)
{
	static const char *const HEAD[] = { "kind",	  "name", "state",
					    "figure",	  "a",	  "b",
					    "difference", NULL };
	unsigned figures =
	    diff->has_resources ? SQZ_DIFF_FIGURES : SQZ_DIFF_FIRST_RESOURCE;
	struct sqz_table table;

	sqz_table_init(&table, HEAD);
	for (size_t i = 0; i < diff->count; i++) {
		const struct sqz_diff_row *row = &diff->rows[i];
		bool is_run = i + 1 == diff->count;
		for (unsigned f = 0; f < (is_run ? 1 : figures); f++) {
			sqz_table_text(&table, is_run ? "run"
					       : i + 2 == diff->count
						   ? "total"
						   : "layer");
			sqz_table_text(&table, row->name);
			sqz_table_text(&table, state_of(row));
			sqz_table_text(&table, figure_name(f));
			sqz_table_uint(&table, row->values[f][0]);
			sqz_table_uint(&table, row->values[f][1]);
			put_difference(&table, row->values[f], 1, 0);
		}
	}
	int failed = sqz_table_csv(&table, file);
	sqz_table_free(&table);
	return failed;
}
