#include "noc/topology.h"

struct sqz_noc_config sqz_noc_config_default(void)
{
	return (struct sqz_noc_config){
		.width = 4,
		.height = 4,
		.vcs = 4,
		.classes = 1,
		.vc_depth = 8,
		.routing_delay = 1,
		.vc_alloc_delay = 1,
		.sw_alloc_delay = 1,
		.link_cycles = 1,
		.credit_cycles = 1,
		.age_limit_cycles = 1000000,
		.check_cycles = 1000,
	};
}

/* --- checks --- */

struct range {
	const char *name;
	unsigned value, low, high;
};

static int check_ranges(const struct sqz_noc_config *c, struct sqz_error *err)
{
	const unsigned most = 64 / sqz_noc_ports_of(c);
	const struct range ranges[] = {
		{ "width", c->width, 1, 256 },
		{ "height", c->height, 1, 256 },
		{ "topology", c->topology, SQZ_NOC_MESH, SQZ_NOC_CMESH },
		{ "routing", c->routing, SQZ_NOC_XY, SQZ_NOC_TABLE },
		{ "fidelity", c->fidelity, SQZ_NOC_FLITS, SQZ_NOC_PACKETS },
		{ "vcs", c->vcs, 1, most },
		{ "classes", c->classes, 1, most },
		{ "vc_depth", c->vc_depth, 1, 255 },
		{ "routing_delay", c->routing_delay, 0, 16 },
		{ "vc_alloc_delay", c->vc_alloc_delay, 1, 16 },
		{ "sw_alloc_delay", c->sw_alloc_delay, 1, 16 },
		{ "link_cycles", c->link_cycles, 1, 64 },
		{ "credit_cycles", c->credit_cycles, 0, 64 },
		{ "monitors", c->monitors, 0, SQZ_NOC_CHECK_ALL },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (ranges[i].value < ranges[i].low ||
		    ranges[i].value > ranges[i].high)
			return sqz_fail(err, "noc: %s is %u, must be %u to %u",
					ranges[i].name, ranges[i].value,
					ranges[i].low, ranges[i].high);
	return 0;
}

static int check_vcs(const struct sqz_noc_config *c, struct sqz_error *err)
{
	if (c->vcs < c->classes)
		return sqz_fail(err,
				"noc: %u VCs for %u message classes; every "
				"class needs one of its own",
				c->vcs, c->classes);
	if (c->topology == SQZ_NOC_TORUS &&
	    (c->vcs % 2 || c->vcs < 2 * c->classes))
		return sqz_fail(err,
				"noc: %u VCs on a torus: must be an even "
				"number, two for each of %u message class%s",
				c->vcs, c->classes, c->classes > 1 ? "es" : "");
	return 0;
}

static int check_topology(const struct sqz_noc_config *c, struct sqz_error *err)
{
	if (c->topology == SQZ_NOC_CMESH && (c->width % 2 || c->height % 2))
		return sqz_fail(err,
				"noc: a concentrated mesh of %u x %u nodes: "
				"2 x 2 share a router, so both must be even",
				c->width, c->height);
	if (c->topology == SQZ_NOC_TORUS && c->routing == SQZ_NOC_WEST_FIRST)
		return sqz_fail(err, "noc: west-first routing is for meshes: "
				     "on a torus it would deadlock");
	if (c->routing == SQZ_NOC_TABLE && !c->table)
		return sqz_fail(err, "noc: routing by a table wants a table");
	return 0;
}

int sqz_noc_check_config(const struct sqz_noc_config *c, struct sqz_error *err)
{
	if (check_ranges(c, err) || check_vcs(c, err) || check_topology(c, err))
		return -1;
	if (!c->age_limit_cycles || !c->check_cycles)
		return sqz_fail(err, "noc: age_limit_cycles and check_cycles "
				     "must be at least 1");
	return 0;
}
