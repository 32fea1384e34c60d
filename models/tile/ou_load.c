#include "tile/ou_load.h"

#include <stdlib.h>
#include <string.h>

#include "tile/ou.h"

struct loader {
	const struct sqz_blob *blob;
	const struct sqz_step *step;
	const struct sqz_step_limits *limits;
	const struct sqz_ou_array *arrays;
	struct sqz_ou *ou;
	uint64_t units, destinations; /* filled in so far */
};

static uint32_t units_of(const struct sqz_ou *ou, uint32_t columns)
{
	return (columns + ou->ou_columns - 1) / ou->ou_columns;
}

static const struct sqz_ou_group *groups_of(const struct loader *l,
					    const struct sqz_ou_array *array)
{
	return sqz_blob_table(l->blob, array->groups_offset, array->group_count,
			      sizeof(struct sqz_ou_group), 4);
}

/* -- how much there is -- */

struct totals {
	uint64_t units, groups, columns, destinations;
};

static bool count_array(const struct loader *l,
			const struct sqz_ou_array *array, struct totals *totals)
{
	const struct sqz_step_header *h = &l->step->header;
	const struct sqz_ou_group *groups = groups_of(l, array);
	uint64_t places = (uint64_t)(l->limits->array_rows / h->ou_rows) *
			  l->ou->places_per_band;
	uint64_t units = 0;

	if (!groups)
		return false;
	for (uint32_t i = 0; i < array->group_count; i++) {
		units += units_of(l->ou, groups[i].columns);
		totals->columns += groups[i].columns;
		totals->destinations += groups[i].destinations;
	}
	totals->groups += array->group_count;
	totals->units += units;
	return units == array->ous && units <= places;
}

/* Tables that lie over each other would be larger here than in the blob. */
static bool totals_ok(const struct loader *l, const struct totals *t)
{
	uint64_t bytes = t->groups * sizeof(struct sqz_ou_group) +
			 t->columns * sizeof(struct sqz_ou_column) +
			 t->destinations * sizeof(uint16_t);

	return bytes <= l->blob->size && t->groups <= UINT32_MAX;
}

static bool allocate(struct sqz_ou *ou, const struct totals *t)
{
	ou->group_count = t->groups;
	ou->column_count = t->columns;
	ou->first_unit = calloc(ou->array_count + 1, sizeof(*ou->first_unit));
	ou->units = calloc(t->units + 1, sizeof(*ou->units));
	ou->groups = calloc(t->groups + 1, sizeof(*ou->groups));
	ou->columns = calloc(t->columns + 1, sizeof(*ou->columns));
	ou->destinations =
	    calloc(t->destinations + 1, sizeof(*ou->destinations));
	ou->first_of = calloc(ou->input_count + 2, sizeof(*ou->first_of));
	ou->order = calloc(t->groups + 1, sizeof(*ou->order));
	return ou->first_unit && ou->units && ou->groups && ou->columns &&
	       ou->destinations && ou->first_of && ou->order;
}

/* -- a group -- */

static bool read_row(const struct loader *l, const struct sqz_step_block *block,
		     uint32_t row, struct sqz_ou_rows_group *to)
{
	const struct sqz_step_input *input = &l->step->inputs[block->input];
	uint32_t cycles = l->step->header.input_bits;
	uint16_t line;

	if (row >= block->rows)
		return false;
	line = block->place[row];
	for (uint32_t factor = input->plan.factors[line]; factor > 1;
	     factor /= 2)
		cycles++;
	if (cycles > to->cycles)
		to->cycles = (uint8_t)cycles;
	for (uint32_t i = 0; i < to->row_count; i++)
		if (to->rows[i] == line)
			return false;
	to->rows[to->row_count++] = line;
	return true;
}

static bool read_rows(const struct loader *l, const struct sqz_ou_group *group,
		      const struct sqz_step_block *block,
		      struct sqz_ou_rows_group *to)
{
	const uint16_t *list = NULL;

	if (group->rows < 1 || group->rows > l->ou->ou_rows)
		return false;
	if (group->rows_offset) {
		list = sqz_blob_table(l->blob, group->rows_offset, group->rows,
				      sizeof(*list), sizeof(*list));
		if (!list || group->first_row)
			return false;
	}
	for (uint32_t i = 0; i < group->rows; i++) {
		uint32_t row = list ? list[i] : (uint32_t)group->first_row + i;

		if (!read_row(l, block, row, to))
			return false;
	}
	return true;
}

static bool destinations_ok(const struct sqz_step_block *block,
			    const struct sqz_ou_rows_group *g,
			    const uint16_t *list, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t d = list[i];
		uint32_t plane =
		    (d & SQZ_OU_DEST_PLANE) >> SQZ_OU_DEST_PLANE_BIT;

		if ((d & SQZ_OU_DEST_COLUMN) >= block->columns ||
		    plane + g->cycles > SQZ_CROSSBAR_MAX_WEIGHT ||
		    ((d & SQZ_OU_DEST_COMPLEMENT) && g->ones == SQZ_OU_NO_ONES))
			return false;
	}
	return true;
}

/* Bits and lengths of destination lists; the lists fill the group's. */
static bool columns_ok(const struct sqz_ou_group *group,
		       const struct sqz_ou_column *columns)
{
	uint32_t all = (1u << group->rows) - 1, none = ~all;
	uint64_t destinations = 0;

	if (group->ones != SQZ_OU_NO_ONES &&
	    (group->ones >= group->columns || columns[group->ones].bits != all))
		return false;
	for (uint32_t i = 0; i < group->columns; i++) {
		if ((columns[i].bits & none) ||
		    (columns[i].destinations == 0 && i != group->ones))
			return false;
		destinations += columns[i].destinations;
	}
	return destinations == group->destinations;
}

static bool read_tables(struct loader *l, const struct sqz_ou_group *group,
			const struct sqz_step_block *block,
			struct sqz_ou_rows_group *to, uint64_t first_column)
{
	const struct sqz_ou_column *columns =
	    sqz_blob_table(l->blob, group->columns_offset, group->columns,
			   sizeof(*columns), sizeof(uint16_t));
	const uint16_t *list =
	    sqz_blob_table(l->blob, group->destinations_offset,
			   group->destinations, sizeof(*list), sizeof(*list));

	if (!columns || !list || !columns_ok(group, columns) ||
	    !destinations_ok(block, to, list, group->destinations))
		return false;
	to->first_column = first_column;
	to->first_destination = l->destinations;
	memcpy(l->ou->columns + first_column, columns,
	       group->columns * sizeof(*columns));
	memcpy(l->ou->destinations + l->destinations, list,
	       group->destinations * sizeof(*list));
	l->destinations += group->destinations;
	return true;
}

/* The group's OUs: a complement takes the ones column's value as well. */
static void add_units(struct loader *l, const struct sqz_ou_rows_group *g)
{
	const struct sqz_ou_column *columns = l->ou->columns + g->first_column;
	const uint16_t *list = l->ou->destinations + g->first_destination;

	for (uint32_t at = 0; at < g->columns; l->units++) {
		struct sqz_ou_unit *unit = &l->ou->units[l->units];

		unit->rows = g->row_count;
		unit->cycles = g->cycles;
		while (at < g->columns && unit->columns < l->ou->ou_columns) {
			uint32_t count = columns[at++].destinations;

			unit->columns++;
			unit->accumulates += count;
			for (; count; count--)
				unit->accumulates +=
				    (*list++ & SQZ_OU_DEST_COMPLEMENT) != 0;
		}
	}
}

static bool load_group(struct loader *l, const struct sqz_ou_group *group,
		       struct sqz_ou_rows_group *to, uint64_t first_column)
{
	const struct sqz_step_block *block;

	if (group->block >= l->step->block_count || group->reserved ||
	    group->columns < 1)
		return false;
	block = &l->step->blocks[group->block];
	to->input = block->input;
	to->col0 = block->col0;
	to->columns = group->columns;
	to->ones = group->ones;
	if (!read_rows(l, group, block, to) ||
	    !read_tables(l, group, block, to, first_column))
		return false;
	add_units(l, to);
	return true;
}

static bool load_arrays(struct loader *l)
{
	struct sqz_ou *ou = l->ou;
	struct sqz_ou_rows_group *to = ou->groups;
	uint64_t column = 0;

	for (uint32_t a = 0; a < ou->array_count; a++) {
		const struct sqz_ou_group *groups = groups_of(l, &l->arrays[a]);

		ou->first_unit[a] = l->units;
		ou->index_bytes += ((uint64_t)l->arrays[a].index_bits + 7) / 8;
		for (uint32_t i = 0; i < l->arrays[a].group_count; i++, to++) {
			to->array = a;
			to->first_unit =
			    (uint32_t)(l->units - ou->first_unit[a]);
			if (!load_group(l, &groups[i], to, column))
				return false;
			column += to->columns;
		}
	}
	ou->first_unit[ou->array_count] = l->units;
	return true;
}

/* -- all of it -- */

/* Counting sort; first_of[i + 1] runs through input i's places. */
static void sort_by_input(struct sqz_ou *ou)
{
	uint64_t *next = ou->first_of + 1, sum = 0;

	for (uint64_t i = 0; i < ou->group_count; i++)
		next[ou->groups[i].input]++;
	for (uint32_t i = 0; i < ou->input_count; i++) {
		uint64_t count = next[i];

		next[i] = sum;
		sum += count;
	}
	for (uint64_t i = 0; i < ou->group_count; i++)
		ou->order[next[ou->groups[i].input]++] = (uint32_t)i;
}

static bool load(struct loader *l, bool *oom)
{
	struct totals totals = { 0 };

	for (uint32_t a = 0; a < l->ou->array_count; a++)
		if (!count_array(l, &l->arrays[a], &totals))
			return false;
	if (!totals_ok(l, &totals))
		return false;
	if (!allocate(l->ou, &totals)) {
		*oom = true;
		return false;
	}
	if (!load_arrays(l))
		return false;
	sort_by_input(l->ou);
	return true;
}

struct sqz_ou *sqz_ou_load(const struct sqz_blob *blob,
			   const struct sqz_step *step,
			   const struct sqz_step_limits *limits, bool *oom)
{
	const struct sqz_step_header *h = &step->header;
	struct loader l = { .blob = blob, .step = step, .limits = limits };

	l.arrays = sqz_blob_table(blob, h->arrays_offset, h->array_count,
				  sizeof(*l.arrays), 4);
	if (!l.arrays)
		return NULL;
	l.ou = calloc(1, sizeof(*l.ou));
	if (!l.ou) {
		*oom = true;
		return NULL;
	}
	l.ou->ou_rows = h->ou_rows;
	l.ou->ou_columns = h->ou_columns;
	l.ou->places_per_band = limits->array_columns / h->ou_columns;
	l.ou->adc_max = (1u << limits->adc_bits) - 1;
	l.ou->array_count = h->array_count;
	l.ou->input_count = step->input_count;
	if (load(&l, oom))
		return l.ou;
	sqz_ou_free(l.ou);
	return NULL;
}

void sqz_ou_costs(const struct sqz_ou *ou, uint32_t input_bits,
		  struct sqz_step_costs *costs)
{
	for (uint32_t a = 0; a < ou->array_count; a++) {
		uint64_t units = ou->first_unit[a + 1] - ou->first_unit[a];
		uint64_t bands =
		    (units + ou->places_per_band - 1) / ou->places_per_band;

		costs->row_writes += bands * ou->ou_rows;
	}
	for (uint64_t i = 0; i < ou->first_unit[ou->array_count]; i++) {
		const struct sqz_ou_unit *unit = &ou->units[i];
		uint64_t cells = (uint64_t)unit->rows * unit->columns;

		costs->ou_cycles += unit->cycles;
		costs->conversions_total +=
		    (uint64_t)unit->columns * unit->cycles;
		costs->accumulates +=
		    (uint64_t)unit->accumulates * unit->cycles;
		costs->dac_row_cycles += (uint64_t)unit->rows * input_bits;
		costs->cell_cycles += cells * input_bits;
		costs->cell_writes += cells;
	}
	costs->index_bytes += ou->index_bytes;
}
