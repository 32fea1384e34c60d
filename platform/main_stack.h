/* For the sanitizer build: where the main stack lies. */
#ifndef SQZ_PLATFORM_MAIN_STACK_H
#define SQZ_PLATFORM_MAIN_STACK_H

namespace sqz
{

/*
 * Call it on the main stack when sc_start() has returned, before anything is
 * thrown. SystemC tells AddressSanitizer about its switches between stacks, but
 * names null and 0 as the bounds of the main one; the next throw then ends in
 * a report about the sanitizer's own variables. Does nothing in other builds.
 *
 * Exceptions that leave sc_start() itself are thrown before this can help.
 */
void restore_main_stack();

} // namespace sqz

#endif
