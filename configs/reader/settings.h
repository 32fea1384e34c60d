/* Internal to the configuration reader: the rows of settings.def. */
#ifndef SQZ_CONFIG_SETTINGS_H
#define SQZ_CONFIG_SETTINGS_H

#include "reader/config.h"

#include <stddef.h>

enum sqz_setting_kind {
	SQZ_SETTING_INT,
	SQZ_SETTING_TIME,
	SQZ_SETTING_ENERGY,
	SQZ_SETTING_NAME, /* one of `names`, stored as its place */
	SQZ_SETTING_TEXT,
	SQZ_SETTING_ENERGIES, /* SQZ_CONFIG_LIST numbers */
};

struct sqz_setting {
	const char *section;
	const char *key;
	const char *meaning;
	enum sqz_setting_kind kind;
	double min;
	double max;
	size_t offset;	   /* in struct sqz_config */
	const char *names; /* separated by spaces */
};

struct sqz_setting_section {
	const char *name;
	const char *meaning;
};

/* Nanoseconds are stored as picoseconds, picojoules as femtojoules. */
#define SQZ_STORED_PER_GIVEN 1000.0

extern const struct sqz_setting sqz_settings[];
extern const int sqz_setting_count;
extern const struct sqz_setting_section sqz_setting_sections[];
extern const int sqz_setting_section_count;

/* Index in the table, or -1. */
int sqz_setting_find(const char *section, const char *key);
int sqz_setting_find_section(const char *name);

/* Place of `name` among the setting's names, or -1. */
int sqz_setting_find_name(const struct sqz_setting *setting, const char *name);

/* The place-th of them; *length is its length, it does not end with a 0. */
const char *sqz_setting_name(const struct sqz_setting *setting, uint32_t place,
			     int *length);

/* Numbers of a setting: 1, or SQZ_CONFIG_LIST. */
int sqz_setting_numbers(const struct sqz_setting *setting);

#endif
