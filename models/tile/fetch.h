/*
 * Streams items (pixels, residual vectors) from a tensor into a ring of items.
 *
 * Items stand in raster order on `rows` x `columns` places of a picture; item i
 * goes to place i % capacity of the ring. A read covers neighbouring items of
 * one row (evenly spaced, so that one strided READ does), or a part of one item
 * if that is larger than a read may be, and never leaves the memory node that
 * answers its first byte. Data may arrive in any order; items below `have` are
 * complete, items below `keep` are given up.
 *
 * A read waits until it can be of full size (half the ring at most), unless an
 * item that is waited for (below `wanted`) is in it. No read of a row leaves
 * while tokens are missing for it.
 */
#ifndef SQZ_MODELS_FETCH_H
#define SQZ_MODELS_FETCH_H

#include <stddef.h>

#include "node/node.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes behind the ring that may be read. */
#define SQZ_FETCH_PAD 64

struct sqz_fetch_shape {
	uint32_t rows, columns;
	const uint32_t *row_places; /* in the picture; NULL: 0, 1, 2, ... */
	const uint32_t *column_places;
	uint32_t picture_width;
	uint32_t pixel_bytes; /* from pixel to pixel in memory */
	uint32_t item_bytes;  /* of which are fetched */
	uint32_t read_bytes;  /* of one read at most */
	uint32_t open_max;
	uint32_t capacity; /* items of the ring */
};

struct sqz_fetch_open {
	uint32_t end;	 /* items below are complete when this read is */
	uint32_t place;	 /* in the ring */
	uint32_t offset; /* in the item */
	bool done;
};

struct sqz_fetch {
	struct sqz_fetch_shape shape;
	uint64_t base; /* bus address of item 0's first byte if at place 0, 0 */
	const uint16_t *missing; /* tokens, by place; NULL: all are there */
	uint8_t *ring;
	struct sqz_fetch_open *opened; /* ring of open_max, in order */
	uint32_t first_open, open_count;
	uint32_t total;
	uint32_t next, next_row, next_column, next_place, next_offset;
	uint32_t have;
	uint32_t keep, keep_place;
};

/* A READ to be sent. */
struct sqz_fetch_read {
	uint64_t addr;
	uint32_t chunk, stride, count;
	uint32_t entry; /* to be handed to sqz_fetch_data() */
	int node;
};

enum sqz_fetch_result {
	SQZ_FETCH_NOTHING, /* nothing to read now */
	SQZ_FETCH_READ,
	SQZ_FETCH_BAD_ADDRESS, /* read->addr is nobody's */
};

/* Allocates; -1 when memory is exhausted. Free in any case. */
int sqz_fetch_init(struct sqz_fetch *fetch,
		   const struct sqz_fetch_shape *shape);
void sqz_fetch_free(struct sqz_fetch *fetch);

/* Back to the first item, from this address. missing: NULL, or as above. */
void sqz_fetch_start(struct sqz_fetch *fetch, uint64_t base,
		     const uint16_t *missing);

/* The next read, if there is one. Counts as open from then on. */
enum sqz_fetch_result sqz_fetch_next(struct sqz_fetch *fetch, uint32_t wanted,
				     const struct sqz_node_env *env,
				     struct sqz_fetch_read *read);

/* Items that a read which leaves now has waited for room for. hurries: it does
 * not wait for more because an item in it is wanted. */
uint32_t sqz_fetch_room_for(const struct sqz_fetch *fetch, bool *hurries);

/* Data of a read have come; false if there are more than fit. */
bool sqz_fetch_data(struct sqz_fetch *fetch, uint32_t entry,
		    const uint8_t *data, uint32_t bytes);

/* Items below this will not be looked at any more. */
void sqz_fetch_keep(struct sqz_fetch *fetch, uint32_t item);

/* Place in the ring of an item between keep and keep + capacity. */
static inline const uint8_t *sqz_fetch_item(const struct sqz_fetch *fetch,
					    uint32_t item)
{
	uint32_t place = fetch->keep_place + (item - fetch->keep);

	if (place >= fetch->shape.capacity)
		place -= fetch->shape.capacity;
	return fetch->ring + (size_t)place * fetch->shape.item_bytes;
}

#ifdef __cplusplus
}
#endif

#endif
