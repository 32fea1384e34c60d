/*
 * A chip for tests of the SystemC models: a mesh with probes in place of nodes,
 * and blocking or non-blocking accesses to TLM sockets.
 *
 * Every test runs in a process of its own (Check forks), so each has a fresh
 * SystemC kernel. The test is not a process of the simulation: it acts between
 * two calls of run_to(), or from a thread that it spawns.
 */
#ifndef SQZ_TESTS_SOC_RIG_H
#define SQZ_TESTS_SOC_RIG_H

#define SC_INCLUDE_DYNAMIC_PROCESSES

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <vector>

#include "soc/noc_fabric.h"
#include "soc/node_shell.h"
#include "soc/word_access.h"
#include "suite.h"

/* default.cfg with "section.key=value" overrides; the test fails if it cannot
 * be read. */
sqz_config rig_config(const std::vector<const char *> &overrides);

/* Simulates up to this time; what is due then is still to come. */
void run_to(uint64_t ps);
/* ... until nothing happens any more. */
void run_all();

/* Text of the exception that the call throws; "" if it throws none. */
std::string error_of(const std::function<void()> &call);
void expect_error(const char *text, const std::function<void()> &call);

/* What the call writes to stderr. */
std::string stderr_of(const std::function<void()> &call);

/* What the call returns, from a process with a fresh kernel: simulations can be
 * compared. The test fails if the call does not return. */
std::string in_process_of_its_own(const std::function<std::string()> &call);

/* ---- nodes ---- */

struct arrival {
	uint64_t ps;
	uint64_t id;
	uint16_t src;
	uint8_t type;
	uint32_t status;
	uint64_t addr;
	uint64_t value;
	std::vector<uint8_t> payload;
};

/* A node's core that keeps a diary and does what the test says. */
struct probe {
	const sqz_node_env *env = nullptr;
	bool accepting[SQZ_CLASSES] = { true, true, true, true, true };
	std::vector<arrival> arrivals;
	std::vector<uint64_t> refusals; /* ps */
	std::vector<uint64_t> wakes;	/* ps */
	std::vector<uint64_t> readies;	/* ps of tx_ready */
	/* Called from inside the core, after the diary; may be empty. */
	std::function<void(const arrival &)> on_arrival;
	std::function<void()> on_wake;
	std::function<void()> on_refusal;
	std::function<void(sqz_class)> on_ready;

	static const sqz_node_ops OPS;
};

struct mesh_rig {
	typedef std::function<std::unique_ptr<sqz::node_shell>(
	    const char *name, uint16_t node, mesh_rig &rig)>
	    factory;

	/* Probes everywhere but where there is a factory. */
	explicit mesh_rig(const std::vector<const char *> &overrides,
			  const std::map<uint16_t, factory> &real = {});

	/* Outside of the core: as if it were called. */
	void inside(uint16_t node, const std::function<void()> &act);
	sqz_packet *packet(uint16_t src, uint16_t dst, sqz_packet_type type,
			   uint32_t payload_bytes = 0);
	void send(sqz_packet *packet);
	/* Made and sent now; its id. */
	uint64_t send(uint16_t src, uint16_t dst, sqz_packet_type type,
		      uint32_t payload_bytes = 0);
	/* Nothing may be left behind in the two pools. */
	void expect_empty();

	uint32_t hops(uint16_t from, uint16_t to) const;
	/* The zero-load law: 5 H + 2 + (L - 1) cycles. */
	uint64_t flight_ps(uint16_t from, uint16_t to,
			   uint32_t payload_bytes) const;

	sqz_config config;
	sqz_chip layout = {};
	std::unique_ptr<sqz_chip, void (*)(sqz_chip *)> layout_guard;
	std::unique_ptr<sqz_packet_pool, void (*)(sqz_packet_pool *)>
	    packet_pool;
	sqz_packet_pool *packets;
	sqz::payload_pool payloads;
	sqz::node_commons commons;
	std::unique_ptr<sqz::noc_fabric> fabric;
	std::vector<probe> probes; /* by node */
	std::vector<std::unique_ptr<sqz::node_shell>> shells;
};

/* ---- host side ---- */

/* An initiator for the sockets of devices. */
struct initiator : sc_core::sc_module {
	tlm_utils::simple_initiator_socket<initiator> socket;
	sqz::fault_note note;
	tlm::tlm_generic_payload payload;
	std::vector<std::pair<uint64_t, uint64_t>> invalidated;

	explicit initiator(sc_core::sc_module_name name);
	~initiator() override;

	void prepare(tlm::tlm_command command, uint64_t addr, void *data,
		     unsigned size);
	/* Blocking; *delay may be NULL: zero. */
	tlm::tlm_response_status access(tlm::tlm_command command, uint64_t addr,
					void *data, unsigned size,
					sc_core::sc_time *delay = nullptr);
	/* Non-blocking; the call must answer with TLM_COMPLETED. */
	tlm::tlm_response_status at_once(tlm::tlm_command command,
					 uint64_t addr, void *data,
					 unsigned size);
	/* The test fails if the access does. */
	uint64_t read(uint64_t addr, unsigned size = 4);
	void write(uint64_t addr, uint64_t value, unsigned size = 4);
	void invalidate(sc_dt::uint64 first, sc_dt::uint64 last);
};

#endif
