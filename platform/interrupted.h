/*
 * SIGINT for runs that have something to write when they are broken off. The
 * first one is noted, the second one ends the process.
 */
#ifndef SQZ_PLATFORM_INTERRUPTED_H
#define SQZ_PLATFORM_INTERRUPTED_H

namespace sqz
{

/* From now on. */
void catch_interrupt();

/* Throws std::runtime_error once the signal has come. */
void check_interrupt();

} // namespace sqz

#endif
