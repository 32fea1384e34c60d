/*
 * The SystemC shell of a node: a C core (node/node.h) behind two packet
 * sockets. It gives the core time, packets, room in the injection queue and
 * wake-ups, and counts what the node sends.
 */
#ifndef SQZ_PLATFORM_NODE_SHELL_H
#define SQZ_PLATFORM_NODE_SHELL_H

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "node/node.h"
#include "node/pool.h"
#include "reader/chip.h"
#include "soc/packet_socket.h"
#include "soc/traffic.h"

namespace sqz
{

/* What all nodes of a chip share. */
struct node_commons {
	const sqz_chip *chip;
	sqz_packet_pool *packets;
	payload_pool *payloads;
	uint32_t queue_packets;
	uint32_t flit_bytes;
	uint32_t layers;
	std::vector<sqz_traffic> traffic; /* layers + 1 */
	/* Sees every packet when it is handed to the network, and when it
	 * reaches a node, which may refuse it for a while; may be NULL. */
	void (*observe)(void *context, const sqz_packet *packet, bool arrives);
	void *observe_context;
	/* Why packets leave; NULL where nobody wants to know. A mark, and that
	 * a packet was taken which had been refused. */
	void (*mark)(void *context, uint16_t node, uint64_t id,
		     const sqz_causes *causes) = nullptr;
	void (*accepted)(void *context, uint16_t node, uint64_t id) = nullptr;
};

class node_shell : public sc_core::sc_module
{
      public:
	tlm_utils::simple_initiator_socket<node_shell, 32, packet_protocol> out;
	tlm_utils::simple_target_socket<node_shell, 32, packet_protocol> in;

	node_shell(sc_core::sc_module_name name, uint16_t node,
		   node_commons &commons);

	/* What the core is created with. */
	const sqz_node_env *environment() const
	{
		return &env;
	}
	/* Before the simulation starts. */
	void attach(void *node_core, const sqz_node_ops *node_ops);

	/* Calls into the core from outside (register accesses) stand between
	 * these two, so that what it asked for happens afterwards. */
	void enter();
	void leave();

      protected:
	typedef tlm::tlm_generic_payload payload;

	const uint16_t node;
	node_commons &commons;

      private:
	tlm::tlm_sync_enum nb_transport_fw(payload &trans,
					   tlm::tlm_phase &phase,
					   sc_core::sc_time &delay);
	tlm::tlm_sync_enum nb_transport_bw(payload &trans,
					   tlm::tlm_phase &phase,
					   sc_core::sc_time &delay);
	void b_transport(payload &trans, sc_core::sc_time &delay);
	void arrived(const payload &trans);
	bool offer(payload &trans);
	void offer_again();
	[[noreturn]] void fail(const char *text) const;
	void wake();
	void schedule_wake();
	void account(const sqz_packet *packet);

	static sqz_ps env_now(void *self);
	static sqz_packet *env_alloc(void *self);
	static void env_release(void *self, sqz_packet *packet);
	static bool env_can_send(void *self, sqz_class msg_class);
	static void env_send(void *self, sqz_packet *packet);
	static void env_rx_ready(void *self, sqz_class msg_class);
	static void env_wake_at(void *self, sqz_ps time);
	static uint64_t env_mark(void *self, const sqz_causes *causes);
	static int env_route(void *self, uint64_t addr,
			     uint64_t *contiguous_bytes);

	void explain(sqz_packet *packet) const;

	sqz_node_env env;
	void *core = nullptr;
	const sqz_node_ops *ops = nullptr;
	unsigned depth = 0; /* calls into the core that are open */

	uint32_t queued[SQZ_CLASSES] = {}; /* in the injection queues */
	payload *refused[SQZ_CLASSES] = {};
	bool ready_again[SQZ_CLASSES] = {};
	bool any_ready_again = false;
	uint64_t offered = 0; /* id of the packet that the core looks at */

	sc_core::sc_event wake_event;
	sqz_ps wake_time = SQZ_NEVER;  /* what the core asked for */
	sqz_ps event_time = SQZ_NEVER; /* what the event is set to */
	sc_core::sc_event taken;       /* for blocking senders */
};

} // namespace sqz

#endif
