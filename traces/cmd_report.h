/* `sqz trace report TRACE [TRACE] -o FILE.html` */
#ifndef SQZ_TRACES_CMD_REPORT_H
#define SQZ_TRACES_CMD_REPORT_H

/* argv[0] is the name for messages. The exit status. */
int sqz_cmd_trace_report(int argc, char **argv);

#endif
