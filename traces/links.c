#include "traces/links.h"

#include "traces/room.h"
#include "traces/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PS_PER_NS 1000u

static const char COUNTER[] = "flits per 1000 cycles, link ";

struct reading {
	const char *path;
	struct sqz_links *links;
	size_t room;
	uint32_t *of_track; /* link's index + 1 by track, or 0 */
	size_t track_room;
	struct sqz_error *err;
};

static int no_memory(const struct reading *reading)
{
	return sqz_fail(reading->err, "%s: out of memory", reading->path);
}

/* One more; links that have a counter and sums are joined at the end. */
static struct sqz_link *add_link(struct reading *reading, const char *name)
{
	struct sqz_links *links = reading->links;

	struct sqz_link *all = sqz_room_for(links->all, links->count,
					    &reading->room, 64, sizeof(*all));
	if (!all)
		return NULL;
	links->all = all;
	struct sqz_link *link = &links->all[links->count];
	*link = (struct sqz_link){ .name = strdup(name) };
	if (!link->name)
		return NULL;
	links->count++;
	return link;
}

static int add_track(struct reading *reading, const struct sqz_track_info *info)
{
	uint32_t *of_track =
	    sqz_room_for(reading->of_track, info->index, &reading->track_room,
			 256, sizeof(*of_track));
	if (!of_track)
		return no_memory(reading);
	reading->of_track = of_track;
	reading->of_track[info->index] = 0;
	if (!info->is_counter || strncmp(info->name, COUNTER, strlen(COUNTER)))
		return 0;
	if (!add_link(reading, info->name + strlen(COUNTER)))
		return no_memory(reading);
	reading->of_track[info->index] = (uint32_t)reading->links->count;
	return 0;
}

static void note_use(struct sqz_link *link,
		     const struct sqz_trace_record *record)
{
	if (record->value <= 0 || (uint64_t)record->value <= link->peak)
		return;
	link->peak = (uint64_t)record->value;
	link->peak_ns = record->ns;
}

static int note_sums(struct reading *reading,
		     const struct sqz_trace_record *record)
{
	struct sqz_link *link = add_link(reading, record->name);

	if (!link)
		return no_memory(reading);
	link->has_sums = true;
	sqz_record_uint(record, "flits", &link->flits);
	sqz_record_uint(record, "bytes", &link->bytes);
	sqz_record_uint(record, "vc_busy_cycles", &link->vc_busy);
	sqz_record_uint(record, "no_credit_cycles", &link->no_credit);
	sqz_record_uint(record, "lost_cycles", &link->lost);
	sqz_record_uint(record, "cycle_ps", &link->cycle_ps);
	return 0;
}

static int take(void *user, const struct sqz_trace_record *record)
{
	struct reading *reading = user;

	if (record->type == SQZ_RECORD_TRACK)
		return add_track(reading, record->track);
	if (!record->track)
		return 0;
	uint32_t link = reading->of_track[record->track->index];
	if (record->type == SQZ_RECORD_COUNTER && link)
		note_use(&reading->links->all[link - 1], record);
	if (record->type != SQZ_RECORD_INSTANT)
		return 0;
	if (sqz_record_is_end(record))
		sqz_record_uint(record, "end_ps", &reading->links->end_ps);
	if (record->name && record->category &&
	    !strcmp(record->category, "link"))
		return note_sums(reading, record);
	return 0;
}

static int by_name(const void *left, const void *right)
{
	return strcmp(((const struct sqz_link *)left)->name,
		      ((const struct sqz_link *)right)->name);
}

static int by_use(const void *left, const void *right)
{
	const struct sqz_link *a = left;
	const struct sqz_link *b = right;

	if (a->flits != b->flits)
		return a->flits > b->flits ? -1 : 1;
	if (a->peak != b->peak)
		return a->peak > b->peak ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Makes one link of what the counter and the sums tell. */
static void join(struct sqz_link *to, const struct sqz_link *from)
{
	uint64_t peak = to->peak > from->peak ? to->peak : from->peak;
	uint64_t peak_ns = to->peak > from->peak ? to->peak_ns : from->peak_ns;
	char *name = to->name;

	if (from->has_sums)
		*to = *from;
	else
		free(from->name);
	if (from->has_sums)
		free(name);
	to->peak = peak;
	to->peak_ns = peak_ns;
}

static void join_all(struct sqz_links *links)
{
	size_t kept = 0;

	if (!links->count)
		return;
	qsort(links->all, links->count, sizeof(*links->all), by_name);
	for (size_t i = 1; i < links->count; i++)
		if (!strcmp(links->all[i].name, links->all[kept].name))
			join(&links->all[kept], &links->all[i]);
		else
			links->all[++kept] = links->all[i];
	links->count = kept + 1;
	qsort(links->all, links->count, sizeof(*links->all), by_use);
}

int sqz_links_read(const char *path, struct sqz_links *links,
		   struct sqz_error *err)
{
	struct reading reading = { .path = path, .links = links, .err = err };

	*links = (struct sqz_links){ 0 };
	int failed = sqz_trace_read(path, take, &reading, &links->file, err);
	free(reading.of_track);
	if (!failed && !links->count)
		failed = sqz_fail(err,
				  "%s: holds no links; trace the run with "
				  "--trace-level tiles or packets",
				  path);
	if (failed) {
		sqz_links_free(links);
		return -1;
	}
	join_all(links);
	if (!links->file.complete)
		links->end_ps = links->file.last_ns * PS_PER_NS;
	return 0;
}

void sqz_links_free(struct sqz_links *links)
{
	for (size_t i = 0; i < links->count; i++)
		free(links->all[i].name);
	free(links->all);
	*links = (struct sqz_links){ 0 };
}

/* ---- print ---- */

/* Cycles with a flit of all cycles of the run, in thousandths of a percent. */
static uint64_t use_of(const struct sqz_link *link, uint64_t end_ps)
{
	if (!end_ps)
		return 0;
	return (uint64_t)((unsigned __int128)link->flits * link->cycle_ps *
			  100000 / end_ps);
}

static void put_sums(struct sqz_table *table, const struct sqz_link *link,
		     const char *none)
{
	const uint64_t sums[] = { link->flits, link->bytes, link->vc_busy,
				  link->no_credit, link->lost };

	for (size_t i = 0; i < sizeof(sums) / sizeof(*sums); i++)
		if (link->has_sums)
			sqz_table_uint(table, sums[i]);
		else
			sqz_table_text(table, none);
}

int sqz_links_print(const struct sqz_links *links, uint64_t top, FILE *file)
{
	static const char *const HEAD[] = {
		"link", "flits", "bytes",      "waits: VC busy", "no credit",
		"lost", "use %", "peak use %", "until us",	 NULL,
	};
	size_t count = top && top < links->count ? top : links->count;
	struct sqz_table table;

	if (!links->file.complete)
		fprintf(file,
			"cut at byte %" PRIu64
			": links have no sums, only peaks\n",
			links->file.bytes);
	sqz_table_init(&table, HEAD);
	for (size_t i = 0; i < count; i++) {
		const struct sqz_link *link = &links->all[i];
		sqz_table_text(&table, link->name);
		put_sums(&table, link, "-");
		if (link->has_sums)
			sqz_table_decimal(&table, use_of(link, links->end_ps),
					  3);
		else
			sqz_table_text(&table, "-");
		sqz_table_decimal(&table, link->peak, 1);
		sqz_table_decimal(&table, link->peak_ns, 3);
	}
	int failed = sqz_table_print(&table, 1, file);
	if (count < links->count)
		fprintf(file, "and %zu more\n", links->count - count);
	sqz_table_free(&table);
	return failed;
}

int sqz_links_csv(const struct sqz_links *links, FILE *file)
{
	static const char *const HEAD[] = {
		"link",
		"flits",
		"bytes",
		"vc_busy_cycles",
		"no_credit_cycles",
		"lost_cycles",
		"cycle_ps",
		"peak_flits_per_1000_cycles",
		"peak_end_ns",
		NULL,
	};
	struct sqz_table table;

	sqz_table_init(&table, HEAD);
	for (size_t i = 0; i < links->count; i++) {
		const struct sqz_link *link = &links->all[i];
		sqz_table_text(&table, link->name);
		put_sums(&table, link, "");
		sqz_table_uint(&table, link->cycle_ps);
		sqz_table_uint(&table, link->peak);
		sqz_table_uint(&table, link->peak_ns);
	}
	int failed = sqz_table_csv(&table, file);
	sqz_table_free(&table);
	return failed;
}
