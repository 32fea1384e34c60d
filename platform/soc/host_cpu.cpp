#include "soc/host_cpu.h"

#include <algorithm>
#include <stdexcept>

#include "sqz/memmap.h"

namespace sqz
{

using sc_core::sc_time;

/* That are printed; a guest that goes on after them may make millions. */
static const unsigned MOST_FAULTS = 100;

static const uint64_t PS_PER_TICK = 1000000000000u / SQZ_TIMEBASE_HZ;

static const size_t PROCESS_STACK_BYTES = 1 << 20;

static uint64_t kernel_ps()
{
	return sc_core::sc_time_stamp().value();
}

static sqz_cpu_config cpu_config(const sqz_config &config, uint64_t reset_pc)
{
	sqz_cpu_config c;
	const auto &from = config.cpu;

	sqz_cpu_config_default(&c);
	c.reset_pc = reset_pc;
	c.clock_ps = from.cycle_ps;
	c.cycles[SQZ_CPU_ALU] = (uint16_t)from.alu_cycles;
	c.cycles[SQZ_CPU_LOAD] = (uint16_t)from.load_cycles;
	c.cycles[SQZ_CPU_STORE] = (uint16_t)from.store_cycles;
	c.cycles[SQZ_CPU_MUL] = (uint16_t)from.mul_cycles;
	c.cycles[SQZ_CPU_DIV] = (uint16_t)from.div_cycles;
	c.cycles[SQZ_CPU_BRANCH] = (uint16_t)from.branch_cycles;
	c.cycles[SQZ_CPU_JUMP] = (uint16_t)from.jump_cycles;
	c.cycles[SQZ_CPU_AMO] = (uint16_t)from.amo_cycles;
	c.cycles[SQZ_CPU_CSR] = (uint16_t)from.csr_cycles;
	c.cycles[SQZ_CPU_SYSTEM] = (uint16_t)from.system_cycles;
	c.taken_cycles = (uint16_t)from.taken_cycles;
	c.trap_cycles = (uint16_t)from.trap_cycles;
	return c;
}

host_cpu::host_cpu(sc_core::sc_module_name name, const sqz_config &config,
		   uint64_t reset_pc)
    : sc_module(name), bus("bus"), cycle_ps(config.cpu.cycle_ps),
      mmio_ps(config.cpu.mmio_ps)
{
	static const sqz_cpu_ops OPS = {
		on_read, on_write, on_fetch, on_is_memory,
		on_time, on_trap,  on_call,
	};
	sqz_cpu_config settings = cpu_config(config, reset_pc);

	settings.ops = &OPS;
	settings.ctx = this;
	cpu = sqz_cpu_create(&settings);
	if (!cpu)
		throw std::runtime_error("host CPU: out of memory");
	keeper.set_global_quantum(sc_time::from_value(config.cpu.quantum_ps));
	keeper.reset();
	payload.set_extension(&note);
	bus.register_invalidate_direct_mem_ptr(this, &host_cpu::withdraw);
	SC_HAS_PROCESS(host_cpu);
	SC_THREAD(run);
	/* A program of the build machine prints from there. */
	set_stack_size(PROCESS_STACK_BYTES);
}

host_cpu::~host_cpu()
{
	payload.clear_extension(&note);
	sqz_cpu_destroy(cpu);
}

/* ---- memory ---- */

void host_cpu::add_memory(uint64_t base, uint64_t bytes)
{
	memories.push_back({ base, base + (bytes - 1) });
}

void host_cpu::attach(const address_names *who)
{
	names = who;
}

bool host_cpu::is_memory(uint64_t addr) const
{
	for (const span &memory : memories)
		if (addr >= memory.first && addr <= memory.last)
			return true;
	return false;
}

void host_cpu::start_of_simulation()
{
	for (const span &memory : memories) {
		uint64_t addr = memory.first;
		while (addr >= memory.first && addr <= memory.last)
			addr = map_around(addr) + 1;
	}
}

unsigned host_cpu::wait_cycles(const sc_time &latency) const
{
	return (unsigned)((latency.value() + cycle_ps - 1) / cycle_ps);
}

/* Asks for direct access; returns the last address that the answer is for. */
uint64_t host_cpu::map_around(uint64_t addr)
{
	tlm::tlm_dmi dmi;

	prepare(addr, 1, nullptr, tlm::TLM_READ_COMMAND);
	const bool granted = bus->get_direct_mem_ptr(payload, dmi);
	const uint64_t first = dmi.get_start_address();
	const uint64_t last = dmi.get_end_address();
	if (addr < first || addr > last)
		throw std::runtime_error("host CPU: no memory where there "
					 "should be some");
	if (!granted || !dmi.is_read_allowed())
		return last;
	const unsigned write = dmi.is_write_allowed() ? SQZ_CPU_W : 0;
	const sqz_cpu_region region = {
		first,
		last - first + 1,
		dmi.get_dmi_ptr(),
		SQZ_CPU_R | SQZ_CPU_X | write,
		(uint16_t)wait_cycles(dmi.get_read_latency()),
		(uint16_t)wait_cycles(dmi.get_write_latency()),
		0,
	};
	/* What cannot be mapped (too small, or too many pieces) is reached over
	 * the bus. */
	(void)sqz_cpu_map(cpu, &region);
	return last;
}

void host_cpu::withdraw(sc_dt::uint64 first, sc_dt::uint64 last)
{
	/* Too many pieces: better none than one too many. */
	if (sqz_cpu_unmap(cpu, first, last - first + 1))
		(void)sqz_cpu_unmap(cpu, 0, UINT64_MAX);
}

void host_cpu::set_irq(unsigned irq, bool level)
{
	sqz_cpu_set_irq(cpu, irq, level);
	if (irq == SQZ_CPU_IRQ_MEI)
		external_level = level;
	if (level)
		irq_event.notify(sc_core::SC_ZERO_TIME);
}

void host_cpu::attach(host_timer *source)
{
	timer = source;
}

void host_cpu::timer_changed()
{
	timer->update();
	/* The slice was cut for the old deadline. */
	sqz_cpu_stop(cpu);
}

uint64_t host_cpu::local_ps() const
{
	return anchor_ps + (sqz_cpu_cycles(cpu) - anchor_cycles) * cycle_ps;
}

/* Sets the CPU's time to `local`, not before its own. */
void host_cpu::settle(uint64_t local)
{
	const uint64_t own = local_ps();

	if (local > own)
		sqz_cpu_add_cycles(cpu,
				   (local - own + cycle_ps - 1) / cycle_ps);
	keeper.set(sc_time::from_value(local_ps() - kernel_ps()));
}

void host_cpu::halt()
{
	halted = true;
	sqz_cpu_stop(cpu);
	irq_event.notify(sc_core::SC_ZERO_TIME);
}

void host_cpu::observe(host_cpu_observer *who)
{
	observer = who;
	sqz_cpu_trace_calls(cpu, who != nullptr);
}

void host_cpu::explain(cpu_causes *to)
{
	causes = to;
}

void host_cpu::set_entry(uint64_t pc)
{
	sqz_cpu_set_pc(cpu, pc);
}

void host_cpu::reset(uint64_t pc)
{
	sqz_cpu_reset(cpu);
	sqz_cpu_set_pc(cpu, pc);
}

void host_cpu::attach(host_cpu_debugger *who)
{
	debugger = who;
}

unsigned host_cpu::debug_access(uint64_t addr, void *data, unsigned size,
				tlm::tlm_command command)
{
	tlm::tlm_generic_payload look;

	look.set_command(command);
	look.set_address(addr);
	look.set_data_ptr(static_cast<unsigned char *>(data));
	look.set_data_length(size);
	look.set_streaming_width(size);
	const unsigned done = bus->transport_dbg(look);
	if (command == tlm::TLM_WRITE_COMMAND)
		sqz_cpu_flush_code(cpu);
	return done;
}

uint64_t host_cpu::instructions() const
{
	return sqz_cpu_instret(cpu);
}

uint64_t host_cpu::direct_bytes() const
{
	return sqz_cpu_data_bytes(cpu);
}

void host_cpu::run()
{
	if (program)
		program->run();
	while (!halted && !program)
		slice();
}

void host_cpu::slice()
{
	const uint64_t local = local_ps();
	uint64_t end =
	    kernel_ps() +
	    tlm_utils::tlm_quantumkeeper::get_global_quantum().value();

	timer->update();
	const uint64_t deadline = timer->deadline_ps();
	if (deadline > local && deadline < end)
		end = deadline;
	const uint64_t room = end > local ? end - local : 0;
	const uint64_t cycles = (room + cycle_ps - 1) / cycle_ps;
	const sqz_cpu_result result =
	    debugger ? debugger->execute(cycles) : sqz_cpu_run(cpu, cycles);
	keeper.set(sc_time::from_value(local_ps() - kernel_ps()));
	if (result.reason == SQZ_CPU_WFI)
		idle();
	else if (result.reason == SQZ_CPU_LOST)
		throw std::runtime_error(
		    "host CPU: its trap handler traps for ever");
	else if (keeper.need_sync())
		keeper.sync();
}

/* Until an interrupt comes, or this time, or the debugger wants the CPU. It is
 * asked once a quantum. */
void host_cpu::wait_for_irq(uint64_t deadline)
{
	do {
		uint64_t span = deadline - kernel_ps();
		if (debugger) {
			if (debugger->wants_cpu())
				return;
			if (deadline == UINT64_MAX &&
			    !sc_core::sc_pending_activity()) {
				debugger->starved();
				return;
			}
			span = std::min<uint64_t>(
			    span,
			    tlm_utils::tlm_quantumkeeper::get_global_quantum()
				.value());
		}
		if (span > UINT64_MAX / 2)
			wait(irq_event);
		else
			wait(sc_time::from_value(span), irq_event);
	} while (debugger && !irq_event.triggered() && kernel_ps() < deadline);
}

/* wfi: let the chip catch up, look again, then sleep. */
void host_cpu::idle()
{
	keeper.sync();
	timer->update();
	if (sqz_cpu_irq_pending(cpu) || halted)
		return;
	const uint64_t from = kernel_ps();
	if (causes)
		causes->slept(from);
	wait_for_irq(timer->deadline_ps());
	settle(kernel_ps());
	timer->update();
	if (observer)
		observer->sleep(from, kernel_ps());
}

/* Whoever answers there must see the chip as it is at the CPU's time. */
static bool needs_sync(uint64_t addr)
{
	return addr >= SQZ_WINDOW_BASE ||
	       (addr >= SQZ_CONTROLLER_BASE && addr < SQZ_DRAM_BASE) ||
	       addr - SQZ_PLIC_BASE < SQZ_PLIC_BYTES ||
	       addr - SQZ_FINISHER_BASE < SQZ_FINISHER_BYTES;
}

void host_cpu::prepare(uint64_t addr, unsigned size, void *data,
		       tlm::tlm_command command)
{
	payload.set_command(command);
	payload.set_address(addr);
	payload.set_data_ptr(static_cast<unsigned char *>(data));
	payload.set_data_length(size);
	payload.set_streaming_width(size);
	payload.set_byte_enable_ptr(nullptr);
	payload.set_dmi_allowed(false);
	payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
	note.text.clear();
}

sqz_cpu_bus host_cpu::access(uint64_t addr, unsigned size, uint64_t *value,
			     tlm::tlm_command command)
{
	keeper.set(sc_time::from_value(local_ps() - kernel_ps()));
	if (needs_sync(addr))
		keeper.sync();
	const bool memory = is_memory(addr);
	sc_time delay = keeper.get_local_time();
	if (!memory)
		delay += sc_time::from_value(mmio_ps);
	prepare(addr, size, value, command);
	bus->b_transport(payload, delay);
	settle(kernel_ps() + delay.value());
	if (payload.is_response_error()) {
		store_failed = command == tlm::TLM_WRITE_COMMAND;
		failed_value = *value & UINT64_MAX >> (64 - 8 * size);
		failed_size = size;
		return SQZ_CPU_BUS_FAULT;
	}
	if (memory && payload.is_dmi_allowed())
		map_around(addr);
	return SQZ_CPU_BUS_OK;
}

sqz_cpu_bus host_cpu::on_read(void *self, uint64_t addr, unsigned size,
			      uint64_t *value)
{
	*value = 0;
	return static_cast<host_cpu *>(self)->access(addr, size, value,
						     tlm::TLM_READ_COMMAND);
}

sqz_cpu_bus host_cpu::on_write(void *self, uint64_t addr, unsigned size,
			       uint64_t value)
{
	return static_cast<host_cpu *>(self)->access(addr, size, &value,
						     tlm::TLM_WRITE_COMMAND);
}

/* Decoding runs ahead of execution: a look, no access. */
sqz_cpu_bus host_cpu::on_fetch(void *self, uint64_t addr, uint16_t *value)
{
	auto *host = static_cast<host_cpu *>(self);

	host->prepare(addr, sizeof(*value), value, tlm::TLM_READ_COMMAND);
	if (!host->is_memory(addr) ||
	    host->bus->transport_dbg(host->payload) != sizeof(*value))
		return SQZ_CPU_BUS_FAULT;
	return SQZ_CPU_BUS_OK;
}

bool host_cpu::on_is_memory(void *self, uint64_t addr)
{
	auto *host = static_cast<host_cpu *>(self);

	if (host->is_memory(addr))
		return true;
	host->note.text = "atomics work on memory only";
	return false;
}

uint64_t host_cpu::on_time(void *self)
{
	return static_cast<host_cpu *>(self)->local_ps() / PS_PER_TICK;
}

/* mcause of the access faults, by which a guest learns of a bad address. */
static const char *access_fault(uint64_t cause)
{
	switch (cause) {
	case 1:
		return "instruction access fault";
	case 5:
		return "load access fault";
	case 7:
		return "store access fault";
	default:
		return nullptr;
	}
}

/* What, where (device and register), the value. */
std::string host_cpu::describe_fault(const char *fault, uint64_t addr)
{
	std::string where = names ? names->place(addr) : "";
	char at[32];
	char value[64] = "";

	snprintf(at, sizeof(at), " at 0x%llx", (unsigned long long)addr);
	if (!note.text.empty())
		where += (where.empty() ? "" : ": ") + note.text;
	if (!where.empty())
		where = " (" + where + ")";
	if (store_failed)
		snprintf(value, sizeof(value), ", value 0x%0*llx",
			 (int)(2 * failed_size),
			 (unsigned long long)failed_value);
	note.text.clear();
	store_failed = false;
	return fault + (at + where) + value;
}

void host_cpu::print_fault(const char *fault, uint64_t epc, uint64_t tval)
{
	fprintf(stderr, "guest: %s, pc 0x%llx\n",
		describe_fault(fault, tval).c_str(), (unsigned long long)epc);
	if (++faults_told == MOST_FAULTS)
		fprintf(stderr, "guest: access faults from here on are not "
				"printed\n");
}

void host_cpu::on_trap(void *self, uint64_t cause, uint64_t epc, uint64_t tval)
{
	auto *host = static_cast<host_cpu *>(self);
	const char *fault = access_fault(cause);

	if (fault && host->faults_told < MOST_FAULTS)
		host->print_fault(fault, epc, tval);
	host->note.text.clear();
	host->store_failed = false;
	if (host->causes && cause >> 63)
		host->causes->interrupted(host->local_ps());
	if (host->observer)
		host->observer->trap(host->local_ps(), cause, epc);
}

void host_cpu::on_call(void *self, sqz_cpu_call what, uint64_t from,
		       uint64_t to)
{
	auto *host = static_cast<host_cpu *>(self);
	const uint64_t at = host->local_ps();

	(void)from;
	switch (what) {
	case SQZ_CPU_CALL:
		host->observer->call(at, to);
		break;
	case SQZ_CPU_RETURN:
		host->observer->ret(at, to);
		break;
	case SQZ_CPU_MRET:
		host->observer->trap_return(at);
		break;
	}
}

/* ---- a program of the build machine ---- */

void host_cpu::attach(host_program *which)
{
	program = which;
}

/* The run has ended; the program has nowhere to go back to. Its stack is never
 * unwound, so nothing that lives there may own memory. */
void host_cpu::rest()
{
	for (;;)
		wait(irq_event);
}

/* What only looks at the time, or at a device that answers at once, must not
 * leave the chip behind. */
void host_cpu::keep_pace()
{
	if (keeper.need_sync())
		keeper.sync();
	if (halted)
		rest();
}

bool host_cpu::program_access(uint64_t addr, unsigned size, bool write,
			      uint64_t *value)
{
	const sqz_cpu_bus answer =
	    access(addr, size, value,
		   write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);

	keep_pace();
	if (answer == SQZ_CPU_BUS_OK)
		return true;
	const std::string text =
	    describe_fault(access_fault(write ? 7 : 5), addr);
	fprintf(stderr, "guest: %s\n", text.c_str());
	return false;
}

uint8_t *host_cpu::program_memory(uint64_t addr, uint64_t bytes, bool write)
{
	tlm::tlm_dmi dmi;

	prepare(addr, 1, nullptr,
		write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
	if (!bus->get_direct_mem_ptr(payload, dmi) ||
	    addr < dmi.get_start_address() || addr > dmi.get_end_address() ||
	    bytes > dmi.get_end_address() - addr + 1 ||
	    (write ? !dmi.is_write_allowed() : !dmi.is_read_allowed()))
		return nullptr;
	return dmi.get_dmi_ptr() + (addr - dmi.get_start_address());
}

uint64_t host_cpu::program_time_ps()
{
	settle(local_ps() + mmio_ps);
	keep_pace();
	return local_ps();
}

void host_cpu::sleep_until(uint64_t ps)
{
	keeper.sync();
	const uint64_t from = kernel_ps();
	while (!external_interrupt() && !halted && kernel_ps() < ps) {
		if (ps == UINT64_MAX)
			wait(irq_event);
		else
			wait(sc_time::from_value(ps - kernel_ps()), irq_event);
	}
	settle(kernel_ps());
	if (halted)
		rest();
	if (observer && kernel_ps() > from)
		observer->sleep(from, kernel_ps());
}

} // namespace sqz
