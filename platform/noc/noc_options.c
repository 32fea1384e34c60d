#include "noc/noc_options.h"

#include <argp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_RATES  10000
#define MAX_CYCLES 10000000000u
#define MAX_SEEDS  1000
#define MAX_FLITS  65536

enum {
	KEY_TRAFFIC = 256,
	KEY_TRACE,
	KEY_HOTSPOT,
	KEY_RATE,
	KEY_PACKET_FLITS,
	KEY_BURSTS,
	KEY_SEED,
	KEY_SEEDS,
	KEY_JOBS,
	KEY_CYCLES,
	KEY_WARMUP,
	KEY_LATENCY_LIMIT,
	KEY_CSV,
	KEY_LINKS,
	KEY_PLOT,
	KEY_PAST_SATURATION,
	KEY_FIND_SATURATION,
	KEY_COMPARE_FIDELITY,
};

static const struct argp_option OPTIONS[] = {
	{ 0, 0, 0, 0, "Traffic:", 2 },
	{ "traffic", KEY_TRAFFIC, "NAME", 0,
	  "uniform (default), transpose, bit-complement, bit-reverse, shuffle, "
	  "tornado, neighbor or hotspot, as BookSim2 defines them",
	  2 },
	{ "trace", KEY_TRACE, "FILE", 0,
	  "instead, the packets of a run, from its trace of level packets: "
	  "each leaves when what it waited for has happened. On the network "
	  "of the run unless --config is given, with --set",
	  2 },
	{ "hotspot", KEY_HOTSPOT, "NODE:SHARE", 0,
	  "the hot node and what it gets beside uniform traffic (default "
	  "5:0.1)",
	  2 },
	{ "rate", KEY_RATE, "R|LO:HI:STEP", 0,
	  "flits offered per node and cycle (default 0.1); a range ends at the "
	  "first saturated load",
	  2 },
	{ "packet-flits", KEY_PACKET_FLITS, "L[:W],...", 0,
	  "packet length (default 4), or lengths with weights, as 1:3,5:1", 2 },
	{ "bursts", KEY_BURSTS, "ON:OFF", 0,
	  "on/off sources: probabilities by which a burst begins and ends in a "
	  "cycle (default: Bernoulli sources)",
	  2 },
	{ 0, 0, 0, 0, "Measurement:", 3 },
	{ "cycles", KEY_CYCLES, "N", 0, "cycles measured (default 100000)", 3 },
	{ "warmup", KEY_WARMUP, "N", 0, "cycles before them (default 10000)",
	  3 },
	{ "seed", KEY_SEED, "S", 0, "first seed (default 1)", 3 },
	{ "seeds", KEY_SEEDS, "N", 0,
	  "average over so many seeds, S and those that follow (default 1)",
	  3 },
	{ "jobs", KEY_JOBS, "N", 0,
	  "processes at a time (default: one for each processor)", 3 },
	{ "latency-limit", KEY_LATENCY_LIMIT, "CYCLES", 0,
	  "a load is saturated if packets take longer on average (default "
	  "1000), less than 95 % of the offered flits arrive, or packets "
	  "are left over after as many cycles again as are measured",
	  3 },
	{ "past-saturation", KEY_PAST_SATURATION, 0, 0,
	  "do not end a range at the first saturated load", 3 },
	{ "find-saturation", KEY_FIND_SATURATION, 0, 0,
	  "find the largest load, to 0.001, at which packets take at most "
	  "three times as long as at load 0.005",
	  3 },
	{ "compare-fidelity", KEY_COMPARE_FIDELITY, 0, 0,
	  "run every load at flit level and at packet level (noc.fidelity) and "
	  "print the packet level's error",
	  3 },
	{ 0, 0, 0, 0, "Output:", 4 },
	{ "csv", KEY_CSV, "FILE", 0, "write the table as CSV", 4 },
	{ "links", KEY_LINKS, "FILE", 0,
	  "write the use of every link as CSV, at the last load that is not "
	  "saturated",
	  4 },
	{ "plot", KEY_PLOT, "PREFIX", 0,
	  "draw PREFIX-latency.png and PREFIX-links.png (wants gnuplot)", 4 },
	{ 0 },
};

static const char DOC[] =
    "Offers synthetic traffic, or that of a run, to the chip's network, "
    "without CPU and tiles, and measures latency and throughput."
    "\v"
    "The sources' queues are endless; packet latency counts from a packet's "
    "creation, network latency from its head's injection, both to the ejection "
    "of its tail, in cycles.";

_Noreturn static void refuse(struct argp_state *state, const char *name,
			     const char *text, const char *wants)
{
	argp_failure(state, argp_err_exit_status, 0, "--%s %s: wants %s", name,
		     text, wants);
	exit(argp_err_exit_status);
}

/* Reads numbers with colons between them. How many, or -1. */
static int split_numbers(const char *text, double *values, int max)
{
	for (int count = 0; count < max; text++) {
		char *end = NULL;
		values[count] = strtod(text, &end);
		if (end == text || !isfinite(values[count]))
			return -1;
		count++;
		if (!*end)
			return count;
		if (*end != ':')
			return -1;
		text = end;
	}
	return -1;
}

static void take_rates(struct argp_state *state, const char *text,
		       struct sqz_noc_rates *rates)
{
	double v[3];
	int count = split_numbers(text, v, 3);

	if (count != 1 && count != 3)
		refuse(state, "rate", text, "R or LO:HI:STEP");
	*rates = (struct sqz_noc_rates){ v[0], count == 3 ? v[1] : v[0],
					 count == 3 ? v[2] : 1 };
	if (!(rates->low >= 0 && rates->high <= 1))
		refuse(state, "rate", text,
		       "rates from 0 to 1 flits per node and cycle");
	if (!(rates->step > 0 && rates->low <= rates->high) ||
	    (rates->high - rates->low) / rates->step > MAX_RATES)
		refuse(state, "rate", text,
		       "LO not above HI, and STEP above 0 and not tiny");
}

static int read_size(const char *text, struct sqz_noc_sizes *sizes)
{
	double v[2] = { 0, 1 };

	if (split_numbers(text, v, 2) < 0 || sizes->count == SQZ_NOC_SIZES ||
	    !(v[0] >= 1 && v[0] <= MAX_FLITS) || v[0] != floor(v[0]) ||
	    !(v[1] > 0))
		return -1;
	sizes->flits[sizes->count] = (unsigned)v[0];
	sizes->weight[sizes->count++] = v[1];
	return 0;
}

static void take_sizes(struct argp_state *state, const char *text,
		       struct sqz_noc_sizes *sizes)
{
	char *copy = strdup(text), *rest = copy;

	sizes->count = 0;
	for (char *part; (part = strsep(&rest, ","));)
		if (read_size(part, sizes))
			refuse(state, "packet-flits", text,
			       "up to 8 lengths from 1 to 65536 flits, as 4 or "
			       "1:3,5:1");
	free(copy);
}

static void take_bursts(struct argp_state *state, const char *text,
			struct sqz_noc_bursts *bursts)
{
	double v[2];

	if (split_numbers(text, v, 2) != 2 || !(v[0] > 0 && v[0] <= 1) ||
	    !(v[1] >= 0 && v[1] <= 1))
		refuse(state, "bursts", text,
		       "two probabilities, as 0.01:0.05, the first above 0");
	*bursts = (struct sqz_noc_bursts){ v[0], v[1] };
}

static void take_hotspot(struct argp_state *state, const char *text,
			 struct sqz_noc_load *load)
{
	double v[2];

	if (split_numbers(text, v, 2) != 2 || !(v[0] >= 0 && v[0] < 65536) ||
	    v[0] != floor(v[0]) || !(v[1] >= 0 && v[1] <= 1))
		refuse(state, "hotspot", text,
		       "a node and a share from 0 to 1, as 5:0.1");
	load->hot_node = (unsigned)v[0];
	load->hot_share = v[1];
}

static void take_traffic(struct argp_state *state, const char *name,
			 struct sqz_noc_load *load)
{
	struct sqz_error err;

	if (sqz_noc_pattern_find(name, &load->pattern, &err))
		argp_failure(state, argp_err_exit_status, 0, "--traffic: %s",
			     err.text);
}

static void take_limit(struct argp_state *state, const char *text,
		       double *limit)
{
	if (split_numbers(text, limit, 1) != 1 || !(*limit > 0))
		refuse(state, "latency-limit", text, "cycles, more than 0");
}

/* Options that say what is measured. */
static error_t parse_load(int key, char *arg, struct argp_state *state)
{
	struct sqz_noc_options *options = state->input;
	struct sqz_noc_load *load = &options->load;

	switch (key) {
	case KEY_TRAFFIC:
		take_traffic(state, arg, load);
		return 0;
	case KEY_HOTSPOT:
		take_hotspot(state, arg, load);
		return 0;
	case KEY_RATE:
		take_rates(state, arg, &options->rates);
		return 0;
	case KEY_PACKET_FLITS:
		take_sizes(state, arg, &load->sizes);
		return 0;
	case KEY_BURSTS:
		take_bursts(state, arg, &load->bursts);
		return 0;
	case KEY_CYCLES:
		load->measure_cycles =
		    sqz_option_number(state, "cycles", arg, 1, MAX_CYCLES);
		load->drain_cycles = load->measure_cycles;
		return 0;
	case KEY_WARMUP:
		load->warmup_cycles =
		    sqz_option_number(state, "warmup", arg, 0, MAX_CYCLES);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What a trace settles by itself. */
static const struct {
	int key;
	const char *name;
} SYNTHETIC[] = {
	{ KEY_TRAFFIC, "traffic" },
	{ KEY_HOTSPOT, "hotspot" },
	{ KEY_RATE, "rate" },
	{ KEY_PACKET_FLITS, "packet-flits" },
	{ KEY_BURSTS, "bursts" },
	{ KEY_CYCLES, "cycles" },
	{ KEY_WARMUP, "warmup" },
	{ KEY_SEED, "seed" },
	{ KEY_SEEDS, "seeds" },
	{ KEY_LATENCY_LIMIT, "latency-limit" },
	{ KEY_PAST_SATURATION, "past-saturation" },
	{ KEY_FIND_SATURATION, "find-saturation" },
	{ KEY_COMPARE_FIDELITY, "compare-fidelity" },
};

static void note_synthetic(int key, struct sqz_noc_options *options)
{
	for (size_t i = 0; i < sizeof(SYNTHETIC) / sizeof(*SYNTHETIC); i++)
		if (SYNTHETIC[i].key == key)
			options->synthetic = SYNTHETIC[i].name;
}

static void check(const struct sqz_noc_options *options,
		  struct argp_state *state)
{
	if (options->trace && options->synthetic)
		argp_failure(state, argp_err_exit_status, 0,
			     "--trace has traffic and length of its own: "
			     "without --%s",
			     options->synthetic);
	if (options->compare_fidelity &&
	    (options->csv || options->links || options->plot ||
	     options->find_saturation))
		argp_failure(state, argp_err_exit_status, 0,
			     "--compare-fidelity prints its own table: without "
			     "--csv, --links, --plot and --find-saturation");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct sqz_noc_options *options = state->input;

	note_synthetic(key, options);
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->config;
		return 0;
	case KEY_TRACE:
		options->trace = arg;
		return 0;
	case KEY_SEED:
		options->first_seed =
		    sqz_option_number(state, "seed", arg, 0, UINT32_MAX);
		return 0;
	case KEY_SEEDS:
		options->seeds = (unsigned)sqz_option_number(state, "seeds",
							     arg, 1, MAX_SEEDS);
		return 0;
	case KEY_JOBS:
		options->jobs =
		    (unsigned)sqz_option_number(state, "jobs", arg, 1, 1024);
		return 0;
	case KEY_LATENCY_LIMIT:
		take_limit(state, arg, &options->latency_limit);
		return 0;
	case KEY_CSV:
		options->csv = arg;
		return 0;
	case KEY_LINKS:
		options->links = arg;
		return 0;
	case KEY_PLOT:
		options->plot = arg;
		return 0;
	case KEY_PAST_SATURATION:
		options->past_saturation = true;
		return 0;
	case KEY_FIND_SATURATION:
		options->find_saturation = true;
		return 0;
	case KEY_COMPARE_FIDELITY:
		options->compare_fidelity = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_failure(state, argp_err_exit_status, 0,
			     "%s: there are only options", arg);
		return 0;
	case ARGP_KEY_END:
		check(options, state);
		return 0;
	default:
		return parse_load(key, arg, state);
	}
}

static unsigned processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count > 0 ? (unsigned)count : 1;
}

void sqz_noc_options_parse(int argc, char **argv,
			   struct sqz_noc_options *options)
{
	static const struct argp_child CHILDREN[] = {
		{ &sqz_config_argp, 0,
		  "Network (default: configs/default.cfg):", 1 },
		{ 0 }
	};
	static const struct argp ARGP = { OPTIONS,  parse, NULL, DOC,
					  CHILDREN, NULL,  NULL };

	*options = (struct sqz_noc_options){
		.load = sqz_noc_load_default(),
		.rates = { 0.1, 0.1, 1 },
		.first_seed = 1,
		.seeds = 1,
		.jobs = processors(),
		.latency_limit = 1000,
	};
	argv[0] = (char *)"sqz noc";
	argp_err_exit_status = 1;
	argp_parse(&ARGP, argc, argv, 0, NULL, options);
}

/* A range ends at its last step, whatever the last bit of the sum says. */
unsigned sqz_noc_rate_count(const struct sqz_noc_rates *rates)
{
	return 1 + (unsigned)((rates->high - rates->low) / rates->step + 1e-6);
}

double sqz_noc_rate_at(const struct sqz_noc_rates *rates, unsigned index)
{
	double rate = rates->low + index * rates->step;

	return rate < rates->high ? rate : rates->high;
}
