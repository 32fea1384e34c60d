/*
 * Compiled C with the C library: sorting, formatting, strings, 64-bit and
 * soft-float arithmetic, recursion. Prints digests.
 */
#include "guest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 1;

static uint32_t next_random(void)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33);
}

static int compare(const void *a, const void *b)
{
	int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;

	return (left > right) - (left < right);
}

static void sort(void)
{
	static int32_t data[2000];
	uint64_t hash = 1;

	for (int k = 0; k < 2000; k++)
		data[k] = (int32_t)next_random();
	qsort(data, 2000, sizeof(data[0]), compare);
	for (int k = 0; k < 2000; k++)
		hash = digest(hash, (uint64_t)data[k]);
	put_line("qsort", hash);
}

static void format(void)
{
	char text[160];
	uint64_t hash = 1;

	for (int k = 0; k < 200; k++) {
		int n = snprintf(text, sizeof(text), "%d %u %lx %s %c %5.3f",
				 (int)next_random() - (1 << 30), next_random(),
				 (unsigned long)next_random() << 20, "text",
				 'a' + k % 26, next_random() / 7.0);
		for (int i = 0; i < n; i++)
			hash = digest(hash, (uint8_t)text[i]);
	}
	put_text(text);
	put_char('\n');
	put_line("snprintf", hash);
}

static void strings(void)
{
	static char from[512], to[600];
	uint64_t hash = 1;

	for (int k = 0; k < 300; k++) {
		unsigned n = next_random() % 500, at = next_random() % 64;

		memset(from, 'a' + k % 26, sizeof(from) - 1);
		from[n] = 0;
		memcpy(to + at, from, n + 1);
		memmove(to + at + 1, to + at, n);
		hash = digest(hash, strlen(to + at));
		hash = digest(hash, (uint64_t)strcmp(to + at, from) >> 63);
	}
	put_line("strings", hash);
}

static uint64_t ackermann(uint64_t m, uint64_t n)
{
	if (m == 0)
		return n + 1;
	if (n == 0)
		return ackermann(m - 1, 1);
	return ackermann(m - 1, ackermann(m, n - 1));
}

static void numbers(void)
{
	uint64_t hash = 1;
	double x = 1.0;

	for (int k = 1; k < 2000; k++) {
		int64_t a = (int64_t)next_random() * (int64_t)next_random();
		int64_t b = (int64_t)next_random() - (1 << 30);

		hash = digest(hash, (uint64_t)(a / (b | 1)));
		hash = digest(hash, (uint64_t)(a % (b | 1)));
		x = x * 1.0000123 + 1.0 / k;
	}
	put_line("integers", hash);
	memcpy(&hash, &x, sizeof(hash));
	put_line("double", hash);
	put_line("ackermann", ackermann(2, 20));
}

int main(void)
{
	put_text("library\n");
	sort();
	format();
	strings();
	numbers();
	return 7;
}
