/* sqz trace layers: shares worked out by hand from small traces. */
#include "traces/breakdown.h"
#include "traces/cmd_trace.h"
#include "traces/intervals.h"

#include "scratch.h"

#define US 1000000ull /* in ps */

/* A list that holds pairs of begin and end; 0, 0 at the end. */
static struct intervals list_of(const uint64_t *times)
{
	struct intervals list = { 0 };

	for (; times[1]; times += 2)
		ck_assert_int_eq(intervals_add(&list, times[0], times[1]), 0);
	return list;
}

static void check_list(const struct intervals *list, const uint64_t *times)
{
	size_t count = 0;

	for (; times[2 * count + 1]; count++) {
		ck_assert_uint_lt(count, list->count);
		ck_assert_uint_eq(list->all[count].begin, times[2 * count]);
		ck_assert_uint_eq(list->all[count].end, times[2 * count + 1]);
	}
	ck_assert_uint_eq(list->count, count);
}

START_TEST(unites)
{
	static const uint64_t given[] = { 50, 60, 10, 20, 15, 18,
					  20, 30, 40, 40, 0,  0 };
	static const uint64_t wanted[] = { 10, 30, 50, 60, 0, 0 };
	struct intervals list = list_of(given);

	intervals_unite(&list);
	check_list(&list, wanted);
	ck_assert_uint_eq(intervals_length(&list), 30);
	intervals_free(&list);
}
END_TEST

START_TEST(takes)
{
	static const uint64_t spans[] = { 0, 100, 200, 300, 0, 0 };
	static const uint64_t work[] = {
		0, 10, 20, 30, 90, 210, 290, 310, 0, 0
	};
	static const uint64_t left[] = { 10, 20, 30, 90, 210, 290, 0, 0 };
	static const uint64_t gone[] = { 0,   10,  20,	30,  90, 100,
					 200, 210, 290, 300, 0,	 0 };
	struct intervals list = list_of(spans);
	struct intervals busy = list_of(work);
	struct intervals taken = { 0 };

	ck_assert_uint_eq(intervals_take(&list, &busy, &taken), 50);
	check_list(&list, left);
	check_list(&taken, gone);
	ck_assert_uint_eq(intervals_take(&list, &taken, NULL), 0);
	intervals_free(&list);
	intervals_free(&busy);
	intervals_free(&taken);
}
END_TEST

START_TEST(shares_add_up)
{
	static const uint64_t thirds[] = { 1, 1, 1 };
	static const uint64_t large[] = { UINT64_MAX / 3, UINT64_MAX / 3 * 2 };
	uint32_t shares[3];

	sqz_shares(thirds, 3, 3, shares);
	ck_assert_uint_eq(shares[0] + shares[1] + shares[2], 1000);
	ck_assert_uint_eq(shares[0], 334);
	sqz_shares(large, 2, UINT64_MAX, shares);
	ck_assert_uint_eq(shares[0], 333);
	ck_assert_uint_eq(shares[1], 667);
	sqz_shares(thirds, 3, 0, shares);
	ck_assert_uint_eq(shares[0], 0);
}
END_TEST

/* ---- traces ---- */

static struct sqz_trace *trace;

static void open_trace(void)
{
	struct sqz_trace_options options = { .level = SQZ_TRACE_TILES };
	struct sqz_error err;

	trace = sqz_trace_open(scratch("x"), &options, &err);
	ck_assert_msg(trace != NULL, "%s", err.text);
}

static struct sqz_breakdown close_and_read(int64_t image)
{
	struct sqz_breakdown breakdown;
	struct sqz_error err;

	ck_assert_msg(!sqz_trace_close(trace, NULL, &err), "%s", err.text);
	ck_assert_msg(
	    !sqz_breakdown_read(scratch("x"), image, &breakdown, &err), "%s",
	    err.text);
	return breakdown;
}

static void begin_layer(const char *name, unsigned index, unsigned lane,
			uint64_t begin)
{
	const struct sqz_trace_arg arg = sqz_trace_uint("layer", index);
	const struct sqz_trace_extra extra = { .args = &arg, .arg_count = 1 };
	uint32_t track = sqz_trace_track(trace, 0, "layers", 0);

	if (lane)
		track = sqz_trace_track(trace, track, "beside 1", 1);
	sqz_trace_begin(trace, track, begin, name, "layer", &extra);
}

static void end_layer(unsigned image, unsigned lane, uint64_t begin,
		      uint64_t end)
{
	const struct sqz_trace_arg args[] = {
		sqz_trace_uint("image", image),
		sqz_trace_uint("begin_ps", begin),
		sqz_trace_uint("end_ps", end),
		sqz_trace_uint("array_busy_ps", 4000),
		sqz_trace_uint("array_read_ps", 3000),
	};
	const struct sqz_trace_extra extra = { .args = args, .arg_count = 5 };
	uint32_t track = sqz_trace_track(trace, 0, "layers", 0);

	if (lane)
		track = sqz_trace_track(trace, track, "beside 1", 1);
	sqz_trace_end(trace, track, end, NULL, &extra);
}

static void slot_slice(unsigned tile, const char *track, uint64_t begin,
		       uint64_t end, const char *name, const char *category)
{
	char tile_name[32];

	snprintf(tile_name, sizeof(tile_name), "tile %u,0", tile);
	uint32_t parent = sqz_trace_track(trace, 0, tile_name, 10);
	sqz_trace_slice(trace, sqz_trace_track(trace, parent, track, 0), begin,
			end, name, category, NULL);
}

static void vector_slice(unsigned layer, uint64_t begin, uint64_t end)
{
	const struct sqz_trace_arg arg = sqz_trace_uint("layer", layer);
	const struct sqz_trace_extra extra = { .args = &arg, .arg_count = 1 };
	uint32_t parent = sqz_trace_track(trace, 0, "tile 0,0", 10);

	sqz_trace_slice(trace, sqz_trace_track(trace, parent, "vector", 9),
			begin, end, "vector", "vector", &extra);
}

static void other_slice(const char *track, const char *category, uint64_t begin,
			uint64_t end)
{
	sqz_trace_slice(trace, sqz_trace_track(trace, 0, track, 5), begin, end,
			category, category, NULL);
}

/* One of everything, each partly below what has priority:
 *   layer       10.0005 ..................................... 30
 *   step            11 ................................. 29
 *   array pass      12 .... 16   on tile 0; 14 ..18 on tile 1
 *   vector                   17 .. 19
 *   full                        18 .. 20
 *   waits                          19 ..... 24, DRAM 22..26
 *   program                                23 .. 25
 *   driver                                    24 ... 27, asleep from 26
 */
static void write_one_of_each(void)
{
	begin_layer("conv", 3, 0, 10 * US + 500);
	slot_slice(0, "slot 2 arrays", 12 * US, 16 * US, "array pass",
		   "arrays");
	vector_slice(3, 17 * US, 19 * US);
	slot_slice(0, "slot 2 waits", 18 * US, 20 * US,
		   "waits for accumulators", "wait");
	slot_slice(0, "slot 2 waits", 20 * US, 24 * US, "waits for input",
		   "wait");
	slot_slice(1, "slot 0 arrays", 14 * US, 18 * US, "array pass",
		   "arrays");
	slot_slice(1, "slot 0 waits", 19 * US, 21 * US, "waits for input",
		   "wait");
	slot_slice(0, "slot 2", 11 * US, 29 * US, "conv", "step");
	slot_slice(1, "slot 0", 11 * US, 25 * US, "conv", "step");
	other_slice("DRAM 0", "dram", 22 * US, 26 * US);
	other_slice("phases", "program", 23 * US, 25 * US);
	other_slice("host CPU", "call", 24 * US, 27 * US);
	end_layer(0, 0, 10 * US + 500, 30 * US);
	other_slice("asleep", "cpu", 26 * US, 28 * US);
}

START_TEST(charges_by_priority)
{
	open_trace();
	write_one_of_each();
	struct sqz_breakdown got = close_and_read(-1);
	/* Passes 12..18, three quarters of it reads. */
	static const uint64_t wanted[SQZ_RESOURCES] = {
		[SQZ_RESOURCE_ARRAY_READ] = 45 * US / 10,
		[SQZ_RESOURCE_ADC] = 15 * US / 10,
		[SQZ_RESOURCE_VECTOR] = US,	       /* 18..19 */
		[SQZ_RESOURCE_BUFFER_FULL] = US,       /* 19..20 */
		[SQZ_RESOURCE_NOC_WAIT] = 2 * US,      /* 20..22 */
		[SQZ_RESOURCE_DRAM] = 2 * US,	       /* 22..24 */
		[SQZ_RESOURCE_PROGRAMMING] = US,       /* 24..25 */
		[SQZ_RESOURCE_DRIVER] = US,	       /* 25..26 */
		[SQZ_RESOURCE_IDLE] = 4 * US,	       /* 11..12, 26..29 */
		[SQZ_RESOURCE_CONTROL] = 2 * US - 500, /* ..11, 29..30 */
	};

	ck_assert_uint_eq(got.count, 1);
	ck_assert(got.has_dram);
	ck_assert_str_eq(got.rows[0].name, "conv");
	ck_assert_uint_eq(got.rows[0].index, 3);
	ck_assert_uint_eq(got.rows[0].total_ps, 20 * US - 500);
	for (unsigned i = 0; i < SQZ_RESOURCES; i++)
		ck_assert_msg(got.rows[0].ps[i] == wanted[i], "%s: %lu",
			      sqz_resource_titles[i],
			      (unsigned long)got.rows[0].ps[i]);
	/* The layer ends last; nothing is known of the time before it. */
	ck_assert_uint_eq(got.outside.total_ps, 10 * US + 500);
	ck_assert_uint_eq(got.outside.ps[SQZ_RESOURCE_IDLE], 10 * US + 500);
	sqz_breakdown_free(&got);
}
END_TEST

/* Two layers at once, the second one on the same tile in another slot: each
 * is charged for what its own slots do. Programming and the CPU's work outside
 * of layers are told apart. */
START_TEST(overlapping_layers)
{
	open_trace();
	other_slice("phases", "boot", 0, 2 * US);
	other_slice("phases", "program", 2 * US, 5 * US);
	begin_layer("a", 0, 0, 6 * US);
	begin_layer("b", 1, 1, 7 * US);
	slot_slice(0, "slot 0 arrays", 6 * US, 9 * US, "array pass", "arrays");
	slot_slice(0, "slot 1 waits", 7 * US, 12 * US, "waits for input",
		   "wait");
	slot_slice(0, "slot 0", 6 * US, 10 * US, "a", "step");
	end_layer(0, 0, 6 * US, 10 * US);
	slot_slice(0, "slot 1", 7 * US, 12 * US, "b", "step");
	end_layer(1, 1, 7 * US, 12 * US);
	other_slice("phases", "boot", 13 * US, 14 * US);
	struct sqz_breakdown got = close_and_read(-1);

	ck_assert_uint_eq(got.count, 2);
	ck_assert(!got.has_dram);
	ck_assert_uint_eq(got.rows[0].ps[SQZ_RESOURCE_ARRAY_READ] +
			      got.rows[0].ps[SQZ_RESOURCE_ADC],
			  3 * US);
	ck_assert_uint_eq(got.rows[0].ps[SQZ_RESOURCE_IDLE], US);
	ck_assert_uint_eq(got.rows[1].ps[SQZ_RESOURCE_NOC_WAIT], 5 * US);
	ck_assert_uint_eq(got.rows[1].total_ps, 5 * US);
	ck_assert_uint_eq(got.outside.ps[SQZ_RESOURCE_PROGRAMMING], 3 * US);
	ck_assert_uint_eq(got.outside.ps[SQZ_RESOURCE_DRIVER], 3 * US);
	ck_assert_uint_eq(got.outside.ps[SQZ_RESOURCE_IDLE], 2 * US);
	sqz_breakdown_free(&got);
}
END_TEST

START_TEST(one_image)
{
	open_trace();
	for (unsigned image = 0; image < 3; image++) {
		uint64_t begin = (10 + 10 * image) * US;
		uint64_t end = begin + (1 + image) * US;
		begin_layer("a", 0, 0, begin);
		slot_slice(0, "slot 0", begin, end, "a", "step");
		end_layer(image, 0, begin, end);
	}
	struct sqz_breakdown got = close_and_read(1);

	ck_assert_uint_eq(got.count, 1);
	ck_assert_uint_eq(got.rows[0].runs, 1);
	ck_assert_uint_eq(got.rows[0].total_ps, 2 * US);
	ck_assert_uint_eq(got.outside.total_ps, 0);
	sqz_breakdown_free(&got);
}
END_TEST

/* ---- equal pieces of work in one slice ---- */

struct series {
	uint64_t begin, piece, count, period, end;
};

static void series_slice(const char *track, const char *category,
			 const struct series *series)
{
	const struct sqz_trace_arg args[] = {
		sqz_trace_uint("layer", 0),
		sqz_trace_uint("begin_ps", series->begin),
		sqz_trace_uint("piece_ps", series->piece),
		sqz_trace_uint("count", series->count),
		sqz_trace_uint("period_ps", series->period),
	};
	const struct sqz_trace_extra extra = { .args = args, .arg_count = 5 };
	uint32_t parent = sqz_trace_track(trace, 0, "tile 0,0", 10);

	sqz_trace_slice(trace, sqz_trace_track(trace, parent, track, 0),
			series->begin, series->end, "x", category, &extra);
}

/* What passes and vector unit get of a layer from 10 to 30 us. */
static void check_series(const struct series *passes,
			 const struct series *vector, uint64_t pass_ps,
			 uint64_t vector_ps)
{
	open_trace();
	begin_layer("a", 0, 0, 10 * US);
	if (passes)
		series_slice("slot 0 arrays", "arrays", passes);
	if (vector)
		series_slice("vector unit", "vector", vector);
	slot_slice(0, "slot 0 waits", 10 * US, 30 * US, "waits for input",
		   "wait");
	slot_slice(0, "slot 0", 10 * US, 30 * US, "a", "step");
	end_layer(0, 0, 10 * US, 30 * US);
	struct sqz_breakdown got = close_and_read(-1);
	const uint64_t *ps = got.rows[0].ps;

	ck_assert_uint_eq(ps[SQZ_RESOURCE_ARRAY_READ] + ps[SQZ_RESOURCE_ADC],
			  pass_ps);
	ck_assert_uint_eq(ps[SQZ_RESOURCE_VECTOR], vector_ps);
	/* Between pieces the slot waits: the slice does not hide that. */
	ck_assert_uint_eq(ps[SQZ_RESOURCE_NOC_WAIT],
			  20 * US - pass_ps - vector_ps);
	ck_assert_uint_eq(got.rows[0].total_ps, 20 * US);
	sqz_breakdown_free(&got);
}

START_TEST(series_have_gaps)
{
	/* 12-13, 14-15, 16-17; the vector unit 12.5-14.5 and 17.5-19.5, of
	 * which 12.5-13 and 14-14.5 are below passes. */
	const struct series passes = { 12 * US, US, 3, 2 * US, 17 * US };
	const struct series vector = { 25 * US / 2, 2 * US, 2, 5 * US,
				       39 * US / 2 };

	check_series(&passes, NULL, 3 * US, 0);
	check_series(NULL, &vector, 0, 4 * US);
	check_series(&passes, &vector, 3 * US, 3 * US);
}
END_TEST

START_TEST(series_without_gaps)
{
	const struct series touching = { 12 * US, US, 4, US, 16 * US };
	const struct series overlapping = { 12 * US, 3 * US, 2, US, 16 * US };

	check_series(&touching, NULL, 4 * US, 0);
	check_series(&overlapping, NULL, 4 * US, 0);
}
END_TEST

/* Pieces count in whole nanoseconds, rounded down, as slices do: 12.0007 us to
 * 12.0014, 12.0022 to 12.0029, 12.0037 to 12.0044. */
START_TEST(series_round_down)
{
	const struct series odd = { 12 * US + 700, 700, 3, 1500,
				    12 * US + 4400 };

	check_series(&odd, NULL, 1000 + 0 + 1000, 0);
}
END_TEST

/* Whatever a file says: no piece behind the slice's end, no endless loop. */
START_TEST(series_that_lie)
{
	const struct series more = { 12 * US, US, UINT64_MAX, 2 * US, 17 * US };
	const struct series longer = { 12 * US, UINT64_MAX, 2, 4 * US,
				       17 * US };
	const struct series still = { 12 * US, 1, UINT64_MAX, 0, 17 * US };

	check_series(&more, NULL, 3 * US, 0);
	check_series(&longer, NULL, 5 * US, 0);
	check_series(&still, NULL, 5 * US, 0);
}
END_TEST

START_TEST(needs_tiles)
{
	struct sqz_breakdown breakdown;
	struct sqz_error err;

	open_trace();
	begin_layer("a", 0, 0, US);
	end_layer(0, 0, US, 2 * US);
	ck_assert_int_eq(sqz_trace_close(trace, NULL, &err), 0);
	ck_assert_int_eq(sqz_breakdown_read(scratch("x"), -1, &breakdown, &err),
			 -1);
	ck_assert_ptr_nonnull(strstr(err.text, "--trace-level tiles"));
	ck_assert_int_eq(
	    sqz_breakdown_read(scratch("none"), -1, &breakdown, &err), -1);
}
END_TEST

/* A slot that is cut off, and slots that no tile has. */
START_TEST(odd_traces)
{
	open_trace();
	begin_layer("a", 0, 0, US);
	begin_layer("b", 1, 1, US);
	slot_slice(0, "slot 999999", US, 2 * US, "a", "step");
	slot_slice(0, "slot 7 arrays", US, 2 * US, "array pass", "arrays");
	slot_slice(0, "slot 7", US, 2 * US, "nobody", "step");
	vector_slice(77, US, 2 * US);
	end_layer(0, 0, 3 * US, 2 * US);
	struct sqz_breakdown got = close_and_read(-1);

	ck_assert_uint_eq(got.rows[0].total_ps, 0);
	sqz_breakdown_free(&got);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sqz trace layers");
	TCase *pure = tcase_create("intervals");
	TCase *files = tcase_create("files");

	tcase_add_test(pure, unites);
	tcase_add_test(pure, takes);
	tcase_add_test(pure, shares_add_up);
	suite_add_tcase(suite, pure);
	tcase_add_checked_fixture(files, scratch_setup, scratch_teardown);
	tcase_add_test(files, charges_by_priority);
	tcase_add_test(files, overlapping_layers);
	tcase_add_test(files, one_image);
	tcase_add_test(files, series_have_gaps);
	tcase_add_test(files, series_without_gaps);
	tcase_add_test(files, series_round_down);
	tcase_add_test(files, series_that_lie);
	tcase_add_test(files, needs_tiles);
	tcase_add_test(files, odd_traces);
	suite_add_tcase(suite, files);
	return sqz_suite_main(suite);
}
