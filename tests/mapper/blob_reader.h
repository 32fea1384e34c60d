/*
 * A second reader of step blobs, written from the text of sqz/image.h alone:
 * checks that everything lies aligned inside the blob and apart from the rest,
 * and adds the cells up to weights again. A test fails where a blob is wrong.
 */
#ifndef SQZ_TESTS_BLOB_READER_H
#define SQZ_TESTS_BLOB_READER_H

#include <stddef.h>
#include <stdint.h>

#include "ou_reader.h"

/* Checks the blob and adds what its arrays hold to dense[rows][columns], the
 * layer's dense matrix; counts[] of the same shape tells how many blocks hold
 * the weight. */
void blob_add_weights(const uint8_t *blob, size_t bytes, uint32_t rows,
		      uint32_t columns, int32_t *dense, uint8_t *counts);

/* The same for steps of either version; counts what operation units there are.
 */
void blob_count_weights(const uint8_t *blob, size_t bytes, uint32_t rows,
			uint32_t columns, int32_t *dense, uint8_t *counts,
			struct ou_counts *ous);

/* The cells of one block's row and column as one stored weight; array rows are
 * found through a row list if there is one. */
int32_t blob_block_weight(const uint8_t *blob, uint32_t block, uint32_t row,
			  uint32_t column);

#endif
