/*
 * ONNX models in memory, for tests and bench. Lists of names and numbers are
 * written as text ("x, w, b", "1 1 28 28"), of at most 64 numbers; a dimension
 * 0 is symbolic. Without memory the program ends with one line. Free a model
 * with onnx__model_proto__free_unpacked().
 */
#ifndef SQZ_TESTS_ONNX_BUILDER_H
#define SQZ_TESTS_ONNX_BUILDER_H

#include "graph.h"
#include "onnx.pb-c.h"

/* An empty model of that opset. */
Onnx__ModelProto *onnx_build(int64_t opset);

void onnx_build_graph_name(Onnx__ModelProto *model, const char *name);

void onnx_build_input(Onnx__ModelProto *model, const char *name,
		      const char *dims);
void onnx_build_output(Onnx__ModelProto *model, const char *name);
/* The same with type and shape, which some readers want. */
void onnx_build_typed_output(Onnx__ModelProto *model, const char *name,
			     const char *dims);

Onnx__NodeProto *onnx_build_node(Onnx__ModelProto *model, const char *op,
				 const char *inputs, const char *output);
void onnx_build_int(Onnx__NodeProto *node, const char *name, int64_t value);
void onnx_build_ints(Onnx__NodeProto *node, const char *name,
		     const char *values);
void onnx_build_float(Onnx__NodeProto *node, const char *name, float value);
void onnx_build_string(Onnx__NodeProto *node, const char *name,
		       const char *value);
void onnx_build_tensor(Onnx__NodeProto *node, const char *name,
		       Onnx__TensorProto *tensor);

/* A tensor of `dims`; its elements are `values`, repeated if they are fewer.
 */
Onnx__TensorProto *onnx_build_floats(const char *name, const char *dims,
				     const char *values);
/* The same as raw data (little-endian, as this machine): next(context) gives
 * one element after the other. */
Onnx__TensorProto *onnx_build_raw(const char *name, const char *dims,
				  float (*next)(void *context), void *context);
Onnx__TensorProto *onnx_build_integers(const char *name, const char *values);
void onnx_build_initializer(Onnx__ModelProto *model, Onnx__TensorProto *tensor);

/* Imports the model as "test.onnx" and frees it. */
int onnx_build_import(Onnx__ModelProto *model, struct sqz_graph *graph,
		      struct sqz_error *err);
/* The same, but keeps it. */
int onnx_build_try(const Onnx__ModelProto *model, struct sqz_graph *graph,
		   struct sqz_error *err);

#endif
