/* What the guest programs use of the board: UART, time, the finisher. */
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>
#include <stdint.h>

#define GUEST_UART     ((volatile uint8_t *)0x10000000)
#define GUEST_MTIME    ((volatile uint64_t *)0x0200bff8)
#define GUEST_MTIMECMP ((volatile uint64_t *)0x02004000)
#define GUEST_MSIP     ((volatile uint32_t *)0x02000000)

_Noreturn void finish(int code);

static inline void put_char(char c)
{
	GUEST_UART[0] = (uint8_t)c;
}

static inline void put_text(const char *text)
{
	while (*text)
		put_char(*text++);
}

static inline void put_hex(uint64_t value)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		put_char("0123456789abcdef"[(value >> shift) & 15]);
}

static inline void put_line(const char *name, uint64_t value)
{
	put_text(name);
	put_char(' ');
	put_hex(value);
	put_char('\n');
}

static inline uint64_t read_mtime(void)
{
	return *GUEST_MTIME;
}

/* FNV-1a, one step. */
static inline uint64_t digest(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * 0x100000001b3ull;
}

#endif
