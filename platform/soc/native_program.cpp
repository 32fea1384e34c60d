#include "soc/native_program.h"

#include <dlfcn.h>
#include <stdexcept>
#include <string>

namespace sqz
{

static const uint64_t PS_PER_NS = 1000;

/* Never closed: the program's process ends in the middle of it. A path without
 * a slash would be looked for among the system's libraries. */
static const sqz_native_program *open_program(const std::string &path)
{
	const bool has_folder = path.find('/') != std::string::npos;
	void *object = dlopen((has_folder ? path : "./" + path).c_str(),
			      RTLD_NOW | RTLD_LOCAL);

	if (!object)
		throw std::runtime_error(path + ": cannot load: " + dlerror());
	const auto *program = static_cast<const sqz_native_program *>(
	    dlsym(object, SQZ_NATIVE_SYMBOL));
	if (!program)
		throw std::runtime_error(
		    path + ": no program for --host native (it has no symbol "
			   "by the name of " SQZ_NATIVE_SYMBOL ")");
	if (program->version != SQZ_NATIVE_VERSION)
		throw std::runtime_error(path + ": made for version " +
					 std::to_string(program->version) +
					 " of native mode, this is version " +
					 std::to_string(SQZ_NATIVE_VERSION));
	return program;
}

native_program::native_program(const char *path, host_cpu &host_cpu)
    : cpu(host_cpu),
      program(open_program(path)), host{ &cpu,	    on_read,	  on_write,
					 on_memory, on_interrupt, on_time_ns,
					 on_sleep }
{
}

void native_program::run()
{
	program->run(&host);
}

static host_cpu *cpu_of(void *self)
{
	return static_cast<host_cpu *>(self);
}

bool native_program::on_read(void *self, uint64_t addr, unsigned size,
			     uint64_t *value)
{
	return cpu_of(self)->program_access(addr, size, false, value);
}

bool native_program::on_write(void *self, uint64_t addr, unsigned size,
			      uint64_t value)
{
	return cpu_of(self)->program_access(addr, size, true, &value);
}

void *native_program::on_memory(void *self, uint64_t addr, uint64_t bytes,
				bool writable)
{
	return cpu_of(self)->program_memory(addr, bytes, writable);
}

bool native_program::on_interrupt(void *self)
{
	return cpu_of(self)->external_interrupt();
}

uint64_t native_program::on_time_ns(void *self)
{
	return cpu_of(self)->program_time_ps() / PS_PER_NS;
}

void native_program::on_sleep(void *self, uint64_t deadline_ns)
{
	cpu_of(self)->sleep_until(deadline_ns ? deadline_ns * PS_PER_NS
					      : UINT64_MAX);
}

} // namespace sqz
