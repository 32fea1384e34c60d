#include "traces/breakdown.h"
#include "traces/critical/critical.h"
#include "traces/table.h"

#include <inttypes.h>
#include <string.h>

static const char *change_title(unsigned change)
{
	return change == CRITICAL_NETWORK ? "network clock"
					  : path_resource_titles[change];
}

static const char *change_column(unsigned change)
{
	return change == CRITICAL_NETWORK ? "network"
					  : path_resource_columns[change];
}

/* us with ns behind the point; times may be below 0. */
static void put_us(struct sqz_table *table, int64_t ps)
{
	char text[48];
	uint64_t size = ps < 0 ? 0 - (uint64_t)ps : (uint64_t)ps;
	uint64_t ns = (size + 500) / 1000;

	snprintf(text, sizeof(text), "%s%" PRIu64 ".%03" PRIu64,
		 ps < 0 && ns ? "-" : "", ns / 1000, ns % 1000);
	sqz_table_text(table, text);
}

static const char *layer_name(const struct critical *critical, uint16_t index)
{
	const struct runs *runs = &critical->runs;

	if (index == SQZ_NO_LAYER)
		return "no layer";
	if (index < runs->name_count && runs->names[index])
		return runs->names[index];
	return "?";
}

/* ---- resources ---- */

/* In % of the time looked at, with two decimals. */
static void put_gain_share(struct sqz_table *table,
			   const struct critical *critical, int64_t gain_ps)
{
	uint64_t span = critical->end_ps - critical->begin_ps;
	double share = span ? 100.0 * (double)gain_ps / (double)span : 0;
	char text[32];

	snprintf(text, sizeof(text), "%.2f", share);
	sqz_table_text(table, strcmp(text, "-0.00") ? text : "0.00");
}

static void put_resource(struct sqz_table *table,
			 const struct critical *critical, unsigned change,
			 const uint32_t *shares)
{
	const struct critical_gain *gain = &critical->gains[change];

	sqz_table_text(table, change_title(change));
	if (change < PATH_RESOURCES) {
		put_us(table, (int64_t)critical->ps[change]);
		sqz_table_decimal(table, shares[change], 1);
	} else {
		sqz_table_text(table, "");
		sqz_table_text(table, "");
	}
	if (gain->asked) {
		put_us(table, gain->ps);
		put_gain_share(table, critical, gain->ps);
	} else {
		sqz_table_text(table, "-");
		sqz_table_text(table, "-");
	}
}

static int print_resources(const struct critical *critical, FILE *file)
{
	static const char *const HEAD[] = { "resource", "on path us", "%",
					    "gain us",	"gain %",     NULL };
	uint32_t shares[PATH_RESOURCES];
	struct sqz_table table;

	sqz_shares(critical->ps, PATH_RESOURCES, critical->total_ps, shares);
	sqz_table_init(&table, HEAD);
	for (unsigned i = 0; i < CRITICAL_CHANGES; i++)
		put_resource(&table, critical, i, shares);
	int failed = sqz_table_print(&table, 1, file);
	sqz_table_free(&table);
	return failed;
}

/* ---- layers ---- */

static void put_layer(struct sqz_table *table, const struct critical *critical,
		      const struct critical_layer *layer)
{
	uint32_t shares[PATH_RESOURCES];

	if (layer->index == SQZ_NO_LAYER)
		sqz_table_text(table, "");
	else
		sqz_table_uint(table, layer->index);
	sqz_table_text(table, layer_name(critical, layer->index));
	put_us(table, (int64_t)layer->total_ps);
	sqz_shares(layer->ps, PATH_RESOURCES, layer->total_ps, shares);
	for (unsigned i = 0; i < PATH_RESOURCES; i++)
		sqz_table_decimal(table, shares[i], 1);
}

static int print_layers(const struct critical *critical, FILE *file)
{
	const char *head[3 + PATH_RESOURCES + 1] = { "layer", "name",
						     "on path us" };
	struct sqz_table table;

	memcpy(&head[3], path_resource_titles, sizeof(path_resource_titles));
	sqz_table_init(&table, head);
	for (size_t i = 0; i < critical->layer_count; i++)
		put_layer(&table, critical, &critical->layers[i]);
	int failed = sqz_table_print(&table, 2, file);
	sqz_table_free(&table);
	return failed;
}

/* ---- segments ---- */

static void put_where(struct sqz_table *table, const struct critical *critical,
		      const struct critical_segment *segment)
{
	const struct sqz_cause_graph *causes = &critical->causes;
	const struct sqz_event *event = &causes->events[segment->event];
	const char *name = causes->names.all[event->name];
	char text[128];

	if (segment->is_end)
		snprintf(text, sizeof(text), "after the last packet");
	else if (segment->is_way)
		snprintf(text, sizeof(text), "%s %u to %u", name, segment->node,
			 segment->dst);
	else
		snprintf(text, sizeof(text), "%s%s at %u",
			 event->is_mark ? "" : "before ", name, segment->node);
	sqz_table_text(table, text);
}

static int print_segments(const struct critical *critical, FILE *file)
{
	static const char *const HEAD[] = { "resource", "where", "layer",
					    "from us",	"ns",	 NULL };
	struct sqz_table table;

	sqz_table_init(&table, HEAD);
	for (size_t i = 0; i < critical->segment_count; i++) {
		const struct critical_segment *segment = &critical->segments[i];
		sqz_table_text(&table, path_resource_titles[segment->resource]);
		put_where(&table, critical, segment);
		sqz_table_text(&table, layer_name(critical, segment->layer));
		sqz_table_decimal(&table, segment->begin_ps / 1000, 3);
		sqz_table_decimal(&table, segment->end_ps - segment->begin_ps,
				  3);
	}
	int failed = sqz_table_print(&table, 3, file);
	sqz_table_free(&table);
	return failed;
}

/* ---- the whole ---- */

int critical_print(const struct critical *critical, FILE *file)
{
	uint64_t begin_ns = critical->begin_ps / 1000;
	uint64_t end_ns = critical->end_ps / 1000;

	fprintf(file,
		"critical path from %" PRIu64 ".%03" PRIu64 " to %" PRIu64
		".%03" PRIu64 " us; gain: if the resource took %" PRIu32
		" %% less\n\n",
		begin_ns / 1000, begin_ns % 1000, end_ns / 1000, end_ns % 1000,
		critical->options.percent);
	if (print_resources(critical, file))
		return -1;
	fprintf(file, "\nby layer, shares of its time on the path in %%\n\n");
	if (print_layers(critical, file))
		return -1;
	if (!critical->segment_count)
		return 0;
	fprintf(file, "\nlongest segments\n\n");
	return print_segments(critical, file);
}

static void put_csv_gain(struct sqz_table *table,
			 const struct critical *critical, unsigned change)
{
	const struct critical_gain *gain = &critical->gains[change];
	char text[32] = "";

	if (gain->asked)
		snprintf(text, sizeof(text), "%" PRId64, gain->ps);
	sqz_table_text(table, "run");
	sqz_table_text(table, "");
	sqz_table_text(table, "");
	sqz_table_text(table, change_column(change));
	if (change < PATH_RESOURCES)
		sqz_table_uint(table, critical->ps[change]);
	else
		sqz_table_text(table, "");
	sqz_table_text(table, text);
}

static void put_csv_layer(struct sqz_table *table,
			  const struct critical *critical,
			  const struct critical_layer *layer, unsigned resource)
{
	sqz_table_text(table, "layer");
	if (layer->index == SQZ_NO_LAYER)
		sqz_table_text(table, "");
	else
		sqz_table_uint(table, layer->index);
	sqz_table_text(table, layer_name(critical, layer->index));
	sqz_table_text(table, path_resource_columns[resource]);
	sqz_table_uint(table, layer->ps[resource]);
	sqz_table_text(table, "");
}

int critical_csv(const struct critical *critical, FILE *file)
{
	static const char *const HEAD[] = { "kind",	"layer",   "name",
					    "resource", "path_ps", "gain_ps",
					    NULL };
	struct sqz_table table;

	sqz_table_init(&table, HEAD);
	for (unsigned i = 0; i < CRITICAL_CHANGES; i++)
		put_csv_gain(&table, critical, i);
	for (size_t l = 0; l < critical->layer_count; l++)
		for (unsigned i = 0; i < PATH_RESOURCES; i++)
			put_csv_layer(&table, critical, &critical->layers[l],
				      i);
	int failed = sqz_table_csv(&table, file);
	sqz_table_free(&table);
	return failed;
}
