/*
 * Lists of half-open intervals of time in ps, to ask how long one thing was
 * busy while others were not. Private to the trace library.
 */
#ifndef SQZ_TRACES_INTERVALS_H
#define SQZ_TRACES_INTERVALS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct interval {
	uint64_t begin;
	uint64_t end;
};

struct intervals {
	struct interval *all;
	size_t count;
	size_t room;
};

void intervals_free(struct intervals *list);

/* Appends one; one that touches or overlaps the last and does not begin before
 * it makes that longer, so a dense track takes little room. Empty ones are
 * left out. -1: out of memory. */
int intervals_add(struct intervals *list, uint64_t begin, uint64_t end);

/* Appends what `from` has between the two times. */
int intervals_add_all(struct intervals *list, const struct intervals *from,
		      uint64_t begin, uint64_t end);

/* Sorts the list and joins what overlaps: what the two below ask for. */
void intervals_unite(struct intervals *list);

/* Takes out of `free` what `busy` covers, and returns how long that is. What
 * was taken is appended to `taken`, unless that is NULL. Both lists are united.
 * UINT64_MAX: out of memory. */
uint64_t intervals_take(struct intervals *free, const struct intervals *busy,
			struct intervals *taken);

uint64_t intervals_length(const struct intervals *list);

#ifdef __cplusplus
}
#endif

#endif
