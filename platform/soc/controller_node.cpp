#include "soc/controller_node.h"

#include <stdexcept>

#include "soc/register_name.h"

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
      windows("windows"), cpu(environment()), plic(wires)
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
	registers.register_transport_dbg(this, &controller_node::register_dbg);
	windows.register_transport_dbg(this, &controller_node::window_dbg);
}

void controller_node::attach_look(
    std::function<bool(uint64_t addr, uint64_t *value)> who)
{
	look_at_window = std::move(who);
}

/* Reading a register has no effect. */
unsigned controller_node::register_dbg(tlm::tlm_generic_payload &payload)
{
	return look(payload, 4, [this](uint64_t offset, uint64_t *value) {
		return sqz_controller_reg_access(controller, offset, 4, false,
						 value) == SQZ_OK;
	});
}

unsigned controller_node::window_dbg(tlm::tlm_generic_payload &payload)
{
	return look_at_window ? look(payload, 4, look_at_window) : 0;
}

controller_node::~controller_node()
{
	sqz_controller_destroy(controller);
}

void controller_node::irq(void *self, unsigned source, bool level)
{
	auto *bridge = static_cast<controller_node *>(self);

	if (level && bridge->cpu.wanted())
		bridge->cpu.raised(sqz_controller_why(bridge->controller));
	bridge->plic.set(source, level);
}

void controller_node::enter_for_cpu()
{
	enter();
	if (!cpu.wanted())
		return;
	const sqz_causes why = cpu.at(now_ps());
	sqz_controller_because(controller, &why);
}

void controller_node::register_access(tlm::tlm_generic_payload &payload,
				      sc_time &delay)
{
	word_access word;

	(void)delay;
	if (!begin_access(payload, &word))
		return;
	enter_for_cpu();
	const sqz_status status = sqz_controller_reg_access(
	    controller, word.addr, word.size, word.write, &word.value);
	leave();
	if (status == SQZ_OK) {
		end_access(payload, word);
		return;
	}
	char reg[64];
	const char *why = sqz_controller_fault(controller, word.addr, word.size,
					       word.write, reg, sizeof(reg));
	refuse_access(payload, std::string(reg) + ": " + why);
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
	word_access word;

	if (!begin_access(payload, &word))
		return;
	wait(delay);
	delay = sc_core::SC_ZERO_TIME;
	const uint64_t ticket = tickets++;
	while (ticket != serving)
		wait(bridge_free);
	waiting = true;
	enter_for_cpu();
	sqz_controller_host_access(controller, word.addr, word.size, word.write,
				   word.value);
	leave();
	while (waiting)
		wait(answered);
	serving++;
	bridge_free.notify(sc_core::SC_ZERO_TIME);
	word.value = host_value;
	if (host_status == SQZ_OK)
		end_access(payload, word);
	else
		refuse_access(payload, window_fault(word));
}

/* The node only answers with an address error: its registers are looked up
 * here. */
std::string controller_node::window_fault(const word_access &word) const
{
	const int number = sqz_chip_route(commons.chip, word.addr, nullptr);

	if (number < 0)
		return "no node's window";
	const sqz_node_entry &entry = commons.chip->entries[number];
	const uint64_t offset = word.addr - entry.window;
	const uint64_t middle = entry.window_bytes / 2;
	const std::string prefix = "node " + std::to_string(number) + ", ";
	if (entry.kind == SQZ_NODE_TILE)
		return prefix + register_fault(SQZ_BLOCK_TILE, offset, word);
	if (entry.kind == SQZ_NODE_BUFFER && offset >= middle)
		return prefix +
		       register_fault(SQZ_BLOCK_BUFFER, offset - middle, word);
	if (offset % word.size)
		return prefix + "misaligned access";
	return prefix + "outside of the buffer's memory";
}

/* An access through the network takes time: blocking only. */
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

	if (bridge->cpu.wanted())
		bridge->cpu.answered(sqz_controller_why(bridge->controller));
	bridge->host_status = status;
	bridge->host_value = value;
	bridge->waiting = false;
	bridge->answered.notify(sc_core::SC_ZERO_TIME);
}

} // namespace sqz
