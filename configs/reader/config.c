#include "reader/config.h"

#include <errno.h>
#include <libconfig.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "reader/adc.h"
#include "reader/settings.h"
#include "sqz/memmap.h"

static const char *wanted(const struct sqz_setting *setting)
{
	static const char *const WANTED[] = {
		[SQZ_SETTING_INT] = "a whole number",
		[SQZ_SETTING_TIME] = "a number",
		[SQZ_SETTING_ENERGY] = "a number",
		[SQZ_SETTING_NAME] = "a name",
		[SQZ_SETTING_TEXT] = "a text",
		[SQZ_SETTING_ENERGIES] = "a list of 16 numbers",
	};

	return WANTED[setting->kind];
}

/* The place-th number of the setting. */
static void store(struct sqz_config *config, const struct sqz_setting *setting,
		  int place, double value)
{
	char *field = (char *)config + setting->offset;

	if (setting->kind == SQZ_SETTING_INT)
		*(uint32_t *)(void *)field = (uint32_t)value;
	else
		((uint64_t *)(void *)field)[place] =
		    (uint64_t)llround(value * SQZ_STORED_PER_GIVEN);
}

/* where: "file:line" or "--set", for the message. */
static int check_and_store(struct sqz_config *config, int index, int place,
			   double value, const char *where,
			   struct sqz_error *err)
{
	const struct sqz_setting *setting = &sqz_settings[index];

	if (!(value >= setting->min && value <= setting->max))
		return sqz_fail(err,
				"%s: %s.%s = %.15g is outside %.15g to "
				"%.15g",
				where, setting->section, setting->key, value,
				setting->min, setting->max);
	store(config, setting, place, value);
	return 0;
}

static int store_name(struct sqz_config *config, int index, const char *name,
		      const char *where, struct sqz_error *err)
{
	const struct sqz_setting *setting = &sqz_settings[index];
	int place = sqz_setting_find_name(setting, name);

	if (place < 0)
		return sqz_fail(err, "%s: %s.%s = %s: must be one of %s", where,
				setting->section, setting->key, name,
				setting->names);
	*(uint32_t *)(void *)((char *)config + setting->offset) =
	    (uint32_t)place;
	return 0;
}

static int store_text(struct sqz_config *config, int index, const char *text,
		      const char *where, struct sqz_error *err)
{
	const struct sqz_setting *setting = &sqz_settings[index];

	/* It must come out of a dump as it went in. */
	if (strlen(text) >= SQZ_CONFIG_TEXT || strpbrk(text, "\"\\\n"))
		return sqz_fail(err,
				"%s: %s.%s: must be shorter than %d bytes, "
				"without quotes, backslashes and line breaks",
				where, setting->section, setting->key,
				SQZ_CONFIG_TEXT);
	strcpy((char *)config + setting->offset, text);
	return 0;
}

/* A name or a text. */
static int store_words(struct sqz_config *config, int index, const char *words,
		       const char *where, struct sqz_error *err)
{
	if (sqz_settings[index].kind == SQZ_SETTING_TEXT)
		return store_text(config, index, words, where, err);
	return store_name(config, index, words, where, err);
}

static bool wants_words(const struct sqz_setting *setting)
{
	return setting->kind == SQZ_SETTING_NAME ||
	       setting->kind == SQZ_SETTING_TEXT;
}

/* ---- the file ---- */

static bool is_number(const config_setting_t *item, enum sqz_setting_kind kind)
{
	int type = config_setting_type(item);

	if (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64)
		return true;
	return type == CONFIG_TYPE_FLOAT && kind != SQZ_SETTING_INT;
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

/* The item itself, or the place-th of its list; NULL if it is not of the
 * setting's kind. */
static const config_setting_t *number_item(const config_setting_t *item,
					   const struct sqz_setting *setting,
					   int place)
{
	if (setting->kind == SQZ_SETTING_ENERGIES) {
		if (!config_setting_is_aggregate(item) ||
		    config_setting_length(item) != SQZ_CONFIG_LIST)
			return NULL;
		item = config_setting_get_elem(item, (unsigned)place);
	}
	return is_number(item, setting->kind) ? item : NULL;
}

static int read_item(struct sqz_config *config, const config_setting_t *item,
		     int index, const char *where, struct sqz_error *err)
{
	const struct sqz_setting *setting = &sqz_settings[index];

	const char *words = config_setting_get_string(item);

	if (wants_words(setting) && words)
		return store_words(config, index, words, where, err);
	for (int i = 0; i < sqz_setting_numbers(setting); i++) {
		const config_setting_t *number = number_item(item, setting, i);
		if (!number || wants_words(setting))
			return sqz_fail(err, "%s: %s.%s wants %s", where,
					setting->section, setting->key,
					wanted(setting));
		if (check_and_store(config, index, i, number_of(number), where,
				    err))
			return -1;
	}
	return 0;
}

static int read_one(struct sqz_config *config, config_t *tree, int index,
		    struct sqz_error *err)
{
	const struct sqz_setting *setting = &sqz_settings[index];
	char path[128];

	snprintf(path, sizeof(path), "%s.%s", setting->section, setting->key);
	const config_setting_t *item = config_lookup(tree, path);
	if (!item)
		return sqz_fail(err, "%s: key %s is missing", config->file,
				path);
	char where[320];
	snprintf(where, sizeof(where), "%s:%u", config->file,
		 config_setting_source_line(item));
	return read_item(config, item, index, where, err);
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
		if (sqz_setting_find(section, key) < 0)
			return sqz_fail(
			    err, "%s:%u: unknown key %s.%s", config->file,
			    config_setting_source_line(item), section, key);
	}
	return 0;
}

static int check_keys(const struct sqz_config *config, config_t *tree,
		      struct sqz_error *err)
{
	const config_setting_t *root = config_root_setting(tree);

	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *group =
		    config_setting_get_elem(root, (unsigned)i);
		const char *name = config_setting_name(group);
		if (sqz_setting_find_section(name) < 0 ||
		    !config_setting_is_group(group))
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
	for (int i = 0; i < sqz_setting_count; i++)
		if (read_one(config, tree, i, err))
			return -1;
	return 0;
}

/* good: libconfig has understood it. */
static int take_tree(struct sqz_config *config, config_t *tree, bool good,
		     struct sqz_error *err)
{
	if (good)
		return read_tree(config, tree, err);
	return sqz_fail(err, "%s:%d: %s", config->file, config_error_line(tree),
			config_error_text(tree));
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
	int result =
	    take_tree(config, &tree, config_read(&tree, file) != 0, err);
	config_destroy(&tree);
	fclose(file);
	return result;
}

static int read_text(struct sqz_config *config, const char *text,
		     struct sqz_error *err)
{
	config_t tree;

	config_init(&tree);
	int result =
	    take_tree(config, &tree, config_read_string(&tree, text) != 0, err);
	config_destroy(&tree);
	return result;
}

/* ---- overrides ---- */

/* One number from *text on; moves *text behind it. */
static bool parse_number(const char **text, enum sqz_setting_kind kind,
			 double *value)
{
	char *end = NULL;

	errno = 0;
	if (kind == SQZ_SETTING_INT)
		*value = (double)strtoll(*text, &end, 0);
	else
		*value = strtod(*text, &end);
	if (end == *text || errno || !isfinite(*value))
		return false;
	*text = end;
	return true;
}

static int override_numbers(struct sqz_config *config, int index,
			    const char *text, const char *values,
			    struct sqz_error *err)
{
	const struct sqz_setting *setting = &sqz_settings[index];
	int count = sqz_setting_numbers(setting);

	for (int i = 0; i < count; i++) {
		double value = 0;
		if (!parse_number(&values, setting->kind, &value) ||
		    *values != (i + 1 < count ? ',' : '\0'))
			return sqz_fail(err, "--set %s: %s.%s wants %s", text,
					setting->section, setting->key,
					wanted(setting));
		values++;
		if (check_and_store(config, index, i, value, "--set", err))
			return -1;
	}
	return 0;
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
	int index = sqz_setting_find(section, key);
	if (index < 0)
		return sqz_fail(err, "--set %s: unknown key %s.%s", text,
				section, key);
	config->overridden[index] = 1;
	if (wants_words(&sqz_settings[index]))
		return store_words(config, index, text + used, "--set", err);
	return override_numbers(config, index, text, text + used, err);
}

static int apply_overrides(struct sqz_config *config,
			   const char *const *overrides, int count,
			   struct sqz_error *err)
{
	for (int i = 0; i < count; i++)
		if (apply_override(config, overrides[i], err))
			return -1;
	return 0;
}

/* Conditions between settings; a row says what must hold. */
static int check_together(const struct sqz_config *c, struct sqz_error *err)
{
	const uint64_t nodes = (uint64_t)c->noc.width * c->noc.height;
	const bool torus = c->noc.topology == SQZ_TOPOLOGY_TORUS;
	const struct {
		bool holds;
		const char *what;
	} rules[] = {
		{ c->noc.vcs >= 5, "noc.vcs must be at least 5, one virtual "
				   "channel for each message class" },
		{ !torus || (c->noc.vcs >= 10 && c->noc.vcs % 2 == 0),
		  "noc.vcs must be an even number, at least 10, on a torus: "
		  "two virtual channels for each message class" },
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

static int load(struct sqz_config *config, const char *path,
		const char *const *overrides, int override_count,
		struct sqz_error *err)
{
	memset(config, 0, sizeof(*config));
	snprintf(config->file, sizeof(config->file), "%s", path);
	if (read_file(config, path, err))
		return -1;
	return apply_overrides(config, overrides, override_count, err);
}

/* All but what the reading of each has checked. */
static int check(const struct sqz_config *config, struct sqz_error *err)
{
	uint64_t ignored_fj;

	if (check_together(config, err))
		return -1;
	return sqz_adc_energy_fj(config, config->tile.adc_law,
				 config->tile.adc_bits, &ignored_fj, err);
}

int sqz_config_load(struct sqz_config *config, const char *path,
		    const char *const *overrides, int override_count,
		    struct sqz_error *err)
{
	if (load(config, path, overrides, override_count, err))
		return -1;
	return check(config, err);
}

int sqz_config_parse(struct sqz_config *config, const char *name,
		     const char *text, const char *const *overrides,
		     int override_count, struct sqz_error *err)
{
	memset(config, 0, sizeof(*config));
	snprintf(config->file, sizeof(config->file), "%s", name);
	if (read_text(config, text, err) ||
	    apply_overrides(config, overrides, override_count, err))
		return -1;
	return check(config, err);
}

int sqz_config_load_network(struct sqz_config *config, const char *path,
			    const char *const *overrides, int override_count,
			    struct sqz_error *err)
{
	if (load(config, path, overrides, override_count, err))
		return -1;
	if (config->noc.cycle_ps > 0)
		return 0;
	return sqz_fail(err, "%s: noc.cycle_ns must be at least 0.001", path);
}
