#include "noc/table.h"

#include "host/file.h"
#include "noc/stages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_BYTES (1u << 28)

struct table {
	const char *path;
	struct sqz_noc *noc; /* for its links */
	uint8_t *ports;
};

static void fill_xy(const struct table *t)
{
	for (uint32_t r = 0; r < t->noc->routers; r++)
		for (uint32_t n = 0; n < t->noc->nodes; n++)
			t->ports[(size_t)r * t->noc->nodes + n] =
			    (uint8_t)sqz_noc_port_xy(t->noc, r, n);
}

static int find_port(const struct sqz_noc *noc, const char *name)
{
	for (unsigned p = 0; p < SQZ_NOC_LOCAL; p++)
		if (!strcmp(name, sqz_noc_port_name(noc, p)))
			return (int)p;
	return -1;
}

static int read_line(const struct table *t, char *line, unsigned number,
		     struct sqz_error *err)
{
	unsigned router, node;
	char name[16], end;

	line[strcspn(line, "#")] = '\0';
	if (!line[strspn(line, " \t\r")])
		return 0;
	if (sscanf(line, "%u %u %15s %c", &router, &node, name, &end) != 3)
		return sqz_fail(err, "%s:%u: wants ROUTER NODE PORT", t->path,
				number);
	int port = find_port(t->noc, name);
	if (port < 0)
		return sqz_fail(err,
				"%s:%u: port %s: must be east, west, south or "
				"north",
				t->path, number, name);
	if (router >= t->noc->routers || node >= t->noc->nodes)
		return sqz_fail(err,
				"%s:%u: there are routers 0 to %u, nodes 0 to "
				"%u",
				t->path, number, t->noc->routers - 1,
				t->noc->nodes - 1);
	if (sqz_noc_link_end(t->noc, router, (unsigned)port) < 0)
		return sqz_fail(err, "%s:%u: router %u has no link to the %s",
				t->path, number, router, name);
	if (t->noc->node[node].router == router)
		return sqz_fail(err, "%s:%u: node %u is at router %u", t->path,
				number, node, router);
	t->ports[(size_t)router * t->noc->nodes + node] = (uint8_t)port;
	return 0;
}

static int read_lines(const struct table *t, struct sqz_error *err)
{
	struct sqz_bytes file;
	unsigned number = 0;
	int failed = 0;

	if (sqz_read_file(t->path, LIMIT_BYTES, &file, err))
		return -1;
	char *text = strndup((const char *)file.data, file.size);
	sqz_bytes_free(&file);
	if (!text)
		return sqz_fail(err, "%s: out of memory", t->path);
	char *rest = text;
	for (char *line; !failed && (line = strsep(&rest, "\n"));)
		failed = read_line(t, line, ++number, err);
	free(text);
	return failed;
}

/* Follows a packet; no way is longer than there are routers. */
static int follow(const struct table *t, uint32_t from, uint32_t node,
		  struct sqz_error *err)
{
	uint32_t at = from;

	for (unsigned k = 0; k < t->noc->routers; k++) {
		unsigned port = t->ports[(size_t)at * t->noc->nodes + node];
		if (port >= SQZ_NOC_LOCAL)
			return 0;
		at = (uint32_t)sqz_noc_link_end(t->noc, at, port);
	}
	return sqz_fail(err,
			"%s: packets from router %u to node %u go round and "
			"never arrive",
			t->path, from, node);
}

static int check_ways(const struct table *t, struct sqz_error *err)
{
	for (uint32_t r = 0; r < t->noc->routers; r++)
		for (uint32_t n = 0; n < t->noc->nodes; n++)
			if (follow(t, r, n, err))
				return -1;
	return 0;
}

uint8_t *sqz_noc_table_read(const char *path,
			    const struct sqz_noc_config *config,
			    struct sqz_error *err)
{
	struct sqz_noc_config plain = *config;
	struct table t = { .path = path };

	if (!*path) {
		sqz_fail(err, "noc.routing = table wants a file in "
			      "noc.routing_table");
		return NULL;
	}
	plain.routing = SQZ_NOC_XY;
	t.noc = sqz_noc_create(&plain, err);
	if (!t.noc)
		return NULL;
	t.ports = malloc((size_t)t.noc->routers * t.noc->nodes);
	if (t.ports)
		fill_xy(&t);
	else
		sqz_fail(err, "%s: out of memory", path);
	if (t.ports && (read_lines(&t, err) || check_ways(&t, err))) {
		free(t.ports);
		t.ports = NULL;
	}
	sqz_noc_destroy(t.noc);
	return t.ports;
}
