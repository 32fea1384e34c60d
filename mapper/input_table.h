/*
 * Raw pixels to quantized input: one table lookup a byte, as the image's INPUT
 * section has it.
 */
#ifndef SQZ_MAPPER_INPUT_TABLE_H
#define SQZ_MAPPER_INPUT_TABLE_H

#include "dataset.h"
#include "qnet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills tables[channels][256] for the network's input: the raw byte is
 * normalized, then quantized with the input's scale and zero point. */
void sqz_input_tables(const struct sqz_qnet *net,
		      const struct sqz_normalization *normalization,
		      uint8_t *tables);

/* Images first .. first + count - 1 as quantized inputs (HWC each): centred,
 * channels repeated, through the tables. -1 with err set if the raw image is
 * larger than the input or memory is exhausted. */
int sqz_input_quantize(const struct sqz_qnet *net, const uint8_t *tables,
		       const struct sqz_dataset *dataset, uint32_t first,
		       uint32_t count, uint8_t *out, struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
