/* The graph of causes, from traces written by hand. */
#include "traces/causes.h"

#include "handmade.h"
#include "sample.h"
#include "scratch.h"

/* The CPU's root, a read, its answer after a bank, and a result that waits for
 * the answer and for what the node sent before. */
static const struct hand_event RUN[] = {
	{ "read", 1, 0, 5, 8, 1500, 12500, { { 0 } } },
	{ NULL, 2, 5, 0, 0, 14500, 0, { { 1, 2000, "memory" } } },
	{ "read data", 3, 5, 0, 64, 14800, 40000, { { 2, 300, "control" } } },
	{ "write",
	  4,
	  0,
	  6,
	  32,
	  41000,
	  0,
	  { { 3, 1000, "pass" }, { 1, 0, NULL } } },
};

#define COUNT (sizeof(RUN) / sizeof(*RUN))

static void read_run(struct sqz_cause_graph *causes)
{
	struct sqz_error err;

	hand_write(scratch("x"), RUN, COUNT, 50000, HAND_SOUND);
	ck_assert_msg(sqz_causes_read(scratch("x"), causes, &err) == 0, "%s",
		      err.text);
}

START_TEST(events_and_causes)
{
	struct sqz_cause_graph g;

	read_run(&g);
	ck_assert_uint_eq(g.count, COUNT);
	ck_assert_uint_eq(g.cycle_ps, 2000);
	ck_assert_uint_eq(g.end_ps, 50000);
	ck_assert_uint_eq(g.events[0].at_ps, 1500);
	ck_assert_uint_eq(g.events[0].arrived_ps, 12500);
	ck_assert_uint_eq(g.events[0].accepted_ps, 12500);
	ck_assert_uint_eq(g.events[0].causes, 0);
	ck_assert_uint_eq(g.events[1].at_ps, SQZ_NO_TIME);
	ck_assert(g.events[1].is_mark);
	ck_assert_uint_eq(g.events[1].ps, 14500);
	ck_assert_uint_eq(g.events[1].node, 5);
	ck_assert_uint_eq(g.events[2].payload_bytes, 64);
	ck_assert_uint_eq(g.events[2].layer, 7);
	ck_assert_str_eq(g.names.all[g.events[2].name], "read data");
	ck_assert_uint_eq(g.events[3].arrived_ps, SQZ_NO_TIME);
	ck_assert_uint_eq(g.events[3].causes, 2);
	ck_assert_uint_eq(g.events[3].led_by, 2);
	ck_assert_uint_eq(g.events[0].led_by, SQZ_NO_EVENT);
	const struct sqz_cause_edge *causes =
	    &g.causes[g.events[3].first_cause];
	ck_assert_uint_eq(causes[0].event, 2);
	ck_assert(causes[0].arrival);
	ck_assert_uint_eq(causes[0].delay_ps, 1000);
	ck_assert_str_eq(g.works.all[causes[0].work], "pass");
	ck_assert_uint_eq(causes[1].event, 0);
	ck_assert(!causes[1].arrival);
	ck_assert_str_eq(g.works.all[causes[1].work], "control");
	sqz_causes_free(&g);
}
END_TEST

/* The packet that it answers is not the first of its causes. */
START_TEST(led_by_another)
{
	struct sqz_cause_graph g;
	struct sqz_error err;

	hand_write(scratch("x"), RUN, COUNT, 50000, HAND_LED_BY_FIRST);
	ck_assert_msg(sqz_causes_read(scratch("x"), &g, &err) == 0, "%s",
		      err.text);
	ck_assert_uint_eq(g.events[0].led_by, SQZ_NO_EVENT);
	ck_assert_uint_eq(g.events[2].led_by, 0);
	ck_assert_uint_eq(g.causes[g.events[2].first_cause].event, 1);
	ck_assert_uint_eq(g.events[2].ps, 14800);
	ck_assert_uint_eq(g.events[3].ps, 41000);
	sqz_causes_free(&g);
}
END_TEST

START_TEST(causes_come_first)
{
	const struct hand_event turned[] = { RUN[2], RUN[1], RUN[0], RUN[3] };
	struct sqz_cause_graph g;
	struct sqz_error err;
	bool seen[COUNT] = { false };

	hand_write(scratch("x"), turned, COUNT, 50000, HAND_SOUND);
	ck_assert_msg(sqz_causes_read(scratch("x"), &g, &err) == 0, "%s",
		      err.text);
	for (size_t i = 0; i < g.count; i++) {
		const struct sqz_event *event = &g.events[g.order[i]];
		for (size_t c = 0; c < event->causes; c++)
			ck_assert(seen[g.causes[event->first_cause + c].event]);
		seen[g.order[i]] = true;
	}
	sqz_causes_free(&g);
}
END_TEST

START_TEST(settings_make_a_file)
{
	struct sqz_cause_graph g;

	read_run(&g);
	ck_assert_str_eq(sqz_causes_setting(&g, "noc", "flit_bytes"), "16");
	ck_assert_ptr_null(sqz_causes_setting(&g, "noc", "vcs"));
	char *text = sqz_causes_configuration(&g);
	ck_assert_str_eq(
	    text, "noc = {\n  cycle_ns = 2.0;\n  flit_bytes = 16;\n};\n");
	free(text);
	sqz_causes_free(&g);
}
END_TEST

static void assert_refused(const struct hand_event *events, size_t count,
			   enum hand_flaw flaw, const char *why)
{
	struct sqz_cause_graph g;
	struct sqz_error err = { "" };

	hand_write(scratch("x"), events, count, 50000, flaw);
	ck_assert_int_eq(sqz_causes_read(scratch("x"), &g, &err), -1);
	ck_assert_ptr_null(g.events);
	ck_assert_msg(strstr(err.text, why) != NULL, "%s", err.text);
	ck_assert_ptr_null(strchr(err.text, '\n'));
}

START_TEST(other_traces)
{
	struct sqz_cause_graph g;
	struct sqz_error err;

	assert_refused(RUN, COUNT, HAND_NO_SETTINGS,
		       "lacks the run's settings");
	assert_refused(RUN, COUNT, HAND_FILTERED, "--trace-nodes");
	assert_refused(RUN, COUNT, HAND_NO_END, "is cut");
	assert_refused(RUN, COUNT, HAND_ROOT_WITHOUT_TIME,
		       "event 1 has no cause");
	sample_file(scratch("x"), 1, 0);
	ck_assert_int_eq(sqz_causes_read(scratch("x"), &g, &err), -1);
	ck_assert_msg(strstr(err.text, "--trace-level packets") != NULL, "%s",
		      err.text);
}
END_TEST

START_TEST(other_events)
{
	struct hand_event events[COUNT];

	memcpy(events, RUN, sizeof(RUN));
	events[2].causes[0].after = 99;
	assert_refused(events, COUNT, HAND_SOUND,
		       "event 3 waits for 99, which is not in the trace");
	events[2].causes[0].after = 4;
	assert_refused(events, COUNT, HAND_SOUND,
		       "event 3 of node 5 waits for 4");
	events[2].causes[0].after = 3;
	assert_refused(events, COUNT, HAND_SOUND, "waits for itself");
	memcpy(events, RUN, sizeof(RUN));
	events[3].id = 2;
	assert_refused(events, COUNT, HAND_SOUND, "two events have the id 2");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trace causes");
	TCase *cases = tcase_create("causes");

	tcase_add_checked_fixture(cases, scratch_setup, scratch_teardown);
	tcase_add_test(cases, events_and_causes);
	tcase_add_test(cases, led_by_another);
	tcase_add_test(cases, causes_come_first);
	tcase_add_test(cases, settings_make_a_file);
	tcase_add_test(cases, other_traces);
	tcase_add_test(cases, other_events);
	suite_add_tcase(suite, cases);
	return sqz_suite_main(suite);
}
