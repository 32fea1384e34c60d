#include "blob_reader.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fast_assert.h"
#include "sqz/image.h"

/* Ranges of bytes that a blob's parts take. */
struct ranges {
	struct range {
		uint64_t from, to;
	} * list;
	size_t count;
	size_t room;
	size_t bytes;
};

static void take(struct ranges *ranges, uint64_t offset, uint64_t bytes,
		 uint64_t align)
{
	FAST_ASSERT(offset % align, ==, 0);
	FAST_ASSERT(offset + bytes, <=, ranges->bytes);
	if (!bytes)
		return;
	if (ranges->count == ranges->room) {
		ranges->room = ranges->room * 2 + 16;
		ranges->list =
		    realloc(ranges->list, ranges->room * sizeof(*ranges->list));
	}
	ranges->list[ranges->count++] =
	    (struct range){ offset, offset + bytes };
}

/* A part that 0 stands for when it is not there. */
static void take_if(struct ranges *ranges, bool there, uint64_t offset,
		    uint64_t bytes, uint64_t align)
{
	FAST_ASSERT(offset != 0, ==, there);
	if (there)
		take(ranges, offset, bytes, align);
}

static int by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

static void check_apart(struct ranges *ranges)
{
	qsort(ranges->list, ranges->count, sizeof(*ranges->list), by_start);
	for (size_t i = 1; i < ranges->count; i++)
		FAST_ASSERT(ranges->list[i - 1].to, <=, ranges->list[i].from);
	free(ranges->list);
}

static void take_tables(struct ranges *ranges, const struct sqz_step_header *h)
{
	bool sums = h->flags & SQZ_STEP_F_PARTIAL_OUT;
	bool reducer = (h->flags & SQZ_STEP_F_REDUCER) && !sums;
	bool residual = h->flags & SQZ_STEP_F_RESIDUAL;
	bool mvm = h->kind == SQZ_STEP_MVM;
	bool add = h->kind == SQZ_STEP_ADD;
	uint64_t outputs = h->n1 - h->n0;
	uint64_t scales = outputs * sizeof(struct sqz_scale);

	take(ranges, 0, sizeof(*h), 8);
	take_if(ranges, h->remote_workers > 0, h->workers_offset,
		h->remote_workers * sizeof(struct sqz_participant), 4);
	take_if(ranges, reducer && mvm, h->bias_offset, outputs * 4, 4);
	bool copy = h->kind == SQZ_STEP_COPY;
	take_if(ranges, reducer && (mvm || add || copy), h->scale_offset,
		scales, 4);
	take_if(ranges, residual || add, h->residual_offset, scales, 4);
	take_if(ranges, h->average_count > 0, h->average_offset,
		h->average_count * sizeof(struct sqz_scale), 4);
	take_if(ranges, h->block_count > 0, h->blocks_offset,
		h->block_count * sizeof(struct sqz_block), 8);
	if (h->array_count && h->version == SQZ_STEP_VERSION)
		take(ranges, h->arrays_offset,
		     h->array_count * sizeof(struct sqz_array), 8);
}

static uint64_t cell_bytes(const struct sqz_block *block,
			   const struct sqz_array *array)
{
	return (uint64_t)block->cols * array->cell_bits *
	       ((block->rows + 63) / 64) * 8;
}

/* A block of operation units has no arrays of its own. */
static void take_ou_block(struct ranges *ranges, const struct sqz_block *block)
{
	FAST_ASSERT(block->first_array, ==, 0);
	FAST_ASSERT(block->arrays, ==, 0);
	take_if(ranges, block->max_shift > 0, block->shifts_offset, block->rows,
		1);
	FAST_ASSERT(block->row_list_offset, ==, 0);
}

static void take_ou_table(void *ranges, uint64_t offset, uint64_t bytes,
			  uint64_t align)
{
	take(ranges, offset, bytes, align);
}

static void take_block(struct ranges *ranges, const uint8_t *blob,
		       const struct sqz_block *block, uint32_t *next_array)
{
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_array *arrays =
	    (const void *)(blob + h->arrays_offset);
	uint32_t reserved =
	    block->reserved[0] | block->reserved[1] | block->reserved[2];

	FAST_ASSERT(reserved, ==, 0);
	take_if(ranges, block->max_shift > 0, block->shifts_offset, block->rows,
		1);
	take_if(ranges, block->row_list_offset != 0, block->row_list_offset,
		block->rows * sizeof(uint16_t), 2);
	FAST_ASSERT(block->max_shift, <=, h->max_shift);
	FAST_ASSERT(block->first_array, ==, *next_array);
	*next_array += block->arrays;
	FAST_ASSERT(*next_array, <=, h->array_count);
	for (uint32_t i = 0; i < block->arrays; i++) {
		const struct sqz_array *array = &arrays[block->first_array + i];
		uint32_t known = SQZ_ARRAY_F_NEGATIVE;

		if (array->cell_bits > 1)
			known |= SQZ_ARRAY_F_OFFSET;
		FAST_ASSERT(array->cell_bits == 1 || array->cell_bits == 2 ||
				array->cell_bits == 4,
			    ==, true);
		FAST_ASSERT(array->flags & ~known, ==, 0);
		FAST_ASSERT(array->destinations_offset, ==, 0);
		FAST_ASSERT(array->check_offset, ==, 0);
		take(ranges, array->bits_offset, cell_bytes(block, array), 8);
	}
}

static void check_header(const struct sqz_step_header *h, size_t bytes)
{
	FAST_ASSERT(bytes, >=, sizeof(*h));
	FAST_ASSERT(h->magic, ==, SQZ_STEP_MAGIC);
	if (h->version != SQZ_STEP_VERSION_OU) {
		FAST_ASSERT(h->version, ==, SQZ_STEP_VERSION);
		FAST_ASSERT(h->ou_rows | h->ou_columns, ==, 0);
	}
	FAST_ASSERT(h->bytes, ==, bytes);
	for (size_t i = 0; i < sizeof(h->reserved) / 4; i++)
		FAST_ASSERT(h->reserved[i], ==, 0);
	if (!(h->flags & SQZ_STEP_F_REDUCER)) {
		FAST_ASSERT(h->flags, ==, 0);
		FAST_ASSERT(h->remote_workers, ==, 0);
	}
	if (h->kind != SQZ_STEP_MVM) {
		FAST_ASSERT(h->flags & SQZ_STEP_F_REDUCER, !=, 0);
		FAST_ASSERT(h->block_count, ==, 0);
		FAST_ASSERT(h->array_count, ==, 0);
	}
}

/* line: column * cell_bits + bit */
static uint32_t bit(const uint8_t *blob, const struct sqz_block *block,
		    const struct sqz_array *array, uint32_t row, uint32_t line)
{
	uint32_t words = (block->rows + 63) / 64;
	uint64_t word;

	memcpy(&word,
	       blob + array->bits_offset +
		   (size_t)(line * words + row / 64) * 8,
	       8);
	return word >> row % 64 & 1;
}

/* The digit that a cell stands for. */
static int32_t digit(const uint8_t *blob, const struct sqz_block *block,
		     const struct sqz_array *array, uint32_t row,
		     uint32_t column)
{
	int32_t value = 0;

	for (uint32_t i = 0; i < array->cell_bits; i++)
		value += (int32_t)bit(blob, block, array, row,
				      column * array->cell_bits + i)
			 << i;
	if (array->flags & SQZ_ARRAY_F_OFFSET)
		value -= 1 << (array->cell_bits - 1);
	return value;
}

int32_t blob_block_weight(const uint8_t *blob, uint32_t index, uint32_t row,
			  uint32_t column)
{
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_block *block =
	    (const struct sqz_block *)(blob + h->blocks_offset) + index;
	const struct sqz_array *arrays =
	    (const void *)(blob + h->arrays_offset);
	int32_t sum = 0;

	for (uint32_t i = 0; i < block->arrays; i++) {
		const struct sqz_array *array = &arrays[block->first_array + i];
		int32_t value = digit(blob, block, array, row, column) *
				(1 << array->plane);
		sum += array->flags & SQZ_ARRAY_F_NEGATIVE ? -value : value;
	}
	if (block->shifts_offset)
		sum *= 1 << blob[block->shifts_offset + row];
	return sum;
}

/* Bits behind the last row are 0. */
static void check_padding(const uint8_t *blob, const struct sqz_block *block)
{
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_array *arrays =
	    (const void *)(blob + h->arrays_offset);
	uint32_t padded = (block->rows + 63) / 64 * 64;

	for (uint32_t i = 0; i < block->arrays; i++) {
		const struct sqz_array *array = &arrays[block->first_array + i];

		for (uint32_t c = 0; c < block->cols * array->cell_bits; c++)
			for (uint32_t r = block->rows; r < padded; r++)
				FAST_ASSERT(bit(blob, block, array, r, c), ==,
					    0);
	}
}

static void check_shifts(const uint8_t *blob, const struct sqz_block *block)
{
	uint32_t most = 0;

	for (uint32_t r = 0; block->shifts_offset && r < block->rows; r++) {
		uint8_t shift = blob[block->shifts_offset + r];
		most = shift > most ? shift : most;
	}
	FAST_ASSERT(block->max_shift, ==, most);
}

/* Row of the matrix, from the block's first. */
static uint32_t list_row(const uint8_t *blob, const struct sqz_block *block,
			 uint32_t row)
{
	const uint16_t *list = (const void *)(blob + block->row_list_offset);

	return block->row_list_offset ? list[row] : row;
}

static void add_block(const uint8_t *blob, uint32_t index, uint32_t rows,
		      uint32_t columns, int32_t *dense, uint8_t *counts)
{
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_block *block =
	    (const struct sqz_block *)(blob + h->blocks_offset) + index;

	for (uint32_t r = 0; r < block->rows; r++)
		for (uint32_t c = 0; c < block->cols; c++) {
			uint32_t k =
			    h->k0 + block->row0 + list_row(blob, block, r);
			uint32_t n = h->n0 + block->col0 + c;
			FAST_ASSERT(k, <, h->k1);
			FAST_ASSERT(n, <, h->n1);
			FAST_ASSERT(k, <, rows);
			FAST_ASSERT(n, <, columns);
			dense[(size_t)k * columns + n] +=
			    blob_block_weight(blob, index, r, c);
			counts[(size_t)k * columns + n]++;
		}
}

static void add_blocks(struct ranges *ranges, const uint8_t *blob,
		       uint32_t rows, uint32_t columns, int32_t *dense,
		       uint8_t *counts)
{
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_block *blocks =
	    (const void *)(blob + h->blocks_offset);
	bool ou = h->version == SQZ_STEP_VERSION_OU;
	uint32_t next_array = 0;
	uint32_t most = 0;

	for (uint32_t i = 0; i < h->block_count; i++) {
		if (ou)
			take_ou_block(ranges, &blocks[i]);
		else
			take_block(ranges, blob, &blocks[i], &next_array);
		check_padding(blob, &blocks[i]);
		check_shifts(blob, &blocks[i]);
		add_block(blob, i, rows, columns, dense, counts);
		if (blocks[i].max_shift > most)
			most = blocks[i].max_shift;
	}
	if (!ou)
		FAST_ASSERT(next_array, ==, h->array_count);
	FAST_ASSERT(h->max_shift, ==, most);
}

void blob_count_weights(const uint8_t *blob, size_t bytes, uint32_t rows,
			uint32_t columns, int32_t *dense, uint8_t *counts,
			struct ou_counts *ous)
{
	const struct sqz_step_header *h = (const void *)blob;
	struct ranges ranges = { .bytes = bytes };

	check_header(h, bytes);
	take_tables(&ranges, h);
	add_blocks(&ranges, blob, rows, columns, dense, counts);
	if (h->version == SQZ_STEP_VERSION_OU)
		ou_add_weights(blob, rows, columns, dense, ous, take_ou_table,
			       &ranges);
	check_apart(&ranges);
}

void blob_add_weights(const uint8_t *blob, size_t bytes, uint32_t rows,
		      uint32_t columns, int32_t *dense, uint8_t *counts)
{
	struct ou_counts ignored = { 0 };

	blob_count_weights(blob, bytes, rows, columns, dense, counts, &ignored);
}
