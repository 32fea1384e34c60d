/*
 * Labelled images from gzip (or plain) IDX files, as MNIST and Fashion-MNIST
 * come, and their conversion to a network's input.
 */
#ifndef SQZ_MAPPER_DATASET_H
#define SQZ_MAPPER_DATASET_H

#include "graph.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_dataset {
	uint32_t count, height, width;
	uint8_t *pixels; /* count x height x width */
	uint8_t *labels; /* count */
};

/* Reads images and labels and checks that they belong together.
 * 0, or -1 with err set and an empty dataset. */
int sqz_dataset_read(const char *images_path, const char *labels_path,
		     struct sqz_dataset *dataset, struct sqz_error *err);

/* The first `most` of them, or as many as there are; what is behind is not
 * looked at. */
int sqz_dataset_read_first(const char *images_path, const char *labels_path,
			   uint32_t most, struct sqz_dataset *dataset,
			   struct sqz_error *err);

void sqz_dataset_free(struct sqz_dataset *dataset);

/* How raw pixels become input: (pixel / 255 - mean) / deviation. */
struct sqz_normalization {
	float mean, deviation;
};

/* What the networks of this project were trained with. */
extern const struct sqz_normalization sqz_fashion_mnist_normalization;

/* The raw image, centred in the network's height x width with raw zeros
 * around it (one more at bottom and right if odd) and repeated in all
 * channels: `out` takes C x H x W bytes. -1 if the image is larger than the
 * input. */
int sqz_dataset_raw(const struct sqz_dataset *dataset, uint32_t index,
		    const struct sqz_shape *input, uint8_t *out,
		    struct sqz_error *err);

/* The same for images first .. first + count - 1, normalized: `out` takes
 * count x C x H x W values. */
int sqz_dataset_input(const struct sqz_dataset *dataset, uint32_t first,
		      uint32_t count, const struct sqz_shape *input,
		      const struct sqz_normalization *normalization, float *out,
		      struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
