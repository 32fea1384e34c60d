#include "parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#define MAX_THREADS 64

struct work {
	uint32_t count;
	sqz_parallel_piece piece;
	void *context;
	atomic_uint next;
	atomic_bool failed;
};

struct worker {
	struct work *work;
	struct sqz_error err;
	uint32_t failed_at; /* count: nowhere */
};

/* Pieces are begun in order, so all before one that fails are finished. */
static void *run(void *argument)
{
	struct worker *worker = argument;
	struct work *work = worker->work;

	while (!atomic_load(&work->failed)) {
		uint32_t index = atomic_fetch_add(&work->next, 1);

		if (index >= work->count)
			break;
		if (work->piece(work->context, index, &worker->err)) {
			worker->failed_at = index;
			atomic_store(&work->failed, true);
			break;
		}
	}
	return NULL;
}

int sqz_parallel(uint32_t count, unsigned threads, sqz_parallel_piece piece,
		 void *context, struct sqz_error *err)
{
	struct work work = { .count = count,
			     .piece = piece,
			     .context = context };
	struct worker workers[MAX_THREADS];
	pthread_t ids[MAX_THREADS];
	unsigned started = 1;
	uint32_t failed_at = count;

	if (threads > MAX_THREADS)
		threads = MAX_THREADS;
	if (threads > count)
		threads = count;
	for (unsigned i = 0; i < MAX_THREADS; i++)
		workers[i] =
		    (struct worker){ .work = &work, .failed_at = count };
	while (started < threads &&
	       pthread_create(&ids[started], NULL, run, &workers[started]) == 0)
		started++;
	run(&workers[0]);
	for (unsigned i = 0; i < started; i++) {
		if (i)
			pthread_join(ids[i], NULL);
		if (workers[i].failed_at < failed_at) {
			failed_at = workers[i].failed_at;
			*err = workers[i].err;
		}
	}
	return failed_at < count ? -1 : 0;
}

unsigned sqz_processors(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	return processors > 0 ? (unsigned)processors : 1;
}
