/* Operation-unit layouts as CSV, for programs: `sqz similarity --csv`. The
 * columns are described in docs/schemes.md. */
#ifndef SQZ_MAPPER_OU_CSV_H
#define SQZ_MAPPER_OU_CSV_H

#include <stdio.h>

#include "quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

void sqz_ou_csv_head(FILE *out);

/* Every layer under every layout and as planned, then the whole network.
 * `share` of the weights is pruned. */
void sqz_ou_csv_net(const struct sqz_quantized *net, const char *network,
		    double share, FILE *out);

#ifdef __cplusplus
}
#endif

#endif
