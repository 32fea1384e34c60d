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

static enum sqz_exit_code check_input_size(struct sqz_app *app)
{
	if (app->mailbox.input_bytes == app->network.input_bytes)
		return SQZ_EXIT_OK;
	printf("error: mailbox gives %" PRIu32 " bytes an image, the network "
	       "takes %" PRIu32 "\n",
	       app->mailbox.input_bytes, app->network.input_bytes);
	return SQZ_EXIT_MAILBOX;
}

static enum sqz_exit_code run_all(struct sqz_app *app)
{
	uint64_t start_ns = sqz_time_ns();

	for (uint32_t i = 0; i < app->mailbox.count; i++) {
		enum sqz_exit_code code = sqz_app_infer_next(app);

		if (code != SQZ_EXIT_OK)
			return code;
	}
	printf("done: %" PRIu32 " images in %" PRIu64 " us, %" PRIu32
	       " interrupts\n",
	       app->mailbox.count, (sqz_time_ns() - start_ns) / 1000,
	       app->ring.stats.interrupts + app->mailbox.interrupts);
	return SQZ_EXIT_OK;
}

int main(void)
{
	static struct sqz_app app;
	enum sqz_exit_code code;

	printf("Squeezebox inference\n");
	code = sqz_app_start(&app);
	if (code == SQZ_EXIT_OK)
		code = check_input_size(&app);
	if (code == SQZ_EXIT_OK)
		code = sqz_app_program(&app);
	if (code == SQZ_EXIT_OK)
		code = run_all(&app);
	return code;
}
