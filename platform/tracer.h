/*
 * Writes what the chip does into a trace (traces/trace.h): layers and phases,
 * driver calls by symbol, descriptors, tiles, network counters and packets.
 *
 * Tracks: docs/traces.md. The CPU's track follows the CPU's own time, all
 * others the kernel's.
 */
#ifndef SQZ_PLATFORM_TRACER_H
#define SQZ_PLATFORM_TRACER_H

#include <map>
#include <string>
#include <systemc>
#include <vector>

#include "bookkeeper.h"
#include "cpu/elf.h"
#include "trace_filter.h"
#include "traces/trace.h"

namespace sqz
{

class tracer : public sc_core::sc_module, public host_cpu_observer
{
      public:
	/* trace may be NULL: everything is off then. */
	tracer(sc_core::sc_module_name name, sqz_trace *trace,
	       const sqz_config &config, const sqz_chip &layout,
	       const sqz_image_file &image, const trace_filter &filter);

	~tracer() override;

	/* After the chip exists. */
	void attach(chip &soc, const sqz_elf &program);
	bool on() const
	{
		return trace != nullptr;
	}

	/* From now on, leaves out what a filter may (trace_filter.h), or no
	 * longer does. */
	void pause(bool on, uint64_t now);

	/* input: where the picture is put. */
	void image_begin(uint32_t image, uint64_t input, uint64_t now);
	void doorbell(uint16_t ring, uint32_t tail, uint64_t now);
	void descriptor_begin(const sqz_controller_event &event, uint64_t now);
	void descriptor_end(const sqz_controller_event &event, uint64_t now);
	void posted(const sqz_controller_event &event, uint64_t now);
	/* One of the controller's interrupts has risen or fallen. */
	void line(unsigned source, bool level, uint64_t now);
	void layer_end(const layer_run &run);
	void packet(const sqz_packet *packet, bool arrives, uint64_t now);
	void mark(uint16_t node, uint64_t id, const sqz_causes &causes,
		  uint64_t now);
	void accepted(uint16_t node, uint64_t id, uint64_t now);
	void finish(const sqz_run_result &result);
	/* NULL where tiles are not traced. */
	const sqz_tile_observer *tile_observer(uint16_t node);
	const sqz_memory_observer *memory_observer(uint16_t node);

	static std::string interrupt_name(unsigned source);

	/* host_cpu_observer */
	void call(uint64_t ps, uint64_t target) override;
	void ret(uint64_t ps, uint64_t target) override;
	void trap(uint64_t ps, uint64_t cause, uint64_t pc) override;
	void trap_return(uint64_t ps) override;
	void sleep(uint64_t from_ps, uint64_t to_ps) override;

      private:
	/* Ranks order the tracks in the viewer. */
	enum track_rank {
		RANK_LAYERS = 1,
		RANK_PHASES,
		RANK_CPU,
		RANK_SLEEP,
		RANK_DRIVER,
		RANK_CONTROLLER,
		RANK_TILES = 100,
	};
	/* Pieces of work of one layer, of equal length, that begin at equal
	 * distances. */
	struct series {
		uint32_t track;
		uint64_t begin;
		uint64_t last; /* where the last piece begins */
		uint64_t piece;
		uint64_t period;
		uint32_t count; /* 0: nothing to be written */
		uint32_t position;
		uint16_t layer;
	};
	/* Work that comes in small pieces, no two alike. */
	struct activity {
		const char *name = "";
		const char *category = "";
		uint64_t gap = 0; /* pieces so far apart are still one slice */
		uint32_t track = 0;
		uint32_t count = 0; /* pieces; 0: nothing to be written */
		uint64_t begin = 0;
		uint64_t end = 0;
		uint64_t busy = 0;    /* of the pieces */
		uint64_t flushed = 0; /* nothing begins before */
	};
	/* One tile's tracks, by slot; 0 until they are needed. */
	struct tile_tracks {
		tracer *owner;
		uint32_t parent;
		struct slot_tracks {
			uint32_t steps, waits, writes, adcs;
			series passes;
			uint64_t adc_ps; /* of a pass */
			activity fetch, reduce;
		};
		std::vector<slot_tracks> slots;
		series vector;
		sqz_tile_observer observer;
	};
	struct memory_tracks {
		tracer *owner;
		activity work;
		uint64_t burst_ps; /* DRAM, else 0 */
		sqz_memory_observer observer;
	};
	/* A function or trap handler that the CPU is in. */
	struct frame {
		bool is_trap;
		bool traced;
	};
	struct open_descriptor {
		bool used;
		uint32_t run;
		uint64_t begin;
		uint32_t track;
	};

	/* What a link's counter showed last; no track before it was used. */
	struct link_counter {
		uint32_t track;
		uint64_t flits;
		int64_t shown;
	};
	struct open_layer {
		bool used;
		uint32_t layer;
		uint32_t image;
		uint32_t track;
	};

	/* tracer_tiles.cpp */
	static tile_tracks *tracks_of(void *context);
	tile_tracks::slot_tracks &slot(tile_tracks *tile, uint16_t slot);
	bool join(series *work, const sqz_tile_event &event);
	void begin_series(series *work, const sqz_tile_event &event);
	void flush(series *work, const char *name, const char *category);
	void flush_passes(tile_tracks::slot_tracks *slot);
	void flush_slot(tile_tracks::slot_tracks *slot);
	void flush_vector(series *work);
	void flush_tiles();
	void tile_slice(uint32_t track, const sqz_tile_event &event,
			const char *name, const char *category);
	static void tile_program(void *context, const sqz_tile_event *event);
	static void tile_step(void *context, const sqz_tile_event *event);
	static void tile_pass(void *context, const sqz_tile_event *event);
	static void tile_fetch_wait(void *context, const sqz_tile_event *event);
	static void tile_grant_wait(void *context, const sqz_tile_event *event);
	static void tile_vector(void *context, const sqz_tile_event *event);
	static void tile_write(void *context, const sqz_tile_event *event);
	static void tile_fetch(void *context, const sqz_tile_event *event);
	static void tile_reduce(void *context, const sqz_tile_event *event);
	std::string tile_name(uint32_t node) const;
	void sum_tiles(uint64_t now);
	/* tracer_memories.cpp */
	void touch(activity *work, uint64_t begin, uint64_t end, uint64_t busy);
	void flush(activity *work);
	void flush_memories();
	static void bank_used(void *context, const sqz_bank_use *use,
			      const sqz_packet *packet);
	std::string memory_name(uint32_t node) const;
	void sum_memories(uint64_t now);
	/* tracer_layers.cpp */
	sqz_energy run_energy(const layer_run &run);
	void put_energy(std::vector<sqz_trace_arg> *args,
			const sqz_energy &energy) const;
	std::vector<sqz_trace_arg> layer_args(const layer_run &run,
					      uint32_t of_image,
					      const sqz_energy &energy) const;
	void sum_energy(const sqz_run_result &result);
	void layer_begin(const sqz_controller_event &event, uint64_t now);
	void boot_end(uint64_t now);
	void program_begin(uint64_t now);
	void program_end(uint64_t now);
	void write_settings(); /* tracer_settings.cpp */
	/* tracer_controller.cpp */
	void start_lane(const sqz_controller_event &event, uint64_t now);
	uint64_t flow_of(uint32_t run) const;
	std::vector<uint64_t> *told_by(unsigned source);
	/* tracer_packets.cpp */
	uint64_t packet_flow(const sqz_packet &packet) const;
	uint32_t packet_track(uint16_t node);
	uint32_t mark_track(uint16_t node);
	/* tracer_network.cpp */
	void create_counters();
	void sample();
	void sample_power(uint64_t now);
	void show_depth(uint16_t ring, uint64_t now);
	void show(uint32_t track, uint64_t now, int64_t value);
	void show_link(link_counter *link, unsigned index, uint64_t now,
		       uint64_t flits);
	void sample_links(uint64_t now);
	void sample_stalls(uint64_t now);
	void sum_links(uint64_t now);
	int64_t per_1000_cycles(uint64_t count, uint64_t ps) const;
	std::string link_name(unsigned link) const;

	sqz_trace *trace;
	const sqz_config &config;
	const sqz_chip &layout;
	const sqz_image_file &image;
	trace_filter filter;
	uint32_t settings_track = 0;
	const sqz_elf *elf = nullptr;
	chip *soc = nullptr;
	uint32_t layers_track = 0, phases_track = 0, images_track = 0;
	uint32_t cpu_track = 0, wfi_track = 0, controller_track = 0;
	uint32_t interrupts_track = 0;
	uint32_t driver_track = 0, flits_counter = 0, hops_counter = 0;
	std::vector<frame> stack;
	std::vector<open_descriptor> lanes;
	std::vector<uint32_t> ring_tails;
	std::vector<uint64_t> run_flows; /* by run number, modulo its size */
	/* By ring: flows of completions that no interrupt has told of. */
	std::vector<std::vector<uint64_t>> untold;
	std::vector<tile_tracks> tiles;
	std::vector<memory_tracks> memories; /* by node */
	std::vector<uint32_t> node_tracks;   /* packets, by node */
	std::vector<uint32_t> mark_tracks;   /* by node */
	std::vector<open_layer> layers;
	std::map<uint64_t, uint32_t> images_at; /* by address of the input */
	std::vector<uint32_t> ring_images;	/* that rings work on */
	std::vector<sqz_energy> energy_seen;	/* by layer */
	std::vector<std::string> energy_names;	/* "adc_fj" */
	uint32_t open_descriptors = 0;
	uint32_t open_programs = 0;
	bool booting = true;
	uint64_t last_hops = 0;
	uint32_t power_counters[SQZ_ENERGY_COMPONENTS] = {};
	sqz_energy power_seen = {};
	uint64_t slow_ps = 0;		      /* power and waits were sampled */
	std::vector<uint32_t> depth_counters; /* by ring */
	std::vector<uint32_t> depths;	      /* by ring */
	std::map<uint32_t, int64_t> shown;    /* by counter track */
	std::vector<link_counter> links;      /* by router x port */
	uint32_t stall_counters[3] = {};      /* VC busy, no credit, lost */
	uint64_t last_stalls[3] = {};
	sc_core::sc_event sample_event;
	bool sampling = false;
};

} // namespace sqz

#endif
