/*
 * The integer reference: runs the network of an image's REFERENCE section as
 * docs/arithmetic.md says, written apart from tile and driver, to compare them
 * with. It never sees blocks, planes or shifts.
 *
 * Results are whole numbers and do not depend on processor, threads or the
 * order of images.
 */
#ifndef SQZ_REFERENCE_H
#define SQZ_REFERENCE_H

#include "host/error.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_reference; /* a network, ready to run; never written to again */

/* Reads a REFERENCE section. The data are copied. NULL with err set for
 * anything that is malformed, or could leave int32. */
struct sqz_reference *sqz_reference_read(const void *data, size_t bytes,
					 struct sqz_error *err);

void sqz_reference_free(struct sqz_reference *reference);

/* Bytes of one quantized input (HWC), and values of one output. */
size_t sqz_reference_input_bytes(const struct sqz_reference *reference);
size_t sqz_reference_logits(const struct sqz_reference *reference);

/* Runs `count` inputs of sqz_reference_input_bytes() each on `threads` threads
 * (0 and 1: the caller's only). `logits` takes count x sqz_reference_logits()
 * values; uint8 outputs are widened. 0, or -1 with err set (no memory, no
 * thread). */
int sqz_reference_run(const struct sqz_reference *reference,
		      const uint8_t *inputs, size_t count, unsigned threads,
		      int32_t *logits, struct sqz_error *err);

/* Takes the place of the exact products, to see what imperfect crossbars do to
 * a network. Is called from several threads at a time. */
struct sqz_reference_product {
	/* sums[i * channels + c] = product of window i with column c of the
	 * layer's matrix, for `count` output positions from `position` on.
	 * inputs[i * rows + r] drives row r = channel * kernel area + tap of
	 * all input channels, whatever their group. */
	void (*multiply)(void *context, uint32_t layer, size_t image,
			 uint32_t position, uint32_t count,
			 const uint8_t *inputs, int32_t *sums);
	void *context;
	size_t first_image; /* number of the first input */
};

/* sqz_reference_run() with products from there. */
int sqz_reference_run_by(const struct sqz_reference *reference,
			 const struct sqz_reference_product *product,
			 const uint8_t *inputs, size_t count, unsigned threads,
			 int32_t *logits, struct sqz_error *err);

/* One layer's output: uint8, or int32 if element_bytes is 4; HWC. */
struct sqz_reference_view {
	uint32_t layer;
	const char *name;
	const void *values;
	uint32_t height, width, channels;
	uint32_t element_bytes;
};

/* Runs one input and shows every layer's output, in order. The values are only
 * valid during the call. */
int sqz_reference_trace(const struct sqz_reference *reference,
			const uint8_t *input,
			void (*observe)(void *context,
					const struct sqz_reference_view *view),
			void *context, struct sqz_error *err);

/* Index of the largest logit; the first one of equals. */
uint32_t sqz_reference_top1(const int32_t *logits, size_t count);

#ifdef __cplusplus
}
#endif

#endif
