/* Programming and running a network: what arrives at the controller, and what
 * comes back. */
#include <string.h>

#include "driver/sqz_driver.h"
#include "mock_image.h"
#include "mock_machine.h"
#include "runtime/logits.h"
#include "runtime/network.h"
#include "sqz/port.h"
#include "suite.h"

#define INPUT_TENSOR  (MOCK_WINDOW(MOCK_NODE_BUFFER0) + 0x100)
#define MIDDLE_TENSOR (MOCK_WINDOW(MOCK_NODE_BUFFER1) + 0x240)
#define OUTPUT_TENSOR (MOCK_WINDOW(MOCK_NODE_BUFFER0) + 0x400)

static struct mock_image mock_img;
static struct sqz_device device;
static struct sqz_ring ring;
static struct sqz_image image;
static struct sqz_network network;
static struct sqz_failure failure;

/* Logits of the mock's last layer. */
static int32_t logits[MOCK_IMAGE_CLASSES];
static uint8_t seen_input[MOCK_IMAGE_INPUT_BYTES];

/* The chip's arithmetic: the first layer looks at the input, the last one
 * writes the logits. */
static void compute(const struct sqz_desc *desc)
{
	if (desc->layer == 0)
		memcpy(seen_input, mock_memory(desc->src, sizeof(seen_input)),
		       sizeof(seen_input));
	if (desc->layer != 2)
		return;
	for (unsigned i = 0; i < MOCK_IMAGE_CLASSES; i++) {
		if (image.network->logit_bytes == 1)
			*(uint8_t *)mock_memory(desc->dst + i, 1) =
			    (uint8_t)logits[i];
		else
			memcpy(mock_memory(desc->dst + i * 4, 4), &logits[i],
			       4);
	}
}

static void setup_chip(uint32_t logit_bytes)
{
	static const int32_t good[MOCK_IMAGE_CLASSES] = { 10, 3, 200, 7, 0 };
	struct mock_config config = mock_default_config();
	struct sqz_ring_config rings = sqz_ring_default_config(0);

	mock_reset(&config);
	mock_image_build(&mock_img, logit_bytes);
	mock_on_run(compute);
	memcpy(logits, good, sizeof(logits));
	ck_assert_int_eq(sqz_device_probe(&device, SQZ_CONTROLLER_BASE),
			 SQZ_SUCCESS);
	ck_assert_int_eq(sqz_ring_open(&ring, &device, &rings), SQZ_SUCCESS);
}

static enum sqz_result open_network(void)
{
	struct sqz_network_config config = sqz_network_default_config();

	ck_assert_int_eq(sqz_image_open(&image, &mock_img.place, &failure),
			 SQZ_SUCCESS);
	return sqz_network_open(&network, &device, &ring, &image, &config,
				&failure);
}

static void setup(void)
{
	setup_chip(1);
	ck_assert_int_eq(open_network(), SQZ_SUCCESS);
}

START_TEST(tensors_have_bus_addresses)
{
	ck_assert_uint_eq(sqz_context_tensor(&network.contexts[0], 0),
			  INPUT_TENSOR);
	ck_assert_uint_eq(sqz_context_tensor(&network.contexts[0], 1),
			  MIDDLE_TENSOR);
	ck_assert_uint_eq(sqz_context_tensor(&network.contexts[0], 2),
			  network.pool + 0x80);
	ck_assert_uint_ge(network.pool, MOCK_POOL_BUS);
	ck_assert_uint_eq(network.pool % 64, 0);
}
END_TEST

START_TEST(programs_every_step)
{
	uint64_t program =
	    SQZ_FLASH_BASE +
	    (uint64_t)(mock_img.program - (uint8_t *)mock_img.header);

	ck_assert_int_eq(sqz_network_program(&network, &failure), SQZ_SUCCESS);
	ck_assert_uint_eq(mock_stats()->fetched, MOCK_IMAGE_STEPS);
	for (unsigned i = 0; i < MOCK_IMAGE_STEPS; i++) {
		const struct sqz_desc *desc = mock_job(i);

		ck_assert_uint_eq(desc->type, SQZ_DESC_PROGRAM);
		ck_assert_uint_eq(desc->node, mock_img.steps[i].node);
		ck_assert_uint_eq(desc->slot, mock_img.steps[i].slot);
		ck_assert_uint_eq(desc->layer, mock_img.steps[i].layer);
		ck_assert_uint_eq(desc->src, program + i * 256);
		ck_assert_uint_eq(desc->length, 192 + i * 4);
		ck_assert_uint_eq(desc->partial, 0);
	}
	/* One interrupt for all of it. */
	ck_assert_uint_eq(ring.stats.interrupts, 1);
}
END_TEST

START_TEST(programming_error_names_the_node)
{
	mock_plan(2, (struct mock_fate){ .delay_ns = 1000,
					 .status = SQZ_ERR_CAPACITY,
					 .node = MOCK_NODE_TILE0,
					 .address = 0x77 });
	ck_assert_int_eq(sqz_network_program(&network, &failure),
			 SQZ_ECAPACITY);
	ck_assert_uint_eq(failure.node, MOCK_NODE_TILE0);
	ck_assert_uint_eq(failure.address, 0x77);
}
END_TEST

/* Every descriptor of an inference, in order, behind a fence. */
START_TEST(runs_layer_by_layer)
{
	uint64_t list =
	    SQZ_FLASH_BASE + (uint64_t)((uint8_t *)mock_img.participants -
					(uint8_t *)mock_img.header);
	const struct sqz_desc expected[] = {
		{ .type = SQZ_DESC_COPY,
		  .src = sqz_dma_addr(network.contexts[0].input),
		  .dst = INPUT_TENSOR,
		  .length = 64 },
		{ .type = SQZ_DESC_RUN,
		  .layer = 0,
		  .src = INPUT_TENSOR,
		  .dst = MIDDLE_TENSOR,
		  .list = list,
		  .length = 1 },
		{ .type = SQZ_DESC_RUN,
		  .layer = 1,
		  .src = MIDDLE_TENSOR,
		  .dst = network.pool + 0x80,
		  .aux = INPUT_TENSOR,
		  .list = list + 4,
		  .length = 2 },
		{ .type = SQZ_DESC_RUN,
		  .layer = 2,
		  .src = network.pool + 0x80,
		  .dst = OUTPUT_TENSOR,
		  .list = list + 12,
		  .length = 1 },
		{ .type = SQZ_DESC_COPY,
		  .src = OUTPUT_TENSOR,
		  .dst = sqz_dma_addr(network.contexts[0].logits),
		  .length = 5 },
	};

	for (int i = 0; i < MOCK_IMAGE_INPUT_BYTES; i++)
		network.contexts[0].input[i] = (uint8_t)(i ^ 0x5a);
	ck_assert_int_eq(sqz_network_run(&network, &failure), SQZ_SUCCESS);
	ck_assert_uint_eq(mock_stats()->fetched, 5);
	for (unsigned i = 0; i < 5; i++) {
		const struct sqz_desc *desc = mock_job(i);

		ck_assert_uint_eq(desc->type, expected[i].type);
		ck_assert_uint_eq(desc->flags,
				  SQZ_DESC_F_FENCE |
				      (i == 4 ? SQZ_DESC_F_IRQ : 0));
		ck_assert_uint_eq(desc->layer, expected[i].layer);
		ck_assert_uint_eq(desc->src, expected[i].src);
		ck_assert_uint_eq(desc->dst, expected[i].dst);
		ck_assert_uint_eq(desc->aux, expected[i].aux);
		ck_assert_uint_eq(desc->list, expected[i].list);
		ck_assert_uint_eq(desc->length, expected[i].length);
		ck_assert_uint_gt(desc->timeout_us, 0);
	}
	ck_assert_mem_eq(seen_input, network.contexts[0].input,
			 MOCK_IMAGE_INPUT_BYTES);
	ck_assert_uint_eq(ring.stats.interrupts, 1);
}
END_TEST

static void expect_values(void)
{
	for (unsigned i = 0; i < MOCK_IMAGE_CLASSES; i++)
		ck_assert_int_eq(network.contexts[0].values[i], logits[i]);
}

START_TEST(logits_of_one_byte)
{
	struct sqz_prediction best;

	ck_assert_int_eq(sqz_network_run(&network, &failure), SQZ_SUCCESS);
	ck_assert_uint_eq(network.logits_bytes, MOCK_IMAGE_CLASSES);
	expect_values();
	best = sqz_context_predict(&network.contexts[0]);
	ck_assert_uint_eq(best.class_index, 2);
	ck_assert_float_eq(best.probability, 1.0f);
}
END_TEST

START_TEST(logits_of_four_bytes)
{
	static const int32_t wide[MOCK_IMAGE_CLASSES] = { -100000, 5, 70000,
							  INT32_MIN,
							  INT32_MAX };

	setup_chip(4);
	memcpy(logits, wide, sizeof(logits));
	ck_assert_int_eq(open_network(), SQZ_SUCCESS);
	ck_assert_int_eq(sqz_network_run(&network, &failure), SQZ_SUCCESS);
	ck_assert_uint_eq(network.logits_bytes, MOCK_IMAGE_CLASSES * 4);
	expect_values();
	ck_assert_uint_eq(sqz_context_predict(&network.contexts[0]).class_index,
			  4);
}
END_TEST

START_TEST(an_error_in_a_layer)
{
	mock_plan(2, (struct mock_fate){ .delay_ns = 1000,
					 .status = SQZ_ERR_SLOT,
					 .node = MOCK_NODE_TILE1,
					 .address = 0x1234 });
	ck_assert_int_eq(sqz_network_run(&network, &failure), SQZ_ESLOT);
	ck_assert_uint_eq(failure.node, MOCK_NODE_TILE1);
	ck_assert_uint_eq(failure.address, 0x1234);
	ck_assert_int_eq(sqz_network_run(&network, &failure), SQZ_SUCCESS);
}
END_TEST

START_TEST(a_layer_that_hangs)
{
	mock_plan(2, (struct mock_fate){ .delay_ns = MOCK_NEVER });
	ck_assert_int_eq(sqz_network_run(&network, &failure), SQZ_ETIMEDOUT);
	/* by the descriptor's own time-out */
	ck_assert_uint_eq(mock_stats()->aborts, 0);
	ck_assert_int_eq(sqz_network_run(&network, &failure), SQZ_SUCCESS);
	expect_values();
}
END_TEST

START_TEST(an_inference_that_hangs)
{
	network.config.layer_timeout_us = 0;
	network.config.run_timeout_ns = 500000;
	mock_plan(1, (struct mock_fate){ .delay_ns = MOCK_NEVER });
	ck_assert_int_eq(sqz_network_run(&network, &failure), SQZ_ETIMEDOUT);
	ck_assert_uint_eq(mock_stats()->aborts, 1);
	ck_assert_int_eq(sqz_network_run(&network, &failure), SQZ_SUCCESS);
	expect_values();
}
END_TEST

/* A ring that is too short for all descriptors, and stuck: what was submitted
 * is taken back. */
START_TEST(a_ring_that_is_too_short_and_stuck)
{
	struct sqz_ring_config rings = sqz_ring_default_config(2);

	rings.entries = 2;
	ck_assert_int_eq(sqz_ring_open(&ring, &device, &rings), SQZ_SUCCESS);
	network.config.layer_timeout_us = 0;
	mock_plan(1, (struct mock_fate){ .delay_ns = MOCK_NEVER });
	ck_assert_int_eq(sqz_network_run(&network, &failure), SQZ_ETIMEDOUT);
	ck_assert_uint_eq(ring.in_flight, 0);
	ck_assert_int_eq(sqz_network_run(&network, &failure), SQZ_SUCCESS);
	for (unsigned i = 0; i < 2; i++)
		mock_plan(mock_stats()->fetched + i,
			  (struct mock_fate){ .delay_ns = MOCK_NEVER });
	network.config.step_timeout_us = 0;
	ck_assert_int_eq(sqz_network_program(&network, &failure),
			 SQZ_ETIMEDOUT);
	ck_assert_int_eq(sqz_network_program(&network, &failure), SQZ_SUCCESS);
}
END_TEST

START_TEST(runs_single_layers)
{
	ck_assert_int_eq(sqz_network_run_layer(&network, 1, &failure),
			 SQZ_SUCCESS);
	ck_assert_uint_eq(mock_job(0)->layer, 1);
	ck_assert_int_eq(sqz_network_run_layer(&network, 3, &failure),
			 SQZ_EINVAL);
}
END_TEST

START_TEST(self_test)
{
	ck_assert_int_eq(sqz_network_selftest(&network, &failure), SQZ_SUCCESS);
	ck_assert_mem_eq(seen_input, mock_img.selftest, MOCK_IMAGE_INPUT_BYTES);
	logits[3]++;
	ck_assert_int_eq(sqz_network_selftest(&network, &failure), SQZ_EWRONG);
	ck_assert_uint_eq(failure.address, 3);
	mock_plan(mock_stats()->fetched,
		  (struct mock_fate){ .delay_ns = 1, .status = SQZ_ERR_NODE });
	ck_assert_int_eq(sqz_network_selftest(&network, &failure), SQZ_ENODE);
}
END_TEST

/* Whoever has started an inference on context 0 keeps its input, and no layer
 * of somebody else's runs in between. */
START_TEST(a_busy_context_is_left_alone)
{
	struct sqz_context *context = &network.contexts[0];
	uint8_t input[MOCK_IMAGE_INPUT_BYTES];

	memset(input, 0x5a, sizeof(input));
	memcpy(context->input, input, sizeof(input));
	ck_assert_int_eq(sqz_context_start(context, false), SQZ_SUCCESS);
	ck_assert_int_eq(sqz_network_selftest(&network, &failure), SQZ_EINVAL);
	ck_assert_mem_eq(context->input, input, sizeof(input));
	ck_assert_int_eq(sqz_network_run_layer(&network, 1, &failure),
			 SQZ_EINVAL);
	ck_assert_str_eq(failure.detail, "context 0 is in use");
	ck_assert_int_eq(sqz_network_run(&network, &failure), SQZ_EINVAL);
	ck_assert_int_eq(sqz_context_finish(context, &failure), SQZ_SUCCESS);
	ck_assert_mem_eq(seen_input, input, sizeof(input));
	ck_assert_uint_eq(mock_stats()->fetched, 5);
	ck_assert_int_eq(sqz_network_selftest(&network, &failure), SQZ_SUCCESS);
}
END_TEST

START_TEST(no_self_test)
{
	setup_chip(1);
	mock_image_section(&mock_img, SQZ_SECTION_SELFTEST)->kind = 60;
	mock_image_seal(&mock_img);
	ck_assert_int_eq(open_network(), SQZ_SUCCESS);
	ck_assert_int_eq(sqz_network_selftest(&network, &failure), SQZ_SUCCESS);
	ck_assert_uint_eq(mock_stats()->fetched, 0);
}
END_TEST

/* ---- images for other chips ---- */

START_TEST(another_mesh)
{
	setup_chip(1);
	mock_img.network->mesh_width = 2;
	mock_img.network->mesh_height = 3;
	mock_image_seal(&mock_img);
	ck_assert_int_eq(open_network(), SQZ_EMESH);
	ck_assert_str_eq(failure.detail, "size of the mesh");
}
END_TEST

START_TEST(chip_with_less)
{
	static const struct {
		int node;
		uint16_t slots;
		uint32_t arrays;
		uint32_t memory_kib;
		const char *detail;
	} more[] = {
		{ MOCK_NODE_TILE0, 5, 16, 64, "step slots" },
		{ MOCK_NODE_TILE1, 2, 17, 64, "arrays" },
		{ MOCK_NODE_BUFFER1, 0, 0, 65, "memory" },
	};

	for (unsigned i = 0; i < 3; i++) {
		struct sqz_node_entry *node;

		setup_chip(1);
		node = &mock_img.nodes[more[i].node];
		node->slots = more[i].slots;
		node->arrays = more[i].arrays;
		node->memory_kib = more[i].memory_kib;
		mock_image_seal(&mock_img);
		ck_assert_int_eq(open_network(), SQZ_EMESH);
		ck_assert_str_eq(failure.detail, more[i].detail);
		ck_assert_uint_eq(failure.node, (uint32_t)more[i].node);
	}
}
END_TEST

START_TEST(other_kinds_of_nodes)
{
	setup_chip(1);
	mock_img.nodes[MOCK_NODE_BUFFER1].kind = SQZ_NODE_DRAM;
	mock_image_seal(&mock_img);
	ck_assert_int_eq(open_network(), SQZ_EMESH);
	ck_assert_uint_eq(failure.node, MOCK_NODE_BUFFER1);
}
END_TEST

START_TEST(tensors_on_tiles)
{
	setup_chip(1);
	mock_img.tensors[1].node = MOCK_NODE_TILE0;
	mock_image_seal(&mock_img);
	ck_assert_int_eq(open_network(), SQZ_EMESH);
	ck_assert_str_eq(failure.detail, "tensor outside the buffers");
}
END_TEST

START_TEST(no_memory_for_tensors)
{
	setup_chip(1);
	mock_img.network->dram_pool_bytes = 0x10000000;
	mock_image_seal(&mock_img);
	ck_assert_int_eq(open_network(), SQZ_ENOMEM);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("network");
	TCase *tests = tcase_create("network");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, tensors_have_bus_addresses);
	tcase_add_test(tests, programs_every_step);
	tcase_add_test(tests, programming_error_names_the_node);
	tcase_add_test(tests, runs_layer_by_layer);
	tcase_add_test(tests, logits_of_one_byte);
	tcase_add_test(tests, logits_of_four_bytes);
	tcase_add_test(tests, an_error_in_a_layer);
	tcase_add_test(tests, a_layer_that_hangs);
	tcase_add_test(tests, an_inference_that_hangs);
	tcase_add_test(tests, a_ring_that_is_too_short_and_stuck);
	tcase_add_test(tests, runs_single_layers);
	tcase_add_test(tests, self_test);
	tcase_add_test(tests, a_busy_context_is_left_alone);
	tcase_add_test(tests, no_self_test);
	tcase_add_test(tests, another_mesh);
	tcase_add_test(tests, chip_with_less);
	tcase_add_test(tests, other_kinds_of_nodes);
	tcase_add_test(tests, tensors_on_tiles);
	tcase_add_test(tests, no_memory_for_tensors);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
