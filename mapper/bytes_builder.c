#include "bytes_builder.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(struct sqz_builder *builder, size_t bytes)
{
	size_t room = builder->room ? builder->room : 4096;

	if (builder->failed)
		return false;
	while (room - builder->size < bytes)
		room *= 2;
	if (room == builder->room)
		return true;
	uint8_t *grown = realloc(builder->data, room);
	builder->failed = !grown;
	if (!grown)
		return false;
	builder->data = grown;
	builder->room = room;
	return true;
}

size_t sqz_builder_add(struct sqz_builder *builder, const void *data,
		       size_t bytes)
{
	size_t offset = builder->size;

	if (bytes == 0 || !make_room(builder, bytes))
		return offset;
	if (data)
		memcpy(builder->data + offset, data, bytes);
	else
		memset(builder->data + offset, 0, bytes);
	builder->size += bytes;
	return offset;
}

void sqz_builder_align(struct sqz_builder *builder, size_t align)
{
	size_t over = builder->size % align;

	if (over)
		sqz_builder_add(builder, NULL, align - over);
}

void sqz_builder_free(struct sqz_builder *builder)
{
	free(builder->data);
	*builder = (struct sqz_builder){ 0 };
}
