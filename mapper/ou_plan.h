/*
 * Which operation-unit layout each layer takes.
 *
 * For every layer the plan counts all layouts, and sharing with several windows
 * and row orders, and takes the one that has least of the objective (OUs, time
 * or energy with the index included). A layout that takes more energy than
 * skipping rows (SRE) is never taken by choice; a way to share that does not
 * comes before one that does. docs/schemes.md.
 */
#ifndef SQZ_MAPPER_OU_PLAN_H
#define SQZ_MAPPER_OU_PLAN_H

#include "ou_scan.h"
#include "progress.h"
#include "qnet.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_ou_request {
	enum sqz_layout layout; /* FULL: the plan chooses */
	uint32_t window;	/* bit columns; 0: the plan chooses */
	bool complements, reorder;
	enum sqz_ou_objective objective;
	bool objective_given; /* by the user; not read by the plan */
	/* As few arrays as hold the OUs; else as many as without sharing, so
	 * that what is saved is time. */
	bool pack;
	unsigned threads;
	const struct sqz_progress *progress; /* or NULL: of layers planned */
};

/* Choice by least time, complements and row orders where they pay. */
extern const struct sqz_ou_request sqz_ou_request_default;

struct sqz_ou_block_plan {
	uint32_t ous;
	uint32_t dense_ous; /* of layout OU */
	uint64_t busy_ps;   /* OU times of one position */
};

struct sqz_ou_plan {
	const struct sqz_config *config; /* as given; must outlive the plan */
	struct sqz_ou_options options;
	uint32_t positions; /* of the output */
	bool pack;
	bool chosen;			 /* the layout: it was not asked for */
	uint8_t mark_bits[SQZ_OU_MARKS]; /* length of a mark's code */
	struct sqz_ou_orders orders;	 /* if options.reorder */
	struct sqz_ou_block_plan *blocks;
	/* Every layout at its best, of one position; [options.layout] is what
	 * was taken. [FULL] is empty. */
	struct sqz_ou_cost costs[SQZ_LAYOUT_COUNT];
	/* Sharing would have had less of the objective, but took more energy
	 * than SRE. */
	bool too_costly;
	/* The scheme squeezes planes, and both the squeezed weights and the
	 * same weights in all planes were planned: */
	bool compared;
	bool unsqueezed;	     /* all planes were taken */
	struct sqz_ou_cost rejected; /* the best of what was not taken */
};

/* positions: of the layer's output. */
int sqz_ou_plan_layer(const struct sqz_config *config,
		      const struct sqz_blocks *blocks, uint32_t positions,
		      const struct sqz_ou_request *request,
		      struct sqz_ou_plan *plan, struct sqz_error *err);
void sqz_ou_plan_free(struct sqz_ou_plan *plan);

/* plans[layer_count]; layers without weights get empty ones. Free each, then
 * the array. A layer's blocks are replaced where the plan is to choose and
 * squeezing its planes does not pay. NULL with err set on failure. */
struct sqz_ou_plan *sqz_ou_plan_net(const struct sqz_config *config,
				    const struct sqz_qnet *net,
				    struct sqz_blocks *blocks,
				    const struct sqz_ou_request *request,
				    struct sqz_error *err);

/* Index bits of an item under the plan's code for marks. */
uint32_t sqz_ou_item_index_bits(const struct sqz_ou_plan *plan,
				const struct sqz_ou_item *item);

/* Places for OUs in one array. */
uint32_t sqz_ou_places(const struct sqz_config *config);
/* Of these, places that may be planned for: where groups with complements are
 * cut in two, each part needs a column of ones. */
uint32_t sqz_ou_usable_places(const struct sqz_ou_plan *plan);
/* Arrays of a step that holds `ous`, where layout OU has dense_ous. */
uint32_t sqz_ou_arrays(const struct sqz_ou_plan *plan, uint64_t ous,
		       uint64_t dense_ous);

/* Arrays of `count` blocks from `first` on under layout OU. */
uint32_t sqz_ou_dense_arrays(const struct sqz_ou_plan *plan, uint32_t first,
			     uint32_t count);

/* Bit columns of a window of the layer, 0 for layouts without. */
uint32_t sqz_ou_window_bits(const struct sqz_ou_plan *plan,
			    const struct sqz_blocks *blocks);

/* "ou", "sre", "duplicates", "column", "full". */
const char *sqz_layout_name(enum sqz_layout layout);

#ifdef __cplusplus
}
#endif

#endif
