#include "noc/topology.h"

/* Nodes that share a router, in x and in y. */
static unsigned concentration(const struct sqz_noc_config *config)
{
	return config->topology == SQZ_NOC_CMESH ? 2 : 1;
}

unsigned sqz_noc_ports_of(const struct sqz_noc_config *config)
{
	unsigned side = concentration(config);

	return SQZ_NOC_LOCAL + side * side;
}

void sqz_noc_size(struct sqz_noc *noc)
{
	const struct sqz_noc_config *c = &noc->config;
	unsigned side = concentration(c);

	noc->columns = c->width / side;
	noc->rows = c->height / side;
	noc->nodes = c->width * c->height;
	noc->routers = noc->columns * noc->rows;
	noc->ports = sqz_noc_ports_of(c);
	noc->vcs = c->vcs;
	noc->pv = noc->ports * noc->vcs;
}

/* --- VCs --- */

/* Classes share VCs, on a torus pairs of VCs. */
static void share_vcs(struct sqz_noc *noc)
{
	unsigned unit = noc->config.topology == SQZ_NOC_TORUS ? 2 : 1;
	unsigned classes = noc->config.classes, vc = 0;
	unsigned units = noc->vcs / unit;

	for (unsigned c = 0; c < classes; c++) {
		unsigned count =
		    unit * (units / classes + (c < units % classes));
		noc->class_first[c] = (uint8_t)vc;
		noc->class_count[c] = (uint8_t)count;
		vc += count;
	}
}

static void number_vc(struct sqz_noc *noc, unsigned i)
{
	unsigned port = i / noc->vcs, vc = i % noc->vcs;

	noc->port_of[i] = (uint8_t)port;
	noc->vc_of[i] = (uint8_t)vc;
	noc->port_mask[port] |= 1ull << i;
	noc->next_vc[i] =
	    (uint8_t)(vc + 1 == noc->vcs ? i + 1 - noc->vcs : i + 1);
	noc->next_port[i] = (uint8_t)((port + 1) % noc->ports * noc->vcs);
}

/* On a torus links' VCs are two halves. */
static void give_vc(struct sqz_noc *noc, unsigned i, unsigned msg_class)
{
	unsigned place = noc->vc_of[i] - noc->class_first[msg_class];
	bool early = place < noc->class_count[msg_class] / 2u;

	noc->class_of[i] = (uint8_t)msg_class;
	noc->class_mask[msg_class] |= 1ull << i;
	if (noc->config.topology != SQZ_NOC_TORUS ||
	    noc->port_of[i] >= SQZ_NOC_LOCAL)
		return;
	*(early ? &noc->early_only : &noc->late_only) |= 1ull << i;
}

static void number_vcs(struct sqz_noc *noc)
{
	for (unsigned i = 0; i < noc->pv; i++)
		number_vc(noc, i);
	for (unsigned c = 0; c < noc->config.classes; c++)
		for (unsigned i = 0; i < noc->pv; i++)
			if (noc->vc_of[i] >= noc->class_first[c] &&
			    noc->vc_of[i] <
				noc->class_first[c] + noc->class_count[c])
				give_vc(noc, i, c);
}

/* --- links --- */

/* The opposite port of a neighbour; a node has only one port. */
static void number_ends(struct sqz_noc *noc)
{
	static const unsigned opposite[SQZ_NOC_LOCAL] = {
		[SQZ_NOC_EAST] = SQZ_NOC_WEST,
		[SQZ_NOC_WEST] = SQZ_NOC_EAST,
		[SQZ_NOC_SOUTH] = SQZ_NOC_NORTH,
		[SQZ_NOC_NORTH] = SQZ_NOC_SOUTH,
	};

	for (unsigned p = 0; p < noc->ports; p++)
		noc->end[p] =
		    p < SQZ_NOC_LOCAL ? SQZ_NOC_TO_ROUTER : SQZ_NOC_TO_NODE;
	for (unsigned i = 0; i < noc->pv; i++) {
		unsigned port = noc->port_of[i];
		unsigned first =
		    port < SQZ_NOC_LOCAL ? opposite[port] * noc->vcs : 0;
		noc->entry_of[i] = (uint8_t)(first + noc->vc_of[i]);
	}
}

/* The router dx, dy further; NONE behind the rim of a mesh. */
static uint32_t neighbour(const struct sqz_noc *noc, uint32_t router, int dx,
			  int dy)
{
	int columns = (int)noc->columns, rows = (int)noc->rows;
	int x = noc->x[router] + dx, y = noc->y[router] + dy;

	if (noc->config.topology == SQZ_NOC_TORUS) {
		x = (x + columns) % columns;
		y = (y + rows) % rows;
	}
	if (x < 0 || x >= columns || y < 0 || y >= rows)
		return SQZ_NOC_NONE;
	return (uint32_t)(y * columns + x);
}

static void build_routers(struct sqz_noc *noc)
{
	static const int steps[SQZ_NOC_LOCAL][2] = {
		[SQZ_NOC_EAST] = { 1, 0 },
		[SQZ_NOC_WEST] = { -1, 0 },
		[SQZ_NOC_SOUTH] = { 0, 1 },
		[SQZ_NOC_NORTH] = { 0, -1 },
	};

	for (uint32_t r = 0; r < noc->routers; r++) {
		noc->x[r] = (uint16_t)(r % noc->columns);
		noc->y[r] = (uint16_t)(r / noc->columns);
		for (unsigned p = 0; p < SQZ_NOC_LOCAL; p++)
			noc->peer[r * noc->ports + p] =
			    neighbour(noc, r, steps[p][0], steps[p][1]);
	}
}

static void build_nodes(struct sqz_noc *noc)
{
	unsigned width = noc->config.width;
	unsigned side = concentration(&noc->config);

	for (uint32_t n = 0; n < noc->nodes; n++) {
		unsigned x = n % width, y = n / width;
		uint32_t router = y / side * noc->columns + x / side;
		unsigned port = SQZ_NOC_LOCAL + y % side * side + x % side;
		noc->peer[router * noc->ports + port] = n;
		noc->node[n].router = router;
		noc->node[n].first_vc = (uint8_t)(port * noc->vcs);
	}
}

void sqz_noc_build(struct sqz_noc *noc)
{
	share_vcs(noc);
	number_vcs(noc);
	number_ends(noc);
	build_routers(noc);
	build_nodes(noc);
}

int sqz_noc_link_end(const struct sqz_noc *noc, unsigned router, unsigned port)
{
	uint32_t peer = noc->peer[router * noc->ports + port];

	return peer == SQZ_NOC_NONE ? -1 : (int)peer;
}

const char *sqz_noc_port_name(const struct sqz_noc *noc, unsigned port)
{
	static const char *const names[SQZ_NOC_MAX_PORTS] = {
		"east",	  "west",   "south",  "north",
		"local0", "local1", "local2", "local3",
	};

	return noc->ports == SQZ_NOC_PORTS && port == SQZ_NOC_LOCAL
		   ? "local"
		   : names[port];
}
