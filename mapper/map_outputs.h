/*
 * What `sqz map` writes beside the image: the report, and pictures of blocks.
 */
#ifndef SQZ_MAPPER_MAP_OUTPUTS_H
#define SQZ_MAPPER_MAP_OUTPUTS_H

#include <argp.h>

#include "map_report.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_MAX_PICTURES 16

struct sqz_map_outputs {
	const char *reports[4]; /* files; - is standard output */
	int report_count;
	const char *pictures[SQZ_MAX_PICTURES]; /* LAYER:BLOCK=FILE */
	int picture_count;
	uint64_t budget; /* arrays, or 0 */
};

/* --report, --arrays, --picture; its input is a struct sqz_map_outputs. */
extern const struct argp sqz_map_outputs_argp;

/* True if there is something to be written. */
bool sqz_map_outputs_wanted(const struct sqz_map_outputs *outputs);

/* -1 with err set; nothing is left half written. */
int sqz_map_outputs_write(const struct sqz_map_outputs *outputs,
			  struct sqz_report_source *source,
			  struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
