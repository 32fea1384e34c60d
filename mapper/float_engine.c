/*
 * Plans the buffers (a tensor's buffer is free again after its last reader),
 * packs the weights once, and lets each worker take every n-th group of images.
 */
#include "float_engine.h"

#include "float_kernels.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Images that are computed at once: enough to fill the vectors of layers that
 * have a single pixel. Fewer if the buffers would get large. */
#define GROUP_IMAGES	 16u
#define MAX_GROUP_VALUES ((size_t)1 << 26)
#define MAX_THREADS	 64u
#define ALIGNMENT	 64u

struct plan {
	uint32_t *slots;     /* for each tensor: its buffer */
	uint32_t *last_uses; /* for each tensor: the last node that reads it */
	size_t *sizes;	     /* for each buffer: values per image */
	bool *busy;	     /* for each buffer, while planning */
	uint32_t count;	     /* buffers */
};

struct run {
	const struct sqz_graph *graph;
	const struct sqz_float_options *options;
	const float *images;
	float *outputs;
	size_t image_count;
	uint32_t group; /* images that are computed at once */
	unsigned threads;
	uint32_t most_inputs; /* of any node */
	struct plan plan;
	struct sqz_float_layer *layers; /* for each node */
	size_t padded_size, panel_size; /* largest of all layers */
};

struct worker {
	const struct run *run;
	unsigned index;
	int result;
	struct sqz_error err;
	float **buffers;
	const float **inputs;		 /* of the current node */
	const struct sqz_shape **shapes; /* of the current node */
	struct sqz_float_scratch scratch;
};

static void plan_free(struct plan *plan)
{
	free(plan->slots);
	free(plan->last_uses);
	free(plan->sizes);
	free(plan->busy);
}

/* A buffer for the tensor: the first free one, or a new one. */
static void plan_tensor(const struct sqz_graph *graph, struct plan *plan,
			uint32_t tensor)
{
	size_t wanted = sqz_shape_elements(&graph->tensors[tensor].shape);
	uint32_t slot = 0;

	while (slot < plan->count && plan->busy[slot])
		slot++;
	if (slot == plan->count)
		plan->count++;
	plan->busy[slot] = true;
	plan->slots[tensor] = slot;
	if (plan->sizes[slot] < wanted)
		plan->sizes[slot] = wanted;
}

static void plan_last_uses(const struct sqz_graph *graph, struct plan *plan)
{
	for (uint32_t i = 0; i < graph->node_count; i++)
		for (uint32_t k = 0; k < graph->nodes[i].input_count; k++)
			plan->last_uses[graph->nodes[i].inputs[k]] = i;
	plan->last_uses[graph->output] = graph->node_count;
}

static int plan_create(const struct sqz_graph *graph, struct plan *plan,
		       struct sqz_error *err)
{
	size_t count = graph->tensor_count;

	*plan = (struct plan){
		.slots = calloc(count, sizeof(*plan->slots)),
		.last_uses = calloc(count, sizeof(*plan->last_uses)),
		.sizes = calloc(count, sizeof(*plan->sizes)),
		.busy = calloc(count, sizeof(*plan->busy)),
	};
	if (!plan->slots || !plan->last_uses || !plan->sizes || !plan->busy)
		return sqz_fail(err, "out of memory for %zu tensors", count);
	plan_last_uses(graph, plan);
	plan_tensor(graph, plan, graph->input);
	for (uint32_t i = 0; i < graph->node_count; i++) {
		const struct sqz_node *node = &graph->nodes[i];

		plan_tensor(graph, plan, node->output);
		for (uint32_t k = 0; k < node->input_count; k++)
			if (plan->last_uses[node->inputs[k]] == i)
				plan->busy[plan->slots[node->inputs[k]]] =
				    false;
	}
	return 0;
}

static void choose_group(struct run *run)
{
	size_t per_image = 1;

	for (uint32_t i = 0; i < run->plan.count; i++)
		per_image += run->plan.sizes[i];
	size_t group = MAX_GROUP_VALUES / per_image;

	run->group = group < 1		    ? 1
		     : group > GROUP_IMAGES ? GROUP_IMAGES
					    : (uint32_t)group;
}

static int create_layers(struct run *run, struct sqz_error *err)
{
	const struct sqz_graph *graph = run->graph;

	run->layers = calloc(graph->node_count + 1u, sizeof(*run->layers));
	if (!run->layers)
		return sqz_fail(err, "out of memory for %u layers",
				graph->node_count);
	for (uint32_t i = 0; i < graph->node_count; i++) {
		struct sqz_float_layer *layer = &run->layers[i];

		if (sqz_float_layer_create(graph, &graph->nodes[i], layer, err))
			return -1;
		size_t padded = sqz_float_padded_size(layer, run->group);
		size_t panel = sqz_float_panel_size(layer);

		if (run->padded_size < padded)
			run->padded_size = padded;
		if (run->panel_size < panel)
			run->panel_size = panel;
		if (run->most_inputs < graph->nodes[i].input_count)
			run->most_inputs = graph->nodes[i].input_count;
	}
	return 0;
}

static void run_free(struct run *run)
{
	for (uint32_t i = 0; run->layers && i < run->graph->node_count; i++)
		sqz_float_layer_free(&run->layers[i]);
	free(run->layers);
	plan_free(&run->plan);
}

/* Zeroed, because kernels read (and ignore) what lies behind the last value. */
static float *buffer_create(size_t values)
{
	size_t bytes = (values + SQZ_FLOAT_SLACK) * sizeof(float);

	bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	float *buffer = aligned_alloc(ALIGNMENT, bytes);

	if (buffer)
		memset(buffer, 0, bytes);
	return buffer;
}

static void worker_free(struct worker *worker)
{
	for (uint32_t i = 0; worker->buffers && i < worker->run->plan.count;
	     i++)
		free(worker->buffers[i]);
	free(worker->buffers);
	free(worker->inputs);
	free(worker->shapes);
	free(worker->scratch.padded);
	free(worker->scratch.panel);
}

static int worker_create(struct worker *worker)
{
	const struct run *run = worker->run;
	uint32_t count = run->plan.count;
	bool complete = true;

	worker->buffers = calloc(count, sizeof(*worker->buffers));
	worker->inputs = calloc(run->most_inputs + 1u, sizeof(*worker->inputs));
	worker->shapes = calloc(run->most_inputs + 1u, sizeof(*worker->shapes));
	worker->scratch.padded = buffer_create(run->padded_size);
	worker->scratch.panel = buffer_create(run->panel_size);
	if (!worker->buffers || !worker->inputs || !worker->shapes ||
	    !worker->scratch.padded || !worker->scratch.panel)
		return sqz_fail(&worker->err, "out of memory for buffers");
	for (uint32_t i = 0; i < count; i++) {
		worker->buffers[i] =
		    buffer_create(run->plan.sizes[i] * run->group);
		complete = complete && worker->buffers[i];
	}
	return complete ? 0
			: sqz_fail(&worker->err, "out of memory for buffers");
}

static float *tensor_values(const struct worker *worker, uint32_t tensor)
{
	return worker->buffers[worker->run->plan.slots[tensor]];
}

/* Between [images][channels][area] outside and [channels][images][area]. */
static void load_input(const struct worker *worker, size_t first,
		       uint32_t images)
{
	const struct sqz_graph *graph = worker->run->graph;
	const struct sqz_shape *shape = &graph->tensors[graph->input].shape;
	size_t area = (size_t)shape->height * shape->width;
	size_t channels = shape->channels;
	float *to = tensor_values(worker, graph->input);
	const float *from = worker->run->images + first * channels * area;

	for (size_t b = 0; b < images; b++)
		for (size_t c = 0; c < channels; c++)
			memcpy(to + (c * images + b) * area,
			       from + (b * channels + c) * area,
			       area * sizeof(*to));
}

static void store_output(const struct worker *worker, size_t first,
			 uint32_t images)
{
	const struct sqz_graph *graph = worker->run->graph;
	const struct sqz_shape *shape = &graph->tensors[graph->output].shape;
	size_t area = (size_t)shape->height * shape->width;
	size_t channels = shape->channels;
	const float *from = tensor_values(worker, graph->output);
	float *to = worker->run->outputs + first * channels * area;

	for (size_t b = 0; b < images; b++)
		for (size_t c = 0; c < channels; c++)
			memcpy(to + (b * channels + c) * area,
			       from + (c * images + b) * area,
			       area * sizeof(*to));
}

static void show(const struct worker *worker, uint32_t tensor, size_t first,
		 uint32_t images)
{
	const struct sqz_float_options *options = worker->run->options;
	struct sqz_float_view view = { .tensor = tensor,
				       .first_image = first,
				       .image_count = images,
				       .values =
					   tensor_values(worker, tensor) };

	if (options->observe)
		options->observe(options->context, &view);
}

static void run_node(const struct worker *worker, uint32_t index,
		     uint32_t images)
{
	const struct sqz_graph *graph = worker->run->graph;
	const struct sqz_float_layer *layer = &worker->run->layers[index];
	const struct sqz_node *node = layer->node;
	float *out = tensor_values(worker, node->output);

	if (layer->packed) {
		sqz_float_conv(layer, images,
			       tensor_values(worker, node->inputs[0]), out,
			       &worker->scratch);
		return;
	}
	for (uint32_t k = 0; k < node->input_count; k++) {
		worker->inputs[k] = tensor_values(worker, node->inputs[k]);
		worker->shapes[k] = &graph->tensors[node->inputs[k]].shape;
	}
	sqz_float_simple(layer, images, worker->inputs, worker->shapes, out);
}

static void run_group(const struct worker *worker, size_t first,
		      uint32_t images)
{
	const struct sqz_graph *graph = worker->run->graph;

	load_input(worker, first, images);
	show(worker, graph->input, first, images);
	for (uint32_t i = 0; i < graph->node_count; i++) {
		run_node(worker, i, images);
		show(worker, graph->nodes[i].output, first, images);
	}
	store_output(worker, first, images);
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	const struct run *run = worker->run;

	worker->result = worker_create(worker);
	for (size_t first = (size_t)worker->index * run->group;
	     !worker->result && first < run->image_count;
	     first += (size_t)run->threads * run->group) {
		size_t left = run->image_count - first;

		run_group(worker, first,
			  left < run->group ? (uint32_t)left : run->group);
	}
	worker_free(worker);
	return NULL;
}

/* The caller is worker 0. */
static int run_workers(const struct run *run, struct sqz_error *err)
{
	struct worker workers[MAX_THREADS] = { 0 };
	pthread_t threads[MAX_THREADS];
	unsigned started = 1;
	int result = 0;

	for (unsigned i = 0; i < run->threads; i++)
		workers[i] = (struct worker){ .run = run, .index = i };
	while (
	    started < run->threads &&
	    !pthread_create(&threads[started], NULL, work, &workers[started]))
		started++;
	if (started < run->threads)
		result = sqz_fail(err, "cannot start thread %u", started);
	else
		work(&workers[0]);
	for (unsigned i = 1; i < started; i++)
		pthread_join(threads[i], NULL);
	for (unsigned i = 0; !result && i < run->threads; i++)
		if (workers[i].result)
			result = sqz_fail(err, "%s", workers[i].err.text);
	return result;
}

static unsigned choose_threads(const struct run *run)
{
	size_t groups = (run->image_count + run->group - 1) / run->group;
	size_t threads = run->options->threads;

	if (run->options->observe || threads < 1)
		return 1;
	if (threads > groups)
		threads = groups;
	return threads > MAX_THREADS ? MAX_THREADS : (unsigned)threads;
}

int sqz_float_run(const struct sqz_graph *graph, const float *images,
		  size_t count, float *outputs,
		  const struct sqz_float_options *options,
		  struct sqz_error *err)
{
	static const struct sqz_float_options defaults = { 0 };
	struct run run = { .graph = graph,
			   .options = options ? options : &defaults,
			   .images = images,
			   .outputs = outputs,
			   .image_count = count };

	if (count == 0)
		return 0;
	int result = plan_create(graph, &run.plan, err);

	if (!result) {
		choose_group(&run);
		result = create_layers(&run, err);
	}
	if (!result) {
		run.threads = choose_threads(&run);
		result = run_workers(&run, err);
	}
	run_free(&run);
	return result;
}

uint32_t sqz_float_top1(const float *values, size_t count)
{
	size_t best = 0;

	for (size_t i = 1; i < count; i++)
		if (values[i] > values[best])
			best = i;
	return (uint32_t)best;
}
