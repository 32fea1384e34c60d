/* A worker's arrays in a step of version 2 (operation units, image.h). */
#ifndef SQZ_MAPPER_OU_BLOB_H
#define SQZ_MAPPER_OU_BLOB_H

#include "bytes_builder.h"
#include "place.h"

/* Appends groups, columns and destinations of the worker's blocks, spread over
 * its arrays, and sets what the header says of arrays and units; offsets count
 * from `start`. A group is cut in two at an array's end only where leaving it
 * whole would make the arrays uneven. 0, or -1 with err set. */
int sqz_ou_blob_add(const struct sqz_ou_plan *plan,
		    const struct sqz_blocks *blocks,
		    const struct sqz_worker *worker, struct sqz_builder *out,
		    size_t start, struct sqz_step_header *header,
		    struct sqz_error *err);

#endif
