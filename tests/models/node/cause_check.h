/*
 * For unit tests of nodes: reckons from the causes of packets, and from when
 * packets came, at which times they can leave. A time that is not that of the
 * set of causes, or later than the packet left, fails the test.
 */
#ifndef SQZ_TESTS_CAUSE_CHECK_H
#define SQZ_TESTS_CAUSE_CHECK_H

#include "node/pool.h"

struct cause_check {
	uint32_t packets; /* checked */
	uint32_t marks;
	uint32_t early; /* ready before they left: the network was full */
};

extern struct cause_check cause_check;

/* Forgets all ids. */
void cause_check_reset(void);

/* What env->mark() does. */
uint64_t cause_check_mark(struct sqz_packet_pool *pool, uint16_t node,
			  const struct sqz_causes *causes);

/* A node sends; one that says nothing about why is not checked. */
void cause_check_sent(const struct sqz_packet *packet, sqz_ps now);
/* Offered to a node, which takes it or is offered it again. */
void cause_check_taken(const struct sqz_packet *packet, sqz_ps now);

#endif
