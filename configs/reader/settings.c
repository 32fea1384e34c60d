#include "reader/settings.h"

#include <string.h>

#define SQZ_SECTION(name, meaning)
#define SQZ_SECTION_END(name)
#define ROW(section, key, text, kind, low, high, field, names)                 \
	{ #section,                                                            \
	  key,                                                                 \
	  text,                                                                \
	  kind,                                                                \
	  low,                                                                 \
	  high,                                                                \
	  offsetof(struct sqz_config, section.field),                          \
	  names },
#define SQZ_INT(section, key, low, high, text)                                 \
	ROW(section, #key, text, SQZ_SETTING_INT, low, high, key, NULL)
#define SQZ_TIME(section, stem, high, text)                                    \
	ROW(section, #stem "_ns", text, SQZ_SETTING_TIME, 0, high, stem##_ps,  \
	    NULL)
#define SQZ_ENERGY(section, stem, high, text)                                  \
	ROW(section, #stem "_pj", text, SQZ_SETTING_ENERGY, 0, high,           \
	    stem##_fj, NULL)
#define SQZ_NAME(section, key, names, text)                                    \
	ROW(section, #key, text, SQZ_SETTING_NAME, 0, 0, key, names)
#define SQZ_TEXT(section, key, text)                                           \
	ROW(section, #key, text, SQZ_SETTING_TEXT, 0, 0, key, NULL)
#define SQZ_ENERGIES(section, stem, high, text)                                \
	ROW(section, #stem "_pj", text, SQZ_SETTING_ENERGIES, 0, high,         \
	    stem##_fj, NULL)
const struct sqz_setting sqz_settings[] = {
#include "reader/settings.def"
};
#undef SQZ_SECTION
#undef SQZ_SECTION_END
#undef SQZ_INT
#undef SQZ_TIME
#undef SQZ_ENERGY
#undef SQZ_NAME
#undef SQZ_TEXT
#undef SQZ_ENERGIES

const int sqz_setting_count =
    (int)(sizeof(sqz_settings) / sizeof(sqz_settings[0]));

#define SQZ_SECTION(name, meaning) { #name, meaning },
#define SQZ_SECTION_END(name)
#define SQZ_INT(section, key, low, high, text)
#define SQZ_TIME(section, stem, high, text)
#define SQZ_ENERGY(section, stem, high, text)
#define SQZ_NAME(section, key, names, text)
#define SQZ_TEXT(section, key, text)
#define SQZ_ENERGIES(section, stem, high, text)
const struct sqz_setting_section sqz_setting_sections[] = {
#include "reader/settings.def"
};

const int sqz_setting_section_count =
    (int)(sizeof(sqz_setting_sections) / sizeof(sqz_setting_sections[0]));

_Static_assert(sizeof(sqz_settings) / sizeof(sqz_settings[0]) <=
		   sizeof(((struct sqz_config *)0)->overridden),
	       "one mark for each setting");

int sqz_setting_find(const char *section, const char *key)
{
	for (int i = 0; i < sqz_setting_count; i++)
		if (!strcmp(sqz_settings[i].section, section) &&
		    !strcmp(sqz_settings[i].key, key))
			return i;
	return -1;
}

int sqz_setting_find_section(const char *name)
{
	for (int i = 0; i < sqz_setting_section_count; i++)
		if (!strcmp(sqz_setting_sections[i].name, name))
			return i;
	return -1;
}

int sqz_setting_find_name(const struct sqz_setting *setting, const char *name)
{
	size_t wanted = strlen(name);
	int length;
	const char *at;

	for (uint32_t i = 0; (at = sqz_setting_name(setting, i, &length)); i++)
		if ((size_t)length == wanted && !strncmp(at, name, wanted))
			return (int)i;
	return -1;
}

const char *sqz_setting_name(const struct sqz_setting *setting, uint32_t place,
			     int *length)
{
	const char *at = setting->names;

	for (; *at; at += strspn(at, " ")) {
		*length = (int)strcspn(at, " ");
		if (!place--)
			return at;
		at += *length;
	}
	return NULL;
}

int sqz_setting_numbers(const struct sqz_setting *setting)
{
	return setting->kind == SQZ_SETTING_ENERGIES ? SQZ_CONFIG_LIST : 1;
}
