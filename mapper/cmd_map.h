/* `sqz map`: a network into a .sqz image for a chip. */
#ifndef SQZ_MAPPER_CMD_MAP_H
#define SQZ_MAPPER_CMD_MAP_H

#ifdef __cplusplus
extern "C" {
#endif

/* argv[0] is the verb. 0, or 1 after one line on stderr. */
int sqz_cmd_map(int argc, char **argv);

#ifdef __cplusplus
}
#endif

#endif
