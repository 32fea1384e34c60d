/* Arrays of 128 x 128 that the trained networks take, against figures that were
 * counted before this code was there. Only shapes matter. */
#include "count_net.h"
#include "lower.h"
#include "onnx_import.h"
#include "suite.h"

#include <stdlib.h>
#include <unistd.h>

#define NETWORKS "../shared/networks/"

static struct sqz_error err;

static const struct sqz_cells PAIR16 = { SQZ_SLICED, SQZ_CELLS_PAIR, 16,
					 1,	     false,	     false };
static const struct sqz_cells ISAAC16 = {
	SQZ_SIDE_BY_SIDE, SQZ_CELLS_OFFSET, 15, 2, false, false
};
static const struct sqz_cells ISAAC8 = {
	SQZ_SIDE_BY_SIDE, SQZ_CELLS_OFFSET, 7, 2, false, false
};

static uint64_t network_arrays(const struct sqz_qnet *net,
			       struct sqz_cells cells)
{
	struct sqz_design design = { .cells = cells,
				     .array_rows = 128,
				     .array_columns = 128 };
	struct sqz_count *counts = calloc(net->layer_count, sizeof(*counts));

	ck_assert_msg(sqz_count_network(net, NULL, &design, counts, &err) == 0,
		      "%s", err.text);
	struct sqz_count total = sqz_count_total(net, counts);
	free(counts);
	return total.arrays;
}

static const struct {
	const char *file;
	uint64_t pair16, isaac16, isaac8, pair5, twos5, twos5_2bit, apart16;
} PUBLISHED[] = {
	{ NETWORKS "tv_resnet50.onnx", 46848, 11512, 5764, 14640, 8784, 4392,
	  46848 },
	{ NETWORKS "tv_mobilenet_v2.onnx", 23872, 1906, 1219, 7460, 4476, 2238,
	  7363 * 32 },
};

START_TEST(trained_networks)
{
	struct sqz_graph graph;
	struct sqz_qnet net;
	struct sqz_cells cells = { SQZ_SLICED, SQZ_CELLS_PAIR, 5,
				   1,	       false,	       false };
	struct sqz_cells apart = PAIR16;

	ck_assert_msg(sqz_onnx_import(PUBLISHED[_i].file, &graph, &err) == 0,
		      "%s", err.text);
	ck_assert_msg(sqz_lower(&graph, &net, &err) == 0, "%s", err.text);
	sqz_graph_free(&graph);
	ck_assert_uint_eq(network_arrays(&net, PAIR16), PUBLISHED[_i].pair16);
	ck_assert_uint_eq(network_arrays(&net, ISAAC16), PUBLISHED[_i].isaac16);
	ck_assert_uint_eq(network_arrays(&net, ISAAC8), PUBLISHED[_i].isaac8);
	ck_assert_uint_eq(network_arrays(&net, cells), PUBLISHED[_i].pair5);
	cells.sign = SQZ_CELLS_TWOS;
	ck_assert_uint_eq(network_arrays(&net, cells), PUBLISHED[_i].twos5);
	cells.cell_bits = 2;
	ck_assert_uint_eq(network_arrays(&net, cells),
			  PUBLISHED[_i].twos5_2bit);
	apart.groups_apart = true;
	ck_assert_uint_eq(network_arrays(&net, apart), PUBLISHED[_i].apart16);
	sqz_qnet_free(&net);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("count_networks");
	TCase *tests = tcase_create("count_networks");

	for (int i = 0; i < 2; i++)
		if (access(PUBLISHED[i].file, R_OK)) {
			printf("SKIP: no %s\n", PUBLISHED[i].file);
			return 77;
		}
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, trained_networks, 0, 2);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
