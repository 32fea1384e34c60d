/* The suite as a program on the virtual chip; then the mailbox's images, so
 * that the platform compares logits after all that. The last line but those
 * counts as Check does. */
#include <stdio.h>

#include "apps/app.h"
#include "driver_cases.h"

static unsigned run_group(const struct driver_cases *group)
{
	static struct sqz_session chip;
	unsigned failures = 0;

	for (unsigned i = 0; i < group->count; i++) {
		struct sqz_failure why;
		const char *failure = "session";

		if (sqz_session_open(&chip, &why) == SQZ_SUCCESS)
			failure = group->cases[i].run(&chip);
		failures += failure != NULL;
		printf("%s %s%s%s\n", failure ? "FAILED" : "ok",
		       group->cases[i].name, failure ? ": " : "",
		       failure ? failure : "");
	}
	return failures;
}

static enum sqz_exit_code run_images(void)
{
	static struct sqz_session chip;
	enum sqz_exit_code code = sqz_app_start(&chip);

	if (code == SQZ_EXIT_OK)
		code = sqz_app_program(&chip);
	for (uint32_t i = 0; code == SQZ_EXIT_OK && i < chip.mailbox.count; i++)
		code = sqz_app_infer_next(&chip);
	return code;
}

int main(void)
{
	static const struct driver_cases *const groups[] = { &device_cases,
							     &request_cases,
							     &network_cases };
	unsigned count = 0;
	unsigned failures = 0;
	enum sqz_exit_code code;

	for (unsigned i = 0; i < CASES_COUNT(groups); i++) {
		failures += run_group(groups[i]);
		count += groups[i]->count;
	}
	code = run_images();
	printf("driver suite: %u cases, %u failures\n", count, failures);
	return failures ? SQZ_EXIT_TEST : code;
}
