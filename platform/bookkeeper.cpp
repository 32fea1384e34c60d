#include "bookkeeper.h"

#include <cstring>

namespace sqz
{

/* Structures of cumulative uint64 counters, added and subtracted word by word.
 */
template <class COUNTERS> void add(COUNTERS *sum, const COUNTERS &more)
{
	static_assert(sizeof(COUNTERS) % sizeof(uint64_t) == 0,
		      "counters are uint64");
	auto *to = reinterpret_cast<uint64_t *>(sum);
	const auto *from = reinterpret_cast<const uint64_t *>(&more);

	for (size_t i = 0; i < sizeof(COUNTERS) / sizeof(uint64_t); i++)
		to[i] += from[i];
}

template <class COUNTERS>
COUNTERS difference(const COUNTERS &after, const COUNTERS &before)
{
	COUNTERS result = after;
	auto *to = reinterpret_cast<uint64_t *>(&result);
	const auto *from = reinterpret_cast<const uint64_t *>(&before);

	for (size_t i = 0; i < sizeof(COUNTERS) / sizeof(uint64_t); i++)
		to[i] -= from[i];
	return result;
}

bookkeeper::bookkeeper(const sqz_image_file &file, const chip &virtual_chip)
    : image(file), soc(virtual_chip)
{
	const uint32_t count = image.network->layers;

	layers.resize(count);
	program_traffic.resize(count + 1);
	run_begin.resize(count);
	open_runs.resize(count);
	tiles_seen.resize(count);
	traffic_seen.resize(count);
}

sqz_tile_counters bookkeeper::count_tiles(uint32_t layer) const
{
	const sqz_image_layer &which = image.layers[layer];
	sqz_tile_counters sum = {};

	for (uint32_t i = 0; i < which.participants; i++) {
		const uint32_t index = which.first_participant + i;
		const uint16_t node = image.participants[index].node;
		/* A tile that takes part twice is counted once. */
		bool seen = false;
		for (uint32_t j = which.first_participant; j < index; j++)
			seen = seen || image.participants[j].node == node;
		if (!seen)
			add(&sum, *sqz_tile_layer(soc.tile(node), layer));
	}
	/* Cells are written by PROGRAM, which has an account of its own. */
	sum.row_writes = 0;
	sum.cell_writes = 0;
	sum.programming_busy_ps = 0;
	return sum;
}

/* A layer's, or with the number of layers what belongs to none; without what
 * programming took. */
sqz_traffic bookkeeper::count_traffic(uint32_t layer) const
{
	return difference(soc.traffic()[layer], program_traffic[layer]);
}

sqz_traffic bookkeeper::count_other() const
{
	const uint32_t count = (uint32_t)layers.size();
	sqz_traffic other = count_traffic(count);

	for (uint32_t i = 0; i < count; i++)
		add(&other, difference(count_traffic(i), layers[i].traffic));
	return other;
}

void bookkeeper::open_program(uint64_t now)
{
	if (programming++)
		return;
	program_begin = now;
	at_program_begin = soc.traffic();
}

void bookkeeper::close_program(uint64_t now)
{
	if (--programming)
		return;
	program.time_ps += now - program_begin;
	for (size_t i = 0; i < program_traffic.size(); i++) {
		const sqz_traffic spent =
		    difference(soc.traffic()[i], at_program_begin[i]);
		add(&program_traffic[i], spent);
		add(&program.traffic, spent);
	}
}

void bookkeeper::begin(const sqz_controller_event &event, uint64_t now)
{
	if (boot_ps == UINT64_MAX)
		boot_ps = now;
	if (event.type == SQZ_DESC_PROGRAM)
		open_program(now);
	if (event.type != SQZ_DESC_RUN || event.layer >= layers.size())
		return;
	run_begin[event.layer] = now;
	if (!open_runs[event.layer]++)
		traffic_seen[event.layer] = count_traffic(event.layer);
}

bool bookkeeper::end(const sqz_controller_event &event, uint64_t now,
		     layer_run *run)
{
	if (event.type == SQZ_DESC_PROGRAM)
		close_program(now);
	if (event.type != SQZ_DESC_RUN || event.layer >= layers.size())
		return false;
	const uint32_t layer = event.layer;
	sqz_account &account = layers[layer];
	const sqz_tile_counters tiles = count_tiles(layer);
	const sqz_traffic traffic = count_traffic(layer);

	open_runs[layer]--;
	account.runs++;
	account.time_ps += now - run_begin[layer];
	*run = { layer, run_begin[layer], now,
		 difference(tiles, tiles_seen[layer]),
		 difference(traffic, traffic_seen[layer]) };
	tiles_seen[layer] = tiles;
	traffic_seen[layer] = traffic;
	add(&account.traffic, run->traffic);
	return true;
}

void bookkeeper::close(sqz_run_result *result) const
{
	const uint32_t count = (uint32_t)layers.size();
	sqz_tile_counters all = {};

	for (uint32_t i = 0; i < count; i++) {
		sqz_account *account = &result->layer_accounts[i];
		*account = layers[i];
		account->tiles = count_tiles(i);
	}
	const uint32_t nodes =
	    image.network->mesh_width * image.network->mesh_height;
	result->max_wear = 0;
	for (uint32_t node = 0; node < nodes; node++) {
		const sqz_tile *tile = soc.tile(node);
		if (!tile)
			continue;
		add(&all, *sqz_tile_total(tile));
		if (sqz_tile_max_wear(tile) > result->max_wear)
			result->max_wear = sqz_tile_max_wear(tile);
	}
	result->program = program;
	result->program.tiles.row_writes = all.row_writes;
	result->program.tiles.cell_writes = all.cell_writes;
	result->program.tiles.programming_busy_ps = all.programming_busy_ps;
	result->other = {};
	result->other.traffic = count_other();
	result->boot_ps = boot_ps == UINT64_MAX ? 0 : boot_ps;
	result->program_ps = program.time_ps;
}

} // namespace sqz
