#include "traces/page_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *page_text(const char *text)
{
	json_t *string = json_string(text);

	if (string)
		return string;
	char *ascii = strdup(text);
	if (!ascii)
		return NULL;
	for (char *c = ascii; *c; c++)
		if (*c & 0x80)
			*c = '?';
	string = json_string(ascii);
	free(ascii);
	return string;
}

static int is_markup(char c)
{
	return c == '<' || c == '>' || c == '&';
}

char *page_json_text(const json_t *value)
{
	char *plain = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII |
					    JSON_REAL_PRECISION(9));
	if (!plain)
		return NULL;
	size_t size = 1;
	for (const char *c = plain; *c; c++)
		size += is_markup(*c) ? 6 : 1;
	char *safe = malloc(size);
	char *to = safe;
	for (const char *c = plain; safe && *c; c++)
		if (is_markup(*c))
			to += sprintf(to, "\\u%04x", (unsigned)*c);
		else
			*to++ = *c;
	if (safe)
		*to = '\0';
	free(plain);
	return safe;
}
