#include "apps/app.h"

#include <inttypes.h>
#include <stdio.h>

#include "runtime/logits.h"
#include "sqz/memmap.h"
#include "sqz/port.h"

#define MAILBOX_TIMEOUT_NS 1000000000

/* Which exit code an error stands for. */
static enum sqz_exit_code exit_code_of(enum sqz_result result)
{
	switch (result) {
	case SQZ_SUCCESS:
		return SQZ_EXIT_OK;
	case SQZ_ENODEV:
		return SQZ_EXIT_NO_DEVICE;
	case SQZ_EIMAGE:
	case SQZ_ECRC:
	case SQZ_EMESH:
	case SQZ_EVERSION:
		return SQZ_EXIT_IMAGE;
	case SQZ_EWRONG:
		return SQZ_EXIT_TEST;
	default:
		return SQZ_EXIT_DEVICE;
	}
}

enum sqz_exit_code sqz_app_fail(struct sqz_app *app, const char *doing)
{
	sqz_failure_log(&app->failure, doing);
	return exit_code_of(app->failure.result);
}

static enum sqz_exit_code fail_with(struct sqz_app *app, const char *doing,
				    enum sqz_result result,
				    enum sqz_exit_code code)
{
	sqz_failure_set(&app->failure, result, SQZ_NO_NODE, 0, "");
	sqz_app_fail(app, doing);
	return code;
}

static void print_chip(const struct sqz_app *app)
{
	const struct sqz_controller_caps *caps = &app->device.caps;
	struct sqz_device_summary sum;

	sqz_device_summarize(&app->device, &sum);
	printf("chip: mesh %u x %u, %u tiles with %" PRIu64 " arrays, "
	       "%u buffers, %u DRAM controllers, %u rings\n",
	       caps->mesh_width, caps->mesh_height, sum.tiles, sum.arrays,
	       sum.buffers, sum.drams, caps->rings);
}

static void print_network(const struct sqz_app *app)
{
	const struct sqz_image_network *net = app->image.network;
	uint64_t crossbars = 0;

	for (uint32_t i = 0; i < net->layers; i++)
		crossbars += app->image.layers[i].crossbars;
	printf("network: %s, %" PRIu32 " layers in %" PRIu32 " steps, %" PRIu64
	       " crossbars of %" PRIu32 " x %" PRIu32 ", %" PRIu32 " classes\n",
	       net->name, net->layers, net->steps, crossbars, net->array_rows,
	       net->array_columns, net->classes);
}

static enum sqz_exit_code start_chip(struct sqz_app *app)
{
	const struct sqz_ring_config config = sqz_ring_default_config(0);
	enum sqz_result result =
	    sqz_device_probe(&app->device, SQZ_CONTROLLER_BASE);

	if (result == SQZ_ENODEV) {
		printf("no accelerator found\n");
		return SQZ_EXIT_NO_DEVICE;
	}
	if (result != SQZ_SUCCESS)
		return fail_with(app, "probe", result, SQZ_EXIT_NO_DEVICE);
	print_chip(app);
	result = sqz_ring_open(&app->ring, &app->device, &config);
	if (result != SQZ_SUCCESS)
		return fail_with(app, "ring", result, SQZ_EXIT_DEVICE);
	return SQZ_EXIT_OK;
}

static enum sqz_exit_code start_mailbox(struct sqz_app *app)
{
	enum sqz_result result =
	    sqz_mailbox_open(&app->mailbox, SQZ_MAILBOX_BASE);

	if (result != SQZ_SUCCESS)
		return fail_with(app, "mailbox", result, SQZ_EXIT_MAILBOX);
	return SQZ_EXIT_OK;
}

static enum sqz_exit_code start_network(struct sqz_app *app)
{
	const struct sqz_network_config config = sqz_network_default_config();
	struct sqz_image_place place;

	if (sqz_image_find(app->mailbox.image, app->mailbox.image_bytes,
			   &place) != SQZ_SUCCESS)
		return fail_with(app, "no image at the mailbox's address",
				 SQZ_EIMAGE, SQZ_EXIT_IMAGE);
	if (sqz_image_open(&app->image, &place, &app->failure) != SQZ_SUCCESS)
		return sqz_app_fail(app, "image");
	print_network(app);
	if (sqz_network_open(&app->network, &app->device, &app->ring,
			     &app->image, &config,
			     &app->failure) != SQZ_SUCCESS)
		return sqz_app_fail(app, "network");
	return SQZ_EXIT_OK;
}

enum sqz_exit_code sqz_app_start(struct sqz_app *app)
{
	enum sqz_exit_code code = start_chip(app);

	if (code == SQZ_EXIT_OK)
		code = start_mailbox(app);
	if (code == SQZ_EXIT_OK)
		code = start_network(app);
	return code;
}

static uint64_t us_since(uint64_t start_ns)
{
	return (sqz_time_ns() - start_ns) / 1000;
}

enum sqz_exit_code sqz_app_program(struct sqz_app *app)
{
	uint64_t start_ns = sqz_time_ns();

	if (sqz_network_program(&app->network, &app->failure) != SQZ_SUCCESS)
		return sqz_app_fail(app, "programming");
	printf("programmed %" PRIu32 " steps in %" PRIu64 " us\n",
	       app->image.network->steps, us_since(start_ns));
	return SQZ_EXIT_OK;
}

static void print_image(const struct sqz_app *app, uint32_t sequence,
			uint64_t us)
{
	struct sqz_prediction best = sqz_network_predict(&app->network);
	unsigned permille = (unsigned)(best.probability * 1000.0f + 0.5f);

	printf("image %" PRIu32 ": class %" PRIu32 " (%u.%u %%)  %" PRIu64
	       " us\n",
	       sequence, best.class_index, permille / 10, permille % 10, us);
}

enum sqz_exit_code sqz_app_infer_next(struct sqz_app *app)
{
	uint32_t sequence;
	enum sqz_result result =
	    sqz_mailbox_next(&app->mailbox, sqz_dma_addr(app->network.input),
			     MAILBOX_TIMEOUT_NS, &sequence);

	if (result != SQZ_SUCCESS)
		return fail_with(app, "mailbox", result, SQZ_EXIT_MAILBOX);

	uint64_t start_ns = sqz_time_ns();

	if (sqz_network_run(&app->network, &app->failure) != SQZ_SUCCESS)
		return sqz_app_fail(app, "inference");
	print_image(app, sequence, us_since(start_ns));
	result = sqz_mailbox_post(&app->mailbox, sequence,
				  sqz_dma_addr(app->network.logits),
				  app->network.logits_bytes);
	if (result != SQZ_SUCCESS)
		return fail_with(app, "logits", result, SQZ_EXIT_MAILBOX);
	return SQZ_EXIT_OK;
}
