#include "tile/step_check.h"

static bool in_range(uint64_t value, uint64_t low, uint64_t high)
{
	return value >= low && value <= high;
}

/* One direction: the last window must begin inside the picture and its
 * paddings, and the padding behind the picture is no larger than the one before
 * it, or than a window reaches (plus a step: poolings that round up). */
static bool axis_ok(uint32_t inputs, uint32_t outputs, uint32_t kernel,
		    uint32_t stride, uint32_t dilation, uint32_t pad)
{
	if (!in_range(inputs, 1, SQZ_STEP_MAX_SIZE) ||
	    !in_range(outputs, 1, SQZ_STEP_MAX_SIZE) || kernel < 1 ||
	    stride < 1 || dilation < 1 || pad > SQZ_STEP_MAX_SIZE ||
	    (uint64_t)kernel * outputs > SQZ_STEP_MAX_TABLE)
		return false;

	uint64_t reach = (uint64_t)(kernel - 1) * dilation;
	uint64_t behind = pad > reach ? pad : reach;

	return (uint64_t)(outputs - 1) * stride + reach + 1 <=
	       (uint64_t)inputs + pad + behind + stride - 1;
}

/* A copy: the picture lies inside the output, padding around it. */
static bool frame_ok(uint32_t inputs, uint32_t outputs, uint32_t pad)
{
	return in_range(inputs, 1, SQZ_STEP_MAX_SIZE) &&
	       in_range(outputs, 1, SQZ_STEP_MAX_SIZE) &&
	       (uint64_t)inputs + pad <= outputs;
}

static bool axes_ok(const struct sqz_step_header *h)
{
	if (h->kind == SQZ_STEP_COPY)
		return frame_ok(h->in_h, h->out_h, h->pad_top) &&
		       frame_ok(h->in_w, h->out_w, h->pad_left);
	return axis_ok(h->in_h, h->out_h, h->kernel_h, h->stride_y,
		       h->dilation_y, h->pad_top) &&
	       axis_ok(h->in_w, h->out_w, h->kernel_w, h->stride_x,
		       h->dilation_x, h->pad_left);
}

static bool geometry_ok(const struct sqz_step_header *h)
{
	uint64_t area = (uint64_t)h->kernel_h * h->kernel_w;

	return axes_ok(h) && in_range(h->in_c, 1, SQZ_STEP_MAX_CHANNELS) &&
	       in_range(h->out_c, 1, SQZ_STEP_MAX_CHANNELS) &&
	       area <= SQZ_STEP_MAX_ELEMENTS &&
	       area * h->in_c <= SQZ_STEP_MAX_ROWS &&
	       (uint64_t)h->out_h * h->out_w <= SQZ_STEP_MAX_POSITIONS;
}

static bool ranges_ok(const struct sqz_step_header *h)
{
	return h->n0 < h->n1 && h->n1 <= h->out_c && h->y0 < h->y1 &&
	       h->y1 <= h->out_h && h->fetch_c0 < h->fetch_c1 &&
	       h->fetch_c1 <= h->in_c;
}

static bool output_ok(const struct sqz_step_header *h)
{
	if (h->low > h->high || h->z_in < 0 || h->z_in > 255 ||
	    h->z_residual < 0 || h->z_residual > 255)
		return false;
	if (h->out_bytes == 1)
		return h->low >= 0 && h->high <= 255;
	return h->out_bytes == 4;
}

static bool mvm_ok(const struct sqz_step_header *h)
{
	uint32_t area = (uint32_t)h->kernel_h * h->kernel_w;

	return h->k0 < h->k1 && h->k1 <= (uint64_t)area * h->in_c &&
	       h->k0 / area >= h->fetch_c0 &&
	       (h->k1 - 1) / area < h->fetch_c1 &&
	       in_range(h->input_bits, 1, 8) &&
	       h->max_shift <= SQZ_STEP_MAX_SHIFT && h->block_count >= 1;
}

static bool is_pointwise(const struct sqz_step_header *h)
{
	return h->kernel_h == 1 && h->kernel_w == 1 && h->stride_y == 1 &&
	       h->stride_x == 1;
}

static bool channels_ok(const struct sqz_step_header *h)
{
	if (h->kind == SQZ_STEP_COPY)
		return h->fetch_c1 - h->fetch_c0 == h->n1 - h->n0;
	return h->in_c == h->out_c && h->fetch_c0 <= h->n0 &&
	       h->n1 <= h->fetch_c1;
}

static bool vector_step_ok(const struct sqz_step_header *h)
{
	bool ok = (h->flags & SQZ_STEP_F_REDUCER) && channels_ok(h) &&
		  h->remote_workers == 0 && h->block_count == 0 &&
		  h->array_count == 0;

	if (h->kind == SQZ_STEP_ADD)
		return ok && is_pointwise(h) && h->pad_top == 0 &&
		       h->pad_left == 0 && h->in_h == h->out_h &&
		       h->in_w == h->out_w;
	ok = ok && !(h->flags & SQZ_STEP_F_RESIDUAL);
	if (h->kind == SQZ_STEP_COPY)
		return ok && is_pointwise(h);
	if (h->kind == SQZ_STEP_AVGPOOL)
		return ok && (h->average_count == 1 ||
			      h->average_count ==
				  (uint32_t)h->kernel_h * h->kernel_w);
	return ok;
}

/* Operation units are for matrices only. */
static bool version_ok(const struct sqz_step_header *h)
{
	if (h->version == SQZ_STEP_VERSION)
		return h->ou_rows == 0 && h->ou_columns == 0;
	return h->version == SQZ_STEP_VERSION_OU && h->kind == SQZ_STEP_MVM &&
	       in_range(h->ou_rows, 1, SQZ_OU_MAX_ROWS) && h->ou_columns >= 1;
}

/* All flags but REDUCER are a reducer's. */
static bool flags_ok(const struct sqz_step_header *h)
{
	uint32_t partial = SQZ_STEP_F_PARTIAL_OUT | SQZ_STEP_F_PARTIAL_IN;
	uint32_t known = SQZ_STEP_F_REDUCER | SQZ_STEP_F_RESIDUAL | partial;

	if (h->flags & ~known)
		return false;
	if (!(h->flags & SQZ_STEP_F_REDUCER))
		return h->flags == 0 && h->remote_workers == 0;
	if ((h->flags & partial) && h->kind != SQZ_STEP_MVM)
		return false;
	return !(h->flags & SQZ_STEP_F_PARTIAL_OUT) ||
	       (!(h->flags & SQZ_STEP_F_RESIDUAL) && h->out_bytes == 4);
}

bool sqz_step_header_ok(const struct sqz_step_header *h, size_t bytes)
{
	uint32_t reserved = 0;

	for (unsigned i = 0; i < sizeof(h->reserved) / sizeof(h->reserved[0]);
	     i++)
		reserved |= h->reserved[i];
	if (h->magic != SQZ_STEP_MAGIC || !version_ok(h) ||
	    h->bytes < sizeof(*h) || h->bytes > bytes || reserved ||
	    h->kind < SQZ_STEP_MVM || h->kind >= SQZ_STEP_KINDS ||
	    !flags_ok(h) || !geometry_ok(h) || !ranges_ok(h) || !output_ok(h))
		return false;
	return h->kind == SQZ_STEP_MVM ? mvm_ok(h) : vector_step_ok(h);
}

bool sqz_step_block_ok(const struct sqz_step_header *h,
		       const struct sqz_step_limits *limits,
		       const struct sqz_block *b)
{
	uint32_t rows = h->k1 - h->k0, columns = h->n1 - h->n0;
	uint32_t reserved = b->reserved[0] | b->reserved[1] | b->reserved[2];

	if (!in_range(b->rows, 1, limits->array_rows) ||
	    !in_range(b->cols, 1, limits->array_columns) ||
	    b->col0 >= columns || b->cols > columns - b->col0 ||
	    b->max_shift > h->max_shift || reserved ||
	    b->arrays > SQZ_CROSSBAR_MAX_ARRAYS ||
	    b->first_array > h->array_count ||
	    b->arrays > h->array_count - b->first_array)
		return false;
	if (h->version == SQZ_STEP_VERSION_OU && (b->first_array || b->arrays))
		return false;
	/* With a row list, row0 is only where it counts from. */
	return b->row0 < rows &&
	       (b->row_list_offset != 0 || b->rows <= rows - b->row0);
}

bool sqz_step_array_ok(const struct sqz_array *array, uint32_t cycles)
{
	uint32_t bits = array->cell_bits;
	uint32_t known = SQZ_ARRAY_F_NEGATIVE;

	if (bits > 1)
		known |= SQZ_ARRAY_F_OFFSET;
	return (bits == 1 || bits == 2 || bits == 4) &&
	       (array->flags & ~known) == 0 &&
	       array->destinations_offset == 0 && array->check_offset == 0 &&
	       array->plane + bits - 1 + cycles <= SQZ_CROSSBAR_MAX_WEIGHT;
}

bool sqz_step_scales_ok(const struct sqz_scale *scales, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (scales[i].mult > INT32_MAX || scales[i].shift > 62)
			return false;
	return true;
}
