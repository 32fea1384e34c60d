/*
 * The inference application: programs the network of the loaded image into the
 * chip and runs every image that the mailbox has.
 *
 * Exit codes: boot/exit_codes.h. Without an accelerator (plain QEMU) it says so
 * and ends with SQZ_EXIT_NO_DEVICE.
 */
#include <inttypes.h>
#include <stdio.h>

#include "apps/app.h"
#include "sqz/port.h"

static enum sqz_exit_code run_all(struct sqz_session *session)
{
	uint64_t start_ns = sqz_time_ns();

	for (uint32_t i = 0; i < session->mailbox.count; i++) {
		enum sqz_exit_code code = sqz_app_infer_next(session);

		if (code != SQZ_EXIT_OK)
			return code;
	}
	printf("done: %" PRIu32 " images in %" PRIu64 " us\n",
	       session->mailbox.count, (sqz_time_ns() - start_ns) / 1000);
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
