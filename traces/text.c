#include "traces/text.h"

#include <stdint.h>
#include <string.h>

/* Smallest code point that needs a sequence of this length: shorter ones in
 * disguise are not UTF-8. */
static const uint32_t FIRST_CODE[] = { 0, 0, 0x80, 0x800, 0x10000 };

static size_t wanted_length(uint8_t lead)
{
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	if (lead >= 0xf0 && lead <= 0xf4)
		return 4;
	return 0;
}

/* Bytes of the multi-byte character at text, or 0 if it is none. Stops at a
 * NUL, which is no continuation byte. */
static size_t character(const uint8_t *text)
{
	size_t length = wanted_length(text[0]);
	uint32_t code = text[0] & (0x7fu >> length);

	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < FIRST_CODE[length] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return length;
}

size_t sqz_text_copy(char *to, size_t limit, const char *text)
{
	const uint8_t *from = (const uint8_t *)text;
	size_t used = 0;

	while (*from && used < limit) {
		if (*from < 0x80) {
			to[used++] = (char)*from++;
			continue;
		}
		size_t length = character(from);
		if (length == 0) {
			to[used++] = '?';
			from++;
			continue;
		}
		if (used + length > limit)
			break;
		memcpy(to + used, from, length);
		used += length;
		from += length;
	}
	return used;
}
