/*
 * The UART's other end: standard output, the terminal, a file or a pseudo
 * terminal; and input by script (console/uart_script.h).
 *
 * Input by script depends on simulated time alone. What a person types does
 * not: a run with --uart stdio or pty is looked at every 100 us of simulated
 * time, and what is there comes then. It waits until the program has sent
 * something, since a program that sets its UART up empties it.
 */
#ifndef SQZ_PLATFORM_CONSOLE_H
#define SQZ_PLATFORM_CONSOLE_H

#include <cstdio>
#include <string>
#include <systemc>

#include "console/uart_script.h"
#include "run_options.h"
#include "soc/chip.h"

namespace sqz
{

class console : public sc_core::sc_module
{
      public:
	/* Throws std::runtime_error with one line. */
	console(sc_core::sc_module_name name, const sqz_run_options &options,
		chip &soc);
	~console() override;

	void sent(uint8_t byte);
	/* The run has ended: the file is complete. Throws if it is not. */
	void close();

      private:
	void open(const char *where);
	void open_pty();
	void feed();
	void poll();
	static void type(void *self, uint8_t byte);

	chip &soc;
	const bool quiet;
	bool greeted = false; /* the program has sent something */
	FILE *out = nullptr;  /* NULL: none, or the pseudo terminal */
	std::string path;     /* of a file, else empty */
	int in = -1;	      /* what a person types */
	int master = -1;      /* of the pseudo terminal, and its other end, */
	int slave = -1;	      /* held open so that nobody need be there */
	sqz_uart_script *script = nullptr;
	sc_core::sc_event feed_event;
	sc_core::sc_event poll_event;
};

} // namespace sqz

#endif
