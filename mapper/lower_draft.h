/*
 * Layers to be: between the walk over the graph (lower.c) and the integer
 * network (lower_build.c).
 */
#ifndef SQZ_MAPPER_LOWER_DRAFT_H
#define SQZ_MAPPER_LOWER_DRAFT_H

#include "lower.h"

#define LOWER_NO_DRAFT UINT32_MAX

/* A layer to be: the nodes fused so far. */
struct lower_draft {
	enum sqz_step_kind kind;
	uint32_t node;	/* that it began with */
	uint32_t order; /* last node fused in: where it is executed */
	uint32_t input, residual, output; /* graph tensors */
	uint32_t first_channel;		  /* COPY: of the output */
	struct sqz_window window;
	struct sqz_shape shape; /* of the output, before any flatten */
	double clip_low, clip_high;
};

/* What a graph tensor is after flattens and pads have been seen through. */
struct lower_value {
	uint32_t source; /* graph tensor whose memory it is */
	uint32_t draft;	 /* that makes it, or LOWER_NO_DRAFT */
	bool sole;	 /* one reader, all the way from the draft */
	bool padded;
	struct sqz_window pad;
	struct sqz_shape shape; /* in memory */
};

struct lowering {
	const struct sqz_graph *graph;
	struct lower_draft *drafts;
	uint32_t draft_count;
	struct lower_value *values; /* per graph tensor */
};

/* Fails with the node's name and operator. */
int lower_refuse(const struct sqz_node *node, const char *reason,
		 struct sqz_error *err);

/* Makes tensors and layers of the drafts, in the order of execution. */
int lower_build(struct lowering *low, struct sqz_qnet *net,
		struct sqz_error *err);

#endif
