/*
 * Importer and float engine against the vectors that come with ONNX
 * (libonnx-testdata). Every folder of the operators that the importer knows is
 * in one of two tables: those that must give the expected values, and those
 * that are not applicable, which must be refused for the reason given. A
 * folder in neither table fails the test.
 */
#include "float_engine.h"
#include "onnx_case.h"
#include "onnx_import.h"
#include "suite.h"

#include <dirent.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define DATA "/usr/share/libonnx-testdata/data/"

static const struct {
	const char *folder;
	enum onnx_case_mode mode;
} applicable[] = {
#include "onnx_applicable.inc"
};

static const struct {
	const char *folder;
	enum onnx_case_mode mode;
	const char *reason; /* part of the message */
} refused[] = {
#include "onnx_refused.inc"
};

/* Folders that begin so belong to operators of ours. */
static const char *const families[] = {
	"node/test_add",
	"node/test_averagepool",
	"node/test_basic_conv",
	"node/test_batchnorm",
	"node/test_clip",
	"node/test_concat",
	"node/test_constant",
	"node/test_conv_",
	"node/test_dropout",
	"node/test_edge_pad",
	"node/test_flatten",
	"node/test_gemm",
	"node/test_globalaveragepool",
	"node/test_identity",
	"node/test_matmul_",
	"node/test_maxpool",
	"node/test_reflect_pad",
	"node/test_relu",
	"node/test_reshape",
	"node/test_training_dropout",
	"pytorch-converted/test_AvgPool",
	"pytorch-converted/test_BatchNorm",
	"pytorch-converted/test_ConstantPad",
	"pytorch-converted/test_Conv",
	"pytorch-converted/test_Linear",
	"pytorch-converted/test_MaxPool",
	"pytorch-converted/test_ReLU",
	"pytorch-converted/test_ReflectionPad",
	"pytorch-converted/test_ReplicationPad",
	"pytorch-converted/test_ZeroPad",
	"pytorch-operator/test_operator_add",
	"pytorch-operator/test_operator_clip",
	"pytorch-operator/test_operator_concat",
	"pytorch-operator/test_operator_conv",
	"pytorch-operator/test_operator_flatten",
	"pytorch-operator/test_operator_maxpool",
	"pytorch-operator/test_operator_mm",
	"pytorch-operator/test_operator_pad",
	"pytorch-operator/test_operator_view",
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char *path_of(const char *folder)
{
	static char path[512];

	snprintf(path, sizeof(path), DATA "%s", folder);
	return path;
}

/* The graph's results on all images of the case; NULL with err set. */
static float *compute(const struct onnx_case *test, const char *folder,
		      size_t *count, struct sqz_error *err)
{
	struct sqz_graph graph;

	if (sqz_onnx_import_bytes(test->model, test->model_size, folder, &graph,
				  err))
		return NULL;
	const struct sqz_shape *out = &graph.tensors[graph.output].shape;
	const struct sqz_shape *in = &graph.tensors[graph.input].shape;
	float *values = NULL;

	*count = test->images * sqz_shape_elements(out);
	if (test->images * sqz_shape_elements(in) != test->input_count)
		sqz_fail(err, "input has another size");
	else
		values = calloc(*count + 1, sizeof(*values));
	if (values && sqz_float_run(&graph, test->input, test->images, values,
				    NULL, err)) {
		free(values);
		values = NULL;
	}
	sqz_graph_free(&graph);
	return values;
}

static void compare(const struct onnx_case *test, const float *values,
		    const char *folder)
{
	for (size_t i = 0; i < test->expected_count; i++) {
		double want = test->expected[i];
		double difference = fabs(values[i] - want);

		ck_assert_msg(difference <= 1e-5 + 1e-5 * fabs(want),
			      "%s: element %zu is %.9g, not %.9g", folder, i,
			      (double)values[i], want);
	}
}

START_TEST(computes_the_expected_values)
{
	const char *folder = applicable[_i].folder;
	struct onnx_case test;
	struct sqz_error err = { "" };
	size_t count = 0;

	ck_assert_msg(
	    !onnx_case_load(path_of(folder), applicable[_i].mode, &test),
	    "%s: cannot load", folder);
	ck_assert_msg(test.expected != NULL, "%s: no floats expected", folder);
	float *values = compute(&test, folder, &count, &err);

	ck_assert_msg(values != NULL, "%s", err.text);
	ck_assert_msg(count == test.expected_count, "%s: %zu values, not %zu",
		      folder, count, test.expected_count);
	compare(&test, values, folder);
	free(values);
	onnx_case_free(&test);
}
END_TEST

START_TEST(refuses_with_the_reason)
{
	const char *folder = refused[_i].folder;
	struct onnx_case test;
	struct sqz_error err = { "" };
	struct sqz_graph graph;

	if (onnx_case_load(path_of(folder), refused[_i].mode, &test))
		ck_assert_msg(test.model != NULL, "%s: cannot load", folder);
	int result = sqz_onnx_import_bytes(test.model, test.model_size, folder,
					   &graph, &err);

	ck_assert_msg(result == -1, "%s: is not refused", folder);
	ck_assert_msg(strstr(err.text, refused[_i].reason) != NULL,
		      "%s: '%s' does not say '%s'", folder, err.text,
		      refused[_i].reason);
	printf("not applicable: %s\n", err.text);
	onnx_case_free(&test);
}
END_TEST

static int is_listed(const char *folder)
{
	for (size_t i = 0; i < COUNT(applicable); i++)
		if (!strcmp(applicable[i].folder, folder))
			return 1;
	for (size_t i = 0; i < COUNT(refused); i++)
		if (!strcmp(refused[i].folder, folder))
			return 1;
	return 0;
}

static int in_family(const char *folder)
{
	for (size_t i = 0; i < COUNT(families); i++)
		if (!strncmp(families[i], folder, strlen(families[i])))
			return 1;
	return 0;
}

START_TEST(every_folder_is_in_a_table)
{
	static const char *const parts[] = { "node", "pytorch-converted",
					     "pytorch-operator" };
	unsigned missing = 0;

	for (size_t i = 0; i < COUNT(parts); i++) {
		DIR *dir = opendir(path_of(parts[i]));
		struct dirent *entry;

		ck_assert_msg(dir != NULL, "no folder %s", parts[i]);
		while ((entry = readdir(dir))) {
			char folder[512];

			snprintf(folder, sizeof(folder), "%s/%s", parts[i],
				 entry->d_name);
			if (in_family(folder) && !is_listed(folder)) {
				printf("in no table: %s\n", folder);
				missing++;
			}
		}
		closedir(dir);
	}
	ck_assert_uint_eq(missing, 0);
}
END_TEST

int main(void)
{
	if (access(DATA "node", R_OK)) {
		printf("SKIP: libonnx-testdata is not installed\n");
		return SQZ_TEST_SKIPPED;
	}
	Suite *suite = suite_create("onnx nodes");
	TCase *tcase = tcase_create("vectors");

	tcase_add_loop_test(tcase, computes_the_expected_values, 0,
			    (int)COUNT(applicable));
	tcase_add_loop_test(tcase, refuses_with_the_reason, 0,
			    (int)COUNT(refused));
	tcase_add_test(tcase, every_folder_is_in_a_table);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
