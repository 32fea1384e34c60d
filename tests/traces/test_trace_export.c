/* sqz trace export: whole files, written out by hand. */
#include "traces/export.h"

#include "sample.h"
#include "scratch.h"

/* A slice with another in it, a counter that goes below zero, a flow. Names
 * hold what the formats must escape. */
static void write_trace(void)
{
	struct sqz_trace_options options = { .level = SQZ_TRACE_TILES };
	struct sqz_error err;
	struct sqz_trace *trace = sqz_trace_open(scratch("x"), &options, &err);
	uint64_t id = 9;
	const struct sqz_trace_arg arg = sqz_trace_uint("n", 5);
	const struct sqz_trace_extra from = { .args = &arg,
					      .arg_count = 1,
					      .flows = &id,
					      .flow_count = 1 };
	const struct sqz_trace_extra to = { .final_flows = &id,
					    .final_flow_count = 1 };

	ck_assert_ptr_nonnull(trace);
	uint32_t tile = sqz_trace_track(trace, 0, "tile 0,1", 0);
	uint32_t slot = sqz_trace_track(trace, tile, "slot 0", 0);
	uint32_t power = sqz_trace_counter_track(trace, 0, "power", "mW");
	sqz_trace_begin(trace, slot, 1000, "a \"b\"", "step", &from);
	sqz_trace_slice(trace, slot, 2000, 3999, "in", "x", NULL);
	sqz_trace_end(trace, slot, 5000, NULL, NULL);
	sqz_trace_counter(trace, power, 2000, -2);
	sqz_trace_instant(trace, slot, 6000, "now", "y", &to);
	ck_assert_int_eq(sqz_trace_close(trace, NULL, &err), 0);
}

static char *exported(int (*export)(const char *, FILE *, struct sqz_error *))
{
	struct sqz_error err;
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	ck_assert_msg(export(scratch("x"), file, &err) == 0, "%s", err.text);
	fclose(file);
	return text;
}

START_TEST(as_csv)
{
	write_trace();
	char *text = exported(sqz_export_csv);

	ck_assert_ptr_nonnull(strstr(
	    text, "kind,track,begin_ns,end_ns,category,name,value,args\n"
		  "slice,\"tile 0,1/slot 0\",2,3,\"x\",\"in\",,\"\"\n"
		  "slice,\"tile 0,1/slot 0\",1,5,\"step\",\"a \"\"b\"\"\",,"
		  "\"n=5\"\n"
		  "counter,\"power\",2,2,\"\",\"\",-2,\"\"\n"
		  "instant,\"tile 0,1/slot 0\",6,6,\"y\",\"now\",,\"\"\n"));
	free(text);
}
END_TEST

START_TEST(as_chrome)
{
	write_trace();
	char *text = exported(sqz_export_chrome);

	ck_assert_ptr_nonnull(
	    strstr(text, "\"ts\":0.001,\"name\":\"a \\\"b\\\"\",\"cat\":"
			 "\"step\",\"args\":{\"n\":5}},\n"));
	ck_assert_ptr_nonnull(strstr(text, "\"args\":{\"value\":-2}},\n"));
	ck_assert_ptr_nonnull(strstr(text, "{\"ph\":\"s\""));
	ck_assert_ptr_nonnull(strstr(text, "{\"ph\":\"f\""));
	ck_assert_ptr_nonnull(strstr(text, "\"tile 0,1/slot 0\""));
	ck_assert_str_eq(text + strlen(text) - 5, "}\n]}\n");
	free(text);
}
END_TEST

/* Codes: track (process 0, tile 1, slot 2, power 3) times 3 and kind. */
START_TEST(as_vcd)
{
	write_trace();
	char *text = exported(sqz_export_vcd);

	ck_assert_ptr_nonnull(strstr(text, "$scope module tile_0_1 $end\n"
					   "$var wire 16 "));
	ck_assert_ptr_nonnull(strstr(text, " slot_0_name $end\n"));
	char *changes = strstr(text, "#1\n");
	ck_assert_ptr_nonnull(changes);
	char depth[8], name[8];
	ck_assert_int_eq(sscanf(changes, "#1\nb1 %7s\nsa_\"b\" %7s\n#2\n",
				depth, name),
			 2);
	ck_assert_int_eq(depth[0] + 1, name[0]);
	ck_assert_ptr_nonnull(strstr(changes, "#2\nb10 "));
	char minus_two[80] = "b";
	memset(minus_two + 1, '1', 63);
	strcpy(minus_two + 64, "0 ");
	ck_assert_ptr_nonnull(strstr(changes, minus_two));
	ck_assert_ptr_nonnull(strstr(changes, "#5\nb0 "));
	ck_assert_ptr_nonnull(strstr(changes, "s- "));
	ck_assert_ptr_nonnull(strstr(changes, "#6\n1"));
	free(text);
}
END_TEST

/* More variables than codes of one character; a file that was cut. */
START_TEST(larger_and_cut)
{
	struct sqz_error err;

	sample_file(scratch("x"), 30, 700);
	struct sqz_bytes bytes = scratch_read("x");
	ck_assert_int_eq(truncate(scratch("x"), (off_t)(bytes.size / 2)), 0);
	sqz_bytes_free(&bytes);
	free(exported(sqz_export_csv));
	free(exported(sqz_export_chrome));
	free(exported(sqz_export_vcd));
	ck_assert_int_eq(sqz_export_csv(scratch("none"), stdout, &err), -1);
	ck_assert_int_eq(sqz_export_vcd(scratch("none"), stdout, &err), -1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sqz trace export");
	TCase *tcase = tcase_create("export");

	tcase_add_checked_fixture(tcase, scratch_setup, scratch_teardown);
	tcase_add_test(tcase, as_csv);
	tcase_add_test(tcase, as_chrome);
	tcase_add_test(tcase, as_vcd);
	tcase_add_test(tcase, larger_and_cut);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
