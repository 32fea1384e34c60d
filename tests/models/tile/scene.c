#include "scene.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

void scene_program(struct harness *h, const struct layer *layer,
		   const struct share *shares, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct layer_blob blob = layer_blob(layer, &shares[i].part);

		ck_assert_uint_eq(harness_program(h, shares[i].tile,
						  shares[i].slot, blob.bytes,
						  0),
				  SQZ_OK);
		layer_blob_free(&blob);
	}
	h->done_count = 0;
}

void scene_open(struct scene *s, const struct layer *layer,
		const struct share *shares, uint32_t count,
		const struct harness_options *options,
		const struct sqz_tile_config *config)
{
	*s = (struct scene){ .layer = layer, .shares = shares, .count = count };
	s->h = harness_create(options, config, NULL);
	s->in = harness_alloc(s->h, layer_in_bytes(layer));
	s->residual = harness_alloc(s->h, layer_residual_bytes(layer));
	s->out = harness_alloc(s->h, layer_out_bytes(layer));
	layer_random_bytes(harness_at(s->h, s->in), layer_in_bytes(layer), 1);
	layer_random_bytes(harness_at(s->h, s->residual),
			   layer_residual_bytes(layer), 2);
	s->wanted = malloc(layer_out_bytes(layer));
	layer_reference(layer, harness_at(s->h, s->in),
			harness_at(s->h, s->residual), s->wanted);
	scene_program(s->h, layer, shares, count);
}

void scene_close(struct scene *s)
{
	ck_assert_uint_eq(s->h->lost, 0);
	ck_assert_uint_eq(sqz_packet_pool_in_use(s->h->pool), 0);
	harness_destroy(s->h);
	free(s->wanted);
}

void scene_start_one(struct scene *s, uint32_t i, uint32_t run, uint16_t epoch)
{
	const struct harness_run request = {
		.tile = s->shares[i].tile,
		.slot = s->shares[i].slot,
		.run = run,
		.in = s->in,
		.out = s->out,
		.residual = s->residual,
		.partial = s->partial,
		.ring = SCENE_RING,
		.epoch = epoch,
		.layer = SCENE_LAYER,
	};

	harness_start(s->h, &request);
}

void scene_start(struct scene *s, uint32_t run, uint16_t epoch)
{
	memset(harness_at(s->h, s->out), 0, layer_out_bytes(s->layer));
	s->h->done_count = 0;
	for (uint32_t i = 0; i < s->count; i++)
		scene_start_one(s, i, run, epoch);
}

void scene_check(const struct scene *s)
{
	ck_assert_uint_eq(s->h->done_count, s->count);
	for (uint32_t i = 0; i < s->count; i++)
		ck_assert_uint_eq(s->h->dones[i].status, SQZ_OK);
	ck_assert(!memcmp(harness_at(s->h, s->out), s->wanted,
			  layer_out_bytes(s->layer)));
}
