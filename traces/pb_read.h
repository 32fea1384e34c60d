/* Protobuf wire format, reading side, for data that nobody vouches for: a view
 * is walked field by field and never left. */
#ifndef SQZ_TRACES_PB_READ_H
#define SQZ_TRACES_PB_READ_H

#include <stddef.h>
#include <stdint.h>

struct pb_view {
	const uint8_t *at;
	const uint8_t *end;
};

struct pb_field {
	uint32_t number;
	uint32_t type;	      /* PB_VARINT, ... (pb_write.h) */
	uint64_t value;	      /* of varint and fixed fields */
	struct pb_view bytes; /* of PB_BYTES fields */
};

/* 1 with the next field, 0 at the end, -1 if the data are malformed. */
int pb_next(struct pb_view *view, struct pb_field *field);

/* Reads one varint: 1, or 0 if the view ends inside it, or -1 if it has more
 * than 64 bits. */
int pb_get_varint(struct pb_view *view, uint64_t *value);

static inline size_t pb_size(struct pb_view view)
{
	return (size_t)(view.end - view.at);
}

#endif
