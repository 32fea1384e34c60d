/*
 * A node test of libonnx-testdata, made fit for the importer: the model is
 * unpacked, weights that are graph inputs become initializers, and what is
 * left is one data input with one image or more.
 */
#ifndef SQZ_TESTS_ONNX_CASE_H
#define SQZ_TESTS_ONNX_CASE_H

#include "onnx.pb-c.h"

#include <stddef.h>
#include <stdint.h>

enum onnx_case_mode {
	/* Input 0 is data, all others become initializers. */
	ONNX_CASE_FIRST,
	/* Input 1 is data, all others become initializers. */
	ONNX_CASE_SECOND,
	/* Element-wise operators: data, constants and result are seen as one
	 * image with a feature per element. */
	ONNX_CASE_FLAT,
	/* All inputs are data: they are joined along the channels, and a 1 x 1
	 * convolution of zeros and ones takes each of them out again. */
	ONNX_CASE_JOIN,
};

struct onnx_case {
	uint8_t *model; /* packed, ready to import */
	size_t model_size;
	float *input; /* of `images` images */
	size_t input_count;
	size_t images;
	float *expected;
	size_t expected_count;
};

/* 0, or -1 if the folder cannot be read or is not of that kind. */
int onnx_case_load(const char *folder, enum onnx_case_mode mode,
		   struct onnx_case *out);
void onnx_case_free(struct onnx_case *test);

#endif
