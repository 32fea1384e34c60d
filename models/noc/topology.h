/* Internal: what a configuration makes of routers, ports, links, VCs. */
#ifndef SQZ_NOC_TOPOLOGY_H
#define SQZ_NOC_TOPOLOGY_H

#include "noc/state.h"

/* Ports of a router. */
unsigned sqz_noc_ports_of(const struct sqz_noc_config *config);

/* 0, or -1 with err set. (config.c) */
int sqz_noc_check_config(const struct sqz_noc_config *config,
			 struct sqz_error *err);

/* Counts of nodes, routers, ports, VCs. */
void sqz_noc_size(struct sqz_noc *noc);

/* All fixed tables; the arrays are allocated. */
void sqz_noc_build(struct sqz_noc *noc);

#endif
