/* The routers of the mesh: their pipeline, and what arrives at them. */
#ifndef SQZ_NOC_ROUTER_H
#define SQZ_NOC_ROUTER_H

#include "noc/state.h"

/* Flits and credits that reach routers in this cycle; before the routers. */
void sqz_noc_routers_receive(struct sqz_noc *noc);

/* One cycle of all routers that are awake. */
void sqz_noc_routers_step(struct sqz_noc *noc);

#endif
