/* Operators without weights, on a group of images. */
#include "float_kernels.h"

#include <math.h>
#include <string.h>

/* One plane (one channel of one image) at a time. */
struct pool {
	const struct sqz_float_layer *layer;
	int64_t y, x; /* where the window begins; may lie in the padding */
};

static void add(size_t count, const float *a, const float *b, float *out)
{
	for (size_t i = 0; i < count; i++)
		out[i] = a[i] + b[i];
}

static void clip(size_t count, float lo, float hi, const float *in, float *out)
{
	for (size_t i = 0; i < count; i++) {
		float value = in[i] > lo ? in[i] : lo;

		out[i] = value < hi ? value : hi;
	}
}

static float max_window(const struct pool *pool, const float *plane)
{
	const struct sqz_window *w = &pool->layer->window;
	const struct sqz_shape *in = &pool->layer->in;
	float best = -INFINITY;

	for (uint32_t ky = 0; ky < w->kernel_h; ky++) {
		int64_t y = pool->y + (int64_t)ky * w->dilation_h;

		if (y < 0 || y >= in->height)
			continue;
		for (uint32_t kx = 0; kx < w->kernel_w; kx++) {
			int64_t x = pool->x + (int64_t)kx * w->dilation_w;

			if (x < 0 || x >= in->width)
				continue;
			float value = plane[y * in->width + x];
			best = value > best ? value : best;
		}
	}
	return best;
}

static float average_window(const struct pool *pool, const float *plane)
{
	const struct sqz_window *w = &pool->layer->window;
	const struct sqz_shape *in = &pool->layer->in;
	float sum = 0;
	uint64_t inside = 0;

	for (uint32_t ky = 0; ky < w->kernel_h; ky++) {
		int64_t y = pool->y + (int64_t)ky * w->dilation_h;

		if (y < 0 || y >= in->height)
			continue;
		for (uint32_t kx = 0; kx < w->kernel_w; kx++) {
			int64_t x = pool->x + (int64_t)kx * w->dilation_w;

			if (x < 0 || x >= in->width)
				continue;
			sum += plane[y * in->width + x];
			inside++;
		}
	}
	uint64_t area = (uint64_t)w->kernel_h * w->kernel_w;

	return sum /
	       (float)(pool->layer->node->count_include_pad ? area : inside);
}

static void pool_planes(const struct sqz_float_layer *layer, size_t planes,
			const float *in, float *out,
			float (*window)(const struct pool *, const float *))
{
	const struct sqz_window *w = &layer->window;
	size_t area = (size_t)layer->in.height * layer->in.width;

	for (size_t p = 0; p < planes; p++) {
		for (uint32_t y = 0; y < layer->out.height; y++) {
			for (uint32_t x = 0; x < layer->out.width; x++) {
				struct pool pool = {
					.layer = layer,
					.y = (int64_t)y * w->stride_h -
					     w->pad_top,
					.x = (int64_t)x * w->stride_w -
					     w->pad_left,
				};

				*out++ = window(&pool, in + p * area);
			}
		}
	}
}

static void average_planes(size_t planes, size_t area, const float *in,
			   float *out)
{
	for (size_t p = 0; p < planes; p++) {
		float sum = 0;

		for (size_t i = 0; i < area; i++)
			sum += in[p * area + i];
		out[p] = sum / (float)area;
	}
}

/* [channels][images][area] to [channels * area][images] */
static void flatten(size_t channels, size_t images, size_t area,
		    const float *in, float *out)
{
	for (size_t c = 0; c < channels; c++)
		for (size_t b = 0; b < images; b++)
			for (size_t i = 0; i < area; i++)
				out[(c * area + i) * images + b] =
				    in[(c * images + b) * area + i];
}

static void pad(const struct sqz_float_layer *layer, size_t planes,
		const float *in, float *out)
{
	size_t height = layer->in.height;
	size_t width = layer->in.width;
	size_t row = layer->out.width;
	size_t plane = row * layer->out.height;

	memset(out, 0, planes * plane * sizeof(*out));
	out += layer->window.pad_top * row + layer->window.pad_left;
	for (size_t p = 0; p < planes; p++)
		for (size_t y = 0; y < height; y++)
			memcpy(out + p * plane + y * row,
			       in + (p * height + y) * width,
			       width * sizeof(*in));
}

static void concat(uint32_t images, uint32_t count, const float *const *inputs,
		   const struct sqz_shape *const *shapes, float *out)
{
	for (uint32_t i = 0; i < count; i++) {
		size_t values = sqz_shape_elements(shapes[i]) * images;

		memcpy(out, inputs[i], values * sizeof(*out));
		out += values;
	}
}

void sqz_float_simple(const struct sqz_float_layer *layer, uint32_t images,
		      const float *const *inputs,
		      const struct sqz_shape *const *shapes, float *out)
{
	const struct sqz_node *node = layer->node;
	size_t count = sqz_shape_elements(&layer->in) * images;
	size_t planes = (size_t)layer->in.channels * images;
	size_t area = (size_t)layer->in.height * layer->in.width;

	switch (node->op) {
	case SQZ_NODE_ADD:
		add(count, inputs[0], inputs[1], out);
		break;
	case SQZ_NODE_RELU:
		clip(count, 0, INFINITY, inputs[0], out);
		break;
	case SQZ_NODE_CLIP:
		clip(count, node->clip_lo, node->clip_hi, inputs[0], out);
		break;
	case SQZ_NODE_MAX_POOL:
		pool_planes(layer, planes, inputs[0], out, max_window);
		break;
	case SQZ_NODE_AVERAGE_POOL:
		pool_planes(layer, planes, inputs[0], out, average_window);
		break;
	case SQZ_NODE_GLOBAL_AVERAGE_POOL:
		average_planes(planes, area, inputs[0], out);
		break;
	case SQZ_NODE_FLATTEN:
		flatten(layer->in.channels, images, area, inputs[0], out);
		break;
	case SQZ_NODE_PAD:
		pad(layer, planes, inputs[0], out);
		break;
	case SQZ_NODE_CONCAT:
		concat(images, node->input_count, inputs, shapes, out);
		break;
	default: /* CONV and GEMM: sqz_float_conv() */
		break;
	}
}
