/* What a search under an accuracy budget chose, and why. */
#ifndef SQZ_MAPPER_BUDGET_TABLE_H
#define SQZ_MAPPER_BUDGET_TABLE_H

#include "budget.h"
#include "scheme_list.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

void sqz_budget_table(const struct sqz_budget *budget,
		      const struct sqz_scheme_list *candidates,
		      const struct sqz_budget_result *result, FILE *out);

#ifdef __cplusplus
}
#endif

#endif
