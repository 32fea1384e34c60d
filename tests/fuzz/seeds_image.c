/* .sqz images of small networks of all kinds of layers, on small chips. */
#include "seeds.h"

#include <stdio.h>

#include "image_seal.h"
#include "mapped.h"

#define CHIP                                                                   \
	"noc.width=4 noc.height=3 chip.buffers=1 chip.dram_controllers=1 "     \
	"tile.array_rows=16 tile.array_columns=16 tile.slots=16"

static const char *const settings[] = {
	CHIP,
	CHIP " place.contexts=2 place.chains=on",
	CHIP " place.rounds=single",
};

static const struct layer_spec specs[] = {
	{ .input = 0,
	  .residual = SQZ_NO_TENSOR,
	  .kind = SQZ_STEP_MVM,
	  .out_channels = 4,
	  .kernel_h = 3,
	  .kernel_w = 3,
	  .pad = 1 },
	{ .input = 1,
	  .residual = 1,
	  .kind = SQZ_STEP_MVM,
	  .out_channels = 4,
	  .kernel_h = 3,
	  .kernel_w = 3,
	  .pad = 1,
	  .groups = 4 },
	{ .input = 2,
	  .residual = SQZ_NO_TENSOR,
	  .kind = SQZ_STEP_MAXPOOL,
	  .out_channels = 4,
	  .kernel_h = 3,
	  .kernel_w = 3,
	  .pad = 1 },
	{ .input = 3,
	  .residual = SQZ_NO_TENSOR,
	  .kind = SQZ_STEP_AVGPOOL,
	  .out_channels = 4,
	  .kernel_h = 3,
	  .kernel_w = 3,
	  .pad = 1,
	  .table = true },
	{ .input = 3, .residual = 4, .kind = SQZ_STEP_ADD, .out_channels = 4 },
	{ .input = 5,
	  .residual = SQZ_NO_TENSOR,
	  .kind = SQZ_STEP_MVM,
	  .out_channels = 3,
	  .kernel_h = 4,
	  .kernel_w = 4,
	  .logits = true },
};

static void build(struct mapped *map, uint64_t seed, const char *overrides)
{
	uint64_t state = seed;

	*map = (struct mapped){ .form = seed % 2 ? SQZ_SIGN_DIFFERENTIAL
						 : SQZ_SIGN_TWOS_COMPLEMENT };
	random_net_begin(&map->net.net, 4, 4, 1, &state);
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		random_net_add(&map->net.net, &specs[i], &state);
	mapped_chip(map, overrides);
	mapped_slice(map, 4, (unsigned)seed % 2);
	mapped_place(map);
}

static void add(const char *folder, const char *name,
		const struct sqz_bytes *image)
{
	seeds_write(folder, "image_file", name, image->data, image->size);
	seeds_write(folder, "image_driver", name, image->data, image->size);
}

/* A section from the last bytes of the address space on. */
static void move_far(struct sqz_bytes *image)
{
	image_section(image->data, SQZ_SECTION_STEPS)->offset = UINT64_MAX - 63;
	image_seal(image->data, image->size);
}

void seeds_image(const char *folder)
{
	for (unsigned i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		struct mapped map;
		struct sqz_bytes image;
		char name[16];

		build(&map, i + 1, settings[i]);
		mapped_image(&map, &image);
		snprintf(name, sizeof(name), "small-%u", i);
		add(folder, name, &image);
		move_far(&image);
		add(folder, "far-section", &image);
		sqz_bytes_free(&image);
		mapped_free(&map);
	}
}
