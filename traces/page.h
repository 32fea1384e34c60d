/*
 * Writes a run, or two of them side by side, as one HTML file that opens in a
 * browser without a network: `sqz trace report`. The page itself (style,
 * scripts) is built from traces/page/; here the data go into it, as JSON.
 */
#ifndef SQZ_TRACES_PAGE_H
#define SQZ_TRACES_PAGE_H

#include "host/error.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_PAGE_RUNS 2u

struct sqz_page_run {
	const char *trace;
	const char *report;   /* JSON of sqz run --report; may be NULL */
	const char *settings; /* text of sqz run --dump-config; may be NULL */
};

/* Into output, through the page at template_path. */
int sqz_page_write(const struct sqz_page_run *runs, size_t count,
		   const char *template_path, const char *output,
		   struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
