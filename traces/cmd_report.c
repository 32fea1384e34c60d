#include "traces/cmd_report.h"

#include "traces/page.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct arguments {
	struct sqz_page_run runs[SQZ_PAGE_RUNS];
	size_t traces, reports, settings;
	const char *output;
};

static const struct argp_option OPTIONS[] = {
	{ "output", 'o', "FILE", 0, "write the page to FILE", 0 },
	{ "report", 'r', "FILE", 0,
	  "JSON of 'sqz run --report' of this trace's run: energy by "
	  "component, "
	  "crossbars without squeeze",
	  0 },
	{ "settings", 's', "FILE", 0,
	  "what 'sqz run --dump-config' printed for this run: its "
	  "configuration",
	  0 },
	{ 0 },
};

/* The next place of count, of at most SQZ_PAGE_RUNS. */
static struct sqz_page_run *next_run(struct arguments *arguments, size_t *count,
				     const char *what, struct argp_state *state)
{
	if (*count == SQZ_PAGE_RUNS)
		argp_error(state, "at most two %s", what);
	return &arguments->runs[(*count)++];
}

static void check(const struct arguments *arguments, struct argp_state *state)
{
	if (!arguments->traces)
		argp_error(state, "TRACE is missing");
	if (!arguments->output)
		argp_error(state, "-o FILE is missing");
	if (arguments->reports > arguments->traces ||
	    arguments->settings > arguments->traces)
		argp_error(state, "more --report or --settings than traces");
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 'o':
		arguments->output = text;
		return 0;
	case 'r':
		next_run(arguments, &arguments->reports, "--report", state)
		    ->report = text;
		return 0;
	case 's':
		next_run(arguments, &arguments->settings, "--settings", state)
		    ->settings = text;
		return 0;
	case ARGP_KEY_ARG:
		next_run(arguments, &arguments->traces, "traces", state)
		    ->trace = text;
		return 0;
	case ARGP_KEY_END:
		check(arguments, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp ARGP = {
	OPTIONS,
	parse,
	"TRACE [TRACE] -o FILE",
	"Writes one HTML file that shows a run, or compares two: time and "
	"energy by layer, use of links over time, timeline. It opens without "
	"a network.\v"
	"With two traces the first --report and --settings belong to the "
	"first, the second to the second.",
	NULL,
	NULL,
	NULL,
};

/* The page lies beside the program in the build folder. */
static int template_path(char *path, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", path, size);

	if (length <= 0 || (size_t)length >= size)
		return -1;
	path[length] = '\0';
	char *slash = strrchr(path, '/');
	size_t room = size - (size_t)(slash + 1 - path);
	return snprintf(slash + 1, room, "%s", SQZ_PAGE_PATH) < (int)room ? 0
									  : -1;
}

int sqz_cmd_trace_report(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	struct sqz_error err;
	char path[4096];

	argp_err_exit_status = EXIT_FAILURE;
	if (argp_parse(&ARGP, argc, argv, 0, NULL, &arguments))
		return EXIT_FAILURE;
	if (template_path(path, sizeof(path)) || access(path, R_OK)) {
		fprintf(stderr,
			"sqz trace report: the page is not built, because "
			"that needs npm and once its registry; with npm "
			"installed build again\n");
		return EXIT_FAILURE;
	}
	if (sqz_page_write(arguments.runs, arguments.traces, path,
			   arguments.output, &err)) {
		fprintf(stderr, "sqz trace report: %s\n", err.text);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
