#include "soc/packet_socket.h"

namespace sqz
{

tlm::tlm_extension_base *packet_extension::clone() const
{
	auto *copy = new packet_extension;

	copy->packet = packet;
	copy->msg_class = msg_class;
	return copy;
}

void packet_extension::copy_from(const tlm::tlm_extension_base &other)
{
	const auto &from = static_cast<const packet_extension &>(other);

	packet = from.packet;
	msg_class = from.msg_class;
}

payload_pool::~payload_pool()
{
	for (auto *payload : all) {
		/* The pool must not be asked for it again. */
		payload->reset();
		payload->set_mm(nullptr);
		delete payload;
	}
}

tlm::tlm_generic_payload *payload_pool::wrap(sqz_packet *packet)
{
	if (unused.empty()) {
		auto *fresh = new tlm::tlm_generic_payload(this);
		fresh->set_extension(new packet_extension);
		all.push_back(fresh);
		unused.push_back(fresh);
	}
	tlm::tlm_generic_payload *payload = unused.back();
	unused.pop_back();
	auto *extension = payload->get_extension<packet_extension>();
	extension->packet = packet;
	extension->msg_class = packet->msg_class;
	payload->set_command(tlm::TLM_WRITE_COMMAND);
	payload->set_address(packet->addr);
	payload->set_data_ptr(packet->data);
	payload->set_data_length(packet->payload_bytes);
	payload->set_streaming_width(packet->payload_bytes);
	payload->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
	payload->acquire();
	return payload;
}

void payload_pool::free(tlm::tlm_generic_payload *payload)
{
	unused.push_back(payload);
}

} // namespace sqz
