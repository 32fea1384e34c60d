#include "soc/host_bus.h"

#include <algorithm>

#include "soc/word_access.h"

namespace sqz
{

host_bus::host_bus(sc_core::sc_module_name name)
    : sc_module(name), cpu("cpu"), devices("devices")
{
	cpu.register_b_transport(this, &host_bus::b_transport);
	cpu.register_nb_transport_fw(this, &host_bus::nb_transport_fw);
	cpu.register_transport_dbg(this, &host_bus::transport_dbg);
	cpu.register_get_direct_mem_ptr(this, &host_bus::get_direct_mem_ptr);
	devices.register_invalidate_direct_mem_ptr(this, &host_bus::invalidate);
}

int host_bus::find(uint64_t addr, unsigned bytes) const
{
	for (size_t i = 0; i < regions.size(); i++) {
		const uint64_t offset = addr - regions[i].base;
		if (addr >= regions[i].base && offset < regions[i].bytes &&
		    bytes <= regions[i].bytes - offset)
			return (int)i;
	}
	return -1;
}

std::string host_bus::place(uint64_t addr) const
{
	const int index = find(addr, 1);
	char text[96];

	if (index < 0)
		return "nothing is mapped there";
	snprintf(text, sizeof(text), "%s + 0x%llx", regions[index].name,
		 (unsigned long long)(addr - regions[index].base));
	return text;
}

void host_bus::b_transport(tlm::tlm_generic_payload &payload,
			   sc_core::sc_time &delay)
{
	const uint64_t addr = payload.get_address();
	const int index = find(addr, payload.get_data_length());

	if (index < 0) {
		payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
		return;
	}
	payload.set_address(addr - regions[index].origin());
	devices[index]->b_transport(payload, delay);
	payload.set_address(addr);
}

/* Every device answers with TLM_COMPLETED: those that cannot answer at once
 * take blocking accesses only, and say so. */
tlm::tlm_sync_enum host_bus::nb_transport_fw(tlm::tlm_generic_payload &payload,
					     tlm::tlm_phase &phase,
					     sc_core::sc_time &delay)
{
	const uint64_t addr = payload.get_address();
	const int index = find(addr, payload.get_data_length());

	if (index < 0) {
		payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
		return tlm::TLM_COMPLETED;
	}
	payload.set_address(addr - regions[index].origin());
	const tlm::tlm_sync_enum answer =
	    devices[index]->nb_transport_fw(payload, phase, delay);
	payload.set_address(addr);
	return answer;
}

unsigned host_bus::transport_dbg(tlm::tlm_generic_payload &payload)
{
	const uint64_t addr = payload.get_address();
	const unsigned bytes = payload.get_data_length();
	const int index = find(addr, 1);

	if (index < 0)
		return 0;
	const region &to = regions[index];
	payload.set_data_length(
	    (unsigned)std::min<uint64_t>(bytes, to.bytes - (addr - to.base)));
	payload.set_address(addr - to.origin());
	const unsigned done = devices[index]->transport_dbg(payload);
	payload.set_address(addr);
	payload.set_data_length(bytes);
	return done;
}

bool host_bus::get_direct_mem_ptr(tlm::tlm_generic_payload &payload,
				  tlm::tlm_dmi &dmi)
{
	const uint64_t addr = payload.get_address();
	const int index = find(addr, 1);

	dmi.init();
	if (index < 0)
		return false;
	const uint64_t origin = regions[index].origin();
	payload.set_address(addr - origin);
	const bool granted = devices[index]->get_direct_mem_ptr(payload, dmi);
	payload.set_address(addr);
	/* Also of what is not granted the target tells how far it goes. */
	if (dmi.get_end_address() <= UINT64_MAX - origin) {
		dmi.set_start_address(dmi.get_start_address() + origin);
		dmi.set_end_address(dmi.get_end_address() + origin);
	}
	return granted;
}

void host_bus::invalidate(int device, sc_dt::uint64 first, sc_dt::uint64 last)
{
	const region &from = regions[(size_t)device];
	const uint64_t end = from.base + (from.bytes - 1) - from.origin();

	cpu->invalidate_direct_mem_ptr(from.origin() + first,
				       from.origin() +
					   std::min<uint64_t>(last, end));
}

} // namespace sqz
