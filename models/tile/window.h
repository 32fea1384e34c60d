/*
 * Which input pixels an output position needs.
 *
 * Positions are those of the step's output rows y0..y1; y counts from y0 here.
 * Rows and columns of the picture that no window touches are left out; the
 * rest, numbered in raster order, are the pixels of the line buffer: pixel
 * row * columns + column. Windows move in raster order of the output, so what
 * is still needed is always one run of pixels (`keep` to `end`).
 */
#ifndef SQZ_MODELS_WINDOW_H
#define SQZ_MODELS_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "sqz/image.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One direction, y or x. */
struct sqz_window_axis {
	uint32_t outputs; /* y: those of the step's rows only */
	uint32_t kernel;
	uint32_t used;	  /* input coordinates that some window touches */
	uint32_t *places; /* [used]: their places in the picture */
	int32_t *index;	  /* [outputs][kernel]: into places; -1: padding */
	uint32_t *end;	  /* [outputs]: one past the window's last; 0: none */
	uint32_t *first;  /* [outputs]: the window's first; `used`: none */
	uint32_t *keep;	  /* [outputs + 1]: least `first` of this and later ones
			   */
	uint32_t *inside; /* [outputs]: kernel elements inside the picture */
};

struct sqz_window {
	struct sqz_window_axis y, x;
	uint32_t pixels; /* y.used * x.used */
	uint32_t span;	 /* most pixels between keep and end, at least 1 */
};

/* The header's sizes must be within the limits of step.c. -1 when memory is
 * exhausted; free in any case. y1 must be set. */
int sqz_window_build(struct sqz_window *window,
		     const struct sqz_step_header *header);
void sqz_window_free(struct sqz_window *window);

/* Pixels below this must be there before position (y, x) can be computed. */
static inline uint32_t sqz_window_end(const struct sqz_window *window,
				      uint32_t y, uint32_t x)
{
	uint32_t rows = window->y.end[y], columns = window->x.end[x];

	if (rows == 0 || columns == 0)
		return 0;
	return (rows - 1) * window->x.used + columns;
}

/* Pixels below this are not needed by position (y, x) or a later one. */
static inline uint32_t sqz_window_keep(const struct sqz_window *window,
				       uint32_t y, uint32_t x)
{
	uint32_t used = window->x.used;
	uint32_t later = window->y.keep[y + 1] * used + window->x.keep[0];
	uint32_t here = window->y.first[y] * used + window->x.keep[x];
	uint32_t keep = here < later ? here : later;

	return keep < window->pixels ? keep : window->pixels;
}

/* A position that walks over the step's rows in raster order. */
struct sqz_cursor {
	uint32_t position; /* in the whole output */
	uint32_t y, x;	   /* y from the step's first row */
};

static inline void sqz_cursor_advance(struct sqz_cursor *cursor, uint32_t width)
{
	cursor->position++;
	if (++cursor->x == width) {
		cursor->x = 0;
		cursor->y++;
	}
}

#ifdef __cplusplus
}
#endif

#endif
