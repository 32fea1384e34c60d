/* Traces of which only the last part was kept, against whole ones. */
#include "traces/check.h"
#include "traces/reader.h"

#include "sample.h"
#include "scratch.h"

#define IMAGES	    400u
#define CHUNK_BYTES 2048u
#define US	    1000000ull /* in ps */

static void write_last(const char *name, uint64_t last_ps, uint64_t last_bytes,
		       bool completes)
{
	struct sqz_trace_options options = { .level = SQZ_TRACE_TILES,
					     .chunk_bytes = CHUNK_BYTES,
					     .last_ps = last_ps,
					     .last_bytes = last_bytes };
	struct sqz_trace_stats stats;
	struct sqz_error err;
	struct sqz_trace *trace = sqz_trace_open(scratch(name), &options, &err);

	ck_assert_msg(trace != NULL, "%s", err.text);
	sample_write(trace, IMAGES);
	int failed = (completes ? sqz_trace_close
				: sqz_trace_abandon)(trace, &stats, &err);
	ck_assert_msg(!failed, "%s", err.text);
	ck_assert_uint_eq(stats.misuse_total, 0);
}

/* What a reader sees: events later than from_ns, as one hash in their order,
 * and what the front tells. */
struct seen {
	uint64_t from_ns;
	uint64_t hash;
	uint64_t events; /* later than from_ns */
	uint64_t all;
	uint64_t first_ns; /* of the events that are no begins */
	bool has_front;
	uint64_t from_ps, dropped_chunks, dropped_events;
	struct sqz_trace_result file;
};

static void mix(struct seen *seen, uint64_t value)
{
	seen->hash = (seen->hash ^ value) * 0x100000001b3u;
}

static void mix_text(struct seen *seen, const char *text)
{
	for (; text && *text; text++)
		mix(seen, (uint8_t)*text);
}

static int see(void *user, const struct sqz_trace_record *record)
{
	struct seen *seen = user;
	const struct sqz_trace_extra *extra = &record->extra;

	if (record->type == SQZ_RECORD_TRACK)
		return 0;
	ck_assert_ptr_nonnull(record->track);
	if (sqz_record_is_front(record)) {
		ck_assert(!seen->all && !seen->has_front);
		seen->has_front = true;
		sqz_record_uint(record, "from_ps", &seen->from_ps);
		sqz_record_uint(record, "dropped_chunks",
				&seen->dropped_chunks);
		sqz_record_uint(record, "dropped_events",
				&seen->dropped_events);
		return 0;
	}
	seen->all++;
	if (record->type != SQZ_RECORD_BEGIN && record->ns < seen->first_ns)
		seen->first_ns = record->ns;
	if (record->ns <= seen->from_ns || sqz_record_is_end(record))
		return 0;
	seen->events++;
	mix(seen, record->type);
	mix(seen, record->ns);
	mix(seen, (uint64_t)record->value);
	mix(seen, record->track->uuid);
	mix_text(seen, record->track->name);
	mix_text(seen, record->name);
	mix_text(seen, record->category);
	for (uint32_t i = 0; i < extra->arg_count; i++) {
		mix_text(seen, extra->args[i].name);
		if (extra->args[i].kind == SQZ_TRACE_UINT)
			mix(seen, extra->args[i].value.u);
	}
	for (uint32_t i = 0; i < extra->flow_count; i++)
		mix(seen, extra->flows[i]);
	return 0;
}

static struct seen look(const char *name, uint64_t from_ns)
{
	struct seen seen = { .from_ns = from_ns, .first_ns = UINT64_MAX };
	struct sqz_error err;

	ck_assert_msg(
	    !sqz_trace_read(scratch(name), see, &seen, &seen.file, &err), "%s",
	    err.text);
	return seen;
}

static struct sqz_trace_check checked(const char *name)
{
	struct sqz_trace_check check;
	struct sqz_error err;

	ck_assert_msg(!sqz_trace_check(scratch(name), &check, &err), "%s",
		      err.text);
	ck_assert_msg(!check.problems, "%s", check.lines[0]);
	return check;
}

/* All that is later than what was dropped is there, and nothing is much older
 * than asked for. */
static void check_part(const char *name, const char *whole, uint64_t last_ps)
{
	struct seen front = look(name, 0);
	uint64_t from_ns = front.from_ps / 1000;
	struct seen part = look(name, from_ns);
	struct seen all = look(whole, from_ns);
	uint64_t now_ps = all.file.last_ns * 1000;

	ck_assert(part.has_front);
	ck_assert_uint_gt(part.dropped_chunks, 0);
	ck_assert_uint_gt(part.dropped_events, 0);
	ck_assert_uint_gt(part.events, 0);
	ck_assert_uint_eq(part.events, all.events);
	ck_assert_uint_eq(part.hash, all.hash);
	/* The layers before stand beside what they end. */
	ck_assert_uint_lt(part.all, all.all / 4);
	if (last_ps)
		ck_assert_uint_ge(part.first_ns * 1000 + last_ps * 5 / 4,
				  now_ps);
}

START_TEST(keeps_the_end)
{
	static const uint64_t spans[] = { 20 * US, 100 * US, 333 * US };

	sample_file(scratch("whole"), IMAGES, CHUNK_BYTES);
	for (unsigned i = 0; i < sizeof(spans) / sizeof(*spans); i++) {
		write_last("part", spans[i], 0, true);
		ck_assert(!scratch_exists("part.part"));
		check_part("part", "whole", spans[i]);
		struct sqz_trace_check check = checked("part");
		ck_assert(check.file.complete);
		ck_assert_uint_lt(check.file.tracks, 20);
	}
}
END_TEST

/* What was open when the run failed is shown, with its own begin. */
START_TEST(keeps_the_end_of_a_failure)
{
	sample_file(scratch("whole"), IMAGES, CHUNK_BYTES);
	write_last("part", 50 * US, 0, false);
	ck_assert(!scratch_exists("part"));
	ck_assert(!checked("part.part").file.complete);
	struct seen part = look("part.part", 0);
	part = look("part.part", part.from_ps / 1000);
	ck_assert_uint_eq(part.events,
			  look("whole", part.from_ps / 1000).events);
}
END_TEST

/* More time than there is: the whole trace, without a marker. */
START_TEST(longer_than_the_run)
{
	sample_file(scratch("whole"), IMAGES, CHUNK_BYTES);
	write_last("part", UINT64_MAX, 0, true);
	struct seen part = look("part", 0);
	struct seen all = look("whole", 0);

	ck_assert(!part.has_front);
	ck_assert_uint_eq(part.all, all.all);
	ck_assert_uint_eq(part.hash, all.hash);
	checked("part");
}
END_TEST

START_TEST(bytes_are_limited)
{
	struct stat file;

	sample_file(scratch("whole"), IMAGES, CHUNK_BYTES);
	write_last("part", UINT64_MAX, 8192, true);
	check_part("part", "whole", 0);
	checked("part");
	ck_assert_int_eq(stat(scratch("part"), &file), 0);
	ck_assert_int_lt(file.st_size, 8192 + 1024);
	ck_assert_int_gt(file.st_size, 4096);
}
END_TEST

static int note_begin(void *user, const struct sqz_trace_record *record)
{
	uint64_t *begins = user;

	if (record->type == SQZ_RECORD_BEGIN && record->ns < 2000) {
		ck_assert_str_eq(record->name, record->ns ? "inner" : "outer");
		ck_assert_str_eq(record->category, "long");
		ck_assert_str_eq(record->track->name, "tr\xc3\xa4ge");
		ck_assert_str_eq(record->track->parent->name, "parent");
		(*begins)++;
	}
	return 0;
}

/* Slices that began long ago, one that ends in the last part and one that
 * never does, are there; counters of the last part have their unit. */
START_TEST(begins_again)
{
	struct sqz_trace_options options = { .level = SQZ_TRACE_TILES,
					     .chunk_bytes = CHUNK_BYTES,
					     .last_ps = US };
	struct sqz_trace_result result;
	struct sqz_error err;
	struct sqz_trace *trace = sqz_trace_open(scratch("x"), &options, &err);
	uint64_t begins = 0;

	ck_assert_ptr_nonnull(trace);
	uint32_t parent = sqz_trace_track(trace, 0, "parent", 3);
	uint32_t slow = sqz_trace_track(trace, parent, "tr\xc3\xa4ge", 4);
	uint32_t busy = sqz_trace_track(trace, 0, "busy", 5);
	uint32_t unused = sqz_trace_track(trace, 0, "unused", 6);
	sqz_trace_slice(trace, unused, 1, 2, "early", NULL, NULL);
	sqz_trace_begin(trace, slow, 0, "outer", "long", NULL);
	sqz_trace_begin(trace, slow, US / 1000, "inner", "long", NULL);
	for (uint64_t i = 1; i <= 10000; i++)
		sqz_trace_slice(trace, busy, i * 1000, i * 1000 + 500, "b",
				NULL, NULL);
	sqz_trace_end(trace, slow, 10 * US, "inner", NULL);
	ck_assert_int_eq(sqz_trace_abandon(trace, NULL, &err), 0);
	ck_assert_msg(!sqz_trace_read(scratch("x.part"), note_begin, &begins,
				      &result, &err),
		      "%s", err.text);
	ck_assert_uint_eq(begins, 2);
	ck_assert_uint_eq(result.tracks, 4); /* not the one without events */
	ck_assert_uint_eq(checked("x.part").deepest, 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("the last part of a trace");
	TCase *files = tcase_create("files");

	tcase_add_checked_fixture(files, scratch_setup, scratch_teardown);
	tcase_add_test(files, keeps_the_end);
	tcase_add_test(files, keeps_the_end_of_a_failure);
	tcase_add_test(files, longer_than_the_run);
	tcase_add_test(files, bytes_are_limited);
	tcase_add_test(files, begins_again);
	suite_add_tcase(suite, files);
	return sqz_suite_main(suite);
}
