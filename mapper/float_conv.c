/*
 * Convolution as a matrix product. Sixteen positions at a time are packed into
 * a panel, panel[k][16] (k runs over input channel, kernel row, kernel column),
 * and multiplied with four output channels at a time. A vector holds positions,
 * never parts of one sum: each output adds its products in order of k whatever
 * the vector width, so all processors give the same bits.
 */
#include "float_kernels.h"
#include "host/cpu_dispatch.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS SQZ_FLOAT_COLUMNS
#define ROWS	SQZ_FLOAT_ROWS

/* With more runs than this in a panel single copies are as fast. */
#define MAX_RUNS 6u

typedef float vec4 __attribute__((vector_size(16), may_alias));
typedef float vec8 __attribute__((vector_size(32), may_alias));
typedef float vec16 __attribute__((vector_size(64), may_alias));

/* out[ROWS][COLUMNS] = sum over k of weights[k][ROWS] x panel[k][COLUMNS]. The
 * accumulators must stay in registers, so the vector type is spelled out. */
#define TILE_BODY(vec)                                                         \
	static SQZ_CPU_BODY void tile_body_##vec(                              \
	    size_t k, const float *weights, const float *panel, float *out)    \
	{                                                                      \
		enum { PARTS = COLUMNS * sizeof(float) / sizeof(vec) };        \
		vec sums[ROWS][PARTS] = { 0 };                                 \
                                                                               \
		for (size_t i = 0; i < k; i++) {                               \
			const vec *x = (const vec *)(panel + COLUMNS * i);     \
			const float *w = weights + ROWS * i;                   \
                                                                               \
			for (unsigned r = 0; r < ROWS; r++)                    \
				for (unsigned p = 0; p < PARTS; p++)           \
					sums[r][p] += x[p] * w[r];             \
		}                                                              \
		memcpy(out, sums, sizeof(sums));                               \
	}

TILE_BODY(vec4)
TILE_BODY(vec8)
TILE_BODY(vec16)

SQZ_CPU_CLONES_OF(
    tile, (size_t k, const float *weights, const float *panel, float *out),
    (k, weights, panel, out), tile_body_vec4, tile_body_vec8, tile_body_vec16)

/* One panel: where its positions begin in a channel plane of the (padded)
 * input. Neighbours form runs: run r fills columns starts[r] and following. */
struct panel {
	size_t bases[COLUMNS];
	unsigned starts[COLUMNS];
	unsigned runs;
	unsigned columns; /* that exist */
};

/* The input as the window sees it. */
struct view {
	const float *data;
	size_t row, image, plane; /* distances in values */
};

static void set_window(struct sqz_float_layer *layer)
{
	layer->window = layer->node->window;
	if (layer->node->op == SQZ_NODE_GEMM)
		layer->window = (struct sqz_window){ .kernel_h = 1,
						     .kernel_w = 1,
						     .stride_h = 1,
						     .stride_w = 1,
						     .dilation_h = 1,
						     .dilation_w = 1 };
}

static void pack_weights(struct sqz_float_layer *layer)
{
	uint32_t groups = layer->node->groups;
	size_t channels = layer->out.channels / groups;

	for (size_t c = 0; c < layer->out.channels; c++) {
		size_t group = c / channels;
		size_t row = c % channels;
		size_t block = group * layer->row_blocks + row / ROWS;
		float *to = layer->packed + block * layer->k * ROWS;

		for (size_t k = 0; k < layer->k; k++)
			to[k * ROWS + row % ROWS] =
			    layer->node->weights[c * layer->k + k];
	}
}

int sqz_float_layer_create(const struct sqz_graph *graph,
			   const struct sqz_node *node,
			   struct sqz_float_layer *layer, struct sqz_error *err)
{
	*layer = (struct sqz_float_layer){
		.node = node,
		.in = *sqz_node_input_shape(graph, node),
		.out = *sqz_node_output_shape(graph, node),
	};
	set_window(layer);
	if (!node->weights)
		return 0;
	size_t channels = layer->out.channels / node->groups;

	layer->k = node->weight_count / layer->out.channels;
	layer->row_blocks = (channels + ROWS - 1) / ROWS;
	layer->packed =
	    calloc(node->groups * layer->row_blocks * layer->k * ROWS,
		   sizeof(*layer->packed));
	if (!layer->packed)
		return sqz_fail(err, "out of memory for the weights of '%.80s'",
				node->name);
	pack_weights(layer);
	return 0;
}

void sqz_float_layer_free(struct sqz_float_layer *layer)
{
	free(layer->packed);
	*layer = (struct sqz_float_layer){ 0 };
}

static size_t padded_height(const struct sqz_float_layer *layer)
{
	return (size_t)layer->in.height + layer->window.pad_top +
	       layer->window.pad_bottom;
}

static size_t padded_width(const struct sqz_float_layer *layer)
{
	return (size_t)layer->in.width + layer->window.pad_left +
	       layer->window.pad_right;
}

static bool is_padded(const struct sqz_float_layer *layer)
{
	return padded_height(layer) != layer->in.height ||
	       padded_width(layer) != layer->in.width;
}

size_t sqz_float_padded_size(const struct sqz_float_layer *layer,
			     uint32_t images)
{
	if (!layer->packed || !is_padded(layer))
		return 0;
	return (size_t)layer->in.channels * images * padded_height(layer) *
		   padded_width(layer) +
	       SQZ_FLOAT_SLACK;
}

size_t sqz_float_panel_size(const struct sqz_float_layer *layer)
{
	return layer->packed ? layer->k * COLUMNS + SQZ_FLOAT_SLACK : 0;
}

static struct view pad_input(const struct sqz_float_layer *layer,
			     uint32_t images, const float *in, float *padded)
{
	size_t width = layer->in.width;
	size_t height = layer->in.height;
	struct view view = { .data = in,
			     .row = padded_width(layer),
			     .image =
				 padded_width(layer) * padded_height(layer) };

	view.plane = view.image * images;
	if (!is_padded(layer))
		return view;
	memset(padded, 0,
	       sqz_float_padded_size(layer, images) * sizeof(*padded));
	view.data = padded;
	padded += layer->window.pad_top * view.row + layer->window.pad_left;
	for (size_t i = 0; i < (size_t)layer->in.channels * images; i++)
		for (size_t y = 0; y < height; y++)
			memcpy(padded + i * view.image + y * view.row,
			       in + (i * height + y) * width,
			       width * sizeof(*in));
	return view;
}

/* Positions `first` and following of all images of the group. */
static void locate_panel(const struct sqz_float_layer *layer,
			 const struct view *view, size_t first, size_t total,
			 struct panel *panel)
{
	const struct sqz_window *w = &layer->window;
	size_t area = (size_t)layer->out.height * layer->out.width;
	size_t image = first / area;
	size_t y = first % area / layer->out.width;
	size_t x = first % layer->out.width;

	panel->runs = 0;
	panel->columns =
	    total - first < COLUMNS ? (unsigned)(total - first) : COLUMNS;
	for (unsigned i = 0; i < COLUMNS; i++) {
		/* Columns that do not exist repeat the last one. */
		unsigned last = i < panel->columns ? i : panel->columns - 1;

		panel->bases[i] = i == last ? image * view->image +
						  y * w->stride_h * view->row +
						  x * w->stride_w
					    : panel->bases[last];
		if (i == 0 || panel->bases[i] != panel->bases[i - 1] + 1)
			panel->starts[panel->runs++] = i;
		if (++x == layer->out.width) {
			x = 0;
			image += ++y == layer->out.height;
			y %= layer->out.height;
		}
	}
}

/* One k of the panel. A run is copied by a whole vector: what is too much is
 * overwritten by the next run or the next row. */
static void pack_row(const struct panel *panel, const float *from, float *to)
{
	if (panel->runs > MAX_RUNS) {
		for (unsigned i = 0; i < COLUMNS; i++)
			to[i] = from[panel->bases[i]];
		return;
	}
	for (unsigned r = 0; r < panel->runs; r++) {
		unsigned start = panel->starts[r];

		memcpy(to + start, from + panel->bases[start],
		       COLUMNS * sizeof(*to));
	}
}

static void pack_panel(const struct sqz_float_layer *layer,
		       const struct view *view, const struct panel *panel,
		       size_t group, float *to)
{
	const struct sqz_window *w = &layer->window;
	size_t channels = layer->in.channels / layer->node->groups;
	const float *from = view->data + group * channels * view->plane;

	for (size_t c = 0; c < channels; c++) {
		for (uint32_t ky = 0; ky < w->kernel_h; ky++) {
			for (uint32_t kx = 0; kx < w->kernel_w; kx++) {
				pack_row(panel,
					 from + c * view->plane +
					     (size_t)ky * w->dilation_h *
						 view->row +
					     (size_t)kx * w->dilation_w,
					 to);
				to += COLUMNS;
			}
		}
	}
}

static void store_row(const float *sums, float bias, unsigned columns,
		      float *out)
{
	for (unsigned i = 0; i < columns; i++)
		out[i] = sums[i] + bias;
}

/* All channels of one group at the panel's positions. */
static void multiply_panel(const struct sqz_float_layer *layer, size_t group,
			   const struct panel *panel, const float *packed_panel,
			   float *out, size_t total)
{
	_Alignas(64) float sums[ROWS * COLUMNS];
	size_t channels = layer->out.channels / layer->node->groups;

	for (size_t row = 0; row < channels; row += ROWS) {
		size_t block = group * layer->row_blocks + row / ROWS;

		tile(layer->k, layer->packed + block * layer->k * ROWS,
		     packed_panel, sums);
		for (size_t r = 0; r < ROWS && row + r < channels; r++) {
			size_t c = group * channels + row + r;

			store_row(sums + r * COLUMNS, layer->node->bias[c],
				  panel->columns, out + c * total);
		}
	}
}

void sqz_float_conv(const struct sqz_float_layer *layer, uint32_t images,
		    const float *in, float *out,
		    const struct sqz_float_scratch *scratch)
{
	struct view view = pad_input(layer, images, in, scratch->padded);
	size_t total = (size_t)images * layer->out.height * layer->out.width;
	struct panel panel;

	for (size_t first = 0; first < total; first += COLUMNS) {
		locate_panel(layer, &view, first, total, &panel);
		for (size_t g = 0; g < layer->node->groups; g++) {
			pack_panel(layer, &view, &panel, g, scratch->panel);
			multiply_panel(layer, g, &panel, scratch->panel,
				       out + first, total);
		}
	}
}
