/* The reader against the writer, and against files that are cut or damaged. */
#include "traces/check.h"
#include "traces/pb_write.h"
#include "traces/reader.h"
#include "traces/schema.h"
#include "traces/summary.h"

#include "rawtrace.h"
#include "sample.h"
#include "scratch.h"

#include <inttypes.h>

/* Records as text, one line each, so that two reads compare as strings. */
struct log {
	char *text;
	size_t size;
	size_t records;
	FILE *file;
	size_t stop_after; /* records; 0: never */
};

static void log_extra(FILE *file, const struct sqz_trace_extra *extra)
{
	for (uint32_t i = 0; i < extra->arg_count; i++) {
		const struct sqz_trace_arg *arg = &extra->args[i];
		fprintf(file, " %s=", arg->name);
		if (arg->kind == SQZ_TRACE_UINT)
			fprintf(file, "%" PRIu64, arg->value.u);
		else if (arg->kind == SQZ_TRACE_INT)
			fprintf(file, "%+" PRId64, arg->value.i);
		else
			fprintf(file, "'%s'", arg->value.s);
	}
	for (uint32_t i = 0; i < extra->flow_count; i++)
		fprintf(file, " >%" PRIu64, extra->flows[i]);
	for (uint32_t i = 0; i < extra->final_flow_count; i++)
		fprintf(file, " |%" PRIu64, extra->final_flows[i]);
}

static int log_record(void *user, const struct sqz_trace_record *record)
{
	static const char *const types[] = { "track", "begin", "end", "instant",
					     "counter" };
	struct log *log = user;

	fprintf(log->file, "%s %s", types[record->type],
		record->track ? record->track->name : "?");
	if (record->type == SQZ_RECORD_TRACK)
		fprintf(
		    log->file, " in %s rank %d unit %s",
		    record->track->parent ? record->track->parent->name : "-",
		    record->track->rank,
		    record->track->unit_name ? record->track->unit_name : "-");
	else
		fprintf(log->file, " %" PRIu64, record->ns);
	if (record->name)
		fprintf(log->file, " %s", record->name);
	if (record->category)
		fprintf(log->file, " [%s]", record->category);
	if (record->type == SQZ_RECORD_COUNTER)
		fprintf(log->file, " %" PRId64, record->value);
	log_extra(log->file, &record->extra);
	putc('\n', log->file);
	log->records++;
	return log->stop_after && log->records == log->stop_after;
}

static int read_log(const char *path, struct log *log,
		    struct sqz_trace_result *result, struct sqz_error *err)
{
	log->records = 0;
	log->file = open_memstream(&log->text, &log->size);
	int failed = sqz_trace_read(path, log_record, log, result, err);
	fclose(log->file);
	return failed;
}

static void write_all_kinds(struct sqz_trace *trace)
{
	uint32_t tile = sqz_trace_track(trace, 0, "tile", -3);
	uint32_t power = sqz_trace_counter_track(trace, tile, "power", "mW");
	uint32_t count = sqz_trace_counter_track(trace, 0, "count", NULL);
	uint64_t flows[] = { 1, UINT64_MAX };
	struct sqz_trace_arg args[] = {
		sqz_trace_uint("u", UINT64_MAX),
		sqz_trace_int("i", INT64_MIN),
		sqz_trace_string("s", "caf\xc3\xa9 \xff!"),
		sqz_trace_string("empty", ""),
		sqz_trace_string("null", NULL),
	};
	struct sqz_trace_extra extra = {
		.args = args, .arg_count = 5, .flows = flows, .flow_count = 2
	};
	struct sqz_trace_extra finals = { .final_flows = flows,
					  .final_flow_count = 2 };

	sqz_trace_begin(trace, tile, 999, "read", "tile", &extra);
	sqz_trace_begin(trace, tile, 1000, "inner", NULL, NULL);
	sqz_trace_instant(trace, tile, 1999, "now", "x", NULL);
	sqz_trace_end(trace, tile, 2000, "inner", NULL);
	sqz_trace_end(trace, tile, 18446744073709551615u, "read", &finals);
	sqz_trace_counter(trace, power, 0, INT64_MIN);
	sqz_trace_counter(trace, count, 5000, 7);
	sqz_trace_slice(trace, SQZ_TRACE_PROCESS, 7000, 8000, "whole", "x",
			NULL);
}

static const char ALL_KINDS[] =
    "track squeezebox in - rank 0 unit -\n"
    "track tile in squeezebox rank -3 unit -\n"
    "track power in tile rank 0 unit mW\n"
    "track count in squeezebox rank 0 unit -\n"
    "begin tile 0 read [tile] u=18446744073709551615 "
    "i=-9223372036854775808 s='caf\xc3\xa9 ?!' empty='' null='' >1 "
    ">18446744073709551615\n"
    "begin tile 1 inner\n"
    "instant tile 1 now [x]\n"
    "end tile 2\n"
    "end tile 18446744073709551 |1 |18446744073709551615\n"
    "counter power 0 -9223372036854775808\n"
    "counter count 5 7\n"
    "begin squeezebox 7 whole [x]\n"
    "end squeezebox 8\n"
    "instant squeezebox 18446744073709551 end of trace [trace] events=9 "
    "end_ps=18446744073709551615 left_open=0 misuse=0\n";

/* With chunks of one byte, every packet makes its own: names are spelled out
 * again each time. */
START_TEST(round_trip)
{
	static const uint32_t chunk_bytes[] = { 0, 1, 50, 300 };
	struct sqz_trace *trace =
	    scratch_trace("x", SQZ_TRACE_PACKETS, chunk_bytes[_i]);
	struct sqz_trace_result result;
	struct sqz_error err;
	struct log log = { 0 };

	write_all_kinds(trace);
	ck_assert_int_eq(sqz_trace_close(trace, NULL, &err), 0);
	ck_assert_msg(read_log(scratch("x"), &log, &result, &err) == 0, "%s",
		      err.text);
	ck_assert_str_eq(log.text, ALL_KINDS);
	ck_assert(result.complete);
	ck_assert_uint_eq(result.unresolved, 0);
	ck_assert_uint_eq(result.events, 10);
	ck_assert_uint_eq(result.tracks, 4);
	if (_i == 1)
		ck_assert_uint_eq(result.chunks, 14);
	free(log.text);
}
END_TEST

/* Names of 255 bytes and more: cut, at a character, and still found again. */
START_TEST(long_texts_are_cut)
{
	char name[2000];
	char expected[3000];
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_PACKETS, 0);
	uint32_t track = sqz_trace_track(trace, 0, "t", 0);
	struct sqz_trace_arg arg = sqz_trace_string("s", name);
	struct sqz_trace_extra extra = { .args = &arg, .arg_count = 1 };
	struct sqz_trace_stats stats;
	struct sqz_trace_result result;
	struct sqz_error err;
	struct log log = { 0 };

	memset(name, 'a', sizeof(name));
	memcpy(name + 254, "\xc3\xa9", 2); /* would be cut in two */
	memcpy(name + 1022, "\xc3\xa9", 2);
	name[1999] = '\0';
	sqz_trace_instant(trace, track, 0, name, NULL, &extra);
	sqz_trace_instant(trace, track, 0, name, NULL, NULL);
	ck_assert_int_eq(sqz_trace_close(trace, &stats, &err), 0);
	ck_assert_uint_eq(stats.names, 1 + 1 + 6);
	ck_assert_int_eq(read_log(scratch("x"), &log, &result, &err), 0);
	snprintf(expected, sizeof(expected),
		 "instant t 0 %.254s s='%.1022s'\ninstant t 0 %.254s\n", name,
		 name, name);
	ck_assert_msg(strstr(log.text, expected) != NULL, "%s", log.text);
	free(log.text);
}
END_TEST

/* More names than the table holds: written out in the events, still read. */
START_TEST(name_table_overflows)
{
	struct sqz_trace *trace = scratch_trace("x", SQZ_TRACE_PACKETS, 0);
	uint32_t track = sqz_trace_track(trace, 0, "t", 0);
	struct sqz_trace_stats stats;
	struct sqz_trace_result result;
	struct sqz_error err;
	struct log log = { 0 };
	char name[32];

	for (unsigned i = 0; i < SQZ_TRACE_NAMES + 10; i++) {
		struct sqz_trace_arg arg = sqz_trace_uint(name, i);
		struct sqz_trace_extra extra = { .args = &arg, .arg_count = 1 };
		snprintf(name, sizeof(name), "name %u", i);
		sqz_trace_slice(trace, track, i, i, name, name, &extra);
	}
	ck_assert_int_eq(sqz_trace_close(trace, &stats, &err), 0);
	ck_assert_uint_eq(stats.names, SQZ_TRACE_NAMES);
	ck_assert_uint_eq(stats.misuse_total, 0);
	ck_assert_int_eq(read_log(scratch("x"), &log, &result, &err), 0);
	ck_assert_uint_eq(result.unresolved, 0);
	ck_assert_ptr_nonnull(strstr(
	    log.text, "begin t 65 name 65545 [name 65545] name 65545=65545\n"));
	free(log.text);
}
END_TEST

static size_t length_of_records(const char *text, size_t records)
{
	const char *at = text;

	while (records--)
		at = strchr(at, '\n') + 1;
	return (size_t)(at - text);
}

/* Deterministic choice of places (xorshift64). */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* 1000 cuts, and one after each chunk. */
START_TEST(cuts_are_readable)
{
	struct raw_chunks chunks;
	struct sqz_trace_result result;
	struct sqz_error err;
	struct log whole = { 0 };
	size_t records[RAW_CHUNKS + 1] = { 0 }; /* before each chunk */
	uint64_t seed = 20230817;

	sample_file(scratch("x"), 40, 1000);
	struct sqz_bytes file = scratch_read("x");
	raw_find_chunks(&file, &chunks);
	ck_assert_uint_gt(chunks.count, 40);
	ck_assert_int_eq(read_log(scratch("x"), &whole, &result, &err), 0);
	ck_assert_uint_eq(result.chunks, chunks.count);
	ck_assert_uint_eq(result.bytes, file.size);
	for (size_t i = 0; i < 1000 + chunks.count; i++) {
		size_t cut = i < chunks.count ? chunks.ends[i]
					      : next_random(&seed) % file.size;
		size_t good = 0; /* complete chunks before the cut */
		while (good < chunks.count && chunks.ends[good] <= cut)
			good++;
		struct log log = { 0 };
		raw_write(scratch("cut"), file.data, cut);
		ck_assert_msg(read_log(scratch("cut"), &log, &result, &err) ==
				  0,
			      "cut at %zu: %s", cut, err.text);
		if (i < chunks.count) /* these come in order */
			records[good] = log.records;
		ck_assert_uint_eq(log.records, records[good]);
		ck_assert_uint_eq(result.chunks, good);
		ck_assert_uint_eq(result.bytes,
				  good ? chunks.ends[good - 1] : 0);
		ck_assert_int_eq(result.complete, cut == file.size);
		ck_assert_uint_eq(log.size,
				  length_of_records(whole.text, log.records));
		ck_assert_mem_eq(log.text, whole.text, log.size);
		free(log.text);
	}
	ck_assert_uint_eq(records[chunks.count], whole.records);
	free(whole.text);
	sqz_bytes_free(&file);
}
END_TEST

/* Half a packet after the end marker: no longer a complete file. */
START_TEST(bytes_after_the_end)
{
	struct sqz_trace_result result;
	struct sqz_error err;
	struct log log = { 0 };

	sample_file(scratch("x"), 1, 0);
	FILE *file = fopen(scratch("x"), "ab");
	long size = ftell(file);
	fputs("\x0a\x05hi", file);
	fclose(file);
	ck_assert_int_eq(read_log(scratch("x"), &log, &result, &err), 0);
	ck_assert(!result.complete);
	ck_assert_uint_eq(result.bytes, (uint64_t)size);
	free(log.text);
}
END_TEST

/* Everything that reads traces must survive the file. */
static void read_anything(const char *path)
{
	struct sqz_trace_result result;
	struct sqz_trace_check check;
	struct sqz_summary summary;
	struct sqz_error err = { .text = "" };
	struct log log = { 0 };

	if (read_log(path, &log, &result, &err))
		ck_assert_msg(strstr(err.text, path) == err.text, "%s",
			      err.text);
	free(log.text);
	if (!sqz_summary_read(path, -1, &summary, &err)) {
		FILE *null = fopen("/dev/null", "w");
		sqz_summary_print(&summary, null);
		fclose(null);
		sqz_summary_free(&summary);
	}
	sqz_trace_check(path, &check, &err);
}

static void damage_and_read(const struct sqz_bytes *file, int times)
{
	uint64_t seed = 42;
	uint8_t *copy = malloc(file->size);

	for (int i = 0; i < times; i++) {
		memcpy(copy, file->data, file->size);
		for (uint64_t n = 1 + next_random(&seed) % 4; n; n--) {
			size_t at = next_random(&seed) % file->size;
			copy[at] = (uint8_t)next_random(&seed);
		}
		raw_write(scratch("bad"), copy, file->size);
		read_anything(scratch("bad"));
	}
	free(copy);
}

START_TEST(damaged_files_are_survived)
{
	sample_file(scratch("x"), 3, 500);
	struct sqz_bytes file = scratch_read("x");

	damage_and_read(&file, 300);
	sqz_bytes_free(&file);
}
END_TEST

/* zlib's checksum stops most damage: so the packets without it. */
START_TEST(damaged_packets_are_survived)
{
	sample_file(scratch("x"), 2, 2000);
	struct sqz_bytes file = scratch_read("x");
	struct sqz_bytes plain = raw_unpack(&file);

	damage_and_read(&plain, 1500);
	sqz_bytes_free(&plain);
	sqz_bytes_free(&file);
}
END_TEST

START_TEST(plain_packets_read_alike)
{
	struct sqz_trace_result result;
	struct sqz_error err;
	struct log packed = { 0 };
	struct log plain = { 0 };

	sample_file(scratch("x"), 2, 2000);
	struct sqz_bytes file = scratch_read("x");
	struct sqz_bytes raw = raw_unpack(&file);
	raw_write(scratch("plain"), raw.data, raw.size);
	ck_assert_int_eq(read_log(scratch("x"), &packed, &result, &err), 0);
	ck_assert_int_eq(read_log(scratch("plain"), &plain, &result, &err), 0);
	ck_assert(result.complete);
	ck_assert_str_eq(plain.text, packed.text);
	free(plain.text);
	free(packed.text);
	sqz_bytes_free(&raw);
	sqz_bytes_free(&file);
}
END_TEST

static void bad_second_sequence(struct raw_builder *b)
{
	uint8_t *start = pb_open(b->at, TRACE_PACKET);

	raw_end(b, start, pb_uint(start, PACKET_SEQUENCE_ID, 2));
}

static void bad_length(struct raw_builder *b)
{
	uint8_t *start = raw_packet(b, 0);
	uint8_t *p = pb_tag(b->at, PACKET_EVENT, PB_BYTES);

	raw_end(b, start, pb_varint(p, 1000));
}

static void bad_event_type(struct raw_builder *b)
{
	raw_event(b, 9, 1, 0, "x", 0, 0);
}

static void bad_iid(struct raw_builder *b)
{
	uint8_t *start = raw_packet(b, 0);
	uint8_t *interned = pb_open(b->at, PACKET_INTERNED);
	uint8_t *entry = pb_open(interned, INTERNED_EVENT);
	uint8_t *p = pb_uint(entry, INTERNED_IID, UINT64_MAX);

	raw_end(b, start, pb_close(interned, pb_close(entry, p)));
}

static void bad_wire_type(struct raw_builder *b)
{
	uint8_t *start = raw_packet(b, 0);

	raw_end(b, start, pb_tag(b->at, 99, 7));
}

static void bad_varint(struct raw_builder *b)
{
	uint8_t *start = raw_packet(b, 0);
	uint8_t *p = pb_tag(b->at, PACKET_TIMESTAMP, PB_VARINT);

	memset(p, 0xff, 11);
	raw_end(b, start, p + 11);
}

static void bad_zlib(struct raw_builder *b)
{
	uint8_t *start = raw_packet(b, 0);

	raw_end(b, start, pb_bytes(b->at, PACKET_COMPRESSED, "nonsense", 8));
}

static void bad_outer_tag(struct raw_builder *b)
{
	*b->at++ = 0x12;
	*b->at++ = 0;
}

static void bad_packet_size(struct raw_builder *b)
{
	b->at = pb_varint(pb_tag(b->at, TRACE_PACKET, PB_BYTES), 1u << 31);
}

static const struct {
	void (*build)(struct raw_builder *builder);
	const char *reason;
} BAD[] = {
	{ bad_second_sequence, "more than one packet sequence" },
	{ bad_length, "malformed packet" },
	{ bad_event_type, "unknown type of event" },
	{ bad_iid, "number of a name is too large" },
	{ bad_wire_type, "malformed packet" },
	{ bad_varint, "malformed packet" },
	{ bad_zlib, "damaged zlib stream" },
	{ bad_outer_tag, "not a trace packet" },
	{ bad_packet_size, "packet is too large" },
};

START_TEST(bad_packets_are_errors)
{
	struct raw_builder builder;
	struct sqz_trace_result result;
	struct sqz_error err = { .text = "" };
	struct log log = { 0 };
	char place[200];

	raw_start(&builder);
	raw_event(&builder, TYPE_INSTANT, 1, 5, "good", 0, 0);
	size_t good = (size_t)(builder.at - builder.data);
	BAD[_i].build(&builder);
	raw_save(&builder, scratch("x"));
	ck_assert_int_eq(read_log(scratch("x"), &log, &result, &err), -1);
	ck_assert_msg(strstr(err.text, BAD[_i].reason) != NULL, "%s", err.text);
	snprintf(place, sizeof(place), "byte %zu", good);
	ck_assert_msg(strstr(err.text, place) != NULL, "%s: not %s", err.text,
		      place);
	ck_assert_ptr_nonnull(strstr(log.text, "instant squeezebox 5 good"));
	free(log.text);
}
END_TEST

START_TEST(files_that_cannot_be_read)
{
	struct sqz_trace_result result;
	struct sqz_error err;
	struct log log = { 0 };

	ck_assert_int_eq(read_log(scratch("none"), &log, &result, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
	free(log.text);
	ck_assert_int_eq(read_log(scratch_dir, &log, &result, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "Is a directory"));
	free(log.text);
	raw_write(scratch("text"), "#!/bin/sh\n", 10);
	ck_assert_int_eq(read_log(scratch("text"), &log, &result, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "not a trace packet"));
	free(log.text);
	raw_write(scratch("empty"), "", 0);
	ck_assert_int_eq(read_log(scratch("empty"), &log, &result, &err), 0);
	ck_assert(!result.complete);
	ck_assert_uint_eq(result.bytes, 0);
	free(log.text);
}
END_TEST

/* Names hold until the state is cleared, and not from before. */
START_TEST(names_end_with_their_chunk)
{
	struct raw_builder builder;
	struct sqz_trace_result result;
	struct sqz_error err;
	struct log log = { 0 };

	raw_start(&builder);
	uint8_t *start = raw_packet(&builder, 0);
	uint8_t *interned = pb_open(builder.at, PACKET_INTERNED);
	uint8_t *entry = pb_open(interned, INTERNED_EVENT);
	uint8_t *p = pb_uint(entry, INTERNED_IID, 3);
	p = pb_bytes(p, INTERNED_NAME, "three", 5);
	raw_end(&builder, start, pb_close(interned, pb_close(entry, p)));
	for (uint32_t i = 0; i < 2; i++) {
		start = raw_packet(&builder, i ? SEQUENCE_CLEARED : 0);
		uint8_t *event = pb_open(builder.at, PACKET_EVENT);
		p = pb_uint(event, EVENT_TYPE, TYPE_INSTANT);
		p = pb_uint(p, EVENT_TRACK, 1);
		p = pb_uint(p, EVENT_NAME_IID, 3);
		raw_end(&builder, start, pb_close(event, p));
	}
	raw_save(&builder, scratch("x"));
	ck_assert_int_eq(read_log(scratch("x"), &log, &result, &err), 0);
	ck_assert_str_eq(log.text, "track squeezebox in - rank 0 unit -\n"
				   "instant squeezebox 0 three\n"
				   "instant squeezebox 0\n");
	ck_assert_uint_eq(result.unresolved, 1);
	free(log.text);
}
END_TEST

START_TEST(callback_can_stop)
{
	struct sqz_trace_result result;
	struct sqz_error err = { .text = "mine" };
	struct log log = { .stop_after = 5 };

	sample_file(scratch("x"), 2, 0);
	ck_assert_int_eq(read_log(scratch("x"), &log, &result, &err), -1);
	ck_assert_uint_eq(log.records, 5);
	ck_assert_str_eq(err.text, "mine");
	free(log.text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trace reader");
	TCase *tcase = tcase_create("reader");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, scratch_setup, scratch_teardown);
	tcase_add_loop_test(tcase, round_trip, 0, 4);
	tcase_add_test(tcase, long_texts_are_cut);
	tcase_add_test(tcase, name_table_overflows);
	tcase_add_test(tcase, cuts_are_readable);
	tcase_add_test(tcase, bytes_after_the_end);
	tcase_add_test(tcase, damaged_files_are_survived);
	tcase_add_test(tcase, damaged_packets_are_survived);
	tcase_add_test(tcase, plain_packets_read_alike);
	tcase_add_loop_test(tcase, bad_packets_are_errors, 0,
			    sizeof(BAD) / sizeof(*BAD));
	tcase_add_test(tcase, files_that_cannot_be_read);
	tcase_add_test(tcase, names_end_with_their_chunk);
	tcase_add_test(tcase, callback_can_stop);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
