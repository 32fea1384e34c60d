/*
 * Cuts what the chip counts by layer and phase: a layer's account opens when
 * its RUN descriptor starts and closes when all its work is done; what happens
 * while tiles are being programmed goes to the programming account. The rest
 * (descriptors, completion entries, copies of images, host accesses) is other.
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

	/* First descriptor; UINT64_MAX before. */
	uint64_t boot_ps = UINT64_MAX;

      private:
	sqz_tile_counters count_tiles(uint32_t layer) const;
	sqz_traffic count_traffic(uint32_t layer) const;
	sqz_traffic count_other() const;
	void open_program(uint64_t now);
	void close_program(uint64_t now);

	const sqz_image_file &image;
	const chip &soc;
	std::vector<sqz_account> layers;
	sqz_account program = {};
	/* By layer + 1: traffic that is programming's. */
	std::vector<sqz_traffic> program_traffic;
	std::vector<sqz_traffic> at_program_begin;
	std::vector<uint64_t> run_begin; /* by layer */
	std::vector<uint32_t> open_runs; /* by layer */
	std::vector<sqz_tile_counters> tiles_seen;
	std::vector<sqz_traffic> traffic_seen;
	uint32_t programming = 0; /* PROGRAM descriptors that are open */
	uint64_t program_begin = 0;
};

} // namespace sqz

#endif
