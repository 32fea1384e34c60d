#include "soc/node_shell.h"

#include <stdexcept>
#include <string>

namespace sqz
{

using sc_core::sc_time;

node_shell::node_shell(sc_core::sc_module_name name, uint16_t number,
		       node_commons &shared)
    : sc_module(name), out("out"), in("in"), node(number), commons(shared)
{
	env = {
		this,	      env_now,
		env_alloc,    env_release,
		env_can_send, env_send,
		env_rx_ready, env_wake_at,
		env_route,    commons.mark ? env_mark : nullptr,
	};
	in.register_nb_transport_fw(this, &node_shell::nb_transport_fw);
	in.register_b_transport(this, &node_shell::b_transport);
	out.register_nb_transport_bw(this, &node_shell::nb_transport_bw);
	SC_HAS_PROCESS(node_shell);
	SC_METHOD(wake);
	sensitive << wake_event;
	dont_initialize();
}

void node_shell::attach(void *node_core, const sqz_node_ops *node_ops)
{
	core = node_core;
	ops = node_ops;
}

void node_shell::enter()
{
	depth++;
}

void node_shell::leave()
{
	if (--depth)
		return;
	if (any_ready_again) {
		depth++;
		while (any_ready_again)
			offer_again();
		depth--;
	}
	schedule_wake();
}

void node_shell::fail(const char *text) const
{
	throw std::runtime_error("node " + std::to_string(node) + ": " + text);
}

void node_shell::arrived(const payload &trans)
{
	if (commons.observe)
		commons.observe(commons.observe_context, packet_of(trans),
				true);
}

/* Between enter() and leave(). The core may change its mind before the call
 * returns. */
bool node_shell::offer(payload &trans)
{
	const unsigned msg_class = class_of(trans);
	bool accepted;

	offered = packet_of(trans)->id;
	do {
		ready_again[msg_class] = false;
		accepted = ops->accept(core, packet_of(trans));
	} while (!accepted && ready_again[msg_class]);
	offered = 0;
	return accepted;
}

/* Packets that the core refused and now says it could take. */
void node_shell::offer_again()
{
	any_ready_again = false;
	for (unsigned c = 0; c < SQZ_CLASSES; c++) {
		payload *trans = refused[c];
		if (!ready_again[c])
			continue;
		ready_again[c] = false;
		const uint64_t id = trans ? packet_of(*trans)->id : 0;
		if (trans && !offer(*trans))
			continue;
		if (trans && commons.accepted)
			commons.accepted(commons.observe_context, node, id);
		refused[c] = nullptr;
		taken.notify(sc_core::SC_ZERO_TIME);
		if (!trans)
			continue;
		tlm::tlm_phase phase = tlm::END_REQ;
		sc_time delay = sc_core::SC_ZERO_TIME;
		trans->set_response_status(tlm::TLM_OK_RESPONSE);
		in->nb_transport_bw(*trans, phase, delay);
	}
}

tlm::tlm_sync_enum node_shell::nb_transport_fw(payload &trans,
					       tlm::tlm_phase &phase,
					       sc_time &delay)
{
	const unsigned msg_class = class_of(trans);

	(void)delay;
	if (phase != tlm::BEGIN_REQ)
		fail("the network sent an unknown phase");
	if (refused[msg_class])
		fail("the network offers a packet behind a refused one");
	arrived(trans);
	enter();
	const bool accepted = offer(trans);
	if (!accepted)
		refused[msg_class] = &trans;
	leave();
	if (!accepted)
		return tlm::TLM_ACCEPTED;
	trans.set_response_status(tlm::TLM_OK_RESPONSE);
	return tlm::TLM_COMPLETED;
}

void node_shell::b_transport(payload &trans, sc_time &delay)
{
	const unsigned msg_class = class_of(trans);
	bool accepted = false;

	wait(delay);
	delay = sc_core::SC_ZERO_TIME;
	arrived(trans);
	for (;;) {
		if (!refused[msg_class]) {
			enter();
			accepted = offer(trans);
			leave();
		}
		if (accepted)
			break;
		wait(taken);
	}
	trans.set_response_status(tlm::TLM_OK_RESPONSE);
}

tlm::tlm_sync_enum node_shell::nb_transport_bw(payload &trans,
					       tlm::tlm_phase &phase,
					       sc_time &delay)
{
	(void)delay;
	if (phase != tlm::END_REQ)
		fail("the network sent an unknown phase");
	const unsigned msg_class = class_of(trans);
	const bool was_full = queued[msg_class] >= commons.queue_packets;
	queued[msg_class]--;
	trans.release();
	if (was_full && ops->tx_ready) {
		enter();
		ops->tx_ready(core, (sqz_class)msg_class);
		leave();
	}
	return tlm::TLM_COMPLETED;
}

void node_shell::wake()
{
	event_time = SQZ_NEVER;
	if (now_ps() < wake_time) {
		schedule_wake();
		return;
	}
	wake_time = SQZ_NEVER;
	enter();
	ops->wake(core);
	leave();
}

/* An event that is set too early is left: wake() sets it again. */
void node_shell::schedule_wake()
{
	if (wake_time >= event_time)
		return;
	const sqz_ps now = now_ps();
	event_time = wake_time;
	wake_event.cancel();
	if (wake_time <= now)
		wake_event.notify(sc_core::SC_ZERO_TIME);
	else
		wake_event.notify(sc_time::from_value(wake_time - now));
}

void node_shell::account(const sqz_packet *packet)
{
	const uint32_t index = sqz_traffic_index(packet->layer, commons.layers);
	sqz_traffic &traffic = commons.traffic[index];
	const uint32_t flits = sqz_packet_flits(packet, commons.flit_bytes);

	traffic.packets++;
	traffic.flits += flits;
	traffic.flit_hops +=
	    (uint64_t)flits *
	    sqz_chip_hops(commons.chip, packet->src, packet->dst);
	traffic.class_bytes[packet->msg_class] +=
	    SQZ_PACKET_HEADER_BYTES + packet->payload_bytes;
	const bool data = packet->type == SQZ_PKT_READ_DATA;
	if (!data && packet->type != SQZ_PKT_WRITE)
		return;
	switch (commons.chip->entries[data ? packet->src : packet->dst].kind) {
	case SQZ_NODE_BUFFER:
		traffic.buffer_bytes += packet->payload_bytes;
		break;
	case SQZ_NODE_DRAM:
		traffic.dram_bytes += packet->payload_bytes;
		break;
	case SQZ_NODE_FLASH:
		traffic.flash_bytes += packet->payload_bytes;
		break;
	default:
		break;
	}
}

sqz_ps node_shell::env_now(void *self)
{
	(void)self;
	return now_ps();
}

sqz_packet *node_shell::env_alloc(void *self)
{
	auto *shell = static_cast<node_shell *>(self);

	return sqz_packet_pool_alloc(shell->commons.packets, shell->node);
}

void node_shell::env_release(void *self, sqz_packet *packet)
{
	auto *shell = static_cast<node_shell *>(self);

	sqz_packet_pool_release(shell->commons.packets, packet);
}

bool node_shell::env_can_send(void *self, sqz_class msg_class)
{
	const auto *shell = static_cast<node_shell *>(self);

	return shell->queued[msg_class] < shell->commons.queue_packets;
}

/* What a core sends while it takes a packet, and says no more about, is because
 * of that packet. */
void node_shell::explain(sqz_packet *packet) const
{
	if (!packet->causes.count && offered)
		packet->causes = sqz_causes_after(offered, now_ps());
}

uint64_t node_shell::env_mark(void *self, const sqz_causes *causes)
{
	const auto *shell = static_cast<node_shell *>(self);
	const node_commons &commons = shell->commons;
	const uint64_t id = sqz_packet_pool_id(commons.packets);

	commons.mark(commons.observe_context, shell->node, id, causes);
	return id;
}

void node_shell::env_send(void *self, sqz_packet *packet)
{
	auto *shell = static_cast<node_shell *>(self);
	node_commons &commons = shell->commons;

	packet->msg_class = (uint8_t)sqz_packet_class(
	    static_cast<sqz_packet_type>(packet->type));
	packet->created_ps = now_ps();
	shell->account(packet);
	if (commons.mark)
		shell->explain(packet);
	if (commons.observe)
		commons.observe(commons.observe_context, packet, false);
	shell->queued[packet->msg_class]++;
	payload *trans = commons.payloads->wrap(packet);
	tlm::tlm_phase phase = tlm::BEGIN_REQ;
	sc_time delay = sc_core::SC_ZERO_TIME;
	shell->out->nb_transport_fw(*trans, phase, delay);
}

void node_shell::env_rx_ready(void *self, sqz_class msg_class)
{
	auto *shell = static_cast<node_shell *>(self);

	shell->ready_again[msg_class] = true;
	shell->any_ready_again = true;
}

void node_shell::env_wake_at(void *self, sqz_ps time)
{
	static_cast<node_shell *>(self)->wake_time = time;
}

int node_shell::env_route(void *self, uint64_t addr, uint64_t *contiguous_bytes)
{
	return sqz_chip_route(static_cast<node_shell *>(self)->commons.chip,
			      addr, contiguous_bytes);
}

} // namespace sqz
