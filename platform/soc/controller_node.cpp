#include "soc/controller_node.h"

#include <cstring>
#include <stdexcept>

namespace sqz
{

using sc_core::sc_time;

static sqz_controller_config controller_config(const sqz_config &config,
					       const sqz_chip &chip)
{
	const auto &from = config.controller;
	sqz_controller_config c = {};

	c.rings = from.rings;
	c.in_flight = from.in_flight;
	c.mesh_width = chip.width;
	c.mesh_height = chip.height;
	c.nodes = chip.entries;
	c.node_count = chip.nodes;
	c.decode_ps = from.decode_ps;
	c.copy_bytes = from.copy_bytes;
	c.copy_outstanding = from.copy_outstanding;
	c.abort_timeout_ps = from.abort_timeout_ps;
	return c;
}

controller_node::controller_node(sc_core::sc_module_name name, uint16_t number,
				 node_commons &shared, const sqz_config &config,
				 plic_device &wires,
				 const sqz_controller_observer *observer)
    : node_shell(name, number, shared), registers("registers"),
      windows("windows"), plic(wires)
{
	sqz_error err = {};
	sqz_controller_config settings =
	    controller_config(config, *shared.chip);

	settings.node = number;
	settings.context = this;
	settings.irq = irq;
	settings.host_done = host_done;
	if (observer)
		settings.observer = *observer;
	controller = sqz_controller_create(&settings, environment(), &err);
	if (!controller)
		throw std::runtime_error(err.text);
	attach(controller, &sqz_controller_ops);
	registers.register_b_transport(this, &controller_node::register_access);
	registers.register_nb_transport_fw(this, &controller_node::register_nb);
	windows.register_b_transport(this, &controller_node::window_access);
	windows.register_nb_transport_fw(this, &controller_node::window_nb);
}

controller_node::~controller_node()
{
	sqz_controller_destroy(controller);
}

void controller_node::irq(void *self, unsigned source, bool level)
{
	static_cast<controller_node *>(self)->plic.set(source, level);
}

void controller_node::register_access(tlm::tlm_generic_payload &payload,
				      sc_time &delay)
{
	const uint64_t offset = payload.get_address();
	const unsigned size = payload.get_data_length();
	const bool write = payload.is_write();
	uint64_t value = 0;

	(void)delay;
	payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
	if (size > sizeof(value))
		return;
	if (write)
		memcpy(&value, payload.get_data_ptr(), size);
	enter();
	const sqz_status status =
	    sqz_controller_reg_access(controller, offset, size, write, &value);
	leave();
	if (status != SQZ_OK) {
		char reg[64];
		const char *why = sqz_controller_fault(controller, offset, size,
						       write, reg, sizeof(reg));
		fault_note = std::string(reg) + ": " + why;
		return;
	}
	if (!write)
		memcpy(payload.get_data_ptr(), &value, size);
	payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

tlm::tlm_sync_enum
controller_node::register_nb(tlm::tlm_generic_payload &payload,
			     tlm::tlm_phase &phase, sc_time &delay)
{
	if (phase == tlm::BEGIN_REQ)
		register_access(payload, delay);
	return tlm::TLM_COMPLETED;
}

void controller_node::window_access(tlm::tlm_generic_payload &payload,
				    sc_time &delay)
{
	const unsigned size = payload.get_data_length();
	uint64_t value = 0;

	payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
	if (size > sizeof(value))
		return;
	if (payload.is_write())
		memcpy(&value, payload.get_data_ptr(), size);
	wait(delay);
	delay = sc_core::SC_ZERO_TIME;
	waiting = true;
	enter();
	const bool started = sqz_controller_host_access(
	    controller, payload.get_address(), size, payload.is_write(), value);
	leave();
	if (!started) {
		waiting = false;
		return;
	}
	while (waiting)
		wait(answered);
	if (host_status != SQZ_OK)
		return;
	if (payload.is_read())
		memcpy(payload.get_data_ptr(), &host_value, size);
	payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

/* The bridge serves one blocking host; there is no other initiator. */
tlm::tlm_sync_enum controller_node::window_nb(tlm::tlm_generic_payload &payload,
					      tlm::tlm_phase &phase,
					      sc_time &delay)
{
	(void)phase;
	(void)delay;
	payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
	return tlm::TLM_COMPLETED;
}

void controller_node::host_done(void *self, sqz_status status, uint64_t value)
{
	auto *bridge = static_cast<controller_node *>(self);

	bridge->host_status = status;
	bridge->host_value = value;
	bridge->waiting = false;
	bridge->answered.notify(sc_core::SC_ZERO_TIME);
}

} // namespace sqz
