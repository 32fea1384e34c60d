/* What `sqz noc` prints and writes. */
#ifndef SQZ_PLATFORM_NOC_OUTPUT_H
#define SQZ_PLATFORM_NOC_OUTPUT_H

#include <stdio.h>

#include "noc/noc_sweep.h"
#include "reader/config.h"

/* All that the outputs need to know. */
struct sqz_noc_results {
	const struct sqz_noc_options *options;
	const struct sqz_config *config;
	const struct sqz_noc *noc; /* for its links */
	const struct sqz_noc_sweep *sweep;
};

/* Traffic and network in a few words, without a newline. */
void sqz_noc_print_subject(const struct sqz_noc_results *results, FILE *out);

void sqz_noc_print_table(const struct sqz_noc_results *results, FILE *out);
void sqz_noc_print_saturation(const struct sqz_noc_saturation *found,
			      FILE *out);

/* The packet level's error: points of the same loads at both levels. */
void sqz_noc_print_fidelity(const struct sqz_noc_results *flits,
			    const struct sqz_noc_sweep *packets, FILE *out);

/* Share of the measured cycles in which a link carried a flit. */
double sqz_noc_link_use(const struct sqz_noc_results *results,
			const struct sqz_noc_point *point, unsigned link);

/* CSV files; the links' is of the settled point. 0, or -1 with err set. */
int sqz_noc_write_csv(const struct sqz_noc_results *results, const char *path,
		      struct sqz_error *err);
int sqz_noc_write_links(const struct sqz_noc_results *results, const char *path,
			struct sqz_error *err);

/* PREFIX-latency.png and PREFIX-links.png, by gnuplot. 0, or -1 with err set.
 * (noc_plot.c) */
int sqz_noc_plot(const struct sqz_noc_results *results, const char *prefix,
		 struct sqz_error *err);

#endif
