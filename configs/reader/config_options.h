/*
 * The command-line options by which a program takes a hardware configuration:
 * --config FILE, --set KEY=VALUE, --dump-config. A child of the program's argp;
 * its input is a struct sqz_config_options.
 */
#ifndef SQZ_CONFIG_OPTIONS_H
#define SQZ_CONFIG_OPTIONS_H

#include <argp.h>
#include <stdbool.h>

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

#ifdef __cplusplus
}
#endif

#endif
