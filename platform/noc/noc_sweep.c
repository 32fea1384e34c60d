#include "noc/noc_sweep.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A task is one load and one seed. Tasks are started in their order, at most
 * `jobs` at a time, and their results are taken in the same order, each from a
 * pipe: so that nothing depends on which process is done first.
 */

/* Share of the offered flits that a network which is not saturated carries. */
#define KEEPS_UP 0.95

struct worker {
	pid_t pid; /* 0: none */
	int pipe;
};

struct pool {
	const struct sqz_noc_options *options;
	const struct sqz_noc_config *settings;
	unsigned tasks, started, links;
	struct worker *workers; /* by task % jobs */
};

struct message {
	int failed;
	struct sqz_error err;
	struct sqz_noc_outcome outcome;
};

/* --- in the worker --- */

static void write_all(int file, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		ssize_t written = write(file, at, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			_exit(1);
		at += written;
		size -= (size_t)written;
	}
}

_Noreturn static void work(const struct pool *pool, unsigned task, int pipe)
{
	struct sqz_noc_load load = pool->options->load;
	struct message *message = calloc(1, sizeof(*message));
	uint64_t *link_flits = calloc(pool->links, sizeof(*link_flits));

	if (!message || !link_flits)
		_exit(1);
	load.rate =
	    sqz_noc_rate_at(&pool->options->rates, task / pool->options->seeds);
	load.seed = pool->options->first_seed + task % pool->options->seeds;
	message->failed =
	    sqz_noc_load_run(pool->settings, &load, &message->outcome,
			     link_flits, &message->err);
	write_all(pipe, message, sizeof(*message));
	write_all(pipe, link_flits, pool->links * sizeof(*link_flits));
	_exit(0);
}

/* --- in the parent --- */

static int start_task(struct pool *pool, struct sqz_error *err)
{
	struct worker *w = &pool->workers[pool->started % pool->options->jobs];
	int ends[2];

	if (pipe(ends))
		return sqz_fail(err, "cannot make a pipe: %s", strerror(errno));
	w->pid = fork();
	if (w->pid < 0) {
		w->pid = 0;
		close(ends[0]);
		close(ends[1]);
		return sqz_fail(err, "cannot start a process: %s",
				strerror(errno));
	}
	if (!w->pid) {
		close(ends[0]);
		work(pool, pool->started, ends[1]);
	}
	close(ends[1]);
	w->pipe = ends[0];
	pool->started++;
	return 0;
}

static bool read_all(int file, void *data, size_t size)
{
	char *at = data;

	while (size > 0) {
		ssize_t got = read(file, at, size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		size -= (size_t)got;
	}
	return true;
}

static void reap(struct worker *w)
{
	close(w->pipe);
	while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
		;
	w->pid = 0;
}

static void stop(struct pool *pool)
{
	for (unsigned i = 0; i < pool->options->jobs; i++) {
		if (!pool->workers[i].pid)
			continue;
		kill(pool->workers[i].pid, SIGTERM);
		reap(&pool->workers[i]);
	}
}

/* The mean over seeds grows by one of them. */
static void add_outcome(struct sqz_noc_outcome *mean,
			const struct sqz_noc_outcome *one, double weight)
{
	mean->packet_latency += one->packet_latency * weight;
	mean->network_latency += one->network_latency * weight;
	mean->hops += one->hops * weight;
	mean->flit_hops += one->flit_hops * weight;
	mean->offered += one->offered * weight;
	mean->accepted += one->accepted * weight;
	mean->packets += one->packets;
	mean->unfinished += one->unfinished;
	mean->flit_traversals += one->flit_traversals;
	mean->cycles += one->cycles;
	sqz_histogram_merge(&mean->latency, &one->latency);
}

static bool is_saturated(const struct sqz_noc_outcome *outcome,
			 double latency_limit)
{
	return outcome->unfinished > 0 ||
	       outcome->packet_latency > latency_limit ||
	       outcome->accepted < KEEPS_UP * outcome->offered;
}

static int take_result(struct pool *pool, unsigned task,
		       struct sqz_noc_point *point, struct sqz_error *err)
{
	const struct sqz_noc_options *o = pool->options;
	struct worker *w = &pool->workers[task % o->jobs];
	uint64_t *link_flits = calloc(pool->links, sizeof(*link_flits));
	struct message *message = malloc(sizeof(*message));
	int failed = 0;

	if (!link_flits || !message)
		failed = sqz_fail(err, "out of memory");
	else if (!read_all(w->pipe, message, sizeof(*message)) ||
		 !read_all(w->pipe, link_flits,
			   pool->links * sizeof(*link_flits)))
		failed = sqz_fail(err, "a process ended without a result");
	else if (message->failed)
		failed = sqz_fail(err, "%s", message->err.text);
	reap(w);
	if (!failed) {
		add_outcome(&point->mean, &message->outcome, 1.0 / o->seeds);
		point->saturated |=
		    is_saturated(&message->outcome, o->latency_limit);
		for (unsigned i = 0; i < pool->links; i++)
			point->link_flits[i] += link_flits[i];
	}
	free(link_flits);
	free(message);
	return failed;
}

static int start_tasks(struct pool *pool, unsigned task, struct sqz_error *err)
{
	while (pool->started < pool->tasks &&
	       pool->started < task + pool->options->jobs)
		if (start_task(pool, err))
			return -1;
	return 0;
}

static int run_pool(struct pool *pool, struct sqz_noc_sweep *sweep,
		    struct sqz_error *err)
{
	const struct sqz_noc_options *o = pool->options;

	for (unsigned task = 0; task < pool->tasks; task++) {
		struct sqz_noc_point *point = &sweep->points[task / o->seeds];
		if (start_tasks(pool, task, err) ||
		    take_result(pool, task, point, err))
			return -1;
		if ((task + 1) % o->seeds)
			continue;
		sweep->count++;
		if (point->saturated && !o->past_saturation)
			break;
	}
	return 0;
}

static unsigned count_links(const struct sqz_noc_config *settings,
			    struct sqz_error *err)
{
	struct sqz_noc *noc = sqz_noc_create(settings, err);
	unsigned links = noc ? sqz_noc_routers(noc) * sqz_noc_ports(noc) : 0;

	sqz_noc_destroy(noc);
	return links;
}

static int allocate(const struct sqz_noc_options *options,
		    struct sqz_noc_sweep *sweep, unsigned points)
{
	sweep->points = calloc(points, sizeof(*sweep->points));
	for (unsigned i = 0; i < points && sweep->points; i++) {
		sweep->points[i].rate = sqz_noc_rate_at(&options->rates, i);
		sweep->points[i].link_flits =
		    calloc(sweep->links, sizeof(uint64_t));
		sweep->count = i + 1;
		if (!sweep->points[i].link_flits)
			return -1;
	}
	return sweep->points ? 0 : -1;
}

int sqz_noc_sweep_run(const struct sqz_noc_options *options,
		      const struct sqz_noc_config *settings,
		      struct sqz_noc_sweep *sweep, struct sqz_error *err)
{
	unsigned points = sqz_noc_rate_count(&options->rates);
	struct pool pool = { .options = options,
			     .settings = settings,
			     .tasks = points * options->seeds };
	struct sqz_noc_load load = options->load;

	*sweep = (struct sqz_noc_sweep){ .links = count_links(settings, err) };
	load.rate = sqz_noc_rate_at(&options->rates, points - 1);
	if (!sweep->links ||
	    sqz_noc_load_check(&load, settings->width, settings->height, err))
		return -1;
	pool.links = sweep->links;
	pool.workers = calloc(options->jobs, sizeof(*pool.workers));
	int failed = !pool.workers || allocate(options, sweep, points);
	if (failed)
		sqz_fail(err, "out of memory for %u loads", points);
	unsigned all = sweep->count;
	sweep->count = 0;
	failed = failed || run_pool(&pool, sweep, err);
	if (pool.workers)
		stop(&pool);
	free(pool.workers);
	for (unsigned i = sweep->count; i < all; i++)
		free(sweep->points[i].link_flits);
	return failed ? -1 : 0;
}

void sqz_noc_sweep_free(struct sqz_noc_sweep *sweep)
{
	for (unsigned i = 0; i < sweep->count; i++)
		free(sweep->points[i].link_flits);
	free(sweep->points);
	*sweep = (struct sqz_noc_sweep){ .points = NULL };
}

const struct sqz_noc_point *
sqz_noc_sweep_settled(const struct sqz_noc_sweep *sweep)
{
	const struct sqz_noc_point *best = sweep->points;

	for (unsigned i = 0; i < sweep->count; i++)
		if (!sweep->points[i].saturated)
			best = &sweep->points[i];
	return sweep->count ? best : NULL;
}
