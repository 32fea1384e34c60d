#include "traces/sweep/commands.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct sqz_words *words)
{
	if (words->count + 1 < words->room)
		return true;
	size_t room = words->room ? 2 * words->room : 32;
	char **items = realloc(words->items, room * sizeof(*items));
	if (!items) {
		words->failed = true;
		return false;
	}
	words->items = items;
	words->room = room;
	return true;
}

void sqz_words_add(struct sqz_words *words, const char *format, ...)
{
	va_list args;

	if (!make_room(words))
		return;
	va_start(args, format);
	if (vasprintf(&words->items[words->count], format, args) < 0)
		words->failed = true;
	else
		words->items[++words->count] = NULL;
	va_end(args);
}

void sqz_words_free(struct sqz_words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->items[i]);
	free(words->items);
	*words = (struct sqz_words){ 0 };
}

static void begin(struct sqz_words *words, const char *verb)
{
	*words = (struct sqz_words){ 0 };
	sqz_words_add(words, "sqz");
	sqz_words_add(words, "%s", verb);
}

static void add_option(struct sqz_words *words, const char *option,
		       const char *value)
{
	if (!strcmp(value, "true"))
		sqz_words_add(words, "%s", option);
	else if (strcmp(value, "false"))
		sqz_words_add(words, "%s=%s", option, value);
}

/* Options of the verb, the configuration and its settings. */
static void add_settings(struct sqz_words *words,
			 const struct sqz_study_point *point, const char *verb)
{
	const char *key;
	json_t *value;

	json_object_foreach(point->set, key, value)
	{
		const char *text = json_string_value(value);
		const char *option = sqz_study_option(key, verb);
		if (option)
			add_option(words, option, text);
		else if (!strcmp(key, "config"))
			sqz_words_add(words, "--config=%s", text);
		else if (strchr(key, '.') && !strchr(key, ' '))
			sqz_words_add(words, "--set=%s=%s", key, text);
	}
}

static void add_network(struct sqz_words *words,
			const struct sqz_study_point *point)
{
	sqz_words_add(words, "%s", sqz_study_get(point, "network"));
}

void sqz_words_map(struct sqz_words *words, const struct sqz_study_point *point,
		   const char *image, const char *report)
{
	begin(words, "map");
	add_network(words, point);
	add_settings(words, point, "map");
	sqz_words_add(words, "--quiet");
	if (image)
		sqz_words_add(words, "--output=%s", image);
	if (report)
		sqz_words_add(words, "--report=%s", report);
}

void sqz_words_check(struct sqz_words *words,
		     const struct sqz_study_point *point)
{
	begin(words, "run");
	add_settings(words, point, "run");
	sqz_words_add(words, "--dump-config");
}

void sqz_words_run(struct sqz_words *words, const struct sqz_study_point *point,
		   const char *image, const char *report, uint32_t count)
{
	begin(words, "run");
	sqz_words_add(words, "%s", image);
	add_settings(words, point, "run");
	sqz_words_add(words, "--quiet");
	sqz_words_add(words, "--report=%s", report);
	if (count)
		sqz_words_add(words, "--count=%u", count);
}

void sqz_words_noc(struct sqz_words *words, const struct sqz_study_point *point,
		   const char *csv)
{
	begin(words, "noc");
	add_settings(words, point, "noc");
	sqz_words_add(words, "--jobs=1");
	sqz_words_add(words, "--csv=%s", csv);
}

void sqz_words_eval(struct sqz_words *words,
		    const struct sqz_study_point *point, const char *csv)
{
	begin(words, "eval");
	add_network(words, point);
	add_settings(words, point, "eval");
	sqz_words_add(words, "--threads=1");
	sqz_words_add(words, "--csv=%s", csv);
}
