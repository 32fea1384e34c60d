/* Structures of cumulative uint64 counters, added and subtracted word by word.
 */
#ifndef SQZ_PLATFORM_COUNTERS_H
#define SQZ_PLATFORM_COUNTERS_H

#include <cstddef>
#include <cstdint>

namespace sqz
{

template <class COUNTERS> void add(COUNTERS *sum, const COUNTERS &more)
{
	static_assert(sizeof(COUNTERS) % sizeof(uint64_t) == 0,
		      "counters are uint64");
	auto *to = reinterpret_cast<uint64_t *>(sum);
	const auto *from = reinterpret_cast<const uint64_t *>(&more);

	for (size_t i = 0; i < sizeof(COUNTERS) / sizeof(uint64_t); i++)
		to[i] += from[i];
}

template <class COUNTERS>
COUNTERS difference(const COUNTERS &after, const COUNTERS &before)
{
	COUNTERS result = after;
	auto *to = reinterpret_cast<uint64_t *>(&result);
	const auto *from = reinterpret_cast<const uint64_t *>(&before);

	for (size_t i = 0; i < sizeof(COUNTERS) / sizeof(uint64_t); i++)
		to[i] -= from[i];
	return result;
}

} // namespace sqz

#endif
