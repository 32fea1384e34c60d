/*
 * With what code our programs end, through the test finisher. `sqz run` passes
 * it on as its own exit status; 1 to 3 are left to `sqz` itself.
 * docs/driver.md lists them for users.
 */
#ifndef SQZ_BOOT_EXIT_CODES_H
#define SQZ_BOOT_EXIT_CODES_H

enum sqz_exit_code {
	SQZ_EXIT_OK = 0,
	SQZ_EXIT_NO_DEVICE = 16, /* no accelerator, or not our version */
	SQZ_EXIT_IMAGE = 17,	 /* no image, or one that was refused */
	SQZ_EXIT_DEVICE = 18,	 /* the accelerator reported an error */
	SQZ_EXIT_MAILBOX = 19,	 /* the mailbox did not give or take an image */
	SQZ_EXIT_TEST = 20,	 /* a test program saw something wrong */
	SQZ_EXIT_TRAP = 32,	 /* unexpected trap */
	SQZ_EXIT_TRAP_AGAIN = 33 /* a trap while the first was reported */
};

#endif
