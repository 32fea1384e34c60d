/*
 * What a program prints goes to the chip's UART, as on the virtual host: the
 * linker (--wrap) puts these in the C library's place. exit() ends the run, not
 * the platform.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "driver/uart.h"
#include "native/port_native.h"
#include "sqz/memmap.h"

#define LINE_BYTES 1024

int __wrap_putchar(int character);
int __wrap_puts(const char *text);
int __wrap_vprintf(const char *format, va_list args);
int __wrap_printf(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
void __wrap_exit(int code) __attribute__((noreturn));

int __wrap_putchar(int character)
{
	sqz_io_uart_put(SQZ_UART_BASE, (char)character);
	return (unsigned char)character;
}

static void put_text(const char *text)
{
	while (*text)
		__wrap_putchar(*text++);
}

int __wrap_puts(const char *text)
{
	put_text(text);
	return __wrap_putchar('\n');
}

/* What does not fit into a line is cut. */
int __wrap_vprintf(const char *format, va_list args)
{
	char line[LINE_BYTES];
	int length = vsnprintf(line, sizeof(line), format, args);

	put_text(line);
	return length;
}

int __wrap_printf(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int length = __wrap_vprintf(format, args);
	va_end(args);
	return length;
}

void __wrap_exit(int code)
{
	sqz_native_exit(code);
}
