/*
 * The command line of `sqz map`.
 */
#ifndef SQZ_MAPPER_MAP_OPTIONS_H
#define SQZ_MAPPER_MAP_OPTIONS_H

#include "map_outputs.h"
#include "ou_plan.h"
#include "quant_options.h"
#include "reader/config_options.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_map_options {
	struct sqz_config_options config;
	struct sqz_quant_options quant;
	struct sqz_ou_request request; /* for operation units */
	struct sqz_map_outputs outputs;
	bool ou; /* read by them; else whole arrays */
	unsigned cell_bits;
	bool order_rows;
	const char *network, *output, *scheme, *sign;
	bool quiet;
};

/* Ends the program with a message if the words make no sense. */
void sqz_map_options_parse(int argc, char **argv,
			   struct sqz_map_options *options);

#ifdef __cplusplus
}
#endif

#endif
