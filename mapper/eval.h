/*
 * Accuracy of a network on labelled images: float, and as integer network under
 * a list of schemes.
 */
#ifndef SQZ_MAPPER_EVAL_H
#define SQZ_MAPPER_EVAL_H

#include "analog.h"
#include "dataset.h"
#include "quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_eval {
	const struct sqz_graph *graph;
	const struct sqz_dataset *training; /* calibration images */
	const struct sqz_dataset *judged;   /* of either split */
	struct sqz_normalization normalization;
	uint32_t calibrate; /* first images of `training` */
	double percentile;  /* of the activations: see calibrate.h */
	bool input_means;   /* measure them, for bias correction */
	uint32_t images;    /* first images of `judged` */
	unsigned threads;
	/* Crossbars as they are (analog.h), or NULL: exact products. */
	const struct sqz_analog_options *analog;
	/* May be NULL: sees how many images of a pass are done. */
	void (*progress)(void *context, uint32_t images);
	void *context;
};

/* right[i]: 1 if the float network answers image i rightly, else 0. */
int sqz_eval_float(const struct sqz_eval *eval, uint8_t *right,
		   struct sqz_error *err);

/* The integer network with calibrated activations, for sqz_eval_scheme(). */
int sqz_eval_lower(const struct sqz_eval *eval, struct sqz_qnet *lowered,
		   struct sqz_error *err);

struct sqz_eval_result {
	uint32_t arrays; /* crossbars, differential pairs, empty planes free */
	uint8_t *right;	 /* per image, as of sqz_eval_float() */
	int32_t *logits; /* images x logit_count */
	size_t logit_count;
};

void sqz_eval_result_free(struct sqz_eval_result *result);

/* The integer reference on a quantized network. Free the result. */
int sqz_eval_quantized(const struct sqz_eval *eval,
		       const struct sqz_quantized *quantized,
		       struct sqz_eval_result *result, struct sqz_error *err);

/* The same under one scheme, or a scheme for each layer. */
int sqz_eval_scheme(const struct sqz_eval *eval, const struct sqz_qnet *lowered,
		    const struct sqz_scheme *scheme,
		    struct sqz_eval_result *result, struct sqz_error *err);
int sqz_eval_each(const struct sqz_eval *eval, const struct sqz_qnet *lowered,
		  const struct sqz_scheme *schemes,
		  struct sqz_eval_result *result, struct sqz_error *err);

/* Crossbars of one layer, counted as in sqz_eval_result. */
uint32_t sqz_eval_layer_arrays(const struct sqz_quantized *quantized,
			       uint32_t layer);

#ifdef __cplusplus
}
#endif

#endif
