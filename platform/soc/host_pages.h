/*
 * Zeroed memory for DRAM and flash: whole pages that cost nothing until they
 * are touched, with a page that faults at either end. The bytes begin at a page
 * because bus addresses that are aligned must be aligned here, too.
 */
#ifndef SQZ_PLATFORM_HOST_PAGES_H
#define SQZ_PLATFORM_HOST_PAGES_H

#include <cstddef>
#include <cstdint>

namespace sqz
{

class host_pages
{
      public:
	/* Throws std::runtime_error when memory is short. */
	explicit host_pages(uint64_t bytes);
	~host_pages();
	host_pages(const host_pages &) = delete;
	host_pages &operator=(const host_pages &) = delete;

	uint8_t *get() const
	{
		return data;
	}

      private:
	void *mapping;
	size_t mapped;
	uint8_t *data;
};

} // namespace sqz

#endif
