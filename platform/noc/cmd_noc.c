#include "noc/cmd_noc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "noc/noc_output.h"
#include "noc/noc_settings.h"
#include "noc/noc_trace.h"
#include "node/packet.h"

#define MAX_PATH 4096

struct job {
	struct sqz_noc_options options;
	struct sqz_config config;
	struct sqz_noc_config settings;
	struct sqz_noc *noc; /* never stepped: it knows the links */
	struct sqz_noc_trace trace;
};

/* The configuration file that the build has put beside the program. */
static int default_config(char *path, size_t size, struct sqz_error *err)
{
	ssize_t length = readlink("/proc/self/exe", path, size);

	if (length <= 0 || (size_t)length >= size)
		return sqz_fail(err, "--config FILE is needed");
	path[length] = '\0';
	char *name = strrchr(path, '/') + 1;
	snprintf(name, size - (size_t)(name - path), "%s",
		 SQZ_DEFAULT_CONFIG_PATH);
	return 0;
}

static int load_config(struct job *job, struct sqz_error *err)
{
	const struct sqz_config_options *o = &job->options.config;
	char path[MAX_PATH];

	if (job->options.trace)
		return sqz_noc_trace_open(&job->options, &job->config,
					  &job->trace, err);
	if (!o->path && default_config(path, sizeof(path), err))
		return -1;
	return sqz_config_load_network(&job->config, o->path ? o->path : path,
				       o->overrides, o->override_count, err);
}

static int load_settings(struct job *job, struct sqz_error *err)
{
	const unsigned classes = job->options.trace ? SQZ_CLASSES : 1;

	if (load_config(job, err))
		return -1;
	if (job->options.config.dump)
		return 0;
	if (sqz_noc_settings_from(&job->config, classes, &job->settings, err))
		return -1;
	job->noc = sqz_noc_create(&job->settings, err);
	return job->noc ? 0 : -1;
}

static int write_outputs(const struct sqz_noc_results *results,
			 struct sqz_error *err)
{
	const struct sqz_noc_options *o = results->options;

	sqz_noc_print_table(results, stdout);
	if (o->csv && sqz_noc_write_csv(results, o->csv, err))
		return -1;
	if (o->links && sqz_noc_write_links(results, o->links, err))
		return -1;
	return o->plot ? sqz_noc_plot(results, o->plot, err) : 0;
}

static int run(struct job *job, struct sqz_error *err)
{
	struct sqz_noc_sweep sweep;
	struct sqz_noc_saturation found;
	const struct sqz_noc_results results = { &job->options, &job->config,
						 job->noc, &sweep };
	uint64_t *cycles = &job->options.load.measure_cycles;
	int failed =
	    job->options.trace
		? sqz_noc_trace_run(&job->trace, &sweep, cycles, err)
		: sqz_noc_sweep_run(&job->options, &job->settings, &sweep, err);
	failed = failed || write_outputs(&results, err);

	sqz_noc_sweep_free(&sweep);
	if (failed || !job->options.find_saturation)
		return failed;
	if (sqz_noc_find_saturation(&job->options, &job->settings, &found, err))
		return -1;
	sqz_noc_print_saturation(&found, stdout);
	return 0;
}

/* CPU time of all processes that have ended. */
static double children_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static int compare(struct job *job, struct sqz_error *err)
{
	struct sqz_noc_sweep sweep[2] = { { .points = NULL } };
	const struct sqz_noc_results results = { &job->options, &job->config,
						 job->noc, &sweep[0] };
	double seconds[2];
	int failed = 0;

	/* Loads of which only one level says that they are saturated count. */
	job->options.past_saturation = true;
	for (int i = 0; i < 2 && !failed; i++) {
		double begin = children_seconds();
		job->settings.fidelity = i ? SQZ_NOC_PACKETS : SQZ_NOC_FLITS;
		failed = sqz_noc_sweep_run(&job->options, &job->settings,
					   &sweep[i], err);
		seconds[i] = children_seconds() - begin;
	}
	if (!failed) {
		sqz_noc_print_fidelity(&results, &sweep[1], stdout);
		fprintf(stderr,
			"flit level: %.2f CPU s, packet level: %.2f CPU s\n",
			seconds[0], seconds[1]);
	}
	sqz_noc_sweep_free(&sweep[0]);
	sqz_noc_sweep_free(&sweep[1]);
	return failed;
}

int sqz_cmd_noc(int argc, char **argv)
{
	static struct job job;
	struct sqz_error err = { "" };

	sqz_noc_options_parse(argc, argv, &job.options);
	int failed = load_settings(&job, &err);
	if (!failed && job.options.config.dump)
		sqz_config_dump(&job.config, stdout);
	else if (!failed && job.options.compare_fidelity)
		failed = compare(&job, &err);
	else if (!failed)
		failed = run(&job, &err);
	sqz_noc_destroy(job.noc);
	sqz_noc_trace_close(&job.trace);
	free((void *)(uintptr_t)job.settings.table);
	if (failed)
		fprintf(stderr, "sqz noc: %s\n", err.text);
	return failed ? 1 : 0;
}
