/*
 * Where a program spends its CPU time: preload this library (LD_PRELOAD) and
 * name a file in SQZ_SAMPLES. It interrupts the program once every INTERVAL_US
 * of CPU time, as finely as the kernel's clock ticks, and at the end writes a
 * line for each sample: CPU seconds so far, the program or library that it was
 * in, and the address in that file, in hexadecimal.
 *
 * Unlike perf it needs no permission and knows the CPU time of each sample.
 * Samples beyond MAX_SAMPLES are not taken; threads are not told apart.
 */
#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

#define INTERVAL_US   1000
#define MAX_SAMPLES   (1u << 20)
#define HANDLER_BYTES (64u << 10)

struct sample {
	double cpu_s;
	uintptr_t address;
};

/* A signal handler knows nothing but globals. */
static struct sample *samples;
static volatile sig_atomic_t count;

static uintptr_t interrupted_at(const void *context)
{
	const ucontext_t *user = context;

#if defined(__x86_64__)
	return (uintptr_t)user->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (uintptr_t)user->uc_mcontext.pc;
#else
	(void)user;
	return 0;
#endif
}

static void take(int number, siginfo_t *info, void *context)
{
	struct timespec t;

	(void)number;
	(void)info;
	if (count == MAX_SAMPLES)
		return;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	samples[count] =
	    (struct sample){ (double)t.tv_sec + (double)t.tv_nsec * 1e-9,
			     interrupted_at(context) };
	count++;
}

/* The program's coroutines have small stacks. */
static int take_own_stack(void)
{
	stack_t stack = { .ss_size = HANDLER_BYTES };

	stack.ss_sp = malloc(stack.ss_size);
	return stack.ss_sp ? sigaltstack(&stack, NULL) : -1;
}

static void set_interval(long us)
{
	const struct itimerval timer = { { 0, us }, { 0, us } };

	setitimer(ITIMER_PROF, &timer, NULL);
}

__attribute__((constructor)) static void begin(void)
{
	struct sigaction action = { .sa_flags =
					SA_SIGINFO | SA_RESTART | SA_ONSTACK };

	samples = getenv("SQZ_SAMPLES") ? calloc(MAX_SAMPLES, sizeof(*samples))
					: NULL;
	if (!samples)
		return;
	action.sa_sigaction = take;
	if (take_own_stack() || sigaction(SIGPROF, &action, NULL))
		return;
	set_interval(INTERVAL_US);
}

__attribute__((destructor)) static void end(void)
{
	FILE *file;

	if (!samples)
		return;
	set_interval(0);
	file = fopen(getenv("SQZ_SAMPLES"), "w");
	if (!file)
		return;
	for (sig_atomic_t i = 0; i < count; i++) {
		const struct sample *sample = &samples[i];
		struct link_map *map = NULL;
		Dl_info info = { 0 };

		if (!dladdr1((void *)sample->address, &info, (void **)&map,
			     RTLD_DL_LINKMAP))
			continue;
		fprintf(file, "%.6f %s %zx\n", sample->cpu_s, info.dli_fname,
			(size_t)(sample->address - map->l_addr));
	}
	fclose(file);
}
