/* What our applications share: the way from reset to a programmed network, and
 * the inference of one image. Each function prints what it did, or one error
 * line; its result is the program's exit code if it is not SQZ_EXIT_OK. */
#ifndef SQZ_APPS_APP_H
#define SQZ_APPS_APP_H

#include "boot/exit_codes.h"
#include "driver/sqz_driver.h"
#include "runtime/session.h"

/* Opens the session and prints what chip and network are there. Without an
 * accelerator the only line is "no accelerator found". */
SQZ_MUST_CHECK enum sqz_exit_code sqz_app_start(struct sqz_session *session);

/* Programs all steps. */
SQZ_MUST_CHECK enum sqz_exit_code sqz_app_program(struct sqz_session *session);

/* An image on its way. */
struct sqz_app_job {
	struct sqz_context *context;
	uint32_t sequence; /* of the mailbox */
	uint64_t start_ns;
};

/* Starts the inference of the mailbox's next image on the job's context. */
SQZ_MUST_CHECK enum sqz_exit_code
sqz_app_start_next(struct sqz_session *session, struct sqz_app_job *job,
		   bool chain);

/* Waits for it, prints a line, and posts the logits. */
SQZ_MUST_CHECK enum sqz_exit_code sqz_app_finish(struct sqz_session *session,
						 const struct sqz_app_job *job);

/* Runs the mailbox's next image on context 0, layer by layer, and posts its
 * logits. */
SQZ_MUST_CHECK enum sqz_exit_code
sqz_app_infer_next(struct sqz_session *session);

/* The error line; the exit code that stands for it. */
enum sqz_exit_code sqz_app_fail(const struct sqz_failure *failure,
				const char *doing);

#endif
