/* Scales and zero points of the tensors. */
#include "quantize.h"
#include "requant.h"

#include <math.h>

/* Pooling and padding hand their input's numbers on. An average may leave the
 * grid only where zero is 0 on both sides: its rounding knows no zero points.
 */
static bool keeps_scale(const struct sqz_qnet *net,
			const struct sqz_qlayer *layer)
{
	if (layer->kind == SQZ_STEP_COPY)
		return net->tensors[layer->input].channels ==
		       net->tensors[layer->output].channels;
	return layer->kind == SQZ_STEP_MAXPOOL ||
	       (layer->kind == SQZ_STEP_AVGPOOL &&
		net->tensors[layer->input].zero_point != 0);
}

static void set_tensor(struct sqz_qtensor *tensor,
		       const struct sqz_ranges *ranges)
{
	double low = ranges->low[tensor->graph_tensor];
	double high = ranges->high[tensor->graph_tensor];
	double scale = (high - low) / 255;

	/* A tensor that was always zero, or one without a usable range. */
	if (!(scale > 1e-30) || !isfinite(scale))
		scale = 1;
	tensor->scale = scale;
	tensor->zero_point = sqz_round_clamp(-low / scale, 0, 255);
}

void sqz_set_activations(struct sqz_qnet *net, const struct sqz_ranges *ranges)
{
	set_tensor(&net->tensors[net->input], ranges);
	for (uint32_t i = 0; i < net->layer_count; i++) {
		const struct sqz_qlayer *layer = &net->layers[i];
		struct sqz_qtensor *out = &net->tensors[layer->output];

		if (out->element_bytes != 1)
			continue;
		set_tensor(out, ranges);
		if (keeps_scale(net, layer)) {
			const struct sqz_qtensor *in =
			    &net->tensors[layer->input];

			out->scale = in->scale;
			out->zero_point = in->zero_point;
		} else if (layer->kind == SQZ_STEP_AVGPOOL) {
			out->zero_point = 0;
		}
	}
}
