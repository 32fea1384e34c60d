/*
 * State of the mesh engine.
 *
 * Everything is a flat array. A router's input VCs are numbered
 * port * vcs + vc (0 .. pv - 1, pv = ports * vcs <= 64), its output VCs the
 * same way, so that "all VCs that ..." is one 64-bit mask and allocation is a
 * handful of bit operations. Per-VC arrays are indexed router * pv + number.
 *
 * Life of an input VC with flits in its buffer:
 *	routing: its number waits in `routing` for the end of the stage
 *	va_wait: wants an output VC of its port, and one may be free
 *	va_blocked: wants one, but its class has none free there; goes back to
 *		va_wait when one is released
 *	active: holds an output VC; sa_ready too if it has a flit and a credit,
 *		so bids in switch allocation
 * If VC or switch allocation takes several cycles, those that asked wait in
 * `va_results` or `sa_results` meanwhile and in none of the masks.
 *
 * A router is visited only for VCs in va_wait (bitmap va_awake) or sa_ready
 * (bitmap sa_awake). What ends a wait sets the bit: an arriving flit or credit,
 * a released VC.
 *
 * Wires and delays are wheels: a slot for each of the next cycles, with a list
 * of what arrives then. As every wire carries at most one flit (one credit) a
 * cycle, a slot never holds more entries than there are wires.
 *
 * The hot paths avoid branches on what flits happen to do: a list entry is
 * written always and counted only if it is wanted.
 */
#ifndef SQZ_NOC_STATE_H
#define SQZ_NOC_STATE_H

#include "noc/noc.h"

#include <stddef.h>

#define SQZ_NOC_NONE UINT32_MAX

/* A flit: packet slot, number within the packet, and where it stands. */
#define SQZ_FLIT_HEAD	   (1ull << 63)
#define SQZ_FLIT_TAIL	   (1ull << 62)
#define SQZ_FLIT_SEQ_SHIFT 32
#define SQZ_FLIT_SEQ_MASK  ((1u << 30) - 1)

/* VCs of a router by state. */
struct sqz_noc_masks {
	uint64_t va_wait;
	uint64_t va_blocked;
	uint64_t sa_ready;
	uint64_t active;   /* input VC holds an output VC */
	uint64_t filled;   /* input VC buffer not empty */
	uint64_t out_free; /* output VC held by no packet */
};

/* Input VC: its buffer is a ring in `flits`. */
struct sqz_noc_invc {
	uint16_t head;
	uint16_t count;
	uint8_t out_port;
	uint8_t out_vc;	   /* while active: output VC number, 0..pv - 1 */
	uint8_t va_accept; /* iSLIP: output VC to be preferred next */
	uint8_t va_grant;  /* delayed VC allocation: its result */
};

struct sqz_noc_ring {
	uint16_t head;
	uint16_t count;
};

struct sqz_noc_outvc {
	uint16_t credits;
	uint8_t owner;	  /* input VC that holds it */
	uint8_t va_grant; /* iSLIP: input VC to be preferred next */
};

/* What is at the other end of a router port, in both directions. */
enum sqz_noc_end { SQZ_NOC_TO_ROUTER, SQZ_NOC_TO_NODE, SQZ_NOC_ENDS };

struct sqz_noc_peer {
	uint32_t place;	  /* router or node; SQZ_NOC_NONE at the edge */
	uint16_t vc_base; /* number of the port's first VC there */
	uint16_t end;	  /* enum sqz_noc_end */
};

/* iSLIP pointers of a router port. */
struct sqz_noc_rr {
	uint8_t sa_grant;  /* as output: input port preferred next */
	uint8_t sa_accept; /* as input: output port preferred next */
	uint8_t sa_vc;	   /* as input: VC preferred next */
};

struct sqz_noc_flit_event {
	uint64_t flit;
	uint32_t place; /* router or node */
	uint32_t vc;	/* input VC number of the router, or VC at the node */
};

struct sqz_noc_vc_event {
	uint32_t place;
	uint32_t vc;
};

struct sqz_noc_flit_wheel {
	struct sqz_noc_flit_event *events; /* slots x capacity */
	uint32_t *count;		   /* for each slot */
	size_t capacity;
};

struct sqz_noc_vc_wheel {
	struct sqz_noc_vc_event *events;
	uint32_t *count;
	size_t capacity;
};

/* A packet that lives; unused ones form a list through `next`. */
struct sqz_noc_slot {
	struct sqz_noc_packet info;
	uint32_t next;	/* in its source queue */
	uint32_t older; /* list by time of injection */
	uint32_t younger;
	uint32_t next_seq; /* flit expected at ejection */
};

/* What routers need of a packet, apart and small. */
struct sqz_noc_route {
	uint32_t dst;
	uint32_t hops;
};

struct sqz_noc_pool {
	struct sqz_noc_slot *slots;
	struct sqz_noc_route *routes;
	uint32_t capacity;
	uint32_t free;
	uint32_t oldest, youngest; /* in the network */
};

/* Source queue of a node and class. */
struct sqz_noc_queue {
	uint32_t first, last; /* packet slots */
	uint32_t packets;
	uint32_t sent; /* flits of the first packet that have gone */
	uint64_t flits;
	uint8_t vc;	 /* of the packet being sent */
	uint8_t last_vc; /* of the packet before: the search starts there */
};

struct sqz_noc_node {
	uint64_t eject_filled; /* VCs with a non-empty ejection buffer */
	uint32_t held_classes; /* classes the sink does not take */
	uint32_t queued;       /* classes with a packet in the queue, a mask */
	uint8_t last_class;    /* class that sent last */
	uint8_t eject_vc;      /* VC to be preferred at ejection */
};

struct sqz_noc {
	struct sqz_noc_config config;
	struct sqz_noc_sink sink;
	unsigned nodes, ports, vcs, pv;
	uint64_t cycle;

	/* by input or output VC number */
	uint8_t port_of[64], vc_of[64], class_of[64];
	/* masks of VC numbers */
	uint64_t port_mask[8], class_mask[64];
	/* by class */
	uint8_t class_first[64], class_count[64];

	/* by router, and router x port or VC */
	struct sqz_noc_masks *masks;
	uint64_t *sa_awake, *va_awake; /* bitmaps of routers */
	struct sqz_noc_peer *peer;
	struct sqz_noc_rr *rr;
	struct sqz_noc_invc *invc;
	struct sqz_noc_outvc *outvc;
	uint64_t *flits; /* (router x pv) buffers of vc_depth */
	uint64_t *want;	 /* router x port: VCs that want an output VC of it */
	uint16_t *x, *y; /* coordinates of routers */

	/* stages under way, by the cycle in which they end */
	struct sqz_noc_vc_wheel routing, va_results, sa_results;
	/* output VCs whose tail left in this cycle */
	struct sqz_noc_vc_event *released;
	uint32_t released_count;

	/* by node, node x class, node x vc */
	struct sqz_noc_node *node;
	uint64_t *sending;  /* bitmap of nodes that may have a flit to send */
	uint64_t *ejecting; /* bitmap of nodes with a filled ejection buffer */
	struct sqz_noc_queue *queue;
	uint16_t *ni_credits;
	uint64_t *eject_flits; /* (node x vcs) buffers of vc_depth */
	struct sqz_noc_ring *eject_ring;

	/* wires, by the end they lead to */
	struct sqz_noc_flit_wheel flit_wire[SQZ_NOC_ENDS];
	struct sqz_noc_vc_wheel credit_wire[SQZ_NOC_ENDS];
	unsigned wheel_mask; /* slots - 1, of all wheels */
	/* cycles from the step that sends to the step that receives: from
	 * routers by end, from nodes */
	unsigned flit_delay[SQZ_NOC_ENDS], credit_delay[SQZ_NOC_ENDS];
	unsigned inject_delay, eject_credit_delay;

	struct sqz_noc_pool pool;
	uint64_t queued_packets, in_network, credits_out;

	/* counters; the waits are sums of (end - begin), where begin was
	 * subtracted already for those that still wait */
	uint64_t *link_flits;
	struct sqz_noc_stalls *stalls;
	struct sqz_noc_traffic *traffic;

	const char *fault; /* what a monitor saw in this step; NULL if fine */
	uint32_t fault_place, fault_vc;
};

#endif
