/* A comma-separated list of schemes, as the command line has them. */
#ifndef SQZ_MAPPER_SCHEME_LIST_H
#define SQZ_MAPPER_SCHEME_LIST_H

#include "quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_MAX_SCHEMES 32

struct sqz_scheme_list {
	char *text; /* the names, cut apart */
	const char *names[SQZ_MAX_SCHEMES];
	struct sqz_scheme schemes[SQZ_MAX_SCHEMES];
	uint32_t count;
};

/* A comma that a digit follows belongs to the name ("sme8,3,int8" are two);
 * what a name leaves open comes from `base`. -1 with err set if a name is wrong
 * or there is none. Free the list in any case. */
int sqz_scheme_list_read(const char *text, const struct sqz_scheme *base,
			 struct sqz_scheme_list *list, struct sqz_error *err);

void sqz_scheme_list_free(struct sqz_scheme_list *list);

#ifdef __cplusplus
}
#endif

#endif
