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

/* For both fidelities: the packet in front of a queue begins to leave its node,
 * has left it, its head or tail has come to its destination. */
void sqz_noc_enter_network(struct sqz_noc *noc, uint32_t node,
			   unsigned msg_class, uint32_t slot);
void sqz_noc_dequeue(struct sqz_noc *noc, uint32_t node, unsigned msg_class);
void sqz_noc_head_arrived(struct sqz_noc *noc, uint32_t node, uint32_t slot);
void sqz_noc_packet_arrived(struct sqz_noc *noc, uint32_t node, uint32_t slot);

#endif
