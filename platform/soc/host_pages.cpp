#include "soc/host_pages.h"

#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>

namespace sqz
{

host_pages::host_pages(uint64_t bytes)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t size = (bytes + page - 1) / page * page;

	mapped = size + 2 * page;
	mapping = mmap(nullptr, mapped, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mapping == MAP_FAILED)
		throw std::runtime_error("out of memory for DRAM and flash");
	data = static_cast<uint8_t *>(mapping) + page;
	if (mprotect(data, size, PROT_READ | PROT_WRITE)) {
		munmap(mapping, mapped);
		throw std::runtime_error("out of memory for DRAM and flash");
	}
}

host_pages::~host_pages()
{
	munmap(mapping, mapped);
}

} // namespace sqz
