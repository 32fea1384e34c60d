#include "tracer.h"

#include <string>

#include "interrupted.h"

namespace sqz
{

/* Network counters are sampled this often while there is traffic. */
static const uint64_t SAMPLE_PS = 10000000;

/* What is costly to find out, power and waits, is the mean of so long. */
static const uint64_t SLOW_PS = 100000000;

/* Input VCs that wait, each counted in every cycle. */
static const char *const STALL_NAMES[] = {
	"NoC waits for a VC per 1000 cycles",
	"NoC waits for a credit per 1000 cycles",
	"NoC lost arbitrations per 1000 cycles",
};

void tracer::create_counters()
{
	flits_counter =
	    sqz_trace_counter_track(trace, 0, "NoC flits in flight", "flits");
	hops_counter = sqz_trace_counter_track(
	    trace, 0, "NoC flit-hops per 1000 cycles", nullptr);
	for (int i = 0; i < 3; i++)
		stall_counters[i] =
		    sqz_trace_counter_track(trace, 0, STALL_NAMES[i], nullptr);
}

/* Of something that happened so often in so long. */
int64_t tracer::per_1000_cycles(uint64_t count, uint64_t ps) const
{
	const uint64_t cycles = ps / config.noc.cycle_ps;

	return (int64_t)(count * 1000 / (cycles ? cycles : 1));
}

/* "east of router 3,0" */
std::string tracer::link_name(unsigned link) const
{
	const sqz_noc *noc = soc->network();
	const unsigned ports = sqz_noc_ports(noc);
	const unsigned columns = sqz_noc_columns(noc);
	const unsigned router = link / ports;

	return std::string(sqz_noc_port_name(noc, link % ports)) +
	       " of router " + std::to_string(router % columns) + "," +
	       std::to_string(router / columns);
}

void tracer::show_link(link_counter *link, unsigned index, uint64_t now,
		       uint64_t flits)
{
	const int64_t use = per_1000_cycles(flits - link->flits, SAMPLE_PS);

	link->flits = flits;
	if (use == link->shown || !filter.wants(now, now))
		return;
	if (!link->track) {
		const std::string name =
		    "flits per 1000 cycles, link " + link_name(index);
		link->track =
		    sqz_trace_counter_track(trace, 0, name.c_str(), "flits");
	}
	link->shown = use;
	sqz_trace_counter(trace, link->track, now, use);
}

/* A link gets its track when it is used first, and a value when that changes.
 * Most links rest most of the time. */
void tracer::sample_links(uint64_t now)
{
	const sqz_noc *noc = soc->network();
	const uint64_t *flits = sqz_noc_all_link_flits(noc);

	links.resize(sqz_noc_routers(noc) * sqz_noc_ports(noc));
	for (unsigned i = 0; i < links.size(); i++)
		if (flits[i] != links[i].flits || links[i].shown)
			show_link(&links[i], i, now, flits[i]);
}

void tracer::sample_stalls(uint64_t now)
{
	const sqz_noc_stalls stalls = sqz_noc_all_stalls(soc->network());
	const uint64_t sums[3] = { stalls.vc_busy, stalls.no_credit,
				   stalls.lost };

	for (int i = 0; i < 3; i++) {
		show(stall_counters[i], slow_ps,
		     per_1000_cycles(sums[i] - last_stalls[i], now - slow_ps));
		last_stalls[i] = sums[i];
	}
}

/* What each link that was asked for has done in the whole run. */
void tracer::sum_links(uint64_t now)
{
	const sqz_noc *noc = soc->network();
	const unsigned ports = sqz_noc_ports(noc);
	const uint32_t track =
	    sqz_trace_track(trace, 0, "links", RANK_CONTROLLER + 1);

	for (unsigned i = 0; i < sqz_noc_routers(noc) * ports; i++) {
		const unsigned router = i / ports, port = i % ports;
		const uint64_t flits = sqz_noc_link_flits(noc, router, port);
		const sqz_noc_stalls waits =
		    sqz_noc_link_stalls(noc, router, port);
		if (!flits && !waits.vc_busy && !waits.no_credit && !waits.lost)
			continue;
		const sqz_trace_arg args[] = {
			sqz_trace_uint("flits", flits),
			sqz_trace_uint("bytes", flits * config.noc.flit_bytes),
			sqz_trace_uint("vc_busy_cycles", waits.vc_busy),
			sqz_trace_uint("no_credit_cycles", waits.no_credit),
			sqz_trace_uint("lost_cycles", waits.lost),
			sqz_trace_uint("cycle_ps", config.noc.cycle_ps),
		};
		const sqz_trace_extra extra = {
			args, nullptr, nullptr, 6, 0, 0
		};
		sqz_trace_instant(trace, track, now, link_name(i).c_str(),
				  "link", &extra);
	}
}

/* Here, and where the CPU calls, one looks whether the run is to go on. */
void tracer::sample()
{
	check_interrupt();
	const sqz_noc *noc = soc->network();
	const uint64_t now = now_ps();
	const uint64_t hops = sqz_noc_flit_hops(noc);
	const uint64_t flits = sqz_noc_flits_in_network(noc);
	/* Once more after the last flit, so that all counters end at 0. */
	const bool rests = flits == 0 && hops == last_hops;

	show(flits_counter, now, (int64_t)flits);
	show(hops_counter, now, per_1000_cycles(hops - last_hops, SAMPLE_PS));
	last_hops = hops;
	sample_links(now);
	if (now - slow_ps >= SLOW_PS) {
		sample_stalls(now);
		sample_power(now);
		slow_ps = now;
	}
	sampling = open_descriptors > 0 || !rests;
	if (sampling)
		sample_event.notify(sc_core::sc_time::from_value(SAMPLE_PS));
}

} // namespace sqz
