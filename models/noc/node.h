/* Network interfaces of the mesh: source queues, injection, ejection. */
#ifndef SQZ_NOC_NODE_H
#define SQZ_NOC_NODE_H

#include "noc/state.h"

/* Credits and flits that reach nodes in this cycle, then up to one flit of a
 * held-back ejection buffer per node. */
void sqz_noc_nodes_receive(struct sqz_noc *noc);

/* Every node with something to send sends a flit if it has a credit. */
void sqz_noc_nodes_send(struct sqz_noc *noc);

#endif
