/* Settings printed: as a file that loads again, and as documentation. */
#include "reader/config.h"

#include <stdbool.h>
#include <string.h>

#include "reader/settings.h"

static const char *const UNITS[] = {
	[SQZ_SETTING_INT] = "",	       [SQZ_SETTING_TIME] = "ns",
	[SQZ_SETTING_ENERGY] = "pJ",   [SQZ_SETTING_NAME] = "",
	[SQZ_SETTING_ENERGIES] = "pJ", [SQZ_SETTING_TEXT] = "",
};

static double stored(const struct sqz_config *config,
		     const struct sqz_setting *setting, int place)
{
	const char *field = (const char *)config + setting->offset;

	if (setting->kind == SQZ_SETTING_INT)
		return *(const uint32_t *)(const void *)field;
	return (double)((const uint64_t *)(const void *)field)[place] /
	       SQZ_STORED_PER_GIVEN;
}

/* Appends a number as libconfig wants it: it tells whole numbers from others by
 * the point. */
static void print_number(const struct sqz_config *config,
			 const struct sqz_setting *setting, int place,
			 char *text, size_t size)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s%.15g", place ? ", " : "",
		 stored(config, setting, place));
	if (setting->kind != SQZ_SETTING_INT && !strpbrk(text + used, ".e"))
		strncat(text, ".0", size - strlen(text) - 1);
}

static void print_value(const struct sqz_config *config,
			const struct sqz_setting *setting, char *text,
			size_t size)
{
	const char *field = (const char *)config + setting->offset;

	text[0] = '\0';
	if (setting->kind == SQZ_SETTING_TEXT) {
		snprintf(text, size, "\"%s\"", field);
		return;
	}
	if (setting->kind == SQZ_SETTING_NAME) {
		int length = 0;
		const char *name = sqz_setting_name(
		    setting, *(const uint32_t *)(const void *)field, &length);

		snprintf(text, size, "\"%.*s\"", length, name);
		return;
	}
	for (int i = 0; i < sqz_setting_numbers(setting); i++)
		print_number(config, setting, i, text, size);
}

/* As libconfig wants it. */
static void print_setting(const struct sqz_config *config,
			  const struct sqz_setting *setting, char *text,
			  size_t size)
{
	char value[640];
	bool list = setting->kind == SQZ_SETTING_ENERGIES;

	print_value(config, setting, value, sizeof(value));
	snprintf(text, size, "%s%s%s", list ? "[" : "", value, list ? "]" : "");
}

static void dump_one(const struct sqz_config *config, int index, FILE *out)
{
	const struct sqz_setting *setting = &sqz_settings[index];
	char text[660];
	char line[740];

	print_setting(config, setting, text, sizeof(text));
	snprintf(line, sizeof(line), "  %s = %s;", setting->key, text);
	fprintf(out, "%-35s # %s\n", line,
		config->overridden[index] ? "--set" : config->file);
}

void sqz_config_each(const struct sqz_config *config,
		     void (*take)(void *context, const char *section,
				  const char *key, const char *value),
		     void *context)
{
	char text[660];

	for (int i = 0; i < sqz_setting_count; i++) {
		print_setting(config, &sqz_settings[i], text, sizeof(text));
		take(context, sqz_settings[i].section, sqz_settings[i].key,
		     text);
	}
}

void sqz_config_dump(const struct sqz_config *config, FILE *out)
{
	for (int s = 0; s < sqz_setting_section_count; s++) {
		fprintf(out, "%s# %s\n%s = {\n", s ? "\n" : "",
			sqz_setting_sections[s].meaning,
			sqz_setting_sections[s].name);
		for (int i = 0; i < sqz_setting_count; i++)
			if (!strcmp(sqz_settings[i].section,
				    sqz_setting_sections[s].name))
				dump_one(config, i, out);
		fprintf(out, "};\n");
	}
}

static void reference_row(const struct sqz_setting *setting, FILE *out)
{
	fprintf(out, "| `%s.%s` | %s | ", setting->section, setting->key,
		UNITS[setting->kind]);
	if (setting->kind == SQZ_SETTING_NAME)
		fprintf(out, "%s", setting->names);
	else if (setting->kind == SQZ_SETTING_TEXT)
		fprintf(out, "text");
	else
		fprintf(out, "%s%.15g to %.15g",
			setting->kind == SQZ_SETTING_ENERGIES ? "16 of " : "",
			setting->min, setting->max);
	fprintf(out, " | %s |\n", setting->meaning);
}

void sqz_config_write_reference(FILE *out)
{
	fprintf(out,
		"# Configuration reference\n\n"
		"Generated from `configs/reader/settings.def` by "
		"`sqz-configdoc`. A configuration file names every key; times "
		"are kept as whole picoseconds, energies as whole femtojoules. "
		"`--set section.key=value` overrides one, `--dump-config` "
		"prints all of them.\n");
	for (int s = 0; s < sqz_setting_section_count; s++) {
		fprintf(out,
			"\n## %s\n\n%s\n\n| key | unit | range | meaning "
			"|\n|---|---|---|---|\n",
			sqz_setting_sections[s].name,
			sqz_setting_sections[s].meaning);
		for (int i = 0; i < sqz_setting_count; i++)
			if (!strcmp(sqz_settings[i].section,
				    sqz_setting_sections[s].name))
				reference_row(&sqz_settings[i], out);
	}
}
