/* Latencies of packets, and the table of those that are on their way. */
#include "traces/packet_flows.h"

#include "sample.h"
#include "scratch.h"
#include "traces/sent_packets.h"

#define US 1000000ull /* in ps */

/* ---- the table ---- */

#define IDS 3000u

static struct sent_packet described(uint64_t id)
{
	return (struct sent_packet){ .id = id,
				     .created_ps = 3 * id,
				     .payload_bytes = id % 64,
				     .layer = id % 7,
				     .source = (uint16_t)(id % 50),
				     .destination = (uint16_t)(id % 49) };
}

static void assert_taken(struct sent_packets *table, uint64_t id, bool is_there)
{
	const struct sent_packet wanted = described(id);
	struct sent_packet found = { 0 };

	ck_assert_int_eq(sent_packets_take(table, id, &found), is_there);
	if (!is_there)
		return;
	ck_assert_uint_eq(found.id, id);
	ck_assert_uint_eq(found.created_ps, wanted.created_ps);
	ck_assert_uint_eq(found.payload_bytes, wanted.payload_bytes);
	ck_assert_uint_eq(found.layer, wanted.layer);
	ck_assert_uint_eq(found.source, wanted.source);
	ck_assert_uint_eq(found.destination, wanted.destination);
}

/* Packets come and go in no order; ids are 0, small, and very large. */
START_TEST(sent_come_and_go)
{
	static bool is_there[IDS];
	struct sent_packets table = { 0 };
	size_t count = 0;
	uint32_t random = 1;

	for (unsigned i = 0; i < 30000; i++) {
		random = random * 1664525u + 1013904223u;
		const unsigned at = (random >> 8) % IDS;
		const uint64_t id = at < IDS / 2 ? at : UINT64_MAX - at * 4096u;
		const struct sent_packet packet = described(id);
		const bool sends = !is_there[at] && random >> 31;
		if (sends)
			ck_assert(!sent_packets_add(&table, &packet));
		else
			assert_taken(&table, id, is_there[at]);
		count += sends;
		count -= !sends && is_there[at];
		is_there[at] = sends;
		ck_assert_uint_eq(table.count, count);
	}
	ck_assert_uint_gt(count, 500);
	sent_packets_free(&table);
}
END_TEST

START_TEST(few_on_their_way_take_little)
{
	struct sent_packets table = { 0 };

	assert_taken(&table, 1, false);
	for (uint64_t id = 1; id <= 10000; id++) {
		const struct sent_packet packet = described(id);
		ck_assert(!sent_packets_add(&table, &packet));
		if (id > 100)
			assert_taken(&table, id - 100, true);
	}
	ck_assert_uint_eq(table.count, 100);
	ck_assert_uint_le(table.size, 256);
	sent_packets_free(&table);
}
END_TEST

START_TEST(sent_again)
{
	struct sent_packet packet = described(5);
	struct sent_packets table = { 0 };

	packet.created_ps = 1;
	ck_assert(!sent_packets_add(&table, &packet));
	packet = described(5);
	ck_assert(!sent_packets_add(&table, &packet));
	ck_assert_uint_eq(table.count, 1);
	assert_taken(&table, 5, true);
	assert_taken(&table, 5, false);
	sent_packets_free(&table);
}
END_TEST

/* ---- flows ---- */

static void put_packet(struct sqz_trace *trace, const char *type, unsigned src,
		       unsigned dst, uint64_t created, uint64_t arrives)
{
	const struct sqz_trace_arg args[] = {
		sqz_trace_uint("id", created / 1000),
		sqz_trace_uint("src", src),
		sqz_trace_uint("dst", dst),
		sqz_trace_uint("payload_bytes", 10),
		sqz_trace_uint("layer", 5),
		sqz_trace_uint("created_ps", created),
	};
	struct sqz_trace_extra extra = { .args = args, .arg_count = 5 };
	char name[32];

	extra.arg_count += created % 1000 != 0;
	snprintf(name, sizeof(name), "packets of node %u", src);
	sqz_trace_instant(trace, sqz_trace_track(trace, 0, name, 0), created,
			  type, "sent", &extra);
	extra.arg_count = 1;
	snprintf(name, sizeof(name), "packets of node %u", dst);
	sqz_trace_instant(trace, sqz_trace_track(trace, 0, name, 0), arrives,
			  type, "arrives", &extra);
}

static const struct sqz_packet_group *
group_of(const struct sqz_packet_flows *flows, enum sqz_packet_group_kind kind,
	 size_t at, uint64_t count)
{
	ck_assert_uint_lt(at, flows->groups[kind].count);
	const struct sqz_packet_group *group = &flows->groups[kind].all[at];
	ck_assert_uint_eq(group->latency_ns.count, count);
	ck_assert_uint_eq(group->payload_bytes, 10 * count);
	return group;
}

/* 1 -> 2: reads of 10, 20, ..., 100 ns; 2 -> 1: their data, 5 ns each;
 * 3 -> 2: one read of 300 ns. */
START_TEST(flows)
{
	struct sqz_packet_flows flows;
	struct sqz_error err;
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_PACKETS, 0);

	for (unsigned i = 1; i <= 10; i++) {
		put_packet(trace, "read", 1, 2, i * US, i * US + i * 10000);
		put_packet(trace, "data", 2, 1, i * US + 500000,
			   i * US + 505000);
	}
	put_packet(trace, "read", 3, 2, 20 * US + 999, 20 * US + 300000);
	scratch_trace_close(trace);
	ck_assert_int_eq(sqz_packet_flows_read(scratch("x"), &flows, &err), 0);
	ck_assert_uint_eq(flows.groups[SQZ_GROUP_FLOW].count, 3);
	ck_assert_uint_eq(flows.groups[SQZ_GROUP_TYPE].count, 2);
	ck_assert_uint_eq(flows.groups[SQZ_GROUP_SOURCE].count, 3);
	const struct sqz_packet_group *group =
	    group_of(&flows, SQZ_GROUP_FLOW, 1, 10);
	ck_assert_uint_eq(group->source, 1);
	ck_assert_uint_eq(group->destination, 2);
	ck_assert_str_eq(flows.types[group->type], "read");
	ck_assert_uint_eq(histogram_percentile(&group->latency_ns, 50), 50);
	ck_assert_uint_eq(histogram_percentile(&group->latency_ns, 90), 90);
	ck_assert_uint_eq(group->latency_ns.sum, 550);
	group_of(&flows, SQZ_GROUP_FLOW, 0, 1);
	group_of(&flows, SQZ_GROUP_FLOW, 2, 10);
	group = group_of(&flows, SQZ_GROUP_DESTINATION, 0, 11);
	ck_assert_uint_eq(group->destination, 2);
	ck_assert_uint_eq(group->latency_ns.largest, 300);
	ck_assert_uint_eq(flows.slow_count, 21);
	ck_assert_uint_eq(flows.slowest[0].latency_ns, 300);
	ck_assert_uint_eq(flows.slowest[0].source, 3);
	ck_assert_uint_eq(flows.slowest[1].latency_ns, 100);
	ck_assert_uint_eq(flows.slowest[1].created_ps, 10 * US);
	ck_assert_uint_eq(flows.slowest[20].latency_ns, 5);
	sqz_packet_flows_free(&flows);
}
END_TEST

/* More flows than the first table holds, more packets than are kept. */
START_TEST(many_flows)
{
	struct sqz_packet_flows flows;
	struct sqz_error err;
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_PACKETS, 0);

	for (unsigned i = 0; i < 1500; i++)
		put_packet(trace, "read", i % 50, 100 + i / 50, i * US,
			   i * US + (i % 700) * 1000);
	scratch_trace_close(trace);
	ck_assert_int_eq(sqz_packet_flows_read(scratch("x"), &flows, &err), 0);
	ck_assert_uint_eq(flows.groups[SQZ_GROUP_FLOW].count, 1500);
	ck_assert_uint_eq(flows.groups[SQZ_GROUP_SOURCE].count, 50);
	ck_assert_uint_eq(flows.groups[SQZ_GROUP_DESTINATION].count, 30);
	ck_assert_uint_eq(flows.slow_count, SQZ_SLOW_PACKETS);
	ck_assert_uint_eq(flows.slowest[0].latency_ns, 699);
	ck_assert_uint_eq(flows.slowest[0].created_ps, 699 * US);
	ck_assert_uint_eq(flows.slowest[1].created_ps, 1399 * US);
	ck_assert_uint_eq(flows.slowest[99].latency_ns, 650);
	sqz_packet_flows_free(&flows);
}
END_TEST

static void put_arrival(struct sqz_trace *trace, uint64_t id, uint64_t ps)
{
	const struct sqz_trace_arg arg = sqz_trace_uint("id", id);
	const struct sqz_trace_extra extra = { .args = &arg, .arg_count = 1 };

	sqz_trace_instant(trace,
			  sqz_trace_track(trace, 0, "packets of node 9", 0), ps,
			  "read", "arrives", &extra);
}

/* The trace begins when two packets are on their way. */
START_TEST(sent_before_the_trace)
{
	struct sqz_packet_flows flows;
	struct sqz_error err;
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_PACKETS, 0);
	char *text = NULL;
	size_t size = 0;

	put_arrival(trace, 7, US);
	put_packet(trace, "read", 1, 2, 2 * US, 2 * US + 5000);
	put_arrival(trace, 8, 3 * US);
	scratch_trace_close(trace);
	ck_assert_int_eq(sqz_packet_flows_read(scratch("x"), &flows, &err), 0);
	ck_assert_uint_eq(flows.unsent, 2);
	ck_assert_uint_eq(flows.slow_count, 1);
	group_of(&flows, SQZ_GROUP_FLOW, 0, 1);
	FILE *file = open_memstream(&text, &size);
	ck_assert_int_eq(sqz_packet_flows_print(&flows, 10, file), 0);
	fclose(file);
	ck_assert_ptr_nonnull(strstr(text, "2 packets are left out"));
	free(text);
	sqz_packet_flows_free(&flows);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sqz trace flows");
	TCase *tcase = tcase_create("flows");

	tcase_add_checked_fixture(tcase, scratch_setup, scratch_teardown);
	tcase_add_test(tcase, sent_come_and_go);
	tcase_add_test(tcase, few_on_their_way_take_little);
	tcase_add_test(tcase, sent_again);
	tcase_add_test(tcase, flows);
	tcase_add_test(tcase, many_flows);
	tcase_add_test(tcase, sent_before_the_trace);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
