/*
 * `sqz run --gdb`: lets a GDB client hold the host CPU (debug/gdb_server.h) and
 * look at the chip.
 *
 * While a client holds the CPU, the simulation's only running process waits for
 * the client's next packet: simulated time stands still. The chip may be up to
 * a quantum behind the CPU then, as always; a stop does not make it catch up,
 * so that it changes as little as can be.
 *
 * A client may leave and another one come at any time; whoever comes finds the
 * CPU stopped. One that vanishes leaves as if it had detached. A client is
 * looked for every few milliseconds of real time, never by simulated time, so a
 * run that is not stopped is the same as one without a debugger.
 *
 * Stepping over a range of addresses (GDB's `step` and `next`) takes interrupts
 * and lets their handlers run to their end; stepping one instruction leaves
 * them pending.
 */
#ifndef SQZ_PLATFORM_DEBUGGER_H
#define SQZ_PLATFORM_DEBUGGER_H

#include <functional>
#include <memory>
#include <set>

#include "debug/gdb_link.h"
#include "debug/gdb_server.h"
#include "debug/monitor.h"
#include "soc/chip.h"

namespace sqz
{

/* What the debugger asks of the run. */
struct debugger_hooks {
	std::function<bool(bool on)> trace; /* false: there is none */
	std::function<bool()> reset;
};

class debugger : public host_cpu_debugger
{
      public:
	/* Listens on 127.0.0.1 and says where. Throws std::runtime_error. */
	debugger(uint16_t port, chip &soc, const sqz_chip &layout,
		 uint32_t rings, debugger_hooks hooks);
	~debugger() override;

	/* Until a client is there. */
	void wait_for_client();
	/* The program has ended. */
	void ended(int code);

	sqz_cpu_result execute(uint64_t max_cycles) override;
	bool wants_cpu() override;
	void starved() override;

      private:
	bool time_to_look();
	void look_for_client();
	void receive(bool wait);
	void client_gone(const char *line);
	void hold();
	void stop(sqz_gdb_reason reason);
	sqz_cpu_result step();
	sqz_cpu_result step_range(uint64_t max_cycles);
	sqz_cpu_result step_in_range(uint64_t max_cycles);
	sqz_cpu_result follow_handler(uint64_t max_cycles);
	void leave_handler();
	void note_stop(const sqz_cpu_result &result);
	bool in_range() const;
	sqz_gdb_target target();

	static int read_reg(void *self, unsigned number, uint64_t *value);
	static int write_reg(void *self, unsigned number, uint64_t value);
	static size_t read_memory(void *self, uint64_t addr, void *to,
				  size_t size);
	static size_t write_memory(void *self, uint64_t addr, const void *from,
				   size_t size);
	static int insert(void *self, sqz_gdb_point type, uint64_t addr,
			  uint64_t size);
	static void remove(void *self, sqz_gdb_point type, uint64_t addr,
			   uint64_t size);
	static void obey(void *self, const char *command, sqz_gdb_text *out);
	static void send(void *self, const void *data, size_t size);
	static void report(void *self, const char *line);
	static void tell_time(void *self, sqz_monitor_time *time);

	chip &soc;
	sqz_cpu *const cpu;
	const debugger_hooks hooks;
	sqz_gdb_link link = {};
	std::unique_ptr<sqz_gdb> gdb;
	sqz_monitor monitor = {};
	uint64_t looked_ns = 0; /* real time of the last look */

	bool stopping = false; /* to be told before the CPU goes on */
	sqz_gdb_stop reason = {};
	bool lost = false; /* the CPU cannot go on */
	std::multiset<uint64_t> breakpoints;

	/* Stepping over a range: has it begun, and is an interrupt's handler
	 * running, that was entered from away_pc with the stack at away_sp? */
	bool stepped = false;
	bool away = false;
	uint64_t away_pc = 0;
	uint64_t away_sp = 0;
};

} // namespace sqz

#endif
