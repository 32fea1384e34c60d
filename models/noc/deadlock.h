/* Internal: the report that names a cycle of waiting VCs. */
#ifndef SQZ_NOC_DEADLOCK_H
#define SQZ_NOC_DEADLOCK_H

#include "noc/state.h"

/* Room that the report takes at most. */
#define SQZ_NOC_DEADLOCK_TEXT 400

/* Writes the cycle and returns how many VCs it has, or 0 if there is none. */
int sqz_noc_report_deadlock(const struct sqz_noc *noc, char *text, size_t size);

#endif
