/*
 * The second fidelity: packets instead of flits, links reserved for whole
 * packets. Same queues, routing, VCs, buffers and counters as the flit level;
 * what is left out is that flits of several packets share a link by turns.
 *
 * A packet of L flits that starts over a link at cycle s holds the link and its
 * input port until s + L. It wants a VC behind the link whose last packet has
 * left, with room for the packet (for all of the buffer if it is longer), and
 * holds the VC until its tail has left: at s + L, but if it is longer than the
 * buffer not before its front has moved on. Room comes back when a packet
 * starts to leave a buffer: who comes next arrives flit by flit as it goes.
 * Without other traffic all times are those of the flit level.
 *
 * Everything happens in events; a router is looked at only when something that
 * it waits for may have changed.
 */
#ifndef SQZ_NOC_LEVEL_H
#define SQZ_NOC_LEVEL_H

#include "noc/state.h"

enum sqz_noc_event_kind {
	SQZ_NOC_HEAD,	   /* slot's head comes to input VC vc of a router */
	SQZ_NOC_READY,	   /* front of input VC vc may cross the switch */
	SQZ_NOC_GONE,	   /* front of input VC vc has left */
	SQZ_NOC_ROOM,	   /* output VC vc has `flits` more room */
	SQZ_NOC_WAKE,	   /* look at the router */
	SQZ_NOC_NODE_GONE, /* slot has left its node */
	SQZ_NOC_NODE_ROOM, /* VC vc of a node has `flits` more room */
	SQZ_NOC_NODE_HEAD, /* slot's head comes to its node */
	SQZ_NOC_NODE_TAIL  /* slot's tail has come to its node */
};

struct sqz_noc_event {
	uint64_t due;
	uint32_t slot, place;
	uint8_t kind, vc;
	uint16_t flits;
};

struct sqz_noc_event_list {
	struct sqz_noc_event *events;
	size_t count, capacity;
};

#define SQZ_NOC_EVENT_SLOTS 256

/* Packets in the order of their arrival, linked by sqz_noc_travel.next. */
struct sqz_noc_fifo {
	uint32_t first, last;
};

/* Where a packet's tail is: at input VC `vc` of a router, or at its node (vc is
 * SQZ_NOC_AT_NODE). `started`: when the head left there. */
#define SQZ_NOC_AT_NODE UINT8_MAX

struct sqz_noc_travel {
	uint64_t started;
	uint32_t next, place;
	uint8_t vc;
	uint8_t last_vc; /* it comes to its node by */
	bool gone;	 /* GONE is on its way already */
};

struct sqz_noc_level {
	struct sqz_noc_event_list wheel[SQZ_NOC_EVENT_SLOTS];
	struct sqz_noc_travel *travel; /* by packet slot */
	uint32_t travel_capacity;
	/* by router x port: until when link and input port are taken */
	uint64_t *link_free, *in_free;
	/* by router x VC */
	struct sqz_noc_fifo *fifo;
	uint64_t *vc_free;  /* output VC: from when on it may be given away */
	uint64_t *ready_at; /* input VC: since when its front waits */
	uint8_t *blocked;   /* input VC: why, when it was looked at first */
	uint64_t *wake_at;  /* by router: the next WAKE */
	/* by node */
	uint64_t *send_free, *take_free;
	uint64_t *sending_vcs;	      /* VCs by which packets are leaving */
	struct sqz_noc_fifo *arrived; /* node x class */
	uint8_t *last_class;	      /* that the node took */
};

/* NULL if memory ran out. */
struct sqz_noc_level *sqz_noc_level_create(const struct sqz_noc *noc);
void sqz_noc_level_destroy(struct sqz_noc_level *level); /* NULL is fine */

/* Makes place for as many packets as the pool has. 0, or -1 with err set. */
int sqz_noc_level_fit(struct sqz_noc *noc, struct sqz_error *err);

/* One cycle at packet level. (level.c) */
void sqz_noc_level_step(struct sqz_noc *noc);

/* --- internal --- */

void sqz_noc_level_post(struct sqz_noc *noc, struct sqz_noc_event event);

/* Flits of a buffer that a packet takes. */
unsigned sqz_noc_level_need(const struct sqz_noc *noc, uint32_t slot);

/* The packet's head has gone on at this cycle, out of a buffer: tells when its
 * tail has left the place before. */
void sqz_noc_level_moved_on(struct sqz_noc *noc, uint32_t slot);

void sqz_noc_level_push(struct sqz_noc *noc, struct sqz_noc_fifo *fifo,
			uint32_t slot);

/* Nodes: packets that come, and those that leave. (level_node.c) */
void sqz_noc_level_node_event(struct sqz_noc *noc,
			      const struct sqz_noc_event *event);
void sqz_noc_level_nodes_take(struct sqz_noc *noc);
void sqz_noc_level_nodes_send(struct sqz_noc *noc);

#endif
