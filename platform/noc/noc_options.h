/* Command line of `sqz noc`. */
#ifndef SQZ_PLATFORM_NOC_OPTIONS_H
#define SQZ_PLATFORM_NOC_OPTIONS_H

#include "noc/traffic/load.h"
#include "reader/config_options.h"

/* Loads low, low + step, ... up to high. */
struct sqz_noc_rates {
	double low, high, step;
};

struct sqz_noc_options {
	struct sqz_config_options config; /* no path: beside the program */
	struct sqz_noc_load load;	  /* all but rate and seed */
	const char *trace;		  /* instead of a load; NULL: none */
	const char *synthetic; /* last option given that goes with a load */
	struct sqz_noc_rates rates;
	uint64_t first_seed;
	unsigned seeds; /* first_seed and those that follow */
	unsigned jobs;	/* processes at a time */
	double latency_limit;
	const char *csv; /* files to be written, or NULL */
	const char *links;
	const char *plot; /* begin of the names of two PNG files */
	bool past_saturation;
	bool find_saturation;
	bool compare_fidelity;
};

/* Ends the program with one line if the command line is wrong. */
void sqz_noc_options_parse(int argc, char **argv,
			   struct sqz_noc_options *options);

unsigned sqz_noc_rate_count(const struct sqz_noc_rates *rates);
double sqz_noc_rate_at(const struct sqz_noc_rates *rates, unsigned index);

#endif
