#include "soc/host_bus.h"

namespace sqz
{

host_bus::host_bus(sc_core::sc_module_name name)
    : sc_module(name), cpu("cpu"), devices("devices")
{
	cpu.register_b_transport(this, &host_bus::b_transport);
	cpu.register_nb_transport_fw(this, &host_bus::nb_transport_fw);
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
	if (!regions[index].absolute)
		payload.set_address(addr - regions[index].base);
	devices[index]->b_transport(payload, delay);
	payload.set_address(addr);
}

/* The bus has blocking initiators only: any other is told so. */
tlm::tlm_sync_enum host_bus::nb_transport_fw(tlm::tlm_generic_payload &payload,
					     tlm::tlm_phase &phase,
					     sc_core::sc_time &delay)
{
	(void)phase;
	(void)delay;
	payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
	return tlm::TLM_COMPLETED;
}

} // namespace sqz
