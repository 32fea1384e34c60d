/*
 * What picolibc needs of the board: a console for stdio, a way to end, and
 * the machine in order before main.
 */
#include "boot/board.h"

#include <stdio.h>

#include "driver/finisher.h"
#include "driver/port_baremetal.h"
#include "driver/uart.h"
#include "sqz/memmap.h"

static int console_put(char character, FILE *file)
{
	(void)file;
	sqz_io_uart_put(SQZ_UART_BASE, character);
	return (unsigned char)character;
}

static int console_get(FILE *file)
{
	(void)file;
	return sqz_io_uart_get(SQZ_UART_BASE);
}

static FILE console =
    FDEV_SETUP_STREAM(console_put, console_get, NULL, _FDEV_SETUP_RW);

FILE *const stdin = &console;
FILE *const stdout = &console;
FILE *const stderr = &console;

void sqz_board_init(void)
{
	sqz_io_uart_init(SQZ_UART_BASE);
	sqz_port_init();
}

void _exit(int code)
{
	for (;;)
		sqz_io_finisher_exit(SQZ_FINISHER_BASE, code);
}
