/* In the place of tracer.h where traces are not built in (SQZ_TRACE=OFF). */
#ifndef SQZ_PLATFORM_NO_TRACER_H
#define SQZ_PLATFORM_NO_TRACER_H

#include "bookkeeper.h"
#include "cpu/elf.h"
#include "trace_filter.h"
#include "traces/trace.h"

namespace sqz
{

class tracer
{
      public:
	tracer(const char *, sqz_trace *, const sqz_config &, const sqz_chip &,
	       const sqz_image_file &, const trace_filter &)
	{
	}
	void attach(chip &, const sqz_elf &)
	{
	}
	bool on() const
	{
		return false;
	}
	void pause(bool, uint64_t)
	{
	}
	void image_begin(uint32_t, uint64_t, uint64_t)
	{
	}
	void doorbell(uint16_t, uint32_t, uint64_t)
	{
	}
	void descriptor_begin(const sqz_controller_event &, uint64_t)
	{
	}
	void descriptor_end(const sqz_controller_event &, uint64_t)
	{
	}
	void posted(const sqz_controller_event &, uint64_t)
	{
	}
	void line(unsigned, bool, uint64_t)
	{
	}
	void layer_end(const layer_run &)
	{
	}
	void packet(const sqz_packet *, bool, uint64_t)
	{
	}
	void mark(uint16_t, uint64_t, const sqz_causes &, uint64_t)
	{
	}
	void accepted(uint16_t, uint64_t, uint64_t)
	{
	}
	void finish(const sqz_run_result &)
	{
	}
	const sqz_tile_observer *tile_observer(uint16_t)
	{
		return nullptr;
	}
	const sqz_memory_observer *memory_observer(uint16_t)
	{
		return nullptr;
	}
};

} // namespace sqz

#endif
