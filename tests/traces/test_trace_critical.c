/* sqz trace critical-path on a run written by hand: the CPU starts a layer of
 * two passes on one tile, hears that it is done, and works on. */
#include "scratch.h"
#include "traces/critical/critical.h"

/* Times in ps. The way from node 0 to node 5 and back takes 32 ns and one more
 * for each flit behind the first. */
#define SENT	 1000000u
#define STARTS	 (SENT + 34000u + 6000u) /* it waited for 6 ns */
#define PASS	 800000u
#define READ	 600000u
#define CONVERT	 PASS
#define PASSED	 (STARTS + 2 * PASS)
#define FINISHED (PASSED + 300000u)
#define DONE	 (FINISHED + 33000u)
#define AWAKE	 (DONE + 500000u)
#define END	 (AWAKE + 70000u)

static struct sqz_trace *trace;

static void put(const char *track, uint64_t ps, const char *name,
		const char *category, const struct sqz_trace_arg *args,
		uint32_t count)
{
	const struct sqz_trace_extra extra = { .args = args,
					       .arg_count = count };

	sqz_trace_instant(trace, sqz_trace_track(trace, 0, track, 0), ps, name,
			  category, &extra);
}

static void put_setting(void *user, const char *section, const char *key,
			const char *value)
{
	const struct sqz_trace_arg arg = sqz_trace_string(key, value);

	(void)user;
	put("settings", 0, section, "settings", &arg, 1);
}

static void put_settings(void)
{
	struct sqz_config config;
	struct sqz_error err;

	ck_assert_msg(
	    !sqz_config_load(&config, "configs/default.cfg", NULL, 0, &err),
	    "%s", err.text);
	sqz_config_each(&config, put_setting, NULL);
}

/* cause 0: a root. */
static void put_packet(uint64_t id, unsigned src, unsigned dst, unsigned bytes,
		       uint64_t sent_ps, uint64_t arrives_ps, uint64_t cause,
		       uint64_t delay_ps, const char *work)
{
	const struct sqz_trace_arg args[] = {
		sqz_trace_uint("id", id),
		sqz_trace_uint("src", src),
		sqz_trace_uint("dst", dst),
		sqz_trace_uint("payload_bytes", bytes),
		sqz_trace_uint("layer", 3),
		sqz_trace_uint("created_ps", sent_ps),
		cause ? sqz_trace_uint("after", cause)
		      : sqz_trace_uint("at_ps", sent_ps),
		sqz_trace_uint("delay_ps", delay_ps),
		sqz_trace_string("work", work),
	};

	put("packets", sent_ps, "packet", "sent", args, cause ? 9 : 7);
	put("arrivals", arrives_ps, "packet", "arrives", args, 1);
}

static void put_mark(uint64_t id, unsigned node, uint64_t ps, uint64_t cause,
		     uint64_t delay_ps, const char *work)
{
	const struct sqz_trace_arg args[] = {
		sqz_trace_uint("id", id),
		sqz_trace_uint("after", cause),
		sqz_trace_uint("delay_ps", delay_ps),
		sqz_trace_string("work", work),
	};
	char track[32];

	snprintf(track, sizeof(track), "marks of node %u", node);
	put(track, ps, "mark", "mark", args, 4);
}

/* The layer's slice and its step's. */
static void put_layer(void)
{
	const struct sqz_trace_arg ends[] = {
		sqz_trace_uint("layer", 3),
		sqz_trace_uint("image", 0),
		sqz_trace_uint("begin_ps", SENT),
		sqz_trace_uint("end_ps", DONE),
	};
	const struct sqz_trace_arg passes[] = {
		sqz_trace_uint("layer", 3),
		sqz_trace_uint("pass_ps", PASS),
		sqz_trace_uint("read_ps", READ),
		sqz_trace_uint("adc_ps", CONVERT),
	};
	struct sqz_trace_extra extra = { .args = ends, .arg_count = 1 };
	uint32_t layers = sqz_trace_track(trace, 0, "layers", 0);
	uint32_t tile = sqz_trace_track(trace, 0, "tile 5,0", 0);

	sqz_trace_begin(trace, layers, SENT, "conv", "layer", &extra);
	extra.arg_count = 4;
	sqz_trace_end(trace, layers, DONE, NULL, &extra);
	extra.args = passes;
	sqz_trace_slice(trace, sqz_trace_track(trace, tile, "slot 0", 0),
			STARTS, FINISHED, "conv", "step", &extra);
}

static void write_run(void)
{
	struct sqz_trace_options options = { .level = SQZ_TRACE_PACKETS };
	const struct sqz_trace_arg end = sqz_trace_uint("simulated_ps", END);
	struct sqz_error err;

	trace = sqz_trace_open(scratch("x"), &options, &err);
	ck_assert_msg(trace != NULL, "%s", err.text);
	put_settings();
	put_packet(1, 0, 5, 24, SENT, STARTS, 0, 0, "control");
	put_mark(2, 5, PASSED, 1, 2 * PASS, "pass");
	put_packet(3, 5, 0, 8, FINISHED, DONE, 2, 300000, "pipeline");
	put_mark(4, 0, AWAKE, 3, 500000, "driver");
	put_layer();
	put("phases", END, "end", "end", &end, 1);
	ck_assert_msg(!sqz_trace_close(trace, NULL, &err), "%s", err.text);
}

static void read_run(const struct critical_options *options,
		     struct critical *critical)
{
	struct sqz_error err;

	write_run();
	ck_assert_msg(!critical_read(scratch("x"), options, critical, &err),
		      "%s", err.text);
}

static const struct critical_options ALL = {
	.image = -1, .layer = -1, .percent = 10, .top = 3
};

START_TEST(whole_run)
{
	struct critical c;

	read_run(&ALL, &c);
	ck_assert_uint_eq(c.begin_ps, 0);
	ck_assert_uint_eq(c.end_ps, END);
	ck_assert_uint_eq(c.total_ps, END);
	ck_assert_uint_eq(c.ps[PATH_ARRAY_READ], 2 * READ);
	ck_assert_uint_eq(c.ps[PATH_ADC], 2 * (PASS - READ));
	ck_assert_uint_eq(c.ps[PATH_PIPELINE], 300000);
	ck_assert_uint_eq(c.ps[PATH_HOPS], 64000);
	ck_assert_uint_eq(c.ps[PATH_FLITS], 3000);
	ck_assert_uint_eq(c.ps[PATH_NOC_WAIT], 6000);
	ck_assert_uint_eq(c.ps[PATH_DRIVER], SENT + 500000 + 70000);
	critical_free(&c);
}
END_TEST

START_TEST(gains)
{
	struct critical c;

	read_run(&ALL, &c);
	ck_assert_int_eq(c.gains[PATH_ARRAY_READ].ps, 0);
	ck_assert_int_eq(c.gains[PATH_ADC].ps, 160000);
	ck_assert_int_eq(c.gains[PATH_PIPELINE].ps, 30000);
	ck_assert_int_eq(c.gains[PATH_HOPS].ps, 6400);
	ck_assert_int_eq(c.gains[PATH_DRIVER].ps, 157000);
	ck_assert_int_eq(c.gains[CRITICAL_NETWORK].ps, 7300);
	ck_assert_int_eq(c.gains[PATH_DRAM].ps, 0);
	ck_assert(!c.gains[PATH_NOC_WAIT].asked);
	critical_free(&c);
}
END_TEST

/* More than a quarter faster, ADCs hide behind the arrays. */
START_TEST(gains_end_at_the_arrays)
{
	struct critical_options options = ALL;
	struct critical c;

	options.percent = 50;
	read_run(&options, &c);
	ck_assert_int_eq(c.gains[PATH_ADC].ps, 2 * (PASS - READ));
	critical_free(&c);
}
END_TEST

START_TEST(one_image)
{
	struct critical_options options = ALL;
	struct critical c;

	options.image = 0;
	read_run(&options, &c);
	ck_assert_uint_eq(c.begin_ps, SENT);
	ck_assert_uint_eq(c.end_ps, DONE);
	ck_assert_uint_eq(c.total_ps, DONE - SENT);
	ck_assert_uint_eq(c.ps[PATH_DRIVER], 0);
	ck_assert_int_eq(c.gains[PATH_DRIVER].ps, 0);
	ck_assert_int_eq(c.gains[PATH_PIPELINE].ps, 30000);
	critical_free(&c);
	options.image = -1;
	options.layers = true;
	read_run(&options, &c);
	ck_assert_uint_eq(c.total_ps, DONE - SENT);
	critical_free(&c);
}
END_TEST

START_TEST(other_image)
{
	struct critical_options options = ALL;
	struct critical c;
	struct sqz_error err;

	write_run();
	options.image = 1;
	ck_assert_int_eq(critical_read(scratch("x"), &options, &c, &err), -1);
	ck_assert_ptr_nonnull(
	    strstr(err.text, ": no layer ran for what is asked for"));
}
END_TEST

START_TEST(one_layer)
{
	struct critical_options options = ALL;
	struct critical c;

	options.layer = 4;
	read_run(&options, &c);
	ck_assert_uint_eq(c.total_ps, 0);
	critical_free(&c);
	options.layer = 3;
	read_run(&options, &c);
	ck_assert_uint_eq(c.layer_count, 1);
	ck_assert_uint_eq(c.layers[0].index, 3);
	ck_assert_uint_eq(c.layers[0].total_ps, c.total_ps);
	ck_assert_uint_eq(c.total_ps, DONE - SENT);
	critical_free(&c);
}
END_TEST

START_TEST(longest_segments)
{
	struct critical c;

	read_run(&ALL, &c);
	ck_assert_uint_eq(c.segment_count, 3);
	ck_assert_int_eq(c.segments[0].resource, PATH_ARRAY_READ);
	ck_assert_uint_eq(c.segments[0].begin_ps, STARTS);
	ck_assert_uint_eq(c.segments[0].node, 5);
	ck_assert_uint_eq(c.segments[1].begin_ps, 0);
	ck_assert_int_eq(c.segments[1].resource, PATH_DRIVER);
	ck_assert_uint_eq(c.segments[2].end_ps, AWAKE);
	critical_free(&c);
}
END_TEST

static char *printed(const struct critical *critical,
		     int (*print)(const struct critical *critical, FILE *file))
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	ck_assert_int_eq(print(critical, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	return text;
}

START_TEST(prints)
{
	static const char *const LINES[] = {
		"critical path from 0.000 to 3.543 us; gain: if the resource "
		"took 10 % less\n",
		"\narray read          1.200  33.9    0.000    0.00\n",
		"\nNoC wait            0.006   0.2        -       -\n",
		"\nnetwork clock                      0.007    0.21\n",
		"\n3      conv           1.973 ",
		"\n       no layer       1.570 ",
		"\ndriver      before packet at 0  no layer    0.000  "
		"1000.000\n",
	};
	struct critical c;

	read_run(&ALL, &c);
	char *text = printed(&c, critical_print);
	for (size_t i = 0; i < sizeof(LINES) / sizeof(*LINES); i++)
		ck_assert_msg(strstr(text, LINES[i]) != NULL, "%s\nin\n%s",
			      LINES[i], text);
	free(text);
	text = printed(&c, critical_csv);
	ck_assert_ptr_nonnull(strstr(text, "\nrun,,,adc,400000,160000\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nrun,,,network,,7300\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nlayer,3,conv,noc_wait,6000,\n"));
	free(text);
	critical_free(&c);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("critical path of a run");
	TCase *tests = tcase_create("run");

	tcase_add_checked_fixture(tests, scratch_setup, scratch_teardown);
	tcase_add_test(tests, whole_run);
	tcase_add_test(tests, gains);
	tcase_add_test(tests, gains_end_at_the_arrays);
	tcase_add_test(tests, one_image);
	tcase_add_test(tests, other_image);
	tcase_add_test(tests, one_layer);
	tcase_add_test(tests, longest_segments);
	tcase_add_test(tests, prints);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
