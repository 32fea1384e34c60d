/* Traces, through everything that `sqz trace` makes of one. */
#include "fuzz.h"
#include "traces/breakdown.h"
#include "traces/check.h"
#include "traces/diff.h"
#include "traces/export.h"
#include "traces/links.h"
#include "traces/packet_flows.h"
#include "traces/summary.h"

static void summarize(const char *path, FILE *out, struct sqz_error *err)
{
	struct sqz_summary summary;

	if (sqz_summary_read(path, -1, &summary, err))
		return;
	sqz_summary_print(&summary, out);
	sqz_summary_csv(&summary, out);
	sqz_summary_free(&summary);
}

static void break_down(const char *path, FILE *out, struct sqz_error *err)
{
	struct sqz_breakdown breakdown;

	if (sqz_breakdown_read(path, -1, &breakdown, err))
		return;
	sqz_breakdown_print(&breakdown, out);
	sqz_breakdown_csv(&breakdown, out);
	sqz_breakdown_free(&breakdown);
}

static void list_links(const char *path, FILE *out, struct sqz_error *err)
{
	struct sqz_links links;

	if (sqz_links_read(path, &links, err))
		return;
	sqz_links_print(&links, 5, out);
	sqz_links_csv(&links, out);
	sqz_links_free(&links);
}

static void list_flows(const char *path, FILE *out, struct sqz_error *err)
{
	struct sqz_packet_flows flows;

	if (sqz_packet_flows_read(path, &flows, err))
		return;
	sqz_packet_flows_print(&flows, 5, out);
	sqz_packet_flows_csv(&flows, out);
	sqz_packet_flows_free(&flows);
}

static void compare(const char *path, FILE *out, struct sqz_error *err)
{
	struct sqz_diff diff;

	if (sqz_diff_read(path, path, &diff, err))
		return;
	sqz_diff_print(&diff, out);
	sqz_diff_csv(&diff, out);
	sqz_diff_free(&diff);
}

static void check(const char *path, FILE *out, struct sqz_error *err)
{
	struct sqz_trace_check found;

	(void)out;
	sqz_trace_check(path, &found, err);
}

static void export(const char *path, FILE *out, struct sqz_error *err)
{
	sqz_export_csv(path, out, err);
	sqz_export_chrome(path, out, err);
	sqz_export_vcd(path, out, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const uses[])(const char *path, FILE *out,
				    struct sqz_error *err) = {
		check,	    summarize, break_down, list_links,
		list_flows, compare,   export,
	};
	struct fuzz_file file = fuzz_file_open(data, size);
	FILE *out = fopen("/dev/null", "w");
	struct sqz_error err;

	for (size_t i = 0; out && i < sizeof(uses) / sizeof(uses[0]); i++)
		uses[i](file.path, out, &err);
	if (out)
		fclose(out);
	fuzz_file_close(&file);
	return 0;
}
