#include "quantize.h"

#include "bias_correction.h"
#include "integers.h"
#include "parallel.h"
#include "quantizer.h"

#include <math.h>
#include <stdlib.h>

static int allocate_numbers(const struct sqz_qnet *net,
			    struct sqz_qlayer *layer, struct sqz_error *err)
{
	size_t channels = sqz_qlayer_out_channels(net, layer);
	bool mvm = layer->kind == SQZ_STEP_MVM;
	bool scaled =
	    mvm || layer->kind == SQZ_STEP_ADD || layer->kind == SQZ_STEP_COPY;
	bool ok = true;

	if (mvm) {
		layer->weight_count =
		    channels * sqz_qlayer_group_rows(net, layer);
		layer->weights =
		    calloc(layer->weight_count, sizeof(*layer->weights));
		layer->weight_scale =
		    calloc(channels, sizeof(*layer->weight_scale));
		layer->bias = calloc(channels, sizeof(*layer->bias));
		ok = layer->weights && layer->weight_scale && layer->bias;
	}
	if (scaled) {
		layer->scale = calloc(sqz_qlayer_written(net, layer),
				      sizeof(*layer->scale));
		ok = ok && layer->scale;
	}
	if (scaled && layer->residual != SQZ_NO_TENSOR) {
		layer->residual_scale =
		    calloc(channels, sizeof(*layer->residual_scale));
		ok = ok && layer->residual_scale;
	}
	if (layer->kind == SQZ_STEP_AVGPOOL) {
		layer->average =
		    calloc(layer->average_count, sizeof(*layer->average));
		ok = ok && layer->average;
	}
	return ok ? 0 : sqz_fail(err, "out of memory for %s", layer->name);
}

/* Dead channels have weights near zero and biases that are not: the unit must
 * leave room for bias and residual in the accumulator. At these limits an
 * output step is still 2^24 accumulator steps, so nothing is lost. */
static double least_unit(const struct sqz_qnet *net,
			 const struct sqz_qlayer *layer, double bias)
{
	double least = ldexp(fabs(bias), -24);

	if (layer->residual_scale)
		least = fmax(least,
			     ldexp(net->tensors[layer->residual].scale, -20));
	if (layer->out_bytes == 1)
		least =
		    fmax(least, ldexp(net->tensors[layer->output].scale, -24));
	return least / net->tensors[layer->input].scale;
}

/* A channel with neither weights nor bias may have any unit: the smallest of
 * the others, so that it does not coarsen logits that share a scale. */
static void fill_empty_units(double *units, uint32_t channels)
{
	double least = 0;

	for (uint32_t c = 0; c < channels; c++)
		if (units[c] > 0 && (least == 0 || units[c] < least))
			least = units[c];
	for (uint32_t c = 0; c < channels; c++)
		if (!(units[c] > 0))
			units[c] = least > 0 ? least : 1;
}

static void choose_units(const struct sqz_qnet *net,
			 const struct sqz_codebook *book,
			 const struct sqz_scheme *scheme,
			 const struct sqz_node *node, struct sqz_qlayer *layer)
{
	size_t rows = sqz_qlayer_group_rows(net, layer);
	uint32_t channels = sqz_qlayer_out_channels(net, layer);
	double common = 0;

	if (!scheme->per_channel)
		common = sqz_weight_unit(book, scheme, node->weights,
					 layer->weight_count);
	for (uint32_t c = 0; c < channels; c++) {
		double unit = common;

		if (scheme->per_channel)
			unit = sqz_weight_unit(book, scheme,
					       node->weights + c * rows, rows);
		layer->weight_scale[c] =
		    fmax(unit, least_unit(net, layer, (double)node->bias[c]));
	}
	fill_empty_units(layer->weight_scale, channels);
}

static void encode_weights(const struct sqz_qnet *net,
			   const struct sqz_codebook *book,
			   const struct sqz_scheme *scheme,
			   const struct sqz_node *node,
			   struct sqz_qlayer *layer)
{
	size_t rows = sqz_qlayer_group_rows(net, layer);
	uint32_t channels = sqz_qlayer_out_channels(net, layer);

	choose_units(net, book, scheme, node, layer);
	for (uint32_t c = 0; c < channels; c++)
		sqz_weight_codes(book, layer->weight_scale[c],
				 node->weights + c * rows, rows,
				 layer->weights + c * rows);
}

/* Cuts the lowest planes off, towards zero. */
static void truncate_weights(struct sqz_qlayer *layer, unsigned planes)
{
	for (size_t i = 0; i < layer->weight_count; i++) {
		int value = layer->weights[i];
		int kept = abs(value) >> planes << planes;

		layer->weights[i] = (int16_t)(value < 0 ? -kept : kept);
	}
}

static int slice_layer(const struct sqz_qnet *net,
		       const struct sqz_scheme *scheme,
		       struct sqz_qlayer *layer, struct sqz_blocks *blocks,
		       struct sqz_error *err)
{
	struct sqz_block_shape shape = {
		.groups = layer->groups,
		.group_rows = sqz_qlayer_group_rows(net, layer),
		.out_channels = sqz_qlayer_out_channels(net, layer),
		.array_rows = scheme->array_rows,
		.array_columns = scheme->array_columns,
		.cell_bits = scheme->cell_bits,
	};

	if (sqz_blocks_slice(&shape, layer->weights, scheme->planes, blocks,
			     err))
		return -1;
	blocks->truncate = scheme->truncate;
	if (scheme->order_blocks &&
	    sqz_blocks_order(blocks, scheme->order_blocks, err))
		return -1;
	if (scheme->squeeze == 0)
		return 0;
	sqz_blocks_squeeze(blocks, scheme->squeeze);
	sqz_blocks_store(blocks, &shape, layer->weights);
	return 0;
}

static int quantize_mvm(const struct sqz_node *node,
			const struct sqz_scheme *scheme, struct sqz_qnet *net,
			struct sqz_qlayer *layer, struct sqz_blocks *blocks,
			struct sqz_error *err)
{
	struct sqz_codebook book;
	float *bias = NULL;
	int result;

	if (sqz_scheme_check(scheme, err) ||
	    sqz_codebook_make(scheme, &book, err))
		return -1;
	encode_weights(net, &book, scheme, node, layer);
	sqz_codebook_free(&book);
	truncate_weights(layer, scheme->truncate);
	if (slice_layer(net, scheme, layer, blocks, err) ||
	    (scheme->correct_bias &&
	     sqz_correct_bias(net, layer, node, &bias, err)))
		return -1;
	result = sqz_layer_integers(net, layer, bias ? bias : node->bias, err);
	free(bias);
	return result;
}

int sqz_quantize_begin(const struct sqz_qnet *lowered,
		       struct sqz_quantized *out, struct sqz_error *err)
{
	*out = (struct sqz_quantized){ 0 };
	if (sqz_qnet_copy(lowered, &out->net, err))
		return -1;
	out->blocks = calloc(out->net.layer_count, sizeof(*out->blocks));
	if (out->blocks)
		return 0;
	sqz_quantized_free(out);
	return sqz_fail(err, "out of memory for %u layers",
			lowered->layer_count);
}

int sqz_quantize_layer(const struct sqz_graph *graph,
		       const struct sqz_scheme *scheme, uint32_t index,
		       struct sqz_quantized *out, struct sqz_error *err)
{
	struct sqz_qlayer *layer = &out->net.layers[index];

	if (allocate_numbers(&out->net, layer, err))
		return -1;
	if (layer->kind == SQZ_STEP_MVM)
		return quantize_mvm(&graph->nodes[layer->node], scheme,
				    &out->net, layer, &out->blocks[index], err);
	return sqz_layer_integers(&out->net, layer, NULL, err);
}

void sqz_quantize_drop(struct sqz_quantized *net, uint32_t index)
{
	sqz_blocks_free(&net->blocks[index]);
	sqz_qlayer_drop_numbers(&net->net.layers[index]);
}

struct job {
	const struct sqz_graph *graph;
	const struct sqz_scheme *schemes;
	size_t stride; /* layer i takes schemes[i * stride] */
	struct sqz_quantized *out;
};

static int quantize_piece(void *context, uint32_t index, struct sqz_error *err)
{
	const struct job *job = context;

	return sqz_quantize_layer(job->graph,
				  &job->schemes[index * job->stride], index,
				  job->out, err);
}

static int quantize(const struct sqz_graph *graph,
		    const struct sqz_qnet *lowered,
		    const struct sqz_scheme *schemes, size_t stride,
		    struct sqz_quantized *out, struct sqz_error *err)
{
	struct job job = { graph, schemes, stride, out };

	if (sqz_quantize_begin(lowered, out, err))
		return -1;
	int result = sqz_parallel(lowered->layer_count, sqz_processors(),
				  quantize_piece, &job, err);
	if (result)
		sqz_quantized_free(out);
	return result;
}

int sqz_quantize(const struct sqz_graph *graph, const struct sqz_qnet *lowered,
		 const struct sqz_scheme *scheme, struct sqz_quantized *out,
		 struct sqz_error *err)
{
	*out = (struct sqz_quantized){ 0 };
	if (sqz_scheme_check(scheme, err))
		return -1;
	return quantize(graph, lowered, scheme, 0, out, err);
}

int sqz_quantize_each(const struct sqz_graph *graph,
		      const struct sqz_qnet *lowered,
		      const struct sqz_scheme *schemes,
		      struct sqz_quantized *out, struct sqz_error *err)
{
	return quantize(graph, lowered, schemes, 1, out, err);
}

int sqz_requantize_layer(const struct sqz_graph *graph,
			 const struct sqz_qnet *lowered,
			 const struct sqz_scheme *scheme, uint32_t layer,
			 struct sqz_quantized *net, struct sqz_error *err)
{
	const struct sqz_qlayer *from = &lowered->layers[layer];

	sqz_quantize_drop(net, layer);
	/* Only this layer may have changed its output's scale (logits). */
	net->net.tensors[from->output] = lowered->tensors[from->output];
	return sqz_quantize_layer(graph, scheme, layer, net, err);
}

void sqz_quantized_free(struct sqz_quantized *quantized)
{
	if (quantized->blocks)
		for (uint32_t i = 0; i < quantized->net.layer_count; i++)
			sqz_blocks_free(&quantized->blocks[i]);
	for (uint32_t i = 0; quantized->ou && i < quantized->net.layer_count;
	     i++)
		sqz_ou_plan_free(&quantized->ou[i]);
	free(quantized->ou);
	free(quantized->blocks);
	sqz_qnet_free(&quantized->net);
	*quantized = (struct sqz_quantized){ 0 };
}
