/* Texts of a page: JSON that may stand inside a script element of HTML. */
#ifndef SQZ_TRACES_PAGE_TEXT_H
#define SQZ_TRACES_PAGE_TEXT_H

#include <jansson.h>

/* Any text as a JSON string; what is not UTF-8 becomes '?'. */
json_t *page_text(const char *text);

/* Compact and in ASCII; '<', '>' and '&' are spelled as numbers, so that no
 * text ends the element. malloc'ed; NULL if memory runs out. */
char *page_json_text(const json_t *value);

#endif
