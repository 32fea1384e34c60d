/*
 * State of the engine at both levels. The packet level (level.h) uses the same
 * VCs, masks, credits, source queues and counters; it has events of its own
 * where the flit level has flits, wheels and stages, of which this speaks.
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
 * A router is visited only for VCs in va_wait (set va_awake) or sa_ready (set
 * sa_awake). What ends a wait adds it: an arriving flit or credit, a released
 * VC. Nodes are visited in the same way, in sending and ejecting.
 *
 * Wires and delays are wheels: a slot for each of the next cycles, with a list
 * of what arrives then. As every wire carries at most one flit (one credit) a
 * cycle, a slot never holds more entries than there are wires. While all sets
 * are empty, nothing happens before the next slot with entries.
 *
 * The hot paths avoid branches on what flits happen to do: a list entry is
 * written always and counted only if it is wanted.
 */
#ifndef SQZ_NOC_STATE_H
#define SQZ_NOC_STATE_H

#include "noc/noc.h"

#include <stddef.h>

#define SQZ_NOC_NONE UINT32_MAX

/* A flit: packet slot and where it stands. 32 bits, because buffers are most of
 * what a step touches. */
#define SQZ_FLIT_HEAD (1u << 31)
#define SQZ_FLIT_TAIL (1u << 30)
#define SQZ_FLIT_SLOT (SQZ_FLIT_TAIL - 1)

/* VCs of a router by state. */
struct sqz_noc_masks {
	uint64_t va_wait;
	uint64_t va_blocked;
	uint64_t sa_ready;
	uint64_t active;   /* input VC holds an output VC */
	uint64_t filled;   /* input VC buffer not empty */
	uint64_t out_free; /* output VC held by no packet */
	uint64_t late;	   /* wants the upper half of its class's VCs */
};

/* Input VC: its buffer is a ring in `flits`. */
struct sqz_noc_invc {
	uint8_t head;
	uint8_t count;
	uint8_t out_port;
	uint8_t out_vc; /* while active, or granted: output VC number */
};

struct sqz_noc_ring {
	uint8_t head;
	uint8_t count;
};

struct sqz_noc_outvc {
	uint8_t credits;
	uint8_t owner; /* input VC that holds it */
};

/* iSLIP pointers of VC allocation. */
struct sqz_noc_va_rr {
	uint8_t accept; /* as input VC: output VC preferred */
	uint8_t grant;	/* as output VC: input VC preferred */
};

/* What a router port leads to, and what feeds it. */
enum sqz_noc_end { SQZ_NOC_TO_ROUTER, SQZ_NOC_TO_NODE, SQZ_NOC_ENDS };

/* iSLIP pointers of a router port, in switch allocation. */
struct sqz_noc_rr {
	uint8_t grant;	/* as output: first VC of the input port preferred */
	uint8_t accept; /* as input: output port preferred */
	uint8_t vc;	/* as input: VC preferred, by its number */
};

/* VC number of a router, or VC of a node. */
struct sqz_noc_vc_event {
	uint32_t vc : 8;
	uint32_t place : 24;
};

struct sqz_noc_flit_event {
	uint32_t flit;
	struct sqz_noc_vc_event to;
};

/* What is due in one cycle. */
struct sqz_noc_flit_list {
	struct sqz_noc_flit_event *events;
	size_t count;
};

struct sqz_noc_vc_list {
	struct sqz_noc_vc_event *events;
	size_t count;
};

/* Routers or nodes: a bit for each, and in `groups` a bit for each word that is
 * not 0. */
struct sqz_noc_set {
	uint64_t *words, *groups;
};

struct sqz_noc_flit_wheel {
	struct sqz_noc_flit_event *events; /* slots x capacity */
	struct sqz_noc_flit_list *slots;
	size_t capacity;
};

struct sqz_noc_vc_wheel {
	struct sqz_noc_vc_event *events;
	struct sqz_noc_vc_list *slots;
	size_t capacity;
};

/* A packet that lives; unused ones form a list through `next`. */
struct sqz_noc_slot {
	struct sqz_noc_packet info;
	uint32_t next;	/* in its source queue */
	uint32_t older; /* list by time of injection */
	uint32_t younger;
	uint32_t ejected; /* flits */
};

/* What routers need of a packet, apart and small: the router and port that it
 * leaves the network by. */
struct sqz_noc_route {
	uint32_t router;
	uint32_t hops : 24;
	uint32_t port : 8;
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
	uint32_t router;       /* that the node is at */
	uint8_t first_vc;      /* of the node's port there, by its number */
	uint8_t last_class;    /* class that sent last */
	uint8_t eject_vc;      /* VC to be preferred at ejection */
};

struct sqz_noc {
	struct sqz_noc_config config;
	struct sqz_noc_sink sink;
	unsigned nodes, routers, ports, vcs, pv;
	unsigned groups; /* words of a set's groups */
	uint64_t cycle;
	uint64_t watch_at; /* the cycle before which monitors see nothing */

	/* by input or output VC number */
	uint8_t port_of[64], vc_of[64], class_of[64];
	/* the VC that follows within the port, the first of the port that
	 * follows, both in a ring */
	uint8_t next_vc[64], next_port[64];
	/* by port: the end it leads to; the VC there, by VC number here */
	enum sqz_noc_end end[8];
	uint8_t entry_of[64];
	/* masks of VC numbers */
	uint64_t port_mask[8], class_mask[64];
	/* output VCs of links that only those may take that are not late, or
	 * only those that are; none but in a torus */
	uint64_t early_only, late_only;
	/* by class */
	uint8_t class_first[64], class_count[64];

	/* by router, and router x port or VC */
	struct sqz_noc_masks *masks;
	struct sqz_noc_set sa_awake, va_awake; /* routers */
	uint32_t *peer; /* router x port: router or node, NONE at the edge */
	struct sqz_noc_rr *rr;
	struct sqz_noc_invc *invc;
	struct sqz_noc_outvc *outvc;
	struct sqz_noc_va_rr *va_rr;
	uint32_t *flits;  /* (router x pv) buffers of vc_depth */
	uint64_t *toward; /* router x port: VCs whose packet leaves by it */
	uint16_t *x, *y;  /* coordinates of routers */
	unsigned columns, rows; /* of routers */
	uint8_t *table;		/* router x node: output port; NULL if unused */

	/* stages under way, by the cycle in which they end */
	struct sqz_noc_vc_wheel routing, va_results, sa_results;
	/* output VCs whose tail left in this cycle */
	struct sqz_noc_vc_list released;

	/* by node, node x class, node x vc */
	struct sqz_noc_node *node;
	struct sqz_noc_set sending;  /* nodes that may have a flit to send */
	struct sqz_noc_set ejecting; /* nodes that may have one to take from
				      * their ejection buffers */
	struct sqz_noc_queue *queue;
	uint8_t *ni_credits;
	uint32_t *eject_flits; /* (node x vcs) buffers of vc_depth */
	struct sqz_noc_ring *eject_ring;

	/* wires, by the end they lead to */
	struct sqz_noc_flit_wheel flit_wire[SQZ_NOC_ENDS];
	struct sqz_noc_vc_wheel credit_wire[SQZ_NOC_ENDS];
	unsigned wheel_mask; /* slots - 1, of all wheels */
	/* cycles from the step that sends to the step that receives: from
	 * routers by end, from nodes */
	unsigned flit_delay[SQZ_NOC_ENDS], credit_delay[SQZ_NOC_ENDS];
	unsigned inject_delay, eject_credit_delay;
	/* the lists that what is sent in this cycle goes to */
	struct sqz_noc_flit_list *flit_out[SQZ_NOC_ENDS], *inject_out;
	struct sqz_noc_vc_list *credit_out[SQZ_NOC_ENDS], *eject_credit_out;

	struct sqz_noc_level *level; /* NULL at flit level */

	struct sqz_noc_pool pool;
	/* credits_out: credits on their way, at packet level all events */
	uint64_t queued_packets, in_network, credits_out;

	/* counters; the waits are sums of (end - begin): begin is subtracted
	 * when a wait begins, so is too early for those that still wait */
	uint64_t *link_flits;
	struct sqz_noc_stalls *stalls;
	struct sqz_noc_traffic *traffic;

	const char *fault; /* what a monitor saw in this step; NULL if fine */
	uint32_t fault_place, fault_vc;
};

#endif
