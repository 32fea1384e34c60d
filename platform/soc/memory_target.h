/*
 * DRAM or flash as the host's bus sees it: plain bytes with constant costs.
 *
 * The CPU reaches them by pointer (DMI); what it may not reach so comes as
 * transactions at the same cost, so that a withdrawn page changes no time.
 * Pages are withdrawn for watchpoints, detectors and injected faults. The same
 * bytes belong to the memory nodes of the network; nothing is kept coherent
 * because there is only one copy.
 */
#ifndef SQZ_PLATFORM_MEMORY_TARGET_H
#define SQZ_PLATFORM_MEMORY_TARGET_H

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>
#include <vector>

namespace sqz
{

struct memory_settings {
	uint8_t *data;
	uint64_t bytes;
	bool writable;
	sc_core::sc_time read_latency; /* of one access */
	sc_core::sc_time write_latency;
};

class memory_target : public sc_core::sc_module
{
      public:
	tlm_utils::simple_target_socket<memory_target> bus;

	memory_target(sc_core::sc_module_name name,
		      const memory_settings &settings);

	/* Direct access to the offsets first..last (inclusive) ends, until as
	 * many calls of restore() with the same offsets. */
	void withdraw(uint64_t first, uint64_t last);
	void restore(uint64_t first, uint64_t last);

      private:
	struct span {
		uint64_t first;
		uint64_t last;
	};

	void b_transport(tlm::tlm_generic_payload &payload,
			 sc_core::sc_time &delay);
	tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &payload,
					   tlm::tlm_phase &phase,
					   sc_core::sc_time &delay);
	unsigned transport_dbg(tlm::tlm_generic_payload &payload);
	bool get_direct_mem_ptr(tlm::tlm_generic_payload &payload,
				tlm::tlm_dmi &dmi);
	bool may_access(tlm::tlm_generic_payload &payload) const;
	bool direct(uint64_t offset, span *around) const;

	const memory_settings settings;
	std::vector<span> withdrawn;
};

} // namespace sqz

#endif
