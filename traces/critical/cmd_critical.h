/* `sqz trace critical-path`. */
#ifndef SQZ_CRITICAL_CMD_CRITICAL_H
#define SQZ_CRITICAL_CMD_CRITICAL_H

/* argv[0] is the command's title. The exit status. */
int sqz_cmd_trace_critical(int argc, char **argv);

#endif
