#include "traces/breakdown.h"
#include "traces/table.h"

#include <inttypes.h>
#include <string.h>

const char *const sqz_resource_titles[SQZ_RESOURCES] = {
	[SQZ_RESOURCE_ARRAY_READ] = "array read",
	[SQZ_RESOURCE_ADC] = "ADC",
	[SQZ_RESOURCE_VECTOR] = "vector",
	[SQZ_RESOURCE_BUFFER_FULL] = "buffer full",
	[SQZ_RESOURCE_DRAM] = "DRAM",
	[SQZ_RESOURCE_NOC_WAIT] = "NoC wait",
	[SQZ_RESOURCE_PROGRAMMING] = "programming",
	[SQZ_RESOURCE_DRIVER] = "driver",
	[SQZ_RESOURCE_CONTROL] = "control",
	[SQZ_RESOURCE_IDLE] = "idle",
};

const char *const sqz_resource_columns[SQZ_RESOURCES] = {
	[SQZ_RESOURCE_ARRAY_READ] = "array_read_ps",
	[SQZ_RESOURCE_ADC] = "adc_ps",
	[SQZ_RESOURCE_VECTOR] = "vector_ps",
	[SQZ_RESOURCE_BUFFER_FULL] = "buffer_full_ps",
	[SQZ_RESOURCE_DRAM] = "dram_ps",
	[SQZ_RESOURCE_NOC_WAIT] = "noc_wait_ps",
	[SQZ_RESOURCE_PROGRAMMING] = "programming_ps",
	[SQZ_RESOURCE_DRIVER] = "driver_ps",
	[SQZ_RESOURCE_CONTROL] = "control_ps",
	[SQZ_RESOURCE_IDLE] = "idle_ps",
};

#define FIRST_COLUMNS 5

void sqz_shares(const uint64_t *values, size_t count, uint64_t whole,
		uint32_t *shares)
{
	uint64_t sum = 0;
	uint64_t given = 0;

	memset(shares, 0, count * sizeof(*shares));
	if (!whole)
		return;
	for (size_t i = 0; i < count; i++) {
		sum += values[i];
		shares[i] =
		    (uint32_t)((unsigned __int128)values[i] * 1000 / whole);
		given += shares[i];
	}
	uint64_t due =
	    (uint64_t)(((unsigned __int128)sum * 1000 + whole / 2) / whole);
	for (; given < due; given++) {
		size_t best = 0;
		unsigned __int128 most = 0;
		for (size_t i = 0; i < count; i++) {
			unsigned __int128 exact =
			    (unsigned __int128)values[i] * 1000;
			unsigned __int128 now =
			    (unsigned __int128)shares[i] * whole;
			if (exact > now && exact - now > most) {
				most = exact - now;
				best = i;
			}
		}
		shares[best]++;
	}
}

static void put_head(struct sqz_table *table, const char *const *first,
		     const char *const *resources)
{
	const char *head[FIRST_COLUMNS + SQZ_RESOURCES + 1];
	size_t count = 0;

	while (*first)
		head[count++] = *first++;
	for (unsigned i = 0; i < SQZ_RESOURCES; i++)
		head[count++] = resources[i];
	head[count] = NULL;
	sqz_table_init(table, head);
}

static void put_index(struct sqz_table *table,
		      const struct sqz_breakdown_row *row, const char *none)
{
	if (row->has_index)
		sqz_table_uint(table, row->index);
	else
		sqz_table_text(table, none);
}

static void put_shares(struct sqz_table *table, const char *name,
		       const struct sqz_breakdown_row *row, bool has_dram)
{
	uint32_t shares[SQZ_RESOURCES];

	put_index(table, row, "");
	sqz_table_text(table, name);
	if (row->runs)
		sqz_table_uint(table, row->runs);
	else
		sqz_table_text(table, "");
	sqz_table_decimal(table, row->total_ps / 1000, 3);
	sqz_shares(row->ps, SQZ_RESOURCES, row->total_ps, shares);
	for (unsigned i = 0; i < SQZ_RESOURCES; i++)
		if (i == SQZ_RESOURCE_DRAM && !has_dram)
			sqz_table_text(table, "-");
		else
			sqz_table_decimal(table, shares[i], 1);
}

static struct sqz_breakdown_row total_of(const struct sqz_breakdown *breakdown)
{
	struct sqz_breakdown_row total = { 0 };

	for (size_t i = 0; i < breakdown->count; i++) {
		const struct sqz_breakdown_row *row = &breakdown->rows[i];
		total.runs += row->runs;
		total.total_ps += row->total_ps;
		for (unsigned r = 0; r < SQZ_RESOURCES; r++)
			total.ps[r] += row->ps[r];
	}
	return total;
}

int sqz_breakdown_print(const struct sqz_breakdown *breakdown, FILE *file)
{
	static const char *const FIRST[] = { "layer", "name", "runs",
					     "total us", NULL };
	struct sqz_breakdown_row total = total_of(breakdown);
	struct sqz_table table;

	if (!breakdown->file.complete)
		fprintf(file,
			"cut at byte %" PRIu64
			": the run did not finish, or the file was cut\n",
			breakdown->file.bytes);
	fprintf(file, "shares of each layer's time in %%\n\n");
	put_head(&table, FIRST, sqz_resource_titles);
	for (size_t i = 0; i < breakdown->count; i++)
		put_shares(&table, breakdown->rows[i].name, &breakdown->rows[i],
			   breakdown->has_dram);
	put_shares(&table, "all layers", &total, breakdown->has_dram);
	if (breakdown->outside.total_ps)
		put_shares(&table, "no layer runs", &breakdown->outside,
			   breakdown->has_dram);
	int failed = sqz_table_print(&table, 2, file);
	sqz_table_free(&table);
	return failed;
}

static void put_csv(struct sqz_table *table, const char *kind,
		    const struct sqz_breakdown_row *row)
{
	sqz_table_text(table, kind);
	put_index(table, row, "");
	sqz_table_text(table, row->name ? row->name : "");
	sqz_table_uint(table, row->runs);
	sqz_table_uint(table, row->total_ps);
	for (unsigned i = 0; i < SQZ_RESOURCES; i++)
		sqz_table_uint(table, row->ps[i]);
}

int sqz_breakdown_csv(const struct sqz_breakdown *breakdown, FILE *file)
{
	static const char *const FIRST[] = { "kind", "layer",	 "name",
					     "runs", "total_ps", NULL };
	struct sqz_table table;

	put_head(&table, FIRST, sqz_resource_columns);
	for (size_t i = 0; i < breakdown->count; i++)
		put_csv(&table, "layer", &breakdown->rows[i]);
	if (breakdown->outside.total_ps)
		put_csv(&table, "outside", &breakdown->outside);
	int failed = sqz_table_csv(&table, file);
	sqz_table_free(&table);
	return failed;
}
