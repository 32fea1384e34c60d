#include "rounds_table.h"

#include <stdbool.h>

/* Whole arrays: every array of a block has the block's rows; one that is stored
 * with an offset has a unit bit line beside it. */
static void add_block(const uint8_t *blob, const struct sqz_block *block,
		      struct sqz_writes *sum)
{
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_array *arrays =
	    (const struct sqz_array *)(blob + h->arrays_offset) +
	    block->first_array;
	uint64_t lines = (uint64_t)block->cols * block->arrays;

	for (uint32_t i = 0; i < block->arrays; i++)
		lines += (arrays[i].flags & SQZ_ARRAY_F_OFFSET) != 0;
	sum->rows += (uint64_t)block->arrays * block->rows;
	sum->cells += lines * block->rows;
}

/* Operation units fill bands of word lines, place by place. */
static void add_ou_array(const uint8_t *blob, const struct sqz_ou_array *array,
			 uint32_t places, struct sqz_writes *sum)
{
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_ou_group *groups =
	    (const void *)(blob + array->groups_offset);

	sum->rows += (uint64_t)(array->ous + places - 1) / places * h->ou_rows;
	for (uint32_t i = 0; i < array->group_count; i++)
		sum->cells += (uint64_t)groups[i].rows * groups[i].columns;
}

static void add_step(const uint8_t *blob, uint32_t array_columns,
		     struct sqz_writes *sum)
{
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_block *blocks =
	    (const void *)(blob + h->blocks_offset);
	const struct sqz_ou_array *arrays =
	    (const void *)(blob + h->arrays_offset);
	bool ou = h->version == SQZ_STEP_VERSION_OU;

	sum->steps++;
	sum->arrays += h->array_count;
	for (uint32_t i = 0; !ou && i < h->block_count; i++)
		add_block(blob, &blocks[i], sum);
	for (uint32_t i = 0; ou && i < h->array_count; i++)
		add_ou_array(blob, &arrays[i], array_columns / h->ou_columns,
			     sum);
}

struct sqz_writes sqz_round_writes(const struct sqz_image_file *image,
				   uint32_t round)
{
	const uint8_t *program = image->sections[SQZ_SECTION_PROGRAM].data;
	struct sqz_writes sum = { 0 };

	for (uint32_t i = 0; i < image->network->steps; i++) {
		const struct sqz_image_step *step = &image->steps[i];
		if (image->layers[step->layer].round == round)
			add_step(program + step->offset,
				 image->network->array_columns, &sum);
	}
	return sum;
}

static uint32_t entries_of(const struct sqz_image_file *image, uint32_t round)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < image->network->layers; i++)
		count += image->layers[i].round == round;
	return count;
}

void sqz_rounds_table(const struct sqz_image_file *image, FILE *out)
{
	uint32_t rounds = image->network->rounds;
	struct sqz_writes all = { 0 };

	if (rounds <= 1)
		return;
	fprintf(out, "%-8s %8s %8s %8s %12s %14s\n", "round", "entries",
		"steps", "arrays", "rows", "cells");
	for (uint32_t r = 0; r < rounds; r++) {
		struct sqz_writes writes = sqz_round_writes(image, r);
		fprintf(out, "%-8u %8u %8llu %8llu %12llu %14llu\n", r,
			entries_of(image, r), (unsigned long long)writes.steps,
			(unsigned long long)writes.arrays,
			(unsigned long long)writes.rows,
			(unsigned long long)writes.cells);
		all.arrays += writes.arrays;
		all.rows += writes.rows;
		all.cells += writes.cells;
	}
	fprintf(out,
		"the network needs %u rounds of programming: %llu arrays, %llu "
		"rows and %llu cells are rewritten for each inference%s\n",
		rounds, (unsigned long long)all.arrays,
		(unsigned long long)all.rows, (unsigned long long)all.cells,
		image->network->flags & SQZ_IMAGE_F_OVERLAP
		    ? ", each round while the one before it runs"
		    : "");
}
