#include "tile/window.h"

#include <stdlib.h>
#include <string.h>

struct axis_shape {
	uint32_t inputs, first, outputs, kernel, stride, dilation, pad;
};

/* Where kernel element k of output first + o lies, or -1 in the padding. */
static int64_t place_of(const struct axis_shape *shape, uint32_t o, uint32_t k)
{
	int64_t place = ((int64_t)shape->first + o) * shape->stride -
			shape->pad + (int64_t)k * shape->dilation;

	return place >= 0 && place < shape->inputs ? place : -1;
}

static int allocate(struct sqz_window_axis *axis,
		    const struct axis_shape *shape)
{
	size_t outputs = shape->outputs;

	axis->outputs = shape->outputs;
	axis->kernel = shape->kernel;
	axis->places = calloc(shape->inputs, sizeof(*axis->places));
	axis->index = calloc(outputs * shape->kernel, sizeof(*axis->index));
	axis->end = calloc(outputs, sizeof(*axis->end));
	axis->first = calloc(outputs, sizeof(*axis->first));
	axis->keep = calloc(outputs + 1, sizeof(*axis->keep));
	axis->inside = calloc(outputs, sizeof(*axis->inside));
	return axis->places && axis->index && axis->end && axis->first &&
		       axis->keep && axis->inside
		   ? 0
		   : -1;
}

/* Numbers the touched places: renumber[place] = index + 1, or 0. */
static void find_used(struct sqz_window_axis *axis,
		      const struct axis_shape *shape, uint32_t *renumber)
{
	for (uint32_t o = 0; o < shape->outputs; o++)
		for (uint32_t k = 0; k < shape->kernel; k++) {
			int64_t place = place_of(shape, o, k);

			if (place >= 0)
				renumber[place] = 1;
		}
	for (uint32_t i = 0; i < shape->inputs; i++)
		if (renumber[i]) {
			axis->places[axis->used] = i;
			renumber[i] = ++axis->used;
		}
}

static void find_windows(struct sqz_window_axis *axis,
			 const struct axis_shape *shape,
			 const uint32_t *renumber)
{
	for (uint32_t o = 0; o < shape->outputs; o++) {
		int32_t *index = axis->index + (size_t)o * shape->kernel;

		axis->first[o] = axis->used;
		for (uint32_t k = 0; k < shape->kernel; k++) {
			int64_t place = place_of(shape, o, k);

			index[k] =
			    place < 0 ? -1 : (int32_t)renumber[place] - 1;
			if (place < 0)
				continue;
			if ((uint32_t)index[k] < axis->first[o])
				axis->first[o] = (uint32_t)index[k];
			axis->end[o] = (uint32_t)index[k] + 1;
			axis->inside[o]++;
		}
	}
	axis->keep[shape->outputs] = axis->used;
	for (uint32_t o = shape->outputs; o-- > 0;)
		axis->keep[o] = axis->first[o] < axis->keep[o + 1]
				    ? axis->first[o]
				    : axis->keep[o + 1];
}

static int build_axis(struct sqz_window_axis *axis,
		      const struct axis_shape *shape)
{
	uint32_t *renumber = calloc(shape->inputs, sizeof(*renumber));

	if (!renumber || allocate(axis, shape)) {
		free(renumber);
		return -1;
	}
	find_used(axis, shape, renumber);
	find_windows(axis, shape, renumber);
	free(renumber);
	return 0;
}

static void find_span(struct sqz_window *window)
{
	window->span = 1;
	for (uint32_t y = 0; y < window->y.outputs; y++)
		for (uint32_t x = 0; x < window->x.outputs; x++) {
			uint32_t end = sqz_window_end(window, y, x);
			uint32_t keep = sqz_window_keep(window, y, x);

			if (end > keep && end - keep > window->span)
				window->span = end - keep;
		}
}

int sqz_window_build(struct sqz_window *window, const struct sqz_step_header *h)
{
	const struct axis_shape y = { h->in_h,	   h->y0,	h->y1 - h->y0,
				      h->kernel_h, h->stride_y, h->dilation_y,
				      h->pad_top };
	const struct axis_shape x = { h->in_w,	   0,		h->out_w,
				      h->kernel_w, h->stride_x, h->dilation_x,
				      h->pad_left };

	memset(window, 0, sizeof(*window));
	if (build_axis(&window->y, &y) || build_axis(&window->x, &x))
		return -1;
	window->pixels = window->y.used * window->x.used;
	find_span(window);
	return 0;
}

static void free_axis(struct sqz_window_axis *axis)
{
	free(axis->places);
	free(axis->index);
	free(axis->end);
	free(axis->first);
	free(axis->keep);
	free(axis->inside);
}

void sqz_window_free(struct sqz_window *window)
{
	free_axis(&window->y);
	free_axis(&window->x);
	memset(window, 0, sizeof(*window));
}
