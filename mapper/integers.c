#include "integers.h"

#include "requant.h"

#include <math.h>

/* Logits of channels with a smaller unit share one that is at most this much
 * finer than the coarsest channel's. */
#define LOGIT_UNIT_SPREAD 64

static int name_failure(const struct sqz_qlayer *layer, uint32_t c,
			struct sqz_error *err)
{
	struct sqz_error inner;

	if (!err)
		return -1;
	inner = *err;
	return sqz_fail(err, "layer %.100s, channel %u: %.300s", layer->name, c,
			inner.text);
}

static int set_bias(const struct sqz_qnet *net, struct sqz_qlayer *layer,
		    double bias, uint32_t c, struct sqz_error *err)
{
	size_t rows = sqz_qlayer_group_rows(net, layer);
	double unit = net->tensors[layer->input].scale * layer->weight_scale[c];
	int64_t sum = 0;

	for (size_t r = 0; r < rows; r++)
		sum += layer->weights[c * rows + r];
	double value = round(bias / unit) - (double)(layer->z_in * sum);
	if (!(fabs(value) <= INT32_MAX))
		return sqz_fail(err, "its bias does not fit the accumulator");
	layer->bias[c] = (int32_t)value;
	return 0;
}

static int check_accumulator(const struct sqz_qnet *net,
			     const struct sqz_qlayer *layer, uint32_t c,
			     struct sqz_error *err)
{
	int64_t low, high;

	sqz_accumulator_bounds(net, layer, c, &low, &high);
	if (low < INT32_MIN || high > INT32_MAX)
		return sqz_fail(err,
				"its accumulator may reach %lld .. %lld, "
				"outside int32",
				(long long)low, (long long)high);
	return 0;
}

static int finish_channel(const struct sqz_qnet *net, struct sqz_qlayer *layer,
			  double bias, uint32_t c, struct sqz_error *err)
{
	double unit = net->tensors[layer->input].scale * layer->weight_scale[c];

	if (sqz_scale_make(unit / net->tensors[layer->output].scale,
			   &layer->scale[c], err) ||
	    set_bias(net, layer, bias, c, err))
		return -1;
	if (layer->residual_scale &&
	    sqz_scale_make(net->tensors[layer->residual].scale / unit,
			   &layer->residual_scale[c], err))
		return -1;
	return check_accumulator(net, layer, c, err);
}

/* One scale for all logits, fine enough that channels keep their resolution:
 * equal to the accumulator's where all channels have one unit. */
static void set_logit_scale(struct sqz_qnet *net,
			    const struct sqz_qlayer *layer)
{
	uint32_t channels = sqz_qlayer_out_channels(net, layer);
	double least = INFINITY, most = 0;

	for (uint32_t c = 0; c < channels; c++) {
		least = fmin(least, layer->weight_scale[c]);
		most = fmax(most, layer->weight_scale[c]);
	}
	net->tensors[layer->output].scale =
	    net->tensors[layer->input].scale *
	    fmax(least, most / LOGIT_UNIT_SPREAD);
}

static int finish_mvm(struct sqz_qnet *net, struct sqz_qlayer *layer,
		      const float *bias, struct sqz_error *err)
{
	uint32_t channels = sqz_qlayer_out_channels(net, layer);

	if (layer->out_bytes == 4)
		set_logit_scale(net, layer);
	for (uint32_t c = 0; c < channels; c++)
		if (finish_channel(net, layer, (double)bias[c], c, err))
			return name_failure(layer, c, err);
	return 0;
}

static int finish_add(const struct sqz_qnet *net, struct sqz_qlayer *layer,
		      struct sqz_error *err)
{
	uint32_t channels = sqz_qlayer_out_channels(net, layer);
	double out = net->tensors[layer->output].scale;

	for (uint32_t c = 0; c < channels; c++)
		if (sqz_scale_make(net->tensors[layer->input].scale / out,
				   &layer->scale[c], err) ||
		    sqz_scale_make(net->tensors[layer->residual].scale / out,
				   &layer->residual_scale[c], err))
			return name_failure(layer, c, err);
	return 0;
}

static int finish_copy(const struct sqz_qnet *net, struct sqz_qlayer *layer,
		       struct sqz_error *err)
{
	double factor = net->tensors[layer->input].scale /
			net->tensors[layer->output].scale;

	for (uint32_t c = 0; c < sqz_qlayer_written(net, layer); c++)
		if (sqz_scale_make(factor, &layer->scale[c], err))
			return name_failure(layer, c, err);
	return 0;
}

static int finish_average(const struct sqz_qnet *net, struct sqz_qlayer *layer,
			  struct sqz_error *err)
{
	double factor = net->tensors[layer->input].scale /
			net->tensors[layer->output].scale;

	for (uint32_t i = 0; i < layer->average_count; i++) {
		uint32_t window = layer->average_count == 1
				      ? layer->kernel_h * layer->kernel_w
				      : i + 1;

		if (sqz_scale_make(factor / window, &layer->average[i], err))
			return name_failure(layer, 0, err);
	}
	return 0;
}

static void set_bounds(const struct sqz_qnet *net, struct sqz_qlayer *layer)
{
	const struct sqz_qtensor *out = &net->tensors[layer->output];
	int32_t least = layer->out_bytes == 4 ? INT32_MIN : 0;
	int32_t most = layer->out_bytes == 4 ? INT32_MAX : 255;

	layer->z_in = net->tensors[layer->input].zero_point;
	layer->z_residual = layer->residual == SQZ_NO_TENSOR
				? 0
				: net->tensors[layer->residual].zero_point;
	layer->z_out = out->zero_point;
	layer->low = least;
	layer->high = most;
	if (isfinite(layer->clip_low))
		layer->low = sqz_round_clamp(layer->clip_low / out->scale +
						 out->zero_point,
					     least, most);
	if (isfinite(layer->clip_high))
		layer->high = sqz_round_clamp(layer->clip_high / out->scale +
						  out->zero_point,
					      layer->low, most);
}

int sqz_layer_integers(struct sqz_qnet *net, struct sqz_qlayer *layer,
		       const float *bias, struct sqz_error *err)
{
	int result = 0;

	layer->z_in = net->tensors[layer->input].zero_point;
	if (layer->kind == SQZ_STEP_MVM)
		result = finish_mvm(net, layer, bias, err);
	else if (layer->kind == SQZ_STEP_ADD)
		result = finish_add(net, layer, err);
	else if (layer->kind == SQZ_STEP_COPY)
		result = finish_copy(net, layer, err);
	else if (layer->kind == SQZ_STEP_AVGPOOL)
		result = finish_average(net, layer, err);
	if (result == 0)
		set_bounds(net, layer);
	return result;
}
