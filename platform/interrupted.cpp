#include "interrupted.h"

#include <csignal>
#include <stdexcept>

namespace sqz
{

/* Handlers reach nothing else. */
static volatile std::sig_atomic_t interrupted;

static void note(int signal)
{
	(void)signal;
	interrupted = 1;
}

void catch_interrupt()
{
	struct sigaction action = {};

	action.sa_handler = note;
	action.sa_flags = (int)(SA_RESETHAND | SA_RESTART);
	sigaction(SIGINT, &action, nullptr);
}

void check_interrupt()
{
	if (interrupted)
		throw std::runtime_error("interrupted");
}

} // namespace sqz
