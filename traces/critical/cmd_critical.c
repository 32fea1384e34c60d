#include "traces/critical/cmd_critical.h"

#include "reader/config_options.h"
#include "traces/critical/critical.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SEGMENTS 1000000

struct arguments {
	const char *file;
	struct critical_options options;
	bool csv;
};

static const struct argp_option OPTIONS[] = {
	{ "by", 'b', "PERCENT", 0, "how much less time resources take (10)",
	  0 },
	{ "csv", 'c', NULL, 0, "print CSV, with exact integers (ps)", 0 },
	{ "image", 'i', "N", 0, "only while the layers of image N ran", 0 },
	{ "images", 'a', NULL, 0,
	  "from the first layer's begin to the last one's end: without boot "
	  "and programming before, and what comes after",
	  0 },
	{ "layer", 'l', "N", 0, "only the path's part in layer N", 0 },
	{ "top", 't', "N", 0, "print the N longest segments (10)", 0 },
	{ 0 },
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	struct critical_options *options = &arguments->options;

	switch (key) {
	case 'a':
		options->layers = true;
		return 0;
	case 'b':
		options->percent =
		    (uint32_t)sqz_option_number(state, "by", text, 1, 99);
		return 0;
	case 'c':
		arguments->csv = true;
		return 0;
	case 'i':
		options->image = (int64_t)sqz_option_number(state, "image",
							    text, 0, INT64_MAX);
		return 0;
	case 'l':
		options->layer =
		    (int64_t)sqz_option_number(state, "layer", text, 0, 65534);
		return 0;
	case 't':
		options->top = (size_t)sqz_option_number(state, "top", text, 0,
							 MOST_SEGMENTS);
		return 0;
	default:
		return sqz_option_file(state, key, text, &arguments->file);
	}
}

static const struct argp ARGP = {
	OPTIONS,
	parse,
	"FILE",
	"The critical path through a run: what the run waited for at every "
	"time, by resource and layer, in shares that add up to 100 %; and what "
	"the run would gain if a resource took less time. Needs a trace of "
	"level packets.",
	NULL,
	NULL,
	NULL,
};

int sqz_cmd_trace_critical(int argc, char **argv)
{
	struct arguments arguments = {
		.options = { .image = -1,
			     .layer = -1,
			     .percent = 10,
			     .top = 10 },
	};
	struct critical critical;
	struct sqz_error err;

	argp_err_exit_status = EXIT_FAILURE;
	if (argp_parse(&ARGP, argc, argv, 0, NULL, &arguments))
		return EXIT_FAILURE;
	if (critical_read(arguments.file, &arguments.options, &critical,
			  &err)) {
		fprintf(stderr, "sqz trace: %s\n", err.text);
		return EXIT_FAILURE;
	}
	int failed = arguments.csv ? critical_csv(&critical, stdout)
				   : critical_print(&critical, stdout);
	critical_free(&critical);
	if (failed || fflush(stdout)) {
		fprintf(stderr, "sqz trace: cannot write: %s\n",
			strerror(errno));
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
