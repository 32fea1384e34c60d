#include "ou_reader.h"

#include <stdbool.h>
#include <stdlib.h>

#include "fast_assert.h"
#include "sqz/image.h"

struct reader {
	const uint8_t *blob;
	const struct sqz_step_header *h;
	uint32_t rows, columns; /* of the dense matrix */
	int32_t *dense;
	struct ou_counts *counts;
	void (*take)(void *context, uint64_t offset, uint64_t bytes,
		     uint64_t align);
	void *context;
};

static const void *table(const struct reader *r, uint32_t offset,
			 uint64_t bytes, uint64_t align)
{
	FAST_ASSERT(offset, >=, sizeof(struct sqz_step_header));
	r->take(r->context, offset, bytes, align);
	return r->blob + offset;
}

/* Block rows of a group. */
static void read_rows(const struct reader *r, const struct sqz_block *block,
		      const struct sqz_ou_group *group, uint32_t *rows)
{
	const uint16_t *list = NULL;
	bool seen[1024] = { false };

	FAST_ASSERT(group->rows, >=, 1);
	FAST_ASSERT(group->rows, <=, r->h->ou_rows);
	if (group->rows_offset) {
		list = table(r, group->rows_offset, 2 * group->rows, 2);
		FAST_ASSERT(group->first_row, ==, 0);
		r->counts->lists++;
	}
	for (uint32_t i = 0; i < group->rows; i++) {
		rows[i] = list ? list[i] : group->first_row + i;
		FAST_ASSERT(rows[i], <, block->rows);
		FAST_ASSERT(seen[rows[i]], ==, false);
		seen[rows[i]] = true;
	}
}

/* What a column with one destination adds to the matrix. */
static void deliver(const struct reader *r, const struct sqz_block *block,
		    const struct sqz_ou_group *group, const uint32_t *rows,
		    uint16_t bits, uint16_t packed)
{
	uint32_t column = packed & SQZ_OU_DEST_COLUMN;
	uint32_t plane = (packed & SQZ_OU_DEST_PLANE) >> SQZ_OU_DEST_PLANE_BIT;
	uint32_t n = r->h->n0 + block->col0 + column;

	FAST_ASSERT(column, <, block->cols);
	FAST_ASSERT(n, <, r->h->n1);
	if (packed & SQZ_OU_DEST_COMPLEMENT) {
		FAST_ASSERT(group->ones, <, group->columns);
		r->counts->complements++;
		r->counts->accumulates++;
	}
	r->counts->accumulates++;
	for (uint32_t i = 0; i < group->rows; i++) {
		uint32_t k = r->h->k0 + block->row0 + rows[i];
		int32_t value = bits >> i & 1;

		FAST_ASSERT(k, <, r->h->k1);
		if (packed & SQZ_OU_DEST_COMPLEMENT)
			value = 1 - value;
		value *= 1 << plane;
		if (block->shifts_offset)
			value *= 1 << r->blob[block->shifts_offset + rows[i]];
		if (packed & SQZ_OU_DEST_NEGATIVE)
			value = -value;
		r->dense[(size_t)k * r->columns + n] += value;
	}
}

static void read_group(const struct reader *r, const struct sqz_ou_group *group)
{
	const struct sqz_block *block =
	    (const struct sqz_block *)(r->blob + r->h->blocks_offset) +
	    group->block;
	uint32_t rows[16];
	uint32_t all = (1u << group->rows) - 1;
	uint32_t at = 0;

	FAST_ASSERT(group->block, <, r->h->block_count);
	FAST_ASSERT(group->columns, >=, 1);
	FAST_ASSERT(group->reserved, ==, 0);
	read_rows(r, block, group, rows);
	const struct sqz_ou_column *columns =
	    table(r, group->columns_offset, 4 * group->columns, 4);
	const uint16_t *lists =
	    table(r, group->destinations_offset, 2 * group->destinations, 2);

	if (group->ones != SQZ_OU_NO_ONES) {
		FAST_ASSERT(group->ones, <, group->columns);
		FAST_ASSERT(columns[group->ones].bits, ==, all);
	}
	for (uint32_t c = 0; c < group->columns; c++) {
		FAST_ASSERT(columns[c].bits, <=, all);
		if (c != group->ones)
			FAST_ASSERT(columns[c].destinations, >=, 1);
		FAST_ASSERT(at + columns[c].destinations, <=,
			    group->destinations);
		for (uint32_t d = 0; d < columns[c].destinations; d++)
			deliver(r, block, group, rows, columns[c].bits,
				lists[at++]);
	}
	FAST_ASSERT(at, ==, group->destinations);
	r->counts->columns += group->columns;
}

static void read_array(const struct reader *r, const struct sqz_ou_array *array)
{
	const struct sqz_ou_group *groups = table(
	    r, array->groups_offset, array->group_count * sizeof(*groups), 4);
	uint32_t unit = r->h->ou_columns;
	uint32_t ous = 0;

	FAST_ASSERT(array->group_count, >=, 1);
	for (uint32_t i = 0; i < array->group_count; i++) {
		read_group(r, &groups[i]);
		ous += (groups[i].columns + unit - 1) / unit;
	}
	FAST_ASSERT(array->ous, ==, ous);
	r->counts->ous += ous;
	r->counts->index_bits += array->index_bits;
	if (ous > r->counts->most_ous)
		r->counts->most_ous = ous;
}

void ou_add_weights(const uint8_t *blob, uint32_t rows, uint32_t columns,
		    int32_t *dense, struct ou_counts *counts,
		    void (*take)(void *context, uint64_t offset, uint64_t bytes,
				 uint64_t align),
		    void *context)
{
	const struct reader r = {
		.blob = blob,
		.h = (const void *)blob,
		.rows = rows,
		.columns = columns,
		.dense = dense,
		.counts = counts,
		.take = take,
		.context = context,
	};

	FAST_ASSERT(r.h->ou_rows, >=, 1);
	FAST_ASSERT(r.h->ou_rows, <=, SQZ_OU_MAX_ROWS);
	FAST_ASSERT(r.h->ou_columns, >=, 1);
	if (r.h->array_count == 0)
		return;
	const struct sqz_ou_array *arrays = table(
	    &r, r.h->arrays_offset, r.h->array_count * sizeof(*arrays), 4);

	for (uint32_t i = 0; i < r.h->array_count; i++)
		read_array(&r, &arrays[i]);
}
