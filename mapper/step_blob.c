#include "step_blob.h"

#include <stdlib.h>
#include <string.h>

#include "ou_blob.h"

/* What the functions below share while one blob grows. */
struct blob {
	const struct sqz_qnet *net;
	const struct sqz_qlayer *layer;
	const struct sqz_blocks *blocks;
	const struct sqz_worker *worker;
	enum sqz_sign_form form;
	struct sqz_builder *out;
	size_t start;
	struct sqz_step_header header;
};

static uint32_t add(struct blob *blob, const void *data, size_t bytes,
		    size_t align)
{
	sqz_builder_align(blob->out, align);
	return (uint32_t)(sqz_builder_add(blob->out, data, bytes) -
			  blob->start);
}

static void set_geometry(struct blob *blob)
{
	const struct sqz_qtensor *in = &blob->net->tensors[blob->layer->input];
	const struct sqz_qtensor *out =
	    &blob->net->tensors[blob->layer->output];
	struct sqz_step_header *h = &blob->header;

	h->in_h = in->height;
	h->in_w = in->width;
	h->in_c = in->channels;
	h->out_h = out->height;
	h->out_w = out->width;
	h->out_c = out->channels;
	h->kernel_h = (uint16_t)blob->layer->kernel_h;
	h->kernel_w = (uint16_t)blob->layer->kernel_w;
	h->stride_y = (uint16_t)blob->layer->stride_y;
	h->stride_x = (uint16_t)blob->layer->stride_x;
	h->dilation_y = (uint16_t)blob->layer->dilation_y;
	h->dilation_x = (uint16_t)blob->layer->dilation_x;
	h->pad_top = (uint16_t)blob->layer->pad_top;
	h->pad_left = (uint16_t)blob->layer->pad_left;
}

static uint16_t reducer_flags(const struct blob *blob,
			      const struct sqz_run_entry *run)
{
	uint16_t flags = SQZ_STEP_F_REDUCER;

	if (run->partial_in != SQZ_NO_TENSOR)
		flags |= SQZ_STEP_F_PARTIAL_IN;
	if (run->partial_out != SQZ_NO_TENSOR)
		return flags | SQZ_STEP_F_PARTIAL_OUT;
	if (blob->layer->residual != SQZ_NO_TENSOR)
		flags |= SQZ_STEP_F_RESIDUAL;
	return flags;
}

static void set_slice(struct blob *blob, const struct sqz_placement *placement,
		      uint32_t index)
{
	const struct sqz_worker *worker = blob->worker;
	const struct sqz_worker *reducer = &placement->workers[worker->reducer];
	struct sqz_step_header *h = &blob->header;

	h->k0 = worker->k0;
	h->k1 = worker->k1;
	h->n0 = worker->n0;
	h->n1 = worker->n1;
	h->fetch_c0 = worker->fetch_c0;
	h->fetch_c1 = worker->fetch_c1;
	if (worker->y1 - worker->y0 < h->out_h) {
		h->y0 = worker->y0;
		h->y1 = worker->y1;
	}
	h->reducer_node = (uint16_t)reducer->node;
	h->reducer_slot = (uint16_t)reducer->slot;
	if (worker->reducer == index)
		h->flags = reducer_flags(blob, &placement->runs[worker->run]);
}

static void set_numbers(struct blob *blob)
{
	const struct sqz_qlayer *layer = blob->layer;
	struct sqz_step_header *h = &blob->header;

	h->input_bits = SQZ_INPUT_BITS;
	h->out_bytes = (uint16_t)layer->out_bytes;
	h->z_in = layer->z_in;
	h->z_residual = layer->z_residual;
	h->z_out = layer->z_out;
	h->low = layer->low;
	h->high = layer->high;
}

static void add_workers(struct blob *blob,
			const struct sqz_placement *placement, uint32_t index)
{
	struct sqz_step_header *h = &blob->header;

	h->remote_workers = blob->worker->remote_workers;
	if (!h->remote_workers)
		return;
	h->workers_offset = add(blob, NULL, 0, 4);
	const struct sqz_run_entry *run = &placement->runs[blob->worker->run];
	for (uint32_t i = run->first_worker;
	     i < run->first_worker + run->worker_count; i++) {
		const struct sqz_worker *other = &placement->workers[i];
		if (i == index || other->reducer != index)
			continue;
		struct sqz_participant who = { (uint16_t)other->node,
					       (uint16_t)other->slot };
		add(blob, &who, sizeof(who), 4);
	}
}

static void add_producers(struct blob *blob,
			  const struct sqz_placement *placement, uint32_t index)
{
	const struct sqz_links *links = &placement->producers;
	struct sqz_step_header *h = &blob->header;

	h->producer_count = links->first[index + 1] - links->first[index];
	if (!h->producer_count)
		return;
	h->producers_offset = add(blob, NULL, 0, 8);
	for (uint32_t i = links->first[index]; i < links->first[index + 1];
	     i++) {
		const struct sqz_worker *writer =
		    &placement->workers[links->links[i].worker];
		struct sqz_producer producer = {
			.operand = (uint16_t)links->links[i].operand,
			.y0 = writer->y0,
			.y1 = writer->y1,
		};
		add(blob, &producer, sizeof(producer), 4);
	}
}

static void add_consumers(struct blob *blob,
			  const struct sqz_placement *placement, uint32_t index)
{
	const struct sqz_links *links = &placement->consumers;
	struct sqz_step_header *h = &blob->header;

	h->consumer_count = links->first[index + 1] - links->first[index];
	if (!h->consumer_count)
		return;
	h->consumers_offset = add(blob, NULL, 0, 8);
	for (uint32_t i = links->first[index]; i < links->first[index + 1];
	     i++) {
		const struct sqz_worker *reader =
		    &placement->workers[links->links[i].worker];
		struct sqz_consumer consumer = {
			.node = (uint16_t)reader->node,
			.slot = (uint16_t)reader->slot,
			.operand = (uint16_t)links->links[i].operand,
		};
		add(blob, &consumer, sizeof(consumer), 4);
	}
}

static void add_outputs(struct blob *blob)
{
	const struct sqz_qlayer *layer = blob->layer;
	struct sqz_step_header *h = &blob->header;
	uint32_t n0 = blob->worker->n0;
	size_t count = blob->worker->n1 - n0;

	if (layer->bias)
		h->bias_offset =
		    add(blob, layer->bias + n0, count * sizeof(int32_t), 8);
	/* A copy has scales for what it writes only. */
	if (layer->scale)
		h->scale_offset =
		    add(blob, layer->scale + n0 - layer->first_channel,
			count * sizeof(struct sqz_scale), 8);
	if (layer->residual_scale)
		h->residual_offset = add(blob, layer->residual_scale + n0,
					 count * sizeof(struct sqz_scale), 8);
	if (layer->average)
		h->average_offset =
		    add(blob, layer->average,
			layer->average_count * sizeof(struct sqz_scale), 8);
	h->average_count = layer->average_count;
}

static uint16_t array_flags(const struct sqz_plane *plane)
{
	return (plane->negative ? SQZ_ARRAY_F_NEGATIVE : 0) |
	       (plane->offset ? SQZ_ARRAY_F_OFFSET : 0);
}

static int add_block_arrays(struct blob *blob,
			    const struct sqz_weight_block *weights,
			    struct sqz_array *arrays, uint32_t *count,
			    struct sqz_error *err)
{
	struct sqz_planes planes;

	if (sqz_block_planes(weights, blob->form, &planes, err))
		return -1;
	size_t bytes =
	    (size_t)weights->cols * weights->cell_bits * planes.word_count * 8;
	for (uint32_t i = 0; i < planes.count; i++)
		arrays[(*count)++] = (struct sqz_array){
			.plane = planes.planes[i].plane,
			.cell_bits = (uint8_t)weights->cell_bits,
			.flags = array_flags(&planes.planes[i]),
			.bits_offset =
			    add(blob, planes.planes[i].bits, bytes, 8),
		};
	sqz_planes_free(&planes);
	return 0;
}

/* Where the block lies, and its shifts. */
static struct sqz_block describe_block(struct blob *blob,
				       const struct sqz_weight_block *weights)
{
	struct sqz_block block = {
		.row0 = weights->row0 - blob->worker->k0,
		.rows = weights->rows,
		.col0 = weights->col0 - blob->worker->n0,
		.cols = weights->cols,
		.max_shift = weights->max_shift,
	};

	if (weights->order)
		block.row_list_offset =
		    add(blob, weights->order,
			weights->rows * sizeof(*weights->order), 8);
	if (weights->max_shift)
		block.shifts_offset =
		    add(blob, weights->shifts, weights->rows, 8);
	if (weights->max_shift > blob->header.max_shift)
		blob->header.max_shift = weights->max_shift;
	return block;
}

static int add_block(struct blob *blob, const struct sqz_weight_block *weights,
		     struct sqz_block *block, struct sqz_array *arrays,
		     uint32_t *count, struct sqz_error *err)
{
	*block = describe_block(blob, weights);
	block->first_array = *count;
	if (add_block_arrays(blob, weights, arrays, count, err))
		return -1;
	block->arrays = *count - block->first_array;
	return 0;
}

static int add_blocks(struct blob *blob, struct sqz_error *err)
{
	struct sqz_step_header *h = &blob->header;
	uint32_t blocks = blob->worker->block_count;
	struct sqz_block *block = calloc(blocks + 1, sizeof(*block));
	struct sqz_array *arrays =
	    calloc(blob->worker->arrays + 1, sizeof(*arrays));
	uint32_t count = 0;
	int result = block && arrays ? 0 : sqz_fail(err, "out of memory");

	for (uint32_t i = 0; i < blocks && !result; i++)
		result = add_block(
		    blob, &blob->blocks->blocks[blob->worker->first_block + i],
		    &block[i], arrays, &count, err);
	if (!result) {
		h->block_count = blocks;
		h->blocks_offset = add(blob, block, blocks * sizeof(*block), 8);
		h->array_count = count;
		h->arrays_offset =
		    add(blob, arrays, count * sizeof(*arrays), 8);
	}
	free(block);
	free(arrays);
	return result;
}

/* Blocks of operation units own no arrays. */
static int add_ou_blocks(struct blob *blob, const struct sqz_ou_plan *plan,
			 struct sqz_error *err)
{
	struct sqz_step_header *h = &blob->header;
	uint32_t count = blob->worker->block_count;
	struct sqz_block *blocks = calloc(count + 1, sizeof(*blocks));

	if (!blocks)
		return sqz_fail(err, "out of memory");
	for (uint32_t i = 0; i < count; i++)
		blocks[i] = describe_block(
		    blob, &blob->blocks->blocks[blob->worker->first_block + i]);
	h->block_count = count;
	h->blocks_offset = add(blob, blocks, count * sizeof(*blocks), 8);
	free(blocks);
	return sqz_ou_blob_add(plan, blob->blocks, blob->worker, blob->out,
			       blob->start, h, err);
}

static int add_weights(struct blob *blob, const struct sqz_quantized *net,
		       struct sqz_error *err)
{
	if (blob->layer->kind != SQZ_STEP_MVM)
		return 0;
	if (net->ou)
		return add_ou_blocks(blob, &net->ou[blob->worker->layer], err);
	return add_blocks(blob, err);
}

int sqz_step_blob_add(const struct sqz_quantized *net,
		      const struct sqz_placement *placement, uint32_t worker,
		      enum sqz_sign_form form, struct sqz_builder *out,
		      size_t *offset, size_t *bytes, struct sqz_error *err)
{
	sqz_builder_align(out, SQZ_IMAGE_ALIGN);
	const struct sqz_worker *who = &placement->workers[worker];
	struct blob blob = {
		.net = &net->net,
		.layer = &net->net.layers[who->layer],
		.blocks = &net->blocks[who->layer],
		.worker = who,
		.form = form,
		.out = out,
		.start = out->size,
		.header = { .magic = SQZ_STEP_MAGIC,
			    .version = SQZ_STEP_VERSION,
			    .layer = (uint16_t)who->run },
	};
	blob.header.kind = (uint16_t)blob.layer->kind;
	sqz_builder_add(out, NULL, sizeof(blob.header));
	set_geometry(&blob);
	set_slice(&blob, placement, worker);
	set_numbers(&blob);
	if (blob.header.flags & SQZ_STEP_F_REDUCER)
		add_workers(&blob, placement, worker);
	if (blob.header.flags & SQZ_STEP_F_PARTIAL_OUT)
		blob.header.out_bytes = sizeof(int32_t);
	else if (blob.header.flags & SQZ_STEP_F_REDUCER)
		add_outputs(&blob);
	if (placement->producers.first) {
		add_producers(&blob, placement, worker);
		add_consumers(&blob, placement, worker);
	}
	if (add_weights(&blob, net, err))
		return -1;
	if (out->failed)
		return sqz_fail(err, "out of memory at %zu bytes", out->size);
	sqz_builder_align(out, 8);
	blob.header.bytes = (uint32_t)(out->size - blob.start);
	memcpy(out->data + blob.start, &blob.header, sizeof(blob.header));
	*offset = blob.start;
	*bytes = out->size - blob.start;
	return 0;
}
