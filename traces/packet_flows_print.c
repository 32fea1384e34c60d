#include "traces/packet_flows.h"
#include "traces/table.h"

#include <inttypes.h>

static const char *const KINDS[SQZ_GROUP_KINDS] = {
	[SQZ_GROUP_TYPE] = "type",
	[SQZ_GROUP_SOURCE] = "source",
	[SQZ_GROUP_DESTINATION] = "destination",
	[SQZ_GROUP_FLOW] = "flow",
};

static bool has(enum sqz_packet_group_kind kind,
		enum sqz_packet_group_kind part)
{
	return kind == SQZ_GROUP_FLOW || kind == part;
}

/* What the group's packets share; empty cells for what they do not. */
static void put_key(struct sqz_table *table,
		    const struct sqz_packet_flows *flows,
		    const struct sqz_packet_group *group,
		    enum sqz_packet_group_kind kind)
{
	sqz_table_text(
	    table, has(kind, SQZ_GROUP_TYPE) ? flows->types[group->type] : "");
	if (has(kind, SQZ_GROUP_SOURCE))
		sqz_table_uint(table, group->source);
	else
		sqz_table_text(table, "");
	if (has(kind, SQZ_GROUP_DESTINATION))
		sqz_table_uint(table, group->destination);
	else
		sqz_table_text(table, "");
}

static void put_figures(struct sqz_table *table,
			const struct sqz_packet_group *group)
{
	const struct histogram *latency = &group->latency_ns;

	sqz_table_uint(table, latency->count);
	sqz_table_uint(table, group->payload_bytes);
	sqz_table_decimal(
	    table,
	    (uint64_t)((unsigned __int128)latency->sum * 10 / latency->count),
	    1);
	sqz_table_uint(table, histogram_percentile(latency, 50));
	sqz_table_uint(table, histogram_percentile(latency, 90));
	sqz_table_uint(table, histogram_percentile(latency, 99));
	sqz_table_uint(table, latency->largest);
}

static int print_groups(const struct sqz_packet_flows *flows,
			enum sqz_packet_group_kind kind, uint64_t top,
			FILE *file)
{
	static const char *const HEAD[] = { "type",    "source", "destination",
					    "packets", "bytes",	 "mean ns",
					    "50 %",    "90 %",	 "99 %",
					    "slowest", NULL };
	const struct sqz_packet_groups *groups = &flows->groups[kind];
	size_t count = top < groups->count ? top : groups->count;
	struct sqz_table table;

	fprintf(file, "latency by %s (%zu of %zu)\n", KINDS[kind], count,
		groups->count);
	sqz_table_init(&table, HEAD);
	for (size_t i = 0; i < count; i++) {
		put_key(&table, flows, &groups->all[i], kind);
		put_figures(&table, &groups->all[i]);
	}
	int failed = sqz_table_print(&table, 1, file);
	sqz_table_free(&table);
	putc('\n', file);
	return failed;
}

static int print_slowest(const struct sqz_packet_flows *flows, uint64_t top,
			 FILE *file)
{
	static const char *const HEAD[] = { "type",	   "source",
					    "destination", "packet",
					    "layer",	   "created us",
					    "latency ns",  NULL };
	size_t count = top < flows->slow_count ? top : flows->slow_count;
	struct sqz_table table;

	fprintf(file, "slowest packets\n");
	sqz_table_init(&table, HEAD);
	for (size_t i = 0; i < count; i++) {
		const struct sqz_slow_packet *packet = &flows->slowest[i];
		sqz_table_text(&table, flows->types[packet->type]);
		sqz_table_uint(&table, packet->source);
		sqz_table_uint(&table, packet->destination);
		sqz_table_uint(&table, packet->id);
		sqz_table_uint(&table, packet->layer);
		sqz_table_decimal(&table, packet->created_ps, 6);
		sqz_table_uint(&table, packet->latency_ns);
	}
	int failed = sqz_table_print(&table, 1, file);
	sqz_table_free(&table);
	return failed;
}

int sqz_packet_flows_print(const struct sqz_packet_flows *flows, uint64_t top,
			   FILE *file)
{
	if (!flows->file.complete)
		fprintf(file,
			"cut at byte %" PRIu64
			": the run did not finish, or the file was cut\n",
			flows->file.bytes);
	if (flows->unsent)
		fprintf(file,
			"%" PRIu64 " packets are left out: the trace begins "
			"between their sending and their arrival\n",
			flows->unsent);
	for (unsigned kind = 0; kind < SQZ_GROUP_KINDS; kind++)
		if (print_groups(flows, (enum sqz_packet_group_kind)kind, top,
				 file))
			return -1;
	return print_slowest(flows, top, file);
}

int sqz_packet_flows_csv(const struct sqz_packet_flows *flows, FILE *file)
{
	static const char *const HEAD[] = {
		"by",	   "type",	    "source",  "destination",
		"packets", "payload_bytes", "mean_ns", "p50_ns",
		"p90_ns",  "p99_ns",	    "max_ns",  NULL,
	};
	struct sqz_table table;

	sqz_table_init(&table, HEAD);
	for (unsigned kind = 0; kind < SQZ_GROUP_KINDS; kind++)
		for (size_t i = 0; i < flows->groups[kind].count; i++) {
			const struct sqz_packet_group *group =
			    &flows->groups[kind].all[i];
			sqz_table_text(&table, KINDS[kind]);
			put_key(&table, flows, group,
				(enum sqz_packet_group_kind)kind);
			put_figures(&table, group);
		}
	int failed = sqz_table_csv(&table, file);
	sqz_table_free(&table);
	return failed;
}
