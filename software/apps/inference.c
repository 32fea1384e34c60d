/*
 * The inference application: programs the network of the loaded image into the
 * chip and runs every image that the mailbox has, as many at a time as the
 * mailbox wants and the image has contexts for.
 *
 * Exit codes: boot/exit_codes.h. Without an accelerator (plain QEMU) it says so
 * and ends with SQZ_EXIT_NO_DEVICE.
 */
#include <inttypes.h>
#include <stdio.h>

#include "apps/app.h"
#include "sqz/port.h"

/* What the image was not made for is passed over. */
static bool is_chain(const struct sqz_session *session)
{
	return session->mailbox.chain &&
	       (session->image.network->flags & SQZ_IMAGE_F_CHAINS);
}

static void print_end(uint32_t count, uint64_t ns)
{
	uint64_t us = ns / 1000;
	uint64_t tenths = us ? count * 10000000ull / us : 0;

	printf("done: %" PRIu32 " images in %" PRIu64 " us, %" PRIu64
	       ".%u images/s\n",
	       count, us, tenths / 10, (unsigned)(tenths % 10));
}

/* Each context takes the next image when its last one is over; logits are
 * posted in the images' order. */
static enum sqz_exit_code run_all(struct sqz_session *session)
{
	static struct sqz_app_job jobs[SQZ_NETWORK_MAX_CONTEXTS];
	struct sqz_network *network = &session->network;
	uint32_t count = session->mailbox.count;
	uint32_t contexts = network->context_count;
	uint64_t start_ns = sqz_time_ns();
	enum sqz_exit_code code = SQZ_EXIT_OK;

	for (uint32_t i = 0; i < count + contexts; i++) {
		struct sqz_app_job *job = &jobs[i % contexts];

		if (i >= contexts && i - contexts < count)
			code = sqz_app_finish(session, job);
		if (code != SQZ_EXIT_OK)
			return code;
		job->context = &network->contexts[i % contexts];
		network->more = i + 1 < count;
		if (i < count)
			code =
			    sqz_app_start_next(session, job, is_chain(session));
		if (code != SQZ_EXIT_OK)
			return code;
	}
	print_end(count, sqz_time_ns() - start_ns);
	return SQZ_EXIT_OK;
}

int main(void)
{
	static struct sqz_session session;
	enum sqz_exit_code code;

	printf("Squeezebox inference\n");
	code = sqz_app_start(&session);
	if (code == SQZ_EXIT_OK)
		code = sqz_app_program(&session);
	if (code == SQZ_EXIT_OK)
		code = run_all(&session);
	return code;
}
