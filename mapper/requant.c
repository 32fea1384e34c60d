#include "requant.h"

#include <math.h>

#define ACTIVATION_MAX 255

int sqz_scale_make(double factor, struct sqz_scale *scale,
		   struct sqz_error *err)
{
	int exponent = 0;

	if (!isfinite(factor) || factor < 0)
		return sqz_fail(err, "scale factor %g", factor);
	/* factor = f * 2^exponent, f in 0.5 .. 1 */
	frexp(factor, &exponent);
	int shift = 31 - exponent;
	if (shift > 62)
		shift = 62;
	double mult = floor(ldexp(factor, shift) + 0.5);
	if (mult >= 2147483648.0) {
		shift--;
		mult = floor(ldexp(factor, shift) + 0.5);
	}
	if (shift < 0)
		return sqz_fail(err, "scale factor %g is too large", factor);
	scale->mult = (uint32_t)mult;
	scale->shift = (uint32_t)shift;
	return 0;
}

int32_t sqz_round_clamp(double value, int32_t low, int32_t high)
{
	double rounded = round(value);

	if (!(rounded > low))
		return low;
	return rounded < high ? (int32_t)rounded : high;
}

void sqz_accumulator_bounds(const struct sqz_qnet *net,
			    const struct sqz_qlayer *layer, uint32_t c,
			    int64_t *low, int64_t *high)
{
	size_t rows = sqz_qlayer_group_rows(net, layer);
	const int16_t *weights = layer->weights + c * rows;

	*low = 0;
	*high = 0;
	for (size_t r = 0; r < rows; r++)
		*(weights[r] < 0 ? low : high) += weights[r] * ACTIVATION_MAX;
	*(layer->bias[c] < 0 ? low : high) += layer->bias[c];
	if (layer->residual_scale) {
		const struct sqz_scale *scale = &layer->residual_scale[c];
		int64_t most =
		    (int64_t)((uint64_t)ACTIVATION_MAX * scale->mult >>
			      scale->shift) +
		    1;

		*low -= most;
		*high += most;
	}
}
