#include "noc/cmd_replay.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "noc/replay_report.h"
#include "reader/config_options.h"

#define MOST_OVERRIDES 64
#define MOST_LINKS     1000000

struct arguments {
	const char *file;
	const char *overrides[MOST_OVERRIDES];
	int override_count;
	uint64_t top;
	bool csv;
};

static const struct argp_option OPTIONS[] = {
	{ "set", 's', "noc.KEY=VALUE", 0,
	  "override one setting of the network, as noc.link_cycles=2; may be "
	  "repeated",
	  0 },
	{ "csv", 'c', NULL, 0, "print CSV, with exact integers (ps)", 0 },
	{ "top", 't', "N", 0, "print the N busiest links (10)", 0 },
	{ 0 },
};

static const char DOC[] =
    "Lets the packets of a run cross another network, without CPU, tiles and "
    "memories. A packet leaves when what it waited for has happened, never at "
    "a recorded time. Needs a whole trace of level packets."
    "\v"
    "Without --set the network is that of the run, and all latencies are "
    "equal. What cannot be known from a trace: which tiles a mapper would use "
    "on another mesh, and who would win where the CPU waits for several "
    "things.";

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 's':
		if (arguments->override_count == MOST_OVERRIDES)
			argp_error(state, "--set: more than %d of them",
				   MOST_OVERRIDES);
		arguments->overrides[arguments->override_count++] = text;
		return 0;
	case 'c':
		arguments->csv = true;
		return 0;
	case 't':
		arguments->top =
		    sqz_option_number(state, "top", text, 0, MOST_LINKS);
		return 0;
	default:
		return sqz_option_file(state, key, text, &arguments->file);
	}
}

static int print(const struct arguments *arguments,
		 const struct sqz_cause_graph *causes,
		 const struct sqz_replay_settings *settings,
		 const struct sqz_replay *replay, struct sqz_error *err)
{
	struct sqz_replay_report report;

	if (sqz_replay_report(causes, settings, replay, &report, err))
		return -1;
	int failed = arguments->csv
			 ? sqz_replay_csv(&report, stdout)
			 : sqz_replay_print(&report, arguments->top, stdout);
	sqz_replay_report_free(&report);
	if (failed || fflush(stdout))
		return sqz_fail(err, "cannot write: %s", strerror(errno));
	return 0;
}

static int replay(const struct arguments *arguments,
		  const struct sqz_cause_graph *causes, struct sqz_error *err)
{
	struct sqz_replay_settings settings;
	struct sqz_replay replay;

	if (sqz_replay_settings(arguments->file, causes, arguments->overrides,
				arguments->override_count, &settings, err))
		return -1;
	int failed = sqz_replay_run(causes, &settings, &replay, err);
	if (!failed) {
		failed = print(arguments, causes, &settings, &replay, err);
		sqz_replay_free(&replay);
	}
	sqz_replay_settings_free(&settings);
	return failed;
}

int sqz_cmd_trace_replay(int argc, char **argv)
{
	static const struct argp ARGP = { OPTIONS, parse, "FILE", DOC,
					  NULL,	   NULL,  NULL };
	struct arguments arguments = { .top = 10 };
	struct sqz_cause_graph causes;
	struct sqz_error err;

	if (argp_parse(&ARGP, argc, argv, 0, NULL, &arguments))
		return EXIT_FAILURE;
	int failed = sqz_causes_read(arguments.file, &causes, &err);
	if (!failed) {
		failed = replay(&arguments, &causes, &err);
		sqz_causes_free(&causes);
	}
	if (failed)
		fprintf(stderr, "sqz trace: %s\n", err.text);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
