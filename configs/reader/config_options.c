#include "reader/config_options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* Keys that no program uses for its own options. */
enum { KEY_CONFIG = 0x10000, KEY_SET, KEY_DUMP_CONFIG };

static const struct argp_option OPTIONS[] = {
	{ "config", KEY_CONFIG, "FILE", 0, "hardware configuration", 0 },
	{ "set", KEY_SET, "KEY=VALUE", 0,
	  "override one setting, as noc.vcs=8; may be repeated", 0 },
	{ "dump-config", KEY_DUMP_CONFIG, 0, 0,
	  "print all settings with their origin and end", 0 },
	{ 0 },
};

static void take_override(struct argp_state *state, const char *text,
			  struct sqz_config_options *options)
{
	if (options->override_count == SQZ_MAX_OVERRIDES)
		argp_failure(state, argp_err_exit_status, 0,
			     "--set: more than %d of them", SQZ_MAX_OVERRIDES);
	options->overrides[options->override_count++] = text;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct sqz_config_options *options = state->input;

	switch (key) {
	case KEY_CONFIG:
		options->path = arg;
		return 0;
	case KEY_SET:
		take_override(state, arg, options);
		return 0;
	case KEY_DUMP_CONFIG:
		options->dump = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp sqz_config_argp = { OPTIONS, parse, NULL, NULL,
				      NULL,    NULL,  NULL };

uint64_t sqz_option_number(struct argp_state *state, const char *name,
			   const char *text, uint64_t min, uint64_t max)
{
	char *end = NULL;

	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || value < min ||
	    value > max)
		argp_failure(state, argp_err_exit_status, 0,
			     "--%s %s: wants a whole number from %" PRIu64
			     " to %" PRIu64,
			     name, text, min, max);
	return value;
}

error_t sqz_option_file(struct argp_state *state, int key, char *text,
			const char **file)
{
	switch (key) {
	case ARGP_KEY_ARG:
		if (*file)
			argp_error(state, "one FILE at a time");
		*file = text;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "FILE is missing");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}
