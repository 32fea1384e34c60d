/*
 * Independent pieces of work on several threads.
 */
#ifndef SQZ_MAPPER_PARALLEL_H
#define SQZ_MAPPER_PARALLEL_H

#include "host/error.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Does piece `index`; 0, or -1 with err set. */
typedef int (*sqz_parallel_piece)(void *context, uint32_t index,
				  struct sqz_error *err);

/* Pieces 0 .. count - 1 on at most `threads` threads, the caller's among them.
 * They must not depend on each other. After a failure no more are begun. -1
 * with the error of the first piece that failed: the same on any number of
 * threads. */
int sqz_parallel(uint32_t count, unsigned threads, sqz_parallel_piece piece,
		 void *context, struct sqz_error *err);

/* At least 1. */
unsigned sqz_processors(void);

#ifdef __cplusplus
}
#endif

#endif
