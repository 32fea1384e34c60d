#include "run_options.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_IMAGES                                                         \
	"/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz"
#define DEFAULT_COUNT	 10
#define DEFAULT_GDB_PORT 1234
#define PS_PER_MS	 1000000000u
#define MS_MAX		 4294967295.0

enum {
	KEY_FIRMWARE = 256,
	KEY_HOST,
	KEY_IMAGES,
	KEY_LABELS,
	KEY_FIRST,
	KEY_COUNT,
	KEY_IN_FLIGHT,
	KEY_CHAIN,
	KEY_TRACE,
	KEY_TRACE_LEVEL,
	KEY_TRACE_NODES,
	KEY_TRACE_WINDOW,
	KEY_TRACE_LAST,
	KEY_REPORT,
	KEY_TIMING,
	KEY_LOGITS,
	KEY_TABLE,
	KEY_NOC_TABLE,
	KEY_BESIDE,
	KEY_QUIET,
	KEY_UART,
	KEY_UART_INPUT,
	KEY_LIMIT,
	KEY_GDB,
};

static const struct argp_option OPTIONS[] = {
	{ "firmware", KEY_FIRMWARE, "ELF", 0,
	  "program for the host (default: the inference application)", 0 },
	{ "host", KEY_HOST, "MODE", 0,
	  "riscv (default): the firmware is an ELF file for the virtual CPU; "
	  "native: a shared object for this machine, whose computing takes no "
	  "simulated time",
	  0 },
	{ "images", KEY_IMAGES, "FILE", 0,
	  "test pictures, IDX, gzip or plain (default: Fashion-MNIST's test "
	  "split)",
	  0 },
	{ "labels", KEY_LABELS, "FILE", 0,
	  "their labels (default: found by the pictures' file name)", 0 },
	{ "first", KEY_FIRST, "N", 0, "first picture (default 0)", 0 },
	{ "count", KEY_COUNT, "N", 0, "pictures to run (default 10)", 0 },
	{ "in-flight", KEY_IN_FLIGHT, "N", 0,
	  "pictures on the chip at a time (default 1)", 0 },
	{ "chain", KEY_CHAIN, 0, 0, "let the layers of a picture overlap", 0 },
	{ "trace", KEY_TRACE, "FILE", 0,
	  "write a timing trace; opens in ui.perfetto.dev", 0 },
	{ "trace-level", KEY_TRACE_LEVEL, "LEVEL", 0,
	  "off, layers, tiles (default) or packets", 0 },
	{ "trace-nodes", KEY_TRACE_NODES, "LIST", 0,
	  "of the work of tiles, and of packets, only what these nodes do, "
	  "such as 0,4-7",
	  0 },
	{ "trace-window", KEY_TRACE_WINDOW, "FROM-TO", 0,
	  "of the work of tiles, packets and counters only what is between "
	  "these milliseconds of simulated time",
	  0 },
	{ "trace-last", KEY_TRACE_LAST, "MS", 0,
	  "keep only the last milliseconds of simulated time, in memory, and "
	  "write them when the run ends or fails",
	  0 },
	{ "report", KEY_REPORT, "FILE", 0, "write a JSON report", 0 },
	{ "timing", KEY_TIMING, "FILE", 0,
	  "write how long the simulation itself took (JSON)", 0 },
	{ "logits", KEY_LOGITS, "FILE", 0,
	  "write what the firmware posted as text: picture, top-1, logits", 0 },
	{ "table", KEY_TABLE, 0, 0, "print the per-layer table at the end", 0 },
	{ "noc-table", KEY_NOC_TABLE, 0, 0,
	  "print latencies, busiest links and largest flows at the end", 0 },
	{ "beside", KEY_BESIDE, "REPORT", 0,
	  "print the per-layer table beside that of another run's report", 0 },
	{ "quiet", KEY_QUIET, 0, 0, "do not print what the UART sends", 0 },
	{ "uart", KEY_UART, "WHERE", 0,
	  "the UART's other end: stdio (also takes input), pty, or file:PATH "
	  "(default: standard output)",
	  0 },
	{ "uart-input", KEY_UART_INPUT, "FILE", 0,
	  "what is typed at the UART, by script (docs/debugging.md)", 0 },
	{ "limit-ms", KEY_LIMIT, "MS", 0,
	  "give up after this much simulated time", 0 },
	{ "gdb", KEY_GDB, "PORT", OPTION_ARG_OPTIONAL,
	  "wait for GDB on 127.0.0.1:PORT before the first instruction "
	  "(default 1234; 0: any free port)",
	  0 },
	{ 0 },
};

static const char DOC[] =
    "Boots the virtual chip with IMAGE (made by `sqz map`) in its flash, runs "
    "the firmware on the host CPU, and compares every logit with the integer "
    "reference."
    "\v"
    "Exit status: the firmware's own code if it is not 0; else 3 if a logit "
    "differs or is missing; else 0; 1 if the run could not take place.";

static void take_level(struct argp_state *state, const char *text,
		       struct sqz_run_options *options)
{
	struct sqz_error err;

	if (sqz_trace_level_parse(text, &options->trace_level, &err))
		argp_failure(state, argp_err_exit_status, 0,
			     "--trace-level: %s", err.text);
}

/* "1.5-2", in ms; digits behind the picosecond are dropped. */
static void take_window(struct argp_state *state, const char *text,
			struct sqz_run_options *options)
{
	double from, to;
	char rest;

	if (sscanf(text, "%lf-%lf%c", &from, &to, &rest) != 2 || from < 0 ||
	    !(from < to) || to > MS_MAX)
		argp_error(state, "--trace-window: '%s' is no FROM-TO in ms",
			   text);
	options->trace_from_ps = (uint64_t)(from * PS_PER_MS);
	options->trace_to_ps = (uint64_t)(to * PS_PER_MS);
}

static void take_last(struct argp_state *state, const char *text,
		      struct sqz_run_options *options)
{
	double last;
	char rest;

	if (sscanf(text, "%lf%c", &last, &rest) != 1 || !(last > 0) ||
	    last > MS_MAX || last * PS_PER_MS < 1)
		argp_error(state, "--trace-last: '%s' is no time in ms", text);
	options->trace_last_ps = (uint64_t)(last * PS_PER_MS);
}

static bool parse_host(struct argp_state *state, const char *text)
{
	if (!strcmp(text, "native"))
		return true;
	if (strcmp(text, "riscv"))
		argp_error(state, "--host %s: must be riscv or native", text);
	return false;
}

static void check(struct argp_state *state,
		  const struct sqz_run_options *options)
{
	if (!options->config.path)
		argp_error(state, "--config FILE is needed");
	if (!options->image && !options->config.dump)
		argp_error(state, "IMAGE is needed");
	if (options->gdb && options->native)
		argp_error(state, "--gdb: with --host native, run sqz itself "
				  "under gdb");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct sqz_run_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->config;
		return 0;
	case KEY_LOGITS:
		options->logits = arg;
		return 0;
	case KEY_FIRMWARE:
		options->firmware = arg;
		return 0;
	case KEY_HOST:
		options->native = parse_host(state, arg);
		return 0;
	case KEY_IMAGES:
		options->images = arg;
		return 0;
	case KEY_LABELS:
		options->labels = arg;
		return 0;
	case KEY_FIRST:
		options->first = (uint32_t)sqz_option_number(
		    state, "first", arg, 0, UINT32_MAX);
		return 0;
	case KEY_COUNT:
		options->count = (uint32_t)sqz_option_number(
		    state, "count", arg, 1, UINT32_MAX);
		return 0;
	case KEY_IN_FLIGHT:
		options->in_flight = (uint32_t)sqz_option_number(
		    state, "in-flight", arg, 1, UINT16_MAX);
		return 0;
	case KEY_CHAIN:
		options->chain = true;
		return 0;
	case KEY_TRACE:
		options->trace = arg;
		return 0;
	case KEY_TRACE_LEVEL:
		take_level(state, arg, options);
		return 0;
	case KEY_TRACE_NODES:
		options->trace_nodes = arg;
		return 0;
	case KEY_TRACE_WINDOW:
		take_window(state, arg, options);
		return 0;
	case KEY_TRACE_LAST:
		take_last(state, arg, options);
		return 0;
	case KEY_REPORT:
		options->report = arg;
		return 0;
	case KEY_TIMING:
		options->timing = arg;
		return 0;
	case KEY_TABLE:
		options->table = true;
		return 0;
	case KEY_NOC_TABLE:
		options->noc_table = true;
		return 0;
	case KEY_BESIDE:
		options->beside = arg;
		return 0;
	case KEY_QUIET:
		options->quiet_uart = true;
		return 0;
	case KEY_UART:
		options->uart = arg;
		return 0;
	case KEY_UART_INPUT:
		options->uart_input = arg;
		return 0;
	case KEY_LIMIT:
		options->limit_ps =
		    sqz_option_number(state, "limit-ms", arg, 0, UINT32_MAX) *
		    PS_PER_MS;
		return 0;
	case KEY_GDB:
		options->gdb = true;
		if (arg)
			options->gdb_port = (uint16_t)sqz_option_number(
			    state, "gdb", arg, 0, UINT16_MAX);
		return 0;
	case ARGP_KEY_ARG:
		if (options->image)
			return ARGP_ERR_UNKNOWN;
		options->image = arg;
		return 0;
	case ARGP_KEY_END:
		check(state, options);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void sqz_run_options_parse(int argc, char **argv,
			   struct sqz_run_options *options)
{
	static const struct argp_child CHILDREN[] = {
		{ &sqz_config_argp, 0, NULL, 0 }, { 0 }
	};
	static const struct argp ARGP = { OPTIONS,  parse, "IMAGE", DOC,
					  CHILDREN, NULL,  NULL };

	*options = (struct sqz_run_options){
		.images = DEFAULT_IMAGES,
		.count = DEFAULT_COUNT,
		.in_flight = 1,
		.gdb_port = DEFAULT_GDB_PORT,
		.trace_level = SQZ_TRACE_TILES,
		.trace_to_ps = UINT64_MAX,
	};
	argv[0] = (char *)"sqz run";
	argp_err_exit_status = 1;
	argp_parse(&ARGP, argc, argv, 0, NULL, options);
}
