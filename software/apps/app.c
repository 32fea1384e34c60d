#include "apps/app.h"

#include <inttypes.h>
#include <stdio.h>

#include "runtime/logits.h"
#include "sqz/port.h"

#define MAILBOX_TIMEOUT_NS 1000000000

static enum sqz_exit_code exit_code_of(enum sqz_result result)
{
	switch (result) {
	case SQZ_SUCCESS:
		return SQZ_EXIT_OK;
	case SQZ_ENODEV:
	case SQZ_EVERSION:
		return SQZ_EXIT_NO_DEVICE;
	case SQZ_EIMAGE:
	case SQZ_ECRC:
	case SQZ_EMESH:
		return SQZ_EXIT_IMAGE;
	case SQZ_EWRONG:
		return SQZ_EXIT_TEST;
	default:
		return SQZ_EXIT_DEVICE;
	}
}

enum sqz_exit_code sqz_app_fail(const struct sqz_failure *failure,
				const char *doing)
{
	sqz_failure_log(failure, doing);
	return exit_code_of(failure->result);
}

static enum sqz_exit_code fail_mailbox(enum sqz_result result,
				       const char *doing)
{
	struct sqz_failure failure;

	sqz_failure_set(&failure, result, SQZ_NO_NODE, 0, "mailbox");
	sqz_app_fail(&failure, doing);
	return SQZ_EXIT_MAILBOX;
}

static void print_chip(const struct sqz_device *device)
{
	const struct sqz_controller_caps *caps = &device->caps;
	struct sqz_device_summary sum;

	sqz_device_summarize(device, &sum);
	printf("chip: mesh %u x %u, %u tiles with %" PRIu64 " arrays, "
	       "%u buffers, %u DRAM controllers, %u rings\n",
	       caps->mesh_width, caps->mesh_height, sum.tiles, sum.arrays,
	       sum.buffers, sum.drams, caps->rings);
}

static void print_network(const struct sqz_image *image)
{
	const struct sqz_image_network *net = image->network;
	uint64_t crossbars = 0;

	for (uint32_t i = 0; i < net->layers; i++)
		crossbars += image->layers[i].crossbars;
	printf("network: %s, %" PRIu32 " layers in %" PRIu32 " steps, %" PRIu64
	       " crossbars of %" PRIu32 " x %" PRIu32 ", %" PRIu32 " classes\n",
	       net->name, net->layers, net->steps, crossbars, net->array_rows,
	       net->array_columns, net->classes);
}

enum sqz_exit_code sqz_app_start(struct sqz_session *session)
{
	struct sqz_failure failure;
	enum sqz_result result = sqz_session_open(session, &failure);

	if (result == SQZ_ENODEV && !session->device.nodes) {
		printf("no accelerator found\n");
		return SQZ_EXIT_NO_DEVICE;
	}
	if (session->device.nodes)
		print_chip(&session->device);
	if (result != SQZ_SUCCESS)
		return sqz_app_fail(&failure, "start");
	print_network(&session->image);
	return SQZ_EXIT_OK;
}

static uint64_t us_since(uint64_t start_ns)
{
	return (sqz_time_ns() - start_ns) / 1000;
}

enum sqz_exit_code sqz_app_program(struct sqz_session *session)
{
	uint64_t start_ns = sqz_time_ns();
	struct sqz_failure failure;

	if (sqz_network_program(&session->network, &failure) != SQZ_SUCCESS)
		return sqz_app_fail(&failure, "programming");
	printf("programmed %" PRIu32 " steps in %" PRIu64 " us\n",
	       session->image.network->steps, us_since(start_ns));
	return SQZ_EXIT_OK;
}

static void print_image(const struct sqz_app_job *job)
{
	struct sqz_prediction best = sqz_context_predict(job->context);
	unsigned permille = (unsigned)(best.probability * 1000.0f + 0.5f);

	printf("image %" PRIu32 ": class %" PRIu32 " (%u.%u %%)  %" PRIu64
	       " us\n",
	       job->sequence, best.class_index, permille / 10, permille % 10,
	       us_since(job->start_ns));
}

enum sqz_exit_code sqz_app_start_next(struct sqz_session *session,
				      struct sqz_app_job *job, bool chain)
{
	struct sqz_failure failure;
	enum sqz_result result = sqz_mailbox_next(
	    &session->mailbox, sqz_dma_addr(job->context->input),
	    MAILBOX_TIMEOUT_NS, &job->sequence);

	if (result != SQZ_SUCCESS)
		return fail_mailbox(result, "getting an image");
	job->start_ns = sqz_time_ns();
	result = sqz_context_start(job->context, chain);
	if (result == SQZ_SUCCESS)
		return SQZ_EXIT_OK;
	sqz_failure_set(&failure, result, SQZ_NO_NODE, 0, "");
	return sqz_app_fail(&failure, "starting an inference");
}

enum sqz_exit_code sqz_app_finish(struct sqz_session *session,
				  const struct sqz_app_job *job)
{
	struct sqz_failure failure;
	enum sqz_result result = sqz_context_finish(job->context, &failure);

	if (result != SQZ_SUCCESS)
		return sqz_app_fail(&failure, "inference");
	print_image(job);
	result = sqz_mailbox_post(&session->mailbox, job->sequence,
				  sqz_dma_addr(job->context->logits),
				  session->network.logits_bytes);
	if (result != SQZ_SUCCESS)
		return fail_mailbox(result, "posting logits");
	return SQZ_EXIT_OK;
}

enum sqz_exit_code sqz_app_infer_next(struct sqz_session *session)
{
	struct sqz_app_job job = { .context = &session->network.contexts[0] };
	enum sqz_exit_code code = sqz_app_start_next(session, &job, false);

	if (code == SQZ_EXIT_OK)
		code = sqz_app_finish(session, &job);
	return code;
}
