/*
 * How fast the interpreter is: the program guest/mix.c on the bare CPU and on
 * qemu-system-riscv64, one after the other, measured in CPU time of the two
 * processes.
 *
 *   bench_cpu [MIX.elf [ROUNDS]]     the best of ROUNDS (3) counts
 */
#include "models/cpu/board.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { SLICE_CYCLES = 10000, SECTIONS = 3 };

static double cpu_seconds(int who)
{
	struct rusage use;

	getrusage(who, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

struct measure {
	double total_s;
	double section_s[SECTIONS]; /* ours: CPU time; QEMU's: mtime */
	uint64_t instructions[SECTIONS];
	char output[4096];
};

/* The guest prints three lines for each section: checksum, ticks,
 * instructions. */
static void parse(struct measure *m, bool ticks)
{
	const char *at = m->output;

	for (int k = 0; k < SECTIONS; k++) {
		const char *t = strstr(at, "  ticks ");
		const char *i = t ? strstr(t, "  instructions ") : NULL;

		if (!i)
			return;
		if (ticks)
			m->section_s[k] =
			    (double)strtoull(t + 8, NULL, 16) / 1e7;
		m->instructions[k] = strtoull(i + 15, NULL, 16);
		at = i + 15;
	}
}

static unsigned lines(const struct board *b)
{
	unsigned n = 0;

	for (size_t k = 0; k < b->output_size; k++)
		n += b->output[k] == '\n';
	return n;
}

static int run_ours(const char *path, struct measure *m)
{
	struct board *b = board_create(1000);
	struct sqz_error err;
	double start = cpu_seconds(RUSAGE_SELF), mark = start;

	if (!b || board_load(b, path, &err) < 0) {
		fprintf(stderr, "bench_cpu: %s\n", b ? err.text : "no memory");
		board_destroy(b);
		return -1;
	}
	for (uint64_t most = 0; !b->finished;) {
		size_t before = b->output_size;

		most = sqz_cpu_instret(b->cpu) + 1000000;
		board_run(b, SLICE_CYCLES, most);
		if (b->output_size == before || lines(b) % 3)
			continue;
		double now = cpu_seconds(RUSAGE_SELF);
		m->section_s[lines(b) / 3 - 1] = now - mark;
		mark = now;
	}
	m->total_s = cpu_seconds(RUSAGE_SELF) - start;
	snprintf(m->output, sizeof(m->output), "%s", b->output);
	parse(m, false);
	board_destroy(b);
	return 0;
}

static int run_qemu(const char *path, struct measure *m)
{
	double start = cpu_seconds(RUSAGE_CHILDREN);
	char command[4096];
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "exec qemu-system-riscv64 -machine virt -bios none -display "
		 "none -serial stdio -monitor none -kernel %s < /dev/null",
		 path);
	pipe = popen(command, "r");
	if (!pipe)
		return -1;
	size_t got = fread(m->output, 1, sizeof(m->output) - 1, pipe);
	m->output[got] = '\0';
	if (pclose(pipe) != 0) {
		fprintf(stderr, "bench_cpu: qemu-system-riscv64 failed\n");
		return -1;
	}
	m->total_s = cpu_seconds(RUSAGE_CHILDREN) - start;
	parse(m, true);
	return 0;
}

static void keep_best(struct measure *best, const struct measure *now)
{
	if (best->total_s == 0 || now->total_s < best->total_s)
		*best = *now;
}

static void print(const struct measure *ours, const struct measure *qemu)
{
	static const char *const names[SECTIONS] = { "crc", "qsort", "matmul" };
	uint64_t instructions = 0;

	printf("%-8s %14s %10s %10s %8s\n", "section", "instructions", "MIPS",
	       "QEMU MIPS", "ratio");
	for (int k = 0; k < SECTIONS; k++) {
		double n = (double)ours->instructions[k] / 1e6;

		instructions += ours->instructions[k];
		printf("%-8s %14" PRIu64 " %10.0f %10.0f %8.3f\n", names[k],
		       ours->instructions[k], n / ours->section_s[k],
		       n / qemu->section_s[k],
		       qemu->section_s[k] / ours->section_s[k]);
	}
	printf("%-8s %14" PRIu64 " %10.0f %10.0f %8.3f\n", "all", instructions,
	       (double)instructions / 1e6 / ours->total_s,
	       (double)instructions / 1e6 / qemu->total_s,
	       qemu->total_s / ours->total_s);
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : SQZ_MIX;
	int rounds = argc > 2 ? atoi(argv[2]) : 3;
	struct measure ours = { 0 }, qemu = { 0 };

	for (int k = 0; k < rounds; k++) {
		struct measure a = { 0 }, b = { 0 };

		if (run_ours(path, &a) < 0 || run_qemu(path, &b) < 0)
			return EXIT_FAILURE;
		keep_best(&ours, &a);
		keep_best(&qemu, &b);
	}
	print(&ours, &qemu);
	return EXIT_SUCCESS;
}
