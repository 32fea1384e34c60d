/* Parts of the JSON report: how images were run, and what was programmed. */
#ifndef SQZ_PLATFORM_REPORT_EXECUTION_H
#define SQZ_PLATFORM_REPORT_EXECUTION_H

#include <jansson.h>

#include "report.h"

/* Time, energy and traffic of an account, into the object. */
void sqz_report_put_account(json_t *object, const struct sqz_config *config,
			    const struct sqz_account *account);

/* New objects. */
json_t *sqz_report_execution(const struct sqz_run_result *result);
json_t *sqz_report_programming(const struct sqz_run_result *result);

#endif
