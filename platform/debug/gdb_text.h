/*
 * Text of bounded length that is put together piece by piece: packets and
 * answers of monitor commands. What does not fit is left out, and `cut` says
 * so.
 */
#ifndef SQZ_PLATFORM_GDB_TEXT_H
#define SQZ_PLATFORM_GDB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_gdb_text {
	char *data;  /* not terminated */
	size_t room; /* bytes at data */
	size_t length;
	bool cut;
};

void sqz_gdb_text_bytes(struct sqz_gdb_text *text, const void *bytes,
			size_t count);
void sqz_gdb_text_printf(struct sqz_gdb_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Two hexadecimal digits a byte. */
void sqz_gdb_text_hex(struct sqz_gdb_text *text, const void *bytes,
		      size_t count);

/* A value of 8 bytes as the target has it in memory, in hexadecimal. */
void sqz_gdb_text_reg(struct sqz_gdb_text *text, uint64_t value);

/* Value of a hexadecimal digit, -1 if it is none. */
int sqz_gdb_digit(char c);

/* Pairs of digits into bytes. False unless there are 2 * count of them. */
bool sqz_gdb_unhex(const char *from, size_t length, void *to, size_t count);

#ifdef __cplusplus
}
#endif

#endif
