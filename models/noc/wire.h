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

/* Sets bit i if `on` is 1, does nothing if 0. */
static inline void sqz_noc_set_bit_if(uint64_t *map, uint32_t i, unsigned on)
{
	map[i >> 6] |= (uint64_t)on << (i & 63);
}

static inline void sqz_noc_set_bit(uint64_t *map, uint32_t i)
{
	sqz_noc_set_bit_if(map, i, 1);
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

static inline unsigned sqz_noc_slot_in(const struct sqz_noc *noc,
				       unsigned delay)
{
	return (unsigned)(noc->cycle + delay) & noc->wheel_mask;
}

static inline void sqz_noc_send_flit(struct sqz_noc *noc, enum sqz_noc_end end,
				     unsigned delay,
				     struct sqz_noc_flit_event event)
{
	struct sqz_noc_flit_wheel *wheel = &noc->flit_wire[end];
	unsigned slot = sqz_noc_slot_in(noc, delay);

	wheel->events[slot * wheel->capacity + wheel->count[slot]++] = event;
}

/* Adds an entry for `delay` cycles later if `wanted` is 1, none if 0. */
static inline void sqz_noc_post(struct sqz_noc *noc,
				struct sqz_noc_vc_wheel *wheel, unsigned delay,
				struct sqz_noc_vc_event event, unsigned wanted)
{
	unsigned slot = sqz_noc_slot_in(noc, delay);

	wheel->events[slot * wheel->capacity + wheel->count[slot]] = event;
	wheel->count[slot] += wanted;
}

static inline void sqz_noc_send_credit(struct sqz_noc *noc,
				       enum sqz_noc_end end, unsigned delay,
				       struct sqz_noc_vc_event event)
{
	sqz_noc_post(noc, &noc->credit_wire[end], delay, event, 1);
	noc->credits_out++;
}

#endif
