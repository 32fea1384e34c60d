#include "bias_correction.h"

#include "float_engine.h"

#include <stdlib.h>

/* Sums over images of the tensors that MVM layers read: C x H x W each, NULL
 * for the others. */
struct sums {
	const struct sqz_graph *graph;
	double **of; /* by graph tensor */
};

static void observe(void *context, const struct sqz_float_view *view)
{
	struct sums *sums = context;
	double *sum = sums->of[view->tensor];
	const struct sqz_shape *shape =
	    &sums->graph->tensors[view->tensor].shape;
	size_t pixels = (size_t)shape->height * shape->width;
	const float *values = view->values;

	if (!sum)
		return;
	for (uint32_t c = 0; c < shape->channels; c++, sum += pixels)
		for (uint32_t i = 0; i < view->image_count; i++)
			for (size_t p = 0; p < pixels; p++)
				sum[p] += (double)*values++;
}

static void sums_free(struct sums *sums)
{
	for (uint32_t i = 0; sums->of && i < sums->graph->tensor_count; i++)
		free(sums->of[i]);
	free(sums->of);
}

static int sums_make(const struct sqz_qnet *net, struct sums *sums,
		     struct sqz_error *err)
{
	const struct sqz_graph *graph = sums->graph;

	sums->of = calloc(graph->tensor_count, sizeof(*sums->of));
	for (uint32_t i = 0; sums->of && i < net->layer_count; i++) {
		const struct sqz_qlayer *layer = &net->layers[i];
		uint32_t tensor = net->tensors[layer->input].graph_tensor;

		if (layer->kind != SQZ_STEP_MVM || sums->of[tensor])
			continue;
		sums->of[tensor] =
		    calloc(sqz_shape_elements(&graph->tensors[tensor].shape),
			   sizeof(double));
		if (!sums->of[tensor])
			return sqz_fail(err, "out of memory for means");
	}
	return sums->of ? 0 : sqz_fail(err, "out of memory for means");
}

/* Sum over all output positions of what kernel place (ky, kx) reads of one
 * channel's map. */
static double sum_place(const struct sqz_qtensor *in,
			const struct sqz_qtensor *out,
			const struct sqz_qlayer *layer, const double *map,
			uint32_t ky, uint32_t kx)
{
	double sum = 0;

	for (uint32_t oy = 0; oy < out->height; oy++) {
		int64_t y = (int64_t)oy * layer->stride_y - layer->pad_top +
			    (int64_t)ky * layer->dilation_y;

		if (y < 0 || y >= in->height)
			continue;
		for (uint32_t ox = 0; ox < out->width; ox++) {
			int64_t x = (int64_t)ox * layer->stride_x -
				    layer->pad_left +
				    (int64_t)kx * layer->dilation_x;

			if (x >= 0 && x < in->width)
				sum += map[y * in->width + x];
		}
	}
	return sum;
}

static int fill_means(const struct sqz_qnet *net, const double *sums,
		      size_t images, struct sqz_qlayer *layer,
		      struct sqz_error *err)
{
	const struct sqz_qtensor *in = &net->tensors[layer->input];
	const struct sqz_qtensor *out = &net->tensors[layer->output];
	size_t pixels = (size_t)in->height * in->width;
	double count = (double)images * out->height * out->width;
	size_t area = (size_t)layer->kernel_h * layer->kernel_w;
	double *mean = calloc(in->channels * area, sizeof(*mean));

	if (!mean)
		return sqz_fail(err, "out of memory for means");
	layer->input_means = mean;
	for (uint32_t c = 0; c < in->channels; c++)
		for (uint32_t ky = 0; ky < layer->kernel_h; ky++)
			for (uint32_t kx = 0; kx < layer->kernel_w; kx++)
				*mean++ = sum_place(in, out, layer,
						    sums + c * pixels, ky, kx) /
					  count;
	return 0;
}

int sqz_input_means(const struct sqz_graph *graph, const float *images,
		    size_t count, struct sqz_qnet *net, struct sqz_error *err)
{
	struct sums sums = { .graph = graph };
	struct sqz_float_options options = { .observe = observe,
					     .context = &sums };
	size_t values =
	    sqz_shape_elements(&graph->tensors[graph->output].shape);
	float *outputs = malloc(count * values * sizeof(*outputs));
	int result = outputs
			 ? sums_make(net, &sums, err)
			 : sqz_fail(err, "out of memory for %zu images", count);

	if (result == 0)
		result =
		    sqz_float_run(graph, images, count, outputs, &options, err);
	for (uint32_t i = 0; result == 0 && i < net->layer_count; i++) {
		struct sqz_qlayer *layer = &net->layers[i];
		uint32_t tensor = net->tensors[layer->input].graph_tensor;

		if (layer->kind == SQZ_STEP_MVM)
			result =
			    fill_means(net, sums.of[tensor], count, layer, err);
	}
	sums_free(&sums);
	free(outputs);
	return result;
}

int sqz_correct_bias(const struct sqz_qnet *net, const struct sqz_qlayer *layer,
		     const struct sqz_node *node, float **bias,
		     struct sqz_error *err)
{
	uint32_t channels = sqz_qlayer_out_channels(net, layer);
	size_t rows = sqz_qlayer_group_rows(net, layer);

	if (!layer->input_means)
		return sqz_fail(err, "layer %s: no means to correct biases",
				layer->name);
	*bias = malloc(channels * sizeof(**bias));
	if (!*bias)
		return sqz_fail(err, "out of memory for biases");
	for (uint32_t c = 0; c < channels; c++) {
		size_t group = c / (channels / layer->groups);
		const double *means = layer->input_means + group * rows;
		const int16_t *stored = layer->weights + c * rows;
		const float *real = node->weights + c * rows;
		double shift = 0;

		for (size_t r = 0; r < rows; r++)
			shift += (stored[r] * layer->weight_scale[c] -
				  (double)real[r]) *
				 means[r];
		(*bias)[c] = (float)((double)node->bias[c] - shift);
	}
	return 0;
}
