#include "runtime/logits.h"

#define LOG2_E 1.44269504f
#define TERMS  8

uint32_t sqz_argmax(const int32_t *values, uint32_t count)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < count; i++) {
		if (values[i] > values[best])
			best = i;
	}
	return best;
}

/*
 * Softmax in fixed point. The host has no floating-point unit: exponentials in
 * software took 5 ms for 1000 classes, longer than a network on a chip with
 * copies of its layers.
 *
 * e^(-d * scale) = 2^-t with t = d * factor. The factor is mantissa / 2^shift,
 * the mantissa below 2^32, so that its product with a difference of two int32
 * fits 64 bits.
 */
struct factor {
	uint64_t mantissa;
	unsigned shift;
};

static struct factor factor_of(float scale)
{
	float value = scale * LOG2_E;
	struct factor factor = { 0, 0 };

	if (!(value > 0.0f))
		return factor;
	for (; value < 0x1p31f && factor.shift < 63; factor.shift++)
		value *= 2.0f;
	factor.mantissa = value < 0x1p32f ? (uint64_t)value : UINT32_MAX;
	return factor;
}

/* 2^-f in units of 2^-32 for a fraction f in the same units: the series of
 * e^(-f ln 2), whose terms fall so fast that no partial sum is negative. */
static uint64_t power_of_fraction(uint64_t f)
{
	static const uint64_t terms[TERMS + 1] = {
		4294967296, 2977044472, 1031764991, 238388332, 41309550,
		5726720,    661577,	65510,	    5676,
	};
	uint64_t power = terms[TERMS];

	for (int n = TERMS - 1; n >= 0; n--)
		power = terms[n] - (power * f >> 32);
	return power;
}

/* e^(-difference * scale) in units of 2^-32. */
static uint64_t exp_negative(uint64_t difference, const struct factor *factor)
{
	uint64_t t = difference * factor->mantissa;

	if (t >> factor->shift > 32)
		return 0;
	t = factor->shift < 32 ? t << (32 - factor->shift)
			       : t >> (factor->shift - 32);
	return power_of_fraction(t & UINT32_MAX) >> (t >> 32);
}

float sqz_softmax_at(const int32_t *values, uint32_t count, float scale,
		     uint32_t index)
{
	const struct factor factor = factor_of(scale);
	int64_t top = values[sqz_argmax(values, count)];
	uint64_t sum = 0;

	for (uint32_t i = 0; i < count; i++)
		sum += exp_negative((uint64_t)(top - values[i]), &factor);
	return (float)exp_negative((uint64_t)(top - values[index]), &factor) /
	       (float)sum;
}

struct sqz_prediction sqz_context_predict(const struct sqz_context *context)
{
	const struct sqz_image_network *net = context->network->image->network;
	uint32_t best = sqz_argmax(context->values, net->classes);

	return (struct sqz_prediction){
		.class_index = best,
		.probability = sqz_softmax_at(context->values, net->classes,
					      net->logit_scale, best),
	};
}
