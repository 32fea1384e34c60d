/* Magnitude pruning against a sort. */
#include "graph_builder.h"
#include "prune.h"
#include "suite.h"

#include <math.h>
#include <string.h>

static struct sqz_error err;

START_TEST(texts_are_read)
{
	struct sqz_prune prune;

	ck_assert_int_eq(sqz_prune_parse("0.5", &prune, &err), 0);
	ck_assert_double_eq(prune.share, 0.5);
	ck_assert_int_eq(prune.form, SQZ_PRUNE_WEIGHTS);
	ck_assert_int_eq(sqz_prune_parse(".25:rows", &prune, &err), 0);
	ck_assert_double_eq(prune.share, 0.25);
	ck_assert_int_eq(prune.form, SQZ_PRUNE_ROWS);
	static const char *const bad[] = { "",	      "1",    "-0.1", "nan",
					   "x",	      "0.5x", "0.5:", ":rows",
					   "0.5:row", "inf",  "50%" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(sqz_prune_parse(bad[i], &prune, &err), -1);
}
END_TEST

struct scored {
	double score;
	size_t index;
};

static int by_score(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static void fill_scores(struct scored *scored, const float *weights,
			size_t count)
{
	for (size_t i = 0; i < count; i++)
		scored[i] = (struct scored){ fabsf(weights[i]), i };
	qsort(scored, count, sizeof(*scored), by_score);
}

static const double shares[] = { 0, 0.001, 0.3, 0.5, 0.7, 0.9, 0.9999 };

/* Many equal magnitudes of both signs, zeros among them. */
START_TEST(smallest_weights_go)
{
	struct graph_builder b = { .state = 7 };
	struct sqz_prune prune = { shares[_i], SQZ_PRUNE_WEIGHTS };

	build_conv(&b, build_input(&b, 6, 5, 5), 10, 3, 1, 1, 2);
	struct sqz_node *node = &b.graph.nodes[0];
	size_t count = node->weight_count;
	float *before = malloc(count * sizeof(*before));
	struct scored *scored = malloc(count * sizeof(*scored));
	for (size_t i = 0; i < count; i += 2)
		node->weights[i] =
		    roundf(node->weights[i] * 4) / (i % 3 ? 4 : -4);
	memcpy(before, node->weights, count * sizeof(*before));
	fill_scores(scored, before, count);
	size_t gone = (size_t)floor(prune.share * (double)count + 0.5);
	for (size_t i = 0; i < gone; i++)
		before[scored[i].index] = 0;
	ck_assert_int_eq(sqz_prune_graph(&b.graph, &prune, &err), 0);
	for (size_t i = 0; i < count; i++)
		ck_assert(node->weights[i] == before[i]);
	free(before);
	free(scored);
	sqz_graph_free(&b.graph);
}
END_TEST

/* Rows of a convolution with groups: weights [out][in / groups * area]. */
START_TEST(smallest_rows_go)
{
	enum { OUT = 12, GROUPS = 3, ROWS = 2 * 9, GROUP_OUT = OUT / GROUPS };
	struct graph_builder b = { .state = 11 };
	struct sqz_prune prune = { shares[_i], SQZ_PRUNE_ROWS };
	float before[OUT][ROWS];
	struct scored scored[GROUPS * ROWS];

	build_conv(&b, build_input(&b, 6, 5, 5), OUT, 3, 1, 1, GROUPS);
	struct sqz_node *node = &b.graph.nodes[0];
	ck_assert_uint_eq(node->weight_count, OUT * ROWS);
	memcpy(before, node->weights, sizeof(before));
	for (int i = 0; i < GROUPS * ROWS; i++) {
		scored[i] = (struct scored){ 0, (size_t)i };
		for (int c = 0; c < GROUP_OUT; c++)
			scored[i].score +=
			    pow(before[i / ROWS * GROUP_OUT + c][i % ROWS], 2);
	}
	qsort(scored, GROUPS * ROWS, sizeof(scored[0]), by_score);
	int gone = (int)floor(prune.share * GROUPS * ROWS + 0.5);
	for (int i = 0; i < gone; i++)
		for (int c = 0; c < GROUP_OUT; c++)
			before[scored[i].index / ROWS * GROUP_OUT + (size_t)c]
			      [scored[i].index % ROWS] = 0;
	ck_assert_int_eq(sqz_prune_graph(&b.graph, &prune, &err), 0);
	for (int i = 0; i < OUT * ROWS; i++)
		ck_assert(node->weights[i] == before[i / ROWS][i % ROWS]);
	sqz_graph_free(&b.graph);
}
END_TEST

/* Every layer to the same share; what is no layer stays. */
START_TEST(layers_are_pruned_by_themselves)
{
	struct graph_builder b = { .state = 3 };
	struct sqz_prune prune = { 0.5, SQZ_PRUNE_WEIGHTS };

	uint32_t x = build_conv(&b, build_input(&b, 1, 4, 4), 4, 3, 1, 1, 1);
	x = build_gemm(&b, build_flatten(&b, build_relu(&b, x)), 10);
	for (size_t i = 0; i < b.graph.nodes[0].weight_count; i++)
		b.graph.nodes[0].weights[i] *= 1000;
	ck_assert_int_eq(sqz_prune_graph(&b.graph, &prune, &err), 0);
	for (uint32_t n = 0; n < b.graph.node_count; n++) {
		size_t zeros = 0;

		for (size_t i = 0; i < b.graph.nodes[n].weight_count; i++)
			zeros += b.graph.nodes[n].weights[i] == 0;
		ck_assert_uint_eq(zeros, b.graph.nodes[n].weight_count / 2);
	}
	sqz_graph_free(&b.graph);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("prune");
	TCase *tcase = tcase_create("prune");
	int count = sizeof(shares) / sizeof(shares[0]);

	tcase_add_test(tcase, texts_are_read);
	tcase_add_loop_test(tcase, smallest_weights_go, 0, count);
	tcase_add_loop_test(tcase, smallest_rows_go, 0, count);
	tcase_add_test(tcase, layers_are_pruned_by_themselves);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
