/*
 * Which rows of a window share a group: rows that agree on many bit columns, so
 * that few columns differ on the group's rows.
 *
 * Greedy: a group begins with the first row left and takes, until it is full,
 * the row that leaves the fewest different columns (the earliest of equals).
 * Rows without a 1 in the window are left out. [ours]
 */
#ifndef SQZ_MAPPER_ROW_ORDER_H
#define SQZ_MAPPER_ROW_ORDER_H

#include "ou_group.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_row_orderer;

/* For blocks of at most `rows` rows, windows of at most bit_columns, groups of
 * ou_rows. NULL when memory is exhausted. */
struct sqz_row_orderer *
sqz_row_orderer_create(uint32_t rows, uint32_t bit_columns, uint32_t ou_rows);
void sqz_row_orderer_free(struct sqz_row_orderer *orderer);

/* Fills order[] with rows of the window's block, the groups one after the
 * other, and returns how many there are. */
uint32_t sqz_row_order(struct sqz_row_orderer *orderer,
		       const struct sqz_ou_window *window, uint16_t *order);

#ifdef __cplusplus
}
#endif

#endif
