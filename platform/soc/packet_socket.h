/*
 * Packets over TLM-2.0: sockets, payload extension and payload pool.
 *
 * A packet is one transaction of the generic payload that carries a struct
 * sqz_packet in an extension. It is a one-way message, so the protocol is not
 * the base protocol but has a traits class of its own:
 *
 *   node -> network   BEGIN_REQ, answered by TLM_ACCEPTED. END_REQ on the
 *                     backward path when the packet has left the node's
 *                     injection queue: room for one more of its class.
 *   network -> node   BEGIN_REQ, answered by TLM_COMPLETED if the node takes
 *                     the packet, by TLM_ACCEPTED if it cannot now; then
 *                     END_REQ on the backward path once it has, perhaps before
 *                     the call returns. Until then no other packet of the class
 *                     may be offered.
 *
 * Several BEGIN_REQ may be open on one socket. Both ends implement
 * b_transport, too: the network's returns when the packet has left the
 * injection queue, a node's when the node has taken it. There is no END_REQ for
 * a blocking packet.
 */
#ifndef SQZ_PLATFORM_PACKET_SOCKET_H
#define SQZ_PLATFORM_PACKET_SOCKET_H

#include <systemc>
#include <tlm>
#include <vector>

#include "node/packet.h"

namespace sqz
{

struct packet_protocol {
	typedef tlm::tlm_generic_payload tlm_payload_type;
	typedef tlm::tlm_phase tlm_phase_type;
};

struct packet_extension : tlm::tlm_extension<packet_extension> {
	sqz_packet *packet = nullptr;
	/* Of the packet; still there when the packet has been released. */
	unsigned msg_class = 0;

	tlm::tlm_extension_base *clone() const override;
	void copy_from(const tlm::tlm_extension_base &other) override;
};

inline sqz_packet *packet_of(const tlm::tlm_generic_payload &payload)
{
	return payload.get_extension<packet_extension>()->packet;
}

inline unsigned class_of(const tlm::tlm_generic_payload &payload)
{
	return payload.get_extension<packet_extension>()->msg_class;
}

/* Payloads with their extension, reused. */
class payload_pool : public tlm::tlm_mm_interface
{
      public:
	~payload_pool() override;
	/* Acquired once; release() gives it back. */
	tlm::tlm_generic_payload *wrap(sqz_packet *packet);
	void free(tlm::tlm_generic_payload *payload) override;
	/* Payloads that somebody still holds. */
	size_t in_use() const
	{
		return all.size() - unused.size();
	}

      private:
	std::vector<tlm::tlm_generic_payload *> unused;
	std::vector<tlm::tlm_generic_payload *> all;
};

inline uint64_t now_ps()
{
	return sc_core::sc_time_stamp().value();
}

} // namespace sqz

#endif
