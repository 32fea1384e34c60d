/* A small run, as the platform would trace it, with figures that tests can
 * work out by hand. */
#ifndef SQZ_TESTS_TRACES_SAMPLE_H
#define SQZ_TESTS_TRACES_SAMPLE_H

#include "traces/trace.h"

#include <stdint.h>

#define SAMPLE_LAYERS 3u
#define SAMPLE_TILES  4u
/* Every layer takes this times (index + 1), starts 1 ns after the one before,
 * and has half a nanosecond that the file's timestamps cannot show. */
#define SAMPLE_LAYER_PS	  2000500u
#define SAMPLE_BOOT_PS	  5000000u
#define SAMPLE_PROGRAM_PS 10000000u

extern const char *const sample_layer_names[SAMPLE_LAYERS];

/* Layers, phases, tiles, a counter and flows for so many images. */
void sample_write(struct sqz_trace *trace, unsigned images);

/* The same into a file of its own, chunks of so many bytes (0: default). */
void sample_file(const char *path, unsigned images, uint32_t chunk_bytes);

#endif
