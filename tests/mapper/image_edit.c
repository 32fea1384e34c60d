/*
 * sqz-image-edit IMAGE OUT CHANGE [NUMBER...]: writes a changed copy of an
 * image, for end-to-end tests of what a run notices.
 *
 *   flip-cell [STEP ARRAY ROW COLUMN]  one programmed cell, CRCs mended;
 *                                      default: see image_pick_cell()
 *   change-shift [STEP BLOCK ROW]      one squeezed row's shift, less one
 *   short-participants LAYER           the layer runs without its last step
 *   flip-section KIND                  a bit, CRCs not mended
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image_change.h"

#define MAX_NUMBERS 4

static int flip_cell(struct sqz_image_file *image, const uint32_t *numbers,
		     int count, struct sqz_error *err)
{
	struct image_cell cell = { numbers[0], numbers[1], numbers[2],
				   numbers[3] };

	if (!count && image_pick_cell(image, &cell, err))
		return -1;
	printf("step %u, array %u, row %u, column %u\n", cell.step, cell.array,
	       cell.row, cell.column);
	return image_flip_cell(image, &cell, err);
}

static int change_shift(struct sqz_image_file *image, const uint32_t *numbers,
			int count, struct sqz_error *err)
{
	struct image_row row = { numbers[0], numbers[1], numbers[2] };

	if (!count && image_pick_row(image, &row, err))
		return -1;
	printf("step %u, block %u, row %u\n", row.step, row.block, row.row);
	return image_change_shift(image, &row, err);
}

static int short_participants(struct sqz_image_file *image,
			      const uint32_t *numbers, int count,
			      struct sqz_error *err)
{
	(void)count;
	return image_short_participants(image, numbers[0], err);
}

static int flip_section(struct sqz_image_file *image, const uint32_t *numbers,
			int count, struct sqz_error *err)
{
	(void)count;
	return image_flip_section(image, numbers[0], err);
}

static const struct {
	const char *name;
	int (*apply)(struct sqz_image_file *image, const uint32_t *numbers,
		     int count, struct sqz_error *err);
	int numbers;
	bool optional;
} CHANGES[] = {
	{ "flip-cell", flip_cell, 4, true },
	{ "change-shift", change_shift, 3, true },
	{ "short-participants", short_participants, 1, false },
	{ "flip-section", flip_section, 1, false },
};
#define CHANGE_COUNT (sizeof(CHANGES) / sizeof(CHANGES[0]))

static int parse_numbers(char **words, int count, uint32_t *numbers,
			 struct sqz_error *err)
{
	for (int i = 0; i < count; i++) {
		char *end;
		unsigned long value = strtoul(words[i], &end, 10);
		if (end == words[i] || *end || value > UINT32_MAX)
			return sqz_fail(err, "%s is no number", words[i]);
		numbers[i] = (uint32_t)value;
	}
	return 0;
}

static int edit(int argc, char **argv, struct sqz_error *err)
{
	uint32_t numbers[MAX_NUMBERS] = { 0 };
	struct sqz_image_file image;
	int count = argc - 4;
	size_t i = 0;

	if (argc < 4)
		return sqz_fail(err, "wants IMAGE OUT CHANGE [NUMBER...]");
	while (i < CHANGE_COUNT && strcmp(argv[3], CHANGES[i].name))
		i++;
	if (i == CHANGE_COUNT)
		return sqz_fail(err, "unknown change %s", argv[3]);
	if (count != CHANGES[i].numbers && !(CHANGES[i].optional && !count))
		return sqz_fail(err, "%s wants %d numbers", argv[3],
				CHANGES[i].numbers);
	if (parse_numbers(argv + 4, count, numbers, err) ||
	    sqz_image_file_open(argv[1], &image, err))
		return -1;
	int result = CHANGES[i].apply(&image, numbers, count, err);
	if (!result)
		result = sqz_write_file(argv[2], image.file.data,
					image.file.size, err);
	sqz_image_file_close(&image);
	return result;
}

int main(int argc, char **argv)
{
	struct sqz_error err = { "" };

	if (edit(argc, argv, &err)) {
		fprintf(stderr, "sqz-image-edit: %s\n", err.text);
		return 1;
	}
	return 0;
}
