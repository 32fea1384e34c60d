/*
 * The command-line options by which a program takes a hardware configuration:
 * --config FILE, --set KEY=VALUE, --dump-config. A child of the program's argp;
 * its input is a struct sqz_config_options. And what options of many programs
 * are: whole numbers, and the one FILE.
 */
#ifndef SQZ_CONFIG_OPTIONS_H
#define SQZ_CONFIG_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_MAX_OVERRIDES 128

struct sqz_config_options {
	const char *path; /* NULL: none given */
	const char *overrides[SQZ_MAX_OVERRIDES];
	int override_count;
	bool dump;
};

extern const struct argp sqz_config_argp;

/* The decimal value of the option --name, from min to max. Anything else ends
 * the program with one line. */
uint64_t sqz_option_number(struct argp_state *state, const char *name,
			   const char *text, uint64_t min, uint64_t max);

/* The last resort of a parser of a program that takes one FILE: puts it into
 * *file, which is NULL before. None or two end the program with one line; keys
 * of options are ARGP_ERR_UNKNOWN. */
error_t sqz_option_file(struct argp_state *state, int key, char *text,
			const char **file);

#ifdef __cplusplus
}
#endif

#endif
