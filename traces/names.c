#include "traces/names.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 1024u /* power of two; at most half of them are used */
/* Kept beyond the limit, so that a character that does not fit is seen whole
 * (and left out) rather than taken for a broken one. */
#define CHARACTER_REST 3u

int names_init(struct names *names)
{
	*names = (struct names){ .room = FIRST_SLOTS / 2,
				 .slot_count = FIRST_SLOTS };
	names->all = calloc(names->room, sizeof(*names->all));
	names->slots = calloc(names->slot_count, sizeof(*names->slots));
	return names->all && names->slots ? 0 : -1;
}

void names_free(struct names *names)
{
	for (uint32_t i = 0; i < names->count; i++)
		free(names->all[i].text);
	free(names->all);
	free(names->slots);
	*names = (struct names){ 0 };
}

static uint32_t hash_text(const char *text)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (size_t i = 0; text[i] && i < SQZ_TRACE_NAME_BYTES; i++)
		hash = (hash ^ (uint8_t)text[i]) * 16777619u;
	return hash;
}

static uint32_t *find_slot(const struct names *names, const char *text,
			   uint32_t hash)
{
	uint32_t mask = names->slot_count - 1;

	for (uint32_t at = hash & mask;; at = (at + 1) & mask) {
		uint32_t *slot = &names->slots[at];
		if (!*slot)
			return slot;
		const struct name *name = &names->all[*slot - 1];
		if (name->hash == hash &&
		    !strncmp(name->text, text, SQZ_TRACE_NAME_BYTES))
			return slot;
	}
}

static int grow(struct names *names)
{
	uint32_t slot_count = names->slot_count * 2;
	uint32_t room = slot_count / 2;
	struct name *all = realloc(names->all, room * sizeof(*all));
	if (!all)
		return -1;
	names->all = all;
	names->room = room;

	uint32_t *slots = calloc(slot_count, sizeof(*slots));
	if (!slots)
		return -1;
	free(names->slots);
	names->slots = slots;
	names->slot_count = slot_count;
	for (uint32_t i = 0; i < names->count; i++)
		*find_slot(names, all[i].text, all[i].hash) = i + 1;
	return 0;
}

static uint32_t add(struct names *names, const char *text, uint32_t hash)
{
	if (names->count == SQZ_TRACE_NAMES)
		return 0;
	if (2 * names->count >= names->slot_count && grow(names))
		return 0;
	char *copy = strndup(text, SQZ_TRACE_NAME_BYTES + CHARACTER_REST);
	if (!copy)
		return 0;
	names->all[names->count] = (struct name){ .text = copy, .hash = hash };
	names->count++;
	*find_slot(names, text, hash) = names->count;
	return names->count;
}

uint32_t names_find(struct names *names, const char *text)
{
	uintptr_t spread = (uintptr_t)text * 0x9e3779b97f4a7c15u;
	uint32_t at = (uint32_t)(spread >> 32) % NAME_CACHE;
	uint32_t iid = names->cache[at].iid;

	if (iid && names->cache[at].pointer == text &&
	    !strncmp(names->all[iid - 1].text, text, SQZ_TRACE_NAME_BYTES))
		return iid;
	uint32_t hash = hash_text(text);
	iid = *find_slot(names, text, hash);
	if (!iid)
		iid = add(names, text, hash);
	names->cache[at].pointer = text;
	names->cache[at].iid = iid;
	return iid;
}
