/* The report of `sqz map` as a user gets it: JSON, CSV, table. LeNet-5 has 9
 * blocks of 128 x 128 in 5 layers. */
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "map_command.h"
#include "suite.h"

#define NETWORK "configs/networks/lenet5.onnx"
#define CONFIG	"configs/default.cfg"

#define INPUTS	"--config", CONFIG, "--dataset", command_folder
#define RUN(...)                                                               \
	run_map((char *[]){ "map", NETWORK, INPUTS, __VA_ARGS__, NULL })

/* ---- JSON ---- */

static json_t *report(void)
{
	json_error_t error;
	json_t *root = json_load_file(path_of("r.json"), 0, &error);

	ck_assert_msg(root != NULL, "line %d: %s", error.line, error.text);
	return root;
}

/* 0: whole arrays, 1: operation units */
static json_t *mode_of(json_t *root, size_t index)
{
	return json_array_get(json_object_get(root, "modes"), index);
}

static json_t *by_key(json_t *array, const char *key, const char *value)
{
	json_t *item;
	size_t i;

	json_array_foreach(
	    array, i,
	    item) if (!strcmp(json_string_value(json_object_get(item, key)),
			      value)) return item;
	return NULL;
}

static json_t *design(json_t *mode, const char *name)
{
	json_t *found = by_key(json_object_get(mode, "designs"), "name", name);

	ck_assert_msg(found != NULL, "no design %s", name);
	return found;
}

static json_int_t number(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	ck_assert_msg(json_is_integer(value), "no number %s", key);
	return json_integer_value(value);
}

static double real(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	ck_assert_msg(json_is_real(value), "no real %s", key);
	return json_real_value(value);
}

/* ISAAC's 8 cells of 2 bits for a weight of 16 bits: arrays hold 16 outputs. */
START_TEST(arrays_of_designs)
{
	ck_assert_int_eq(RUN("--scheme", "sme3", "--report", path_of("r.json")),
			 0);
	ck_assert_str_eq(text_of("out", 0), "");
	ck_assert_str_eq(text_of("err", 0), "");
	json_t *root = report();
	json_t *full = mode_of(root, 0);

	ck_assert_int_eq(number(root, "version"), 1);
	ck_assert_str_eq(json_string_value(json_object_get(root, "network")),
			 "lenet5");
	ck_assert_int_eq(number(design(full, "pair16"), "arrays"), 9 * 32);
	ck_assert_int_eq(number(root, "equal_arrays"), 9 * 32);
	/* Outputs 6, 16, 120, 84, 10; rows 25, 150, 400, 120, 84. */
	ck_assert_int_eq(number(design(full, "isaac16"), "arrays"),
			 1 + 2 * 1 + 4 * 8 + 6 + 1);
	ck_assert_int_eq(number(design(full, "isaac8"), "arrays"),
			 1 + 2 * 1 + 4 * 4 + 3 + 1);
	ck_assert_int_eq(number(design(full, "sme3"), "arrays"), 9 * 10);
	ck_assert_int_eq(number(design(full, "int6"), "arrays"), 9 * 10);
	ck_assert_int_eq(number(design(full, "trunc3"), "arrays"), 9 * 10);
	ck_assert_int_eq(number(design(full, "sme3, twos 1 bit"), "arrays"),
			 9 * 6);
	ck_assert_int_eq(number(design(full, "sme3, twos 2 bit"), "arrays"),
			 9 * 3);
	ck_assert_int_eq(number(design(full, "sme3, twos 4 bit"), "arrays"),
			 9 * 2);
	ck_assert_int_eq(number(design(full, "sme3"), "input_cycles"), 11);
	ck_assert_int_eq(number(design(full, "int6"), "input_cycles"), 8);
	ck_assert_ptr_null(
	    by_key(json_object_get(full, "designs"), "name", "sre8"));
	design(mode_of(root, 1), "sre8");
	design(mode_of(root, 1), "sme3+skip");
	json_decref(root);
}
END_TEST

static json_int_t sum_of_layers(json_t *row, const char *key)
{
	json_int_t sum = 0;
	json_t *layer;
	size_t i;

	json_array_foreach(json_object_get(row, "layers"), i, layer) sum +=
	    number(layer, key);
	return sum;
}

static void check_design(json_t *row, bool full)
{
	static const char *const SUMS[] = { "cells",	       "used_cells",
					    "wasted_cells",    "ous",
					    "adc_conversions", "index_bits",
					    "blocks",	       "time_ps" };

	for (size_t i = 0; i < sizeof(SUMS) / sizeof(SUMS[0]); i++)
		ck_assert_int_eq(sum_of_layers(row, SUMS[i]),
				 number(row, SUMS[i]));
	if (full)
		ck_assert_int_eq(sum_of_layers(row, "arrays"),
				 number(row, "arrays"));
	ck_assert_uint_eq(json_array_size(json_object_get(row, "layers")), 5);
	ck_assert_int_eq(number(row, "cells"), number(row, "used_cells") +
						   number(row, "wasted_cells"));
	json_t *energy = json_object_get(row, "energy_fj");
	json_t *adc = json_object_get(energy, "adc");
	ck_assert_int_gt(number(energy, "dac"), 0);
	ck_assert_int_gt(number(adc, "linear"), 0);
	ck_assert_int_gt(number(adc, "exponential"), 0);
	/* ISAAC's figure is for 8 bits alone; Saberi's law ends at 10. */
	json_int_t bits = number(row, "adc_bits");
	ck_assert_int_eq(json_object_get(adc, "isaac") != NULL, bits == 8);
	ck_assert_int_eq(json_object_get(adc, "accelergy") != NULL,
			 bits >= 4 && bits <= 10);
	ck_assert_int_eq(bits >= 8, full);
}

START_TEST(layers_add_up)
{
	ck_assert_int_eq(RUN("--sign", "twos", "--report", path_of("r.json")),
			 0);
	json_t *root = report();

	for (size_t m = 0; m < 2; m++) {
		json_t *row;
		size_t i;

		json_array_foreach(json_object_get(mode_of(root, m), "designs"),
				   i, row) check_design(row, m == 0);
		ck_assert_uint_gt(i, 15);
	}
	json_decref(root);
}
END_TEST

/* 9 blocks: 8 planes and 5, differential. */
START_TEST(summary_and_factors)
{
	ck_assert_int_eq(RUN("--scheme", "sme3", "--report", path_of("r.json"),
			     "--prune", "0.5"),
			 0);
	json_t *root = report();
	json_t *full = mode_of(root, 0);
	json_t *summary = json_object_get(full, "summary");
	json_t *baseline = by_key(summary, "against", "pair16");
	json_t *factors = json_object_get(full, "factors");

	ck_assert_double_eq_tol(real(root, "pruned"), 0.5, 1e-9);
	ck_assert_double_eq_tol(real(baseline, "size"), 3.2, 1e-4);
	/* Every layer once, then copies: 288 arrays are 3 times 90 and more,
	 * but a pass takes 11 cycles, not 8. */
	json_t *equal = by_key(summary, "against", "int6");
	ck_assert_double_eq_tol(real(equal, "size"), 1, 1e-4);
	ck_assert_double_eq_tol(real(equal, "throughput"), 8 / 11.0, 1e-4);
	ck_assert_double_lt(real(json_object_get(equal, "energy"), "linear"),
			    1);
	ck_assert_double_gt(
	    real(json_object_get(baseline, "energy_static"), "linear"), 1);
	json_t *length = by_key(factors, "name", "word length");
	ck_assert_int_eq(number(length, "before"), 288);
	ck_assert_int_eq(number(length, "after"), 144);
	ck_assert_ptr_nonnull(by_key(factors, "name", "squeeze"));
	ck_assert_ptr_nonnull(by_key(factors, "name", "pruning"));
	json_decref(root);
}
END_TEST

/* As many arrays as sme3 has; pair16 does not fit there. */
START_TEST(other_budget)
{
	ck_assert_int_eq(RUN("--scheme", "sme3", "--report", path_of("r.json"),
			     "--arrays", "90"),
			 0);
	json_t *root = report();
	json_t *full = mode_of(root, 0);
	json_t *chosen = design(full, "sme3");

	ck_assert_int_eq(number(chosen, "equal_arrays_interval_ps"),
			 number(chosen, "interval_ps"));
	ck_assert_ptr_null(json_object_get(design(full, "pair16"),
					   "equal_arrays_interval_ps"));
	ck_assert_ptr_null(json_object_get(
	    by_key(json_object_get(full, "summary"), "against", "pair16"),
	    "throughput"));
	json_decref(root);
}
END_TEST

/* Two ways to count the same: SRE by the report and by --layout. */
START_TEST(layouts)
{
	ck_assert_int_eq(RUN("--scheme", "int8", "--layout", "auto", "--report",
			     path_of("r.json")),
			 0);
	json_t *root = report();
	json_t *ou = mode_of(root, 1);
	json_t *sre = design(ou, "layout sre"), *sre8 = design(ou, "sre8");
	json_t *planned = design(ou, "as planned");

	ck_assert_int_eq(number(sre, "ous"), number(sre8, "ous"));
	ck_assert_int_eq(number(sre, "adc_conversions"),
			 number(sre8, "adc_conversions"));
	ck_assert_int_eq(number(sre, "index_bits"), number(sre8, "index_bits"));
	ck_assert_int_lt(number(planned, "ous"), number(sre, "ous"));
	ck_assert_int_gt(number(planned, "index_bits"),
			 number(sre, "index_bits"));
	check_design(planned, false);
	check_design(design(ou, "layout duplicates"), false);
	json_t *sharing =
	    by_key(json_object_get(ou, "factors"), "name", "sharing");
	ck_assert_int_eq(number(sharing, "before"), number(sre, "ous"));
	ck_assert_int_eq(number(sharing, "after"), number(planned, "ous"));
	ck_assert_str_eq(json_string_value(json_object_get(ou, "chosen")),
			 "as planned");
	ck_assert_ptr_null(by_key(json_object_get(mode_of(root, 0), "factors"),
				  "name", "sharing"));
	json_decref(root);
}
END_TEST

/* Layers of the image that took all planes leave the designs alone: these are
 * of the scheme. */
static void check_same_designs(json_t *before, json_t *after)
{
	json_t *row;
	size_t i;

	ck_assert_uint_gt(json_array_size(before), 15);
	json_array_foreach(before, i, row)
	{
		const char *name =
		    json_string_value(json_object_get(row, "name"));
		json_t *other = by_key(after, "name", name);

		ck_assert_msg(json_equal(row, other), "design %s differs",
			      name);
	}
}

START_TEST(designs_whatever_layers_take)
{
	static const char *const CHOICES[][2] = {
		{ "--objective", "time" },
		{ "--layout", "auto" },
	};
	char *option = (char *)CHOICES[_i][0], *value = (char *)CHOICES[_i][1];

	ck_assert_int_eq(RUN("--scheme", "sme3", "--sign", "twos", "--report",
			     path_of("r.json")),
			 0);
	json_t *before = report();
	ck_assert_int_eq(RUN("--scheme", "sme3", "--sign", "twos", "--report",
			     path_of("r.json"), option, value),
			 0);
	json_t *after = report();

	for (size_t m = 0; m < 2; m++)
		check_same_designs(
		    json_object_get(mode_of(before, m), "designs"),
		    json_object_get(mode_of(after, m), "designs"));
	/* Here, layers take all planes. */
	if (_i == 1)
		ck_assert_int_eq(
		    number(design(mode_of(after, 1), "as planned"), "planes"),
		    8);
	json_decref(before);
	json_decref(after);
}
END_TEST

/* No two designs of a mode have one name. */
START_TEST(names)
{
	static const char *const SCHEMES[] = { "int8", "sme1", "trunc2",
					       "int6", "sme0", "apot6,2" };

	ck_assert_int_eq(
	    RUN("--scheme", (char *)SCHEMES[_i], "--report", path_of("r.json")),
	    0);
	json_t *root = report();
	for (size_t m = 0; m < 2; m++) {
		json_t *designs = json_object_get(mode_of(root, m), "designs");
		json_t *row;
		size_t i;

		json_array_foreach(designs, i, row) ck_assert_ptr_eq(
		    by_key(designs, "name",
			   json_string_value(json_object_get(row, "name"))),
		    row);
	}
	json_decref(root);
}
END_TEST

/* ---- CSV and table ---- */

static unsigned fields(const char *line)
{
	unsigned count = 1;
	bool quoted = false;

	for (; *line && *line != '\n'; line++) {
		quoted ^= *line == '"';
		count += *line == ',' && !quoted;
	}
	return count;
}

START_TEST(csv)
{
	ck_assert_int_eq(RUN("--report", path_of("r.csv")), 0);
	char *text = text_of("r.csv", 0);
	unsigned columns = fields(text), lines = 0;

	ck_assert_uint_eq(columns, 26);
	ck_assert_int_eq(strncmp(text, "mode,design,layer,planes,", 25), 0);
	for (char *line = text; *line; line = strchr(line, '\n') + 1, lines++)
		ck_assert_uint_eq(fields(line), columns);
	/* A line for 5 layers and the total of each design. */
	ck_assert_uint_eq(lines % 6, 1);
	ck_assert_ptr_nonnull(
	    strstr(text, "\nfull,\"sme2\",\"total\",6,1,9,108,108,"));
	ck_assert_ptr_nonnull(strstr(text, "\nou,\"sre8\",\"/0/Conv\",7,1,"));
}
END_TEST

START_TEST(table_and_image)
{
	ck_assert_int_eq(RUN("--report", "-", "--report", path_of("r.txt"),
			     "-o", path_of("img"), "--quiet"),
			 0);
	char *table = strdup(text_of("out", 0));

	ck_assert_str_eq(text_of("r.txt", 0), table);
	ck_assert_ptr_nonnull(strstr(table, "Whole arrays: summary"));
	ck_assert_ptr_nonnull(strstr(table, "Operation units: one row a fact"));
	ck_assert_ptr_nonnull(strstr(table, "16-bit words, 1-bit cells"));
	ck_assert(exists("img"));
	free(table);
}
END_TEST

START_TEST(same_run_same_bytes)
{
	ck_assert_int_eq(RUN("--report", path_of("r.json")), 0);
	char *first = strdup(text_of("r.json", 0));

	ck_assert_int_eq(RUN("--report", path_of("r.json")), 0);
	ck_assert_str_eq(text_of("r.json", 0), first);
	free(first);
}
END_TEST

/* ---- failures ---- */

START_TEST(bad_outputs)
{
	check_one_line(RUN("--report", path_of("none/r.json")), "none/r.json");
	check_one_line(RUN("--picture", "1=x.svg"), "LAYER:BLOCK=FILE");
	check_one_line(RUN("--picture", "0:0="), "LAYER:BLOCK=FILE");
	check_one_line(RUN("--picture", "7:0=x.svg"), "layer 7 of 7");
	check_one_line(RUN("--picture", "0:1=x.svg"), "which has 1");
	check_one_line(RUN("--picture", "1:0=x.svg"), "which has 0");
	check_one_line(RUN("--picture", "0:0=x.jpg"), "must end with .svg");
}
END_TEST

/* A report that cannot be written leaves no image, either. */
START_TEST(report_before_image)
{
	check_one_line(
	    RUN("--report", path_of("none/r.json"), "-o", path_of("second")),
	    "none/r.json");
	ck_assert(!exists("second"));
}
END_TEST

START_TEST(configuration)
{
	ck_assert_int_eq(run_map((char *[]){ "map", "--config", CONFIG,
					     "--dump-config", NULL }),
			 0);
	ck_assert_ptr_nonnull(strstr(text_of("out", 0), "array_rows"));
}
END_TEST

START_TEST(nothing_to_write)
{
	exit(RUN("--scheme", "sme2"));
}
END_TEST

START_TEST(no_arrays)
{
	exit(RUN("--report", "-", "--arrays", "0"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("map_report");
	TCase *tests = tcase_create("map_report");

	tcase_set_timeout(tests, 60);
	tcase_add_unchecked_fixture(tests, map_folder_make,
				    command_folder_remove);
	tcase_add_test(tests, arrays_of_designs);
	tcase_add_test(tests, layers_add_up);
	tcase_add_test(tests, summary_and_factors);
	tcase_add_test(tests, other_budget);
	tcase_add_test(tests, layouts);
	tcase_add_loop_test(tests, designs_whatever_layers_take, 0, 2);
	tcase_add_loop_test(tests, names, 0, 6);
	tcase_add_test(tests, csv);
	tcase_add_test(tests, table_and_image);
	tcase_add_test(tests, same_run_same_bytes);
	tcase_add_test(tests, bad_outputs);
	tcase_add_test(tests, report_before_image);
	tcase_add_test(tests, configuration);
	tcase_add_exit_test(tests, nothing_to_write, 1);
	tcase_add_exit_test(tests, no_arrays, 1);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
