#include "onnx_internal.h"

#include <stdlib.h>
#include <string.h>

int sqz_onnx_names_create(struct sqz_onnx *ctx, size_t count)
{
	size_t room = 16;

	/* At most half full, so that a search ends soon. */
	while (room < count * 2 + 2)
		room *= 2;
	ctx->names.values = calloc(room, sizeof(*ctx->names.values));
	if (!ctx->names.values)
		return sqz_onnx_fail(ctx, "out of memory for %zu names", count);
	ctx->names.room = room;
	return 0;
}

void sqz_onnx_names_free(struct sqz_onnx_names *names)
{
	free(names->values);
	*names = (struct sqz_onnx_names){ 0 };
}

/* FNV-1a */
static uint64_t hash(const char *name)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 0x100000001b3u;
	return h;
}

/* The value of that name, or the empty place where it belongs. */
static struct sqz_onnx_value *locate(struct sqz_onnx_names *names,
				     const char *name)
{
	size_t i = hash(name) & (names->room - 1);

	while (names->values[i].name && strcmp(names->values[i].name, name))
		i = (i + 1) & (names->room - 1);
	return &names->values[i];
}

struct sqz_onnx_value *sqz_onnx_find(struct sqz_onnx *ctx, const char *name)
{
	if (!*sqz_onnx_text(name))
		return NULL;
	struct sqz_onnx_value *value = locate(&ctx->names, name);

	return value->name ? value : NULL;
}

struct sqz_onnx_value *sqz_onnx_define(struct sqz_onnx *ctx, const char *name)
{
	if (!*sqz_onnx_text(name)) {
		sqz_onnx_fail(ctx, "a tensor has no name");
		return NULL;
	}
	struct sqz_onnx_value *value = locate(&ctx->names, name);
	if (value->name) {
		sqz_onnx_fail(ctx, "tensor '%.80s' is defined twice", name);
		return NULL;
	}
	*value = (struct sqz_onnx_value){ .name = name,
					  .tensor = -1,
					  .producer = -1 };
	return value;
}
