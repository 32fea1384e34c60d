/*
 * From the float graph to the integer network.
 *
 *	sqz_lower()           operators become layers, no numbers yet (lower.h)
 *	sqz_calibrate()       ranges of all tensors (calibrate.h)
 *	sqz_set_activations() scales and zero points of the tensors
 *	sqz_quantize()        weights by a scheme, sliced, squeezed, stored;
 *then biases, multipliers and bounds from what is stored
 *
 * One lowered network with activations serves any number of schemes.
 */
#ifndef SQZ_MAPPER_QUANTIZE_H
#define SQZ_MAPPER_QUANTIZE_H

#include "blocks.h"
#include "calibrate.h"
#include "graph.h"
#include "ou_plan.h"
#include "qnet.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sqz_quantizer {
	SQZ_QUANTIZER_INT,  /* plain symmetric */
	SQZ_QUANTIZER_SME,  /* a short window of neighbouring ones */
	SQZ_QUANTIZER_POT,  /* powers of two */
	SQZ_QUANTIZER_APOT, /* sums of a few powers of two */
};

/* How the unit of the weights is chosen. */
enum sqz_scale_rule {
	SQZ_SCALE_MAX,	      /* the largest weight is the largest code */
	SQZ_SCALE_MSE,	      /* searched below that: least squared error */
	SQZ_SCALE_PERCENTILE, /* that share of the weights is not cut off */
};

struct sqz_scheme {
	enum sqz_quantizer quantizer;
	unsigned planes;   /* Nq magnitude planes, 1..15; INT-N: N - 1 */
	unsigned window;   /* SME: S, APoT: terms; 1..planes */
	unsigned squeeze;  /* x, 0..3, less than planes */
	unsigned truncate; /* lowest planes cut off, less than planes */
	bool per_channel;  /* a unit for each output channel */
	enum sqz_scale_rule rule;
	double percentile; /* of PERCENTILE, 50..100 */
	/* Takes the mean shift of each output by the weights' errors out of the
	 * biases; wants sqz_input_means() (bias_correction.h). */
	bool correct_bias;
	uint32_t array_rows, array_columns; /* crossbar */
	unsigned cell_bits;		    /* of a cell: 1, 2 or 4 */
	/* Row blocks among which rows are sorted by magnitude; 0: none. */
	uint32_t order_blocks;
};

/* SME(8, 3) without squeeze, per channel, least squared error, 128 x 128
 * crossbars. That rule was the better one on training images (accuracy.md). */
extern const struct sqz_scheme sqz_scheme_default;

/* Reads a scheme's name into the quantizer's part of `scheme`; leaves the rest
 * alone.
 *	intN		symmetric N-bit, N = 2..16: N - 1 planes
 *	smeX		SME(8, 3) squeezed by X = 0..3 planes
 *	smeN,S[,X]	SME(N, S) squeezed by X (0)
 *	potN		0 and 2^0 .. 2^(N-1): N planes
 *	apotN,T		sums of T powers of two on N planes
 *	truncX		8 planes less the lowest X = 0..7 */
int sqz_scheme_parse(const char *text, struct sqz_scheme *scheme,
		     struct sqz_error *err);

/* -1 with err set if squeeze or truncation take all planes or too many. */
int sqz_scheme_check(const struct sqz_scheme *scheme, struct sqz_error *err);

struct sqz_quantized {
	struct sqz_qnet net;
	struct sqz_blocks *blocks; /* per layer; empty but for MVM */
	/* Per layer: arrays are read by operation units (sqz_ou_plan_net());
	 * NULL: as a whole. */
	struct sqz_ou_plan *ou;
};

/* Sets scale and zero point of every tensor but int32 ones. */
void sqz_set_activations(struct sqz_qnet *net, const struct sqz_ranges *ranges);

/* `lowered` came from `graph` and has its activations. -1 with err set: no
 * memory, a bad scheme, or an accumulator that could leave int32. */
int sqz_quantize(const struct sqz_graph *graph, const struct sqz_qnet *lowered,
		 const struct sqz_scheme *scheme, struct sqz_quantized *out,
		 struct sqz_error *err);

/* The same with a scheme for each of lowered->layer_count layers; only those
 * of MVM layers are looked at. */
int sqz_quantize_each(const struct sqz_graph *graph,
		      const struct sqz_qnet *lowered,
		      const struct sqz_scheme *schemes,
		      struct sqz_quantized *out, struct sqz_error *err);

/* The same layer by layer, for what needs but one at a time. Layers do not
 * depend on each other and may be quantized by several threads. Free with
 * sqz_quantized_free() in any case. */
int sqz_quantize_begin(const struct sqz_qnet *lowered,
		       struct sqz_quantized *out, struct sqz_error *err);
int sqz_quantize_layer(const struct sqz_graph *graph,
		       const struct sqz_scheme *scheme, uint32_t layer,
		       struct sqz_quantized *out, struct sqz_error *err);
/* Frees the layer's weights and blocks. */
void sqz_quantize_drop(struct sqz_quantized *net, uint32_t layer);

/* Quantizes one layer of `net`, which was made of `lowered`, anew. On failure
 * the layer is unusable, and all that may be done is to free the network. */
int sqz_requantize_layer(const struct sqz_graph *graph,
			 const struct sqz_qnet *lowered,
			 const struct sqz_scheme *scheme, uint32_t layer,
			 struct sqz_quantized *net, struct sqz_error *err);

void sqz_quantized_free(struct sqz_quantized *quantized);

#ifdef __cplusplus
}
#endif

#endif
