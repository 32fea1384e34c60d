/* The controller: a node of the network with two sockets for the host, its own
 * registers and the bridge to the windows of other nodes. */
#ifndef SQZ_PLATFORM_CONTROLLER_NODE_H
#define SQZ_PLATFORM_CONTROLLER_NODE_H

#include <string>

#include "ctrl/controller.h"
#include "soc/cpu_causes.h"
#include "soc/devices.h"
#include "soc/node_shell.h"

namespace sqz
{

class controller_node : public node_shell
{
      public:
	/* Relative to the controller's window. */
	tlm_utils::simple_target_socket<controller_node> registers;
	/* Bus addresses; a blocking access ends with the node's answer. */
	tlm_utils::simple_target_socket<controller_node> windows;

	controller_node(sc_core::sc_module_name name, uint16_t node,
			node_commons &commons, const sqz_config &config,
			plic_device &plic,
			const sqz_controller_observer *observer);
	~controller_node() override;

	/* Who shows a debugger the windows: reads at multiples of 4 bytes. */
	void
	attach_look(std::function<bool(uint64_t addr, uint64_t *value)> look);

	sqz_controller *controller = nullptr;
	cpu_causes cpu;

      private:
	void register_access(tlm::tlm_generic_payload &payload,
			     sc_core::sc_time &delay);
	void window_access(tlm::tlm_generic_payload &payload,
			   sc_core::sc_time &delay);
	tlm::tlm_sync_enum register_nb(tlm::tlm_generic_payload &payload,
				       tlm::tlm_phase &phase,
				       sc_core::sc_time &delay);
	tlm::tlm_sync_enum window_nb(tlm::tlm_generic_payload &payload,
				     tlm::tlm_phase &phase,
				     sc_core::sc_time &delay);
	void enter_for_cpu();
	std::string window_fault(const word_access &word) const;
	unsigned register_dbg(tlm::tlm_generic_payload &payload);
	unsigned window_dbg(tlm::tlm_generic_payload &payload);
	static void irq(void *self, unsigned source, bool level);
	static void host_done(void *self, sqz_status status, uint64_t value);

	plic_device &plic;
	std::function<bool(uint64_t addr, uint64_t *value)> look_at_window;
	sc_core::sc_event answered;
	sc_core::sc_event bridge_free;
	/* One access at a time, first come, first served. */
	uint64_t tickets = 0;
	uint64_t serving = 0;
	bool waiting = false; /* for the answer */
	sqz_status host_status = SQZ_OK;
	uint64_t host_value = 0;
};

} // namespace sqz

#endif
