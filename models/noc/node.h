/* Network interfaces of the mesh: source queues, injection, ejection. */
#ifndef SQZ_NOC_NODE_H
#define SQZ_NOC_NODE_H

#include "noc/state.h"

/* Flits that reach nodes in this cycle; of those held back before, up to one a
 * node. Calls the sink. (eject.c) */
void sqz_noc_nodes_receive(struct sqz_noc *noc);

/* Credits that reach nodes in this cycle; then every node with something to
 * send sends a flit if it has a credit. (inject.c) */
void sqz_noc_nodes_send(struct sqz_noc *noc);

#endif
