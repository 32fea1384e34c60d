/* The critical path and what faster resources give, on graphs made by hand. */
#include "suite.h"
#include "traces/critical/costs.h"
#include "traces/critical/path.h"

#include <string.h>

#define MOST 16

/* ---- graphs ---- */

static struct sqz_event events[MOST];
static struct sqz_cause_edge causes[4 * MOST];
static uint32_t order[MOST];
static struct sqz_cause_graph graph;

static void start_graph(void)
{
	memset(events, 0, sizeof(events));
	graph = (struct sqz_cause_graph){ .events = events,
					  .causes = causes,
					  .order = order };
}

static uint32_t add_event(uint64_t ps, uint64_t accepted_ps)
{
	uint32_t at = (uint32_t)graph.count++;

	events[at] = (struct sqz_event){ .id = at + 1,
					 .ps = ps,
					 .arrived_ps = accepted_ps,
					 .accepted_ps = accepted_ps,
					 .at_ps = SQZ_NO_TIME,
					 .first_cause = graph.cause_count,
					 .is_mark = accepted_ps == SQZ_NO_TIME,
					 .layer = SQZ_NO_LAYER };
	order[at] = at;
	return at;
}

/* Of the event that was added last. */
static void add_cause(uint32_t event, bool arrival, uint64_t delay_ps,
		      uint8_t work)
{
	causes[graph.cause_count++] = (struct sqz_cause_edge){
		.delay_ps = delay_ps,
		.event = event,
		.arrival = arrival,
		.work = work,
	};
	events[graph.count - 1].causes++;
}

static struct path_step steps[MOST];
static unsigned step_count;

static int keep_step(void *user, const struct path_step *step)
{
	(void)user;
	ck_assert_uint_lt(step_count, MOST);
	steps[step_count++] = *step;
	return 0;
}

/* The steps cover the time without gaps. */
static void walk(uint32_t event, bool arrival, uint64_t begin_ps)
{
	struct path_point last = { event, arrival };
	uint64_t end_ps = path_time(&graph, last);

	step_count = 0;
	ck_assert_int_eq(path_walk(&graph, last, begin_ps, keep_step, NULL), 0);
	for (unsigned i = 0; i < step_count; i++) {
		ck_assert_uint_eq(steps[i].end_ps, end_ps);
		ck_assert_uint_lt(steps[i].begin_ps, end_ps);
		end_ps = steps[i].begin_ps;
	}
	ck_assert_uint_eq(end_ps, begin_ps);
}

static void check_step(unsigned at, enum path_step_kind kind, uint32_t event,
		       uint64_t ps)
{
	ck_assert_uint_lt(at, step_count);
	ck_assert_int_eq(steps[at].kind, kind);
	ck_assert_uint_eq(steps[at].event, event);
	ck_assert_uint_eq(steps[at].end_ps - steps[at].begin_ps, ps);
}

/* A packet at 10 that arrives at 15, 7 of work to a mark, 3 to a packet. */
static void make_chain(void)
{
	start_graph();
	add_event(10, 15);
	add_event(22, SQZ_NO_TIME);
	add_cause(0, true, 7, 0);
	add_event(25, 31);
	add_cause(1, false, 3, 1);
}

START_TEST(walks_a_chain)
{
	make_chain();
	walk(2, true, 0);
	ck_assert_uint_eq(step_count, 5);
	check_step(0, PATH_WAY, 2, 6);
	check_step(1, PATH_WORK, 2, 3);
	check_step(2, PATH_WORK, 1, 7);
	check_step(3, PATH_WAY, 0, 5);
	check_step(4, PATH_ROOT, 0, 10);
	ck_assert_uint_eq(steps[1].cause->work, 1);
}
END_TEST

START_TEST(walks_to_a_time)
{
	make_chain();
	walk(2, false, 17);
	ck_assert_uint_eq(step_count, 2);
	check_step(1, PATH_WORK, 1, 5);
	walk(2, false, 25);
	ck_assert_uint_eq(step_count, 0);
	walk(2, false, 15);
	ck_assert_uint_eq(step_count, 2);
}
END_TEST

/* 100 after the root by way of 1, 95 by way of 2. */
static void make_fork(uint64_t other)
{
	start_graph();
	add_event(0, SQZ_NO_TIME);
	add_event(60, SQZ_NO_TIME);
	add_cause(0, false, 60, 0);
	add_event(20, SQZ_NO_TIME);
	add_cause(0, false, 20, 1);
	add_event(100, SQZ_NO_TIME);
	add_cause(2, false, other, 1);
	add_cause(1, false, 40, 0);
}

START_TEST(takes_the_longest)
{
	make_fork(75);
	walk(3, false, 0);
	check_step(0, PATH_WORK, 3, 40);
	check_step(1, PATH_WORK, 1, 60);
	ck_assert_uint_eq(step_count, 2);
}
END_TEST

START_TEST(takes_the_first_of_equals)
{
	make_fork(80);
	walk(3, false, 0);
	check_step(0, PATH_WORK, 3, 80);
	check_step(1, PATH_WORK, 2, 20);
	ck_assert_uint_eq(step_count, 2);
}
END_TEST

START_TEST(leaves_out_what_takes_no_time)
{
	start_graph();
	add_event(4, SQZ_NO_TIME);
	add_event(4, 4);
	add_cause(0, false, 0, 0);
	add_event(9, SQZ_NO_TIME);
	add_cause(1, true, 5, 0);
	walk(2, false, 0);
	ck_assert_uint_eq(step_count, 2);
	check_step(1, PATH_ROOT, 0, 4);
}
END_TEST

START_TEST(sees_what_was_held)
{
	make_chain();
	events[2].ps = 28;
	ck_assert_uint_eq(path_held(&graph, &events[2]), 3);
	ck_assert_uint_eq(path_held(&graph, &events[1]), 0);
	ck_assert_uint_eq(path_held(&graph, &events[0]), 0);
	walk(2, false, 0);
	check_step(0, PATH_WORK, 2, 6);
	ck_assert_uint_eq(steps[0].held_ps, 3);
	walk(2, false, 27);
	ck_assert_uint_eq(steps[0].held_ps, 1);
}
END_TEST

/* A mark may be set after what follows from it. */
START_TEST(passes_later_causes)
{
	make_chain();
	events[1].ps = 40;
	walk(2, false, 0);
	check_step(0, PATH_WORK, 1, 10);
	check_step(1, PATH_WAY, 0, 5);
}
END_TEST

/* ---- evaluation ---- */

struct scale {
	uint64_t percent[2]; /* by work */
	uint64_t way;
};

static uint64_t same_root(const void *user, uint32_t event)
{
	(void)user;
	return graph.events[event].ps;
}

static uint64_t scale_delay(const void *user, uint32_t event,
			    const struct sqz_cause_edge *cause)
{
	const struct scale *scale = user;

	(void)event;
	return cause->delay_ps * scale->percent[cause->work] / 100;
}

static uint64_t scale_way(const void *user, uint32_t event)
{
	const struct scale *scale = user;

	return (graph.events[event].accepted_ps - graph.events[event].ps) *
	       scale->way / 100;
}

static uint64_t same_held(const void *user, uint64_t held_ps)
{
	(void)user;
	return held_ps;
}

static uint64_t time_if(struct scale scale, uint32_t event)
{
	const struct path_change change = { same_root, scale_delay, scale_way,
					    same_held, &scale };
	struct path_times times;

	ck_assert_int_eq(path_times_init(&times, graph.count), 0);
	path_evaluate(&graph, &change, &times);
	uint64_t ps = times.ps[event];
	path_times_free(&times);
	return ps;
}

START_TEST(evaluates)
{
	make_chain();
	ck_assert_uint_eq(time_if((struct scale){ { 100, 100 }, 100 }, 2), 25);
	ck_assert_uint_eq(time_if((struct scale){ { 0, 100 }, 100 }, 2), 18);
	ck_assert_uint_eq(time_if((struct scale){ { 100, 100 }, 60 }, 2), 23);
	events[2].ps = 28; /* held for 3 */
	ck_assert_uint_eq(time_if((struct scale){ { 0, 100 }, 100 }, 2), 21);
}
END_TEST

/* Work 0 takes 100, work 1 95: only half of what is saved counts. */
START_TEST(another_path_takes_over)
{
	make_fork(75);
	ck_assert_uint_eq(time_if((struct scale){ { 90, 100 }, 100 }, 3), 95);
	ck_assert_uint_eq(time_if((struct scale){ { 100, 90 }, 100 }, 3), 100);
	ck_assert_uint_eq(time_if((struct scale){ { 90, 90 }, 100 }, 3), 90);
	ck_assert_uint_eq(time_if((struct scale){ { 100, 120 }, 100 }, 3), 114);
}
END_TEST

/* ---- resources, on the chip of configs/default.cfg ---- */

enum work { PASS, MEMORY, DRIVER, PIPELINE, WORKS };

#define TILE   5 /* node 5,0 */
#define LAYER  3
#define CYCLES 8 /* input bits of a pass */

static char *works[WORKS] = { "pass", "memory", "driver", "pipeline" };
static struct sqz_trace_setting settings[256];
static struct runs runs;
static struct costs costs;

static void add_setting(void *user, const char *section, const char *key,
			const char *value)
{
	(void)user;
	settings[graph.setting_count++] =
	    (struct sqz_trace_setting){ strdup(section), strdup(key),
					strdup(value) };
}

/* A pass of 8 cycles of 100 ns, or of 128 conversions of 0.7 ns. */
static struct pass_times pass = {
	.x = TILE,
	.layer = LAYER,
	.pass_ps = CYCLES * 100000,
	.read_ps = CYCLES * 100000,
	.adc_ps = CYCLES * 89600,
};

static uint32_t node_of(uint8_t kind)
{
	struct sqz_config config;
	struct sqz_chip chip;
	struct sqz_error err;
	uint32_t node = 0;

	ck_assert(
	    !sqz_config_load(&config, "configs/default.cfg", NULL, 0, &err));
	ck_assert(!sqz_chip_build(&config, &chip, &err));
	while (chip.entries[node].kind != kind)
		node++;
	sqz_chip_free(&chip);
	return node;
}

/* The graph's events are done; what costs what in it. */
static void start_costs(void)
{
	struct sqz_config config;
	struct sqz_error err;

	ck_assert_msg(
	    !sqz_config_load(&config, "configs/default.cfg", NULL, 0, &err),
	    "%s", err.text);
	sqz_config_each(&config, add_setting, NULL);
	graph.works = (struct sqz_names){ works, WORKS };
	runs = (struct runs){ .passes = &pass, .pass_count = 1 };
	ck_assert_msg(!costs_init(&costs, "x", &graph, &runs, &err), "%s",
		      err.text);
}

static void end_costs(void)
{
	costs_free(&costs);
	for (size_t i = 0; i < graph.setting_count; i++) {
		free(settings[i].section);
		free(settings[i].key);
		free(settings[i].value);
	}
}

/* One cause of an event at a node. */
static void one_delay(uint32_t node, enum work work, uint64_t delay_ps)
{
	start_graph();
	graph.settings = settings;
	add_event(0, SQZ_NO_TIME);
	events[0].layer = LAYER;
	add_event(delay_ps, SQZ_NO_TIME);
	events[1].node = (uint16_t)node;
	add_cause(0, false, delay_ps, work);
	start_costs();
}

static void check_cost(enum path_resource resource, uint64_t wanted)
{
	uint64_t ps[PATH_RESOURCES] = { 0 };

	costs_of_delay(&costs, 1, &causes[0], causes[0].delay_ps, ps);
	for (unsigned i = 0; i < PATH_RESOURCES; i++)
		ck_assert_uint_eq(ps[i], i == resource ? wanted : 0);
}

static uint64_t delay_if(uint32_t resources, uint32_t percent)
{
	const struct faster faster = { &costs, resources, percent };

	return faster_delay(&faster, 1, &causes[0]);
}

START_TEST(memories_are_by_kind)
{
	static const struct {
		uint8_t kind;
		enum path_resource resource;
	} CASES[] = { { SQZ_NODE_DRAM, PATH_DRAM },
		      { SQZ_NODE_BUFFER, PATH_BUFFER },
		      { SQZ_NODE_FLASH, PATH_FLASH } };

	one_delay(node_of(CASES[_i].kind), MEMORY, 5000);
	check_cost(CASES[_i].resource, 5000);
	ck_assert_uint_eq(delay_if(1u << CASES[_i].resource, 10), 4500);
	ck_assert_uint_eq(delay_if(1u << PATH_DRIVER, 10), 5000);
	end_costs();
}
END_TEST

START_TEST(works_are_by_name)
{
	one_delay(0, DRIVER, 1005);
	check_cost(PATH_DRIVER, 1005);
	ck_assert_uint_eq(delay_if(1u << PATH_DRIVER, 10), 905);
	ck_assert_uint_eq(delay_if(UINT32_MAX, 99), 10);
	end_costs();
	one_delay(TILE, PIPELINE, 300);
	check_cost(PATH_PIPELINE, 300);
	end_costs();
}
END_TEST

/* Arrays are the slower ones: conversions are free up to their time. */
START_TEST(arrays_hide_conversions)
{
	pass.adc_ps = CYCLES * 89600;
	pass.pass_ps = pass.read_ps;
	one_delay(TILE, PASS, 3 * pass.pass_ps);
	check_cost(PATH_ARRAY_READ, 3 * pass.pass_ps);
	ck_assert_uint_eq(delay_if(1u << PATH_ADC, 50), 3 * pass.pass_ps);
	ck_assert_uint_eq(delay_if(1u << PATH_ARRAY_READ, 10),
			  3 * CYCLES * 90000);
	/* No further than the conversions. */
	ck_assert_uint_eq(delay_if(1u << PATH_ARRAY_READ, 20), 3 * pass.adc_ps);
	end_costs();
}
END_TEST

START_TEST(conversions_reach_beyond_arrays)
{
	uint64_t ps[PATH_RESOURCES] = { 0 };

	pass.adc_ps = pass.pass_ps = CYCLES * 105000;
	one_delay(TILE, PASS, 2 * pass.pass_ps);
	costs_of_delay(&costs, 1, &causes[0], causes[0].delay_ps, ps);
	ck_assert_uint_eq(ps[PATH_ARRAY_READ], 2 * pass.read_ps);
	ck_assert_uint_eq(ps[PATH_ADC], 2 * CYCLES * 5000);
	ck_assert_uint_eq(delay_if(1u << PATH_ADC, 10), 2 * pass.read_ps);
	ck_assert_uint_eq(delay_if(1u << PATH_ARRAY_READ, 10),
			  2 * pass.pass_ps);
	ck_assert_uint_eq(delay_if(1u << PATH_ADC | 1u << PATH_ARRAY_READ, 10),
			  2 * CYCLES * 94500);
	end_costs();
}
END_TEST

/* Two passes, the pipeline of 300 ns and 7 ns of the vector unit in one delay,
 * whatever its name. */
START_TEST(splits_off_the_pipeline)
{
	static const enum work NAMES[] = { PASS, PIPELINE };
	uint64_t ps[PATH_RESOURCES] = { 0 };

	pass.adc_ps = CYCLES * 89600;
	pass.pass_ps = pass.read_ps;
	one_delay(TILE, NAMES[_i], 2 * pass.pass_ps + 307000);
	costs_of_delay(&costs, 1, &causes[0], causes[0].delay_ps, ps);
	ck_assert_uint_eq(ps[PATH_ARRAY_READ], 2 * pass.pass_ps);
	ck_assert_uint_eq(ps[PATH_PIPELINE], 300000);
	ck_assert_uint_eq(ps[PATH_VECTOR], 7000);
	ck_assert_uint_eq(delay_if(1u << PATH_PIPELINE, 10),
			  2 * pass.pass_ps + 277000);
	ck_assert_uint_eq(delay_if(1u << PATH_ARRAY_READ, 10),
			  2 * CYCLES * 90000 + 307000);
	ck_assert_uint_eq(delay_if(1u << PATH_VECTOR, 10),
			  2 * pass.pass_ps + 306300);
	end_costs();
}
END_TEST

/* 6 routers, 5 flits: 5 H + 2 + (L - 1) cycles of 1 ns. */
START_TEST(ways_have_three_parts)
{
	uint64_t ps[PATH_RESOURCES] = { 0 };

	start_graph();
	graph.settings = settings;
	add_event(1000, 50000);
	events[0].dst = TILE;
	events[0].payload_bytes = 64;
	start_costs();
	costs_of_way(&costs, 0, 49000, ps);
	ck_assert_uint_eq(ps[PATH_HOPS], 32000);
	ck_assert_uint_eq(ps[PATH_FLITS], 4000);
	ck_assert_uint_eq(ps[PATH_NOC_WAIT], 13000);
	struct faster faster = { &costs, 1u << PATH_HOPS, 10 };
	ck_assert_uint_eq(faster_way(&faster, 0), 49000 - 3200);
	faster.resources |= 1u << PATH_FLITS | 1u << PATH_NOC_WAIT;
	ck_assert_uint_eq(faster_way(&faster, 0), 44100);
	memset(ps, 0, sizeof(ps));
	costs_of_way(&costs, 0, 33000, ps);
	ck_assert_uint_eq(ps[PATH_FLITS], 1000);
	ck_assert_uint_eq(ps[PATH_NOC_WAIT], 0);
	end_costs();
}
END_TEST

/* A memory with a full queue is what takes long; other nodes are not. */
START_TEST(refused_packets_wait_for_memories)
{
	static const struct {
		uint8_t kind;
		enum path_resource resource;
	} CASES[] = { { SQZ_NODE_DRAM, PATH_DRAM },
		      { SQZ_NODE_BUFFER, PATH_BUFFER },
		      { SQZ_NODE_TILE, PATH_NOC_WAIT } };
	uint64_t ps[PATH_RESOURCES] = { 0 };

	start_graph();
	graph.settings = settings;
	add_event(1000, 500000);
	events[0].dst = (uint16_t)node_of(CASES[_i].kind);
	events[0].arrived_ps = 200000;
	start_costs();
	costs_of_way(&costs, 0, 499000, ps);
	uint64_t waited = 199000 - ps[PATH_HOPS];
	if (CASES[_i].resource == PATH_NOC_WAIT)
		waited += 300000;
	else
		ck_assert_uint_eq(ps[CASES[_i].resource], 300000);
	ck_assert_uint_eq(ps[PATH_NOC_WAIT], waited);
	struct faster faster = { &costs, 1u << CASES[_i].resource, 10 };
	ck_assert_uint_eq(faster_way(&faster, 0),
			  499000 - ps[CASES[_i].resource] / 10);
	end_costs();
}
END_TEST

START_TEST(refuses_unknown_work)
{
	struct sqz_error err;

	one_delay(0, DRIVER, 10);
	costs_free(&costs);
	works[PIPELINE] = "sleep";
	ck_assert_int_eq(costs_init(&costs, "x", &graph, &runs, &err), -1);
	ck_assert_str_eq(err.text, "x: unknown kind of work 'sleep'");
	works[PIPELINE] = "pipeline";
	events[1].node = 64;
	ck_assert_int_eq(costs_init(&costs, "x", &graph, &runs, &err), -1);
	ck_assert_str_eq(err.text, "x: node 64 is not on the chip");
	end_costs();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("critical path");
	TCase *paths = tcase_create("paths");
	TCase *resources = tcase_create("resources");

	tcase_add_test(paths, walks_a_chain);
	tcase_add_test(paths, walks_to_a_time);
	tcase_add_test(paths, takes_the_longest);
	tcase_add_test(paths, takes_the_first_of_equals);
	tcase_add_test(paths, leaves_out_what_takes_no_time);
	tcase_add_test(paths, sees_what_was_held);
	tcase_add_test(paths, passes_later_causes);
	tcase_add_test(paths, evaluates);
	tcase_add_test(paths, another_path_takes_over);
	tcase_add_loop_test(resources, memories_are_by_kind, 0, 3);
	tcase_add_test(resources, works_are_by_name);
	tcase_add_test(resources, arrays_hide_conversions);
	tcase_add_test(resources, conversions_reach_beyond_arrays);
	tcase_add_loop_test(resources, splits_off_the_pipeline, 0, 2);
	tcase_add_test(resources, ways_have_three_parts);
	tcase_add_loop_test(resources, refused_packets_wait_for_memories, 0, 3);
	tcase_add_test(resources, refuses_unknown_work);
	suite_add_tcase(suite, paths);
	suite_add_tcase(suite, resources);
	return sqz_suite_main(suite);
}
