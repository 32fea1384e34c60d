#include "onnx_internal.h"

#include <math.h>
#include <string.h>

const Onnx__AttributeProto *sqz_onnx_attribute(const struct sqz_onnx *ctx,
					       const char *name)
{
	for (size_t i = 0; i < ctx->node->n_attribute; i++)
		if (!strcmp(sqz_onnx_text(ctx->node->attribute[i]->name), name))
			return ctx->node->attribute[i];
	return NULL;
}

/* Old files leave the type away: then the field that is there decides. */
static bool has_type(const Onnx__AttributeProto *attribute,
		     Onnx__AttributeProto__AttributeType type, bool present)
{
	return attribute->type == type || (!attribute->type && present);
}

static int wrong_type(struct sqz_onnx *ctx, const char *name, const char *type)
{
	return sqz_onnx_fail(ctx, "attribute %s is not %s", name, type);
}

int sqz_onnx_int(struct sqz_onnx *ctx, const char *name, int64_t *value)
{
	const Onnx__AttributeProto *attribute = sqz_onnx_attribute(ctx, name);

	if (!attribute)
		return 0;
	if (!has_type(attribute, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT,
		      attribute->has_i))
		return wrong_type(ctx, name, "an integer");
	*value = attribute->i;
	return 0;
}

int sqz_onnx_float(struct sqz_onnx *ctx, const char *name, float *value)
{
	const Onnx__AttributeProto *attribute = sqz_onnx_attribute(ctx, name);

	if (!attribute)
		return 0;
	if (!has_type(attribute, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT,
		      attribute->has_f))
		return wrong_type(ctx, name, "a float");
	if (isnan(attribute->f))
		return wrong_type(ctx, name, "a number (NaN)");
	*value = attribute->f;
	return 0;
}

int sqz_onnx_choice(struct sqz_onnx *ctx, const char *name,
		    const char *const *choices, size_t *chosen)
{
	const Onnx__AttributeProto *attribute = sqz_onnx_attribute(ctx, name);

	if (!attribute)
		return 0;
	if (!has_type(attribute, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING,
		      attribute->has_s))
		return wrong_type(ctx, name, "a string");
	for (size_t i = 0; choices[i]; i++) {
		if (strlen(choices[i]) == attribute->s.len &&
		    !memcmp(choices[i], attribute->s.data, attribute->s.len)) {
			*chosen = i;
			return 0;
		}
	}
	int length = attribute->s.len < 40 ? (int)attribute->s.len : 40;

	return sqz_onnx_fail(ctx, "attribute %s = '%.*s' is not supported",
			     name, length,
			     length ? (const char *)attribute->s.data : "");
}

int sqz_onnx_int_list(struct sqz_onnx *ctx, const char *name, size_t count,
		      int64_t *values, bool *present)
{
	const Onnx__AttributeProto *attribute = sqz_onnx_attribute(ctx, name);

	*present = attribute != NULL;
	if (!attribute)
		return 0;
	if (!has_type(attribute, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS,
		      attribute->n_ints > 0))
		return wrong_type(ctx, name, "a list of integers");
	if (attribute->n_ints != count)
		return sqz_onnx_fail(ctx,
				     "attribute %s has %zu values, %zu "
				     "are needed",
				     name, attribute->n_ints, count);
	memcpy(values, attribute->ints, count * sizeof(*values));
	return 0;
}
