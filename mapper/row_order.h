/*
 * Which rows of a window share a group: rows that agree on many bit columns, so
 * that few columns differ on the group's rows.
 *
 * Greedy: a group begins with the first row left and takes, until it is full,
 * the row that leaves the fewest different columns (the earliest of equals). In
 * narrow windows rows are then swapped between groups (row_swap.h). Rows
 * without a 1 in the window are left out. [ours]
 */
#ifndef SQZ_MAPPER_ROW_ORDER_H
#define SQZ_MAPPER_ROW_ORDER_H

#include "ou_group.h"
#include "row_swap.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_row_orderer;

/* For blocks of at most `rows` rows, windows of at most bit_columns; units:
 * ou_rows, ou_columns and complements. NULL when memory is exhausted. */
struct sqz_row_orderer *
sqz_row_orderer_create(uint32_t rows, uint32_t bit_columns,
		       const struct sqz_row_swap *units);
void sqz_row_orderer_free(struct sqz_row_orderer *orderer);

/* Fills order[] with *rows rows of the window's block, the groups one after the
 * other. -1 when memory is exhausted. */
int sqz_row_order(struct sqz_row_orderer *orderer,
		  const struct sqz_ou_window *window, uint16_t *order,
		  uint32_t *rows);

#ifdef __cplusplus
}
#endif

#endif
