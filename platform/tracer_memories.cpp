#include "tracer.h"

#include <algorithm>
#include <string>

#include "report_nodes.h"

namespace sqz
{

/* ---- work that comes in many small pieces ---- */

/* A slice of joined work is not longer, so that one sees where it was dense. */
static const uint64_t JOINED_PS = 100000000;

/* Pieces that lie close together are one slice that tells how long they
 * took. */
void tracer::touch(activity *work, uint64_t begin, uint64_t end, uint64_t busy)
{
	if (!filter.wants(begin, end))
		return;
	if (work->count && (begin > work->end + work->gap ||
			    std::max(end, work->end) > work->begin + JOINED_PS))
		flush(work);
	/* Banks do not work in order; slices of a track must. */
	begin = std::max(begin, work->flushed);
	end = std::max(end, begin);
	if (!work->count) {
		work->begin = begin;
		work->end = end;
		work->busy = 0;
	}
	work->begin = std::min(work->begin, begin);
	work->end = std::max(work->end, end);
	work->busy += busy;
	work->count++;
}

void tracer::flush(activity *work)
{
	const sqz_trace_arg args[] = {
		sqz_trace_uint("begin_ps", work->begin),
		sqz_trace_uint("end_ps", work->end),
		sqz_trace_uint("count", work->count),
		sqz_trace_uint("busy_ps", work->busy),
	};
	const sqz_trace_extra extra = { args, nullptr, nullptr, 4, 0, 0 };

	if (!work->count)
		return;
	work->count = 0;
	work->flushed = work->end;
	sqz_trace_slice(trace, work->track, work->begin, work->end, work->name,
			work->category, &extra);
}

/* ---- buffers, DRAM, flash ---- */

/* "DRAM 3,0" */
std::string tracer::memory_name(uint32_t node) const
{
	const sqz_node_entry &entry = layout.entries[node];

	return std::string(sqz_memory_kind_name(entry.kind)) + " " +
	       std::to_string(entry.x) + "," + std::to_string(entry.y);
}

/* A use of DRAM is one burst; what the report calls busy is its data bus. */
void tracer::bank_used(void *context, const sqz_bank_use *use,
		       const sqz_packet *packet)
{
	auto *memory = static_cast<memory_tracks *>(context);

	(void)packet;
	memory->owner->touch(&memory->work, use->begin_ps, use->end_ps,
			     memory->burst_ps ? memory->burst_ps
					      : use->end_ps - use->begin_ps);
}

const sqz_memory_observer *tracer::memory_observer(uint16_t node)
{
	static const struct {
		uint32_t kind;
		const char *category;
		uint64_t gap;
	} KINDS[] = {
		{ SQZ_NODE_BUFFER, "buffer", 10000000 },
		{ SQZ_NODE_FLASH, "flash", 10000000 },
		/* Readers charge time to it: hardly any gaps. */
		{ SQZ_NODE_DRAM, "dram", 100000 },
	};
	const uint32_t kind = layout.entries[node].kind;
	memory_tracks &memory = memories[node];

	if (!sqz_trace_wants(trace, SQZ_TRACE_TILES) || !filter.nodes[node])
		return nullptr;
	memory.owner = this;
	memory.burst_ps = kind == SQZ_NODE_DRAM ? config.dram.burst_ps : 0;
	for (const auto &which : KINDS)
		if (which.kind == kind)
			memory.work = { "accesses", which.category, which.gap };
	memory.work.track = sqz_trace_track(trace, 0, memory_name(node).c_str(),
					    RANK_TILES + node);
	memory.observer = {};
	memory.observer.context = &memory;
	memory.observer.bank_used = bank_used;
	return &memory.observer;
}

void tracer::flush_memories()
{
	for (memory_tracks &memory : memories)
		flush(&memory.work);
}

/* What each memory has done in the whole run. */
void tracer::sum_memories(uint64_t now)
{
	const uint32_t track =
	    sqz_trace_track(trace, 0, "memories", RANK_CONTROLLER + 4);

	for (uint32_t node = 0; node < layout.nodes; node++) {
		if (!soc->memory(node))
			continue;
		const struct sqz_memory_counters sums =
		    sqz_memory_counters(soc->memory(node));
		const sqz_trace_arg args[] = {
			sqz_trace_uint("node", node),
			sqz_trace_uint("busy_ps", sums.busy_ps),
			sqz_trace_uint("reads", sums.reads),
			sqz_trace_uint("writes", sums.writes),
			sqz_trace_uint("read_bytes", sums.read_bytes),
			sqz_trace_uint("written_bytes", sums.written_bytes),
		};
		const sqz_trace_extra extra = {
			args, nullptr, nullptr, 6, 0, 0
		};
		sqz_trace_instant(trace, track, now, memory_name(node).c_str(),
				  "memory", &extra);
	}
}

} // namespace sqz
