#include "soc/memory_target.h"

#include <algorithm>
#include <cstring>

#include "soc/word_access.h"

namespace sqz
{

using sc_core::sc_time;

memory_target::memory_target(sc_core::sc_module_name name,
			     const memory_settings &from)
    : sc_module(name), bus("bus"), settings(from)
{
	bus.register_b_transport(this, &memory_target::b_transport);
	bus.register_nb_transport_fw(this, &memory_target::nb_transport_fw);
	bus.register_transport_dbg(this, &memory_target::transport_dbg);
	bus.register_get_direct_mem_ptr(this,
					&memory_target::get_direct_mem_ptr);
}

void memory_target::withdraw(uint64_t first, uint64_t last)
{
	withdrawn.push_back({ first, last });
	bus->invalidate_direct_mem_ptr(first, last);
}

void memory_target::restore(uint64_t first, uint64_t last)
{
	for (auto span = withdrawn.begin(); span != withdrawn.end(); span++) {
		if (span->first != first || span->last != last)
			continue;
		withdrawn.erase(span);
		return;
	}
}

/* May the byte be reached directly? *around: the largest span around it for
 * which the answer is the same. */
bool memory_target::direct(uint64_t offset, span *around) const
{
	*around = { 0, settings.bytes - 1 };
	for (const span &s : withdrawn) {
		if (offset >= s.first && offset <= s.last) {
			*around = s;
			return false;
		}
		if (s.last < offset)
			around->first = std::max(around->first, s.last + 1);
		else
			around->last = std::min(around->last, s.first - 1);
	}
	return true;
}

/* False: the response says why. */
bool memory_target::may_access(tlm::tlm_generic_payload &payload) const
{
	const uint64_t offset = payload.get_address();
	const unsigned size = payload.get_data_length();

	if (payload.get_byte_enable_ptr()) {
		payload.set_response_status(
		    tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
		return false;
	}
	if (payload.get_streaming_width() < size) {
		payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
		return false;
	}
	if (offset >= settings.bytes || size > settings.bytes - offset) {
		refuse_access(payload, "behind the end of the memory");
		return false;
	}
	if (payload.is_write() && !settings.writable) {
		payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
		explain(payload, "this memory is read-only");
		return false;
	}
	return true;
}

void memory_target::b_transport(tlm::tlm_generic_payload &payload,
				sc_time &delay)
{
	uint8_t *bytes = settings.data + payload.get_address();
	span around;

	if (!may_access(payload))
		return;
	if (payload.is_write()) {
		memcpy(bytes, payload.get_data_ptr(),
		       payload.get_data_length());
		delay += settings.write_latency;
	} else if (payload.is_read()) {
		memcpy(payload.get_data_ptr(), bytes,
		       payload.get_data_length());
		delay += settings.read_latency;
	}
	payload.set_dmi_allowed(direct(payload.get_address(), &around));
	payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

tlm::tlm_sync_enum
memory_target::nb_transport_fw(tlm::tlm_generic_payload &payload,
			       tlm::tlm_phase &phase, sc_time &delay)
{
	if (phase == tlm::BEGIN_REQ)
		b_transport(payload, delay);
	return tlm::TLM_COMPLETED;
}

/* A debugger may write where the chip may not. */
unsigned memory_target::transport_dbg(tlm::tlm_generic_payload &payload)
{
	const uint64_t offset = payload.get_address();

	if (offset >= settings.bytes)
		return 0;
	const unsigned size = (unsigned)std::min<uint64_t>(
	    payload.get_data_length(), settings.bytes - offset);
	if (payload.is_write())
		memcpy(settings.data + offset, payload.get_data_ptr(), size);
	else if (payload.is_read())
		memcpy(payload.get_data_ptr(), settings.data + offset, size);
	return size;
}

bool memory_target::get_direct_mem_ptr(tlm::tlm_generic_payload &payload,
				       tlm::tlm_dmi &dmi)
{
	const uint64_t offset = payload.get_address();
	span around;

	dmi.init();
	if (offset >= settings.bytes)
		return false;
	const bool granted = direct(offset, &around) &&
			     (settings.writable || !payload.is_write());
	dmi.set_start_address(around.first);
	dmi.set_end_address(around.last);
	dmi.set_read_latency(settings.read_latency);
	dmi.set_write_latency(settings.write_latency);
	if (!granted)
		return false;
	dmi.set_dmi_ptr(settings.data + around.first);
	if (settings.writable)
		dmi.allow_read_write();
	else
		dmi.allow_read();
	return true;
}

} // namespace sqz
