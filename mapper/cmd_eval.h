/* `sqz eval`: accuracy of a network under several quantization schemes. */
#ifndef SQZ_MAPPER_CMD_EVAL_H
#define SQZ_MAPPER_CMD_EVAL_H

#ifdef __cplusplus
extern "C" {
#endif

/* argv[0] is the command's name for messages. Returns the exit status. */
int sqz_cmd_eval(int argc, char **argv);

#ifdef __cplusplus
}
#endif

#endif
