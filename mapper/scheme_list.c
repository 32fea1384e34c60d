#include "scheme_list.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Cuts the next name off the text; NULL at its end. */
static char *next_name(char **text)
{
	char *name = *text + strspn(*text, ",");
	char *end = name;

	if (!*name)
		return NULL;
	while (*end && !(*end == ',' && !isdigit((unsigned char)end[1])))
		end++;
	*text = *end ? end + 1 : end;
	*end = 0;
	return name;
}

int sqz_scheme_list_read(const char *text, const struct sqz_scheme *base,
			 struct sqz_scheme_list *list, struct sqz_error *err)
{
	char *position, *name;

	*list = (struct sqz_scheme_list){ .text = strdup(text) };
	if (!list->text)
		return sqz_fail(err, "out of memory for the schemes");
	position = list->text;
	while ((name = next_name(&position))) {
		if (list->count == SQZ_MAX_SCHEMES)
			return sqz_fail(err, "more than %d schemes",
					SQZ_MAX_SCHEMES);
		list->names[list->count] = name;
		list->schemes[list->count] = *base;
		if (sqz_scheme_parse(name, &list->schemes[list->count++], err))
			return -1;
	}
	if (list->count == 0)
		return sqz_fail(err, "no schemes in \"%s\"", text);
	return 0;
}

void sqz_scheme_list_free(struct sqz_scheme_list *list)
{
	free(list->text);
	*list = (struct sqz_scheme_list){ 0 };
}
