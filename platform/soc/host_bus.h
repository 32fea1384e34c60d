/* The host's bus: forwards the CPU's accesses to devices by address. Addresses
 * are made relative to the device and restored afterwards. */
#ifndef SQZ_PLATFORM_HOST_BUS_H
#define SQZ_PLATFORM_HOST_BUS_H

#include <string>
#include <systemc>
#include <tlm>
#include <tlm_utils/multi_passthrough_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <vector>

#include "soc/host_cpu.h"

namespace sqz
{

class host_bus : public sc_core::sc_module, public address_names
{
      public:
	tlm_utils::simple_target_socket<host_bus> cpu;

	explicit host_bus(sc_core::sc_module_name name);

	/* absolute: the device wants bus addresses. */
	template <class SOCKET>
	void connect(const char *name, uint64_t base, uint64_t bytes,
		     SOCKET &socket, bool absolute = false)
	{
		regions.push_back({ name, base, bytes, absolute });
		devices.bind(socket);
	}

	/* "uart + 0x9" for an address, for messages. */
	std::string place(uint64_t addr) const override;

      private:
	struct region {
		const char *name;
		uint64_t base;
		uint64_t bytes;
		bool absolute;

		/* Bus address of what the device calls 0. */
		uint64_t origin() const
		{
			return absolute ? 0 : base;
		}
	};

	void b_transport(tlm::tlm_generic_payload &payload,
			 sc_core::sc_time &delay);
	tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &payload,
					   tlm::tlm_phase &phase,
					   sc_core::sc_time &delay);
	unsigned transport_dbg(tlm::tlm_generic_payload &payload);
	bool get_direct_mem_ptr(tlm::tlm_generic_payload &payload,
				tlm::tlm_dmi &dmi);
	void invalidate(int device, sc_dt::uint64 first, sc_dt::uint64 last);
	int find(uint64_t addr, unsigned bytes) const;

	tlm_utils::multi_passthrough_initiator_socket<host_bus> devices;
	std::vector<region> regions;
};

} // namespace sqz

#endif
