/* Straight from docs/arithmetic.md, one output value at a time, 128 bits. */
#include "random_net.h"

#include <stdlib.h>

typedef __int128 wide;

static wide rha(wide value, unsigned shift)
{
	wide unit = (wide)1 << shift;
	wide magnitude = value < 0 ? -value : value;
	wide rounded = (2 * magnitude + unit) / (2 * unit);

	return value < 0 ? -rounded : rounded;
}

static wide scaled(wide value, const struct sqz_scale *scale)
{
	return rha(value * scale->mult, scale->shift);
}

static int32_t bounded(const struct sqz_qlayer *layer, wide value)
{
	if (value < layer->low)
		return layer->low;
	return value > layer->high ? layer->high : (int32_t)value;
}

struct position {
	const struct sqz_qnet *net;
	const struct sqz_qlayer *layer;
	int32_t *const *values;
	uint32_t y, x, n;
};

static int32_t at(const struct position *p, uint32_t tensor, uint32_t y,
		  uint32_t x, uint32_t c)
{
	const struct sqz_qtensor *t = &p->net->tensors[tensor];

	return p->values[tensor][((size_t)y * t->width + x) * t->channels + c];
}

/* Input pixel under (ky, kx), or z_in and *inside false outside. */
static int32_t tap(const struct position *p, uint32_t ky, uint32_t kx,
		   uint32_t c, int *inside)
{
	const struct sqz_qlayer *l = p->layer;
	const struct sqz_qtensor *in = &p->net->tensors[l->input];
	int64_t y = (int64_t)p->y * l->stride_y + ky * l->dilation_y -
		    (int64_t)l->pad_top;
	int64_t x = (int64_t)p->x * l->stride_x + kx * l->dilation_x -
		    (int64_t)l->pad_left;

	*inside = y >= 0 && y < in->height && x >= 0 && x < in->width;
	return *inside ? at(p, l->input, (uint32_t)y, (uint32_t)x, c) : l->z_in;
}

static int32_t naive_mvm(const struct position *p)
{
	const struct sqz_qlayer *l = p->layer;
	uint32_t in = p->net->tensors[l->input].channels / l->groups;
	uint32_t out = p->net->tensors[l->output].channels / l->groups;
	wide acc = l->bias[p->n];
	size_t k = (size_t)p->n * in * l->kernel_h * l->kernel_w;
	int inside;

	for (uint32_t c = 0; c < in; c++)
		for (uint32_t ky = 0; ky < l->kernel_h; ky++)
			for (uint32_t kx = 0; kx < l->kernel_w; kx++)
				acc += (wide)l->weights[k++] *
				       tap(p, ky, kx, p->n / out * in + c,
					   &inside);
	if (l->residual != SQZ_NO_TENSOR)
		acc +=
		    scaled(at(p, l->residual, p->y, p->x, p->n) - l->z_residual,
			   &l->residual_scale[p->n]);
	return bounded(l, l->z_out + scaled(acc, &l->scale[p->n]));
}

static int32_t naive_pool(const struct position *p)
{
	const struct sqz_qlayer *l = p->layer;
	wide sum = 0, padding = 0;
	int32_t most = -1;
	uint32_t pixels = 0;

	for (uint32_t ky = 0; ky < l->kernel_h; ky++)
		for (uint32_t kx = 0; kx < l->kernel_w; kx++) {
			int inside;
			int32_t value = tap(p, ky, kx, p->n, &inside);

			if (!inside) {
				padding += value;
				continue;
			}
			sum += value;
			most = value > most ? value : most;
			pixels++;
		}
	if (l->kind == SQZ_STEP_MAXPOOL)
		return bounded(l, most);
	if (l->average_count == 1)
		return bounded(l, scaled(sum + padding, &l->average[0]));
	return bounded(l, scaled(sum, &l->average[pixels - 1]));
}

static int32_t naive_add(const struct position *p)
{
	const struct sqz_qlayer *l = p->layer;
	wide a = at(p, l->input, p->y, p->x, p->n) - l->z_in;
	wide b = at(p, l->residual, p->y, p->x, p->n) - l->z_residual;

	return bounded(l, l->z_out + scaled(a, &l->scale[p->n]) +
			      scaled(b, &l->residual_scale[p->n]));
}

/* Padding is z_in. */
static int32_t naive_copy(const struct position *p)
{
	const struct sqz_qlayer *l = p->layer;
	uint32_t c = p->n - l->first_channel;
	int inside;

	return bounded(l, l->z_out + scaled(tap(p, 0, 0, c, &inside) - l->z_in,
					    &l->scale[c]));
}

static int32_t naive_value(const struct position *p)
{
	switch (p->layer->kind) {
	case SQZ_STEP_MVM:
		return naive_mvm(p);
	case SQZ_STEP_ADD:
		return naive_add(p);
	case SQZ_STEP_COPY:
		return naive_copy(p);
	default:
		return naive_pool(p);
	}
}

void naive_run(const struct sqz_qnet *net, const uint8_t *input,
	       int32_t **outputs)
{
	const struct sqz_qtensor *in = &net->tensors[net->input];
	size_t bytes = (size_t)in->height * in->width * in->channels;

	outputs[net->input] = malloc(bytes * sizeof(int32_t));
	for (size_t i = 0; i < bytes; i++)
		outputs[net->input][i] = input[i];
	for (uint32_t i = 0; i < net->layer_count; i++) {
		const struct sqz_qlayer *layer = &net->layers[i];
		const struct sqz_qtensor *out = &net->tensors[layer->output];
		struct position p = { net, layer, outputs, 0, 0, 0 };
		size_t count = (size_t)out->height * out->width * out->channels;
		uint32_t first = layer->first_channel;
		uint32_t end = first + sqz_qlayer_written(net, layer);

		if (first == 0)
			outputs[layer->output] =
			    malloc(count * sizeof(int32_t));
		int32_t *value = outputs[layer->output];
		for (p.y = 0; p.y < out->height; p.y++)
			for (p.x = 0; p.x < out->width; p.x++) {
				for (p.n = first; p.n < end; p.n++)
					value[p.n] = naive_value(&p);
				value += out->channels;
			}
	}
}
