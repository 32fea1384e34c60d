#include "report_network.h"

void sqz_report_put(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

static void put_stalls(json_t *object, const struct sqz_noc_stalls *stalls)
{
	sqz_report_put(object, "vc_busy", stalls->vc_busy);
	sqz_report_put(object, "no_credit", stalls->no_credit);
	sqz_report_put(object, "lost_arbitration", stalls->lost);
}

static json_t *link_json(const struct sqz_link_result *link,
			 uint32_t flit_bytes)
{
	json_t *object = json_object();

	sqz_report_put(object, "router", link->router);
	sqz_report_put(object, "x", link->x);
	sqz_report_put(object, "y", link->y);
	json_object_set_new(object, "port", json_string(link->port));
	sqz_report_put(object, "end", link->end);
	sqz_report_put(object, "flits", link->flits);
	sqz_report_put(object, "bytes", link->flits * flit_bytes);
	put_stalls(object, &link->stalls);
	return object;
}

/* Up to the last bin that is not empty. */
static json_t *bins_json(const struct sqz_noc_flow *flow)
{
	json_t *array = json_array();
	unsigned used = SQZ_NOC_LATENCY_BINS;

	while (used && !flow->bins[used - 1])
		used--;
	for (unsigned i = 0; i < used; i++)
		json_array_append_new(array,
				      json_integer((json_int_t)flow->bins[i]));
	return array;
}

static json_t *flow_json(const struct sqz_noc_flow *flow)
{
	json_t *object = json_object();

	sqz_report_put(object, "src", flow->src);
	sqz_report_put(object, "dst", flow->dst);
	json_object_set_new(object, "class",
			    json_string(sqz_class_name(flow->msg_class)));
	sqz_report_put(object, "packets", flow->packets);
	sqz_report_put(object, "flits", flow->flits);
	sqz_report_put(object, "bytes", flow->bytes);
	sqz_report_put(object, "latency_cycles", flow->latency_cycles);
	sqz_report_put(object, "network_cycles", flow->network_cycles);
	sqz_report_put(object, "max_latency_cycles", flow->max_latency_cycles);
	json_object_set_new(object, "latency_bins", bins_json(flow));
	return object;
}

static json_t *wait_json(const struct sqz_wait_result *wait)
{
	json_t *object = json_object();

	sqz_report_put(object, "router", wait->router);
	sqz_report_put(object, "x", wait->x);
	sqz_report_put(object, "y", wait->y);
	json_object_set_new(object, "port", json_string(wait->port));
	sqz_report_put(object, "vc", wait->vc);
	if (!wait->has_packet)
		return object;
	sqz_report_put(object, "src", wait->src);
	sqz_report_put(object, "dst", wait->dst);
	return object;
}

static json_t *latency_json(const struct sqz_class_latency *latency)
{
	json_t *object = json_object();

	sqz_report_put(object, "packets", latency->packets);
	sqz_report_put(object, "latency_cycles", latency->sum);
	sqz_report_put(object, "max_latency_cycles", latency->max);
	sqz_report_put(object, "p50_cycles", latency->p50);
	sqz_report_put(object, "p99_cycles", latency->p99);
	return object;
}

void sqz_report_put_network(json_t *noc,
			    const struct sqz_network_result *network,
			    uint32_t flit_bytes)
{
	struct sqz_noc_stalls stalls = sqz_network_stalls(network);
	json_t *sum = json_object(), *latency = json_object();
	json_t *links = json_array(), *flows = json_array();

	put_stalls(sum, &stalls);
	for (unsigned c = 0; c < SQZ_CLASSES; c++)
		json_object_set_new(latency, sqz_class_name(c),
				    latency_json(&network->latency[c]));
	for (size_t i = 0; i < network->link_count; i++)
		json_array_append_new(
		    links, link_json(&network->links[i], flit_bytes));
	for (size_t i = 0; i < network->flow_count; i++)
		json_array_append_new(flows, flow_json(&network->flows[i]));
	sqz_report_put(noc, "cycles", network->cycles);
	json_object_set_new(noc, "stalls", sum);
	json_object_set_new(noc, "latency_by_class", latency);
	json_object_set_new(noc, "links", links);
	json_object_set_new(noc, "flows", flows);
	if (!network->wait_count)
		return;
	json_t *waits = json_array();
	for (size_t i = 0; i < network->wait_count; i++)
		json_array_append_new(waits, wait_json(&network->waits[i]));
	json_object_set_new(noc, "deadlock", waits);
}
