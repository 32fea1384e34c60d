/* What of the work of tiles, of packets and of counters a trace holds:
 * `--trace-nodes`, `--trace-window`. */
#ifndef SQZ_PLATFORM_TRACE_FILTER_H
#define SQZ_PLATFORM_TRACE_FILTER_H

#include <cstdint>
#include <vector>

#include "run_options.h"

namespace sqz
{

struct trace_filter {
	std::vector<bool> nodes; /* by number; true: is wanted */
	uint64_t from_ps;
	uint64_t to_ps;
	bool paused = false; /* leaves out everything it may */

	/* Throws std::runtime_error with one line. */
	trace_filter(const sqz_run_options &options, uint32_t node_count);

	bool is_whole() const; /* leaves nothing out */
	bool wants(uint64_t begin_ps, uint64_t end_ps) const
	{
		return !paused && end_ps >= from_ps && begin_ps < to_ps;
	}
};

} // namespace sqz

#endif
