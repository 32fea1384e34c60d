/* Command-line options on operation-unit layouts: a child for argp. */
#ifndef SQZ_MAPPER_OU_OPTIONS_H
#define SQZ_MAPPER_OU_OPTIONS_H

#include <argp.h>

#include "ou_plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The request's default, on as many threads as there are processors. */
void sqz_ou_options_init(struct sqz_ou_request *request);

/* Its input is a struct sqz_ou_request. */
extern const struct argp sqz_ou_argp;

#ifdef __cplusplus
}
#endif

#endif
