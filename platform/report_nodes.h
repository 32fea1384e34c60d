/* The parts of the report that tell of single tiles and memories. */
#ifndef SQZ_PLATFORM_REPORT_NODES_H
#define SQZ_PLATFORM_REPORT_NODES_H

#include <jansson.h>

#include "report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "buffer", "DRAM", "flash", as in reports and names of tracks; NULL: no
 * memory. */
const char *sqz_memory_kind_name(unsigned node_kind);

/* Arrays; the caller owns them. */
json_t *sqz_report_tiles(const struct sqz_run_result *result);
json_t *sqz_report_memories(const struct sqz_run_result *result);

#ifdef __cplusplus
}
#endif

#endif
