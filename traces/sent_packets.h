/*
 * What is known of packets that are on their way, by id: a trace describes a
 * packet where it is sent, and where it arrives tells only its id. Memory grows
 * with the number of packets that are on their way at a time.
 */
#ifndef SQZ_TRACES_SENT_PACKETS_H
#define SQZ_TRACES_SENT_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sent_packet {
	uint64_t id;
	uint64_t created_ps;
	uint64_t payload_bytes;
	uint64_t layer;
	uint16_t source;
	uint16_t destination;
	bool used; /* the table's own: there is one in this place */
};

/* All zero: empty. Open addressing, at most half full. */
struct sent_packets {
	struct sent_packet *all;
	size_t size; /* a power of two, or 0 */
	size_t count;
};

/* In place of an earlier one with the same id. -1: out of memory. */
int sent_packets_add(struct sent_packets *table,
		     const struct sent_packet *packet);

/* False if there is none with this id. */
bool sent_packets_take(struct sent_packets *table, uint64_t id,
		       struct sent_packet *packet);

void sent_packets_free(struct sent_packets *table);

#ifdef __cplusplus
}
#endif

#endif
