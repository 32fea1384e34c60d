/* Command-line options on how a network is quantized, shared by the verbs that
 * do so: a child for argp. */
#ifndef SQZ_MAPPER_QUANT_OPTIONS_H
#define SQZ_MAPPER_QUANT_OPTIONS_H

#include <argp.h>

#include "dataset.h"
#include "prune.h"
#include "quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_quant_options {
	const char *dataset; /* folder of the IDX files */
	uint32_t calibrate;  /* first images of the training split */
	double percentile;   /* of the activations: see calibrate.h */
	struct sqz_normalization normalization;
	struct sqz_scheme scheme;
	const char *layers;	/* file (layer_schemes.h), or NULL */
	struct sqz_prune prune; /* right after import; share 0: not at all */
};

/* Defaults: Fashion-MNIST, 512 images, minimum and maximum, scheme default. */
void sqz_quant_options_init(struct sqz_quant_options *options);

/* Its input is a struct sqz_quant_options. */
extern const struct argp sqz_quant_argp;

/* Reads "train" or "t10k" from the options' folder. */
int sqz_read_split(const struct sqz_quant_options *options, const char *split,
		   struct sqz_dataset *dataset, struct sqz_error *err);

/* Of "train" only the pictures that activations are calibrated on. */
int sqz_read_calibration(const struct sqz_quant_options *options,
			 struct sqz_dataset *dataset, struct sqz_error *err);

/* For parsers: a whole number from `least` to INT_MAX; argp_error() if not. */
unsigned long sqz_argp_whole(struct argp_state *state, const char *name,
			     const char *text, unsigned long least);

/* For parsers: true for the second of two words; argp_error() for any other. */
bool sqz_argp_second_of(struct argp_state *state, const char *name,
			const char *text, const char *first,
			const char *second);

#ifdef __cplusplus
}
#endif

#endif
