/*
 * Networks on crossbars as they are: bit-serial, with an ADC that may be too
 * small, and with devices that are not ideal. Stands in for the exact products
 * of the reference (sqz_reference_run_by()); all other arithmetic stays.
 *
 * As docs/arithmetic.md and the tile have it, every bit line of every array
 * gives one sum in every input cycle: of the driven rows (row r with bit t -
 * s_r of its input in cycle t) times their cells. The ADC turns the sum into a
 * whole number from 0 to 2^adc_bits - 1; shift-and-add weights that with
 * +-2^(plane + t). So a squeezed row's errors count 2^s_r as much.
 *
 * Without device effects sums are counts, and results equal the platform's in
 * every bit. With them, in units of the current of one ideal cell that is on:
 *
 *	variation   a cell that is on conducts 1 + N(0, variation^2), within 0
 *		    and 2, drawn once for each cell: programming is not exact;
 *	read noise  the sum I of a bit line is read as I + sqrt(I) N(0,
 *		    read_noise^2), drawn for each conversion: every cell that
 *		    conducts adds noise of its own;
 *
 * and the ADC rounds to the nearest whole number. Cells that are off conduct
 * nothing. Conductances are held in 1/128 units (arrays above 128 rows: 1/64
 * and so on). N is the sum of uniform numbers: twelve for a cell (it ends at 6
 * sigma), eight for a conversion (4.9 sigma). All draws are hashes of the seed
 * and of what they belong to: the same on any processor, with any number of
 * threads. Variation does not depend on the image, read noise does.
 */
#ifndef SQZ_MAPPER_ANALOG_H
#define SQZ_MAPPER_ANALOG_H

#include "quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_ANALOG_MAX_ADC   16
#define SQZ_ANALOG_MAX_SIGMA 0.5

struct sqz_analog_options {
	unsigned adc_bits; /* 1..16 */
	double variation;  /* 0..0.5 */
	double read_noise; /* 0..0.5 */
	uint64_t seed;
	enum sqz_sign_form sign;
};

struct sqz_analog;

/* Bits of an ADC that counts up to `rows`. */
unsigned sqz_analog_lossless_bits(uint32_t rows);

/* Programs all layers. `quantized` is not needed afterwards. NULL with err set:
 * no memory, an array of more than 1,024 rows, cells of more than one bit. */
struct sqz_analog *sqz_analog_make(const struct sqz_quantized *quantized,
				   const struct sqz_analog_options *options,
				   struct sqz_error *err);

void sqz_analog_free(struct sqz_analog *analog);

/* As struct sqz_reference_product's `multiply`; context is the analog. */
void sqz_analog_multiply(void *context, uint32_t layer, size_t image,
			 uint32_t position, uint32_t count,
			 const uint8_t *inputs, int32_t *sums);

#ifdef __cplusplus
}
#endif

#endif
