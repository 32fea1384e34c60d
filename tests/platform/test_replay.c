/* Replays of runs written by hand; latencies by the formula of noc/noc.h. */
#include "noc/replay.h"
#include "noc/replay_report.h"
#include "traces/handmade.h"
#include "traces/scratch.h"

#include "node/packet.h"

#define WIDTH 4u
#define NODES 16u

static struct sqz_cause_graph causes;
static struct sqz_replay_settings settings;
static struct sqz_replay replay;
static struct sqz_error err;
static uint32_t depths[NODES];

static void setup(void)
{
	scratch_setup();
	memset(depths, 0, sizeof(depths));
	settings = (struct sqz_replay_settings){
		.noc = sqz_noc_config_default(),
		.cycle_ps = 1000,
		.flit_bytes = 16,
		.queue_packets = 4,
		.recorded_width = WIDTH,
		.recorded_nodes = NODES,
		.queue_depths = depths,
	};
	settings.noc.classes = SQZ_CLASSES;
	settings.noc.vcs = SQZ_CLASSES;
}

static int try_run(const struct hand_event *events, size_t count)
{
	hand_write(scratch("x"), events, count, 1000000, HAND_SOUND);
	ck_assert_msg(!sqz_causes_read(scratch("x"), &causes, &err), "%s",
		      err.text);
	int failed = sqz_replay_run(&causes, &settings, &replay, &err);
	if (failed)
		sqz_causes_free(&causes);
	return failed;
}

static void run(const struct hand_event *events, size_t count)
{
	ck_assert_msg(!try_run(events, count), "%s", err.text);
}

static void clean(void)
{
	sqz_replay_free(&replay);
	sqz_causes_free(&causes);
}

/* Cycles of a packet that visits so many routers, alone. */
static uint64_t alone(unsigned hops, unsigned flits)
{
	unsigned link = settings.noc.link_cycles;

	return hops * (4 + link) + 3 - link + flits - 1;
}

/* 24 bytes are 2 flits, 80 are 5. The recorded times are nonsense: they must
 * not matter. */
static const struct hand_event CHAIN[] = {
	{ "read", 1, 0, 1, 8, 1500, 2000, { { 0 } } },
	{ NULL, 2, 1, 0, 0, 100, 0, { { 1, 2000, "memory" } } },
	{ "read data", 3, 1, 0, 64, 3000, 900000, { { 2, 300, NULL } } },
	{ "write",
	  4,
	  0,
	  2,
	  8,
	  5000,
	  6000,
	  { { 3, 1, "pass" }, { 1, 0, NULL } } },
};

START_TEST(follows_causes)
{
	/* The first enters at 2 ns, the second at the cycle after it is ready.
	 */
	uint64_t first = 2 + alone(2, 2);

	run(CHAIN, 4);
	ck_assert_uint_eq(replay.ps[0], 1500);
	ck_assert_uint_eq(replay.arrived_ps[0], first * 1000);
	ck_assert_uint_eq(replay.ps[1], first * 1000 + 2000);
	ck_assert_uint_eq(replay.ps[2], first * 1000 + 2300);
	uint64_t second = first + 3 + alone(2, 5);
	ck_assert_uint_eq(replay.arrived_ps[2], second * 1000);
	ck_assert_uint_eq(replay.ps[3], second * 1000 + 1);
	uint64_t third = second + 1 + alone(3, 2);
	ck_assert_uint_eq(replay.arrived_ps[3], third * 1000);
	/* The run went on for 100 us after the last arrival. */
	ck_assert_uint_eq(replay.end_ps, third * 1000 + 100000);
	clean();
}
END_TEST

START_TEST(slower_links_move_what_follows)
{
	settings.noc.link_cycles = 2;
	run(CHAIN, 4);
	uint64_t first = 2 + alone(2, 2);
	ck_assert_uint_eq(replay.ps[0], 1500);
	ck_assert_uint_eq(replay.arrived_ps[0], first * 1000);
	ck_assert_uint_eq(replay.ps[2], first * 1000 + 2300);
	clean();
	/* Half the flit bytes: 3 flits. */
	settings.flit_bytes = 8;
	run(CHAIN, 4);
	ck_assert_uint_eq(replay.arrived_ps[0], (2 + alone(2, 3)) * 1000);
	clean();
}
END_TEST

START_TEST(another_mesh)
{
	/* Node 5 is column 1, row 1 on any mesh. */
	static const struct hand_event EVENTS[] = {
		{ "read", 1, 0, 5, 8, 1000, 2000, { { 0 } } },
	};

	settings.noc.width = 3;
	settings.noc.height = 2;
	run(EVENTS, 1);
	ck_assert_uint_eq(replay.arrived_ps[0], (1 + alone(3, 2)) * 1000);
	ck_assert_uint_eq(sqz_noc_node_traffic(replay.noc, 4, SQZ_CLASS_REQUEST)
			      .ejected_packets,
			  1);
	clean();
	settings.noc.height = 1;
	ck_assert_int_eq(try_run(EVENTS, 1), -1);
	ck_assert_msg(strstr(err.text, "column 1 and row 1") != NULL, "%s",
		      err.text);
}
END_TEST

/* Ready at once, in a queue that holds one: the next goes when the one before
 * has gone into the network. */
START_TEST(waits_for_room)
{
	static const struct hand_event EVENTS[] = {
		{ "partial sum", 1, 0, 1, 48, 1000, 2000, { { 0 } } },
		{ "partial sum", 2, 0, 1, 48, 1000, 2000, { { 0 } } },
		{ "partial sum", 3, 0, 1, 48, 1000, 2000, { { 0 } } },
		{ "grant", 4, 0, 1, 0, 1000, 2000, { { 2, 0, NULL } } },
	};

	settings.queue_packets = 1;
	run(EVENTS, 4);
	ck_assert_uint_eq(replay.ps[0], 1000);
	/* Four flits leave in cycles 1 to 4. */
	ck_assert_uint_eq(replay.ps[1], 4000);
	ck_assert_uint_ge(replay.ps[2], 8000);
	ck_assert_uint_eq(replay.ps[3], replay.ps[1]);
	clean();
	settings.queue_packets = 3;
	run(EVENTS, 4);
	ck_assert_uint_eq(replay.ps[2], 1000);
	clean();
}
END_TEST

/* A memory that holds one request takes the second when it has answered the
 * first. */
static const struct hand_event READS[] = {
	{ "read", 1, 0, 1, 8, 1000, 2000, { { 0 } } },
	{ "read", 2, 0, 1, 8, 1000, 2000, { { 0 } } },
	{ "read data", 3, 1, 0, 0, 3000, 4000, { { 1, 100000, "memory" } } },
	{ "read data", 4, 1, 0, 0, 3000, 4000, { { 2, 100000, "memory" } } },
};

START_TEST(full_memories_refuse)
{
	run(READS, 4);
	ck_assert_uint_lt(replay.ps[3], replay.ps[2] + 10000);
	clean();
	depths[1] = 1;
	run(READS, 4);
	uint64_t first = (1 + alone(2, 2)) * 1000;
	ck_assert_uint_eq(replay.arrived_ps[0], first);
	ck_assert_uint_le(replay.arrived_ps[1], first + 4000);
	ck_assert_uint_eq(replay.ps[2], first + 100000);
	ck_assert_uint_eq(replay.ps[3], first + 200000);
	clean();
}
END_TEST

/* In the run the read from afar came first, and the other's answer waited for
 * it. Now it comes second, to a memory that is full. */
START_TEST(full_memories_take_what_others_wait_for)
{
	static const struct hand_event EVENTS[] = {
		{ "read", 1, 15, 1, 8, 1000, 2000, { { 0 } } },
		{ "read", 2, 0, 1, 8, 1000, 2000, { { 0 } } },
		{ "read data",
		  3,
		  1,
		  0,
		  0,
		  3000,
		  4000,
		  { { 1, 5000, "memory" }, { 2, 5000, "memory" } } },
	};

	depths[1] = 1;
	run(EVENTS, 3);
	ck_assert_uint_gt(replay.arrived_ps[0], replay.arrived_ps[1]);
	ck_assert_uint_ge(replay.ps[2], replay.arrived_ps[0] + 5000);
	clean();
}
END_TEST

/* The answer to the second waited for a bank that the first used: it comes as
 * long after its request as it did. */
START_TEST(answers_of_memories_keep_their_delay)
{
	static const struct hand_event EVENTS[] = {
		{ "read", 1, 15, 1, 8, 1000, 2000, { { 0 } } },
		{ "read", 2, 0, 1, 8, 1000, 2000, { { 0 } } },
		{ NULL, 3, 1, 0, 0, 9000, 0, { { 1, 7000, "memory" } } },
		{ "read data",
		  4,
		  1,
		  0,
		  0,
		  12000,
		  20000,
		  { { 2, 1000, "memory" }, { 3, 3000, "memory" } } },
	};

	for (depths[1] = 0; depths[1] <= 4; depths[1] += 4) {
		run(EVENTS, 4);
		ck_assert_uint_gt(replay.arrived_ps[0], replay.arrived_ps[1]);
		ck_assert_uint_eq(replay.ps[2], replay.arrived_ps[0] + 7000);
		ck_assert_uint_eq(replay.ps[3],
				  depths[1] ? replay.arrived_ps[1] + 10000
					    : replay.ps[2] + 3000);
		clean();
	}
}
END_TEST

START_TEST(report_of_the_same_and_another_run)
{
	struct sqz_replay_report report;
	struct hand_event events[4];

	memcpy(events, CHAIN, sizeof(events));
	run(events, 4);
	/* A second recording that tells what happened. */
	for (int i = 0; i < 4; i++) {
		events[i].ps = replay.ps[i];
		if (events[i].packet)
			events[i].arrived_ps = replay.arrived_ps[i];
	}
	clean();
	run(events, 4);
	ck_assert(
	    !sqz_replay_report(&causes, &settings, &replay, &report, &err));
	ck_assert_uint_eq(report.packets, 3);
	ck_assert_uint_eq(report.different, 0);
	ck_assert_uint_eq(report.moved, 0);
	ck_assert_uint_eq(replay.end_ps, causes.end_ps);
	sqz_replay_report_free(&report);
	clean();
	settings.noc.link_cycles = 2;
	run(events, 4);
	ck_assert(
	    !sqz_replay_report(&causes, &settings, &replay, &report, &err));
	ck_assert_uint_eq(report.different, 3);
	ck_assert_uint_eq(report.moved, 2);
	ck_assert_uint_eq(report.first, 0);
	ck_assert_uint_gt(replay.end_ps, causes.end_ps);
	sqz_replay_report_free(&report);
	clean();
}
END_TEST

START_TEST(layers_from_run_to_done)
{
	/* Programming is none of a layer's time. */
	static const struct hand_event EVENTS[] = {
		{ "program", 1, 0, 1, 8, 1000, 11000, { { 0 } } },
		{ "done", 2, 1, 0, 8, 12000, 14000, { { 1, 1000, NULL } } },
		{ "run", 3, 0, 1, 24, 20000, 30000, { { 2, 1000, NULL } } },
		{ "run", 4, 0, 2, 24, 21000, 31000, { { 2, 2000, NULL } } },
		{ "done", 5, 1, 0, 8, 40000, 45000, { { 3, 9000, NULL } } },
		{ "done", 6, 2, 0, 8, 50000, 60000, { { 4, 9000, NULL } } },
	};
	struct sqz_replay_report report;

	run(EVENTS, 6);
	ck_assert(
	    !sqz_replay_report(&causes, &settings, &replay, &report, &err));
	ck_assert_uint_eq(report.layer_count, 8);
	ck_assert_uint_eq(report.layers[7].ps[SQZ_RECORDED], 40000);
	ck_assert_uint_eq(report.layers[7].ps[SQZ_REPLAYED],
			  replay.arrived_ps[5] - replay.ps[2]);
	sqz_replay_report_free(&report);
	clean();
}
END_TEST

START_TEST(unknown_packets)
{
	static const struct hand_event EVENTS[] = {
		{ "pigeon", 1, 0, 1, 8, 1000, 2000, { { 0 } } },
	};

	ck_assert_int_eq(try_run(EVENTS, 1), -1);
	ck_assert_msg(strstr(err.text, "pigeon") != NULL, "%s", err.text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("replay");
	TCase *cases = tcase_create("replay");

	tcase_add_checked_fixture(cases, setup, scratch_teardown);
	tcase_add_test(cases, follows_causes);
	tcase_add_test(cases, slower_links_move_what_follows);
	tcase_add_test(cases, another_mesh);
	tcase_add_test(cases, waits_for_room);
	tcase_add_test(cases, full_memories_refuse);
	tcase_add_test(cases, full_memories_take_what_others_wait_for);
	tcase_add_test(cases, answers_of_memories_keep_their_delay);
	tcase_add_test(cases, report_of_the_same_and_another_run);
	tcase_add_test(cases, layers_from_run_to_done);
	tcase_add_test(cases, unknown_packets);
	suite_add_tcase(suite, cases);
	return sqz_suite_main(suite);
}
