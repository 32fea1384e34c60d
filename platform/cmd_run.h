/* `sqz run`: an image on the virtual chip. */
#ifndef SQZ_PLATFORM_CMD_RUN_H
#define SQZ_PLATFORM_CMD_RUN_H

#ifdef __cplusplus
extern "C" {
#endif

/* argv[0] is the verb. Exit status: the firmware's own code if it is not 0;
 * else 3 if a logit differs from the reference or a vector is missing; else 0.
 * 1 for anything that keeps the run from taking place or ending. */
int sqz_cmd_run(int argc, char **argv);

#ifdef __cplusplus
}
#endif

#endif
