/*
 * A program of the build machine in the host CPU's place (sqz/native.h): a
 * shared object, loaded once and kept to the end of the process.
 */
#ifndef SQZ_PLATFORM_NATIVE_PROGRAM_H
#define SQZ_PLATFORM_NATIVE_PROGRAM_H

#include "soc/host_cpu.h"
#include "sqz/native.h"

namespace sqz
{

class native_program : public host_program
{
      public:
	/* Loads the file; throws std::runtime_error with one line. */
	native_program(const char *path, host_cpu &cpu);

	void run() override;

      private:
	static bool on_read(void *self, uint64_t addr, unsigned size,
			    uint64_t *value);
	static bool on_write(void *self, uint64_t addr, unsigned size,
			     uint64_t value);
	static void *on_memory(void *self, uint64_t addr, uint64_t bytes,
			       bool writable);
	static bool on_interrupt(void *self);
	static uint64_t on_time_ns(void *self);
	static void on_sleep(void *self, uint64_t deadline_ns);

	host_cpu &cpu;
	const sqz_native_program *program;
	const sqz_native_host host;
};

} // namespace sqz

#endif
