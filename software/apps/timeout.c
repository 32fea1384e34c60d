/*
 * Descriptors that never complete. A reducer is told to wait for one more
 * worker, which nobody starts, so its layer hangs. First the descriptor's own
 * time-out must end it, then the driver's (which aborts the ring). Afterwards
 * the step is put right and all images must come out as ever.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "apps/app.h"
#include "sqz/port.h"

#define HANG_US	      5000
#define HANG_NS	      (HANG_US * 1000ull)
#define PROGRAM_NS    10000000000ull
#define ALIGN4(bytes) (((bytes) + 3u) & ~3u)

static const struct sqz_step_header *blob_of(const struct sqz_session *session,
					     uint32_t step)
{
	const uint8_t *program =
	    session->image.sections[SQZ_SECTION_PROGRAM].data;

	return (const void *)(program + session->image.steps[step].offset);
}

/* The first step that sums up crossbar results; -1 if there is none. */
static int64_t find_reducer(const struct sqz_session *session)
{
	for (uint32_t i = 0; i < session->image.network->steps; i++) {
		const struct sqz_step_header *header = blob_of(session, i);

		if (header->kind == SQZ_STEP_MVM &&
		    (header->flags & SQZ_STEP_F_REDUCER))
			return i;
	}
	return -1;
}

/* Any tile but this one. */
static struct sqz_participant other_tile(const struct sqz_session *session,
					 uint16_t node)
{
	struct sqz_participant other = { 0, 0 };

	for (uint16_t i = 0; i < session->device.caps.nodes; i++) {
		if (i != node &&
		    sqz_device_node(&session->device, i, SQZ_NODE_TILE))
			other.node = i;
	}
	return other;
}

/* A copy of the step's blob in DMA memory, with one more remote worker at the
 * end of it. NULL if there is no memory. */
static struct sqz_step_header *
copy_with_worker(const struct sqz_session *session, uint32_t step)
{
	const struct sqz_step_header *from = blob_of(session, step);
	uint32_t list_bytes =
	    from->remote_workers * sizeof(struct sqz_participant);
	uint32_t list = ALIGN4(from->bytes);
	uint32_t bytes = list + list_bytes + sizeof(struct sqz_participant);
	struct sqz_step_header *to = sqz_dma_alloc(bytes, SQZ_IMAGE_ALIGN);

	if (!to)
		return NULL;

	uint8_t *data = (uint8_t *)to;
	struct sqz_participant extra =
	    other_tile(session, session->image.steps[step].node);

	memcpy(data, from, from->bytes);
	memcpy(data + list, data + from->workers_offset, list_bytes);
	memcpy(data + list + list_bytes, &extra, sizeof(extra));
	to->workers_offset = list;
	to->remote_workers++;
	to->bytes = bytes;
	return to;
}

/* Prints the error, if any. */
static enum sqz_exit_code program(struct sqz_session *session, uint32_t step,
				  uint64_t blob, uint32_t bytes)
{
	struct sqz_failure failure;
	struct sqz_desc desc = sqz_program_desc(
	    session->image.participants[step],
	    (uint16_t)session->image.steps[step].layer, blob, bytes);

	if (sqz_ring_execute(&session->ring, &desc, PROGRAM_NS, &failure) !=
	    SQZ_SUCCESS)
		return sqz_app_fail(&failure, "programming one step");
	return SQZ_EXIT_OK;
}

/* Runs the layer that hangs; it must end as timed out. */
static enum sqz_exit_code expect_timeout(struct sqz_session *session,
					 uint32_t layer, uint32_t timeout_us,
					 uint64_t timeout_ns, const char *whose)
{
	struct sqz_desc desc =
	    sqz_context_run_desc(&session->network.contexts[0], layer);

	desc.flags = SQZ_DESC_F_FENCE;
	desc.timeout_us = timeout_us;

	enum sqz_result result =
	    sqz_ring_execute(&session->ring, &desc, timeout_ns, NULL);

	printf("layer without a worker, time-out of the %s: %s\n", whose,
	       sqz_strerror(result));
	return result == SQZ_ETIMEDOUT ? SQZ_EXIT_OK : SQZ_EXIT_TEST;
}

static enum sqz_exit_code hang_twice(struct sqz_session *session, uint32_t step)
{
	const struct sqz_step_header *good = blob_of(session, step);
	const struct sqz_step_header *bad = copy_with_worker(session, step);
	uint64_t good_addr =
	    sqz_image_blob(&session->image, &session->image.steps[step]);
	uint32_t layer = session->image.steps[step].layer;
	enum sqz_exit_code code;

	if (!bad)
		return SQZ_EXIT_TEST;
	code = program(session, step, sqz_dma_addr(bad), bad->bytes);
	if (code == SQZ_EXIT_OK)
		code = expect_timeout(session, layer, HANG_US, 0, "descriptor");
	if (code == SQZ_EXIT_OK)
		code = expect_timeout(session, layer, 0, HANG_NS, "driver");
	if (code == SQZ_EXIT_OK)
		code = program(session, step, good_addr, good->bytes);
	return code;
}

static enum sqz_exit_code run_test(struct sqz_session *session)
{
	int64_t step = find_reducer(session);
	enum sqz_exit_code code;

	if (step < 0)
		return SQZ_EXIT_TEST;
	code = hang_twice(session, (uint32_t)step);
	for (uint32_t i = 0; code == SQZ_EXIT_OK && i < session->mailbox.count;
	     i++)
		code = sqz_app_infer_next(session);
	return code;
}

int main(void)
{
	static struct sqz_session session;
	enum sqz_exit_code code;

	printf("Squeezebox time-out test\n");
	code = sqz_app_start(&session);
	if (code == SQZ_EXIT_OK)
		code = sqz_app_program(&session);
	if (code == SQZ_EXIT_OK)
		code = run_test(&session);
	printf("time-out test %s\n", code == SQZ_EXIT_OK ? "ok" : "FAILED");
	return code;
}
