/*
 * Networks of torchvision's shapes with random weights, as ONNX files: what
 * tests and bench need of large networks, without torch.
 *
 * Opset 13, or 10: the same network, but bounds of Clip are attributes, which
 * OpenCV before 4.7 wants. One input "x" (1 x 3 x size x size), one output
 * "logits" (1 x classes). Batch normalization is folded as training leaves it:
 * a convolution with a bias for each output channel. Weights are normal with
 * variance gain / inputs of the sum: gain 2 before an activation, 1 elsewhere,
 * so that the mean square of the activations neither grows nor vanishes. The
 * last convolution of a residual branch has 1 / branches of that variance: all
 * of them together grow it less than e-fold. Biases are normal with deviation
 * 0.1.
 *
 * Same options, same bytes, on any machine: the random numbers are sums of
 * integers, and of libm only the square root, which is exact, is used.
 */
#ifndef SQZ_BENCH_NETWORK_ONNX_H
#define SQZ_BENCH_NETWORK_ONNX_H

#include "host/error.h"
#include "host/file.h"

#include <stdint.h>

#define NETWORK_MIN_SIZE    8u
#define NETWORK_MAX_SIZE    512u
#define NETWORK_MAX_CLASSES 8192u

struct network_options {
	const char *arch; /* a name of network_archs */
	uint32_t size;	  /* pixels, NETWORK_MIN_SIZE..NETWORK_MAX_SIZE */
	uint32_t classes; /* 1..NETWORK_MAX_CLASSES */
	uint32_t seed;
	uint32_t opset; /* 10 or 13 */
};

/* "resnet18", ...; ends with NULL. */
extern const char *const network_archs[];

/* The file's bytes; free with sqz_bytes_free(). -1 with err set if an option
 * is out of its range. */
int network_onnx(const struct network_options *options, struct sqz_bytes *out,
		 struct sqz_error *err);

#endif
