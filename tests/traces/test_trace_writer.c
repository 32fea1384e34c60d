/* The trace writer: files, levels, rules of use, equal bytes. What is in the
 * files is checked by test_trace_reader and test_trace_protoc. */
#include "traces/trace.h"

#include "scratch.h"

#include <signal.h>
#include <sys/resource.h>

static struct sqz_trace_stats close_trace(struct sqz_trace *trace)
{
	struct sqz_trace_stats stats;
	struct sqz_error err;

	ck_assert_msg(sqz_trace_close(trace, &stats, &err) == 0, "%s",
		      err.text);
	return stats;
}

START_TEST(null_trace_is_off)
{
	struct sqz_trace_options off = { .level = SQZ_TRACE_OFF };
	struct sqz_error err = { .text = "untouched" };
	struct sqz_trace_stats stats;
	struct sqz_trace *none = sqz_trace_open(scratch("x"), &off, &err);

	ck_assert_ptr_null(none);
	ck_assert_str_eq(err.text, "untouched");
	ck_assert(!sqz_trace_wants(none, SQZ_TRACE_LAYERS));
	uint32_t track = sqz_trace_track(none, 0, "t", 0);
	ck_assert_uint_eq(track, 0);
	ck_assert_uint_eq(sqz_trace_counter_track(none, 0, "c", NULL), 0);
	sqz_trace_begin(none, track, 1, "a", NULL, NULL);
	sqz_trace_end(none, track, 2, NULL, NULL);
	sqz_trace_counter(none, track, 2, 1);
	sqz_trace_instant(none, track, 2, "i", NULL, NULL);
	ck_assert_str_eq(sqz_trace_part(none), "");
	ck_assert_int_eq(sqz_trace_close(none, &stats, &err), 0);
	ck_assert_uint_eq(stats.events, 0);
	ck_assert(!scratch_exists("x") && !scratch_exists("x.part"));
}
END_TEST

START_TEST(levels)
{
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_TILES, 0);

	ck_assert(sqz_trace_wants(trace, SQZ_TRACE_LAYERS));
	ck_assert(sqz_trace_wants(trace, SQZ_TRACE_TILES));
	ck_assert(!sqz_trace_wants(trace, SQZ_TRACE_PACKETS));
	close_trace(trace);

	enum sqz_trace_level level = SQZ_TRACE_OFF;
	struct sqz_error err;
	for (int i = SQZ_TRACE_OFF; i <= SQZ_TRACE_PACKETS; i++) {
		const char *name = sqz_trace_level_name(i);
		ck_assert_int_eq(sqz_trace_level_parse(name, &level, &err), 0);
		ck_assert_int_eq(level, i);
	}
	ck_assert_int_eq(sqz_trace_level_parse("Tiles", &level, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "'Tiles'"));
}
END_TEST

START_TEST(part_is_renamed)
{
	struct sqz_trace *trace =
	    scratch_trace("x.pftrace", SQZ_TRACE_TILES, 0);

	ck_assert(scratch_exists("x.pftrace.part"));
	ck_assert(!scratch_exists("x.pftrace"));
	ck_assert_str_eq(sqz_trace_part(trace), scratch("x.pftrace.part"));
	struct sqz_trace_stats stats = close_trace(trace);
	ck_assert(!scratch_exists("x.pftrace.part"));
	ck_assert(scratch_exists("x.pftrace"));
	ck_assert_uint_eq(stats.misuse_total, 0);
	ck_assert_uint_eq(stats.chunks, 1);
}
END_TEST

START_TEST(abandoned_keeps_part)
{
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_TILES, 0);
	struct sqz_error err;

	ck_assert_int_eq(sqz_trace_abandon(trace, NULL, &err), 0);
	ck_assert(scratch_exists("x.part"));
	ck_assert(!scratch_exists("x"));
	struct sqz_bytes bytes = scratch_read("x.part");
	ck_assert_uint_gt(bytes.size, 0);
	sqz_bytes_free(&bytes);
}
END_TEST

START_TEST(unwritable_path)
{
	struct sqz_trace_options options = { .level = SQZ_TRACE_LAYERS };
	struct sqz_error err;
	const char *path = scratch("no/such/x");

	ck_assert_ptr_null(sqz_trace_open(path, &options, &err));
	ck_assert_ptr_nonnull(strstr(err.text, path));
	ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
}
END_TEST

START_TEST(chunks_too_large)
{
	struct sqz_trace_options options = { .level = SQZ_TRACE_LAYERS,
					     .chunk_bytes = UINT32_MAX };
	struct sqz_error err;

	ck_assert_ptr_null(sqz_trace_open(scratch("x"), &options, &err));
	ck_assert_ptr_nonnull(strstr(err.text, "chunks"));
	ck_assert(!scratch_exists("x.part"));
}
END_TEST

/* The rename fails because the final name is a directory. */
START_TEST(failed_rename)
{
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_TILES, 0);
	struct sqz_error err;

	ck_assert_int_eq(mkdir(scratch("x"), 0700), 0);
	ck_assert_int_eq(sqz_trace_close(trace, NULL, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, scratch("x.part")));
	ck_assert(scratch_exists("x.part"));
	rmdir(scratch("x"));
}
END_TEST

/* A full disk, played by a limit on the file size. */
START_TEST(write_error_is_sticky)
{
	struct rlimit limit = { .rlim_cur = 200, .rlim_max = RLIM_INFINITY };
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_TILES, 64);
	uint32_t track = sqz_trace_track(trace, 0, "t", 0);
	struct sqz_error err;

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	for (int i = 0; i < 1000; i++)
		sqz_trace_instant(trace, track, i, "i", NULL, NULL);
	bool wants = sqz_trace_wants(trace, SQZ_TRACE_LAYERS);
	int result = sqz_trace_close(trace, NULL, &err);
	limit.rlim_cur = RLIM_INFINITY; /* Check writes files, too */
	setrlimit(RLIMIT_FSIZE, &limit);
	ck_assert(!wants);
	ck_assert_int_eq(result, -1);
	ck_assert_ptr_nonnull(strstr(err.text, scratch("x.part")));
	ck_assert_ptr_nonnull(strstr(err.text, "File too large"));
	ck_assert(!scratch_exists("x") && scratch_exists("x.part"));
}
END_TEST

START_TEST(tracks_are_found_again)
{
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_TILES, 0);
	uint32_t tile = sqz_trace_track(trace, 0, "tile 0", 0);
	uint32_t adc = sqz_trace_track(trace, tile, "adc", 0);
	uint32_t other = sqz_trace_track(trace, SQZ_TRACE_PROCESS, "adc", 5);

	ck_assert_uint_eq(tile, 2);
	ck_assert_uint_eq(adc, 3);
	ck_assert_uint_eq(other, 4);
	ck_assert_uint_eq(sqz_trace_track(trace, tile, "adc", 7), adc);
	ck_assert_uint_eq(sqz_trace_track(trace, 0, "adc", 0), other);
	struct sqz_trace_stats stats = close_trace(trace);
	ck_assert_uint_eq(stats.tracks, 4);
	ck_assert_uint_eq(stats.misuse_total, 0);
}
END_TEST

struct misuse_case {
	enum sqz_trace_misuse kind;
	uint64_t count;
	void (*run)(struct sqz_trace *trace, uint32_t track, uint32_t counter);
	const char *text;
};

static void go_back(struct sqz_trace *trace, uint32_t track, uint32_t counter)
{
	sqz_trace_instant(trace, track, 2000, "late", NULL, NULL);
	sqz_trace_instant(trace, track, 1999, "early", NULL, NULL);
	sqz_trace_counter(trace, counter, 1, 1); /* another track: no matter */
	sqz_trace_instant(trace, track, 2000, "same", NULL, NULL);
}

static void end_unopened(struct sqz_trace *trace, uint32_t track,
			 uint32_t counter)
{
	(void)counter;
	sqz_trace_slice(trace, track, 1, 2, "a", NULL, NULL);
	sqz_trace_end(trace, track, 3, NULL, NULL);
}

static void end_other(struct sqz_trace *trace, uint32_t track, uint32_t counter)
{
	(void)counter;
	sqz_trace_begin(trace, track, 1, "a", NULL, NULL);
	sqz_trace_begin(trace, track, 5, "b", NULL, NULL);
	sqz_trace_end(trace, track, 5, "a", NULL);
	sqz_trace_end(trace, track, 6, "b", NULL);
}

static void too_deep(struct sqz_trace *trace, uint32_t track, uint32_t counter)
{
	(void)counter;
	for (unsigned i = 0; i < SQZ_TRACE_DEPTH + 1; i++)
		sqz_trace_begin(trace, track, i, "a", NULL, NULL);
	for (unsigned i = 0; i < SQZ_TRACE_DEPTH + 1; i++)
		sqz_trace_end(trace, track, 1000, "a", NULL);
}

static void too_much(struct sqz_trace *trace, uint32_t track, uint32_t counter)
{
	struct sqz_trace_arg args[SQZ_TRACE_ARGS + 1];
	uint64_t flows[SQZ_TRACE_FLOWS + 1];
	struct sqz_trace_extra extra = { .args = args,
					 .flows = flows,
					 .final_flows = flows,
					 .arg_count = SQZ_TRACE_ARGS + 1,
					 .flow_count = SQZ_TRACE_FLOWS + 1,
					 .final_flow_count =
					     SQZ_TRACE_FLOWS + 1 };

	(void)counter;
	for (unsigned i = 0; i <= SQZ_TRACE_ARGS; i++)
		args[i] = sqz_trace_uint("n", i);
	for (unsigned i = 0; i <= SQZ_TRACE_FLOWS; i++)
		flows[i] = i + 1;
	sqz_trace_instant(trace, track, 1, "much", NULL, &extra);
}

static void wrong_track(struct sqz_trace *trace, uint32_t track,
			uint32_t counter)
{
	sqz_trace_begin(trace, counter, 1, "a", NULL, NULL);
	sqz_trace_counter(trace, track, 1, 1);
	sqz_trace_instant(trace, 12345, 1, "nowhere", NULL, NULL);
	sqz_trace_instant(trace, 0, 1, "no track", NULL, NULL);
}

static const struct misuse_case MISUSES[] = {
	{ SQZ_TRACE_TIME_BACK, 1, go_back,
	  "time goes back: 'early' on track 't' at 2000 ps" },
	{ SQZ_TRACE_END_UNOPENED, 1, end_unopened, "end without a begin" },
	{ SQZ_TRACE_END_OTHER, 2, end_other, "not the innermost: 'a'" },
	{ SQZ_TRACE_TOO_DEEP, 1, too_deep, "too many open slices" },
	{ SQZ_TRACE_TOO_MUCH, 1, too_much, "too many annotations" },
	{ SQZ_TRACE_WRONG_TRACK, 3, wrong_track, "counter track" },
};

START_TEST(misuse_is_counted)
{
	const struct misuse_case *misuse = &MISUSES[_i];
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_TILES, 0);
	uint32_t track = sqz_trace_track(trace, 0, "t", 0);
	uint32_t counter = sqz_trace_counter_track(trace, 0, "c", NULL);

	misuse->run(trace, track, counter);
	struct sqz_trace_stats stats = close_trace(trace);
	ck_assert_uint_eq(stats.misuses[misuse->kind], misuse->count);
	ck_assert_uint_eq(stats.misuse_total, misuse->count);
	ck_assert_msg(strstr(stats.first_misuse, misuse->text) != NULL, "%s",
		      stats.first_misuse);
	ck_assert_uint_eq(stats.left_open, 0);
}
END_TEST

START_TEST(open_slices_are_counted)
{
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_TILES, 0);
	uint32_t track = sqz_trace_track(trace, 0, "t", 0);

	sqz_trace_begin(trace, track, 1, "a", NULL, NULL);
	sqz_trace_begin(trace, track, 2, "b", NULL, NULL);
	struct sqz_trace_stats stats = close_trace(trace);
	ck_assert_uint_eq(stats.left_open, 2);
	ck_assert_uint_eq(stats.misuse_total, 0);
}
END_TEST

/* Names in a reused buffer: told apart by content, not by pointer. */
static void write_many(const char *file, uint32_t chunk_bytes,
		       struct sqz_trace_stats *stats)
{
	struct sqz_trace *trace =
	    scratch_trace(file, SQZ_TRACE_TILES, chunk_bytes);
	uint32_t track = sqz_trace_track(trace, 0, "t", 0);
	char name[300];

	for (uint64_t i = 0; i < 20000; i++) {
		struct sqz_trace_arg arg = sqz_trace_uint("i", i * i);
		struct sqz_trace_extra extra = { .args = &arg, .arg_count = 1 };
		snprintf(name, sizeof(name), "name %d", (int)(i * 7 % 1500));
		sqz_trace_slice(trace, track, i * 1500, i * 1500 + 700, name,
				"cat", &extra);
	}
	*stats = close_trace(trace);
}

START_TEST(equal_calls_equal_bytes)
{
	struct sqz_trace_stats stats;

	write_many("a", 0, &stats);
	write_many("b", 0, &stats);
	struct sqz_bytes a = scratch_read("a");
	struct sqz_bytes b = scratch_read("b");
	ck_assert_uint_eq(a.size, b.size);
	ck_assert_mem_eq(a.data, b.data, a.size);
	ck_assert_uint_eq(a.size, stats.file_bytes);
	ck_assert_uint_eq(stats.events, 40001); /* and the end marker */
	ck_assert_uint_eq(stats.names, 1500 + 2 + 6);
	ck_assert_uint_ge(stats.chunks, stats.raw_bytes / (65536 + 1024));
	sqz_bytes_free(&a);
	sqz_bytes_free(&b);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trace writer");
	TCase *tcase = tcase_create("writer");

	tcase_add_checked_fixture(tcase, scratch_setup, scratch_teardown);
	tcase_add_test(tcase, null_trace_is_off);
	tcase_add_test(tcase, levels);
	tcase_add_test(tcase, part_is_renamed);
	tcase_add_test(tcase, abandoned_keeps_part);
	tcase_add_test(tcase, unwritable_path);
	tcase_add_test(tcase, chunks_too_large);
	tcase_add_test(tcase, failed_rename);
	tcase_add_test(tcase, write_error_is_sticky);
	tcase_add_test(tcase, tracks_are_found_again);
	tcase_add_loop_test(tcase, misuse_is_counted, 0,
			    sizeof(MISUSES) / sizeof(*MISUSES));
	tcase_add_test(tcase, open_slices_are_counted);
	tcase_add_test(tcase, equal_calls_equal_bytes);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
