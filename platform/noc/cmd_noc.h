/* `sqz noc`: synthetic traffic on the network engine. */
#ifndef SQZ_PLATFORM_CMD_NOC_H
#define SQZ_PLATFORM_CMD_NOC_H

#ifdef __cplusplus
extern "C" {
#endif

/* Exit status: 0, or 1 if it could not be done. */
int sqz_cmd_noc(int argc, char **argv);

#ifdef __cplusplus
}
#endif

#endif
