/*
 * ONNX in, float graph out.
 *
 * Operators: Conv, Gemm, MatMul (by a constant), Add (of two tensors, or of a
 * constant per channel), Relu, Clip, MaxPool, AveragePool, GlobalAveragePool,
 * Flatten, Reshape (where it flattens), BatchNormalization, Identity,
 * Constant, Pad (zeros around the image), Concat (channels), Dropout. Opsets 1
 * to 21. Weights may be float, double or float16, in raw or typed data.
 *
 * Files are not trusted: every size is checked against the data that is there
 * before it is used. A failure is one line with file, node, operator and
 * reason.
 */
#ifndef SQZ_MAPPER_ONNX_IMPORT_H
#define SQZ_MAPPER_ONNX_IMPORT_H

#include "graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the file (at most 1 GiB) and fills `graph`; free it with
 * sqz_graph_free(). On failure -1, err set, and the graph is empty. */
int sqz_onnx_import(const char *path, struct sqz_graph *graph,
		    struct sqz_error *err);

/* The same from memory; `name` stands for the file in messages. */
int sqz_onnx_import_bytes(const void *data, size_t size, const char *name,
			  struct sqz_graph *graph, struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
