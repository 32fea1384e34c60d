#include "traces/intervals.h"

#include <stdlib.h>

#include "traces/room.h"

void intervals_free(struct intervals *list)
{
	free(list->all);
	*list = (struct intervals){ 0 };
}

int intervals_add(struct intervals *list, uint64_t begin, uint64_t end)
{
	if (end <= begin)
		return 0;
	if (list->count) {
		struct interval *last = &list->all[list->count - 1];
		if (begin >= last->begin && begin <= last->end) {
			last->end = end > last->end ? end : last->end;
			return 0;
		}
	}
	struct interval *all =
	    sqz_room_for(list->all, list->count, &list->room, 16, sizeof(*all));
	if (!all)
		return -1;
	list->all = all;
	list->all[list->count++] = (struct interval){ begin, end };
	return 0;
}

int intervals_add_all(struct intervals *list, const struct intervals *from,
		      uint64_t begin, uint64_t end)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct interval *one = &from->all[i];
		if (intervals_add(list, one->begin > begin ? one->begin : begin,
				  one->end < end ? one->end : end))
			return -1;
	}
	return 0;
}

static int compare(const void *left, const void *right)
{
	const struct interval *a = left;
	const struct interval *b = right;

	return (a->begin > b->begin) - (a->begin < b->begin);
}

void intervals_unite(struct intervals *list)
{
	size_t kept = 0;

	if (!list->count)
		return;
	qsort(list->all, list->count, sizeof(*list->all), compare);
	for (size_t i = 1; i < list->count; i++) {
		struct interval *last = &list->all[kept];
		if (list->all[i].begin > last->end)
			list->all[++kept] = list->all[i];
		else if (list->all[i].end > last->end)
			last->end = list->all[i].end;
	}
	list->count = kept + 1;
}

/* The first interval that ends after the time. */
static size_t first_after(const struct intervals *list, uint64_t time)
{
	size_t low = 0;
	size_t high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (list->all[middle].end > time)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static int note(struct intervals *taken, uint64_t begin, uint64_t end)
{
	return taken ? intervals_add(taken, begin, end) : 0;
}

/* Splits one free interval by the busy ones from *next on. */
static int split(struct interval one, const struct intervals *busy,
		 size_t *next, struct intervals *left, struct intervals *taken)
{
	uint64_t at = one.begin;

	while (*next < busy->count && busy->all[*next].end <= at)
		(*next)++;
	for (size_t i = *next; i < busy->count && busy->all[i].begin < one.end;
	     i++) {
		const struct interval *work = &busy->all[i];
		uint64_t begin = work->begin > at ? work->begin : at;
		uint64_t end = work->end < one.end ? work->end : one.end;
		if (intervals_add(left, at, begin) || note(taken, begin, end))
			return -1;
		at = end;
	}
	return intervals_add(left, at, one.end);
}

uint64_t intervals_take(struct intervals *free_list,
			const struct intervals *busy, struct intervals *taken)
{
	struct intervals left = { 0 };
	uint64_t before = intervals_length(free_list);

	if (!free_list->count || !busy->count)
		return 0;
	size_t next = first_after(busy, free_list->all[0].begin);
	for (size_t i = 0; i < free_list->count; i++)
		if (split(free_list->all[i], busy, &next, &left, taken)) {
			intervals_free(&left);
			return UINT64_MAX;
		}
	intervals_free(free_list);
	*free_list = left;
	return before - intervals_length(free_list);
}

uint64_t intervals_length(const struct intervals *list)
{
	uint64_t length = 0;

	for (size_t i = 0; i < list->count; i++)
		length += list->all[i].end - list->all[i].begin;
	return length;
}
