#include "contexts_rig.h"

#include <string.h>

struct contexts_rig rig;

static void compute(const struct sqz_desc *desc)
{
	const uint8_t *in = mock_memory(desc->src, 1);
	const uint8_t *added = mock_memory(desc->aux, 1);
	uint8_t *out = mock_memory(desc->dst, MOCK_IMAGE_CLASSES);

	if (desc->layer == 0)
		out[0] = (uint8_t)(2 * in[0]);
	else if (desc->layer == 1)
		out[0] = (uint8_t)(in[0] + added[0]);
	else
		for (unsigned i = 0; i < MOCK_IMAGE_CLASSES; i++)
			out[i] = (uint8_t)(in[0] + i);
}

void rig_prepare(uint32_t contexts)
{
	struct mock_config config = mock_default_config();

	memset(&rig, 0, sizeof(rig));
	mock_reset(&config);
	mock_image_build(&rig.mock, 1);
	mock_on_run(compute);
	rig.mock.network->contexts = contexts;
	rig.mock.network->dram_pool_bytes = contexts * RIG_STRIDE;
	for (unsigned i = 0; i < MOCK_IMAGE_TENSORS; i++)
		rig.mock.tensors[i].stride = RIG_STRIDE;
	rig.config = sqz_network_default_config();
	rig.config.contexts = contexts;
}

enum sqz_result rig_try(uint32_t ring_entries)
{
	struct sqz_ring_config ring = sqz_ring_default_config(0);

	ring.entries = ring_entries;
	mock_image_seal(&rig.mock);
	ck_assert_int_eq(sqz_device_probe(&rig.device, SQZ_CONTROLLER_BASE),
			 SQZ_SUCCESS);
	ck_assert_int_eq(sqz_ring_open(&rig.ring, &rig.device, &ring),
			 SQZ_SUCCESS);
	ck_assert_int_eq(
	    sqz_image_open(&rig.image, &rig.mock.place, &rig.failure),
	    SQZ_SUCCESS);
	return sqz_network_open(&rig.network, &rig.device, &rig.ring,
				&rig.image, &rig.config, &rig.failure);
}

void rig_open(void)
{
	ck_assert_int_eq(rig_try(64), SQZ_SUCCESS);
}

void rig_start(unsigned context, uint8_t input, bool chain)
{
	rig.network.contexts[context].input[0] = input;
	ck_assert_int_eq(
	    sqz_context_start(&rig.network.contexts[context], chain),
	    SQZ_SUCCESS);
}

void rig_expect(unsigned context, uint8_t input)
{
	struct sqz_context *from = &rig.network.contexts[context];

	ck_assert_int_eq(sqz_context_finish(from, &rig.failure), SQZ_SUCCESS);
	for (unsigned i = 0; i < MOCK_IMAGE_CLASSES; i++)
		ck_assert_int_eq(from->values[i], (uint8_t)(3 * input + i));
}

void rig_expect_error(unsigned context, enum sqz_result result)
{
	ck_assert_int_eq(
	    sqz_context_finish(&rig.network.contexts[context], &rig.failure),
	    result);
	ck_assert_int_eq(rig.failure.result, result);
}

void rig_start_all(unsigned contexts)
{
	for (unsigned i = 0; i < contexts; i++)
		rig_start(i, (uint8_t)(i + 1), false);
}

unsigned rig_find(uint8_t type, unsigned ring, uint16_t layer, unsigned n)
{
	for (unsigned i = 0; i < mock_stats()->fetched; i++) {
		const struct sqz_desc *desc = mock_job(i);

		if (desc->type == type && mock_job_ring(i) == ring &&
		    desc->layer == layer && n-- == 0)
			return i;
	}
	return UINT32_MAX;
}
