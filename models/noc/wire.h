/* Wires of the mesh engine: putting flits and credits on them, bit helpers. */
#ifndef SQZ_NOC_WIRE_H
#define SQZ_NOC_WIRE_H

#include "noc/state.h"

static inline unsigned sqz_noc_lowest(uint64_t mask)
{
	return (unsigned)__builtin_ctzll(mask);
}

/* First set bit at or after `start`, else the lowest: a round-robin arbiter.
 * The mask must not be empty. */
static inline unsigned sqz_noc_first_from(uint64_t mask, unsigned start)
{
	uint64_t above = mask & (~0ull << start);

	return sqz_noc_lowest(above ? above : mask);
}

/* The one after i in a ring of n. */
static inline uint8_t sqz_noc_after(unsigned i, unsigned n)
{
	return (uint8_t)(i + 1 == n ? 0 : i + 1);
}

static inline void sqz_noc_set_bit(uint64_t *map, uint32_t i)
{
	map[i >> 6] |= 1ull << (i & 63);
}

static inline void sqz_noc_clear_bit(uint64_t *map, uint32_t i)
{
	map[i >> 6] &= ~(1ull << (i & 63));
}

static inline uint32_t sqz_noc_flit_slot(uint64_t flit)
{
	return (uint32_t)flit;
}

static inline uint32_t sqz_noc_flit_seq(uint64_t flit)
{
	return (uint32_t)(flit >> SQZ_FLIT_SEQ_SHIFT) & SQZ_FLIT_SEQ_MASK;
}

/* Latches the first violation; the step reports it. */
static inline void sqz_noc_fault(struct sqz_noc *noc, const char *what,
				 uint32_t place, uint32_t vc)
{
	if (noc->fault)
		return;
	noc->fault = what;
	noc->fault_place = place;
	noc->fault_vc = vc;
}

static inline void sqz_noc_send_flit(struct sqz_noc *noc,
				     struct sqz_noc_flit_wheel *wheel,
				     unsigned delay,
				     struct sqz_noc_flit_event event)
{
	unsigned slot = (unsigned)(noc->cycle + delay) & noc->wheel_mask;

	wheel->events[slot * wheel->capacity + wheel->count[slot]++] = event;
}

static inline void sqz_noc_send_credit(struct sqz_noc *noc,
				       struct sqz_noc_credit_wheel *wheel,
				       unsigned delay, uint32_t place,
				       uint32_t vc)
{
	unsigned slot = (unsigned)(noc->cycle + delay) & noc->wheel_mask;
	struct sqz_noc_credit_event *event =
	    &wheel->events[slot * wheel->capacity + wheel->count[slot]++];

	event->place = place;
	event->vc = vc;
	noc->credits_out++;
}

#endif
