/* The network and the shells of its nodes, with probes as nodes. */
#include "soc_rig.h"

#include <algorithm>

static const uint64_t CYCLE = 1000; /* ps, of default.cfg */

static const std::vector<const char *> SMALL = { "noc.width=4", "noc.height=4",
						 "chip.buffers=1",
						 "chip.dram_controllers=1" };

static std::vector<const char *> small_with(std::vector<const char *> more)
{
	more.insert(more.begin(), SMALL.begin(), SMALL.end());
	return more;
}

static const char NOWHERE[] =
    "noc: packet from node 0 to 99, but the mesh has nodes 0 to 15";

static uint64_t next_edge(uint64_t ps, uint64_t cycle_ps)
{
	return (ps + cycle_ps - 1) / cycle_ps * cycle_ps;
}

/* ---- time ---- */

static void check_flights(mesh_rig &rig, uint64_t cycle_ps)
{
	static const uint32_t BYTES[] = { 0, 1, 16, 200, 256 };
	static const uint16_t ENDS[][2] = { { 0, 15 }, { 15, 0 }, { 5, 6 },
					    { 12, 3 }, { 7, 7 },  { 0, 3 } };
	uint64_t start = 0;

	for (auto &ends : ENDS)
		for (uint32_t bytes : BYTES)
			for (uint64_t off : { (uint64_t)0, (uint64_t)1,
					      cycle_ps / 2, cycle_ps - 1 }) {
				start += 1000 * cycle_ps;
				run_to(start + off);
				rig.send(ends[0], ends[1], SQZ_PKT_WRITE,
					 bytes);
				run_to(start + 999 * cycle_ps);
				auto &log = rig.probes[ends[1]].arrivals;
				ck_assert_uint_eq(log.size(), 1);
				ck_assert_uint_eq(
				    log[0].ps,
				    next_edge(start + off, cycle_ps) +
					rig.flight_ps(ends[0], ends[1], bytes));
				ck_assert_uint_eq(log[0].payload.size(), bytes);
				log.clear();
			}
	rig.expect_empty();
}

START_TEST(packets_take_the_zero_load_time)
{
	mesh_rig rig(SMALL);

	check_flights(rig, CYCLE);
}
END_TEST

START_TEST(the_clock_is_the_configured_one)
{
	mesh_rig rig(small_with({ "noc.cycle_ns=0.781" }));

	check_flights(rig, 781);
}
END_TEST

/* The network runs ahead while nothing else happens: the kernel is asked when a
 * packet is sent and when it arrives, not for each of 53 cycles. */
START_TEST(a_flight_takes_few_kernel_steps)
{
	mesh_rig rig(SMALL);

	run_to(1000 * CYCLE);
	const uint64_t before = sc_core::sc_delta_count();
	rig.send(0, 15, SQZ_PKT_WRITE, 256);
	run_to(2000 * CYCLE);
	ck_assert_uint_eq(rig.probes[15].arrivals.size(), 1);
	ck_assert_uint_le(sc_core::sc_delta_count() - before, 6);
}
END_TEST

/* Nor does it run past an event that may send. */
START_TEST(events_during_a_flight_are_in_time)
{
	mesh_rig rig(SMALL);
	probe &sender = rig.probes[15];

	sender.on_wake = [&] {
		sender.env->send(sender.env->context,
				 rig.packet(15, 12, SQZ_PKT_WRITE, 64));
	};
	rig.send(0, 15, SQZ_PKT_WRITE, 256);
	rig.inside(15, [&] {
		sender.env->wake_at(sender.env->context, 20 * CYCLE + 1);
	});
	run_all();
	ck_assert_uint_eq(rig.probes[15].arrivals[0].ps,
			  rig.flight_ps(0, 15, 256));
	ck_assert_uint_eq(rig.probes[12].arrivals[0].ps,
			  21 * CYCLE + rig.flight_ps(15, 12, 64));
}
END_TEST

START_TEST(a_packet_without_an_event_at_its_time_is_an_error)
{
	mesh_rig rig(SMALL);

	rig.send(0, 15, SQZ_PKT_WRITE, 256);
	sc_core::sc_start(sc_core::sc_time::from_value(5 * CYCLE));
	expect_error("network: a packet comes too late: no event was at its "
		     "time",
		     [&] { rig.send(3, 15, SQZ_PKT_WRITE, 64); });
}
END_TEST

/* Independent of the law's formula: 7 routers, 17 flits. */
START_TEST(a_flight_computed_by_hand)
{
	mesh_rig rig(SMALL);

	ck_assert_uint_eq(SQZ_PACKET_HEADER_BYTES, 16);
	run_to(3500);
	rig.send(0, 15, SQZ_PKT_WRITE, 256);
	run_all();
	ck_assert_uint_eq(rig.probes[15].arrivals[0].ps,
			  4000 + (5 * 7 + 2 + 16) * 1000);
}
END_TEST

START_TEST(a_node_may_send_to_itself)
{
	mesh_rig rig(SMALL);

	rig.send(9, 9, SQZ_PKT_GRANT);
	run_all();
	ck_assert_uint_eq(rig.probes[9].arrivals.size(), 1);
	ck_assert_uint_eq(rig.probes[9].arrivals[0].ps, 7 * CYCLE);
	ck_assert_uint_eq(rig.probes[9].arrivals[0].src, 9);
	rig.expect_empty();
}
END_TEST

/* What arrives at an edge is answered from the next one on. */
START_TEST(answers_leave_in_the_next_cycle)
{
	mesh_rig rig(SMALL);

	rig.probes[3].on_arrival = [&](const arrival &) {
		sqz_packet *answer = rig.packet(3, 0, SQZ_PKT_WRITE_ACK);
		const sqz_node_env *env = rig.probes[3].env;
		env->send(env->context, answer);
	};
	rig.send(0, 3, SQZ_PKT_WRITE, 64);
	run_all();
	ck_assert_uint_eq(rig.probes[0].arrivals.size(), 1);
	ck_assert_uint_eq(rig.probes[0].arrivals[0].ps,
			  rig.flight_ps(0, 3, 64) + CYCLE +
			      rig.flight_ps(3, 0, 0));
}
END_TEST

/* Nodes that wake at an edge send in that edge's cycle, busy as the network may
 * be elsewhere, and whatever the order of the kernel's queue. */
START_TEST(sending_at_an_edge_is_in_time_under_load)
{
	mesh_rig rig(small_with({ "noc.queue_packets=200" }));
	std::vector<uint64_t> expected;

	for (int i = 0; i < 150; i++)
		rig.send(12, 15, SQZ_PKT_WRITE, 256);
	for (uint16_t node : { 1, 2, 4, 5, 6 }) {
		probe &p = rig.probes[node];
		p.on_wake = [&p] {
			p.env->wake_at(p.env->context, sqz::now_ps() + CYCLE);
		};
		rig.inside(node, [&] {
			p.env->wake_at(p.env->context, node % 2 * CYCLE);
		});
	}
	probe &sender = rig.probes[0];
	sender.on_wake = [&] {
		const uint64_t now = sqz::now_ps();
		sender.env->send(sender.env->context,
				 rig.packet(0, 3, SQZ_PKT_GRANT));
		expected.push_back(now + rig.flight_ps(0, 3, 0));
		sender.env->wake_at(sender.env->context,
				    now + (4 + now / CYCLE % 7) * CYCLE);
	};
	rig.inside(0, [&] { sender.env->wake_at(sender.env->context, CYCLE); });
	run_to(2000 * CYCLE);
	ck_assert_uint_gt(rig.probes[3].arrivals.size(), 250);
	for (size_t i = 0; i < rig.probes[3].arrivals.size(); i++)
		ck_assert_uint_eq(rig.probes[3].arrivals[i].ps, expected[i]);
}
END_TEST

/* ---- back-pressure ---- */

START_TEST(the_injection_queue_holds_back_its_class)
{
	mesh_rig rig(small_with({ "noc.queue_packets=2" }));
	const sqz_node_env *env = rig.shells[0]->environment();

	run_to(CYCLE / 2);
	rig.send(0, 3, SQZ_PKT_WRITE, 64); /* 5 flits: cycles 1 to 5 */
	ck_assert(env->can_send(env->context, SQZ_CLASS_RESULT));
	rig.send(0, 3, SQZ_PKT_WRITE, 64); /* from cycle 6 on */
	ck_assert(!env->can_send(env->context, SQZ_CLASS_RESULT));
	ck_assert(env->can_send(env->context, SQZ_CLASS_RESPONSE));
	run_to(5 * CYCLE);
	ck_assert(!env->can_send(env->context, SQZ_CLASS_RESULT));
	run_all();
	/* Only from full to not full, not when the second has left, too. */
	ck_assert_uint_eq(rig.probes[0].readies.size(), 1);
	ck_assert_uint_eq(rig.probes[0].readies[0], 5 * CYCLE);
	ck_assert_uint_eq(rig.probes[3].arrivals.size(), 2);
	ck_assert_uint_eq(rig.probes[3].arrivals[0].ps,
			  CYCLE + rig.flight_ps(0, 3, 64));
	rig.expect_empty();
}
END_TEST

START_TEST(tx_ready_refills_the_queue_without_a_gap)
{
	mesh_rig rig(small_with({ "noc.queue_packets=2" }));
	int left = 20;

	rig.probes[0].on_ready = [&](sqz_class msg_class) {
		ck_assert_int_eq(msg_class, SQZ_CLASS_RESULT);
		if (left-- > 0)
			rig.probes[0].env->send(
			    rig.probes[0].env->context,
			    rig.packet(0, 3, SQZ_PKT_WRITE, 64));
	};
	rig.send(0, 3, SQZ_PKT_WRITE, 64);
	rig.send(0, 3, SQZ_PKT_WRITE, 64);
	run_all();
	ck_assert_uint_eq(rig.probes[3].arrivals.size(), 22);
	/* 5 flits, then the next head is routed and gets its VC: 7 cycles. */
	for (size_t i = 0; i < 22; i++)
		ck_assert_uint_eq(rig.probes[3].arrivals[i].ps,
				  rig.flight_ps(0, 3, 64) + 7 * i * CYCLE);
	rig.expect_empty();
}
END_TEST

static void take_again(mesh_rig &rig, uint16_t node, sqz_class msg_class)
{
	const sqz_node_env *env = rig.shells[node]->environment();

	rig.inside(node, [&] {
		rig.probes[node].accepting[msg_class] = true;
		env->rx_ready(env->context, msg_class);
	});
}

START_TEST(a_refused_packet_holds_its_class_and_no_other)
{
	mesh_rig rig(SMALL);
	auto &log = rig.probes[3].arrivals;

	rig.probes[3].accepting[SQZ_CLASS_REQUEST] = false;
	const uint64_t first = rig.send(0, 3, SQZ_PKT_READ);
	run_to(2 * CYCLE);
	const uint64_t second = rig.send(0, 3, SQZ_PKT_READ);
	run_to(100 * CYCLE);
	ck_assert_uint_eq(rig.probes[3].refusals.size(), 1);
	ck_assert_uint_eq(log.size(), 0);
	rig.send(0, 3, SQZ_PKT_READ_DATA, 32);
	run_to(200 * CYCLE);
	ck_assert_uint_eq(log.size(), 1);
	ck_assert_uint_eq(log[0].ps, 100 * CYCLE + rig.flight_ps(0, 3, 32));
	run_to(300 * CYCLE + 7);
	take_again(rig, 3, SQZ_CLASS_REQUEST);
	ck_assert_uint_eq(log.size(), 2);
	ck_assert_uint_eq(log[1].id, first);
	ck_assert_uint_eq(log[1].ps, 300 * CYCLE + 7);
	run_all();
	/* It waited in the node's ejection buffer. */
	ck_assert_uint_eq(log.size(), 3);
	ck_assert_uint_eq(log[2].id, second);
	ck_assert_uint_eq(log[2].ps, 301 * CYCLE);
	ck_assert_uint_eq(rig.probes[3].refusals.size(), 1);
	rig.expect_empty();
}
END_TEST

/* With two VCs a class has two packets on their way into the node at a time. */
START_TEST(packets_behind_a_refused_one_are_kept_in_order)
{
	mesh_rig rig(small_with({ "noc.vcs=10" }));
	const uint16_t sink = 5;
	std::vector<uint64_t> sent;

	rig.probes[sink].accepting[SQZ_CLASS_RESULT] = false;
	for (int i = 0; i < 4; i++)
		for (uint16_t src : { 4, 6, 1, 9 })
			sent.push_back(rig.send(src, sink, SQZ_PKT_WRITE, 256));
	for (int i = 1; i <= 40; i++) {
		run_to(i * 200 * CYCLE);
		take_again(rig, sink, SQZ_CLASS_RESULT);
		rig.probes[sink].accepting[SQZ_CLASS_RESULT] = false;
	}
	auto &log = rig.probes[sink].arrivals;
	ck_assert_uint_eq(log.size(), sent.size());
	for (uint64_t id : sent)
		ck_assert(
		    std::any_of(log.begin(), log.end(),
				[id](const arrival &a) { return a.id == id; }));
	rig.expect_empty();
}
END_TEST

START_TEST(a_node_may_change_its_mind_while_it_refuses)
{
	mesh_rig rig(SMALL);
	probe &p = rig.probes[3];

	p.accepting[SQZ_CLASS_REQUEST] = false;
	p.on_refusal = [&] {
		p.accepting[SQZ_CLASS_REQUEST] = true;
		p.env->rx_ready(p.env->context, SQZ_CLASS_REQUEST);
	};
	rig.send(0, 3, SQZ_PKT_READ);
	rig.send(0, 3, SQZ_PKT_READ);
	run_all();
	ck_assert_uint_eq(p.refusals.size(), 1);
	ck_assert_uint_eq(p.arrivals.size(), 2);
	ck_assert_uint_eq(p.arrivals[0].ps, rig.flight_ps(0, 3, 0));
	/* Routing and VC allocation of the second head lie between them. */
	ck_assert_uint_eq(p.arrivals[1].ps, 3 * CYCLE + rig.flight_ps(0, 3, 0));
	rig.expect_empty();
}
END_TEST

/* A request is refused; the response that comes later makes room for it. */
START_TEST(one_class_may_make_room_for_another)
{
	mesh_rig rig(SMALL);
	probe &p = rig.probes[3];

	p.accepting[SQZ_CLASS_REQUEST] = false;
	p.on_arrival = [&](const arrival &a) {
		if (a.type != SQZ_PKT_READ_DATA)
			return;
		p.accepting[SQZ_CLASS_REQUEST] = true;
		p.env->rx_ready(p.env->context, SQZ_CLASS_REQUEST);
	};
	rig.send(0, 3, SQZ_PKT_READ);
	run_to(100 * CYCLE);
	rig.send(0, 3, SQZ_PKT_READ_DATA);
	run_all();
	ck_assert_uint_eq(p.arrivals.size(), 2);
	ck_assert_uint_eq(p.arrivals[0].type, SQZ_PKT_READ_DATA);
	ck_assert_uint_eq(p.arrivals[1].type, SQZ_PKT_READ);
	ck_assert_uint_eq(p.arrivals[1].ps, p.arrivals[0].ps);
	rig.expect_empty();
}
END_TEST

/* ---- wake_at ---- */

static void wake_at(mesh_rig &rig, uint64_t ps)
{
	const sqz_node_env *env = rig.shells[0]->environment();

	rig.inside(0, [&] { env->wake_at(env->context, ps); });
}

START_TEST(wake_at_calls_once)
{
	mesh_rig rig(SMALL);
	auto &wakes = rig.probes[0].wakes;

	wake_at(rig, 12345);
	run_all();
	ck_assert_uint_eq(wakes.size(), 1);
	ck_assert_uint_eq(wakes[0], 12345);
}
END_TEST

START_TEST(a_later_call_replaces_an_earlier_one)
{
	mesh_rig rig(SMALL);
	auto &wakes = rig.probes[0].wakes;

	wake_at(rig, 5000);
	wake_at(rig, 3000); /* earlier */
	run_to(4000);
	ck_assert_uint_eq(wakes.size(), 1);
	ck_assert_uint_eq(wakes[0], 3000);
	wake_at(rig, 6000);
	wake_at(rig, 9000); /* later */
	wake_at(rig, 9000); /* the same */
	run_to(8999);
	ck_assert_uint_eq(wakes.size(), 1);
	run_all();
	ck_assert_uint_eq(wakes.size(), 2);
	ck_assert_uint_eq(wakes[1], 9000);
}
END_TEST

START_TEST(wake_at_never_cancels)
{
	mesh_rig rig(SMALL);
	auto &wakes = rig.probes[0].wakes;

	wake_at(rig, 5000);
	wake_at(rig, SQZ_NEVER);
	run_to(9000);
	ck_assert_uint_eq(wakes.size(), 0);
	wake_at(rig, 20000);
	wake_at(rig, SQZ_NEVER);
	wake_at(rig, 10000); /* before the time that was cancelled */
	run_all();
	ck_assert_uint_eq(wakes.size(), 1);
	ck_assert_uint_eq(wakes[0], 10000);
}
END_TEST

START_TEST(wake_at_now_and_from_wake)
{
	mesh_rig rig(SMALL);
	probe &p = rig.probes[0];
	int again = 3;

	p.on_wake = [&] {
		if (again-- > 0)
			p.env->wake_at(p.env->context, again
							   ? sqz::now_ps() + 10
							   : sqz::now_ps());
	};
	run_to(7000);
	wake_at(rig, 7000);
	run_all();
	ck_assert_uint_eq(p.wakes.size(), 4);
	ck_assert_uint_eq(p.wakes[0], 7000);
	ck_assert_uint_eq(p.wakes[1], 7010);
	ck_assert_uint_eq(p.wakes[2], 7020);
	ck_assert_uint_eq(p.wakes[3], 7020);
}
END_TEST

/* ---- TLM ---- */

START_TEST(payloads_are_reused)
{
	sqz::payload_pool pool;
	sqz_packet packet = {};

	packet.msg_class = SQZ_CLASS_PSUM;
	packet.payload_bytes = 24;
	packet.addr = 0x1234;
	auto *one = pool.wrap(&packet);
	ck_assert_ptr_eq(sqz::packet_of(*one), &packet);
	ck_assert_uint_eq(sqz::class_of(*one), SQZ_CLASS_PSUM);
	ck_assert_uint_eq(one->get_data_length(), 24);
	ck_assert_uint_eq(one->get_address(), 0x1234);
	ck_assert_uint_eq(pool.in_use(), 1);
	one->acquire();
	one->release();
	ck_assert_uint_eq(pool.in_use(), 1);
	one->release();
	ck_assert_uint_eq(pool.in_use(), 0);
	ck_assert_ptr_eq(pool.wrap(&packet), one);
	ck_assert_ptr_ne(pool.wrap(&packet), one);
	ck_assert_uint_eq(pool.in_use(), 2);
}
END_TEST

/* A transaction without a memory manager, as blocking ones may be. */
struct plain_transaction {
	tlm::tlm_generic_payload payload;
	sqz::packet_extension extension;

	explicit plain_transaction(sqz_packet *packet)
	{
		packet->msg_class =
		    (uint8_t)sqz_packet_class((sqz_packet_type)packet->type);
		extension.packet = packet;
		extension.msg_class = packet->msg_class;
		payload.set_extension(&extension);
		payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
	}
	~plain_transaction()
	{
		payload.clear_extension(&extension);
	}
};

START_TEST(a_blocking_packet_returns_when_it_has_left)
{
	mesh_rig rig(small_with({ "noc.queue_packets=1" }));
	uint64_t back = 0;

	sc_core::sc_spawn([&] {
		plain_transaction t(rig.packet(0, 3, SQZ_PKT_WRITE, 64));
		sc_core::sc_time delay(2, sc_core::SC_NS);
		rig.shells[0]->out->b_transport(t.payload, delay);
		ck_assert(t.payload.is_response_ok());
		ck_assert(delay == sc_core::SC_ZERO_TIME);
		back = sqz::now_ps();
	});
	run_all();
	/* 2 ns of annotated delay, flits in cycles 2 to 6 */
	ck_assert_uint_eq(back, 6 * CYCLE);
	ck_assert_uint_eq(rig.probes[3].arrivals.size(), 1);
	ck_assert_uint_eq(rig.probes[3].arrivals[0].ps,
			  2 * CYCLE + rig.flight_ps(0, 3, 64));
	/* The node's own account of its queue is untouched. */
	ck_assert_uint_eq(rig.probes[0].readies.size(), 0);
	rig.send(0, 3, SQZ_PKT_WRITE, 64);
	const sqz_node_env *env = rig.shells[0]->environment();
	ck_assert(!env->can_send(env->context, SQZ_CLASS_RESULT));
	run_all();
	ck_assert_uint_eq(rig.probes[0].readies.size(), 1);
	rig.expect_empty();
}
END_TEST

START_TEST(blocking_packets_of_one_class_keep_their_order)
{
	mesh_rig rig(SMALL);
	std::vector<uint64_t> back(3);

	for (int i = 0; i < 3; i++)
		sc_core::sc_spawn([&rig, &back, i] {
			plain_transaction t(
			    rig.packet(0, 3, SQZ_PKT_WRITE, 64));
			sc_core::sc_time delay(i, sc_core::SC_NS);
			rig.shells[0]->out->b_transport(t.payload, delay);
			back[i] = sqz::now_ps();
		});
	run_all();
	ck_assert_uint_eq(back[0], 4 * CYCLE);
	ck_assert_uint_eq(back[1], 9 * CYCLE);
	ck_assert_uint_eq(back[2], 14 * CYCLE);
	ck_assert_uint_eq(rig.probes[3].arrivals.size(), 3);
	rig.expect_empty();
}
END_TEST

START_TEST(a_node_takes_blocking_packets)
{
	mesh_rig rig(SMALL);
	uint64_t back = 0;

	rig.probes[3].accepting[SQZ_CLASS_RESULT] = false;
	sc_core::sc_spawn([&] {
		plain_transaction t(rig.packet(0, 3, SQZ_PKT_WRITE, 64));
		sc_core::sc_time delay(500, sc_core::SC_PS);
		rig.fabric->to_nodes[3]->b_transport(t.payload, delay);
		ck_assert(t.payload.is_response_ok());
		ck_assert(delay == sc_core::SC_ZERO_TIME);
		back = sqz::now_ps();
	});
	run_to(50 * CYCLE);
	ck_assert_uint_eq(rig.probes[3].refusals.size(), 1);
	ck_assert_uint_eq(rig.probes[3].refusals[0], 500);
	ck_assert_uint_eq(back, 0);
	run_to(50 * CYCLE + 3);
	take_again(rig, 3, SQZ_CLASS_RESULT);
	run_all();
	ck_assert_uint_eq(back, 50 * CYCLE + 3);
	ck_assert_uint_eq(rig.probes[3].arrivals.size(), 1);
	rig.expect_empty();
}
END_TEST

/* It must not overtake a packet of the same class that was refused before. */
START_TEST(a_blocking_packet_waits_behind_a_refused_one)
{
	mesh_rig rig(SMALL);
	uint64_t first = 0, second = 0;

	rig.probes[3].accepting[SQZ_CLASS_RESULT] = false;
	first = rig.send(0, 3, SQZ_PKT_WRITE, 64);
	sc_core::sc_spawn([&] {
		sqz_packet *packet = rig.packet(0, 3, SQZ_PKT_WRITE, 64);
		second = packet->id;
		plain_transaction t(packet);
		sc_core::sc_time delay(100, sc_core::SC_NS);
		rig.fabric->to_nodes[3]->b_transport(t.payload, delay);
	});
	run_to(200 * CYCLE);
	take_again(rig, 3, SQZ_CLASS_RESULT);
	run_all();
	ck_assert_uint_eq(rig.probes[3].arrivals.size(), 2);
	ck_assert_uint_eq(rig.probes[3].arrivals[0].id, first);
	ck_assert_uint_eq(rig.probes[3].arrivals[1].id, second);
	rig.expect_empty();
}
END_TEST

START_TEST(unknown_phases_are_errors)
{
	mesh_rig rig(SMALL);
	plain_transaction t(rig.packet(0, 3, SQZ_PKT_WRITE));
	sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
	tlm::tlm_phase phase = tlm::BEGIN_RESP;

	expect_error("network: a node sent an unknown phase", [&] {
		rig.shells[0]->out->nb_transport_fw(t.payload, phase, delay);
	});
	expect_error("network: a node sent an unknown phase", [&] {
		rig.shells[0]->in->nb_transport_bw(t.payload, phase, delay);
	});
	expect_error("node 2: the network sent an unknown phase", [&] {
		rig.fabric->to_nodes[2]->nb_transport_fw(t.payload, phase,
							 delay);
	});
	expect_error("node 2: the network sent an unknown phase", [&] {
		rig.fabric->from_nodes[2]->nb_transport_bw(t.payload, phase,
							   delay);
	});
}
END_TEST

START_TEST(breaches_of_the_protocol_are_errors)
{
	mesh_rig rig(SMALL);
	plain_transaction t(rig.packet(0, 3, SQZ_PKT_READ));
	plain_transaction u(rig.packet(0, 3, SQZ_PKT_READ));
	sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
	tlm::tlm_phase phase = tlm::END_REQ;

	expect_error(
	    "network: a node took a packet that it was not offered", [&] {
		    rig.shells[3]->in->nb_transport_bw(t.payload, phase, delay);
	    });
	rig.probes[3].accepting[SQZ_CLASS_REQUEST] = false;
	phase = tlm::BEGIN_REQ;
	ck_assert_int_eq(
	    rig.fabric->to_nodes[3]->nb_transport_fw(t.payload, phase, delay),
	    tlm::TLM_ACCEPTED);
	expect_error("node 3: the network offers a packet behind a refused one",
		     [&] {
			     rig.fabric->to_nodes[3]->nb_transport_fw(
				 u.payload, phase, delay);
		     });
}
END_TEST

START_TEST(a_packet_to_nowhere_is_an_error)
{
	mesh_rig rig(SMALL);

	expect_error(NOWHERE, [&] { rig.send(0, 99, SQZ_PKT_READ); });
}
END_TEST

/* An error inside a process ends sc_start() with one line. */
START_TEST(errors_in_processes_come_out_of_sc_start)
{
	mesh_rig rig(SMALL);

	rig.probes[0].on_wake = [&] {
		rig.probes[0].env->send(rig.probes[0].env->context,
					rig.packet(0, 99, SQZ_PKT_READ));
	};
	wake_at(rig, 1000);
	expect_error(NOWHERE, run_all);
}
END_TEST

START_TEST(bad_settings_are_refused_with_one_line)
{
	const std::string text = error_of([] {
		mesh_rig rig(
		    small_with({ "noc.topology=cmesh", "noc.vcs=9" }));
	});

	ck_assert_str_eq(text.c_str(), "noc: vcs is 9, must be 1 to 8");
	ck_assert_ptr_null(strchr(text.c_str(), '\n'));
}
END_TEST

/* ---- accounts ---- */

struct seen {
	uint64_t ps;
	uint64_t id;
	bool arrives;
};

START_TEST(traffic_is_counted_and_observed)
{
	mesh_rig rig(SMALL);
	std::vector<seen> log;
	const auto &entries = rig.layout.entries;
	uint16_t dram = 0, tile = 0;

	while (entries[dram].kind != SQZ_NODE_DRAM)
		dram++;
	while (entries[tile].kind != SQZ_NODE_TILE)
		tile++;
	rig.commons.observe_context = &log;
	rig.commons.observe = [](void *context, const sqz_packet *packet,
				 bool arrives) {
		static_cast<std::vector<seen> *>(context)->push_back(
		    { sqz::now_ps(), packet->id, arrives });
	};
	rig.send(0, tile, SQZ_PKT_WRITE, 64);
	run_all();
	rig.send(dram, 0, SQZ_PKT_READ_DATA, 48);
	run_all();
	const sqz_traffic &sum = rig.commons.traffic[0];
	ck_assert_uint_eq(sum.packets, 2);
	ck_assert_uint_eq(sum.flits, 5 + 4);
	ck_assert_uint_eq(sum.flit_hops,
			  5 * rig.hops(0, tile) + 4 * rig.hops(dram, 0));
	ck_assert_uint_eq(sum.class_bytes[SQZ_CLASS_RESULT], 16 + 64);
	ck_assert_uint_eq(sum.class_bytes[SQZ_CLASS_RESPONSE], 16 + 48);
	ck_assert_uint_eq(sqz_traffic_bytes(&sum), 16 + 64 + 16 + 48);
	ck_assert_uint_eq(sum.dram_bytes, 48);
	ck_assert_uint_eq(sum.buffer_bytes, 0);
	ck_assert_uint_eq(log.size(), 4);
	ck_assert(!log[0].arrives && log[1].arrives);
	ck_assert_uint_eq(log[0].id, log[1].id);
	ck_assert_uint_eq(log[0].ps, 0);
	ck_assert_uint_eq(log[1].ps, rig.flight_ps(0, tile, 64));
}
END_TEST

/* ---- determinism ---- */

static std::string random_traffic()
{
	mesh_rig rig(small_with({ "noc.vcs=7", "noc.queue_packets=3" }));
	static const sqz_packet_type TYPES[] = { SQZ_PKT_GRANT,
						 SQZ_PKT_READ_DATA,
						 SQZ_PKT_WRITE, SQZ_PKT_PSUM,
						 SQZ_PKT_READ };
	uint32_t seed = 12345;
	const auto next = [&seed] {
		seed = seed * 1664525 + 1013904223;
		return seed >> 16;
	};
	std::string log;

	for (int i = 0; i < 3000; i++) {
		const uint16_t src = (uint16_t)(next() % 16);
		const uint16_t dst = (uint16_t)(next() % 16);
		const sqz_packet_type type = TYPES[next() % 5];
		const sqz_node_env *env = rig.shells[src]->environment();
		if (env->can_send(env->context, sqz_packet_class(type)))
			rig.send(src, dst, type, next() % 256);
		if (next() % 50 == 0) {
			rig.probes[dst].accepting[SQZ_CLASS_RESULT] = false;
			take_again(rig, src, SQZ_CLASS_RESULT);
		}
		run_to(sqz::now_ps() + next() % 700);
	}
	for (uint16_t node = 0; node < 16; node++)
		take_again(rig, node, SQZ_CLASS_RESULT);
	run_all();
	rig.expect_empty();
	for (const probe &p : rig.probes)
		for (const arrival &a : p.arrivals)
			log += std::to_string(a.id) + "@" +
			       std::to_string(a.ps) + " ";
	return log;
}

START_TEST(equal_runs_have_equal_times)
{
	const std::string first = in_process_of_its_own(random_traffic);

	ck_assert_uint_gt(first.size(), 10000);
	ck_assert(first == in_process_of_its_own(random_traffic));
}
END_TEST

static TCase *time_tests()
{
	TCase *tests = tcase_create("time");

	tcase_add_test(tests, packets_take_the_zero_load_time);
	tcase_add_test(tests, the_clock_is_the_configured_one);
	tcase_add_test(tests, a_flight_takes_few_kernel_steps);
	tcase_add_test(tests, events_during_a_flight_are_in_time);
	tcase_add_test(tests,
		       a_packet_without_an_event_at_its_time_is_an_error);
	tcase_add_test(tests, a_flight_computed_by_hand);
	tcase_add_test(tests, a_node_may_send_to_itself);
	tcase_add_test(tests, answers_leave_in_the_next_cycle);
	tcase_add_test(tests, sending_at_an_edge_is_in_time_under_load);
	tcase_add_test(tests, equal_runs_have_equal_times);
	return tests;
}

static TCase *pressure_tests()
{
	TCase *tests = tcase_create("back-pressure");

	tcase_add_test(tests, the_injection_queue_holds_back_its_class);
	tcase_add_test(tests, tx_ready_refills_the_queue_without_a_gap);
	tcase_add_test(tests, a_refused_packet_holds_its_class_and_no_other);
	tcase_add_test(tests, packets_behind_a_refused_one_are_kept_in_order);
	tcase_add_test(tests, a_node_may_change_its_mind_while_it_refuses);
	tcase_add_test(tests, one_class_may_make_room_for_another);
	return tests;
}

static TCase *wake_tests()
{
	TCase *tests = tcase_create("wake_at");

	tcase_add_test(tests, wake_at_calls_once);
	tcase_add_test(tests, a_later_call_replaces_an_earlier_one);
	tcase_add_test(tests, wake_at_never_cancels);
	tcase_add_test(tests, wake_at_now_and_from_wake);
	return tests;
}

static TCase *tlm_tests()
{
	TCase *tests = tcase_create("TLM");

	tcase_add_test(tests, payloads_are_reused);
	tcase_add_test(tests, a_blocking_packet_returns_when_it_has_left);
	tcase_add_test(tests, blocking_packets_of_one_class_keep_their_order);
	tcase_add_test(tests, a_node_takes_blocking_packets);
	tcase_add_test(tests, a_blocking_packet_waits_behind_a_refused_one);
	tcase_add_test(tests, unknown_phases_are_errors);
	tcase_add_test(tests, breaches_of_the_protocol_are_errors);
	tcase_add_test(tests, a_packet_to_nowhere_is_an_error);
	tcase_add_test(tests, errors_in_processes_come_out_of_sc_start);
	tcase_add_test(tests, bad_settings_are_refused_with_one_line);
	tcase_add_test(tests, traffic_is_counted_and_observed);
	return tests;
}

int main()
{
	Suite *suite = suite_create("fabric");

	suite_add_tcase(suite, time_tests());
	suite_add_tcase(suite, pressure_tests());
	suite_add_tcase(suite, wake_tests());
	suite_add_tcase(suite, tlm_tests());
	return sqz_suite_main(suite);
}
