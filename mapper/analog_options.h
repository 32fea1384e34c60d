/* Command-line options on crossbars as they are: a child for argp. */
#ifndef SQZ_MAPPER_ANALOG_OPTIONS_H
#define SQZ_MAPPER_ANALOG_OPTIONS_H

#include <argp.h>

#include "analog.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_analog_settings {
	struct sqz_analog_options options; /* adc_bits 0: lossless */
	bool used;			   /* one of the options was given */
};

void sqz_analog_settings_init(struct sqz_analog_settings *settings);

/* Its input is a struct sqz_analog_settings. */
extern const struct argp sqz_analog_argp;

/* The options for arrays of `array_rows`; false if none was given. */
bool sqz_analog_settle(const struct sqz_analog_settings *settings,
		       uint32_t array_rows, struct sqz_analog_options *options);

#ifdef __cplusplus
}
#endif

#endif
