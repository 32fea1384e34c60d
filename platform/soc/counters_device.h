/* The network's counters on the host's bus. */
#ifndef SQZ_PLATFORM_COUNTERS_DEVICE_H
#define SQZ_PLATFORM_COUNTERS_DEVICE_H

#include "noc/counter_regs.h"
#include "soc/devices.h"
#include "soc/noc_fabric.h"

namespace sqz
{

class counters_device : public board_device
{
      public:
	counters_device(sc_core::sc_module_name name, const noc_fabric &fabric);
	~counters_device() override;

      protected:
	bool access(uint64_t offset, unsigned size, bool write,
		    uint64_t *value) override;
	std::string fault(const word_access &access) const override;

      private:
	sqz_counter_regs *regs = nullptr;
};

} // namespace sqz

#endif
