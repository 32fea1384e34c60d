/* ONNX models, from the bytes to the float graph. */
#include "fuzz.h"
#include "onnx_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sqz_graph graph;
	struct sqz_error err;

	if (sqz_onnx_import_bytes(data, size, "input", &graph, &err) == 0)
		sqz_graph_free(&graph);
	return 0;
}
