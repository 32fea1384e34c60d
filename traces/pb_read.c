#include "traces/pb_read.h"

#include "traces/pb_write.h"

#define LARGEST_FIELD 536870911u /* of protobuf: 29 bits */

int pb_get_varint(struct pb_view *view, uint64_t *value)
{
	uint64_t result = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		if (view->at == view->end)
			return 0;
		uint8_t byte = *view->at++;
		if (shift == 63 && byte > 1)
			return -1;
		result |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*value = result;
			return 1;
		}
	}
	return -1;
}

static int get_fixed(struct pb_view *view, unsigned size, uint64_t *value)
{
	if (pb_size(*view) < size)
		return -1;
	*value = 0;
	for (unsigned i = 0; i < size; i++)
		*value |= (uint64_t)*view->at++ << 8 * i;
	return 1;
}

static int get_bytes(struct pb_view *view, struct pb_view *bytes)
{
	uint64_t size = 0;

	if (pb_get_varint(view, &size) != 1 || size > pb_size(*view))
		return -1;
	bytes->at = view->at;
	bytes->end = view->at + size;
	view->at = bytes->end;
	return 1;
}

int pb_next(struct pb_view *view, struct pb_field *field)
{
	uint64_t tag = 0;

	if (view->at == view->end)
		return 0;
	if (pb_get_varint(view, &tag) != 1 || tag < 8 ||
	    tag >> 3 > LARGEST_FIELD)
		return -1;
	field->number = (uint32_t)(tag >> 3);
	field->type = (uint32_t)(tag & 7);
	field->value = 0;
	field->bytes = (struct pb_view){ view->at, view->at };
	switch (field->type) {
	case PB_VARINT:
		return pb_get_varint(view, &field->value) == 1 ? 1 : -1;
	case PB_FIXED64:
		return get_fixed(view, 8, &field->value);
	case PB_BYTES:
		return get_bytes(view, &field->bytes);
	case PB_FIXED32:
		return get_fixed(view, 4, &field->value);
	default:
		return -1;
	}
}
