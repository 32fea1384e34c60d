/*
 * The report of `sqz map --report`: a network under the chosen scheme, under
 * its controls and under the baselines, in both read modes, without placing.
 *
 * Rows are designs. A control stores as many magnitude planes as the chosen
 * scheme, in the same cells; a baseline has the cells of its publication. All
 * come from the same, perhaps pruned, float weights and pack depthwise layers
 * alike. Numbers of the two read modes never stand in one table.
 */
#ifndef SQZ_MAPPER_MAP_REPORT_H
#define SQZ_MAPPER_MAP_REPORT_H

#include <stdio.h>

#include "cost.h"
#include "graph.h"
#include "progress.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sqz_report_kind {
	SQZ_REPORT_BASELINE,
	SQZ_REPORT_CONTROL,
	SQZ_REPORT_CHOSEN,
	SQZ_REPORT_VARIANT, /* chosen scheme, other cells */
};

#define SQZ_REPORT_NAME_BYTES 40

struct sqz_report_row {
	char name[SQZ_REPORT_NAME_BYTES];
	const char *what;
	enum sqz_report_kind kind;
	struct sqz_design design;
	unsigned planes; /* magnitude planes of a weight stored, at most */
	struct sqz_count *counts; /* per layer, of one position; NULL: there is
				     no such row */
	struct sqz_cost *costs;	  /* per layer, of one image */
	struct sqz_layer_work *works; /* per layer */
	struct sqz_count count;	      /* of the network, one image */
	struct sqz_cost cost;
	uint64_t arrays;	  /* to be built; OU mode: filled with OUs */
	uint64_t arrays_apart;	  /* the same if depthwise groups stand alone */
	double interval_ps;	  /* between images on these arrays */
	double equal_interval_ps; /* on struct sqz_map_report's budget; 0: does
				     not fit it */
	double many_interval_ps;  /* on SQZ_REPORT_MANY times that */
	/* Energy of an image there when SQZ_REPORT_STATIC of the arrays' peak
	 * power is drawn all the time; 0: the law does not hold. */
	double equal_static_fj[SQZ_ADC_LAWS];
};

#define SQZ_REPORT_STATIC 0.3
#define SQZ_REPORT_MANY	  10

/* One step of the way from the first baseline to the chosen design. */
struct sqz_report_factor {
	const char *name;
	uint64_t before, after; /* arrays (full) or OUs, when it is added */
	/* Chosen design without it, and with it: the factor at all others
	 * fixed. */
	uint64_t without, with;
};

#define SQZ_REPORT_MAX_ROWS    40
#define SQZ_REPORT_MAX_FACTORS 8

struct sqz_report_mode {
	enum sqz_read_mode mode;
	struct sqz_report_row rows[SQZ_REPORT_MAX_ROWS];
	uint32_t row_count;
	uint32_t chosen; /* row */
	/* Rows for squeeze alone: without and with it. */
	uint32_t unsqueezed, squeezed;
	struct sqz_report_factor factors[SQZ_REPORT_MAX_FACTORS];
	uint32_t factor_count;
};

struct sqz_map_report {
	char network[64];
	char scheme[64];
	char sign[8];
	unsigned cell_bits;
	double pruned; /* share */
	const struct sqz_qnet *net;
	const struct sqz_config *config;
	uint64_t weights;
	uint64_t budget; /* arrays for the comparison at equal numbers */
	struct sqz_report_mode modes[2]; /* full array, OU */
};

struct sqz_report_source {
	const char *network;
	const char *scheme; /* name of the chosen one */
	const struct sqz_graph *graph;
	const struct sqz_graph *unpruned; /* NULL: nothing was pruned */
	double pruned;
	const struct sqz_qnet *lowered; /* with activations */
	/* Under the chosen schemes, perhaps with layouts of OUs planned. */
	const struct sqz_quantized *chosen;
	const struct sqz_scheme *schemes; /* chosen, one for each layer */
	enum sqz_sign_form form;
	const struct sqz_config *config;
	uint64_t budget; /* 0: arrays of the first baseline */
	const struct sqz_progress *progress;
};

/* The report refers to the source's network and configuration. Free it with
 * sqz_map_report_free() in any case. */
int sqz_map_report_make(const struct sqz_report_source *source,
			struct sqz_map_report *report, struct sqz_error *err);

void sqz_map_report_free(struct sqz_map_report *report);

/* Writers; -1 with err set if memory is exhausted. */
void sqz_map_report_table(const struct sqz_map_report *report, FILE *out);
void sqz_map_report_csv(const struct sqz_map_report *report, FILE *out);
int sqz_map_report_json(const struct sqz_map_report *report, FILE *out,
			struct sqz_error *err);

/* How many times better the chosen design is than another: fewer arrays or
 * OUs, more images a second at equal arrays, less energy. 0: not known. */
struct sqz_report_ratios {
	double size;
	double throughput, throughput_many;
	double energy[SQZ_ADC_LAWS];
	double energy_static[SQZ_ADC_LAWS]; /* equal_static_fj */
};

struct sqz_report_ratios sqz_report_compare(const struct sqz_report_mode *mode,
					    const struct sqz_report_row *other);

/* Arrays in full-array mode, OUs in OU mode. */
uint64_t sqz_report_size(const struct sqz_report_row *row);

#ifdef __cplusplus
}
#endif

#endif
