/* The .sqz image from a placed network: format in sqz/image.h. */
#ifndef SQZ_MAPPER_IMAGE_WRITE_H
#define SQZ_MAPPER_IMAGE_WRITE_H

#include "host/file.h"
#include "place.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_image_source {
	const char *name; /* of the network */
	const struct sqz_quantized *net;
	const struct sqz_placement *placement;
	enum sqz_sign_form form;
	const struct sqz_config *config;
	const struct sqz_chip *chip;
	uint32_t raw_height, raw_width; /* of test pictures; one channel */
	const uint8_t *tables;		/* input channels x 256 */
	const uint8_t *selftest; /* one raw picture: its input and logits go
				    into the image */
};

/* Builds the image in memory; free it with sqz_bytes_free(). 0, or -1 with err
 * set. Same source, same bytes. */
int sqz_image_build(const struct sqz_image_source *source,
		    struct sqz_bytes *image, struct sqz_error *err);

/* Arrays that a layer's blocks need when every plane of the unsqueezed scheme
 * is stored. */
uint32_t sqz_layer_dense_arrays(const struct sqz_blocks *blocks,
				enum sqz_sign_form form);

#ifdef __cplusplus
}
#endif

#endif
