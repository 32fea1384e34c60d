#include "debug/gdb_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void sqz_gdb_text_bytes(struct sqz_gdb_text *text, const void *bytes,
			size_t count)
{
	size_t left = text->room - text->length;

	if (count > left) {
		text->cut = true;
		count = left;
	}
	if (count)
		memcpy(text->data + text->length, bytes, count);
	text->length += count;
}

void sqz_gdb_text_printf(struct sqz_gdb_text *text, const char *format, ...)
{
	char line[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (length < 0)
		return;
	if ((size_t)length >= sizeof(line)) {
		text->cut = true;
		length = sizeof(line) - 1;
	}
	sqz_gdb_text_bytes(text, line, (size_t)length);
}

void sqz_gdb_text_hex(struct sqz_gdb_text *text, const void *bytes,
		      size_t count)
{
	static const char DIGITS[] = "0123456789abcdef";
	const uint8_t *from = bytes;

	for (size_t i = 0; i < count; i++) {
		const char pair[2] = { DIGITS[from[i] >> 4],
				       DIGITS[from[i] & 15] };

		sqz_gdb_text_bytes(text, pair, sizeof(pair));
	}
}

void sqz_gdb_text_reg(struct sqz_gdb_text *text, uint64_t value)
{
	uint8_t bytes[sizeof(value)];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	sqz_gdb_text_hex(text, bytes, sizeof(bytes));
}

int sqz_gdb_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool sqz_gdb_unhex(const char *from, size_t length, void *to, size_t count)
{
	uint8_t *bytes = to;

	if (length != 2 * count)
		return false;
	for (size_t i = 0; i < count; i++) {
		int high = sqz_gdb_digit(from[2 * i]);
		int low = sqz_gdb_digit(from[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
