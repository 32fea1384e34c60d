/* sqz trace summary: figures worked out by hand from the sample run. */
#include "traces/cmd_trace.h"
#include "traces/summary.h"

#include "rawtrace.h"
#include "sample.h"
#include "scratch.h"

#include <fcntl.h>

static struct sqz_summary read_summary(const char *name, int64_t image)
{
	struct sqz_summary summary;
	struct sqz_error err;

	ck_assert_msg(sqz_summary_read(scratch(name), image, &summary, &err) ==
			  0,
		      "%s", err.text);
	return summary;
}

START_TEST(sums_over_images)
{
	sample_file(scratch("x"), 4, 700);
	struct sqz_summary summary = read_summary("x", -1);

	ck_assert_uint_eq(summary.layer_count, SAMPLE_LAYERS);
	for (unsigned i = 0; i < SAMPLE_LAYERS; i++) {
		const struct sqz_layer_sum *layer = &summary.layers[i];
		const uint64_t *values = layer->values;
		ck_assert_str_eq(layer->name, sample_layer_names[i]);
		ck_assert(layer->has_index);
		ck_assert_uint_eq(values[SQZ_LAYER_INDEX], i);
		ck_assert_uint_eq(layer->count, 4);
		ck_assert_uint_eq(layer->total_ps,
				  4u * SAMPLE_LAYER_PS * (i + 1));
		ck_assert_uint_eq(values[SQZ_LAYER_MACS], 4000u * (i + 1));
		ck_assert_uint_eq(values[SQZ_LAYER_CROSSBARS], i + 2);
		ck_assert_uint_eq(values[SQZ_LAYER_ARRAY_READS], 40u * (i + 1));
		ck_assert_uint_eq(values[SQZ_LAYER_ADC_CONVERSIONS],
				  100 + 101 + 102 + 103);
		ck_assert_uint_eq(values[SQZ_LAYER_ADC_SATURATIONS], 1 + 2 + 3);
		ck_assert_uint_eq(values[SQZ_LAYER_INPUT_CYCLES], 32);
		ck_assert_uint_eq(values[SQZ_LAYER_NOC_BYTES], 256);
		ck_assert_uint_eq(values[SQZ_LAYER_ENERGY_FJ], 4 * (1500 + i));
	}
	ck_assert_uint_eq(summary.phase_count, 2);
	ck_assert_str_eq(summary.phases[0].name, "boot");
	ck_assert_uint_eq(summary.phases[0].total_ps, SAMPLE_BOOT_PS);
	ck_assert_str_eq(summary.phases[1].name, "program");
	ck_assert_uint_eq(summary.phases[1].total_ps, SAMPLE_PROGRAM_PS);
	/* Each image: three gaps of 1 ns, and 1 + 2 + 3 layer times. */
	ck_assert_uint_eq(summary.end_ps,
			  SAMPLE_BOOT_PS + SAMPLE_PROGRAM_PS +
			      4u * (3000 + 6u * SAMPLE_LAYER_PS));
	ck_assert(summary.file.complete);
	sqz_summary_free(&summary);
}
END_TEST

START_TEST(one_image)
{
	sample_file(scratch("x"), 4, 0);
	struct sqz_summary summary = read_summary("x", 2);

	ck_assert_uint_eq(summary.layer_count, SAMPLE_LAYERS);
	ck_assert_uint_eq(summary.layers[1].count, 1);
	ck_assert_uint_eq(summary.layers[1].values[SQZ_LAYER_ADC_CONVERSIONS],
			  102);
	ck_assert_uint_eq(summary.phase_count, 2);
	sqz_summary_free(&summary);
	summary = read_summary("x", 4);
	ck_assert_uint_eq(summary.layer_count, 0);
	sqz_summary_free(&summary);
}
END_TEST

START_TEST(events_by_kind_of_track)
{
	static const struct sqz_track_group expected[] = {
		{ "squeezebox", 1, 0, 1, 0 }, { "layers", 1, 6, 0, 0 },
		{ "phases", 1, 2, 0, 0 },     { "driver", 1, 0, 2, 0 },
		{ "power", 1, 0, 0, 6 },      { "tile", 8, 48, 0, 0 },
	};
	sample_file(scratch("x"), 2, 0);
	struct sqz_summary summary = read_summary("x", -1);

	ck_assert_uint_eq(summary.group_count,
			  sizeof(expected) / sizeof(*expected));
	for (size_t i = 0; i < summary.group_count; i++) {
		const struct sqz_track_group *group = &summary.groups[i];
		ck_assert_str_eq(group->name, expected[i].name);
		ck_assert_uint_eq(group->tracks, expected[i].tracks);
		ck_assert_uint_eq(group->slices, expected[i].slices);
		ck_assert_uint_eq(group->instants, expected[i].instants);
		ck_assert_uint_eq(group->values, expected[i].values);
	}
	sqz_summary_free(&summary);
}
END_TEST

static void write_named_tracks(const char *const *names, size_t count)
{
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_LAYERS, 0);

	for (size_t i = 0; i < count; i++)
		sqz_trace_instant(trace,
				  sqz_trace_track(trace, 0, names[i], (int)i),
				  1000, "mark", NULL, NULL);
	scratch_trace_close(trace);
}

/* Numbers within a name and names that are numbers stay as they are. */
START_TEST(numbers_that_make_no_kind)
{
	static const char *const NAMES[] = {
		"tile 2,0", "tile 13,1", "tile 7",	    "packets of node 4",
		"9,9",	    "lane2",	 "per 1000 cycles", "packets of node 5",
	};
	static const struct {
		const char *name;
		uint64_t tracks;
	} GROUPS[] = {
		{ "tile", 3 }, { "packets of node", 2 }, { "9,9", 1 },
		{ "lane", 1 }, { "per 1000 cycles", 1 },
	};
	size_t found = 0;

	write_named_tracks(NAMES, sizeof(NAMES) / sizeof(*NAMES));
	struct sqz_summary summary = read_summary("x", -1);
	for (size_t g = 0; g < sizeof(GROUPS) / sizeof(*GROUPS); g++)
		for (size_t i = 0; i < summary.group_count; i++) {
			const struct sqz_track_group *group =
			    &summary.groups[i];
			if (strcmp(group->name, GROUPS[g].name))
				continue;
			ck_assert_uint_eq(group->tracks, GROUPS[g].tracks);
			found++;
		}
	ck_assert_uint_eq(found, sizeof(GROUPS) / sizeof(*GROUPS));
	sqz_summary_free(&summary);
}
END_TEST

/* Layers that overlap: a lane each below "layers"; annotations on the begin
 * count too; no exact times, so nanoseconds; no index, so in order of name
 * after those that have one; slices of other tracks are no layers. */
START_TEST(layers_in_lanes)
{
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_LAYERS, 0);
	uint32_t layers = sqz_trace_track(trace, 0, "layers", 0);
	uint32_t a = sqz_trace_track(trace, layers, "lane 0", 0);
	uint32_t b = sqz_trace_track(trace, layers, "lane 1", 1);
	uint32_t other = sqz_trace_track(trace, 0, "other", 1);
	struct sqz_trace_arg args[] = { sqz_trace_uint("layer", 7),
					sqz_trace_uint("macs", 11) };
	struct sqz_trace_extra extra = { .args = args, .arg_count = 2 };

	sqz_trace_begin(trace, a, 1000, "late", "layer", NULL);
	sqz_trace_begin(trace, b, 2000, "seven", "layer", &extra);
	sqz_trace_slice(trace, b, 3000, 4000, "detail", "other", NULL);
	sqz_trace_end(trace, a, 9000, NULL, NULL);
	sqz_trace_end(trace, b, 8000, NULL, NULL);
	sqz_trace_slice(trace, other, 0, 5000, "no", "layer", &extra);
	scratch_trace_close(trace);

	struct sqz_summary summary = read_summary("x", -1);
	ck_assert_uint_eq(summary.layer_count, 2);
	ck_assert_str_eq(summary.layers[0].name, "seven");
	ck_assert_uint_eq(summary.layers[0].total_ps, 6000);
	ck_assert_uint_eq(summary.layers[0].values[SQZ_LAYER_MACS], 11);
	ck_assert_str_eq(summary.layers[1].name, "late");
	ck_assert(!summary.layers[1].has_index);
	ck_assert_uint_eq(summary.layers[1].total_ps, 8000);
	sqz_summary_free(&summary);
}
END_TEST

/* Runs `sqz trace ...` with its output in a file; the status. */
static int run(char **out, int argc, ...)
{
	char *argv[8] = { "trace" };
	va_list args;

	va_start(args, argc);
	for (int i = 1; i <= argc; i++)
		argv[i] = va_arg(args, char *);
	va_end(args);
	fflush(stdout);
	int saved = dup(STDOUT_FILENO);
	int file = open(scratch("out"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	dup2(file, STDOUT_FILENO);
	int status = sqz_cmd_trace(argc + 1, argv);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(file);
	struct sqz_bytes bytes = scratch_read("out");
	*out = strndup((char *)bytes.data, bytes.size);
	sqz_bytes_free(&bytes);
	return status;
}

static const char TABLE[] =
    "simulated time 39.012000 us, 121 events in 1 chunks\n"
    "\n"
    "layer  name      runs  mean us  total us  share %   MACs  crossbars  "
    "array reads  conversions  saturations  input cycles  energy nJ  "
    "NoC bytes\n"
    "0      conv1        2    2.000     4.001     16.7   2000          2  "
    "         20          201            1            16      0.003  "
    "      128\n"
    "1      conv2        2    4.001     8.002     33.3   4000          3  "
    "         40          201            1            16      0.003  "
    "      128\n"
    "2      fc,\"out\"     2    6.001    12.003     50.0   6000          4  "
    "         60          201            1            16      0.003  "
    "      128\n"
    "       total        6             24.006    100.0  12000          9  "
    "        120          603            3            48      0.009  "
    "      384\n"
    "\n"
    "phase    runs  total us  share of run %\n"
    "boot        1     5.000            12.8\n"
    "program     1    10.000            25.6\n"
    "\n"
    "tracks      number  slices  instants  values\n"
    "squeezebox       1       0         1       0\n"
    "layers           1       6         0       0\n"
    "phases           1       2         0       0\n"
    "driver           1       0         2       0\n"
    "power            1       0         0       6\n"
    "tile             8      48         0       0\n";

START_TEST(command_prints_table)
{
	char *out = NULL;

	sample_file(scratch("x"), 2, 0);
	ck_assert_int_eq(run(&out, 2, "summary", scratch("x")), 0);
	ck_assert_str_eq(out, TABLE);
	free(out);
}
END_TEST

static const char CSV[] =
    "kind,layer,name,runs,total_ps,crossbars,macs,array_reads,"
    "adc_conversions,adc_saturations,input_cycles,noc_bytes,energy_fj\n"
    "layer,0,conv1,1,2000500,2,1000,10,101,1,8,64,1500\n"
    "layer,1,conv2,1,4001000,3,2000,20,101,1,8,64,1501\n"
    "layer,2,\"fc,\"\"out\"\"\",1,6001500,4,3000,30,101,1,8,64,1502\n"
    "phase,,boot,1,5000000,0,0,0,0,0,0,0,0\n"
    "phase,,program,1,10000000,0,0,0,0,0,0,0,0\n";

START_TEST(command_prints_csv)
{
	char *out = NULL;

	sample_file(scratch("x"), 2, 0);
	ck_assert_int_eq(
	    run(&out, 4, "summary", "--csv", "--image=1", scratch("x")), 0);
	ck_assert_str_eq(out, CSV);
	free(out);
}
END_TEST

START_TEST(command_without_layers)
{
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_LAYERS, 0);
	char *out = NULL;

	sqz_trace_slice(trace, SQZ_TRACE_PROCESS, 0, 2000, "a", "b", NULL);
	scratch_trace_close(trace);
	ck_assert_int_eq(run(&out, 2, "summary", scratch("x")), 0);
	ck_assert_ptr_nonnull(strstr(out, "no layers in this trace\n"));
	free(out);
}
END_TEST

START_TEST(command_tells_cut)
{
	struct raw_chunks chunks;
	char *out = NULL;
	char line[64];

	sample_file(scratch("x"), 20, 1000);
	struct sqz_bytes file = scratch_read("x");
	raw_find_chunks(&file, &chunks);
	raw_write(scratch("cut"), file.data, file.size / 2);
	size_t good = 0;
	while (chunks.ends[good] <= file.size / 2)
		good++;
	ck_assert_int_eq(run(&out, 2, "summary", scratch("cut")), 0);
	snprintf(line, sizeof(line), "cut at byte %zu:", chunks.ends[good - 1]);
	ck_assert_msg(strstr(out, line) != NULL, "no '%s' in %s", line, out);
	ck_assert_ptr_nonnull(strstr(out, "conv1"));
	free(out);
	ck_assert_int_eq(run(&out, 2, "check", scratch("cut")), 0);
	ck_assert_ptr_nonnull(strstr(out, line));
	ck_assert_ptr_nonnull(strstr(out, "no problems"));
	free(out);
	sqz_bytes_free(&file);
}
END_TEST

START_TEST(command_refuses_other_files)
{
	char *out = NULL;

	raw_write(scratch("text"), "hello", 5);
	ck_assert_int_eq(run(&out, 2, "summary", scratch("text")), 1);
	ck_assert_str_eq(out, "");
	free(out);
	ck_assert_int_eq(run(&out, 2, "check", scratch("none")), 1);
	free(out);
}
END_TEST

/* These end the program, as argp does. */
static const char *const WRONG[][3] = {
	{ NULL },
	{ "nope" },
	{ "summary" },
	{ "check", "a", "b" },
	{ "summary", "--image=-1", "a" },
	{ "summary", "--image=1x", "a" },
	{ "check", "--csv", "a" },
	{ "--csv", "summary", "a" },
};

START_TEST(wrong_command_lines)
{
	char *argv[5] = { "trace" };
	int argc = 1;

	while (argc < 4 && WRONG[_i][argc - 1]) {
		argv[argc] = (char *)WRONG[_i][argc - 1];
		argc++;
	}
	sqz_cmd_trace(argc, argv);
}
END_TEST

START_TEST(help)
{
	char *argv[] = { "trace", "summary", "--help", NULL };

	sqz_cmd_trace(3, argv);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trace summary");
	TCase *tcase = tcase_create("summary");
	int wrong = sizeof(WRONG) / sizeof(*WRONG);

	tcase_add_checked_fixture(tcase, scratch_setup, scratch_teardown);
	tcase_add_test(tcase, sums_over_images);
	tcase_add_test(tcase, one_image);
	tcase_add_test(tcase, events_by_kind_of_track);
	tcase_add_test(tcase, numbers_that_make_no_kind);
	tcase_add_test(tcase, layers_in_lanes);
	tcase_add_test(tcase, command_prints_table);
	tcase_add_test(tcase, command_prints_csv);
	tcase_add_test(tcase, command_without_layers);
	tcase_add_test(tcase, command_tells_cut);
	tcase_add_test(tcase, command_refuses_other_files);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("command line"); /* no files: they exit */
	tcase_add_loop_exit_test(tcase, wrong_command_lines, 1, 0, wrong);
	tcase_add_exit_test(tcase, help, 0);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
