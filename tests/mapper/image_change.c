#include "image_change.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "image_seal.h"
#include "reference/reference.h"

/* ---- steps and their parts, all bounds checked ---- */

struct blob {
	uint8_t *bytes;
	const struct sqz_step_header *header;
	const struct sqz_block *blocks;
	const struct sqz_array *arrays;
};

static bool inside(const struct sqz_image_step *step, uint64_t offset,
		   uint64_t bytes)
{
	return offset <= step->bytes && bytes <= step->bytes - offset;
}

static int open_blob(const struct sqz_image_file *image, uint32_t index,
		     struct blob *blob, struct sqz_error *err)
{
	if (index >= image->network->steps)
		return sqz_fail(err, "step %u of %u does not exist", index,
				image->network->steps);
	const struct sqz_image_step *step = &image->steps[index];
	const uint8_t *program = image->sections[SQZ_SECTION_PROGRAM].data;
	size_t at = (size_t)(program - image->file.data) + step->offset;

	blob->bytes = image->file.data + at;
	blob->header = (const void *)blob->bytes;
	blob->blocks =
	    (const void *)(blob->bytes + blob->header->blocks_offset);
	blob->arrays =
	    (const void *)(blob->bytes + blob->header->arrays_offset);
	if (!inside(step, blob->header->blocks_offset,
		    (uint64_t)blob->header->block_count *
			sizeof(*blob->blocks)) ||
	    !inside(step, blob->header->arrays_offset,
		    (uint64_t)blob->header->array_count *
			sizeof(*blob->arrays)))
		return sqz_fail(err, "step %u does not hold together", index);
	return 0;
}

/* The block that an array belongs to, or NULL. */
static const struct sqz_block *block_of(const struct blob *blob, uint32_t array)
{
	for (uint32_t i = 0; i < blob->header->block_count; i++) {
		const struct sqz_block *block = &blob->blocks[i];
		if (array >= block->first_array &&
		    array - block->first_array < block->arrays)
			return block;
	}
	return NULL;
}

static uint64_t cell_byte(const struct sqz_block *block,
			  const struct sqz_array *array, uint32_t row,
			  uint32_t column)
{
	uint64_t line = (uint64_t)((block->rows + 63) / 64) * 8;

	return array->bits_offset + column * line + row / 8;
}

static bool cell_is_set(const struct blob *blob, const struct sqz_block *block,
			uint32_t array, uint32_t row, uint32_t column)
{
	uint64_t byte = cell_byte(block, &blob->arrays[array], row, column);

	return blob->bytes[byte] >> row % 8 & 1;
}

static void seal(struct sqz_image_file *image)
{
	image_seal(image->file.data, image->file.size);
}

/* ---- what drives the rows ---- */

/* Every layer's output for the self-test's input; only uint8 ones. */
struct activity {
	const struct sqz_image_file *image;
	uint8_t **outputs; /* by tensor */
	bool failed;
};

static void keep_output(void *context, const struct sqz_reference_view *view)
{
	struct activity *activity = context;
	size_t bytes = (size_t)view->height * view->width * view->channels;
	uint32_t tensor = activity->image->layers[view->layer].output;

	if (view->element_bytes != 1 || activity->outputs[tensor])
		return;
	activity->outputs[tensor] = malloc(bytes);
	if (activity->outputs[tensor])
		memcpy(activity->outputs[tensor], view->values, bytes);
	else
		activity->failed = true;
}

static void activity_free(struct activity *activity)
{
	for (uint32_t i = 0;
	     activity->outputs && i < activity->image->network->tensors; i++)
		free(activity->outputs[i]);
	free(activity->outputs);
}

static int run_selftest(struct activity *activity, struct sqz_error *err)
{
	const struct sqz_image_file *image = activity->image;
	const struct sqz_section_view *section =
	    &image->sections[SQZ_SECTION_REFERENCE];
	uint32_t input = image->network->input_tensor;
	size_t bytes = image->tensors[input].bytes;
	struct sqz_reference *reference =
	    sqz_reference_read(section->data, section->bytes, err);

	if (!reference)
		return -1;
	activity->outputs =
	    calloc(image->network->tensors, sizeof(*activity->outputs));
	if (activity->outputs)
		activity->outputs[input] = malloc(bytes);
	int result = -1;
	if (!activity->outputs || !activity->outputs[input]) {
		sqz_fail(err, "out of memory");
	} else {
		memcpy(activity->outputs[input], image->selftest_input, bytes);
		result = sqz_reference_trace(reference, image->selftest_input,
					     keep_output, activity, err);
	}
	sqz_reference_free(reference);
	return activity->failed ? sqz_fail(err, "out of memory") : result;
}

/* Sum over all output positions of what drives matrix row k. */
static uint64_t drive(const struct activity *activity, const struct blob *blob,
		      uint32_t k)
{
	const struct sqz_step_header *h = blob->header;
	uint32_t tensor = activity->image->layers[h->layer].input;
	const uint8_t *values = activity->outputs[tensor];
	uint32_t area = (uint32_t)h->kernel_h * h->kernel_w;
	uint32_t ky = k % area / h->kernel_w;
	uint32_t kx = k % h->kernel_w;
	uint64_t sum = 0;

	for (uint32_t p = 0; values && p < h->out_h * h->out_w; p++) {
		uint32_t y = p / h->out_w * h->stride_y - h->pad_top +
			     ky * h->dilation_y;
		uint32_t x = p % h->out_w * h->stride_x - h->pad_left +
			     kx * h->dilation_x;
		sum +=
		    y < h->in_h && x < h->in_w
			? values[((size_t)y * h->in_w + x) * h->in_c + k / area]
			: (uint32_t)h->z_in;
	}
	return sum;
}

/* ---- choosing ---- */

/* The best of what has been seen: cells of a row, most driven first. */
struct choice {
	struct image_cell cell;
	struct image_row row;
	uint64_t drive;
};

static bool holds_a_weight(const struct blob *blob,
			   const struct sqz_block *block, uint32_t row)
{
	for (uint32_t i = 0; i < block->arrays; i++)
		for (uint32_t c = 0; c < block->cols; c++)
			if (cell_is_set(blob, block, block->first_array + i,
					row, c))
				return true;
	return false;
}

static uint32_t highest_array(const struct blob *blob,
			      const struct sqz_block *block)
{
	uint32_t best = block->first_array;

	for (uint32_t i = 1; i < block->arrays; i++)
		if (blob->arrays[block->first_array + i].plane >
		    blob->arrays[best].plane)
			best = block->first_array + i;
	return best;
}

static void look_at_block(const struct activity *activity,
			  const struct blob *blob, uint32_t step,
			  uint32_t index, bool squeezed, struct choice *best)
{
	const struct sqz_block *block = &blob->blocks[index];

	for (uint32_t r = 0; r < block->rows && block->arrays; r++) {
		uint32_t k = blob->header->k0 + block->row0 + r;
		uint64_t driven = drive(activity, blob, k);
		if (driven <= best->drive)
			continue;
		if (squeezed && (!block->shifts_offset ||
				 !blob->bytes[block->shifts_offset + r] ||
				 !holds_a_weight(blob, block, r)))
			continue;
		best->drive = driven;
		best->row = (struct image_row){ step, index, r };
		best->cell =
		    (struct image_cell){ step, highest_array(blob, block), r,
					 0 };
	}
}

static int look_at_layer(const struct activity *activity, uint32_t index,
			 bool squeezed, struct choice *best,
			 struct sqz_error *err)
{
	const struct sqz_image_layer *layer = &activity->image->layers[index];

	for (uint32_t i = 0; i < layer->participants; i++) {
		uint32_t step = layer->first_participant + i;
		struct blob blob;
		if (open_blob(activity->image, step, &blob, err))
			return -1;
		for (uint32_t b = 0; b < blob.header->block_count; b++)
			look_at_block(activity, &blob, step, b, squeezed, best);
	}
	return 0;
}

static int choose(const struct sqz_image_file *image, bool squeezed,
		  struct choice *best, struct sqz_error *err)
{
	struct activity activity = { .image = image };
	int result = run_selftest(&activity, err);

	*best = (struct choice){ 0 };
	for (uint32_t i = image->network->layers;
	     !result && !best->drive && i-- > 0;)
		if (image->layers[i].kind == SQZ_STEP_MVM)
			result =
			    look_at_layer(&activity, i, squeezed, best, err);
	activity_free(&activity);
	if (!result && !best->drive)
		result = sqz_fail(err, "no %s row is driven by the self-test",
				  squeezed ? "squeezed" : "programmed");
	return result;
}

int image_pick_cell(const struct sqz_image_file *image, struct image_cell *cell,
		    struct sqz_error *err)
{
	struct choice best;

	if (choose(image, false, &best, err))
		return -1;
	*cell = best.cell;
	return 0;
}

int image_pick_row(const struct sqz_image_file *image, struct image_row *row,
		   struct sqz_error *err)
{
	struct choice best;

	if (choose(image, true, &best, err))
		return -1;
	*row = best.row;
	return 0;
}

/* ---- changing ---- */

int image_flip_cell(struct sqz_image_file *image, const struct image_cell *cell,
		    struct sqz_error *err)
{
	struct blob blob;

	if (open_blob(image, cell->step, &blob, err))
		return -1;
	const struct sqz_block *block = block_of(&blob, cell->array);
	if (!block || cell->row >= block->rows || cell->column >= block->cols)
		return sqz_fail(err,
				"step %u, array %u, row %u, column %u: no such "
				"cell",
				cell->step, cell->array, cell->row,
				cell->column);
	uint64_t byte = cell_byte(block, &blob.arrays[cell->array], cell->row,
				  cell->column);
	if (!inside(&image->steps[cell->step], byte, 1))
		return sqz_fail(err, "step %u does not hold together",
				cell->step);
	blob.bytes[byte] ^= (uint8_t)(1u << cell->row % 8);
	seal(image);
	return 0;
}

int image_change_shift(struct sqz_image_file *image,
		       const struct image_row *row, struct sqz_error *err)
{
	struct blob blob;

	if (open_blob(image, row->step, &blob, err))
		return -1;
	if (row->block >= blob.header->block_count ||
	    row->row >= blob.blocks[row->block].rows)
		return sqz_fail(err, "step %u, block %u, row %u: no such row",
				row->step, row->block, row->row);
	uint64_t at =
	    (uint64_t)blob.blocks[row->block].shifts_offset + row->row;
	if (!blob.blocks[row->block].shifts_offset ||
	    !inside(&image->steps[row->step], at, 1) || !blob.bytes[at])
		return sqz_fail(err, "step %u, block %u, row %u: not squeezed",
				row->step, row->block, row->row);
	blob.bytes[at]--;
	seal(image);
	return 0;
}

int image_short_participants(struct sqz_image_file *image, uint32_t layer,
			     struct sqz_error *err)
{
	struct sqz_image_layer *layers =
	    image_data(image->file.data, SQZ_SECTION_LAYERS);

	if (layer >= image->network->layers)
		return sqz_fail(err, "layer %u of %u does not exist", layer,
				image->network->layers);
	if (layers[layer].participants < 2)
		return sqz_fail(err, "layer %u has one step only", layer);
	layers[layer].participants--;
	seal(image);
	return 0;
}

int image_flip_section(struct sqz_image_file *image, uint32_t kind,
		       struct sqz_error *err)
{
	if (kind >= SQZ_SECTION_COUNT || !image->sections[kind].bytes)
		return sqz_fail(err, "no section of kind %u", kind);
	uint8_t *data =
	    image_data(image->file.data, (enum sqz_section_kind)kind);

	data[image->sections[kind].bytes / 2] ^= 0x10;
	return 0;
}
