#include "tracer.h"

#include <cstring>
#include <string>

#include "interrupted.h"
#include "sqz/memmap.h"

namespace sqz
{

/* What is nearer to the machine than to the driver: it would be half of all
 * calls. */
static const char *const ACCESSES[] = {
	"sqz_read",    "sqz_write", "sqz_io_",
	"sqz_barrier", "sqz_irq_",  "sqz_time_",
};

static bool begins_with(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static bool is_driver_call(const sqz_elf_function *function, uint64_t target,
			   bool all)
{
	if (!function || function->addr != target)
		return false;
	if (all || !begins_with(function->name, "sqz_"))
		return all;
	for (const char *prefix : ACCESSES)
		if (begins_with(function->name, prefix))
			return false;
	return true;
}

void tracer::call(uint64_t ps, uint64_t target)
{
	check_interrupt();
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

/* Of the interrupt controller's sources. */
std::string tracer::interrupt_name(unsigned source)
{
	if (source >= SQZ_IRQ_RING0 && source < SQZ_IRQ_ERROR)
		return "interrupt, ring " +
		       std::to_string(source - SQZ_IRQ_RING0);
	switch (source) {
	case SQZ_IRQ_ERROR:
		return "interrupt, controller error";
	case SQZ_IRQ_MAILBOX:
		return "interrupt, mailbox";
	case SQZ_IRQ_UART:
		return "interrupt, UART";
	default:
		return "interrupt, source " + std::to_string(source);
	}
}

static const uint64_t INTERRUPT = 1ull << 63; /* in mcause */

static std::string trap_name(uint64_t cause, unsigned source)
{
	switch (cause) {
	case INTERRUPT | SQZ_CPU_IRQ_MEI:
		return tracer::interrupt_name(source);
	case INTERRUPT | SQZ_CPU_IRQ_MTI:
		return "interrupt, timer";
	case INTERRUPT | SQZ_CPU_IRQ_MSI:
		return "interrupt, software";
	default:
		return cause & INTERRUPT ? "interrupt" : "exception";
	}
}

/* An interrupt of a ring ends the flows of the completions it tells of. */
void tracer::trap(uint64_t ps, uint64_t cause, uint64_t pc)
{
	const bool external = cause == (INTERRUPT | SQZ_CPU_IRQ_MEI);
	const unsigned source = external ? soc->interrupt_source() : 0;
	std::vector<uint64_t> *flows = told_by(source);
	const sqz_trace_arg args[] = {
		sqz_trace_uint("cause", cause & ~INTERRUPT),
		sqz_trace_uint("pc", pc),
		sqz_trace_uint("source", source),
	};
	const sqz_trace_extra extra = {
		args,
		nullptr,
		flows ? flows->data() : nullptr,
		external ? 3u : 2u,
		0,
		flows ? (uint32_t)flows->size() : 0,
	};

	sqz_trace_begin(trace, cpu_track, ps, trap_name(cause, source).c_str(),
			"trap", &extra);
	if (flows)
		flows->clear();
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
