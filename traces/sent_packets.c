#include "traces/sent_packets.h"

#include <stdlib.h>

#define FIRST_SIZE 256u

/* Where a search for an id begins. */
static size_t home_of(const struct sent_packets *table, uint64_t id)
{
	return (size_t)(id * 0x9e3779b97f4a7c15u >> 24) & (table->size - 1);
}

static size_t after(const struct sent_packets *table, size_t at)
{
	return (at + 1) & (table->size - 1);
}

/* Its place, or the free one where it belongs. */
static size_t find(const struct sent_packets *table, uint64_t id)
{
	size_t at = home_of(table, id);

	while (table->all[at].used && table->all[at].id != id)
		at = after(table, at);
	return at;
}

static int grow(struct sent_packets *table)
{
	struct sent_packets larger = {
		.size = table->size ? table->size * 2 : FIRST_SIZE,
		.count = table->count,
	};

	larger.all = calloc(larger.size, sizeof(*larger.all));
	if (!larger.all)
		return -1;
	for (size_t i = 0; i < table->size; i++)
		if (table->all[i].used)
			larger.all[find(&larger, table->all[i].id)] =
			    table->all[i];
	free(table->all);
	*table = larger;
	return 0;
}

int sent_packets_add(struct sent_packets *table,
		     const struct sent_packet *packet)
{
	if (2 * (table->count + 1) > table->size && grow(table))
		return -1;
	struct sent_packet *place = &table->all[find(table, packet->id)];
	table->count += !place->used;
	*place = *packet;
	place->used = true;
	return 0;
}

/* Those behind move up, unless that puts them before their home: searches end
 * at the first free place. */
static void close_gap(struct sent_packets *table, size_t gap)
{
	const size_t mask = table->size - 1;

	for (size_t at = after(table, gap); table->all[at].used;
	     at = after(table, at)) {
		size_t home = home_of(table, table->all[at].id);
		if (((at - home) & mask) < ((at - gap) & mask))
			continue;
		table->all[gap] = table->all[at];
		gap = at;
	}
	table->all[gap].used = false;
}

bool sent_packets_take(struct sent_packets *table, uint64_t id,
		       struct sent_packet *packet)
{
	if (!table->size)
		return false;
	size_t at = find(table, id);
	if (!table->all[at].used)
		return false;
	*packet = table->all[at];
	table->count--;
	close_gap(table, at);
	return true;
}

void sent_packets_free(struct sent_packets *table)
{
	free(table->all);
	*table = (struct sent_packets){ 0 };
}
