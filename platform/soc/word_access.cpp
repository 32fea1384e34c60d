#include "soc/word_access.h"

#include <algorithm>
#include <cstring>

namespace sqz
{

tlm::tlm_extension_base *fault_note::clone() const
{
	auto *copy = new fault_note;

	copy->text = text;
	return copy;
}

void fault_note::copy_from(const tlm::tlm_extension_base &other)
{
	text = static_cast<const fault_note &>(other).text;
}

void explain(tlm::tlm_generic_payload &payload, const std::string &why)
{
	auto *note = payload.get_extension<fault_note>();

	if (note)
		note->text = why;
}

bool begin_access(tlm::tlm_generic_payload &payload, word_access *access)
{
	const unsigned size = payload.get_data_length();

	*access = { payload.get_address(), size, payload.is_write(), 0 };
	if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
		payload.set_response_status(tlm::TLM_OK_RESPONSE);
		return false;
	}
	if (payload.get_byte_enable_ptr()) {
		payload.set_response_status(
		    tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
		return false;
	}
	if (size < 1 || size > sizeof(access->value) ||
	    payload.get_streaming_width() < size) {
		payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
		return false;
	}
	if (access->write)
		memcpy(&access->value, payload.get_data_ptr(), size);
	return true;
}

void end_access(tlm::tlm_generic_payload &payload, const word_access &access)
{
	if (!access.write)
		memcpy(payload.get_data_ptr(), &access.value, access.size);
	payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

void refuse_access(tlm::tlm_generic_payload &payload, const std::string &why)
{
	payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
	explain(payload, why);
}

unsigned look(tlm::tlm_generic_payload &payload, unsigned unit,
	      const std::function<bool(uint64_t addr, uint64_t *value)> &peek)
{
	unsigned done = 0;

	if (!payload.is_read())
		return 0;
	while (done < payload.get_data_length()) {
		const uint64_t addr = payload.get_address() + done;
		const unsigned inside = (unsigned)(addr % unit);
		const unsigned bytes =
		    std::min(unit - inside, payload.get_data_length() - done);
		uint64_t value = 0;
		if (!peek(addr - inside, &value))
			break;
		value >>= 8 * inside;
		memcpy(payload.get_data_ptr() + done, &value, bytes);
		done += bytes;
	}
	return done;
}

} // namespace sqz
