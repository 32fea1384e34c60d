/* Wires of the mesh engine: putting flits and credits on them, bit helpers. */
#ifndef SQZ_NOC_WIRE_H
#define SQZ_NOC_WIRE_H

#include "noc/state.h"

/* Functions that most flits go through, and those that few do: the compiler
 * keeps the first ones' values in registers only if it inlines them. */
#define SQZ_NOC_HOT  inline __attribute__((always_inline))
#define SQZ_NOC_RARE __attribute__((noinline))

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

/* Adds i if `wanted` is 1, does nothing if 0. */
static inline void sqz_noc_add_if(struct sqz_noc_set *set, uint32_t i,
				  unsigned wanted)
{
	set->words[i >> 6] |= (uint64_t)wanted << (i & 63);
	set->groups[i >> 12] |= (uint64_t)wanted << (i >> 6 & 63);
}

static inline void sqz_noc_add(struct sqz_noc_set *set, uint32_t i)
{
	sqz_noc_add_if(set, i, 1);
}

/* Of a word that has been visited, what is left in the set. */
static inline void sqz_noc_keep(struct sqz_noc_set *set, unsigned word,
				uint64_t left)
{
	set->words[word] = left;
	if (!left)
		set->groups[word >> 6] &= ~(1ull << (word & 63));
}

static inline void sqz_noc_remove(struct sqz_noc_set *set, uint32_t i)
{
	sqz_noc_keep(set, i >> 6, set->words[i >> 6] & ~(1ull << (i & 63)));
}

/* Bits above i. */
static inline uint64_t sqz_noc_above(unsigned i)
{
	return ~1ull << i;
}

/* Visits the members of a word in order; the visits may add and remove some. */
static inline void sqz_noc_each_in(struct sqz_noc *noc,
				   const struct sqz_noc_set *set, unsigned word,
				   void (*visit)(struct sqz_noc *noc,
						 uint32_t member))
{
	uint64_t left = set->words[word];

	while (left) {
		unsigned bit = sqz_noc_lowest(left);
		visit(noc, word * 64 + bit);
		left = set->words[word] & sqz_noc_above(bit);
	}
}

/* The same for all members. */
static inline void
sqz_noc_each(struct sqz_noc *noc, const struct sqz_noc_set *set,
	     void (*visit)(struct sqz_noc *noc, uint32_t member))
{
	for (unsigned g = 0; g < noc->groups; g++) {
		uint64_t left = set->groups[g];
		while (left) {
			unsigned bit = sqz_noc_lowest(left);
			sqz_noc_each_in(noc, set, g * 64 + bit, visit);
			left = set->groups[g] & sqz_noc_above(bit);
		}
	}
}

/* Visits the members of a word; those stay for which the visit returns true. A
 * visit must not change the set. */
static inline void
sqz_noc_sift_word(struct sqz_noc *noc, struct sqz_noc_set *set, unsigned word,
		  bool (*visit)(struct sqz_noc *noc, uint32_t member))
{
	uint64_t stay = 0;

	for (uint64_t left = set->words[word]; left; left &= left - 1) {
		unsigned bit = sqz_noc_lowest(left);
		bool again = visit(noc, word * 64 + bit);
		stay |= (uint64_t)again << bit;
	}
	sqz_noc_keep(set, word, stay);
}

/* The same for all members. */
static inline void sqz_noc_sift(struct sqz_noc *noc, struct sqz_noc_set *set,
				bool (*visit)(struct sqz_noc *noc,
					      uint32_t member))
{
	for (unsigned g = 0; g < noc->groups; g++)
		for (uint64_t left = set->groups[g]; left; left &= left - 1)
			sqz_noc_sift_word(noc, set,
					  g * 64 + sqz_noc_lowest(left), visit);
}

static inline bool sqz_noc_none(const struct sqz_noc *noc,
				const struct sqz_noc_set *set)
{
	uint64_t any = 0;

	for (unsigned g = 0; g < noc->groups; g++)
		any |= set->groups[g];
	return !any;
}

static inline uint32_t sqz_noc_flit_slot(uint32_t flit)
{
	return flit & SQZ_FLIT_SLOT;
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

/* Input VCs of a router that may take output VC ov if they want its port. */
static inline uint64_t sqz_noc_takers(const struct sqz_noc *noc,
				      const struct sqz_noc_masks *m,
				      unsigned ov)
{
	uint64_t takers = noc->class_mask[noc->class_of[ov]];

	if (noc->early_only >> ov & 1)
		takers &= ~m->late;
	if (noc->late_only >> ov & 1)
		takers &= m->late;
	return takers;
}

/* Output VCs that input VC i may take. */
static inline uint64_t sqz_noc_takeable(const struct sqz_noc *noc,
					const struct sqz_noc_masks *m,
					unsigned i)
{
	return noc->class_mask[noc->class_of[i]] &
	       ~(m->late >> i & 1 ? noc->early_only : noc->late_only);
}

static inline struct sqz_noc_vc_event sqz_noc_at(uint32_t place, unsigned vc)
{
	return (struct sqz_noc_vc_event){ .vc = vc & 0xff,
					  .place = place & 0xffffff };
}

/* VC of the router port that the node is at. */
static inline struct sqz_noc_vc_event sqz_noc_entry(const struct sqz_noc *noc,
						    uint32_t node, unsigned vc)
{
	const struct sqz_noc_node *ni = &noc->node[node];

	return sqz_noc_at(ni->router, ni->first_vc + vc);
}

static inline struct sqz_noc_flit_list *
sqz_noc_flits_in(const struct sqz_noc *noc,
		 const struct sqz_noc_flit_wheel *wheel, unsigned delay)
{
	return &wheel->slots[(noc->cycle + delay) & noc->wheel_mask];
}

static inline struct sqz_noc_vc_list *
sqz_noc_vcs_in(const struct sqz_noc *noc, const struct sqz_noc_vc_wheel *wheel,
	       unsigned delay)
{
	return &wheel->slots[(noc->cycle + delay) & noc->wheel_mask];
}

static inline void sqz_noc_send_flit(struct sqz_noc_flit_list *list,
				     uint32_t flit, struct sqz_noc_vc_event to)
{
	list->events[list->count++] = (struct sqz_noc_flit_event){ flit, to };
}

/* Adds an entry if `wanted` is 1, none if 0. */
static inline void sqz_noc_post(struct sqz_noc_vc_list *list,
				struct sqz_noc_vc_event event, unsigned wanted)
{
	list->events[list->count] = event;
	list->count += wanted;
}

#endif
