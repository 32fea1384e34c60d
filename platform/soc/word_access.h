/*
 * One datum over TLM-2.0: what the host's devices and the CPU say to each
 * other.
 *
 * Devices take one datum of 1 to 8 bytes, without byte enables. Whoever answers
 * with an error may say why: the CPU's transaction carries a fault_note for it.
 */
#ifndef SQZ_PLATFORM_WORD_ACCESS_H
#define SQZ_PLATFORM_WORD_ACCESS_H

#include <functional>
#include <string>
#include <systemc>
#include <tlm>

namespace sqz
{

struct fault_note : tlm::tlm_extension<fault_note> {
	std::string text;

	tlm::tlm_extension_base *clone() const override;
	void copy_from(const tlm::tlm_extension_base &other) override;
};

/* Into the transaction's note, if it has one. */
void explain(tlm::tlm_generic_payload &payload, const std::string &why);

struct word_access {
	uint64_t addr;
	uint32_t size; /* bytes */
	bool write;
	uint64_t value; /* of a write; a device sets it for a read */
};

/* Takes the datum out of the transaction. False: there is nothing to do, and
 * the response says why. */
bool begin_access(tlm::tlm_generic_payload &payload, word_access *access);

/* Puts what was read back in; the response is TLM_OK_RESPONSE. */
void end_access(tlm::tlm_generic_payload &payload, const word_access &access);

/* The response is an address error, for this reason. */
void refuse_access(tlm::tlm_generic_payload &payload, const std::string &why);

/* A debugger's look (transport_dbg) at what is made of units of 1 to 8 bytes:
 * peek gives the unit at a multiple of that size, or false. Nothing is written
 * that way. How many bytes could be had. */
unsigned look(tlm::tlm_generic_payload &payload, unsigned unit,
	      const std::function<bool(uint64_t addr, uint64_t *value)> &peek);

} // namespace sqz

#endif
