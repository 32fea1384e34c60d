#include "tile/fetch.h"

#include <stdlib.h>
#include <string.h>

int sqz_fetch_init(struct sqz_fetch *f, const struct sqz_fetch_shape *shape)
{
	size_t bytes = (size_t)shape->capacity * shape->item_bytes;

	memset(f, 0, sizeof(*f));
	f->shape = *shape;
	f->total = shape->rows * shape->columns;
	f->ring = calloc(bytes + SQZ_FETCH_PAD, 1);
	f->opened = calloc(shape->open_max, sizeof(*f->opened));
	return f->ring && f->opened ? 0 : -1;
}

void sqz_fetch_free(struct sqz_fetch *f)
{
	free(f->ring);
	free(f->opened);
	memset(f, 0, sizeof(*f));
}

void sqz_fetch_start(struct sqz_fetch *f, uint64_t base,
		     const uint16_t *missing)
{
	f->base = base;
	f->missing = missing;
	f->first_open = f->open_count = 0;
	f->next = f->next_row = f->next_column = 0;
	f->next_place = f->next_offset = 0;
	f->have = f->keep = f->keep_place = 0;
}

static uint32_t place_of(const uint32_t *places, uint32_t i)
{
	return places ? places[i] : i;
}

static bool is_row_there(const struct sqz_fetch *f)
{
	return !f->missing ||
	       f->missing[place_of(f->shape.row_places, f->next_row)] == 0;
}

static uint64_t next_address(const struct sqz_fetch *f)
{
	const struct sqz_fetch_shape *s = &f->shape;
	uint64_t y = place_of(s->row_places, f->next_row);
	uint64_t x = place_of(s->column_places, f->next_column);

	return f->base + (y * s->picture_width + x) * s->pixel_bytes +
	       f->next_offset;
}

static uint32_t room_of(const struct sqz_fetch *f)
{
	return f->keep + f->shape.capacity - f->next;
}

/* Items of the next read if there is room. */
static uint32_t burst_of(const struct sqz_fetch *f)
{
	const struct sqz_fetch_shape *s = &f->shape;
	uint32_t burst = s->read_bytes / s->item_bytes;

	if (burst > (s->capacity + 1) / 2)
		burst = (s->capacity + 1) / 2;
	if (burst > s->columns - f->next_column)
		burst = s->columns - f->next_column;
	return burst ? burst : 1;
}

uint32_t sqz_fetch_room_for(const struct sqz_fetch *f, bool *hurries)
{
	uint32_t room = room_of(f), burst = burst_of(f);

	*hurries = f->next_offset == 0 && room < burst;
	if (f->next_offset)
		return 1;
	return room < burst ? room : burst;
}

/* Items of the next read as far as ring and row go; 0: not now. */
static uint32_t items_wanted(const struct sqz_fetch *f, uint32_t wanted)
{
	uint32_t room = room_of(f), burst = burst_of(f);

	if (room >= burst)
		return burst;
	return f->next < wanted ? room : 0;
}

/* Shortens count to evenly spaced items within `contiguous` bytes. */
static uint32_t items_in_line(const struct sqz_fetch *f, uint32_t count,
			      uint64_t contiguous, uint32_t *gap)
{
	const struct sqz_fetch_shape *s = &f->shape;
	const uint32_t *x = s->column_places;
	uint32_t c = f->next_column;
	uint64_t stride, fit;

	*gap = x && count > 1 ? x[c + 1] - x[c] : 1;
	for (uint32_t i = 2; x && i < count; i++)
		if (x[c + i] - x[c + i - 1] != *gap)
			count = i;
	if (contiguous < s->item_bytes)
		return 0;
	stride = (uint64_t)*gap * s->pixel_bytes;
	fit = 1 + (contiguous - s->item_bytes) / stride;
	return fit < count ? (uint32_t)fit : count;
}

static void step_next(struct sqz_fetch *f, uint32_t items)
{
	f->next += items;
	f->next_offset = 0;
	f->next_place = (f->next_place + items) % f->shape.capacity;
	f->next_column += items;
	if (f->next_column == f->shape.columns) {
		f->next_column = 0;
		f->next_row++;
	}
}

static struct sqz_fetch_open *open_read(struct sqz_fetch *f, uint32_t *entry)
{
	*entry = (f->first_open + f->open_count++) % f->shape.open_max;
	f->opened[*entry].place = f->next_place;
	f->opened[*entry].offset = f->next_offset;
	f->opened[*entry].done = false;
	return &f->opened[*entry];
}

/* A part of one item. */
static void read_part(struct sqz_fetch *f, uint64_t contiguous,
		      struct sqz_fetch_read *read)
{
	uint32_t left = f->shape.item_bytes - f->next_offset;
	uint32_t bytes = f->shape.read_bytes;
	struct sqz_fetch_open *open = open_read(f, &read->entry);

	if (bytes > left)
		bytes = left;
	if (bytes > contiguous)
		bytes = (uint32_t)contiguous;
	read->chunk = read->stride = bytes;
	read->count = 1;
	if (bytes == left)
		step_next(f, 1);
	else
		f->next_offset += bytes;
	open->end = f->next;
}

enum sqz_fetch_result sqz_fetch_next(struct sqz_fetch *f, uint32_t wanted,
				     const struct sqz_node_env *env,
				     struct sqz_fetch_read *read)
{
	const struct sqz_fetch_shape *s = &f->shape;
	uint64_t contiguous = 0;
	uint32_t count = 1, gap;

	if (f->next == f->total || f->open_count == s->open_max ||
	    !is_row_there(f))
		return SQZ_FETCH_NOTHING;
	if (f->next_offset == 0 && !(count = items_wanted(f, wanted)))
		return SQZ_FETCH_NOTHING;
	read->addr = next_address(f);
	read->node = env->route(env->context, read->addr, &contiguous);
	if (read->node < 0 || contiguous == 0)
		return SQZ_FETCH_BAD_ADDRESS;
	if (f->next_offset == 0 && s->item_bytes <= s->read_bytes)
		count = items_in_line(f, count, contiguous, &gap);
	else
		count = 0;
	if (count == 0) {
		read_part(f, contiguous, read);
		return SQZ_FETCH_READ;
	}

	struct sqz_fetch_open *open = open_read(f, &read->entry);

	read->chunk = s->item_bytes;
	read->stride = gap * s->pixel_bytes;
	read->count = count;
	step_next(f, count);
	open->end = f->next;
	return SQZ_FETCH_READ;
}

static void store(struct sqz_fetch *f, const struct sqz_fetch_open *open,
		  const uint8_t *data, uint32_t bytes)
{
	size_t size = (size_t)f->shape.capacity * f->shape.item_bytes;
	size_t at = (size_t)open->place * f->shape.item_bytes + open->offset;
	size_t first = bytes < size - at ? bytes : size - at;

	memcpy(f->ring + at, data, first);
	memcpy(f->ring, data + first, bytes - first);
}

bool sqz_fetch_data(struct sqz_fetch *f, uint32_t entry, const uint8_t *data,
		    uint32_t bytes)
{
	size_t size = (size_t)f->shape.capacity * f->shape.item_bytes;

	if (bytes > size)
		return false;
	store(f, &f->opened[entry], data, bytes);
	f->opened[entry].done = true;
	while (f->open_count && f->opened[f->first_open].done) {
		f->have = f->opened[f->first_open].end;
		f->first_open = (f->first_open + 1) % f->shape.open_max;
		f->open_count--;
	}
	return true;
}

void sqz_fetch_keep(struct sqz_fetch *f, uint32_t item)
{
	if (item <= f->keep)
		return;
	f->keep_place = (uint32_t)(((uint64_t)f->keep_place + item - f->keep) %
				   f->shape.capacity);
	f->keep = item;
}
