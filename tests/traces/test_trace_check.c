/* sqz trace check: sound traces pass, and each fault is told. */
#include "traces/check.h"
#include "traces/pb_write.h"
#include "traces/schema.h"

#include "rawtrace.h"
#include "sample.h"
#include "scratch.h"

static struct sqz_trace_check check_file(const char *name)
{
	struct sqz_trace_check check;
	struct sqz_error err;

	ck_assert_msg(sqz_trace_check(scratch(name), &check, &err) == 0, "%s",
		      err.text);
	return check;
}

START_TEST(sample_is_sound)
{
	sample_file(scratch("x"), 5, 1000);
	struct sqz_trace_check check = check_file("x");

	ck_assert_msg(check.problems == 0, "%s", check.lines[0]);
	ck_assert_uint_eq(check.slices, 2 + 5 * 3 * (1 + 2 * SAMPLE_TILES));
	ck_assert_uint_eq(check.instants, 5 + 1);
	ck_assert_uint_eq(check.values, 15);
	ck_assert_uint_eq(check.flows, 5 * 3 * SAMPLE_TILES);
	ck_assert_uint_eq(check.deepest, 1);
	ck_assert(check.file.complete);
}
END_TEST

static void begin_end(struct raw_builder *b, uint64_t begin, uint64_t end)
{
	raw_event(b, TYPE_BEGIN, 2, begin, "a", 0, 0);
	raw_event(b, TYPE_END, 2, end, NULL, 0, 0);
}

static void time_back(struct raw_builder *b)
{
	begin_end(b, 10, 9);
}

static void no_begin(struct raw_builder *b)
{
	raw_event(b, TYPE_END, 2, 1, NULL, 0, 0);
}

static void no_track(struct raw_builder *b)
{
	raw_event(b, TYPE_INSTANT, 99, 1, "a", 0, 0);
}

static void wrong_kind(struct raw_builder *b)
{
	raw_event(b, TYPE_COUNTER, 2, 1, NULL, 0, 0);
}

static void twins(struct raw_builder *b)
{
	raw_track(b, 3, "t", 1);
}

static void orphan(struct raw_builder *b)
{
	raw_track(b, 3, "lost", 77);
}

static void two_finals(struct raw_builder *b)
{
	raw_event(b, TYPE_INSTANT, 2, 1, "a", 5, 0);
	raw_event(b, TYPE_INSTANT, 2, 2, "b", 0, 5);
	raw_event(b, TYPE_INSTANT, 2, 3, "c", 0, 5);
}

static void flow_after_end(struct raw_builder *b)
{
	raw_event(b, TYPE_INSTANT, 2, 1, "a", 5, 0);
	raw_event(b, TYPE_INSTANT, 2, 2, "b", 0, 5);
	raw_event(b, TYPE_INSTANT, 2, 3, "c", 5, 0);
}

/* Faults that only a finished file has. */
static void never_ends(struct raw_builder *b)
{
	raw_event(b, TYPE_BEGIN, 2, 1, "a", 0, 0);
}

static void lonely_flow(struct raw_builder *b)
{
	raw_event(b, TYPE_INSTANT, 2, 1, "a", 5, 0);
}

static void sound(struct raw_builder *b)
{
	begin_end(b, 1, 1);
	begin_end(b, 1, 2);
}

/* An end marker with names written out, as ours never has them. */
static void finish(struct raw_builder *b, uint64_t events)
{
	uint8_t *packet = raw_packet(b, 0);
	uint8_t *start = pb_open(b->at, PACKET_EVENT);
	uint8_t *p = pb_uint(start, EVENT_TYPE, TYPE_INSTANT);

	p = pb_uint(p, EVENT_TRACK, 1);
	p = pb_bytes(p, EVENT_NAME, "end of trace", 12);
	p = pb_bytes(p, EVENT_CATEGORY, "trace", 5);
	uint8_t *arg = pb_open(p, EVENT_ANNOTATION);
	p = pb_bytes(arg, ANNOTATION_NAME, "events", 6);
	p = pb_uint(p, ANNOTATION_UINT, events);
	raw_end(b, packet, pb_close(start, pb_close(arg, p)));
}

static const struct {
	void (*build)(struct raw_builder *builder);
	uint64_t events;
	bool finished; /* told only if the file is complete */
	const char *line;
} FAULTS[] = {
	{ time_back, 2, false, "track 't': time goes back from 10 to 9 ns" },
	{ no_begin, 1, false, "track 't': end without a begin at 1 ns" },
	{ no_track, 1, false, "event on an unknown track at 1 ns" },
	{ wrong_kind, 1, false, "track 't': event of the wrong kind at 1 ns" },
	{ twins, 0, false, "two sibling tracks 't'" },
	{ orphan, 0, false, "track 'lost' has no parent" },
	{ two_finals, 3, false, "flow 5 ends 2 times" },
	{ flow_after_end, 3, false, "flow 5 goes on after its end" },
	{ never_ends, 1, true, "track 't': 1 slices never end" },
	{ lonely_flow, 1, true, "flow 5 joins only one event" },
	{ sound, 3, true, "5 events, but the end marker tells of 4" },
};

START_TEST(faults_are_told)
{
	struct raw_builder builder;

	raw_start(&builder);
	raw_track(&builder, 2, "t", 1);
	FAULTS[_i].build(&builder);
	raw_save(&builder, scratch("cut"));
	struct sqz_trace_check check = check_file("cut");
	ck_assert(!check.file.complete);
	ck_assert_uint_eq(check.problems, !FAULTS[_i].finished);

	finish(&builder, FAULTS[_i].events);
	raw_save(&builder, scratch("x"));
	check = check_file("x");
	ck_assert(check.file.complete);
	ck_assert_uint_eq(check.problems, 1);
	ck_assert_str_eq(check.lines[0], FAULTS[_i].line);
}
END_TEST

START_TEST(many_faults_are_counted)
{
	struct raw_builder builder;

	raw_start(&builder);
	for (int i = 0; i < 100; i++)
		raw_event(&builder, TYPE_END, 1, 0, NULL, 0, 0);
	raw_save(&builder, scratch("x"));
	struct sqz_trace_check check = check_file("x");
	ck_assert_uint_eq(check.problems, 100);
	ck_assert_str_eq(check.lines[SQZ_CHECK_LINES - 1],
			 "track 'squeezebox': end without a begin at 0 ns");
}
END_TEST

START_TEST(misuse_is_told)
{
	struct sqz_trace_options options = { .level = SQZ_TRACE_LAYERS };
	struct sqz_trace *trace = sqz_trace_open(scratch("x"), &options, NULL);
	uint32_t track = sqz_trace_track(trace, 0, "t", 0);

	sqz_trace_begin(trace, track, 5000, "a", NULL, NULL);
	sqz_trace_end(trace, track, 4000, "b", NULL);
	sqz_trace_begin(trace, track, 9000, "left open", NULL, NULL);
	ck_assert_int_eq(sqz_trace_close(trace, NULL, NULL), 0);
	struct sqz_trace_check check = check_file("x");
	ck_assert_uint_eq(check.problems, 1); /* the file itself is sound */
	ck_assert_str_eq(check.lines[0],
			 "misuse of the writer, 2 times, first: end of a slice "
			 "that is not the innermost: 'b' on track 't' at 5000 "
			 "ps");
}
END_TEST

/* 100,000 flows: the set grows. */
START_TEST(many_flows_connect)
{
	struct sqz_trace_options options = { .level = SQZ_TRACE_PACKETS };
	struct sqz_trace *trace = sqz_trace_open(scratch("x"), &options, NULL);
	uint32_t track = sqz_trace_track(trace, 0, "t", 0);

	for (uint64_t i = 1; i <= 100000; i++) {
		uint64_t id = i << 20;
		struct sqz_trace_extra from = { .flows = &id, .flow_count = 1 };
		struct sqz_trace_extra to = { .final_flows = &id,
					      .final_flow_count = 1 };
		sqz_trace_instant(trace, track, i, "a", NULL, &from);
		sqz_trace_instant(trace, track, i, "b", NULL, &to);
	}
	ck_assert_int_eq(sqz_trace_close(trace, NULL, NULL), 0);
	struct sqz_trace_check check = check_file("x");
	ck_assert_uint_eq(check.flows, 100000);
	ck_assert_uint_eq(check.problems, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trace check");
	TCase *tcase = tcase_create("check");

	tcase_add_checked_fixture(tcase, scratch_setup, scratch_teardown);
	tcase_add_test(tcase, sample_is_sound);
	tcase_add_loop_test(tcase, faults_are_told, 0,
			    sizeof(FAULTS) / sizeof(*FAULTS));
	tcase_add_test(tcase, many_faults_are_counted);
	tcase_add_test(tcase, misuse_is_told);
	tcase_add_test(tcase, many_flows_connect);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
