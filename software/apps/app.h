/* What our applications share: the way from reset to a programmed network. */
#ifndef SQZ_APPS_APP_H
#define SQZ_APPS_APP_H

#include "boot/exit_codes.h"
#include "driver/sqz_driver.h"
#include "runtime/network.h"

struct sqz_app {
	struct sqz_device device;
	struct sqz_ring ring;
	struct sqz_mailbox mailbox;
	struct sqz_image image;
	struct sqz_network network;
	struct sqz_failure failure;
};

/* Probe, ring 0, mailbox, image, network. An exit code; on an error the line
 * has been printed. */
SQZ_MUST_CHECK enum sqz_exit_code sqz_app_start(struct sqz_app *app);

/* Programs all steps and prints how long it took. */
SQZ_MUST_CHECK enum sqz_exit_code sqz_app_program(struct sqz_app *app);

/* Prints app->failure with what was being done; the exit code that says so. */
enum sqz_exit_code sqz_app_fail(struct sqz_app *app, const char *doing);

/* Runs the mailbox's next image, posts its logits, prints its line. */
SQZ_MUST_CHECK enum sqz_exit_code sqz_app_infer_next(struct sqz_app *app);

#endif
