/* The file of a scheme for each layer: round trip and mistakes. */
#include "graph_builder.h"
#include "host/file.h"
#include "layer_schemes.h"
#include "lower.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct sqz_error err;
static char path[] = "/tmp/sqz_layers_XXXXXX";
static struct graph_builder b;
static struct sqz_qnet net;

/* Layers 0 and 2 have weights, 1 has not. */
static void setup(void)
{
	uint32_t x = build_conv(&b, build_input(&b, 1, 6, 6), 4, 3, 1, 1, 1);

	x = build_pool(&b, SQZ_NODE_MAX_POOL, x, 2, 2, 0, false);
	build_gemm(&b, build_flatten(&b, x), 5);
	ck_assert_int_eq(sqz_lower(&b.graph, &net, &err), 0);
	ck_assert_uint_eq(net.layer_count, 3);
}

static void teardown(void)
{
	sqz_qnet_free(&net);
	sqz_graph_free(&b.graph);
}

START_TEST(what_is_written_is_read)
{
	const char *const names[] = { "sme7,2,1", NULL, "int5" };
	struct sqz_scheme base = sqz_scheme_default, *schemes;

	base.per_channel = false;
	ck_assert_int_eq(sqz_layer_schemes_write(path, &net, names, &err), 0);
	ck_assert_msg(
	    sqz_layer_schemes_read(path, &net, &base, &schemes, &err) == 0,
	    "%s", err.text);
	ck_assert_uint_eq(schemes[0].planes, 7);
	ck_assert_uint_eq(schemes[0].window, 2);
	ck_assert_uint_eq(schemes[0].squeeze, 1);
	ck_assert_int_eq(schemes[2].quantizer, SQZ_QUANTIZER_INT);
	ck_assert_uint_eq(schemes[2].planes, 4);
	ck_assert(!schemes[2].per_channel);
	free(schemes);
}
END_TEST

/* Reads a file of these lines; @0 and @2 stand for the layers' names. */
static int read_lines(const char *lines)
{
	struct sqz_scheme *schemes;
	char text[512];
	size_t used = 0;

	for (; *lines; lines++) {
		if (*lines != '@') {
			text[used++] = *lines;
			continue;
		}
		used += (size_t)sprintf(text + used, "%s",
					net.layers[*++lines - '0'].name);
	}
	ck_assert_int_eq(sqz_write_file(path, text, used, &err), 0);
	int result = sqz_layer_schemes_read(path, &net, &sqz_scheme_default,
					    &schemes, &err);
	if (result == 0)
		free(schemes);
	return result;
}

START_TEST(mistakes_name_the_line)
{
	static const struct {
		const char *lines;
		const char *word;
	} cases[] = {
		{ "#x\n\n0 int99 @0\n", ":3: scheme int99" },
		{ "0 int8 @0\n", ": layer 2 (" },
		{ "0 int8 @0\n1 int8 @1\n", ":2: this layer has no weights" },
		{ "0 int8 @0\n2 int8 @0\n", ":2: the layer has another name" },
		{ "0 int8 @0\n0 int8 @0\n", ":2: this layer has a scheme" },
		{ "0 int8 @0\n3 int8 @2\n", ":2: no such layer" },
		{ "0 int8 @0\n-1 int8 @2\n", ":2: no such layer" },
		{ "x int8 @0", ":1: no such layer" },
		{ "0", ":1: the layer has another name" },
		{ "\x01", ":1: no such layer" },
		{ "", ": layer 0 (" },
	};

	ck_assert_int_eq(read_lines(cases[_i].lines), -1);
	ck_assert_msg(strstr(err.text, cases[_i].word) != NULL, "%s", err.text);
	ck_assert_ptr_nonnull(strstr(err.text, path));
	ck_assert_int_eq(read_lines("# any order\n2 sme3 @2\n0 int8 @0"), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("layer_schemes");
	TCase *tcase = tcase_create("layer_schemes");
	int file = mkstemp(path);

	if (file < 0)
		return EXIT_FAILURE;
	close(file);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_is_written_is_read);
	tcase_add_loop_test(tcase, mistakes_name_the_line, 0, 11);
	suite_add_tcase(suite, tcase);
	int status = sqz_suite_main(suite);
	unlink(path);
	return status;
}
