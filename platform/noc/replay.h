/*
 * The packets of a run once more, on another network: without CPU, tiles and
 * memories, from what each packet waited for (traces/causes.h).
 *
 * An event happens when all its causes have happened and their delays have
 * passed; recorded times do not count, but those of roots. A packet then goes
 * into its node's injection queue, with the same cycles and the same limits as
 * on the chip (soc/noc_fabric.h): where the queue is full it waits, and of
 * those that wait the one goes first that was sent first in the run. A memory
 * whose queue is full refuses requests until it has answered one; a tile does
 * so while its answers wait. Should nothing else go on because a memory is full
 * of requests that are answered after one that stands outside, that one is let
 * in.
 */
#ifndef SQZ_PLATFORM_REPLAY_H
#define SQZ_PLATFORM_REPLAY_H

#include "noc/noc.h"
#include "reader/config.h"
#include "traces/causes.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_replay_settings {
	struct sqz_noc_config noc; /* for all message classes */
	uint64_t cycle_ps;
	uint32_t flit_bytes;
	uint32_t queue_packets;
	unsigned recorded_width; /* of the run's mesh, in nodes */
	unsigned recorded_nodes;
	uint32_t *queue_depths; /* of the run's nodes: requests, and writes,
				 * that a memory holds; 0: no memory */
	bool changed;		/* not the network of the run */
	/* Sees each packet that arrives; may be NULL. */
	void (*arrived)(void *context, const struct sqz_noc_packet *packet);
	void *context;
};

/* The run's network, with overrides ("noc.link_cycles=2") of section noc alone.
 * 0, or -1 with err set. Free with sqz_replay_settings_free(). */
int sqz_replay_settings(const char *path, const struct sqz_cause_graph *causes,
			const char *const *overrides, int override_count,
			struct sqz_replay_settings *settings,
			struct sqz_error *err);

/* The configuration of the run, with overrides of any section. 0, or -1 with
 * err set. */
int sqz_replay_recorded(const char *path, const struct sqz_cause_graph *causes,
			const char *const *overrides, int override_count,
			struct sqz_config *config, struct sqz_error *err);

/* The same as sqz_replay_settings() with the network of any configuration. */
int sqz_replay_settings_on(const char *path,
			   const struct sqz_cause_graph *causes,
			   const struct sqz_config *config,
			   struct sqz_replay_settings *settings,
			   struct sqz_error *err);
void sqz_replay_settings_free(struct sqz_replay_settings *settings);

/* What happened when, by event. */
struct sqz_replay {
	uint64_t *ps; /* packets: sent */
	uint64_t *arrived_ps;
	uint64_t end_ps;     /* of the run, as it would be */
	struct sqz_noc *noc; /* with its counters */
};

/* 0, or -1 with err set: a bad setting, a mesh without a place for a node of
 * the run, packets that wait for each other for ever. Free with
 * sqz_replay_free(). */
int sqz_replay_run(const struct sqz_cause_graph *causes,
		   const struct sqz_replay_settings *settings,
		   struct sqz_replay *replay, struct sqz_error *err);
void sqz_replay_free(struct sqz_replay *replay);

#ifdef __cplusplus
}
#endif

#endif
