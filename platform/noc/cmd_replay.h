/* `sqz trace replay TRACE`: a run's packets on another network. */
#ifndef SQZ_PLATFORM_CMD_REPLAY_H
#define SQZ_PLATFORM_CMD_REPLAY_H

#ifdef __cplusplus
extern "C" {
#endif

/* argv[0] is the name for messages. The exit status. */
int sqz_cmd_trace_replay(int argc, char **argv);

#ifdef __cplusplus
}
#endif

#endif
