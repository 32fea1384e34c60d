#include "tracer.h"

#include <string>

namespace sqz
{

tracer::tile_tracks *tracer::tracks_of(void *context)
{
	return static_cast<tile_tracks *>(context);
}

/* Of one slot. */
static const int32_t SLOT_TRACKS = 8;

/* Pauses between reads, or partial sums, that are not worth a slice. */
static const uint64_t FETCH_GAP_PS = 10000000;

tracer::tile_tracks::slot_tracks &tracer::slot(tile_tracks *tile,
					       uint16_t index)
{
	if (tile->slots.size() <= index)
		tile->slots.resize(index + 1);
	auto &tracks = tile->slots[index];
	if (!tracks.steps) {
		const std::string name = "slot " + std::to_string(index);
		const int32_t rank = SLOT_TRACKS * index;
		tracks.steps =
		    sqz_trace_track(trace, tile->parent, name.c_str(), rank);
		tracks.passes.track = sqz_trace_track(
		    trace, tile->parent, (name + " arrays").c_str(), rank + 1);
		tracks.adcs = sqz_trace_track(
		    trace, tile->parent, (name + " ADC").c_str(), rank + 2);
		tracks.waits = sqz_trace_track(
		    trace, tile->parent, (name + " waits").c_str(), rank + 3);
		tracks.writes =
		    sqz_trace_track(trace, tile->parent,
				    (name + " write-back").c_str(), rank + 4);
		tracks.fetch = { "reads open", "fetch", FETCH_GAP_PS };
		tracks.fetch.track = sqz_trace_track(
		    trace, tile->parent, (name + " fetch").c_str(), rank + 5);
	}
	return tracks;
}

/* ---- equal pieces of work at equal distances are one slice ---- */

/* Pieces that begin further apart are no series: one slice would hide that the
 * unit rests. */
static const uint64_t SERIES_PERIOD_PS = 10000000;

void tracer::flush(series *work, const char *name, const char *category)
{
	const uint64_t end =
	    work->begin + (work->count - 1) * work->period + work->piece;
	const sqz_trace_arg args[] = {
		sqz_trace_uint("position", work->position),
		sqz_trace_uint("layer", work->layer),
		sqz_trace_uint("begin_ps", work->begin),
		sqz_trace_uint("piece_ps", work->piece),
		sqz_trace_uint("count", work->count),
		sqz_trace_uint("period_ps", work->period),
	};
	const sqz_trace_extra extra = { args,	 nullptr,
					nullptr, work->count > 1 ? 6u : 5u,
					0,	 0 };

	if (!work->count)
		return;
	work->count = 0;
	sqz_trace_slice(trace, work->track, work->begin, end, name, category,
			&extra);
}

/* True if the piece is the next one of the series. */
static bool continues(uint64_t distance, uint32_t count, uint64_t period)
{
	return count == 1 ? distance <= SERIES_PERIOD_PS : distance == period;
}

/* False if the piece is none of the series: it begins a new one then. */
bool tracer::join(series *work, const sqz_tile_event &event)
{
	const uint64_t distance = event.begin - work->last;

	if (!work->count || event.end - event.begin != work->piece ||
	    event.layer != work->layer ||
	    !continues(distance, work->count, work->period))
		return false;
	work->period = distance;
	work->last = event.begin;
	work->count++;
	return true;
}

void tracer::begin_series(series *work, const sqz_tile_event &event)
{
	*work = { work->track,
		  event.begin,
		  event.begin,
		  event.end - event.begin,
		  0,
		  1,
		  event.position,
		  event.layer };
}

/* The ADCs convert while the arrays read the next bits: their slice stands
 * beside that of the passes, with its own busy time. */
void tracer::flush_passes(tile_tracks::slot_tracks *slot)
{
	series converting = slot->passes;

	flush(&slot->passes, "array pass", "arrays");
	converting.track = slot->adcs;
	converting.piece = slot->adc_ps;
	flush(&converting, "conversions", "adc");
}

/* Readers find the work of a step before its end. */
void tracer::flush_slot(tile_tracks::slot_tracks *slot)
{
	flush_passes(slot);
	flush(&slot->fetch);
	flush(&slot->reduce);
}

void tracer::flush_vector(series *work)
{
	flush(work, "vector", "vector");
}

void tracer::flush_tiles()
{
	for (tile_tracks &tile : tiles) {
		for (tile_tracks::slot_tracks &slot : tile.slots)
			flush_slot(&slot);
		flush_vector(&tile.vector);
	}
}

/* ---- observers ---- */

void tracer::tile_slice(uint32_t track, const sqz_tile_event &event,
			const char *name, const char *category)
{
	const sqz_trace_arg arg = sqz_trace_uint("position", event.position);
	const sqz_trace_extra extra = { &arg, nullptr, nullptr, 1, 0, 0 };

	if (filter.wants(event.begin, event.end))
		sqz_trace_slice(trace, track, event.begin, event.end, name,
				category, &extra);
}

void tracer::tile_program(void *context, const sqz_tile_event *event)
{
	tile_tracks *tile = tracks_of(context);
	tracer *self = tile->owner;

	self->tile_slice(self->slot(tile, event->slot).steps, *event, "program",
			 "program");
}

void tracer::tile_step(void *context, const sqz_tile_event *event)
{
	tile_tracks *tile = tracks_of(context);
	tracer *self = tile->owner;
	tile_tracks::slot_tracks &tracks = self->slot(tile, event->slot);
	const uint64_t flow = self->flow_of(event->run);
	const sqz_trace_arg args[] = {
		sqz_trace_uint("run", event->run),
		sqz_trace_uint("status", event->status),
		sqz_trace_uint("layer", event->layer),
		sqz_trace_uint("pass_ps", event->pass_ps),
		sqz_trace_uint("read_ps", event->read_ps),
		sqz_trace_uint("adc_ps", event->adc_ps),
	};
	const sqz_trace_extra extra = { args,	 &flow,
					nullptr, event->pass_ps ? 6u : 3u,
					1,	 0 };
	const bool known = event->layer < self->image.network->layers;

	self->flush_slot(&tracks);
	if (tile->vector.layer == event->layer)
		self->flush_vector(&tile->vector);
	if (!self->filter.wants(event->begin, event->end))
		return;
	sqz_trace_slice(self->trace, tracks.steps, event->begin, event->end,
			known ? self->image.layers[event->layer].name : "step",
			"step", &extra);
}

void tracer::tile_pass(void *context, const sqz_tile_event *event)
{
	tile_tracks *tile = tracks_of(context);
	tracer *self = tile->owner;

	tile_tracks::slot_tracks &tracks = self->slot(tile, event->slot);

	if (!self->filter.wants(event->begin, event->end) ||
	    self->join(&tracks.passes, *event))
		return;
	self->flush_passes(&tracks);
	self->begin_series(&tracks.passes, *event);
	tracks.adc_ps = event->adc_ps;
}

void tracer::tile_fetch(void *context, const sqz_tile_event *event)
{
	tile_tracks *tile = tracks_of(context);
	tracer *self = tile->owner;

	self->touch(&self->slot(tile, event->slot).fetch, event->begin,
		    event->end, event->end - event->begin);
}

/* Sums are added as they arrive, which takes no time of its own. */
void tracer::tile_reduce(void *context, const sqz_tile_event *event)
{
	tile_tracks *tile = tracks_of(context);
	tracer *self = tile->owner;
	activity &reduce = self->slot(tile, event->slot).reduce;

	if (!reduce.track) {
		const std::string name =
		    "slot " + std::to_string(event->slot) + " reduce";
		reduce = { "partial sums", "reduce", FETCH_GAP_PS };
		reduce.track =
		    sqz_trace_track(self->trace, tile->parent, name.c_str(),
				    SLOT_TRACKS * event->slot + 6);
	}
	self->touch(&reduce, event->begin, event->end, 0);
}

void tracer::tile_fetch_wait(void *context, const sqz_tile_event *event)
{
	tile_tracks *tile = tracks_of(context);
	tracer *self = tile->owner;

	self->tile_slice(self->slot(tile, event->slot).waits, *event,
			 "waits for input", "wait");
}

void tracer::tile_grant_wait(void *context, const sqz_tile_event *event)
{
	tile_tracks *tile = tracks_of(context);
	tracer *self = tile->owner;

	self->tile_slice(self->slot(tile, event->slot).waits, *event,
			 "waits for accumulators", "wait");
}

/* Slots share the unit, so its slices name their layer. */
void tracer::tile_vector(void *context, const sqz_tile_event *event)
{
	tile_tracks *tile = tracks_of(context);
	tracer *self = tile->owner;

	if (!tile->vector.track)
		tile->vector.track = sqz_trace_track(self->trace, tile->parent,
						     "vector unit", INT16_MAX);
	if (!self->filter.wants(event->begin, event->end) ||
	    self->join(&tile->vector, *event))
		return;
	self->flush_vector(&tile->vector);
	self->begin_series(&tile->vector, *event);
}

void tracer::tile_write(void *context, const sqz_tile_event *event)
{
	tile_tracks *tile = tracks_of(context);
	tracer *self = tile->owner;
	const sqz_trace_arg args[] = {
		sqz_trace_uint("position", event->position),
		sqz_trace_uint("bytes", event->bytes),
	};
	const sqz_trace_extra extra = { args, nullptr, nullptr, 2, 0, 0 };

	if (!self->filter.wants(event->begin, event->end))
		return;
	sqz_trace_instant(self->trace, self->slot(tile, event->slot).writes,
			  event->begin, "write", "write", &extra);
}

const sqz_tile_observer *tracer::tile_observer(uint16_t node)
{
	if (!sqz_trace_wants(trace, SQZ_TRACE_TILES) || !filter.nodes[node])
		return nullptr;
	tile_tracks &tile = tiles[node];
	const std::string name = tile_name(node);

	tile.owner = this;
	tile.parent =
	    sqz_trace_track(trace, 0, name.c_str(), RANK_TILES + node);
	tile.observer = {};
	tile.observer.context = &tile;
	tile.observer.program = tile_program;
	tile.observer.step_end = tile_step;
	tile.observer.pass = tile_pass;
	tile.observer.fetch_wait = tile_fetch_wait;
	tile.observer.grant_wait = tile_grant_wait;
	tile.observer.vector = tile_vector;
	tile.observer.write_back = tile_write;
	tile.observer.fetch = tile_fetch;
	tile.observer.reduce = tile_reduce;
	return &tile.observer;
}

/* ---- sums ---- */

/* "tile 3,0" */
std::string tracer::tile_name(uint32_t node) const
{
	const sqz_node_entry &entry = layout.entries[node];

	return "tile " + std::to_string(entry.x) + "," +
	       std::to_string(entry.y);
}

/* What each tile has done in the whole run. */
void tracer::sum_tiles(uint64_t now)
{
	const uint32_t track =
	    sqz_trace_track(trace, 0, "tiles", RANK_CONTROLLER + 2);

	for (uint32_t node = 0; node < layout.nodes; node++) {
		if (!soc->tile(node))
			continue;
		const sqz_tile_counters *sums = sqz_tile_total(soc->tile(node));
		const sqz_trace_arg args[] = {
			sqz_trace_uint("node", node),
			sqz_trace_uint("array_busy_ps", sums->array_busy_ps),
			sqz_trace_uint("adc_busy_ps", sums->adc_busy_ps),
			sqz_trace_uint("vector_busy_ps", sums->vector_busy_ps),
			sqz_trace_uint("programming_busy_ps",
				       sums->programming_busy_ps),
		};
		const sqz_trace_extra extra = {
			args, nullptr, nullptr, 5, 0, 0
		};
		sqz_trace_instant(trace, track, now, tile_name(node).c_str(),
				  "tile", &extra);
	}
}

} // namespace sqz
