#include "traces/cmd_trace.h"

#include "noc/cmd_replay.h"
#include "reader/config_options.h"
#include "traces/breakdown.h"
#include "traces/check.h"
#include "traces/cmd_report.h"
#include "traces/critical/cmd_critical.h"
#include "traces/diff.h"
#include "traces/export.h"
#include "traces/links.h"
#include "traces/packet_flows.h"
#include "traces/summary.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
	const char *file;
	const char *other; /* a second one, of commands that take two */
	int64_t image;	   /* -1: all */
	int64_t top;	   /* -1: as many as the command likes */
	bool csv;
	const char *output; /* of export; NULL: standard output */
	int (*export)(const char *path, FILE *file, struct sqz_error *err);
};

static error_t parse_file(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 'c':
		arguments->csv = true;
		return 0;
	case 'i':
		arguments->image = (int64_t)sqz_option_number(
		    state, "image", text, 0, INT64_MAX);
		return 0;
	case 't':
		arguments->top = (int64_t)sqz_option_number(state, "top", text,
							    0, INT64_MAX);
		return 0;
	default:
		return sqz_option_file(state, key, text, &arguments->file);
	}
}

/* Of commands that take two. */
static error_t parse_two(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	if (key == ARGP_KEY_ARG && arguments->file && !arguments->other) {
		arguments->other = text;
		return 0;
	}
	if (key == ARGP_KEY_END && arguments->file && !arguments->other)
		argp_error(state, "the second FILE is missing");
	return parse_file(key, text, state);
}

static error_t parse_export(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 'c':
		arguments->export = sqz_export_csv;
		return 0;
	case 'j':
		arguments->export = sqz_export_chrome;
		return 0;
	case 'v':
		arguments->export = sqz_export_vcd;
		return 0;
	case 'o':
		arguments->output = text;
		return 0;
	case ARGP_KEY_END:
		if (!arguments->export)
			argp_error(state, "one of --csv, --chrome and --vcd is "
					  "needed");
		return 0;
	default:
		return parse_file(key, text, state);
	}
}

static int fail(const struct sqz_error *err)
{
	fprintf(stderr, "sqz trace: %s\n", err->text);
	return EXIT_FAILURE;
}

/* The exit status of a command that has printed. */
static int finish(int failed)
{
	if (failed || fflush(stdout)) {
		fprintf(stderr, "sqz trace: cannot write: %s\n",
			strerror(errno));
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

static int run_summary(const struct arguments *arguments)
{
	struct sqz_summary summary;
	struct sqz_error err;

	if (sqz_summary_read(arguments->file, arguments->image, &summary, &err))
		return fail(&err);
	int failed = arguments->csv ? sqz_summary_csv(&summary, stdout)
				    : sqz_summary_print(&summary, stdout);
	sqz_summary_free(&summary);
	return finish(failed);
}

static int run_layers(const struct arguments *arguments)
{
	struct sqz_breakdown breakdown;
	struct sqz_error err;

	if (sqz_breakdown_read(arguments->file, arguments->image, &breakdown,
			       &err))
		return fail(&err);
	int failed = arguments->csv ? sqz_breakdown_csv(&breakdown, stdout)
				    : sqz_breakdown_print(&breakdown, stdout);
	sqz_breakdown_free(&breakdown);
	return finish(failed);
}

static int run_links(const struct arguments *arguments)
{
	uint64_t top = arguments->top < 0 ? 0 : (uint64_t)arguments->top;
	struct sqz_links links;
	struct sqz_error err;

	if (sqz_links_read(arguments->file, &links, &err))
		return fail(&err);
	int failed = arguments->csv ? sqz_links_csv(&links, stdout)
				    : sqz_links_print(&links, top, stdout);
	sqz_links_free(&links);
	return finish(failed);
}

static int run_flows(const struct arguments *arguments)
{
	uint64_t top = arguments->top < 0 ? 10 : (uint64_t)arguments->top;
	struct sqz_packet_flows flows;
	struct sqz_error err;

	if (sqz_packet_flows_read(arguments->file, &flows, &err))
		return fail(&err);
	int failed = arguments->csv
			 ? sqz_packet_flows_csv(&flows, stdout)
			 : sqz_packet_flows_print(&flows, top, stdout);
	sqz_packet_flows_free(&flows);
	return finish(failed);
}

static int run_diff(const struct arguments *arguments)
{
	struct sqz_diff diff;
	struct sqz_error err;

	if (sqz_diff_read(arguments->file, arguments->other, &diff, &err))
		return fail(&err);
	int failed = arguments->csv ? sqz_diff_csv(&diff, stdout)
				    : sqz_diff_print(&diff, stdout);
	sqz_diff_free(&diff);
	return finish(failed);
}

static int run_export(const struct arguments *arguments)
{
	const char *name = arguments->output;
	struct sqz_error err;
	FILE *file = name ? fopen(name, "w") : stdout;

	if (!file) {
		sqz_fail(&err, "%s: cannot create: %s", name, strerror(errno));
		return fail(&err);
	}
	int failed = arguments->export(arguments->file, file, &err);
	int unwritten = ferror(file);
	if (name)
		unwritten |= fclose(file);
	if (failed)
		return fail(&err);
	return finish(unwritten);
}

static void print_check(const struct sqz_trace_check *check)
{
	const struct sqz_trace_result *file = &check->file;
	uint64_t told = check->problems < SQZ_CHECK_LINES ? check->problems
							  : SQZ_CHECK_LINES;

	printf("%" PRIu64 " chunks, %" PRIu32 " tracks, %" PRIu64
	       " slices (at most %" PRIu64 " deep), %" PRIu64
	       " instants, %" PRIu64 " counter values, %" PRIu64 " flows\n",
	       file->chunks, file->tracks, check->slices, check->deepest,
	       check->instants, check->values, check->flows);
	if (!file->complete)
		printf("cut at byte %" PRIu64
		       ": the run did not finish, or the file was cut\n",
		       file->bytes);
	for (uint64_t i = 0; i < told; i++)
		printf("problem: %s\n", check->lines[i]);
	if (check->problems > told)
		printf("and %" PRIu64 " problems more\n",
		       check->problems - told);
	if (!check->problems)
		printf("no problems\n");
}

static int run_check(const struct arguments *arguments)
{
	struct sqz_trace_check check;
	struct sqz_error err;

	if (sqz_trace_check(arguments->file, &check, &err))
		return fail(&err);
	print_check(&check);
	int status = finish(ferror(stdout));
	return check.problems ? EXIT_FAILURE : status;
}

static const struct argp_option SUMMARY_OPTIONS[] = {
	{ "csv", 'c', NULL, 0,
	  "print layers and phases as CSV, with exact integers (ps, fJ)", 0 },
	{ "image", 'i', "N", 0, "count only the layers of image N", 0 },
	{ 0 },
};

static const struct argp_option LAYERS_OPTIONS[] = {
	{ "csv", 'c', NULL, 0, "print CSV, with exact integers (ps)", 0 },
	{ "image", 'i', "N", 0, "count only the layers of image N", 0 },
	{ 0 },
};

static const struct argp_option LINKS_OPTIONS[] = {
	{ "csv", 'c', NULL, 0, "print all links as CSV", 0 },
	{ "top", 't', "N", 0, "print the N that carried most (0: all)", 0 },
	{ 0 },
};

static const struct argp_option FLOWS_OPTIONS[] = {
	{ "csv", 'c', NULL, 0, "print all groups as CSV, without packets", 0 },
	{ "top", 't', "N", 0, "print the N slowest of each kind (10)", 0 },
	{ 0 },
};

static const struct argp_option EXPORT_OPTIONS[] = {
	{ "csv", 'c', NULL, 0, "a line for each slice, instant and value", 0 },
	{ "chrome", 'j', NULL, 0, "JSON of the Trace Event format", 0 },
	{ "vcd", 'v', NULL, 0, "value change dump, for GTKWave", 0 },
	{ "output", 'o', "FILE", 0, "write to FILE, not standard output", 0 },
	{ 0 },
};

static const struct argp_option DIFF_OPTIONS[] = {
	{ "csv", 'c', NULL, 0, "print CSV, with exact integers", 0 },
	{ 0 },
};

static const struct command {
	const char *name;
	const char *title; /* as in the usage line */
	int (*run)(const struct arguments *arguments);
	struct argp argp;
	int (*own)(int argc, char **argv); /* instead: it parses for itself */
} COMMANDS[] = {
	{ "summary",
	  "sqz trace summary",
	  run_summary,
	  { SUMMARY_OPTIONS, parse_file, "FILE",
	    "Time, work, energy and traffic of each layer in a trace.", NULL,
	    NULL, NULL },
	  NULL },
	{ "layers",
	  "sqz trace layers",
	  run_layers,
	  { LAYERS_OPTIONS, parse_file, "FILE",
	    "Where the time of each layer went: shares of array reads, ADC, "
	    "vector units, full buffers, DRAM, waits for the network, "
	    "programming, driver, control and idle time, which add up to "
	    "100 %. Needs a trace of level tiles or packets.",
	    NULL, NULL, NULL },
	  NULL },
	{ "links",
	  "sqz trace links",
	  run_links,
	  { LINKS_OPTIONS, parse_file, "FILE",
	    "What each link of the network carried, how long inputs waited for "
	    "it and why, and when it was used most. Needs a trace of level "
	    "tiles or packets.",
	    NULL, NULL, NULL },
	  NULL },
	{ "flows",
	  "sqz trace flows",
	  run_flows,
	  { FLOWS_OPTIONS, parse_file, "FILE",
	    "Latency of packets, by type, source, destination and flow, and "
	    "the slowest packets. Needs a trace of level packets.",
	    NULL, NULL, NULL },
	  NULL },
	{ "diff",
	  "sqz trace diff",
	  run_diff,
	  { DIFF_OPTIONS, parse_two, "A B",
	    "What B has more than A: time, energy and traffic of each layer, "
	    "and of each resource if both are of level tiles or packets. "
	    "Layers are matched by name.",
	    NULL, NULL, NULL },
	  NULL },
	{ "export",
	  "sqz trace export",
	  run_export,
	  { EXPORT_OPTIONS, parse_export, "FILE",
	    "Writes a trace in another format. VCD keeps all events in memory, "
	    "80 bytes a slice; the others stream.",
	    NULL, NULL, NULL },
	  NULL },
	{ "check",
	  "sqz trace check",
	  run_check,
	  { NULL, parse_file, "FILE",
	    "Checks that a trace is sound: slices nest, flows connect, names "
	    "resolve, counts agree.",
	    NULL, NULL, NULL },
	  NULL },
	{ "critical-path",
	  "sqz trace critical-path",
	  NULL,
	  { 0 },
	  sqz_cmd_trace_critical },
	{ "report", "sqz trace report", NULL, { 0 }, sqz_cmd_trace_report },
	{ "replay", "sqz trace replay", NULL, { 0 }, sqz_cmd_trace_replay },
};

#define COMMAND_COUNT (sizeof(COMMANDS) / sizeof(*COMMANDS))

struct choice {
	const struct command *command;
	int first; /* index of the command's word */
};

static error_t parse_command(int key, char *text, struct argp_state *state)
{
	struct choice *choice = state->input;

	if (key == ARGP_KEY_NO_ARGS)
		argp_error(state, "COMMAND is missing");
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (!strcmp(text, COMMANDS[i].name))
			choice->command = &COMMANDS[i];
	if (!choice->command)
		argp_error(state, "'%s' is no command of sqz trace", text);
	choice->first = state->next - 1;
	state->next = state->argc; /* the rest is the command's */
	return 0;
}

static const struct argp TRACE_ARGP = {
	NULL,
	parse_command,
	"COMMAND FILE",
	"Looks into the trace of a run.\v"
	"Commands:\n"
	"  summary        time, work, energy and traffic of each layer\n"
	"  layers         where the time of each layer went\n"
	"  links          what each link carried, and who waited for it\n"
	"  flows          latency of packets\n"
	"  critical-path  what the run waited for, and what faster would give\n"
	"  diff           two traces beside each other\n"
	"  export         CSV, Chrome JSON or VCD\n"
	"  check          slices nest, flows connect, names resolve\n"
	"  report         an HTML page of one run or two\n"
	"  replay         the packets of a run on another network\n\n"
	"'sqz trace COMMAND --help' tells more. Traces also open in "
	"ui.perfetto.dev.",
	NULL,
	NULL,
	NULL,
};

int sqz_cmd_trace(int argc, char **argv)
{
	struct choice choice = { 0 };
	struct arguments arguments = { .image = -1, .top = -1 };
	char *name = argv[0];

	/* argp takes the name in its messages from argv[0]. */
	argv[0] = (char *)"sqz trace";
	argp_err_exit_status = EXIT_FAILURE;
	error_t failed =
	    argp_parse(&TRACE_ARGP, argc, argv, ARGP_IN_ORDER, NULL, &choice);
	argv[0] = name;
	if (failed)
		return EXIT_FAILURE;
	argc -= choice.first;
	argv += choice.first;
	name = argv[0];
	argv[0] = (char *)choice.command->title;
	if (choice.command->own)
		return choice.command->own(argc, argv);
	failed =
	    argp_parse(&choice.command->argp, argc, argv, 0, NULL, &arguments);
	argv[0] = name;
	return failed ? EXIT_FAILURE : choice.command->run(&arguments);
}
