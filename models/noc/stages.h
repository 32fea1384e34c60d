/*
 * The pipeline stages of all routers, one file each.
 *
 * In a cycle they run in the order of the declarations below, last stage first,
 * so that each sees only what was there when the cycle began. Output VCs that
 * the switch stage releases are set free at the end, because VC allocation must
 * not see them before the next cycle. So one pipeline stage takes one cycle,
 * without double buffering.
 */
#ifndef SQZ_NOC_STAGES_H
#define SQZ_NOC_STAGES_H

#include "noc/state.h"

/* Flits and credits that reach routers in this cycle. (receive.c) */
void sqz_noc_routers_receive(struct sqz_noc *noc);

/* Switch allocation; winners leave their buffers. (switch.c) */
void sqz_noc_switch_stage(struct sqz_noc *noc);

/* VC allocation. (vc_alloc.c) */
void sqz_noc_vc_stage(struct sqz_noc *noc);

/* Frees the output VCs whose tails have left; the heads behind these in the
 * input VCs start with routing in the next cycle. (route.c) */
void sqz_noc_release_stage(struct sqz_noc *noc);

/* Routing: heads whose stage ends ask for an output VC. (route.c) */
void sqz_noc_route_stage(struct sqz_noc *noc);

/* Input VC i (event.vc) asks for an output VC from cycle `begin` on; called
 * directly, without a stage, where routing is done ahead. (route.c) */
void sqz_noc_enter_va(struct sqz_noc *noc, struct sqz_noc_vc_event event,
		      uint64_t begin);

/* At packet level: chooses the output port of a packet in input VC event.vc.
 * (route.c) */
void sqz_noc_level_route(struct sqz_noc *noc, struct sqz_noc_vc_event event,
			 uint32_t slot);

/* The port by which XY takes packets to a node on from a router. (route.c) */
unsigned sqz_noc_port_xy(const struct sqz_noc *noc, uint32_t router,
			 uint32_t node);

#endif
