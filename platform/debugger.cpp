#include "debugger.h"

#include <cstdio>
#include <ctime>
#include <stdexcept>

#include "debug/gdb_registers.h"

namespace sqz
{

static const uint64_t LOOK_NS = 4000000;
static const unsigned SP = 2;

static debugger *self_of(void *context)
{
	return static_cast<debugger *>(context);
}

debugger::debugger(uint16_t port, chip &of, const sqz_chip &layout,
		   uint32_t rings, debugger_hooks what)
    : soc(of), cpu(of.cpu().core()), hooks(std::move(what)),
      gdb(std::make_unique<sqz_gdb>())
{
	const sqz_gdb_target mine = target();
	sqz_error err = {};

	if (sqz_gdb_link_open(&link, port, &err))
		throw std::runtime_error(err.text);
	sqz_gdb_init(gdb.get(), &mine);
	monitor.layout = &layout;
	monitor.rings = rings;
	monitor.context = this;
	monitor.look = read_memory;
	monitor.time = tell_time;
	monitor.trace = [](void *self, bool on) {
		return self_of(self)->hooks.trace(on);
	};
	monitor.reset = [](void *self) { return self_of(self)->hooks.reset(); };
	soc.cpu().attach(this);
}

debugger::~debugger()
{
	soc.cpu().attach(static_cast<host_cpu_debugger *>(nullptr));
	ended(1);
	sqz_gdb_link_close(&link);
}

sqz_gdb_target debugger::target()
{
	sqz_gdb_target t = {};

	t.context = this;
	t.read_reg = read_reg;
	t.write_reg = write_reg;
	t.read_memory = read_memory;
	t.write_memory = write_memory;
	t.insert = insert;
	t.remove = remove;
	t.monitor = obey;
	t.send = send;
	t.report = report;
	return t;
}

/* ---- the client ---- */

void debugger::wait_for_client()
{
	fprintf(stderr, "gdb: waiting for a client on 127.0.0.1:%u\n",
		link.port);
	while (!sqz_gdb_link_accept(&link, true))
		;
	sqz_gdb_connect(gdb.get());
}

void debugger::ended(int code)
{
	sqz_gdb_exited(gdb.get(), (uint8_t)code);
	sqz_gdb_link_drop(&link);
}

/* Real time, and nothing that the simulation could see. */
bool debugger::time_to_look()
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	const uint64_t now = (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
	if (now - looked_ns < LOOK_NS)
		return false;
	looked_ns = now;
	return true;
}

void debugger::client_gone(const char *line)
{
	sqz_gdb_forget(gdb.get());
	sqz_gdb_link_drop(&link);
	leave_handler();
	stopping = false;
	if (line)
		report(this, line);
}

/* One turn of listening; `wait`: until there is something. */
void debugger::receive(bool wait)
{
	char bytes[4096];
	const long got =
	    sqz_gdb_link_receive(&link, bytes, sizeof(bytes), wait);

	if (got < 0) {
		client_gone("gdb: the client is gone; the run goes on");
		return;
	}
	sqz_gdb_input(gdb.get(), bytes, (size_t)got);
	switch (gdb->state) {
	case SQZ_GDB_DETACHED:
		client_gone(nullptr);
		break;
	case SQZ_GDB_LOST:
		client_gone("gdb: the client does not speak GDB's protocol: "
			    "dropped; the run goes on");
		break;
	case SQZ_GDB_KILLED:
		sqz_gdb_link_drop(&link);
		throw std::runtime_error("ended by the debugger");
	default:
		break;
	}
}

void debugger::look_for_client()
{
	if (!time_to_look())
		return;
	if (gdb->state == SQZ_GDB_RUNNING)
		receive(false);
	else if (sqz_gdb_link_accept(&link, false))
		sqz_gdb_connect(gdb.get());
}

void debugger::stop(sqz_gdb_reason why)
{
	reason = { why, SQZ_GDB_SOFTWARE, 0 };
	stopping = true;
}

/* Holds the CPU as long as the client wants it held. */
void debugger::hold()
{
	look_for_client();
	if (gdb->interrupt && !stopping)
		stop(SQZ_GDB_INTERRUPTED);
	if (stopping) {
		leave_handler();
		sqz_gdb_stopped(gdb.get(), &reason);
		stopping = false;
	}
	if (gdb->state != SQZ_GDB_STOPPED)
		return;
	while (gdb->state == SQZ_GDB_STOPPED)
		receive(true);
	stepped = false;
}

/* ---- running ---- */

bool debugger::wants_cpu()
{
	look_for_client();
	return gdb->interrupt || gdb->state == SQZ_GDB_STOPPED;
}

void debugger::starved()
{
	static const char TEXT[] =
	    "nothing happens any more: the firmware waits for an interrupt "
	    "that does not come\n";

	if (gdb->state != SQZ_GDB_RUNNING)
		throw std::runtime_error(std::string(TEXT, sizeof(TEXT) - 2));
	sqz_gdb_print(gdb.get(), TEXT);
	stop(SQZ_GDB_INTERRUPTED);
}

void debugger::note_stop(const sqz_cpu_result &result)
{
	unsigned what;

	switch (result.reason) {
	case SQZ_CPU_BREAKPOINT:
		stop(SQZ_GDB_BREAKPOINT);
		break;
	case SQZ_CPU_WATCHPOINT:
		stop(SQZ_GDB_WATCHPOINT);
		reason.addr = sqz_cpu_watch_hit(cpu, &what);
		reason.watch = what == SQZ_CPU_R   ? SQZ_GDB_READ
			       : what == SQZ_CPU_W ? SQZ_GDB_WRITE
						   : SQZ_GDB_ACCESS;
		break;
	case SQZ_CPU_LOST:
		lost = true;
		sqz_gdb_print(gdb.get(), "the trap handler traps for ever\n");
		stop(SQZ_GDB_FAULT);
		break;
	default:
		break;
	}
}

sqz_cpu_result debugger::execute(uint64_t max_cycles)
{
	sqz_cpu_result result;

	hold();
	if (lost && gdb->state == SQZ_GDB_RUNNING)
		return { SQZ_CPU_LOST, 0 };
	if (gdb->resume == SQZ_GDB_STEP)
		result = step();
	else if (gdb->resume == SQZ_GDB_RANGE)
		result = step_range(max_cycles);
	else
		result = sqz_cpu_run(cpu, max_cycles);
	if (gdb->state != SQZ_GDB_RUNNING)
		return result;
	note_stop(result);
	if (stopping)
		result.reason = SQZ_CPU_STOPPED;
	return result;
}

/* One instruction. In wfi: waits until there is one. */
sqz_cpu_result debugger::step()
{
	const sqz_cpu_result result = sqz_cpu_step_masked(cpu);

	if (result.reason != SQZ_CPU_WFI)
		stop(SQZ_GDB_STEPPED);
	return result;
}

/* ---- stepping over a range ---- */

bool debugger::in_range() const
{
	const uint64_t pc = sqz_cpu_get_pc(cpu);

	return pc >= gdb->range_start && pc < gdb->range_end;
}

sqz_cpu_result debugger::step_range(uint64_t max_cycles)
{
	return away ? follow_handler(max_cycles) : step_in_range(max_cycles);
}

sqz_cpu_result debugger::step_in_range(uint64_t max_cycles)
{
	sqz_cpu_result result = { SQZ_CPU_BUDGET, 0 };
	uint64_t used = 0;

	while (used < max_cycles) {
		if (stepped && sqz_cpu_irq_due(cpu) &&
		    !sqz_cpu_add_breakpoint(cpu, sqz_cpu_get_pc(cpu))) {
			away = true;
			away_pc = sqz_cpu_get_pc(cpu);
			away_sp = sqz_cpu_get_reg(cpu, SP);
			break;
		}
		result = sqz_cpu_step_masked(cpu);
		used += result.cycles;
		if (result.reason != SQZ_CPU_BUDGET)
			break;
		stepped = true;
		if (!in_range() || breakpoints.count(sqz_cpu_get_pc(cpu))) {
			stop(SQZ_GDB_STEPPED);
			break;
		}
	}
	result.cycles = used;
	return result;
}

/* An interrupt's handler runs until it comes back to where it was entered; the
 * CPU has a breakpoint there. */
sqz_cpu_result debugger::follow_handler(uint64_t max_cycles)
{
	sqz_cpu_result result = sqz_cpu_run(cpu, max_cycles);
	const uint64_t pc = sqz_cpu_get_pc(cpu);

	if (result.reason != SQZ_CPU_BREAKPOINT || pc != away_pc)
		return result;
	if (sqz_cpu_get_reg(cpu, SP) == away_sp) {
		leave_handler();
		stepped = false;
		result.reason = SQZ_CPU_BUDGET;
	} else if (!breakpoints.count(pc)) {
		result.reason = SQZ_CPU_BUDGET;
	}
	return result;
}

void debugger::leave_handler()
{
	if (away)
		sqz_cpu_remove_breakpoint(cpu, away_pc);
	away = false;
}

/* ---- what the client wants to see ---- */

int debugger::read_reg(void *context, unsigned number, uint64_t *value)
{
	sqz_cpu *cpu = self_of(context)->cpu;

	if (number < SQZ_GDB_PC)
		*value = sqz_cpu_get_reg(cpu, number);
	else if (number == SQZ_GDB_PC)
		*value = sqz_cpu_get_pc(cpu);
	else if (number >= SQZ_GDB_CSR0)
		return sqz_cpu_read_csr(cpu, number - SQZ_GDB_CSR0, value);
	else
		return -1;
	return 0;
}

int debugger::write_reg(void *context, unsigned number, uint64_t value)
{
	sqz_cpu *cpu = self_of(context)->cpu;

	if (number < SQZ_GDB_PC)
		sqz_cpu_set_reg(cpu, number, value);
	else if (number >= SQZ_GDB_CSR0)
		return sqz_cpu_write_csr(cpu, number - SQZ_GDB_CSR0, value);
	else if (number != SQZ_GDB_PC)
		return -1;
	else if (value != sqz_cpu_get_pc(cpu)) /* wakes it from wfi */
		sqz_cpu_set_pc(cpu, value);
	return 0;
}

size_t debugger::read_memory(void *context, uint64_t addr, void *to,
			     size_t size)
{
	return self_of(context)->soc.cpu().debug_access(
	    addr, to, (unsigned)size, tlm::TLM_READ_COMMAND);
}

size_t debugger::write_memory(void *context, uint64_t addr, const void *from,
			      size_t size)
{
	return self_of(context)->soc.cpu().debug_access(
	    addr, const_cast<void *>(from), (unsigned)size,
	    tlm::TLM_WRITE_COMMAND);
}

static unsigned watched(sqz_gdb_point type)
{
	switch (type) {
	case SQZ_GDB_WRITE:
		return SQZ_CPU_W;
	case SQZ_GDB_READ:
		return SQZ_CPU_R;
	default:
		return SQZ_CPU_R | SQZ_CPU_W;
	}
}

int debugger::insert(void *context, sqz_gdb_point type, uint64_t addr,
		     uint64_t size)
{
	debugger *self = self_of(context);

	if (type >= SQZ_GDB_WRITE)
		return sqz_cpu_add_watchpoint(self->cpu, addr, size,
					      watched(type));
	if (sqz_cpu_add_breakpoint(self->cpu, addr))
		return -1;
	self->breakpoints.insert(addr);
	return 0;
}

void debugger::remove(void *context, sqz_gdb_point type, uint64_t addr,
		      uint64_t size)
{
	debugger *self = self_of(context);

	if (type >= SQZ_GDB_WRITE) {
		sqz_cpu_remove_watchpoint(self->cpu, addr, size, watched(type));
		return;
	}
	const auto found = self->breakpoints.find(addr);
	if (found == self->breakpoints.end())
		return;
	self->breakpoints.erase(found);
	sqz_cpu_remove_breakpoint(self->cpu, addr);
}

void debugger::obey(void *context, const char *command, sqz_gdb_text *out)
{
	sqz_monitor_obey(&self_of(context)->monitor, command, out);
}

void debugger::send(void *context, const void *data, size_t size)
{
	sqz_gdb_link_send(&self_of(context)->link, data, size);
}

void debugger::report(void *context, const char *line)
{
	(void)context;
	fprintf(stderr, "%s\n", line);
}

void debugger::tell_time(void *context, sqz_monitor_time *time)
{
	const host_cpu &host = self_of(context)->soc.cpu();

	*time = { host.local_ps(), sc_core::sc_time_stamp().value(),
		  host.instructions() };
}

} // namespace sqz
