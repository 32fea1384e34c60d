/* `sqz similarity`: what column similarity gains on a network. */
#ifndef SQZ_MAPPER_CMD_SIMILARITY_H
#define SQZ_MAPPER_CMD_SIMILARITY_H

#ifdef __cplusplus
extern "C" {
#endif

/* argv[0] is the verb. 0, or 1 after one line on stderr. */
int sqz_cmd_similarity(int argc, char **argv);

#ifdef __cplusplus
}
#endif

#endif
