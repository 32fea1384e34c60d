/* The network that a trace was recorded on, and what is changed. */
#include <stdlib.h>
#include <string.h>

#include "noc/noc_settings.h"
#include "noc/replay.h"
#include "node/packet.h"
#include "reader/chip.h"

static const char SECTION[] = "noc.";

/* These the models obey, not the network. */
static const char *const NOT_THE_NETWORKS[] = { "noc.max_payload_bytes=" };

static int check_overrides(const char *const *overrides, int count,
			   struct sqz_error *err)
{
	for (int i = 0; i < count; i++) {
		if (strncmp(overrides[i], SECTION, strlen(SECTION)))
			return sqz_fail(err,
					"--set %s: a replay changes the "
					"network only, settings of noc",
					overrides[i]);
		for (size_t n = 0;
		     n < sizeof(NOT_THE_NETWORKS) / sizeof(*NOT_THE_NETWORKS);
		     n++)
			if (!strncmp(overrides[i], NOT_THE_NETWORKS[n],
				     strlen(NOT_THE_NETWORKS[n])))
				return sqz_fail(err,
						"--set %s: the packets are "
						"those of the run",
						overrides[i]);
	}
	return 0;
}

static uint32_t depth_of(const struct sqz_config *config, uint8_t kind)
{
	return kind == SQZ_NODE_BUFFER	? config->buffer.queue
	       : kind == SQZ_NODE_DRAM	? config->dram.queue
	       : kind == SQZ_NODE_FLASH ? config->flash.queue
					: 0;
}

static int take_chip(const struct sqz_config *recorded,
		     struct sqz_replay_settings *settings,
		     struct sqz_error *err)
{
	struct sqz_chip chip;

	if (sqz_chip_build(recorded, &chip, err))
		return -1;
	settings->recorded_width = chip.width;
	settings->recorded_nodes = chip.nodes;
	settings->queue_depths =
	    calloc(chip.nodes, sizeof(*settings->queue_depths));
	for (uint32_t i = 0; i < chip.nodes && settings->queue_depths; i++)
		settings->queue_depths[i] =
		    depth_of(recorded, chip.entries[i].kind);
	sqz_chip_free(&chip);
	return settings->queue_depths ? 0 : sqz_fail(err, "out of memory");
}

static int take(const struct sqz_config *recorded,
		const struct sqz_config *config,
		struct sqz_replay_settings *settings, struct sqz_error *err)
{
	*settings = (struct sqz_replay_settings){ 0 };
	if (take_chip(recorded, settings, err) ||
	    sqz_noc_settings_from(config, SQZ_CLASSES, &settings->noc, err)) {
		sqz_replay_settings_free(settings);
		return -1;
	}
	/* Nodes may refuse for long; who waits for ever is found anyway. */
	settings->noc.monitors = 0;
	settings->cycle_ps = config->noc.cycle_ps;
	settings->flit_bytes = config->noc.flit_bytes;
	settings->queue_packets = config->noc.queue_packets;
	settings->changed =
	    memcmp(&recorded->noc, &config->noc, sizeof(config->noc)) != 0;
	return 0;
}

int sqz_replay_recorded(const char *path, const struct sqz_cause_graph *causes,
			const char *const *overrides, int override_count,
			struct sqz_config *config, struct sqz_error *err)
{
	char *text = sqz_causes_configuration(causes);
	int failed = text ? sqz_config_parse(config, path, text, overrides,
					     override_count, err)
			  : sqz_fail(err, "out of memory");

	free(text);
	return failed;
}

int sqz_replay_settings_on(const char *path,
			   const struct sqz_cause_graph *causes,
			   const struct sqz_config *config,
			   struct sqz_replay_settings *settings,
			   struct sqz_error *err)
{
	struct sqz_config recorded;

	if (sqz_replay_recorded(path, causes, NULL, 0, &recorded, err))
		return -1;
	return take(&recorded, config, settings, err);
}

int sqz_replay_settings(const char *path, const struct sqz_cause_graph *causes,
			const char *const *overrides, int override_count,
			struct sqz_replay_settings *settings,
			struct sqz_error *err)
{
	struct sqz_config config;

	if (check_overrides(overrides, override_count, err) ||
	    sqz_replay_recorded(path, causes, overrides, override_count,
				&config, err))
		return -1;
	return sqz_replay_settings_on(path, causes, &config, settings, err);
}

void sqz_replay_settings_free(struct sqz_replay_settings *settings)
{
	free((void *)(uintptr_t)settings->noc.table);
	free(settings->queue_depths);
	*settings = (struct sqz_replay_settings){ 0 };
}
