/*
 * Cuts what the chip counts by layer and phase. What packets of a layer carry
 * while PROGRAM descriptors of that layer are open, and the cells they write,
 * belong to programming; all else of the layer to its RUNs. A layer is not
 * programmed while it runs, but others may run meanwhile. What belongs to no
 * layer (descriptors, completion entries, copies of images, host accesses) is
 * other.
 *
 * A layer has one RUN open at a time (the controller sees to that), several
 * layers may have.
 */
#ifndef SQZ_PLATFORM_BOOKKEEPER_H
#define SQZ_PLATFORM_BOOKKEEPER_H

#include <vector>

#include "report.h"
#include "soc/chip.h"

namespace sqz
{

/* What one RUN of a layer has cost. */
struct layer_run {
	uint32_t layer;
	uint64_t begin_ps;
	uint64_t end_ps;
	sqz_tile_counters tiles;
	sqz_traffic traffic;
	/* Of this run and all before it. */
	sqz_tile_counters all_tiles;
	sqz_traffic all_traffic;
};

class bookkeeper
{
      public:
	bookkeeper(const sqz_image_file &image, const chip &soc);

	void begin(const sqz_controller_event &event, uint64_t now);
	/* True if it was a layer's run: *run tells what it was. */
	bool end(const sqz_controller_event &event, uint64_t now,
		 layer_run *run);

	/* The accounts at the end of the run. */
	void close(sqz_run_result *result) const;

      private:
	/* Programming of one round. */
	struct round_state {
		uint32_t open = 0; /* PROGRAM descriptors */
		uint64_t done = 0;
		uint64_t time_ps = 0;
		uint64_t overlap_ps = 0; /* layers ran meanwhile */
	};

	sqz_tile_counters count_tiles(uint32_t layer) const;
	sqz_traffic count_traffic(uint32_t layer) const;
	sqz_traffic count_other() const;
	void pass_time(uint64_t now);
	void begin_program(uint32_t layer);
	void end_program(uint32_t layer);
	void begin_run(uint16_t ring, uint32_t layer, uint64_t now);
	void end_run(uint16_t ring);
	void close_round(uint32_t round, sqz_round_result *to) const;

	const sqz_image_file &image;
	const chip &soc;
	std::vector<sqz_account> layers;
	std::vector<std::vector<uint16_t>> nodes; /* by layer, each once */
	std::vector<uint64_t> run_begin;	  /* by layer */
	std::vector<sqz_tile_counters> tiles_seen;
	std::vector<sqz_traffic> traffic_seen;
	/* By layer: what is programming's. */
	std::vector<sqz_traffic> program_traffic;
	std::vector<sqz_traffic> at_program_begin;
	std::vector<uint32_t> open_programs;
	std::vector<round_state> rounds;
	round_state all_rounds;
	std::vector<uint32_t> open_on_ring; /* RUNs */
	uint32_t rings_open = 0;
	uint32_t most_rings = 0;
	uint64_t passed_ps = 0; /* up to which time is accounted for */
	uint64_t boot_ps = UINT64_MAX;
	uint64_t first_run_ps = UINT64_MAX;
};

} // namespace sqz

#endif
