/* `sqz sweep`: studies of many runs, as docs/study.md describes them. */
#ifndef SQZ_SWEEP_CMD_SWEEP_H
#define SQZ_SWEEP_CMD_SWEEP_H

#ifdef __cplusplus
extern "C" {
#endif

/* 0, the number of failed points (at most 100), 125 if the study could not take
 * place, or 130 if it was stopped. */
int sqz_cmd_sweep(int argc, char **argv);

#ifdef __cplusplus
}
#endif

#endif
