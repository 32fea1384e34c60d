/*
 * What a run has measured, and its JSON report (docs/report.md). Nothing here
 * depends on the machine that ran it.
 */
#ifndef SQZ_PLATFORM_REPORT_H
#define SQZ_PLATFORM_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "energy.h"
#include "mem/memory_node.h"
#include "network_result.h"
#include "reference/image_file.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A layer, added up over all images; or the programming of all tiles; or what
 * belongs to neither. */
struct sqz_account {
	uint64_t time_ps;
	uint64_t runs;
	struct sqz_tile_counters tiles;
	struct sqz_traffic traffic;
};

/* The programming of one round, added up over all images. */
struct sqz_round_result {
	struct sqz_account account;
	uint64_t programmed; /* times, whole ones */
	uint64_t overlap_ps; /* of account.time_ps: while layers ran */
	uint32_t max_wear;   /* as below, of the tiles of this round */
};

struct sqz_image_result {
	uint32_t index; /* in the data set */
	uint32_t label;
	uint32_t top1;
	bool posted; /* the firmware handed logits over */
	bool bit_exact;
	uint64_t begin_ps; /* handed to the guest */
	uint64_t end_ps;   /* logits posted */
};

/* What a tile has done in the whole run. */
struct sqz_tile_result {
	uint32_t node;
	uint32_t x, y;
	uint64_t array_busy_ps;
	uint64_t adc_busy_ps;
	uint64_t vector_busy_ps;
	uint64_t programming_busy_ps;
};

/* What a memory has done in the whole run. */
struct sqz_memory_result {
	uint32_t node;
	uint32_t kind; /* enum sqz_node_kind */
	uint32_t x, y;
	struct sqz_memory_counters counters;
};

struct sqz_run_result {
	const struct sqz_config *config;
	const struct sqz_image_file *image;
	uint32_t layers;
	struct sqz_account *layer_accounts;
	struct sqz_account program;
	struct sqz_account other; /* image copies, descriptors, host accesses */
	struct sqz_round_result *rounds; /* as many as the image has */
	uint64_t program_overlap_ps;
	uint64_t simulated_ps;
	uint64_t boot_ps; /* from reset to the first descriptor */
	uint64_t first_run_ps;
	uint32_t in_flight;	 /* images wanted at a time */
	uint32_t most_in_flight; /* rings with open RUNs at a time */
	bool chain;
	uint64_t host_instructions;
	uint64_t host_direct_bytes;
	uint64_t mailbox_bytes;
	uint64_t dram_activations;
	struct sqz_network_result *network;
	uint32_t max_wear;	       /* writes of the most worn word line */
	struct sqz_tile_result *tiles; /* room for one of each node */
	uint32_t tile_count;
	struct sqz_memory_result *memories; /* room for one of each node */
	uint32_t memory_count;
	struct sqz_image_result *images;
	uint32_t image_count;
	int32_t *logits;   /* image_count x classes, as they were posted */
	int finisher_code; /* -1: the firmware did not end by itself */
	/* Why the network ended the run; empty if it did not. */
	struct sqz_error failure;
};

/* From the first RUN to the last logits. */
struct sqz_throughput {
	uint64_t images; /* that came back */
	uint64_t time_ps;
	uint64_t interval_ps; /* time of an image; 0: none came back */
	uint64_t per_1000_s;  /* images in 1000 s; 0: no time has passed */
};

struct sqz_throughput sqz_run_throughput(const struct sqz_run_result *result);

/* Images that came back and are exact. */
uint32_t sqz_run_exact(const struct sqz_run_result *result);

/* Of the whole run, by component; DRAM activations are in it. */
struct sqz_energy sqz_run_energy(const struct sqz_run_result *result);

/* 0, or -1 with err set. */
int sqz_report_write(const struct sqz_run_result *result, const char *path,
		     struct sqz_error *err);

/* Every posted vector as a line of text: number of the picture in the data set,
 * top-1, logits. 0, or -1 with err set. */
int sqz_logits_write(const struct sqz_run_result *result, const char *path,
		     struct sqz_error *err);

/* The per-layer table on a terminal or in a log. */
void sqz_report_table(const struct sqz_run_result *result, FILE *out);

/* Latencies by class, the busiest links, the largest flows. */
void sqz_report_noc_table(const struct sqz_run_result *result, FILE *out);

/* The per-layer table beside the one of another run of the same network, read
 * from its report. 0, or -1 with err set. */
int sqz_report_beside(const struct sqz_run_result *result, const char *path,
		      FILE *out, struct sqz_error *err);

/* Whether `path` is a report that a run of this many layers can be put beside.
 * 0, or -1 with err set. */
int sqz_report_check(const char *path, uint32_t layers, struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
