#include "soc/counters_device.h"

#include <stdexcept>

#include "soc/register_name.h"

namespace sqz
{

counters_device::counters_device(sc_core::sc_module_name name,
				 const noc_fabric &fabric)
    : board_device(name)
{
	sqz_counter_regs_config config = {};
	sqz_error err = {};

	config.noc = fabric.engine();
	config.flows = fabric.flows();
	config.cycle = [](void *network) {
		return static_cast<const noc_fabric *>(network)->cycles();
	};
	config.context = const_cast<noc_fabric *>(&fabric);
	regs = sqz_counter_regs_create(&config, &err);
	if (!regs)
		throw std::runtime_error(err.text);
}

counters_device::~counters_device()
{
	sqz_counter_regs_destroy(regs);
}

bool counters_device::access(uint64_t offset, unsigned size, bool write,
			     uint64_t *value)
{
	return sqz_counter_regs_access(regs, offset, size, write, value) ==
	       SQZ_OK;
}

std::string counters_device::fault(const word_access &access) const
{
	return register_fault(SQZ_BLOCK_COUNTERS, access.addr, access);
}

} // namespace sqz
