#include "console.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <termios.h>
#include <unistd.h>

namespace sqz
{

using sc_core::sc_time;

static const uint64_t POLL_PS = 100000000;
static const char FILE_PREFIX[] = "file:";

[[noreturn]] static void fail(const std::string &what)
{
	throw std::runtime_error(what + ": " + strerror(errno));
}

console::console(sc_core::sc_module_name name, const sqz_run_options &options,
		 chip &of)
    : sc_module(name), soc(of), quiet(options.quiet_uart)
{
	sqz_error err = {};

	open(options.uart);
	if (options.uart_input) {
		script = sqz_uart_script_read(options.uart_input, &err);
		if (!script)
			throw std::runtime_error(err.text);
	}
	SC_HAS_PROCESS(console);
	if (script) {
		SC_METHOD(feed);
		sensitive << feed_event;
	}
	if (in >= 0) {
		SC_METHOD(poll);
		sensitive << poll_event;
	}
}

console::~console()
{
	if (!path.empty() && out)
		fclose(out);
	if (master >= 0)
		::close(master);
	if (slave >= 0)
		::close(slave);
	sqz_uart_script_free(script);
}

void console::open(const char *where)
{
	const size_t prefix = sizeof(FILE_PREFIX) - 1;

	if (!where || !strcmp(where, "stdio")) {
		out = stdout;
		in = where ? STDIN_FILENO : -1;
	} else if (!strcmp(where, "pty")) {
		open_pty();
	} else if (!strncmp(where, FILE_PREFIX, prefix) && where[prefix]) {
		path = where + prefix;
		out = fopen(path.c_str(), "wb");
		if (!out)
			fail(path);
	} else {
		throw std::runtime_error(std::string("--uart ") + where +
					 ": must be stdio, pty or file:PATH");
	}
}

void console::open_pty()
{
	termios settings;

	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (master < 0 || grantpt(master) || unlockpt(master))
		fail("--uart pty");
	const char *name = ptsname(master);
	slave = ::open(name ? name : "", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0 || tcgetattr(slave, &settings))
		fail("--uart pty");
	cfmakeraw(&settings);
	tcsetattr(slave, TCSANOW, &settings);
	in = master;
	fprintf(stderr, "uart: %s\n", name);
}

void console::sent(uint8_t byte)
{
	const host_cpu &cpu = soc.cpu();

	greeted = true;
	if (script && sqz_uart_script_sent(script, byte))
		feed_event.notify(sc_time::from_value(
		    cpu.local_ps() - sc_core::sc_time_stamp().value()));
	/* Nobody reads the pseudo terminal: what does not fit is lost. */
	if (master >= 0 && write(master, &byte, 1) != 1)
		return;
	if (!out || (quiet && path.empty()))
		return;
	putc(byte, out);
	if (byte == '\n' && path.empty())
		fflush(out);
}

void console::close()
{
	if (path.empty() || !out)
		return;
	const bool bad = ferror(out);
	FILE *const file = out;
	out = nullptr;
	if (fclose(file) || bad)
		fail(path);
}

void console::type(void *self, uint8_t byte)
{
	static_cast<console *>(self)->soc.console().receive(byte);
}

void console::feed()
{
	const uint64_t now = sc_core::sc_time_stamp().value();
	const uint64_t next = sqz_uart_script_run(script, now, type, this);

	if (next != UINT64_MAX)
		feed_event.notify(sc_time::from_value(next - now));
}

/* Until the end of the input. */
void console::poll()
{
	pollfd look = { in, POLLIN, 0 };
	uint8_t bytes[16]; /* at a time: the UART's own queue is not long */

	if (greeted && ::poll(&look, 1, 0) > 0) {
		const ssize_t got = read(in, bytes, sizeof(bytes));
		for (ssize_t i = 0; i < got; i++)
			type(this, bytes[i]);
		if (got == 0)
			return;
	}
	poll_event.notify(sc_time::from_value(POLL_PS));
}

} // namespace sqz
