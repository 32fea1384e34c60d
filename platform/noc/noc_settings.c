#include "noc/noc_settings.h"

#include "noc/table.h"

static const unsigned MONITORS[] = { 0, SQZ_NOC_CHECK_DEADLOCK,
				     SQZ_NOC_CHECK_ALL };

int sqz_noc_settings_from(const struct sqz_config *config, unsigned classes,
			  struct sqz_noc_config *settings,
			  struct sqz_error *err)
{
	*settings = sqz_noc_config_default();
	settings->width = config->noc.width;
	settings->height = config->noc.height;
	settings->topology = (enum sqz_noc_topology)config->noc.topology;
	settings->routing = (enum sqz_noc_routing)config->noc.routing;
	settings->fidelity = (enum sqz_noc_fidelity)config->noc.fidelity;
	settings->vcs = config->noc.vcs;
	settings->classes = classes;
	settings->vc_depth = config->noc.vc_depth;
	settings->routing_delay = config->noc.routing_delay;
	settings->vc_alloc_delay = config->noc.vc_alloc_delay;
	settings->sw_alloc_delay = config->noc.sw_alloc_delay;
	settings->link_cycles = config->noc.link_cycles;
	settings->credit_cycles = config->noc.credit_cycles;
	settings->monitors = MONITORS[config->noc.monitors];
	settings->age_limit_cycles = config->noc.age_limit_cycles;
	if (settings->routing != SQZ_NOC_TABLE)
		return 0;
	settings->table =
	    sqz_noc_table_read(config->noc.routing_table, settings, err);
	return settings->table ? 0 : -1;
}

double sqz_noc_flit_pj(const struct sqz_config *config, double hops)
{
	double byte_fj = hops * (double)config->noc.router_byte_fj +
			 (hops - 1) * (double)config->noc.link_byte_fj;

	return byte_fj * config->noc.flit_bytes / 1000;
}
