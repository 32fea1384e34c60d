#include "reference.h"

#include "host/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS	    15
#define LIMIT_BYTES (1u << 20)

/* Columns of the file. */
enum {
	PIPELINE,
	K,
	NUM_VCS,
	VC_BUF,
	PKT_FLITS,
	TRAFFIC,
	SIM_TYPE,
	OFFERED,
	STABLE,
	INJECTED,
	ACCEPTED,
	PKT_LATENCY,
	NET_LATENCY,
	HOPS,
	CYCLES
};

static int split(char *line, char *fields[FIELDS])
{
	for (int i = 0; i < FIELDS; i++) {
		fields[i] = strsep(&line, ",");
		if (!fields[i])
			return -1;
	}
	return 0;
}

static int parse_row(char *line, struct reference_row *row)
{
	char *f[FIELDS];
	enum sqz_noc_pattern pattern;

	if (split(line, f) || strcmp(f[PIPELINE], "A") ||
	    sqz_noc_pattern_find(f[TRAFFIC], &pattern, NULL))
		return -1;
	*row = (struct reference_row){
		.k = (unsigned)atoi(f[K]),
		.vcs = (unsigned)atoi(f[NUM_VCS]),
		.vc_depth = (unsigned)atoi(f[VC_BUF]),
		.packet_flits = (unsigned)atoi(f[PKT_FLITS]),
		.pattern = pattern,
		.throughput = !strcmp(f[SIM_TYPE], "throughput"),
		.stable = atoi(f[STABLE]),
		.offered = atof(f[OFFERED]),
		.accepted = atof(f[ACCEPTED]),
		.packet_latency = atof(f[PKT_LATENCY]),
		.network_latency = atof(f[NET_LATENCY]),
		.hops = atof(f[HOPS]),
		.cycles = (uint64_t)atol(f[CYCLES]),
	};
	return 0;
}

static bool same_curve(const struct reference_row *a,
		       const struct reference_row *b)
{
	return a->k == b->k && a->vcs == b->vcs && a->vc_depth == b->vc_depth &&
	       a->packet_flits == b->packet_flits && a->pattern == b->pattern;
}

static void find_saturation(struct reference_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++)
			if (rows[j].throughput &&
			    same_curve(&rows[i], &rows[j]))
				rows[i].saturation = rows[j].accepted;
}

int reference_read(const char *path, struct reference_row **rows, size_t *count,
		   struct sqz_error *err)
{
	struct sqz_bytes file;

	if (sqz_read_file(path, LIMIT_BYTES, &file, err))
		return -1;
	char *text = strndup((const char *)file.data, file.size);
	*rows = calloc(file.size / FIELDS + 1, sizeof(**rows));
	sqz_bytes_free(&file);
	if (!text || !*rows)
		return sqz_fail(err, "%s: out of memory", path);
	*count = 0;
	char *rest = text;
	for (char *line; (line = strsep(&rest, "\n"));)
		*count += !parse_row(line, &(*rows)[*count]);
	free(text);
	find_saturation(*rows, *count);
	return 0;
}
