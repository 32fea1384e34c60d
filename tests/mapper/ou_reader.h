/*
 * A second reader of operation-unit steps (version 2), written from the text of
 * sqz/image.h alone. A test fails where a blob is wrong.
 */
#ifndef SQZ_TESTS_OU_READER_H
#define SQZ_TESTS_OU_READER_H

#include <stddef.h>
#include <stdint.h>

struct ou_counts {
	uint64_t ous;
	uint64_t columns;
	uint64_t accumulates; /* of one input cycle */
	uint64_t complements; /* destinations */
	uint64_t lists;	      /* groups with a row list */
	uint64_t index_bits;
	uint32_t most_ous; /* of an array */
};

/* The part of one blob that lies behind its header's arrays_offset: adds what
 * the columns deliver to dense[rows][columns] and to *counts. take() is called
 * for every range of bytes that a table takes. */
void ou_add_weights(const uint8_t *blob, uint32_t rows, uint32_t columns,
		    int32_t *dense, struct ou_counts *counts,
		    void (*take)(void *context, uint64_t offset, uint64_t bytes,
				 uint64_t align),
		    void *context);

#endif
