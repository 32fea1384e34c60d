#include "noc/traffic/pattern.h"

#include <stdbool.h>
#include <string.h>

/* What the number of nodes must be. */
enum shape { ANY, POWER_OF_2, POWER_OF_4 };

static const struct {
	const char *name;
	const char *alias;
	enum shape shape;
} PATTERNS[SQZ_NOC_PATTERNS] = {
	[SQZ_NOC_UNIFORM] = { "uniform", "random", ANY },
	[SQZ_NOC_TRANSPOSE] = { "transpose", "transpose", POWER_OF_4 },
	[SQZ_NOC_BIT_COMPLEMENT] = { "bit-complement", "bitcomp", POWER_OF_2 },
	[SQZ_NOC_BIT_REVERSE] = { "bit-reverse", "bitrev", POWER_OF_2 },
	[SQZ_NOC_SHUFFLE] = { "shuffle", "shuffle", POWER_OF_2 },
	[SQZ_NOC_TORNADO] = { "tornado", "tornado", ANY },
	[SQZ_NOC_NEIGHBOR] = { "neighbor", "neighbour", ANY },
	[SQZ_NOC_HOTSPOT] = { "hotspot", "hotspot", ANY },
};

const char *sqz_noc_pattern_name(enum sqz_noc_pattern pattern)
{
	return PATTERNS[pattern].name;
}

int sqz_noc_pattern_find(const char *name, enum sqz_noc_pattern *pattern,
			 struct sqz_error *err)
{
	char known[160] = "";

	for (int i = 0; i < SQZ_NOC_PATTERNS; i++) {
		*pattern = (enum sqz_noc_pattern)i;
		if (!strcmp(name, PATTERNS[i].name) ||
		    !strcmp(name, PATTERNS[i].alias))
			return 0;
		size_t used = strlen(known);
		snprintf(known + used, sizeof(known) - used, "%s%s",
			 i ? ", " : "", PATTERNS[i].name);
	}
	return sqz_fail(err, "unknown traffic pattern %s; there are %s", name,
			known);
}

static unsigned log2_of(unsigned nodes)
{
	return 31 - (unsigned)__builtin_clz(nodes);
}

int sqz_noc_pattern_check(enum sqz_noc_pattern pattern, unsigned width,
			  unsigned height, struct sqz_error *err)
{
	unsigned nodes = width * height;
	enum shape shape = PATTERNS[pattern].shape;
	bool power = !(nodes & (nodes - 1));

	if (shape == ANY || (power && shape == POWER_OF_2) ||
	    (power && log2_of(nodes) % 2 == 0))
		return 0;
	return sqz_fail(err,
			"traffic pattern %s wants a power of %s nodes, not "
			"%u x %u",
			PATTERNS[pattern].name,
			shape == POWER_OF_2 ? "two" : "four", width, height);
}

static unsigned reverse(unsigned number, unsigned bits)
{
	unsigned result = 0;

	for (unsigned i = 0; i < bits; i++)
		result |= (number >> i & 1) << (bits - 1 - i);
	return result;
}

/* The number's bits rotated to the left. */
static unsigned rotate(unsigned number, unsigned bits, unsigned by)
{
	return (number << by | number >> (bits - by)) & ((1u << bits) - 1);
}

static unsigned displaced(unsigned src, unsigned width, unsigned height,
			  unsigned dx, unsigned dy)
{
	unsigned x = (src % width + dx) % width;
	unsigned y = (src / width + dy) % height;

	return y * width + x;
}

unsigned sqz_noc_pattern_fixed(enum sqz_noc_pattern pattern, unsigned width,
			       unsigned height, unsigned src)
{
	unsigned nodes = width * height, bits = log2_of(nodes);

	switch (pattern) {
	case SQZ_NOC_TRANSPOSE:
		return rotate(src, bits, bits / 2);
	case SQZ_NOC_BIT_COMPLEMENT:
		return nodes - 1 - src;
	case SQZ_NOC_BIT_REVERSE:
		return reverse(src, bits);
	case SQZ_NOC_SHUFFLE:
		return bits ? rotate(src, bits, 1) : src;
	case SQZ_NOC_TORNADO:
		return displaced(src, width, height, (width + 1) / 2 - 1,
				 (height + 1) / 2 - 1);
	case SQZ_NOC_NEIGHBOR:
		return displaced(src, width, height, 1, 1);
	default:
		return src;
	}
}
