/*
 * The names a trace has used, each with a number (iid, from 1) that holds for
 * the whole file. Chunks must stand alone, so each name remembers the last
 * chunk that spelled it out, for each of the three interned tables; starting a
 * chunk is thus one increment, not a new hash table.
 *
 * Models pass the same string literals again and again: a small cache by
 * pointer answers nearly every call with one string comparison. (A pointer
 * alone is not enough: a caller may reuse a buffer.)
 */
#ifndef SQZ_TRACES_NAMES_H
#define SQZ_TRACES_NAMES_H

#include "traces/schema.h"
#include "traces/trace.h"

#define NAME_CACHE 1024u /* power of two */

struct name {
	char *text; /* as given; SQZ_TRACE_NAME_BYTES count */
	uint32_t hash;
	uint32_t chunk[INTERNED_ANNOTATION + 1]; /* by table: last spelled in */
};

struct names {
	struct name *all; /* iid - 1 is the index */
	uint32_t count;
	uint32_t room;
	uint32_t *slots; /* iid or 0; open addressing */
	uint32_t slot_count;
	struct {
		const char *pointer;
		uint32_t iid;
	} cache[NAME_CACHE];
};

int names_init(struct names *names);
void names_free(struct names *names);

/* The iid of text, or 0 if there is no room for one more. */
uint32_t names_find(struct names *names, const char *text);

#endif
