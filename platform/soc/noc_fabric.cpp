#include "soc/noc_fabric.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "noc/noc_settings.h"
#include <string>

namespace sqz
{

using sc_core::sc_time;

static sqz_noc *create_engine(const sqz_config &config)
{
	sqz_noc_config settings;
	sqz_error err = {};

	if (sqz_noc_settings_from(&config, SQZ_CLASSES, &settings, &err))
		throw std::runtime_error(err.text);
	sqz_noc *noc = sqz_noc_create(&settings, &err);
	free(const_cast<uint8_t *>(settings.table));
	if (!noc)
		throw std::runtime_error(err.text);
	return noc;
}

noc_fabric::noc_fabric(sc_core::sc_module_name name, const sqz_config &config)
    : sc_module(name), from_nodes("from_nodes"), to_nodes("to_nodes"),
      cycle_ps(config.noc.cycle_ps), flit_bytes(config.noc.flit_bytes),
      queue_packets(config.noc.queue_packets)
{
	noc = create_engine(config);
	carried = sqz_noc_flows_create(SQZ_CLASSES);
	if (!carried)
		throw std::runtime_error("out of memory for the network");
	const sqz_noc_sink sink = { this, nullptr, tail, left };
	sqz_noc_set_sink(noc, &sink);
	injections.resize(sqz_noc_nodes(noc));
	ejections.resize(sqz_noc_nodes(noc));

	from_nodes.register_nb_transport_fw(this, &noc_fabric::nb_transport_fw);
	from_nodes.register_b_transport(this, &noc_fabric::b_transport);
	to_nodes.register_nb_transport_bw(this, &noc_fabric::nb_transport_bw);
	SC_HAS_PROCESS(noc_fabric);
	SC_METHOD(step);
	sensitive << step_event;
	dont_initialize();
}

noc_fabric::~noc_fabric()
{
	sqz_noc_flows_destroy(carried);
	sqz_noc_destroy(noc);
}

uint64_t noc_fabric::cycles() const
{
	return now_ps() / cycle_ps;
}

tlm::tlm_sync_enum noc_fabric::nb_transport_fw(int node, payload &trans,
					       tlm::tlm_phase &phase,
					       sc_time &delay)
{
	(void)delay;
	if (phase != tlm::BEGIN_REQ)
		fail("a node sent an unknown phase");
	inject((unsigned)node, { &trans, false });
	return tlm::TLM_ACCEPTED;
}

void noc_fabric::b_transport(int node, payload &trans, sc_time &delay)
{
	wait(delay);
	delay = sc_core::SC_ZERO_TIME;
	/* The sender may have its transaction back before the packet arrives,
	 * and it need not have a memory manager. */
	payload *own = blocking.wrap(packet_of(trans));
	const auto &queue = injections[(unsigned)node].waiting[class_of(*own)];
	const auto waits = [&queue, own] {
		size_t i = 0;

		while (i < queue.size() && queue[i].trans != own)
			i++;
		return i < queue.size();
	};
	inject((unsigned)node, { own, true });
	blocked++;
	while (waits())
		wait(departed);
	blocked--;
	trans.set_response_status(tlm::TLM_OK_RESPONSE);
}

void noc_fabric::fail(const char *text)
{
	throw std::runtime_error(std::string("network: ") + text);
}

void noc_fabric::inject(unsigned node, const queued &entry)
{
	payload *trans = entry.trans;
	const sqz_packet *packet = packet_of(*trans);
	injection &from = injections[node];
	sqz_error err = {};

	if (sqz_noc_cycle(noc) && last_cycle_ps() > now_ps())
		fail("a packet comes too late: no event was at its time");
	/* The engine sleeps through idle cycles: bring it up to date. */
	const uint64_t cycle = (now_ps() + cycle_ps - 1) / cycle_ps;
	if (sqz_noc_idle(noc) && cycle > sqz_noc_cycle(noc))
		sqz_noc_skip(noc, cycle - sqz_noc_cycle(noc));
	trans->acquire();
	if (sqz_noc_inject(noc, node, packet->dst, packet->msg_class,
			   sqz_packet_flits(packet, flit_bytes), trans, &err))
		throw std::runtime_error(err.text);
	from.waiting[packet->msg_class].push(entry);
	if (!from.listed) {
		from.listed = true;
		injecting.push_back(node);
	}
	schedule();
}

/* Of the cycle that the engine has run last. */
uint64_t noc_fabric::last_cycle_ps() const
{
	return (sqz_noc_cycle(noc) - 1) * cycle_ps;
}

/* Makes sure that step() runs at the engine's next cycle. */
void noc_fabric::schedule()
{
	if (!scheduled)
		schedule_at(sqz_noc_cycle(noc) * cycle_ps);
}

void noc_fabric::schedule_at(uint64_t ps)
{
	const uint64_t now = now_ps();

	scheduled = true;
	step_event.notify(sc_time::from_value(ps > now ? ps - now : 0));
}

void noc_fabric::tail(void *self, unsigned node, const sqz_noc_packet *packet,
		      uint64_t cycle)
{
	(void)cycle;
	auto *fabric = static_cast<noc_fabric *>(self);
	auto *trans = static_cast<payload *>(packet->cookie);
	const sqz_packet *content = packet_of(*trans);
	sqz_error err = {};

	if (sqz_noc_flows_add(fabric->carried, packet,
			      SQZ_PACKET_HEADER_BYTES + content->payload_bytes,
			      &err))
		throw std::runtime_error(err.text);
	fabric->arrivals.push_back({ node, trans });
	fabric->due = true;
}

void noc_fabric::left(void *self, unsigned node, unsigned msg_class)
{
	auto *fabric = static_cast<noc_fabric *>(self);
	injection &from = fabric->injections[node];
	const size_t queued =
	    from.waiting[msg_class].size() - from.left[msg_class]++;

	from.any_left = true;
	fabric->departures = true;
	if (queued >= fabric->queue_packets || fabric->blocked)
		fabric->due = true;
}

/* Lets everything else that is due at this instant go first. */
bool noc_fabric::yields()
{
	/* Two networks in one simulation must not wait for each other for
	 * ever. */
	static const unsigned ENOUGH = 16;

	if (yielded == ENOUGH ||
	    !sc_core::sc_pending_activity_at_current_time()) {
		yielded = 0;
		return false;
	}
	yielded++;
	step_event.notify(sc_core::SC_ZERO_TIME);
	return true;
}

void noc_fabric::step()
{
	if (yields())
		return;
	scheduled = false;
	if (!due)
		run_ahead();
	if (due && last_cycle_ps() > now_ps()) {
		schedule_at(last_cycle_ps());
		return;
	}
	due = false;
	hand_over();
}

/* Runs the engine's next cycle, which is due now, and those that follow before
 * the next event. */
void noc_fabric::run_ahead()
{
	/* The kernel must see the time pass if nothing else happens. */
	static const unsigned ENOUGH = 10000;
	const uint64_t now = now_ps();
	const uint64_t next =
	    now + sc_core::sc_time_to_pending_activity().value();
	const uint64_t begin = sqz_noc_cycle(noc);
	const uint64_t before_next = next > now ? (next - 1) / cycle_ps + 1 : 0;
	const uint64_t end = std::clamp(before_next, begin + 1, begin + ENOUGH);
	sqz_error err = {};

	do {
		if (sqz_noc_step(noc, &err)) {
			found = err.text;
			due = true;
		}
	} while (!due && pass_quiet_cycles(end));
	/* The simulation's last instant is that of the last cycle. */
	if (next == sc_core::sc_max_time().value())
		due = true;
}

/* Returns whether there is a cycle before `end` in which something moves. */
bool noc_fabric::pass_quiet_cycles(uint64_t end)
{
	const uint64_t left = end - sqz_noc_cycle(noc);

	if (sqz_noc_idle(noc))
		return false;
	const uint64_t quiet = std::min(sqz_noc_quiet(noc), left);
	if (quiet)
		sqz_noc_skip(noc, quiet);
	return quiet < left;
}

void noc_fabric::hand_over()
{
	if (!found.empty()) {
		/* Nothing is thrown through the kernel: this is not a bug. */
		sc_core::sc_stop();
		return;
	}
	if (departures)
		report_departures();
	if (!arrivals.empty())
		deliver();
	if (!sqz_noc_idle(noc))
		schedule();
}

void noc_fabric::deliver()
{
	arriving.swap(arrivals);
	for (const arrival &a : arriving) {
		const unsigned msg_class = class_of(*a.trans);
		ejection &to = ejections[a.node];

		if (to.refused[msg_class])
			to.behind[msg_class].push(a.trans);
		else
			offer(a.node, a.trans);
	}
	arriving.clear();
}

/* The node may change its mind before the call returns: it counts as refused
 * from the start, and nb_transport_bw() takes that back. */
void noc_fabric::offer(unsigned node, payload *trans)
{
	const unsigned msg_class = class_of(*trans);
	tlm::tlm_phase phase = tlm::BEGIN_REQ;
	sc_time delay = sc_core::SC_ZERO_TIME;

	ejections[node].refused[msg_class] = true;
	if (to_nodes[node]->nb_transport_fw(*trans, phase, delay) ==
	    tlm::TLM_COMPLETED) {
		ejections[node].refused[msg_class] = false;
		trans->release();
	} else if (ejections[node].refused[msg_class]) {
		sqz_noc_sink_ready(noc, node, msg_class, false);
	}
}

tlm::tlm_sync_enum noc_fabric::nb_transport_bw(int node, payload &trans,
					       tlm::tlm_phase &phase,
					       sc_time &delay)
{
	const unsigned msg_class = class_of(trans);
	ejection &from = ejections[(unsigned)node];
	auto &behind = from.behind[msg_class];

	(void)delay;
	if (phase != tlm::END_REQ)
		fail("a node sent an unknown phase");
	if (!from.refused[msg_class])
		fail("a node took a packet that it was not offered");
	trans.release();
	from.refused[msg_class] = false;
	while (!from.refused[msg_class] && !behind.empty()) {
		offer((unsigned)node, behind.pop());
	}
	if (!from.refused[msg_class])
		sqz_noc_sink_ready(noc, (unsigned)node, msg_class, true);
	return tlm::TLM_COMPLETED;
}

void noc_fabric::report_departures()
{
	departures = false;
	leaving.swap(injecting);
	for (unsigned node : leaving)
		depart(node);
	leaving.clear();
	if (blocked)
		departed.notify(sc_core::SC_ZERO_TIME);
}

/* Tells the node which of its packets have left its injection queues. */
void noc_fabric::depart(unsigned node)
{
	injection &from = injections[node];
	bool waiting = false;

	if (!from.any_left) {
		injecting.push_back(node);
		return;
	}
	from.any_left = from.listed = false;
	for (unsigned c = 0; c < SQZ_CLASSES; c++) {
		auto &queue = from.waiting[c];
		for (; from.left[c]; from.left[c]--)
			leave_queue(node, queue.pop());
		waiting = waiting || !queue.empty();
	}
	if (waiting && !from.listed) {
		from.listed = true;
		injecting.push_back(node);
	}
}

void noc_fabric::leave_queue(unsigned node, const queued &entry)
{
	tlm::tlm_phase phase = tlm::END_REQ;
	sc_time delay = sc_core::SC_ZERO_TIME;

	if (entry.blocking)
		entry.trans->release();
	else
		from_nodes[node]->nb_transport_bw(*entry.trans, phase, delay);
}

} // namespace sqz
