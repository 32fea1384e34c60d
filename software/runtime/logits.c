#include "runtime/logits.h"

#define LOG2_E	 1.44269504f
#define LN2_HIGH 0.693145752f /* few bits: k * LN2_HIGH is exact */
#define LN2_LOW	 1.42860677e-6f
#define TERMS	 7

uint32_t sqz_argmax(const int32_t *values, uint32_t count)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < count; i++) {
		if (values[i] > values[best])
			best = i;
	}
	return best;
}

/* Taylor series around 0, for |r| <= ln(2) / 2. */
static float exp_small(float r)
{
	float sum = 1.0f;

	for (int n = TERMS; n >= 1; n--)
		sum = 1.0f + sum * r / (float)n;
	return sum;
}

float sqz_exp_negative(float x)
{
	if (!(x >= -87.0f))
		return 0.0f;

	/* e^x = 2^-halvings * e^r */
	int halvings = (int)(0.5f - x * LOG2_E);
	float k = (float)halvings;
	float value = exp_small(x + k * LN2_HIGH + k * LN2_LOW);

	while (halvings-- > 0)
		value *= 0.5f;
	return value;
}

float sqz_softmax_at(const int32_t *values, uint32_t count, float scale,
		     uint32_t index)
{
	int64_t top = values[sqz_argmax(values, count)];
	float sum = 0.0f;

	for (uint32_t i = 0; i < count; i++)
		sum += sqz_exp_negative((float)(values[i] - top) * scale);
	return sqz_exp_negative((float)(values[index] - top) * scale) / sum;
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
