/* The front command: `sqz VERB ...`. */
#include <stdio.h>
#include <string.h>

#include "cmd_eval.h"
#include "cmd_map.h"
#include "cmd_run.h"
#include "cmd_similarity.h"
#include "noc/cmd_noc.h"
#include "traces/cmd_trace.h"
#include "traces/sweep/cmd_sweep.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} VERBS[] = {
	{ "map", sqz_cmd_map, "a network into a .sqz image for a chip" },
	{ "similarity", sqz_cmd_similarity,
	  "what column similarity gains on a network" },
	{ "eval", sqz_cmd_eval, "accuracy of the integer network, by scheme" },
	{ "run", sqz_cmd_run, "an image on the virtual chip" },
	{ "noc", sqz_cmd_noc, "synthetic traffic on the chip's network" },
	{ "sweep", sqz_cmd_sweep, "a study: many of these, one table" },
	{ "trace", sqz_cmd_trace, "read a run's timing trace back" },
};

#define VERB_COUNT (sizeof(VERBS) / sizeof(VERBS[0]))

static void usage(FILE *out)
{
	fprintf(out, "Usage: sqz VERB [OPTION...]\n\n"
		     "Squeezebox, a virtual ReRAM accelerator.\n\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		fprintf(out, "  %-12s%s\n", VERBS[i].name, VERBS[i].summary);
	fprintf(out, "\n`sqz VERB --help` tells more.\n");
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return 1;
	}
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (!strcmp(argv[1], VERBS[i].name))
			return VERBS[i].run(argc - 1, argv + 1);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return 0;
	}
	fprintf(stderr, "sqz: unknown verb %s; `sqz --help` lists them\n",
		argv[1]);
	return 1;
}
