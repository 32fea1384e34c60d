/*
 * What somebody at the console types, by script: `sqz run --uart-input FILE`.
 * One command a line; empty lines and lines that begin with # mean nothing.
 *
 *   at 2.5          waits until 2.5 ms of simulated time
 *   wait 0.1        waits 0.1 ms
 *   expect "ready"  waits until the program has sent these characters, since
 *                   what was expected last
 *   send "go\n"     types; \n \r \t \\ \" \xHH
 *
 * Characters come 10 us apart. Nothing depends on real time.
 */
#ifndef SQZ_PLATFORM_UART_SCRIPT_H
#define SQZ_PLATFORM_UART_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_uart_script;

/* NULL, with err set, if the file cannot be read or a line is no command. */
struct sqz_uart_script *sqz_uart_script_read(const char *path,
					     struct sqz_error *err);

/* The same from memory; name stands in messages. */
struct sqz_uart_script *sqz_uart_script_parse(const char *name,
					      const char *text, size_t bytes,
					      struct sqz_error *err);
void sqz_uart_script_free(struct sqz_uart_script *script);

/* The program has sent a byte. True: it was the last one of what the script
 * expects, go on with sqz_uart_script_run(). */
bool sqz_uart_script_sent(struct sqz_uart_script *script, uint8_t byte);

/* Does what is due by now, with `type` for every character; returns when there
 * is more to do, or UINT64_MAX: not before something was sent, or never. */
uint64_t sqz_uart_script_run(struct sqz_uart_script *script, uint64_t now_ps,
			     void (*type)(void *context, uint8_t byte),
			     void *context);

#ifdef __cplusplus
}
#endif

#endif
