/* `sqz trace`: looks into trace files. */
#ifndef SQZ_TRACES_CMD_TRACE_H
#define SQZ_TRACES_CMD_TRACE_H

#ifdef __cplusplus
extern "C" {
#endif

/* argv[0] is "trace". The exit status: 0, 1 if the file is bad or cannot be
 * read; a wrong command line ends the program with status 1. */
int sqz_cmd_trace(int argc, char **argv);

#ifdef __cplusplus
}
#endif

#endif
