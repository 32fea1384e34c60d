/*
 * Swaps rows between groups as long as that leaves fewer operation units.
 *
 * What a greedy order (row_order.h) left is improved pair by pair: two rows of
 * two groups change places if the groups then store fewer units, or as many and
 * fewer columns. Up to four rounds over all pairs. Work is rows x rows x
 * columns a round, so this is for narrow windows. [ours]
 */
#ifndef SQZ_MAPPER_ROW_SWAP_H
#define SQZ_MAPPER_ROW_SWAP_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Wider windows are not worth the time. */
#define SQZ_ROW_SWAP_COLUMNS 256

struct sqz_row_swap {
	uint32_t ou_rows, ou_columns;
	bool complements; /* a column may stand for its complement */
	uint32_t rows, columns;
	const uint8_t *bits; /* [rows][columns], 0 or 1, by place in order[] */
	uint16_t *order;     /* [rows]; group after group, of ou_rows each */
};

/* False if memory is exhausted; then order[] is what it was. */
bool sqz_row_swap(const struct sqz_row_swap *swap);

#ifdef __cplusplus
}
#endif

#endif
