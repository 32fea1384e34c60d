#include "reader/config.h"

#include <errno.h>
#include <libconfig.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sqz/memmap.h"

enum kind { KIND_INT, KIND_TIME, KIND_ENERGY };

/* One row of settings.def. */
struct setting {
	const char *section;
	const char *key;
	const char *meaning;
	enum kind kind;
	double min;
	double max;
	size_t offset; /* in struct sqz_config */
};

/* Nanoseconds are stored as picoseconds, picojoules as femtojoules. */
#define STORED_PER_GIVEN 1000.0

#define SQZ_SECTION(name, meaning)
#define SQZ_SECTION_END(name)
#define SQZ_INT(section, key, low, high, text)                                 \
	{ #section,                                                            \
	  #key,                                                                \
	  text,                                                                \
	  KIND_INT,                                                            \
	  low,                                                                 \
	  high,                                                                \
	  offsetof(struct sqz_config, section.key) },
#define SQZ_TIME(section, stem, high, text)                                    \
	{ #section,                                                            \
	  #stem "_ns",                                                         \
	  text,                                                                \
	  KIND_TIME,                                                           \
	  0,                                                                   \
	  high,                                                                \
	  offsetof(struct sqz_config, section.stem##_ps) },
#define SQZ_ENERGY(section, stem, high, text)                                  \
	{ #section,                                                            \
	  #stem "_pj",                                                         \
	  text,                                                                \
	  KIND_ENERGY,                                                         \
	  0,                                                                   \
	  high,                                                                \
	  offsetof(struct sqz_config, section.stem##_fj) },
static const struct setting SETTINGS[] = {
#include "reader/settings.def"
};
#undef SQZ_SECTION
#undef SQZ_SECTION_END
#undef SQZ_INT
#undef SQZ_TIME
#undef SQZ_ENERGY

#define SETTING_COUNT		   ((int)(sizeof(SETTINGS) / sizeof(SETTINGS[0])))

#define SQZ_SECTION(name, meaning) { #name, meaning },
#define SQZ_SECTION_END(name)
#define SQZ_INT(section, key, low, high, text)
#define SQZ_TIME(section, stem, high, text)
#define SQZ_ENERGY(section, stem, high, text)
static const struct {
	const char *name;
	const char *meaning;
} SECTIONS[] = {
#include "reader/settings.def"
};
#undef SQZ_SECTION
#undef SQZ_SECTION_END
#undef SQZ_INT
#undef SQZ_TIME
#undef SQZ_ENERGY

#define SECTION_COUNT ((int)(sizeof(SECTIONS) / sizeof(SECTIONS[0])))

_Static_assert(sizeof(SETTINGS) / sizeof(SETTINGS[0]) <=
		   sizeof(((struct sqz_config *)0)->overridden),
	       "one mark for each setting");

static const char *const UNITS[] = { "", "ns", "pJ" };

static void store(struct sqz_config *config, const struct setting *setting,
		  double value)
{
	char *field = (char *)config + setting->offset;

	if (setting->kind == KIND_INT)
		*(uint32_t *)(void *)field = (uint32_t)value;
	else
		*(uint64_t *)(void *)field =
		    (uint64_t)llround(value * STORED_PER_GIVEN);
}

static double stored(const struct sqz_config *config,
		     const struct setting *setting)
{
	const char *field = (const char *)config + setting->offset;

	if (setting->kind == KIND_INT)
		return *(const uint32_t *)(const void *)field;
	return (double)*(const uint64_t *)(const void *)field /
	       STORED_PER_GIVEN;
}

/* where: "file:line" or "--set", for the message. */
static int check_and_store(struct sqz_config *config, int index, double value,
			   const char *where, struct sqz_error *err)
{
	const struct setting *setting = &SETTINGS[index];

	if (!(value >= setting->min && value <= setting->max))
		return sqz_fail(err,
				"%s: %s.%s = %.15g is outside %.15g to "
				"%.15g",
				where, setting->section, setting->key, value,
				setting->min, setting->max);
	store(config, setting, value);
	return 0;
}

static int find_setting(const char *section, const char *key)
{
	for (int i = 0; i < SETTING_COUNT; i++)
		if (!strcmp(SETTINGS[i].section, section) &&
		    !strcmp(SETTINGS[i].key, key))
			return i;
	return -1;
}

static bool is_number(const config_setting_t *item, enum kind kind)
{
	int type = config_setting_type(item);

	if (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64)
		return true;
	return type == CONFIG_TYPE_FLOAT && kind != KIND_INT;
}

static double number_of(const config_setting_t *item)
{
	switch (config_setting_type(item)) {
	case CONFIG_TYPE_INT:
		return config_setting_get_int(item);
	case CONFIG_TYPE_INT64:
		return (double)config_setting_get_int64(item);
	default:
		return config_setting_get_float(item);
	}
}

static int read_one(struct sqz_config *config, config_t *tree, int index,
		    struct sqz_error *err)
{
	const struct setting *setting = &SETTINGS[index];
	char path[128];

	snprintf(path, sizeof(path), "%s.%s", setting->section, setting->key);
	const config_setting_t *item = config_lookup(tree, path);
	if (!item)
		return sqz_fail(err, "%s: key %s is missing", config->file,
				path);
	char where[320];
	snprintf(where, sizeof(where), "%s:%u", config->file,
		 config_setting_source_line(item));
	if (!is_number(item, setting->kind))
		return sqz_fail(err, "%s: %s wants %s", where, path,
				setting->kind == KIND_INT ? "a whole number"
							  : "a number");
	return check_and_store(config, index, number_of(item), where, err);
}

static int check_section_keys(const struct sqz_config *config,
			      const config_setting_t *group,
			      struct sqz_error *err)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *item =
		    config_setting_get_elem(group, (unsigned)i);
		const char *section = config_setting_name(group);
		const char *key = config_setting_name(item);
		if (find_setting(section, key) < 0)
			return sqz_fail(
			    err, "%s:%u: unknown key %s.%s", config->file,
			    config_setting_source_line(item), section, key);
	}
	return 0;
}

static int find_section(const char *name)
{
	for (int i = 0; i < SECTION_COUNT; i++)
		if (!strcmp(SECTIONS[i].name, name))
			return i;
	return -1;
}

static int check_keys(const struct sqz_config *config, config_t *tree,
		      struct sqz_error *err)
{
	const config_setting_t *root = config_root_setting(tree);

	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *group =
		    config_setting_get_elem(root, (unsigned)i);
		const char *name = config_setting_name(group);
		if (find_section(name) < 0 || !config_setting_is_group(group))
			return sqz_fail(
			    err, "%s:%u: unknown section %s", config->file,
			    config_setting_source_line(group), name);
		if (check_section_keys(config, group, err))
			return -1;
	}
	return 0;
}

static int read_tree(struct sqz_config *config, config_t *tree,
		     struct sqz_error *err)
{
	if (check_keys(config, tree, err))
		return -1;
	for (int i = 0; i < SETTING_COUNT; i++)
		if (read_one(config, tree, i, err))
			return -1;
	return 0;
}

static int read_file(struct sqz_config *config, const char *path,
		     struct sqz_error *err)
{
	FILE *file = fopen(path, "r");

	if (!file)
		return sqz_fail(err, "%s: cannot open: %s", path,
				strerror(errno));
	config_t tree;
	config_init(&tree);
	int result = -1;
	if (config_read(&tree, file))
		result = read_tree(config, &tree, err);
	else
		sqz_fail(err, "%s:%d: %s", path, config_error_line(&tree),
			 config_error_text(&tree));
	config_destroy(&tree);
	fclose(file);
	return result;
}

static bool parse_number(const char *text, enum kind kind, double *value)
{
	char *end = NULL;

	errno = 0;
	if (kind == KIND_INT)
		*value = (double)strtoll(text, &end, 0);
	else
		*value = strtod(text, &end);
	return end != text && *end == '\0' && !errno && isfinite(*value);
}

static int apply_override(struct sqz_config *config, const char *text,
			  struct sqz_error *err)
{
	char section[64] = "";
	char key[64] = "";
	int used = 0;

	if (sscanf(text, "%63[a-z0-9_].%63[a-z0-9_]=%n", section, key, &used) !=
		2 ||
	    !used)
		return sqz_fail(err, "--set %s: wants section.key=value", text);
	int index = find_setting(section, key);
	if (index < 0)
		return sqz_fail(err, "--set %s: unknown key %s.%s", text,
				section, key);
	double value = 0;
	if (!parse_number(text + used, SETTINGS[index].kind, &value))
		return sqz_fail(
		    err, "--set %s: %s.%s wants %s", text, section, key,
		    SETTINGS[index].kind == KIND_INT ? "a whole number"
						     : "a number");
	config->overridden[index] = 1;
	return check_and_store(config, index, value, "--set", err);
}

/* Conditions between settings; a row says what must hold. */
static int check_together(const struct sqz_config *c, struct sqz_error *err)
{
	const uint64_t nodes = (uint64_t)c->noc.width * c->noc.height;
	const struct {
		bool holds;
		const char *what;
	} rules[] = {
		{ c->noc.vcs >= 5, "noc.vcs must be at least 5, one virtual "
				   "channel for each message class" },
		{ nodes >=
		      3 + (uint64_t)c->chip.dram_controllers + c->chip.buffers,
		  "the mesh has no room for a tile beside the controller, "
		  "flash, DRAM controllers and buffers" },
		{ (c->dram.interleave_bytes & (c->dram.interleave_bytes - 1)) ==
		      0,
		  "dram.interleave_bytes must be a power of two" },
		{ c->noc.cycle_ps > 0 && c->cpu.cycle_ps > 0 &&
		      c->cpu.quantum_ps > 0 && c->tile.array_cycle_ps > 0 &&
		      c->tile.vector_cycle_ps > 0 && c->buffer.cycle_ps > 0 &&
		      c->flash.cycle_ps > 0 && c->dram.burst_ps > 0,
		  "noc.cycle_ns, cpu.cycle_ns, cpu.quantum_ns, "
		  "tile.array_cycle_ns, tile.vector_cycle_ns, "
		  "buffer.cycle_ns, flash.cycle_ns and dram.burst_ns must be "
		  "at least 0.001" },
		{ c->tile.fetch_bytes <= c->noc.max_payload_bytes &&
		      c->controller.copy_bytes <= c->noc.max_payload_bytes,
		  "tile.fetch_bytes and controller.copy_bytes must not exceed "
		  "noc.max_payload_bytes" },
		{ c->controller.in_flight >= c->controller.rings,
		  "controller.in_flight must not be less than "
		  "controller.rings" },
		{ c->dram.t_refi_ps == 0 ||
		      c->dram.t_refi_ps > c->dram.t_rfc_ps,
		  "dram.t_refi_ns must be 0 or larger than dram.t_rfc_ns" },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!rules[i].holds)
			return sqz_fail(err, "%s: %s", c->file, rules[i].what);
	return 0;
}

int sqz_config_load(struct sqz_config *config, const char *path,
		    const char *const *overrides, int override_count,
		    struct sqz_error *err)
{
	memset(config, 0, sizeof(*config));
	snprintf(config->file, sizeof(config->file), "%s", path);
	if (read_file(config, path, err))
		return -1;
	for (int i = 0; i < override_count; i++)
		if (apply_override(config, overrides[i], err))
			return -1;
	return check_together(config, err);
}

static void dump_one(const struct sqz_config *config, int index, FILE *out)
{
	const struct setting *setting = &SETTINGS[index];
	char text[64];

	snprintf(text, sizeof(text), "%.15g", stored(config, setting));
	/* libconfig tells whole numbers from others by the point. */
	if (setting->kind != KIND_INT && !strpbrk(text, ".e"))
		strncat(text, ".0", sizeof(text) - strlen(text) - 1);
	char line[160];
	snprintf(line, sizeof(line), "  %s = %s;", setting->key, text);
	fprintf(out, "%-36s# %s\n", line,
		config->overridden[index] ? "--set" : config->file);
}

void sqz_config_dump(const struct sqz_config *config, FILE *out)
{
	for (int s = 0; s < SECTION_COUNT; s++) {
		fprintf(out, "%s# %s\n%s = {\n", s ? "\n" : "",
			SECTIONS[s].meaning, SECTIONS[s].name);
		for (int i = 0; i < SETTING_COUNT; i++)
			if (!strcmp(SETTINGS[i].section, SECTIONS[s].name))
				dump_one(config, i, out);
		fprintf(out, "};\n");
	}
}

static void reference_row(const struct setting *setting, FILE *out)
{
	fprintf(out, "| `%s.%s` | %s | %.15g to %.15g | %s |\n",
		setting->section, setting->key, UNITS[setting->kind],
		setting->min, setting->max, setting->meaning);
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
	for (int s = 0; s < SECTION_COUNT; s++) {
		fprintf(out,
			"\n## %s\n\n%s\n\n| key | unit | range | meaning "
			"|\n|---|---|---|---|\n",
			SECTIONS[s].name, SECTIONS[s].meaning);
		for (int i = 0; i < SETTING_COUNT; i++)
			if (!strcmp(SETTINGS[i].section, SECTIONS[s].name))
				reference_row(&SETTINGS[i], out);
	}
}
