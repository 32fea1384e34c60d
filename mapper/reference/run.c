/* Images through the network, on one or more threads. */
#include "network.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define MAX_THREADS 64

/* Kernels load whole pairs: one value may lie behind the map. */
#define MAP_SLACK 2

static void scratch_free(const struct sqz_reference *ref,
			 struct ref_scratch *scratch)
{
	if (scratch->tensors)
		for (uint32_t i = 0; i < ref->tensor_count; i++)
			free(scratch->tensors[i]);
	free(scratch->tensors);
	free(scratch->maps);
	free(scratch->sums);
	free(scratch->window);
	free(scratch->rows);
}

static bool scratch_make(const struct sqz_reference *ref,
			 const struct sqz_reference_product *product,
			 uint32_t images, struct ref_scratch *scratch)
{
	*scratch = (struct ref_scratch){
		.images = images,
		.shapes = ref->tensors,
		.tensors = calloc(ref->tensor_count, sizeof(void *)),
		.map_elements = ref->map_elements,
		.maps = calloc(ref->map_elements * images + MAP_SLACK,
			       sizeof(*scratch->maps)),
		.sums = calloc(ref->channels * REF_POSITIONS,
			       sizeof(*scratch->sums)),
		.window = calloc(ref->channels, sizeof(*scratch->window)),
		.product = product,
		.rows = calloc(product ? ref->matrix_rows * REF_POSITIONS : 1,
			       sizeof(*scratch->rows)),
	};
	if (!scratch->tensors || !scratch->maps || !scratch->sums ||
	    !scratch->window || !scratch->rows)
		return false;
	for (uint32_t i = 0; i < ref->tensor_count; i++) {
		scratch->tensors[i] =
		    malloc(images * ref_elements(&ref->tensors[i]) *
			   ref->tensors[i].element_bytes);
		if (!scratch->tensors[i])
			return false;
	}
	return true;
}

static void put_logits(const struct sqz_reference *ref,
		       const struct ref_scratch *scratch, uint32_t image,
		       int32_t *logits)
{
	size_t count = sqz_reference_logits(ref);
	const void *values = ref_values(scratch, ref->output, image);

	if (ref->tensors[ref->output].element_bytes == 4) {
		memcpy(logits, values, count * sizeof(*logits));
		return;
	}
	for (size_t i = 0; i < count; i++)
		logits[i] = ((const uint8_t *)values)[i];
}

/* As many images as the scratch says. */
static void run_batch(const struct sqz_reference *ref,
		      struct ref_scratch *scratch, const uint8_t *inputs)
{
	memcpy(scratch->tensors[ref->input], inputs,
	       scratch->images * sqz_reference_input_bytes(ref));
	for (uint32_t i = 0; i < ref->layer_count; i++) {
		scratch->layer = i;
		ref_layer_run(&ref->layers[i], scratch);
	}
}

/* Shared by the threads; each takes the next `batch` images. */
struct job {
	const struct sqz_reference *ref;
	const struct sqz_reference_product *product; /* or NULL */
	const uint8_t *inputs;
	int32_t *logits;
	size_t count;
	uint32_t batch;
	atomic_size_t next;
	atomic_bool no_memory;
};

static void work_batch(const struct job *job, size_t first,
		       struct ref_scratch *scratch)
{
	size_t bytes = sqz_reference_input_bytes(job->ref);
	size_t values = sqz_reference_logits(job->ref);
	size_t left = job->count - first;

	scratch->images = left < job->batch ? (uint32_t)left : job->batch;
	if (job->product)
		scratch->image = job->product->first_image + first;
	run_batch(job->ref, scratch, job->inputs + first * bytes);
	for (uint32_t i = 0; i < scratch->images; i++)
		put_logits(job->ref, scratch, i,
			   job->logits + (first + i) * values);
}

static void *work(void *argument)
{
	struct job *job = argument;
	struct ref_scratch scratch;

	if (scratch_make(job->ref, job->product, job->batch, &scratch)) {
		size_t first;

		while ((first = atomic_fetch_add(&job->next, job->batch)) <
		       job->count)
			work_batch(job, first, &scratch);
	} else {
		atomic_store(&job->no_memory, true);
	}
	scratch_free(job->ref, &scratch);
	return NULL;
}

/* Large enough to read weights seldom, and something to do for every thread.
 * A product is asked for the windows of one image. */
static uint32_t batch_size(size_t count, unsigned threads, bool product)
{
	size_t share = count / (threads ? threads : 1);

	if (product || share < 1)
		return 1;
	return share < REF_IMAGES ? (uint32_t)share : REF_IMAGES;
}

int sqz_reference_run_by(const struct sqz_reference *reference,
			 const struct sqz_reference_product *product,
			 const uint8_t *inputs, size_t count, unsigned threads,
			 int32_t *logits, struct sqz_error *err)
{
	struct job job = { .ref = reference,
			   .product = product,
			   .inputs = inputs,
			   .logits = logits,
			   .count = count,
			   .batch = batch_size(count, threads, product) };
	pthread_t others[MAX_THREADS];
	unsigned started = 0;
	int failed = 0;

	if (threads > MAX_THREADS)
		threads = MAX_THREADS;
	while (!failed && started + 1 < threads) {
		failed = pthread_create(&others[started], NULL, work, &job);
		if (!failed)
			started++;
	}
	if (!failed)
		work(&job);
	for (unsigned i = 0; i < started; i++)
		pthread_join(others[i], NULL);
	if (failed)
		return sqz_fail(err, "reference: cannot start a thread: %s",
				strerror(failed));
	if (atomic_load(&job.no_memory))
		return sqz_fail(err, "reference: out of memory for an image");
	return 0;
}

int sqz_reference_run(const struct sqz_reference *reference,
		      const uint8_t *inputs, size_t count, unsigned threads,
		      int32_t *logits, struct sqz_error *err)
{
	return sqz_reference_run_by(reference, NULL, inputs, count, threads,
				    logits, err);
}

int sqz_reference_trace(const struct sqz_reference *reference,
			const uint8_t *input,
			void (*observe)(void *context,
					const struct sqz_reference_view *view),
			void *context, struct sqz_error *err)
{
	struct ref_scratch scratch;
	int result = 0;

	if (scratch_make(reference, NULL, 1, &scratch)) {
		run_batch(reference, &scratch, input);
		for (uint32_t i = 0; i < reference->layer_count; i++) {
			const struct ref_layer *layer = &reference->layers[i];

			observe(
			    context,
			    &(struct sqz_reference_view){
				.layer = i,
				.name = layer->info.name,
				.values = scratch.tensors[layer->info.output],
				.height = layer->out.height,
				.width = layer->out.width,
				.channels = layer->out.channels,
				.element_bytes = layer->out.element_bytes,
			    });
		}
	} else {
		result = sqz_fail(err, "reference: out of memory for an image");
	}
	scratch_free(reference, &scratch);
	return result;
}

size_t sqz_reference_input_bytes(const struct sqz_reference *reference)
{
	return ref_elements(&reference->tensors[reference->input]);
}

size_t sqz_reference_logits(const struct sqz_reference *reference)
{
	return ref_elements(&reference->tensors[reference->output]);
}

uint32_t sqz_reference_top1(const int32_t *logits, size_t count)
{
	uint32_t best = 0;

	for (size_t i = 1; i < count; i++)
		if (logits[i] > logits[best])
			best = (uint32_t)i;
	return best;
}
