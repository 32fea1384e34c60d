/*
 * The on-chip network, flit by flit, in plain C.
 *
 * Routers have input queues with private virtual-channel (VC) buffers,
 * wormhole switching, credits and separable VC and switch allocators (iSLIP,
 * one iteration). All time is in cycles of the network's clock; the counter is
 * 64 bit wide. Node n sits at x = n % width, y = n / width and has one network
 * interface.
 *
 * Topologies: in a mesh and in a torus every node has a router of its own, with
 * its number. A torus also has links around the rim; a class's VCs are two
 * halves, the upper one for packets that need not pass the rim any more in this
 * direction, so that rings do not deadlock. In a concentrated mesh 2 x 2 nodes
 * share a router; routers are numbered row by row, too.
 *
 * Routing: along x first, along y first, west first (mesh only: all steps to
 * the west, then by whichever productive port has more room), or by a table.
 *
 * A cycle of a router: routing (routing_delay), VC allocation
 * (vc_alloc_delay), switch allocation (sw_alloc_delay), switch traversal (1),
 * then link_cycles on the wire. routing_delay 0 means look-ahead routing.
 * Injection and ejection channels take 1 cycle each. Without other traffic a
 * packet of L flits that visits H routers takes, from sqz_noc_inject() to the
 * ejection of its tail,
 *
 *	H * (routing + vc_alloc + sw_alloc + 1 + link) + 3 - link + L - 1
 *
 * cycles: 5 H + 2 + (L - 1) with the default configuration, as long as a VC
 * buffer covers the credit round trip (a deeper one never waits at zero load).
 *
 * Credits: a flit that leaves a buffer frees it upstream after link_cycles on
 * the credit wire and credit_cycles of processing. An output VC may be given
 * to the next packet as soon as the tail has left the router; it does not wait
 * for the tail's credit.
 *
 * Message classes own VCs of their own, so that a class never waits for
 * another one's buffers: class c owns vcs / classes consecutive VCs, the first
 * vcs % classes classes one more. Where a class has several VCs, packets of one
 * flow may overtake each other; with one VC per class they cannot. Flits of a
 * packet always stay in order.
 *
 * Memory is linear in nodes; a step costs time only for the routers that can
 * move something, and cycles in which none can may be skipped. Everything is
 * deterministic.
 */
#ifndef SQZ_NOC_NOC_H
#define SQZ_NOC_NOC_H

#include "host/error.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Router ports. A link is named by the router it leaves and the port. */
enum sqz_noc_port {
	SQZ_NOC_EAST,  /* x + 1 */
	SQZ_NOC_WEST,  /* x - 1 */
	SQZ_NOC_SOUTH, /* y + 1 */
	SQZ_NOC_NORTH, /* y - 1 */
	SQZ_NOC_LOCAL, /* network interface of the first node */
	SQZ_NOC_PORTS, /* of a router with one node */
	SQZ_NOC_MAX_PORTS = SQZ_NOC_LOCAL + 4
};

enum sqz_noc_topology { SQZ_NOC_MESH, SQZ_NOC_TORUS, SQZ_NOC_CMESH };

enum sqz_noc_routing {
	SQZ_NOC_XY,
	SQZ_NOC_YX,
	SQZ_NOC_WEST_FIRST,
	SQZ_NOC_TABLE
};

/* Monitors: checks during the run; a violation makes sqz_noc_step() fail.
 * Always watched: buffer and credit bounds at flit level, the right node at
 * packet level. */
enum sqz_noc_monitor {
	SQZ_NOC_CHECK_ORDER = 1, /* flits of a packet in order, right node */
	SQZ_NOC_CHECK_AGE = 2,	 /* time in the network <= age_limit_cycles */
	SQZ_NOC_CHECK_AUDIT = 4, /* sqz_noc_check() every check_cycles: no flit
				  * lost; at flit level credits add up */
	SQZ_NOC_CHECK_DEADLOCK = 8, /* no VCs wait for each other in a cycle,
				     * no packet goes round; looked for every
				     * age_limit_cycles if a packet is older */
	SQZ_NOC_CHECK_ALL = 15
};

/* At packet level links are reserved for whole packets: faster, and not exact
 * under load; `sqz noc --compare-fidelity` prints the error. There stalls count
 * packets, not VCs. */
enum sqz_noc_fidelity { SQZ_NOC_FLITS, SQZ_NOC_PACKETS };

struct sqz_noc_config {
	unsigned width;	 /* nodes in x, 1..256 */
	unsigned height; /* nodes in y, 1..256 */
	enum sqz_noc_topology topology;
	enum sqz_noc_routing routing;
	enum sqz_noc_fidelity fidelity;
	/* For SQZ_NOC_TABLE: routers x nodes output ports; copied. */
	const uint8_t *table;
	unsigned vcs;		   /* virtual channels of a port, 1..12; a
				    * concentrated mesh 1..8, a torus two for
				    * each class */
	unsigned classes;	   /* message classes, 1..vcs */
	unsigned vc_depth;	   /* flits of a VC buffer, 1..255 */
	unsigned routing_delay;	   /* cycles, 0 (look-ahead)..16 */
	unsigned vc_alloc_delay;   /* cycles, 1..16 */
	unsigned sw_alloc_delay;   /* cycles, 1..16 */
	unsigned link_cycles;	   /* between routers, 1..64 */
	unsigned credit_cycles;	   /* processing of a credit, 0..64 */
	unsigned monitors;	   /* OR of enum sqz_noc_monitor */
	uint64_t age_limit_cycles; /* for SQZ_NOC_CHECK_AGE, from injection of
				    * the head, at least 1 */
	uint64_t check_cycles;	   /* for SQZ_NOC_CHECK_AUDIT, at least 1 */
};

/* What is told about a packet when it arrives. */
struct sqz_noc_packet {
	void *cookie;
	unsigned src, dst;
	unsigned msg_class;
	unsigned flits;
	unsigned hops;		 /* routers visited */
	uint64_t created_cycle;	 /* sqz_noc_inject() */
	uint64_t injected_cycle; /* head left the source queue */
	uint64_t head_cycle;	 /* head ejected at the destination */
	uint64_t tail_cycle;	 /* tail ejected; 0 in the head's call */
};

/* Calls from inside sqz_noc_step(). Of head and tail at most one packet a node
 * and cycle, in the order of the node numbers within a cycle unless a sink was
 * held back. These two may call sqz_noc_inject() and sqz_noc_sink_ready(),
 * nothing else that changes the network; left() may change nothing. Any may be
 * NULL. */
struct sqz_noc_sink {
	void *ctx;
	void (*head)(void *ctx, unsigned node,
		     const struct sqz_noc_packet *packet, uint64_t cycle);
	void (*tail)(void *ctx, unsigned node,
		     const struct sqz_noc_packet *packet, uint64_t cycle);
	/* The first packet of a source queue has gone into the network. */
	void (*left)(void *ctx, unsigned node, unsigned msg_class);
};

struct sqz_noc;

/* Default: 4 x 4, 4 VCs of 8 flits, one class, pipeline 1-1-1-1, link 1,
 * credit 1, no monitors. */
struct sqz_noc_config sqz_noc_config_default(void);

/* NULL with err set if a setting is out of range (fewer VCs than classes, for
 * instance) or memory ran out. */
struct sqz_noc *sqz_noc_create(const struct sqz_noc_config *config,
			       struct sqz_error *err);
void sqz_noc_destroy(struct sqz_noc *noc); /* NULL is fine */

void sqz_noc_set_sink(struct sqz_noc *noc, const struct sqz_noc_sink *sink);

unsigned sqz_noc_nodes(const struct sqz_noc *noc);
unsigned sqz_noc_routers(const struct sqz_noc *noc);
/* Routers in x: router r sits in column r % columns, row r / columns; there are
 * routers / columns rows. */
unsigned sqz_noc_columns(const struct sqz_noc *noc);
unsigned sqz_noc_ports(const struct sqz_noc *noc); /* of a router */
const struct sqz_noc_config *sqz_noc_settings(const struct sqz_noc *noc);
/* First VC of a class and, by count, how many it owns. */
unsigned sqz_noc_class_vcs(const struct sqz_noc *noc, unsigned msg_class,
			   unsigned *count);

/*
 * Appends a packet to the unbounded source queue of its node and class; it may
 * enter the network in this cycle's step. A node sends one flit a cycle, its
 * classes take turns; a queue never holds up another class's. src may equal
 * dst. Returns 0, or -1 with err set on a bad node, class or length
 * (1..2^30 - 1 flits) or lack of memory.
 */
int sqz_noc_inject(struct sqz_noc *noc, unsigned src, unsigned dst,
		   unsigned msg_class, unsigned flits, void *cookie,
		   struct sqz_error *err);

/* What waits in the source queue of a node and class, the packet that is
 * being sent included until its tail has gone. */
unsigned sqz_noc_queued_packets(const struct sqz_noc *noc, unsigned node,
				unsigned msg_class);
uint64_t sqz_noc_queued_flits(const struct sqz_noc *noc, unsigned node,
			      unsigned msg_class);

/*
 * Whether the node takes packets of the class (at first all do). While not,
 * no head of the class is ejected: flits fill the ejection buffers (vc_depth a
 * VC), then back-pressure the network. A packet whose head was ejected is
 * finished; other classes go on. Node and class must exist, here as in all
 * calls below.
 */
void sqz_noc_sink_ready(struct sqz_noc *noc, unsigned node, unsigned msg_class,
			bool ready);

/* Runs one cycle. 0, or -1 with err set when a monitor found a violation (the
 * network must not be used any further then). */
int sqz_noc_step(struct sqz_noc *noc, struct sqz_error *err);

/* The next cycle to run; inside a sink call, the running one. */
uint64_t sqz_noc_cycle(const struct sqz_noc *noc);

/* Nothing queued, buffered or on a wire, all credits back home: a step would
 * only count the cycle. */
bool sqz_noc_idle(const struct sqz_noc *noc);

/* How many of the next cycles could only be counted, because all that is in the
 * network waits for them to pass, or for a sink; UINT64_MAX: all of them, until
 * a packet is injected or a sink takes more. At packet level 0 unless idle. */
uint64_t sqz_noc_quiet(const struct sqz_noc *noc);

/* Lets quiet cycles pass at no cost. If fewer are quiet, nothing happens and -1
 * is returned. */
int sqz_noc_skip(struct sqz_noc *noc, uint64_t cycles);

/* Verifies, over the whole network, that no flit was lost or doubled and that
 * credits, buffered flits and those on the wire add up to vc_depth for every
 * VC. At packet level only that the flits of packets that entered and left
 * agree with what is in the network. Slow; between steps only. 0, or -1 with
 * err set. */
int sqz_noc_check(const struct sqz_noc *noc, struct sqz_error *err);

/* An input VC that waits for the next one of a cycle. */
struct sqz_noc_wait {
	unsigned router, port, vc;
	unsigned src, dst; /* of the packet in front; equal to the number of
			    * nodes if the buffer is empty */
};

/* Finds VCs that wait for each other in a cycle, so that none will ever move.
 * Returns how many, 0 if there is no such cycle; stores at most `max`. Slow;
 * between steps only. */
unsigned sqz_noc_find_deadlock(const struct sqz_noc *noc,
			       struct sqz_noc_wait *waits, unsigned max);

/* --- counters, all from the start --- */

/* Cycles in which something waited for a link, added up over all input VCs.
 * A local port's link leads to the network interface. */
struct sqz_noc_stalls {
	uint64_t vc_busy;   /* a head got no output VC */
	uint64_t no_credit; /* a flit's next buffer was full */
	uint64_t lost;	    /* a flit lost in switch allocation */
};

struct sqz_noc_traffic {
	uint64_t injected_packets, injected_flits; /* sent into the network */
	uint64_t ejected_packets, ejected_flits;
};

/* Where a link leads to: a router, for local ports a node; -1 if there is no
 * such link. */
int sqz_noc_link_end(const struct sqz_noc *noc, unsigned router, unsigned port);
/* east, west, south, north, local or local0 to local3 */
const char *sqz_noc_port_name(const struct sqz_noc *noc, unsigned port);
uint64_t sqz_noc_link_flits(const struct sqz_noc *noc, unsigned router,
			    unsigned port);
struct sqz_noc_stalls sqz_noc_link_stalls(const struct sqz_noc *noc,
					  unsigned router, unsigned port);
/* Of all links, by router, then by port: routers x ports. */
const uint64_t *sqz_noc_all_link_flits(const struct sqz_noc *noc);
/* The sums over all links. */
struct sqz_noc_stalls sqz_noc_all_stalls(const struct sqz_noc *noc);
struct sqz_noc_traffic sqz_noc_node_traffic(const struct sqz_noc *noc,
					    unsigned node, unsigned msg_class);
/* Router traversals of flits. */
uint64_t sqz_noc_flit_hops(const struct sqz_noc *noc);
/* Injected and not yet ejected. */
uint64_t sqz_noc_flits_in_network(const struct sqz_noc *noc);

#ifdef __cplusplus
}
#endif

#endif
