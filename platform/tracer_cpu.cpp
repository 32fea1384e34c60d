#include "tracer.h"

#include <cstring>

namespace sqz
{

static bool is_driver_call(const sqz_elf_function *function, uint64_t target,
			   bool all)
{
	if (!function || function->addr != target)
		return false;
	return all || strncmp(function->name, "sqz_", 4) == 0;
}

void tracer::call(uint64_t ps, uint64_t target)
{
	const bool all = sqz_trace_wants(trace, SQZ_TRACE_PACKETS);
	const sqz_elf_function *function = sqz_elf_find(elf, target);
	const bool traced = is_driver_call(function, target, all);

	if (traced)
		sqz_trace_begin(trace, cpu_track, ps, function->name, "call",
				nullptr);
	stack.push_back({ false, traced });
}

void tracer::ret(uint64_t ps, uint64_t target)
{
	(void)target;
	if (stack.empty() || stack.back().is_trap)
		return;
	if (stack.back().traced)
		sqz_trace_end(trace, cpu_track, ps, nullptr, nullptr);
	stack.pop_back();
}

void tracer::trap(uint64_t ps, uint64_t cause, uint64_t pc)
{
	const bool interrupt = cause >> 63;
	const sqz_trace_arg args[] = {
		sqz_trace_uint("cause", cause & INT64_MAX),
		sqz_trace_uint("pc", pc),
	};
	const sqz_trace_extra extra = { args, nullptr, nullptr, 2, 0, 0 };

	sqz_trace_begin(trace, cpu_track, ps,
			interrupt ? "interrupt" : "exception", "trap", &extra);
	stack.push_back({ true, true });
}

/* Leaves everything down to the innermost handler. */
void tracer::trap_return(uint64_t ps)
{
	while (!stack.empty()) {
		const frame last = stack.back();
		stack.pop_back();
		if (last.traced)
			sqz_trace_end(trace, cpu_track, ps, nullptr, nullptr);
		if (last.is_trap)
			return;
	}
}

void tracer::sleep(uint64_t from_ps, uint64_t to_ps)
{
	sqz_trace_slice(trace, wfi_track, from_ps, to_ps, "wfi", "cpu",
			nullptr);
}

} // namespace sqz
