/* Topologies and routings: links, the zero-load law, freedom from deadlock, and
 * the report where a table of routes takes it away. */
#include "noc/traffic/load.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

struct shape {
	unsigned width, height;
	enum sqz_noc_topology topology;
	enum sqz_noc_routing routing;
};

static const struct shape shapes[] = {
	{ 4, 4, SQZ_NOC_TORUS, SQZ_NOC_XY },
	{ 8, 8, SQZ_NOC_TORUS, SQZ_NOC_XY },
	{ 5, 3, SQZ_NOC_TORUS, SQZ_NOC_XY },
	{ 4, 6, SQZ_NOC_TORUS, SQZ_NOC_YX },
	{ 2, 7, SQZ_NOC_TORUS, SQZ_NOC_YX },
	{ 4, 4, SQZ_NOC_CMESH, SQZ_NOC_XY },
	{ 8, 8, SQZ_NOC_CMESH, SQZ_NOC_YX },
	{ 8, 6, SQZ_NOC_CMESH, SQZ_NOC_WEST_FIRST },
	{ 4, 4, SQZ_NOC_MESH, SQZ_NOC_YX },
	{ 8, 8, SQZ_NOC_MESH, SQZ_NOC_WEST_FIRST },
	{ 5, 3, SQZ_NOC_MESH, SQZ_NOC_WEST_FIRST },
};

#define SHAPES ((int)(sizeof(shapes) / sizeof(shapes[0])))

static struct sqz_noc_config config_of(const struct shape *shape)
{
	struct sqz_noc_config config = sqz_noc_config_default();

	config.width = shape->width;
	config.height = shape->height;
	config.topology = shape->topology;
	config.routing = shape->routing;
	config.monitors = SQZ_NOC_CHECK_ALL;
	config.check_cycles = 97;
	config.age_limit_cycles = 20000;
	return config;
}

static struct sqz_noc *create(const struct sqz_noc_config *config)
{
	struct sqz_error err = { "" };
	struct sqz_noc *noc = sqz_noc_create(config, &err);

	ck_assert_msg(noc != NULL, "%s", err.text);
	return noc;
}

/* --- the law --- */

static unsigned steps(unsigned a, unsigned b, unsigned size, bool ring)
{
	unsigned way = a > b ? a - b : b - a;

	return ring && size - way < way ? size - way : way;
}

static unsigned routers_visited(const struct shape *s, unsigned a, unsigned b)
{
	bool ring = s->topology == SQZ_NOC_TORUS;
	unsigned side = s->topology == SQZ_NOC_CMESH ? 2 : 1;

	return 1 +
	       steps(a % s->width / side, b % s->width / side, s->width, ring) +
	       steps(a / s->width / side, b / s->width / side, s->height, ring);
}

static void keep(void *ctx, unsigned node, const struct sqz_noc_packet *packet,
		 uint64_t cycle)
{
	(void)cycle;
	ck_assert_uint_eq(node, packet->dst);
	*(struct sqz_noc_packet *)ctx = *packet;
}

static void step_until_idle(struct sqz_noc *noc)
{
	struct sqz_error err;

	for (int i = 0; i < 2000 && !sqz_noc_idle(noc); i++)
		if (sqz_noc_step(noc, &err))
			ck_abort_msg("%s", err.text);
	ck_assert(sqz_noc_idle(noc));
}

START_TEST(every_pair_obeys_the_law)
{
	const struct shape *shape = &shapes[_i];
	struct sqz_noc_config config = config_of(shape);
	struct sqz_noc_packet packet = { .hops = 0 };
	struct sqz_noc *noc = create(&config);
	struct sqz_noc_sink sink = { .ctx = &packet, .tail = keep };
	unsigned nodes = sqz_noc_nodes(noc);

	sqz_noc_set_sink(noc, &sink);
	for (unsigned i = 0; i < nodes * nodes * 3; i++) {
		static const unsigned lengths[] = { 1, 4, 8 };
		unsigned src = i / 3 % nodes, dst = i / 3 / nodes;
		unsigned flits = lengths[i % 3];
		unsigned hops = routers_visited(shape, src, dst);
		sqz_noc_inject(noc, src, dst, 0, flits, NULL, NULL);
		step_until_idle(noc);
		ck_assert_uint_eq(packet.hops, hops);
		ck_assert_uint_eq(packet.tail_cycle - packet.created_cycle,
				  5 * hops + 2 + flits - 1);
	}
	sqz_noc_destroy(noc);
}
END_TEST

/* --- links --- */

START_TEST(links_lead_where_they_should)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_noc *noc = create(&config);

	ck_assert_int_eq(sqz_noc_link_end(noc, 3, SQZ_NOC_EAST), -1);
	ck_assert_int_eq(sqz_noc_link_end(noc, 5, SQZ_NOC_NORTH), 1);
	ck_assert_int_eq(sqz_noc_link_end(noc, 5, SQZ_NOC_LOCAL), 5);
	ck_assert_str_eq(sqz_noc_port_name(noc, SQZ_NOC_LOCAL), "local");
	sqz_noc_destroy(noc);
	config.topology = SQZ_NOC_TORUS;
	noc = create(&config);
	ck_assert_uint_eq(sqz_noc_columns(noc), 4);
	ck_assert_int_eq(sqz_noc_link_end(noc, 3, SQZ_NOC_EAST), 0);
	ck_assert_int_eq(sqz_noc_link_end(noc, 1, SQZ_NOC_NORTH), 13);
	sqz_noc_destroy(noc);
	config.topology = SQZ_NOC_CMESH;
	noc = create(&config);
	ck_assert_uint_eq(sqz_noc_routers(noc), 4);
	ck_assert_uint_eq(sqz_noc_columns(noc), 2);
	ck_assert_uint_eq(sqz_noc_ports(noc), 8);
	ck_assert_int_eq(sqz_noc_link_end(noc, 0, SQZ_NOC_EAST), 1);
	/* Router 1 has nodes 2, 3 of the first row and 6, 7 of the second. */
	ck_assert_int_eq(sqz_noc_link_end(noc, 1, SQZ_NOC_LOCAL + 3), 7);
	ck_assert_str_eq(sqz_noc_port_name(noc, SQZ_NOC_LOCAL + 3), "local3");
	sqz_noc_destroy(noc);
}
END_TEST

/* --- load --- */

static struct sqz_noc_outcome offer(const struct sqz_noc_config *config,
				    enum sqz_noc_pattern pattern, double rate)
{
	struct sqz_noc_load load = sqz_noc_load_default();
	static struct sqz_noc_outcome outcome;
	struct sqz_error err = { "" };

	load.pattern = pattern;
	load.rate = rate;
	load.sizes.flits[0] = 9;
	load.warmup_cycles = 0;
	load.measure_cycles = 6000;
	load.drain_cycles = 0;
	ck_assert_msg(!sqz_noc_load_run(config, &load, &outcome, NULL, &err),
		      "%s", err.text);
	return outcome;
}

/* Small buffers, long packets, more than can be carried: with the monitors on,
 * a deadlock would end the run. Age alone is no fault: rings are not fair. */
START_TEST(saturation_without_deadlock)
{
	struct sqz_noc_config config = config_of(&shapes[_i]);

	config.vcs = 2;
	config.vc_depth = 2;
	config.monitors = SQZ_NOC_CHECK_ALL & ~SQZ_NOC_CHECK_AGE;
	config.age_limit_cycles = 500;
	ck_assert_uint_gt(offer(&config, SQZ_NOC_UNIFORM, 1).packets, 200);
	ck_assert_uint_gt(offer(&config, SQZ_NOC_TORNADO, 1).packets, 200);
	config.vcs = config.topology == SQZ_NOC_CMESH ? 8 : 12;
	config.routing_delay = 0;
	ck_assert_uint_gt(offer(&config, SQZ_NOC_UNIFORM, 1).packets, 200);
}
END_TEST

/* Where all packets of a row turn into one column, XY leaves the other links
 * idle; west-first goes around. */
START_TEST(adaptive_routing_adapts)
{
	struct sqz_noc_config config = config_of(&shapes[9]);
	double adaptive = offer(&config, SQZ_NOC_TRANSPOSE, 0.5).accepted;

	config.routing = SQZ_NOC_XY;
	ck_assert_double_gt(
	    adaptive, 1.05 * offer(&config, SQZ_NOC_TRANSPOSE, 0.5).accepted);
}
END_TEST

/* A torus carries more, a concentrated mesh less. */
START_TEST(topologies_differ_in_throughput)
{
	struct sqz_noc_config config =
	    config_of(&(struct shape){ 8, 8, SQZ_NOC_MESH, SQZ_NOC_XY });
	double mesh = offer(&config, SQZ_NOC_UNIFORM, 1).accepted;

	config.topology = SQZ_NOC_TORUS;
	ck_assert_double_gt(offer(&config, SQZ_NOC_UNIFORM, 1).accepted,
			    1.2 * mesh);
	config.topology = SQZ_NOC_CMESH;
	ck_assert_double_lt(offer(&config, SQZ_NOC_UNIFORM, 1).accepted,
			    0.7 * mesh);
}
END_TEST

/* --- tables --- */

/* XY on a 4x4 mesh, as a table. */
static void fill_xy(uint8_t table[16][16])
{
	for (int r = 0; r < 16; r++)
		for (int n = 0; n < 16; n++)
			table[r][n] = n % 4 > r % 4   ? SQZ_NOC_EAST
				      : n % 4 < r % 4 ? SQZ_NOC_WEST
				      : n > r	      ? SQZ_NOC_SOUTH
				      : n < r	      ? SQZ_NOC_NORTH
						      : SQZ_NOC_LOCAL;
}

START_TEST(a_table_of_xy_is_xy)
{
	uint8_t table[16][16];
	struct sqz_noc_config config =
	    config_of(&(struct shape){ 4, 4, SQZ_NOC_MESH, SQZ_NOC_TABLE });

	fill_xy(table);
	config.table = table[0];
	uint64_t by_table = offer(&config, SQZ_NOC_UNIFORM, 0.4).checksum;
	config.routing = SQZ_NOC_XY;
	ck_assert_uint_eq(by_table,
			  offer(&config, SQZ_NOC_UNIFORM, 0.4).checksum);
}
END_TEST

/* Routes around the square 0 1 5 4, each with one more turn: all four together
 * close a cycle. Steps until the engine gives up. */
static void run_around(struct sqz_noc *noc, struct sqz_error *err)
{
	static const unsigned pairs[4][2] = {
		{ 0, 5 }, { 1, 4 }, { 5, 0 }, { 4, 1 }
	};

	for (int i = 0; i < 4; i++)
		sqz_noc_inject(noc, pairs[i][0], pairs[i][1], 0, 30, NULL,
			       NULL);
	for (int i = 0; i < 5000; i++)
		if (sqz_noc_step(noc, err))
			return;
	ck_abort_msg("no deadlock was reported");
}

START_TEST(a_cyclic_wait_is_named)
{
	uint8_t table[16][16];
	struct sqz_noc_config config =
	    config_of(&(struct shape){ 4, 4, SQZ_NOC_MESH, SQZ_NOC_TABLE });
	struct sqz_error err = { "" };
	struct sqz_noc_wait waits[8];

	fill_xy(table);
	table[1][4] = SQZ_NOC_SOUTH;
	table[4][1] = SQZ_NOC_NORTH;
	config.table = table[0];
	config.vcs = 1;
	config.age_limit_cycles = 500;
	config.monitors = _i ? SQZ_NOC_CHECK_AGE : SQZ_NOC_CHECK_DEADLOCK;
	struct sqz_noc *noc = create(&config);
	run_around(noc, &err);
	ck_assert_msg(strstr(err.text, "deadlock: 8 VCs wait in a cycle: "
				       "router "),
		      "%s", err.text);
	/* Each packet's source waits for the link behind the first, whose VC
	 * waits for the next packet's source. */
	ck_assert_uint_eq(sqz_noc_find_deadlock(noc, waits, 8), 8);
	for (int i = 0; i < 8; i++) {
		static const unsigned after[6] = { 1, 5, 0, 0, 0, 4 };
		const struct sqz_noc_wait *at = &waits[i];
		bool source = at->port == SQZ_NOC_LOCAL;
		ck_assert_uint_eq(waits[(i + 1) % 8].router,
				  source ? after[at->router] : at->router);
		ck_assert_uint_eq(source, at->router == at->src);
	}
	sqz_noc_destroy(noc);
}
END_TEST

/* The same packets by XY arrive. */
START_TEST(without_the_fault_there_is_no_cycle)
{
	struct sqz_noc_config config =
	    config_of(&(struct shape){ 4, 4, SQZ_NOC_MESH, SQZ_NOC_XY });
	struct sqz_noc_wait wait;

	config.vcs = 1;
	struct sqz_noc *noc = create(&config);
	for (unsigned n = 0; n < 64; n++)
		sqz_noc_inject(noc, n % 16, n * 7 % 16, 0, 30, NULL, NULL);
	for (int i = 0; i < 2000 && !sqz_noc_idle(noc); i++) {
		ck_assert_uint_eq(sqz_noc_find_deadlock(noc, &wait, 1), 0);
		ck_assert_int_eq(sqz_noc_step(noc, NULL), 0);
	}
	ck_assert(sqz_noc_idle(noc));
	sqz_noc_destroy(noc);
}
END_TEST

START_TEST(a_packet_that_goes_round_is_named)
{
	uint8_t table[16][16];
	struct sqz_noc_config config =
	    config_of(&(struct shape){ 4, 4, SQZ_NOC_MESH, SQZ_NOC_TABLE });
	struct sqz_error err = { "" };
	int result = 0;

	fill_xy(table);
	table[1][2] = SQZ_NOC_WEST;
	config.table = table[0];
	config.monitors = SQZ_NOC_CHECK_DEADLOCK;
	config.age_limit_cycles = 500;
	struct sqz_noc *noc = create(&config);
	sqz_noc_inject(noc, 0, 2, 0, 4, NULL, NULL);
	for (int i = 0; i < 5000 && !result; i++)
		result = sqz_noc_step(noc, &err);
	ck_assert_msg(strstr(err.text, "livelock: a packet from node 0 to 2"),
		      "%s", err.text);
	sqz_noc_destroy(noc);
}
END_TEST

/* --- what is refused --- */

static const struct {
	unsigned width, vcs, classes;
	enum sqz_noc_topology topology;
	enum sqz_noc_routing routing;
	const char *complaint;
} bad[] = {
	{ 4, 3, 1, SQZ_NOC_TORUS, SQZ_NOC_XY, "3 VCs on a torus" },
	{ 4, 8, 5, SQZ_NOC_TORUS, SQZ_NOC_XY, "two for each of 5" },
	{ 4, 4, 1, SQZ_NOC_TORUS, SQZ_NOC_WEST_FIRST, "is for meshes" },
	{ 5, 4, 1, SQZ_NOC_CMESH, SQZ_NOC_XY, "both must be even" },
	{ 4, 9, 1, SQZ_NOC_CMESH, SQZ_NOC_XY, "vcs is 9, must be 1 to 8" },
	{ 4, 4, 1, SQZ_NOC_MESH, SQZ_NOC_TABLE, "wants a table" },
	{ 4, 4, 1, (enum sqz_noc_topology)3, SQZ_NOC_XY, "topology is 3" },
	{ 4, 4, 1, SQZ_NOC_MESH, (enum sqz_noc_routing)4, "routing is 4" },
};

START_TEST(bad_settings_are_refused)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err = { "" };

	config.width = bad[_i].width;
	config.vcs = bad[_i].vcs;
	config.classes = bad[_i].classes;
	config.topology = bad[_i].topology;
	config.routing = bad[_i].routing;
	ck_assert_ptr_null(sqz_noc_create(&config, &err));
	ck_assert_msg(strstr(err.text, bad[_i].complaint), "%s", err.text);
}
END_TEST

START_TEST(a_bad_table_is_refused)
{
	static const uint8_t wrong[][3] = { { 3, 0, SQZ_NOC_EAST },
					    { 2, 1, SQZ_NOC_LOCAL },
					    { 7, 7, 9 } };
	uint8_t table[16][16];
	struct sqz_noc_config config =
	    config_of(&(struct shape){ 4, 4, SQZ_NOC_MESH, SQZ_NOC_TABLE });
	struct sqz_error err = { "" };

	fill_xy(table);
	table[wrong[_i][0]][wrong[_i][1]] = wrong[_i][2];
	config.table = table[0];
	ck_assert_ptr_null(sqz_noc_create(&config, &err));
	ck_assert_msg(strstr(err.text, "routing table: router"), "%s",
		      err.text);
}
END_TEST

static TCase *refusals(void)
{
	TCase *tcase = tcase_create("refusals");

	tcase_add_loop_test(tcase, bad_settings_are_refused, 0,
			    sizeof(bad) / sizeof(bad[0]));
	tcase_add_loop_test(tcase, a_bad_table_is_refused, 0, 3);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("noc topologies");
	TCase *tcase = tcase_create("topologies");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, links_lead_where_they_should);
	tcase_add_loop_test(tcase, every_pair_obeys_the_law, 0, SHAPES);
	tcase_add_loop_test(tcase, saturation_without_deadlock, 0, SHAPES);
	tcase_add_test(tcase, adaptive_routing_adapts);
	tcase_add_test(tcase, topologies_differ_in_throughput);
	tcase_add_test(tcase, a_table_of_xy_is_xy);
	tcase_add_loop_test(tcase, a_cyclic_wait_is_named, 0, 2);
	tcase_add_test(tcase, without_the_fault_there_is_no_cycle);
	tcase_add_test(tcase, a_packet_that_goes_round_is_named);
	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, refusals());
	return sqz_suite_main(suite);
}
