#include "bookkeeper.h"

#include <algorithm>

#include "counters.h"

namespace sqz
{

/* A tile that takes part twice is counted once. */
static std::vector<uint16_t> nodes_of(const sqz_image_file &image,
				      uint32_t layer)
{
	const sqz_image_layer &which = image.layers[layer];
	const sqz_participant *first =
	    image.participants + which.first_participant;
	std::vector<uint16_t> nodes;

	for (uint32_t i = 0; i < which.participants; i++)
		nodes.push_back(first[i].node);
	std::sort(nodes.begin(), nodes.end());
	nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
	return nodes;
}

bookkeeper::bookkeeper(const sqz_image_file &file, const chip &virtual_chip)
    : image(file), soc(virtual_chip)
{
	const uint32_t count = image.network->layers;

	layers.resize(count);
	for (uint32_t i = 0; i < count; i++)
		nodes.push_back(nodes_of(image, i));
	run_begin.resize(count);
	tiles_seen.resize(count);
	traffic_seen.resize(count);
	program_traffic.resize(count);
	at_program_begin.resize(count);
	open_programs.resize(count);
	rounds.resize(sqz_image_rounds(image.network));
	open_on_ring.resize(SQZ_CONTROLLER_RINGS_MAX);
}

sqz_tile_counters bookkeeper::count_tiles(uint32_t layer) const
{
	sqz_tile_counters sum = {};

	for (const uint16_t node : nodes[layer])
		add(&sum, *sqz_tile_layer(soc.tile(node), layer));
	return sum;
}

/* Cells are written by PROGRAM, which has an account of its own. */
static sqz_tile_counters without_writes(sqz_tile_counters tiles)
{
	tiles.row_writes = 0;
	tiles.cell_writes = 0;
	tiles.programming_busy_ps = 0;
	return tiles;
}

static sqz_tile_counters only_writes(const sqz_tile_counters &tiles)
{
	sqz_tile_counters writes = {};

	writes.row_writes = tiles.row_writes;
	writes.cell_writes = tiles.cell_writes;
	writes.programming_busy_ps = tiles.programming_busy_ps;
	return writes;
}

/* Without what programming took. */
sqz_traffic bookkeeper::count_traffic(uint32_t layer) const
{
	return difference(soc.traffic()[layer], program_traffic[layer]);
}

/* What belongs to no layer, and what layers did outside of their RUNs. */
sqz_traffic bookkeeper::count_other() const
{
	const uint32_t count = (uint32_t)layers.size();
	sqz_traffic other = soc.traffic()[count];

	for (uint32_t i = 0; i < count; i++)
		add(&other, difference(count_traffic(i), layers[i].traffic));
	return other;
}

/* ---- time ---- */

/* Up to now things were as they are. */
void bookkeeper::pass_time(uint64_t now)
{
	const uint64_t time = now - passed_ps;
	const bool overlaps = rings_open > 0;

	passed_ps = now;
	if (!all_rounds.open)
		return;
	all_rounds.time_ps += time;
	all_rounds.overlap_ps += overlaps ? time : 0;
	for (round_state &round : rounds) {
		round.time_ps += round.open ? time : 0;
		round.overlap_ps += round.open && overlaps ? time : 0;
	}
}

void bookkeeper::begin_program(uint32_t layer)
{
	all_rounds.open++;
	rounds[image.layers[layer].round].open++;
	if (!open_programs[layer]++)
		at_program_begin[layer] = soc.traffic()[layer];
}

void bookkeeper::end_program(uint32_t layer)
{
	round_state &round = rounds[image.layers[layer].round];

	all_rounds.open--;
	round.open--;
	round.done++;
	if (!--open_programs[layer])
		add(&program_traffic[layer],
		    difference(soc.traffic()[layer], at_program_begin[layer]));
}

void bookkeeper::begin_run(uint16_t ring, uint32_t layer, uint64_t now)
{
	first_run_ps = std::min(first_run_ps, now);
	run_begin[layer] = now;
	traffic_seen[layer] = count_traffic(layer);
	if (!open_on_ring[ring]++)
		most_rings = std::max(most_rings, ++rings_open);
}

void bookkeeper::end_run(uint16_t ring)
{
	if (!--open_on_ring[ring])
		rings_open--;
}

void bookkeeper::begin(const sqz_controller_event &event, uint64_t now)
{
	boot_ps = std::min(boot_ps, now);
	if (event.layer >= layers.size())
		return;
	pass_time(now);
	if (event.type == SQZ_DESC_PROGRAM)
		begin_program(event.layer);
	else if (event.type == SQZ_DESC_RUN)
		begin_run(event.ring, event.layer, now);
}

bool bookkeeper::end(const sqz_controller_event &event, uint64_t now,
		     layer_run *run)
{
	if (event.layer >= layers.size())
		return false;
	pass_time(now);
	if (event.type == SQZ_DESC_PROGRAM)
		end_program(event.layer);
	if (event.type != SQZ_DESC_RUN)
		return false;
	const uint32_t layer = event.layer;
	sqz_account &account = layers[layer];
	const sqz_tile_counters tiles = without_writes(count_tiles(layer));
	const sqz_traffic traffic = count_traffic(layer);

	end_run(event.ring);
	account.runs++;
	account.time_ps += now - run_begin[layer];
	*run = { layer,
		 run_begin[layer],
		 now,
		 difference(tiles, tiles_seen[layer]),
		 difference(traffic, traffic_seen[layer]),
		 tiles,
		 {} };
	tiles_seen[layer] = tiles;
	traffic_seen[layer] = traffic;
	add(&account.traffic, run->traffic);
	run->all_traffic = account.traffic;
	return true;
}

/* ---- the end ---- */

void bookkeeper::close_round(uint32_t index, sqz_round_result *to) const
{
	const round_state &round = rounds[index];
	uint64_t steps = 0;

	*to = {};
	to->account.time_ps = round.time_ps;
	to->overlap_ps = round.overlap_ps;
	for (uint32_t i = 0; i < layers.size(); i++) {
		if (image.layers[i].round != index)
			continue;
		steps += image.layers[i].participants;
		add(&to->account.tiles, only_writes(count_tiles(i)));
		add(&to->account.traffic, program_traffic[i]);
		for (const uint16_t node : nodes[i])
			to->max_wear = std::max(
			    to->max_wear, sqz_tile_max_wear(soc.tile(node)));
	}
	to->programmed = steps ? round.done / steps : 0;
}

void bookkeeper::close(sqz_run_result *result) const
{
	const uint32_t count = (uint32_t)layers.size();

	for (uint32_t i = 0; i < count; i++) {
		sqz_account *account = &result->layer_accounts[i];
		*account = layers[i];
		account->tiles = without_writes(count_tiles(i));
	}
	result->max_wear = 0;
	result->program = {};
	for (uint32_t i = 0; i < rounds.size(); i++) {
		sqz_round_result *round = &result->rounds[i];
		close_round(i, round);
		add(&result->program.tiles, round->account.tiles);
		add(&result->program.traffic, round->account.traffic);
		result->max_wear = std::max(result->max_wear, round->max_wear);
	}
	result->program.time_ps = all_rounds.time_ps;
	result->program_overlap_ps = all_rounds.overlap_ps;
	result->other = {};
	result->other.traffic = count_other();
	result->boot_ps = boot_ps == UINT64_MAX ? 0 : boot_ps;
	result->first_run_ps = first_run_ps == UINT64_MAX ? 0 : first_run_ps;
	result->most_in_flight = most_rings;
}

} // namespace sqz
