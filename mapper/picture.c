#include "picture.h"

#include <stdio.h>
#include <stdlib.h>

#include "host/file.h"

#define MARGIN	    16
#define GAP	    14
#define BAR_WIDTH   10	/* of the column of shifts */
#define TITLE_ROOM  52	/* above the drawing */
#define TEXT_ROOM   44	/* above a row of planes */
#define LABEL_ROOM  70	/* of a plane's name */
#define LEAST_WIDTH 640 /* for the title */

#define BLUE	    "#1f5fa8"
#define RED	    "#c0392b"
#define DARK	    "#333"

/* One drawing while it is written. */
struct canvas {
	FILE *out;
	const char *layer;
	uint32_t index;
	const struct sqz_blocks *blocks;
	const struct sqz_weight_block *block;
	enum sqz_sign_form form;
	struct sqz_planes planes; /* arrays of the block */
	unsigned digits; /* that the codes can have before the squeeze */
	uint32_t scale;	 /* pixels of a cell */
};

static void print_escaped(const char *text, FILE *out)
{
	for (; *text; text++)
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
		}
}

static uint32_t plane_width(const struct canvas *canvas)
{
	uint32_t width = canvas->block->cols * canvas->scale;

	return width > LABEL_ROOM ? width : LABEL_ROOM;
}

/* ---- cells ---- */

/* Level of a cell in one drawing; 0 draws nothing. */
typedef unsigned (*level_at)(const struct canvas *canvas, const void *what,
			     uint32_t row, uint32_t column);

/* Runs of equal cells in each row, as a path for this level. */
static void draw_level(const struct canvas *canvas, level_at level,
		       const void *what, unsigned wanted, const char *colour,
		       double opacity)
{
	const struct sqz_weight_block *block = canvas->block;

	fprintf(canvas->out, "<path stroke=\"%s\" stroke-opacity=\"%.2f\" d=\"",
		colour, opacity);
	for (uint32_t r = 0; r < block->rows; r++)
		for (uint32_t c = 0; c < block->cols; c++) {
			uint32_t first = c;

			while (c < block->cols &&
			       level(canvas, what, r, c) == wanted)
				c++;
			if (c > first)
				fprintf(canvas->out, "M%u %u.5h%u", first, r,
					c - first);
		}
	fprintf(canvas->out, "\"/>\n");
}

static void open_plane(const struct canvas *canvas, const char *name,
		       bool released, uint32_t x, uint32_t y)
{
	const struct sqz_weight_block *block = canvas->block;

	fprintf(canvas->out,
		"<g transform=\"translate(%u,%u)\"><text x=\"0\" "
		"y=\"-4\">%s</text><g transform=\"scale(%u)\"><rect "
		"width=\"%u\" height=\"%u\" fill=\"%s\" stroke=\"#888\" "
		"stroke-width=\".5\"%s/>\n",
		x, y, name, canvas->scale, block->cols, block->rows,
		released ? "none" : "#fff",
		released ? " stroke-dasharray=\"3 3\"" : "");
}

static void close_plane(const struct canvas *canvas)
{
	fprintf(canvas->out, "</g></g>\n");
}

/* ---- the codes before the squeeze ---- */

struct code_plane {
	unsigned plane;
	bool negative;
};

static unsigned code_level(const struct canvas *canvas, const void *what,
			   uint32_t row, uint32_t column)
{
	const struct code_plane *at = what;
	int value =
	    canvas->block->values[(size_t)row * canvas->block->cols + column];

	if ((value < 0) != at->negative)
		return 0;
	return (unsigned)abs(value) >> at->plane & 1;
}

static void draw_codes(const struct canvas *canvas, uint32_t y)
{
	uint32_t x = MARGIN + BAR_WIDTH + GAP;

	fprintf(canvas->out,
		"<text x=\"%u\" y=\"%u\">Codes before the squeeze: planes of "
		"the magnitude, positive blue, negative red</text>\n",
		MARGIN, y - 20);
	for (unsigned plane = canvas->blocks->planes; plane-- > 0;) {
		char name[24];

		snprintf(name, sizeof(name), "plane %u", plane);
		open_plane(canvas, name, false, x, y);
		for (int s = 0; s < 2; s++) {
			struct code_plane what = { plane, s };

			draw_level(canvas, code_level, &what, 1, s ? RED : BLUE,
				   1);
		}
		close_plane(canvas);
		x += plane_width(canvas) + GAP;
	}
}

/* ---- the arrays ---- */

static unsigned array_level(const struct canvas *canvas, const void *what,
			    uint32_t row, uint32_t column)
{
	const struct sqz_plane *array = what;
	unsigned bits = canvas->block->cell_bits;
	size_t words = canvas->planes.word_count;
	unsigned level = 0;

	for (unsigned i = 0; i < bits; i++) {
		uint64_t word =
		    array->bits[((size_t)column * bits + i) * words + row / 64];

		level |= (unsigned)(word >> row % 64 & 1) << i;
	}
	return level;
}

static void draw_array(const struct canvas *canvas,
		       const struct sqz_plane *array)
{
	unsigned levels = 1u << canvas->block->cell_bits;
	bool pair = canvas->form == SQZ_SIGN_DIFFERENTIAL;
	const char *colour = !pair ? DARK : array->negative ? RED : BLUE;

	for (unsigned level = 1; level < levels; level++)
		draw_level(canvas, array_level, array, level, colour,
			   (double)level / (levels - 1));
}

/* All arrays of one digit, which is released if there are none. */
static void draw_digit(const struct canvas *canvas, unsigned digit, uint32_t x,
		       uint32_t y)
{
	unsigned bits = canvas->block->cell_bits;
	unsigned low = digit * bits;
	uint32_t arrays = 0;
	char name[32];

	for (uint32_t i = 0; i < canvas->planes.count; i++)
		arrays += canvas->planes.planes[i].plane == low;
	if (!arrays)
		snprintf(name, sizeof(name), "released");
	else if (bits == 1)
		snprintf(name, sizeof(name), "plane %u", low);
	else
		snprintf(name, sizeof(name), "planes %u-%u", low + bits - 1,
			 low);
	open_plane(canvas, name, !arrays, x, y);
	for (uint32_t i = 0; i < canvas->planes.count; i++)
		if (canvas->planes.planes[i].plane == low)
			draw_array(canvas, &canvas->planes.planes[i]);
	close_plane(canvas);
}

/* s_r of every row, darker for more. */
static void draw_shifts(const struct canvas *canvas, uint32_t x, uint32_t y)
{
	const struct sqz_weight_block *block = canvas->block;

	fprintf(canvas->out,
		"<g transform=\"translate(%u,%u)\"><text x=\"0\" "
		"y=\"-4\">s</text><g transform=\"scale(1,%u)\">\n",
		x, y, canvas->scale);
	for (uint32_t r = 0; r < block->rows; r++) {
		unsigned grey = 225 - 65 * block->shifts[r];

		fprintf(canvas->out,
			"<path stroke=\"rgb(%u,%u,%u)\" d=\"M0 %u.5h%u\"/>",
			grey, grey, grey, r, BAR_WIDTH);
	}
	fprintf(canvas->out, "</g></g>\n");
}

static void draw_arrays(const struct canvas *canvas, uint32_t y)
{
	uint32_t x = MARGIN + BAR_WIDTH + GAP;

	fprintf(canvas->out,
		"<text x=\"%u\" y=\"%u\">In the arrays: a row is moved down by "
		"its shift s (dark: 3, light: 0) and driven s cycles later; "
		"%s</text>\n",
		MARGIN, y - 20,
		canvas->form == SQZ_SIGN_DIFFERENTIAL
		    ? "positive and negative arrays on each other"
		    : "two's complement");
	draw_shifts(canvas, MARGIN, y);
	for (unsigned digit = canvas->digits; digit-- > 0;) {
		draw_digit(canvas, digit, x, y);
		x += plane_width(canvas) + GAP;
	}
}

/* ---- the drawing ---- */

static void draw_title(const struct canvas *canvas)
{
	const struct sqz_weight_block *block = canvas->block;

	fprintf(canvas->out, "<text x=\"%u\" y=\"%u\" font-size=\"14\">Layer ",
		MARGIN, MARGIN + 10);
	print_escaped(canvas->layer, canvas->out);
	fprintf(
	    canvas->out,
	    ", block %u</text>\n<text x=\"%u\" y=\"%u\">%srows %u to "
	    "%u, columns %u to %u, squeezed by %u of %u planes, cells of %u "
	    "bits: %u arrays, passes of 8 + %u cycles</text>\n",
	    canvas->index, MARGIN, MARGIN + 28,
	    block->order ? "sorted out of " : "", block->row0,
	    block->row0 + (block->order ? block->span : block->rows) - 1,
	    block->col0, block->col0 + block->cols - 1, canvas->blocks->squeeze,
	    canvas->blocks->planes, block->cell_bits, canvas->planes.count,
	    block->max_shift);
}

static void draw(const struct canvas *canvas)
{
	uint32_t rows = canvas->block->rows * canvas->scale;
	uint32_t planes = canvas->blocks->planes;
	uint32_t width, height, y = MARGIN + TITLE_ROOM + TEXT_ROOM;

	if (canvas->digits > planes)
		planes = canvas->digits;
	width =
	    2 * MARGIN + BAR_WIDTH + GAP + planes * (plane_width(canvas) + GAP);
	if (width < LEAST_WIDTH)
		width = LEAST_WIDTH;
	height = MARGIN + TITLE_ROOM + 2 * (TEXT_ROOM + rows) + MARGIN;
	fprintf(canvas->out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" "
		"height=\"%u\" font-family=\"sans-serif\" font-size=\"11\">\n"
		"<rect width=\"%u\" height=\"%u\" fill=\"#f7f7f4\"/>\n",
		width, height, width, height);
	draw_title(canvas);
	draw_codes(canvas, y);
	draw_arrays(canvas, y + rows + TEXT_ROOM);
	fprintf(canvas->out, "</svg>\n");
}

static int check(const struct sqz_quantized *quantized, uint32_t layer,
		 uint32_t block, struct sqz_error *err)
{
	const struct sqz_qnet *net = &quantized->net;

	if (layer >= net->layer_count)
		return sqz_fail(err, "picture: layer %u of %u", layer,
				net->layer_count);
	if (block >= quantized->blocks[layer].count)
		return sqz_fail(
		    err, "picture: block %u of layer %s, which has %u", block,
		    net->layers[layer].name, quantized->blocks[layer].count);
	return 0;
}

static int write(struct canvas *canvas, const char *path, struct sqz_error *err)
{
	char *text = NULL;
	size_t size = 0;

	canvas->out = open_memstream(&text, &size);
	if (!canvas->out)
		return sqz_fail(err, "out of memory for a picture");
	draw(canvas);
	int result = fclose(canvas->out)
			 ? sqz_fail(err, "out of memory for a picture")
			 : sqz_write_file(path, text, size, err);
	free(text);
	return result;
}

int sqz_picture_write(const struct sqz_quantized *quantized, uint32_t layer,
		      uint32_t block, enum sqz_sign_form form, const char *path,
		      struct sqz_error *err)
{
	if (check(quantized, layer, block, err))
		return -1;
	const struct sqz_blocks *blocks = &quantized->blocks[layer];
	unsigned bits = blocks->cell_bits;
	unsigned word = blocks->planes + (form == SQZ_SIGN_TWOS_COMPLEMENT);
	struct canvas canvas = {
		.layer = quantized->net.layers[layer].name,
		.index = block,
		.blocks = blocks,
		.block = &blocks->blocks[block],
		.form = form,
		.digits = (word + bits - 1) / bits,
		.scale = blocks->blocks[block].cols > 64 ? 1 : 2,
	};

	if (sqz_block_planes(canvas.block, form, &canvas.planes, err))
		return -1;
	int result = write(&canvas, path, err);
	sqz_planes_free(&canvas.planes);
	return result;
}
