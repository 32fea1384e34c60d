/*
 * The host CPU in SystemC: runs the interpreter (cpu/cpu.h) in slices of at
 * most one quantum, ahead of the chip, and sends what is no plain memory over
 * its socket.
 *
 * Before an access to the accelerator, the interrupt controller or the finisher
 * the CPU waits until the rest of the chip has caught up, so that both see each
 * other at the same time. Interrupts come by direct call. wfi catches up first,
 * tests the levels, then waits.
 *
 * Memory is reached through pointers that its target grants (DMI) from the
 * start of the simulation on, and again when it grants them after having
 * withdrawn them. In between, loads, stores, atomics and fetches go over the
 * socket, at the same cost.
 */
#ifndef SQZ_PLATFORM_HOST_CPU_H
#define SQZ_PLATFORM_HOST_CPU_H

#include <string>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/tlm_quantumkeeper.h>
#include <vector>

#include "cpu/cpu.h"
#include "reader/config.h"
#include "soc/cpu_causes.h"
#include "soc/word_access.h"

namespace sqz
{

/* Entering and leaving functions, for traces; times are the CPU's own. */
struct host_cpu_observer {
	virtual ~host_cpu_observer() = default;
	virtual void call(uint64_t ps, uint64_t target) = 0;
	virtual void ret(uint64_t ps, uint64_t target) = 0;
	virtual void trap(uint64_t ps, uint64_t cause, uint64_t pc) = 0;
	virtual void trap_return(uint64_t ps) = 0;
	virtual void sleep(uint64_t from_ps, uint64_t to_ps) = 0;
};

/* A program of the build machine that runs in the interpreter's place: takes no
 * time but for what its accesses and its sleep take. */
struct host_program {
	virtual ~host_program() = default;
	/* Called once, in the CPU's process. */
	virtual void run() = 0;
};

/* The timer interrupt's source. */
struct host_timer {
	virtual ~host_timer() = default;
	/* Sets the interrupt's level by the CPU's time. */
	virtual void update() = 0;
	/* Simulated time at which the level rises; UINT64_MAX: not. */
	virtual uint64_t deadline_ps() = 0;
};

/* A debugger: runs the CPU in place of sqz_cpu_run(), and may hold it between
 * two instructions. While it does, simulated time stands still. */
struct host_cpu_debugger {
	virtual ~host_cpu_debugger() = default;
	/* Runs for about so many cycles, or less. Throws to end the run. */
	virtual sqz_cpu_result execute(uint64_t max_cycles) = 0;
	/* Asked now and then while the CPU sleeps in wfi: is it wanted? */
	virtual bool wants_cpu() = 0;
	/* The CPU sleeps and nothing is there that could wake it. */
	virtual void starved() = 0;
};

/* Names addresses in messages. */
struct address_names {
	virtual ~address_names() = default;
	virtual std::string place(uint64_t addr) const = 0;
};

class host_cpu : public sc_core::sc_module
{
      public:
	tlm_utils::simple_initiator_socket<host_cpu> bus;

	host_cpu(sc_core::sc_module_name name, const sqz_config &config,
		 uint64_t reset_pc);
	~host_cpu() override;

	/* Before the simulation starts. base..base + bytes - 1 is memory: its
	 * accesses are no device accesses (mmio_ns). */
	void add_memory(uint64_t base, uint64_t bytes);
	void attach(const address_names *names);

	void set_irq(unsigned irq, bool level);
	void attach(host_timer *source);
	/* The timer's deadline has changed. */
	void timer_changed();
	/* The CPU's own time, at or ahead of the kernel's. */
	uint64_t local_ps() const;
	/* Ends the CPU's process at the next chance. */
	void halt();
	/* NULL: nobody looks. Costs nothing then. */
	void observe(host_cpu_observer *who);

	/* What it does is told why; NULL: nobody wants to know. */
	void explain(cpu_causes *to);

	void set_entry(uint64_t pc);
	/* As after power-on, but at this address; time goes on. */
	void reset(uint64_t pc);

	/* NULL: none. Costs nothing then. */
	void attach(host_cpu_debugger *who);
	/* For the debugger. */
	sqz_cpu *core()
	{
		return cpu;
	}
	/* A look at, or a change of, what lies at a bus address: no side
	 * effects, no time. How many bytes could be had. */
	unsigned debug_access(uint64_t addr, void *data, unsigned size,
			      tlm::tlm_command command);

	/* ---- for a program of the build machine ---- */

	/* Before the simulation starts. */
	void attach(host_program *program);
	/* One access, as the interpreter's own. False: it faults, which has
	 * been said. Does not return once the run has ended. */
	bool program_access(uint64_t addr, unsigned size, bool write,
			    uint64_t *value);
	/* Memory by pointer; NULL if not all of it is granted. */
	uint8_t *program_memory(uint64_t addr, uint64_t bytes, bool write);
	/* The level of the external interrupt. */
	bool external_interrupt() const
	{
		return external_level;
	}
	/* The CPU's own time, after what an access of a device costs. */
	uint64_t program_time_ps();
	/* Until the external interrupt's level is up, or until then. */
	void sleep_until(uint64_t ps);

	uint64_t instructions() const;
	/* Bytes moved by loads and stores that needed no bus. */
	uint64_t direct_bytes() const;

      private:
	struct span {
		uint64_t first;
		uint64_t last;
	};

	void start_of_simulation() override;
	bool is_memory(uint64_t addr) const;
	uint64_t map_around(uint64_t addr);
	void withdraw(sc_dt::uint64 first, sc_dt::uint64 last);
	unsigned wait_cycles(const sc_core::sc_time &latency) const;
	void run();
	[[noreturn]] void rest();
	void keep_pace();
	void slice();
	void idle();
	void wait_for_irq(uint64_t deadline);
	void settle(uint64_t local);
	void prepare(uint64_t addr, unsigned size, void *data,
		     tlm::tlm_command command);
	sqz_cpu_bus access(uint64_t addr, unsigned size, uint64_t *value,
			   tlm::tlm_command command);
	std::string describe_fault(const char *fault, uint64_t addr);
	void print_fault(const char *fault, uint64_t epc, uint64_t tval);

	static sqz_cpu_bus on_read(void *self, uint64_t addr, unsigned size,
				   uint64_t *value);
	static sqz_cpu_bus on_write(void *self, uint64_t addr, unsigned size,
				    uint64_t value);
	static sqz_cpu_bus on_fetch(void *self, uint64_t addr, uint16_t *value);
	static bool on_is_memory(void *self, uint64_t addr);
	static uint64_t on_time(void *self);
	static void on_trap(void *self, uint64_t cause, uint64_t epc,
			    uint64_t tval);
	static void on_call(void *self, sqz_cpu_call what, uint64_t from,
			    uint64_t to);

	const uint64_t cycle_ps;
	const uint64_t mmio_ps;
	sqz_cpu *cpu = nullptr;
	host_program *program = nullptr;
	tlm_utils::tlm_quantumkeeper keeper;
	tlm::tlm_generic_payload payload;
	fault_note note;
	/* The store that the bus refused, for messages. */
	bool store_failed = false;
	uint64_t failed_value = 0;
	unsigned failed_size = 0;
	unsigned faults_told = 0;
	const address_names *names = nullptr;
	std::vector<span> memories;
	/* The CPU's time is anchor_ps when its counter reads anchor_cycles. */
	uint64_t anchor_ps = 0;
	uint64_t anchor_cycles = 0;
	host_timer *timer = nullptr;
	bool halted = false;
	bool external_level = false;
	sc_core::sc_event irq_event;
	host_cpu_observer *observer = nullptr;
	host_cpu_debugger *debugger = nullptr;
	cpu_causes *causes = nullptr;
};

} // namespace sqz

#endif
