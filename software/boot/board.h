/* The board in order before main: console, interrupts. Called by start.S. */
#ifndef SQZ_BOOT_BOARD_H
#define SQZ_BOOT_BOARD_H

void sqz_board_init(void);

void _exit(int code) __attribute__((noreturn));

#endif
