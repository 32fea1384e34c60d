/* sqz trace links, flows and diff: figures worked out by hand. */
#include "traces/cmd_trace.h"
#include "traces/diff.h"
#include "traces/histogram.h"
#include "traces/links.h"
#include "traces/packet_flows.h"

#include "sample.h"
#include "scratch.h"

#define US 1000000ull /* in ps */

/* ---- histogram ---- */

START_TEST(percentiles)
{
	struct histogram histogram = { 0 };

	ck_assert_uint_eq(histogram_percentile(&histogram, 50), 0);
	for (unsigned i = 1; i <= 200; i++)
		ck_assert_int_eq(histogram_add(&histogram, i), 0);
	ck_assert_uint_eq(histogram_percentile(&histogram, 0), 1);
	ck_assert_uint_eq(histogram_percentile(&histogram, 1), 2);
	ck_assert_uint_eq(histogram_percentile(&histogram, 50), 100);
	ck_assert_uint_eq(histogram_percentile(&histogram, 99), 198);
	ck_assert_uint_eq(histogram_percentile(&histogram, 100), 200);
	ck_assert_uint_eq(histogram.sum, 200 * 201 / 2);
	histogram_free(&histogram);
}
END_TEST

/* 1024 to 1031 share a bucket; nothing is above the largest. */
START_TEST(large_values)
{
	struct histogram one = { 0 }, two = { 0 };

	ck_assert_int_eq(histogram_add(&one, 255), 0);
	ck_assert_int_eq(histogram_add(&one, 256), 0);
	ck_assert_int_eq(histogram_add(&one, 1024), 0);
	ck_assert_int_eq(histogram_add(&two, UINT64_MAX), 0);
	ck_assert_uint_eq(histogram_percentile(&one, 33), 255);
	ck_assert_uint_eq(histogram_percentile(&one, 66), 257);
	ck_assert_uint_eq(histogram_percentile(&one, 100), 1024);
	ck_assert_int_eq(histogram_add_all(&one, &two), 0);
	ck_assert_uint_eq(histogram_percentile(&one, 75), 1031);
	ck_assert_uint_eq(histogram_percentile(&one, 100), UINT64_MAX);
	ck_assert_uint_eq(one.count, 4);
	histogram_free(&one);
	histogram_free(&two);
}
END_TEST

/* ---- links ---- */

static void put_sums(struct sqz_trace *trace, const char *name, uint64_t flits)
{
	const struct sqz_trace_arg args[] = {
		sqz_trace_uint("flits", flits),
		sqz_trace_uint("bytes", 16 * flits),
		sqz_trace_uint("vc_busy_cycles", 1),
		sqz_trace_uint("no_credit_cycles", 2),
		sqz_trace_uint("lost_cycles", 3),
		sqz_trace_uint("cycle_ps", 2000),
	};
	const struct sqz_trace_extra extra = { .args = args, .arg_count = 6 };

	sqz_trace_instant(trace, sqz_trace_track(trace, 0, "links", 0),
			  100 * US, name, "link", &extra);
}

static void write_links(void)
{
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_PACKETS, 0);
	uint32_t east = sqz_trace_counter_track(
	    trace, 0, "flits per 1000 cycles, link east of router 1,2", NULL);
	uint32_t other =
	    sqz_trace_counter_track(trace, 0, "NoC flits in flight", NULL);

	sqz_trace_counter(trace, east, 10 * US, 40);
	sqz_trace_counter(trace, other, 10 * US, 4000);
	sqz_trace_counter(trace, east, 20 * US, 125);
	sqz_trace_counter(trace, east, 30 * US, 125);
	sqz_trace_counter(trace, east, 40 * US, 0);
	put_sums(trace, "local of router 0,0", 7);
	put_sums(trace, "east of router 1,2", 900);
	scratch_trace_close(trace);
}

START_TEST(links)
{
	struct sqz_links links;
	struct sqz_error err;

	write_links();
	ck_assert_int_eq(sqz_links_read(scratch("x"), &links, &err), 0);
	ck_assert_uint_eq(links.count, 2);
	ck_assert_uint_eq(links.end_ps, 100 * US);
	const struct sqz_link *link = &links.all[0];
	ck_assert_str_eq(link->name, "east of router 1,2");
	ck_assert_uint_eq(link->flits, 900);
	ck_assert_uint_eq(link->bytes, 14400);
	ck_assert_uint_eq(link->vc_busy, 1);
	ck_assert_uint_eq(link->no_credit, 2);
	ck_assert_uint_eq(link->lost, 3);
	ck_assert_uint_eq(link->peak, 125);
	ck_assert_uint_eq(link->peak_ns, 20000);
	ck_assert_str_eq(links.all[1].name, "local of router 0,0");
	ck_assert_uint_eq(links.all[1].peak, 0);
	sqz_links_free(&links);
}
END_TEST

static char *printed(int failed, FILE *file, char **text)
{
	ck_assert_int_eq(failed, 0);
	fclose(file);
	return *text;
}

/* 900 flits of 2 ns in 100 us. */
START_TEST(links_printed)
{
	struct sqz_links links;
	struct sqz_error err;
	char *text = NULL;
	size_t size = 0;

	write_links();
	ck_assert_int_eq(sqz_links_read(scratch("x"), &links, &err), 0);
	FILE *file = open_memstream(&text, &size);
	printed(sqz_links_print(&links, 1, file), file, &text);
	ck_assert_ptr_nonnull(strstr(text, "1.800"));
	ck_assert_ptr_nonnull(strstr(text, "12.5"));
	ck_assert_ptr_nonnull(strstr(text, "20.000\nand 1 more\n"));
	free(text);
	file = open_memstream(&text, &size);
	printed(sqz_links_csv(&links, file), file, &text);
	ck_assert_ptr_nonnull(
	    strstr(text, "\"east of router 1,2\",900,14400,1,2,3,2000,125,"
			 "20000\n"));
	free(text);
	sqz_links_free(&links);
}
END_TEST

/* ---- links and flows ---- */

START_TEST(need_their_level)
{
	struct sqz_packet_flows flows;
	struct sqz_links links;
	struct sqz_error err;

	sample_file(scratch("x"), 1, 0);
	ck_assert_int_eq(sqz_links_read(scratch("x"), &links, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "--trace-level tiles"));
	ck_assert_int_eq(sqz_packet_flows_read(scratch("x"), &flows, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "--trace-level packets"));
	ck_assert_int_eq(sqz_links_read(scratch("none"), &links, &err), -1);
	ck_assert_int_eq(sqz_packet_flows_read(scratch("none"), &flows, &err),
			 -1);
}
END_TEST

/* ---- diff ---- */

static void put_layer(struct sqz_trace *trace, const char *name, unsigned index,
		      uint64_t begin, uint64_t end, uint64_t energy)
{
	const struct sqz_trace_arg args[] = {
		sqz_trace_uint("layer", index),
		sqz_trace_uint("begin_ps", begin),
		sqz_trace_uint("end_ps", end),
		sqz_trace_uint("energy_fj", energy),
		sqz_trace_uint("noc_bytes", 64),
	};
	const struct sqz_trace_extra extra = { .args = args, .arg_count = 5 };

	sqz_trace_slice(trace, sqz_trace_track(trace, 0, "layers", 0), begin,
			end, name, "layer", &extra);
}

static void check_figure(const struct sqz_diff_row *row, unsigned figure,
			 uint64_t a, uint64_t b)
{
	ck_assert_uint_eq(row->values[figure][0], a);
	ck_assert_uint_eq(row->values[figure][1], b);
}

/* A: gone, same, same; B: same (now the first), fresh. */
static void write_two(void)
{
	struct sqz_trace *trace = scratch_trace("a", SQZ_TRACE_PACKETS, 0);

	put_layer(trace, "gone", 0, 0, US, 1000);
	put_layer(trace, "same", 1, US, 3 * US, 2000);
	put_layer(trace, "same", 2, 3 * US, 4 * US, 0);
	scratch_trace_close(trace);
	trace = scratch_trace("b", SQZ_TRACE_PACKETS, 0);
	put_layer(trace, "same", 0, 0, 3 * US, 5000);
	put_layer(trace, "fresh", 1, 3 * US, 8 * US, 7);
	scratch_trace_close(trace);
}

START_TEST(differences)
{
	struct sqz_diff diff;
	struct sqz_error err;

	write_two();
	ck_assert_int_eq(sqz_diff_read(scratch("a"), scratch("b"), &diff, &err),
			 0);
	ck_assert_uint_eq(diff.count, 6);
	ck_assert(!diff.has_resources);
	const struct sqz_diff_row *rows = diff.rows;
	ck_assert_str_eq(rows[0].name, "gone");
	ck_assert(rows[0].in[0] && !rows[0].in[1]);
	ck_assert(rows[1].in[0] && rows[1].in[1]);
	check_figure(&rows[1], SQZ_DIFF_TIME_PS, 2 * US, 3 * US);
	check_figure(&rows[1], SQZ_DIFF_ENERGY_FJ, 2000, 5000);
	ck_assert(rows[2].in[0] && !rows[2].in[1]);
	ck_assert_str_eq(rows[3].name, "fresh");
	ck_assert(!rows[3].in[0] && rows[3].in[1]);
	check_figure(&rows[4], SQZ_DIFF_TIME_PS, 4 * US, 8 * US);
	check_figure(&rows[4], SQZ_DIFF_NOC_BYTES, 192, 128);
	check_figure(&rows[5], SQZ_DIFF_TIME_PS, 4 * US, 8 * US);
	sqz_diff_free(&diff);
	ck_assert_int_eq(
	    sqz_diff_read(scratch("a"), scratch("none"), &diff, &err), -1);
}
END_TEST

START_TEST(differences_printed)
{
	struct sqz_diff diff;
	struct sqz_error err;
	char *text = NULL;
	size_t size = 0;

	write_two();
	ck_assert_int_eq(sqz_diff_read(scratch("a"), scratch("b"), &diff, &err),
			 0);
	FILE *file = open_memstream(&text, &size);
	printed(sqz_diff_csv(&diff, file), file, &text);
	ck_assert_ptr_nonnull(
	    strstr(text, "layer,gone,missing,time_ps,1000000,0,-1000000\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "layer,fresh,new,energy_fj,0,7,+7\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "total,all layers,,noc_bytes,192,128,-64\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "run,run,,time_ps,4000000,8000000,+4000000\n"));
	free(text);
	file = open_memstream(&text, &size);
	printed(sqz_diff_print(&diff, file), file, &text);
	ck_assert_ptr_nonnull(strstr(text, "+1.000   +50.0"));
	ck_assert_ptr_nonnull(strstr(text, "-1.000  -100.0"));
	ck_assert_ptr_nonnull(strstr(text, "no resources"));
	free(text);
	sqz_diff_free(&diff);
}
END_TEST

START_TEST(second_file_missing)
{
	char *argv[] = { "trace", "diff", "one", NULL };

	sqz_cmd_trace(3, argv);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sqz trace links, flows, diff");
	TCase *tcase = tcase_create("pure");

	tcase_add_test(tcase, percentiles);
	tcase_add_test(tcase, large_values);
	tcase_add_exit_test(tcase, second_file_missing, EXIT_FAILURE);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("files");
	tcase_add_checked_fixture(tcase, scratch_setup, scratch_teardown);
	tcase_add_test(tcase, links);
	tcase_add_test(tcase, links_printed);
	tcase_add_test(tcase, need_their_level);
	tcase_add_test(tcase, differences);
	tcase_add_test(tcase, differences_printed);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
