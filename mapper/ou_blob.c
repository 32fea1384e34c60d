#include "ou_blob.h"

#include <stdlib.h>
#include <string.h>

/* An array may hold this part of its share more or less. */
#define UNEVEN 16

/* While the groups of a worker are written. */
struct emitter {
	const struct sqz_ou_plan *plan;
	const struct sqz_worker *worker;
	struct sqz_builder *out;
	size_t start;
	struct sqz_ou_array *arrays;
	struct sqz_builder groups; /* struct sqz_ou_group of all arrays */
	uint32_t ou_columns;
	/* Spreading: OUs of all groups, and of those before. */
	uint64_t total, done;
	uint32_t array, load; /* being filled, OUs planned in it */
	uint32_t usable, slack;
	/* DUPLICATES: one table serves a window, each array reads it. */
	uint32_t table_bits, table_array;
	/* Destinations of the item at hand, by column. */
	uint32_t *starts; /* [columns + 1] */
	uint16_t *packed;
};

static uint32_t append(struct emitter *e, const void *data, size_t bytes)
{
	sqz_builder_align(e->out, 4);
	return (uint32_t)(sqz_builder_add(e->out, data, bytes) - e->start);
}

/* ---- destinations by column ---- */

static void sort_targets(struct emitter *e, const struct sqz_ou_item *item)
{
	struct sqz_ou_target targets[SQZ_MAX_PLANES + 1];
	const uint16_t *taken = item->draft.taken;
	uint32_t columns = item->draft.columns;

	memset(e->starts, 0, (columns + 2) * sizeof(*e->starts));
	for (uint32_t c = 0; c < item->window->cols; c++) {
		uint32_t n = sqz_ou_targets(item->window, taken, c, targets);

		for (uint32_t i = 0; i < n; i++)
			e->starts[targets[i].column + 2]++;
	}
	for (uint32_t i = 0; i < columns; i++)
		e->starts[i + 2] += e->starts[i + 1];
	/* starts[i + 1] is where column i goes on. */
	for (uint32_t c = 0; c < item->window->cols; c++) {
		uint32_t n = sqz_ou_targets(item->window, taken, c, targets);

		for (uint32_t i = 0; i < n; i++)
			e->packed[e->starts[targets[i].column + 1]++] =
			    targets[i].packed;
	}
}

/* ---- one group, or a part of its OUs ---- */

static void add_column(struct emitter *e, uint16_t bits, uint32_t destinations)
{
	struct sqz_ou_column column = { bits, (uint16_t)destinations };

	sqz_builder_add(e->out, &column, sizeof(column));
}

static bool has_complement(const struct emitter *e, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		if (e->packed[i] & SQZ_OU_DEST_COMPLEMENT)
			return true;
	return false;
}

/* Columns first .. end - 1. */
static void add_columns(struct emitter *e, const struct sqz_ou_item *item,
			uint32_t first, uint32_t end,
			struct sqz_ou_group *group)
{
	const struct sqz_ou_draft *draft = &item->draft;
	uint32_t from = e->starts[first], to = e->starts[end];
	uint32_t ones = draft->ones;
	bool within = ones >= first && ones < end;

	group->columns = (uint16_t)(end - first);
	group->ones = within ? (uint16_t)(ones - first) : SQZ_OU_NO_ONES;
	group->destinations = to - from;
	group->columns_offset = append(e, NULL, 0);
	for (uint32_t i = first; i < end; i++)
		add_column(e, draft->bits[i], e->starts[i + 1] - e->starts[i]);
	if (!within && has_complement(e, from, to)) {
		group->ones = group->columns++;
		add_column(e, (uint16_t)((1u << item->row_count) - 1), 0);
	}
	group->destinations_offset =
	    append(e, e->packed + from, (to - from) * sizeof(*e->packed));
}

static uint32_t index_bits(struct emitter *e, const struct sqz_ou_item *item)
{
	uint32_t bits = sqz_ou_item_index_bits(e->plan, item);

	if (e->plan->options.layout != SQZ_LAYOUT_DUPLICATES)
		return bits;
	if (bits)
		e->table_bits = bits;
	else if (e->table_array != e->array)
		bits = e->table_bits;
	e->table_array = e->array;
	return bits;
}

/* OUs at .. at + count - 1 of the item go to the array being filled. */
static void add_part(struct emitter *e, const struct sqz_ou_item *item,
		     uint32_t at, uint32_t count)
{
	struct sqz_ou_array *array = &e->arrays[e->array];
	uint32_t end = (at + count) * e->ou_columns;
	struct sqz_ou_group group = {
		.block = (uint16_t)(item->block - e->worker->first_block),
		.rows = (uint16_t)item->row_count,
	};

	if (item->listed)
		group.rows_offset =
		    append(e, item->rows, item->row_count * sizeof(uint16_t));
	else
		group.first_row = item->rows[0];
	if (end > item->draft.columns)
		end = item->draft.columns;
	add_columns(e, item, at * e->ou_columns, end, &group);
	array->group_count++;
	array->ous += (group.columns + e->ou_columns - 1) / e->ou_columns;
	array->index_bits += index_bits(e, item);
	sqz_builder_add(&e->groups, &group, sizeof(group));
	e->load += count;
	e->done += count;
}

/* ---- spreading ---- */

static void next_array(struct emitter *e)
{
	e->array++;
	e->load = 0;
}

/* How many of the `left` OUs go to the array being filled; 0: to the next. */
static uint32_t part_of(const struct emitter *e, uint32_t left)
{
	uint32_t arrays = e->worker->arrays;
	uint64_t target = e->total * (e->array + 1) / arrays;
	uint64_t room = target > e->done ? target - e->done : 0;

	if (e->array == arrays - 1)
		return left;
	if (room == 0)
		return 0;
	if (left <= room + e->slack && e->load + left <= e->usable)
		return left;
	if (room <= e->slack)
		return 0;
	if (room > e->usable - e->load)
		room = e->usable - e->load;
	return (uint32_t)(room < left ? room : left);
}

static void emit_item(void *context, const struct sqz_ou_item *item)
{
	struct emitter *e = context;
	uint32_t columns = item->draft.columns;
	uint32_t ous = (columns + e->ou_columns - 1) / e->ou_columns;
	uint32_t at = 0;

	if (ous == 0) {
		if (e->worker->arrays)
			e->arrays[e->array].index_bits += index_bits(e, item);
		return;
	}
	sort_targets(e, item);
	while (at < ous) {
		uint32_t part = part_of(e, ous - at);

		if (part)
			add_part(e, item, at, part);
		at += part;
		if (at < ous)
			next_array(e);
	}
}

static void plan_spread(struct emitter *e)
{
	uint64_t arrays = e->worker->arrays;

	for (uint32_t i = 0; i < e->worker->block_count; i++)
		e->total += e->plan->blocks[e->worker->first_block + i].ous;
	e->usable = sqz_ou_usable_places(e->plan);
	if (!arrays)
		return;
	uint64_t spare = (arrays * e->usable - e->total) / arrays;
	uint64_t slack = e->total / arrays / UNEVEN;

	e->slack = (uint32_t)(slack < spare ? slack : spare);
}

/* ---- the worker ---- */

static int emit_blocks(struct emitter *e, const struct sqz_blocks *blocks,
		       struct sqz_error *err)
{
	struct sqz_ou_layer layer =
	    sqz_ou_layer_of(e->plan->config, blocks, e->plan->positions);
	size_t columns = (size_t)layer.max_cols * (layer.sign + 1);
	struct sqz_ou_scanner *scanner = sqz_ou_scanner_create(&layer);
	int result = 0;

	e->starts = calloc(columns + 3, sizeof(*e->starts));
	e->packed = calloc(columns + 1, sizeof(*e->packed));
	if (!scanner || !e->starts || !e->packed)
		result = sqz_fail(err, "out of memory for a step");
	for (uint32_t i = 0; i < e->worker->block_count && !result; i++)
		sqz_ou_scan_block(scanner, &e->plan->options, &e->plan->orders,
				  e->worker->first_block + i, emit_item, e);
	sqz_ou_scanner_free(scanner);
	free(e->starts);
	free(e->packed);
	return result;
}

static void add_arrays(struct emitter *e, struct sqz_step_header *header)
{
	uint32_t at = append(e, e->groups.data, e->groups.size);

	for (uint32_t i = 0; i < e->worker->arrays; i++) {
		e->arrays[i].groups_offset = at;
		at += e->arrays[i].group_count *
		      (uint32_t)sizeof(struct sqz_ou_group);
	}
	header->version = SQZ_STEP_VERSION_OU;
	header->ou_rows = (uint16_t)e->plan->config->tile.ou_rows;
	header->ou_columns = (uint16_t)e->plan->config->tile.ou_columns;
	header->array_count = e->worker->arrays;
	header->arrays_offset =
	    append(e, e->arrays, e->worker->arrays * sizeof(*e->arrays));
}

int sqz_ou_blob_add(const struct sqz_ou_plan *plan,
		    const struct sqz_blocks *blocks,
		    const struct sqz_worker *worker, struct sqz_builder *out,
		    size_t start, struct sqz_step_header *header,
		    struct sqz_error *err)
{
	struct emitter e = {
		.plan = plan,
		.worker = worker,
		.out = out,
		.start = start,
		.arrays = calloc(worker->arrays + 1, sizeof(*e.arrays)),
		.ou_columns = plan->config->tile.ou_columns,
	};

	if (!e.arrays)
		return sqz_fail(err, "out of memory for a step");
	plan_spread(&e);
	int result = emit_blocks(&e, blocks, err);

	out->failed |= e.groups.failed;
	if (!result && !out->failed)
		add_arrays(&e, header);
	sqz_builder_free(&e.groups);
	free(e.arrays);
	return result;
}
