/* Small traces, as written and with their chunks unpacked (else every change
 * would only damage a zlib stream). */
#include "seeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "rawtrace.h"
#include "sample.h"

#define US 1000000ull /* in ps */

/* An event at either end of its way. */
static void put_end(struct sqz_trace *trace, unsigned node, uint64_t ps,
		    const char *category, const struct sqz_trace_extra *extra)
{
	char name[32];

	snprintf(name, sizeof(name), "packets of node %u", node);
	sqz_trace_instant(trace, sqz_trace_track(trace, 0, name, 0), ps, "read",
			  category, extra);
}

static void put_packet(struct sqz_trace *trace, unsigned from, unsigned to,
		       uint64_t created_ps, uint64_t arrives_ps)
{
	const struct sqz_trace_arg args[] = {
		sqz_trace_uint("id", created_ps / 1000),
		sqz_trace_uint("src", from),
		sqz_trace_uint("dst", to),
		sqz_trace_uint("payload_bytes", 10),
		sqz_trace_uint("layer", 5),
		sqz_trace_uint("created_ps", created_ps),
	};
	struct sqz_trace_extra extra = { .args = args, .arg_count = 6 };

	put_end(trace, from, created_ps, "sent", &extra);
	extra.arg_count = 1;
	put_end(trace, to, arrives_ps, "arrives", &extra);
}

static void put_link(struct sqz_trace *trace)
{
	const struct sqz_trace_arg args[] = {
		sqz_trace_uint("flits", 900),
		sqz_trace_uint("bytes", 14400),
		sqz_trace_uint("vc_busy_cycles", 1),
		sqz_trace_uint("no_credit_cycles", 2),
		sqz_trace_uint("lost_cycles", 3),
		sqz_trace_uint("cycle_ps", 2000),
	};
	const struct sqz_trace_extra extra = { .args = args, .arg_count = 6 };
	uint32_t counter = sqz_trace_counter_track(
	    trace, 0, "flits per 1000 cycles, link east of router 1,2", NULL);

	sqz_trace_counter(trace, counter, 10 * US, 40);
	sqz_trace_counter(trace, counter, 20 * US, 125);
	sqz_trace_instant(trace, sqz_trace_track(trace, 0, "links", 0),
			  100 * US, "east of router 1,2", "link", &extra);
}

static void write_packets(const char *path)
{
	const struct sqz_trace_options options = { .level = SQZ_TRACE_PACKETS };
	struct sqz_error err;
	struct sqz_trace *trace = sqz_trace_open(path, &options, &err);

	if (!trace)
		abort();
	for (unsigned i = 1; i <= 4; i++)
		put_packet(trace, 1 + i % 2, 2 + i % 2, i * US,
			   i * US + i * 10000);
	put_link(trace);
	if (sqz_trace_close(trace, NULL, &err))
		abort();
}

/* As it is, and unpacked. */
static void add(const char *folder, const char *name, const char *path)
{
	struct sqz_bytes file, plain;
	struct sqz_error err;
	char plain_name[64];

	if (sqz_read_file(path, 1u << 20, &file, &err))
		abort();
	plain = raw_unpack(&file);
	snprintf(plain_name, sizeof(plain_name), "%s-plain", name);
	seeds_write(folder, "trace", name, file.data, file.size);
	seeds_write(folder, "trace", plain_name, plain.data, plain.size);
	seeds_write(folder, "trace", "cut", plain.data, plain.size / 2);
	sqz_bytes_free(&file);
	sqz_bytes_free(&plain);
	unlink(path);
}

void seeds_trace(const char *folder)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/trace.tmp", folder);
	sample_file(path, 2, 0);
	add(folder, "sample", path);
	sample_file(path, 3, 512);
	add(folder, "chunks", path);
	write_packets(path);
	add(folder, "packets", path);
}
