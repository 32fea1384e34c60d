#include "sample.h"

#include <stdio.h>
#include <stdlib.h>

const char *const sample_layer_names[SAMPLE_LAYERS] = { "conv1", "conv2",
							"fc,\"out\"" };

struct tracks {
	uint32_t layers;
	uint32_t phases;
	uint32_t driver;
	uint32_t power;
	uint32_t tiles[SAMPLE_TILES];
	uint32_t adcs[SAMPLE_TILES];
};

static void make_tracks(struct sqz_trace *trace, struct tracks *tracks)
{
	char name[32];

	tracks->layers = sqz_trace_track(trace, 0, "layers", 0);
	tracks->phases = sqz_trace_track(trace, 0, "phases", 1);
	tracks->driver = sqz_trace_track(trace, 0, "driver", 2);
	tracks->power = sqz_trace_counter_track(trace, 0, "power", "mW");
	for (unsigned i = 0; i < SAMPLE_TILES; i++) {
		snprintf(name, sizeof(name), "tile %u", i);
		tracks->tiles[i] = sqz_trace_track(trace, 0, name, 10 + i);
		tracks->adcs[i] =
		    sqz_trace_track(trace, tracks->tiles[i], "adc", 0);
	}
}

static void write_tiles(struct sqz_trace *trace, const struct tracks *tracks,
			uint64_t ps, uint64_t flow)
{
	for (unsigned i = 0; i < SAMPLE_TILES; i++) {
		uint64_t id = flow + i;
		struct sqz_trace_extra to = { .flows = &id, .flow_count = 1 };
		struct sqz_trace_extra from = { .final_flows = &id,
						.final_flow_count = 1 };
		sqz_trace_slice(trace, tracks->tiles[i], ps, ps + 100000,
				"read", "tile", &to);
		sqz_trace_slice(trace, tracks->adcs[i], ps + 100000,
				ps + 200000, "convert", "tile", &from);
	}
	sqz_trace_counter(trace, tracks->power, ps, (int64_t)(ps % 777) - 300);
}

static uint64_t write_layer(struct sqz_trace *trace,
			    const struct tracks *tracks, unsigned image,
			    unsigned layer, uint64_t ps)
{
	uint64_t end_ps = ps + SAMPLE_LAYER_PS * (layer + 1);
	struct sqz_trace_arg args[] = {
		sqz_trace_uint("layer", layer),
		sqz_trace_uint("image", image),
		sqz_trace_uint("macs", 1000 * (layer + 1)),
		sqz_trace_uint("crossbars", layer + 2),
		sqz_trace_uint("array_reads", 10 * (layer + 1)),
		sqz_trace_uint("adc_conversions", 100 + image),
		sqz_trace_uint("adc_saturations", image),
		sqz_trace_uint("input_cycles", 8),
		sqz_trace_uint("noc_bytes", 64),
		sqz_trace_uint("energy_fj", 1500 + layer),
		sqz_trace_uint("begin_ps", ps),
		sqz_trace_uint("end_ps", end_ps),
	};
	struct sqz_trace_extra extra = { .args = args,
					 .arg_count =
					     sizeof(args) / sizeof(*args) };
	uint64_t flow = 1 + (image * SAMPLE_LAYERS + layer) * 100;

	sqz_trace_begin(trace, tracks->layers, ps, sample_layer_names[layer],
			"layer", NULL);
	write_tiles(trace, tracks, ps, flow);
	sqz_trace_end(trace, tracks->layers, end_ps, NULL, &extra);
	return end_ps;
}

void sample_write(struct sqz_trace *trace, unsigned images)
{
	struct tracks tracks;
	uint64_t ps = SAMPLE_BOOT_PS;

	make_tracks(trace, &tracks);
	sqz_trace_slice(trace, tracks.phases, 0, ps, "boot", "boot", NULL);
	sqz_trace_slice(trace, tracks.phases, ps, ps + SAMPLE_PROGRAM_PS,
			"program round 0", "program", NULL);
	ps += SAMPLE_PROGRAM_PS;
	for (unsigned image = 0; image < images; image++) {
		struct sqz_trace_arg arg = sqz_trace_string("label", "shoe");
		struct sqz_trace_extra extra = { .args = &arg, .arg_count = 1 };
		sqz_trace_instant(trace, tracks.driver, ps, "image", "driver",
				  &extra);
		for (unsigned layer = 0; layer < SAMPLE_LAYERS; layer++)
			ps = write_layer(trace, &tracks, image, layer,
					 ps + 1000);
	}
}

/* Fails the test that wanted the sample. */
static void give_up(const char *reason)
{
	fprintf(stderr, "sample trace: %s\n", reason);
	abort();
}

void sample_file(const char *path, unsigned images, uint32_t chunk_bytes)
{
	struct sqz_trace_options options = { .level = SQZ_TRACE_TILES,
					     .chunk_bytes = chunk_bytes };
	struct sqz_trace_stats stats;
	struct sqz_error err;
	struct sqz_trace *trace = sqz_trace_open(path, &options, &err);

	if (!trace)
		give_up(err.text);
	sample_write(trace, images);
	if (sqz_trace_close(trace, &stats, &err))
		give_up(err.text);
	if (stats.misuse_total)
		give_up(stats.first_misuse);
}
