/*
 * The network as one SystemC module: sockets for all nodes around one C engine
 * (noc/noc.h), run by one method.
 *
 * A packet handed over at time t enters in the first cycle at or after t. The
 * step of a cycle comes last of all that happens at its instant, so that no
 * packet is a cycle late because of the order of events; what the step itself
 * brings about (answers to what arrives) enters in the next cycle.
 *
 * The method does not come back to the kernel for every cycle: it runs the
 * engine ahead of the simulated time through all cycles before the kernel's
 * next event, because nobody can send a packet, or look, before that. It stops
 * at a cycle that has an outcome for others (a packet arrives, or leaves a full
 * queue) and lets them know when its time has come. That a packet has left a
 * queue that was not full is told at once, before its time: nobody can see the
 * difference.
 *
 * Therefore code that sends packets, or looks at the engine, between calls of
 * sc_start() must have an event at that time; a packet that comes too late for
 * the engine is an error.
 */
#ifndef SQZ_PLATFORM_NOC_FABRIC_H
#define SQZ_PLATFORM_NOC_FABRIC_H

#include <string>
#include <tlm_utils/multi_passthrough_initiator_socket.h>
#include <tlm_utils/multi_passthrough_target_socket.h>

#include "noc/flows.h"
#include "noc/noc.h"
#include "reader/config.h"
#include "soc/fifo.h"
#include "soc/packet_socket.h"

namespace sqz
{

class noc_fabric : public sc_core::sc_module
{
      public:
	/* Bind node by node, in the order of node numbers, all nodes. */
	tlm_utils::multi_passthrough_target_socket<noc_fabric, 32,
						   packet_protocol>
	    from_nodes;
	tlm_utils::multi_passthrough_initiator_socket<noc_fabric, 32,
						      packet_protocol>
	    to_nodes;

	/* Throws std::runtime_error with one line if the settings are bad. */
	noc_fabric(sc_core::sc_module_name name, const sqz_config &config);
	~noc_fabric() override;

	const sqz_noc *engine() const
	{
		return noc;
	}
	const sqz_noc_flows *flows() const
	{
		return carried;
	}
	/* What a monitor found, which has stopped the simulation; empty: none.
	 */
	const std::string &failure() const
	{
		return found;
	}
	/* Since reset; the engine's own count stands still while it sleeps. */
	uint64_t cycles() const;

      private:
	typedef tlm::tlm_generic_payload payload;
	struct queued {
		payload *trans;
		/* Sent by b_transport: nobody wants END_REQ. */
		bool blocking;
	};
	/* Transactions in an injection queue of the engine. */
	struct injection {
		fifo<queued> waiting[SQZ_CLASSES];
		/* Of these, packets that have left and are not reported. */
		size_t left[SQZ_CLASSES] = {};
		bool any_left = false;
		bool listed = false;
	};
	/* What a node has not taken yet. With several VCs a class has several
	 * packets on their way out of the engine at a time: those that follow
	 * a refused one must wait here behind it. */
	struct ejection {
		bool refused[SQZ_CLASSES] = {};
		fifo<payload *> behind[SQZ_CLASSES];
	};
	struct arrival {
		unsigned node;
		payload *trans;
	};

	tlm::tlm_sync_enum nb_transport_fw(int node, payload &trans,
					   tlm::tlm_phase &phase,
					   sc_core::sc_time &delay);
	void b_transport(int node, payload &trans, sc_core::sc_time &delay);
	tlm::tlm_sync_enum nb_transport_bw(int node, payload &trans,
					   tlm::tlm_phase &phase,
					   sc_core::sc_time &delay);
	static void tail(void *self, unsigned node,
			 const sqz_noc_packet *packet, uint64_t cycle);
	static void left(void *self, unsigned node, unsigned msg_class);
	void inject(unsigned node, const queued &entry);
	bool yields();
	void step();
	void run_ahead();
	bool pass_quiet_cycles(uint64_t end);
	void hand_over();
	void deliver();
	void offer(unsigned node, payload *trans);
	void report_departures();
	void depart(unsigned node);
	void leave_queue(unsigned node, const queued &entry);
	[[noreturn]] static void fail(const char *text);
	uint64_t last_cycle_ps() const;
	void schedule();
	void schedule_at(uint64_t ps);

	sqz_noc *noc = nullptr;
	sqz_noc_flows *carried = nullptr;
	const uint64_t cycle_ps;
	const uint32_t flit_bytes;
	const uint32_t queue_packets;
	sc_core::sc_event step_event;
	bool scheduled = false;
	bool due = false; /* the engine's last cycle has an outcome */
	std::string found;
	unsigned yielded = 0;  /* times at this instant */
	payload_pool blocking; /* of packets sent by b_transport */
	std::vector<injection> injections;
	std::vector<ejection> ejections;
	std::vector<unsigned> injecting; /* nodes with packets in a queue */
	bool departures = false;	 /* some have left */
	std::vector<arrival> arrivals;
	/* The lists while they are worked off: nodes may add to the ones above.
	 */
	std::vector<unsigned> leaving;
	std::vector<arrival> arriving;
	unsigned blocked = 0;	    /* blocking senders */
	sc_core::sc_event departed; /* for them */
};

} // namespace sqz

#endif
