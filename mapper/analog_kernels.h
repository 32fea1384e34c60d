/* The inner loops of analog.c: internal. */
#ifndef SQZ_MAPPER_ANALOG_KERNELS_H
#define SQZ_MAPPER_ANALOG_KERNELS_H

#include <stdint.h>

#define SQZ_ANALOG_MAX_ROWS   1024
#define SQZ_ANALOG_MAX_CYCLES 16

/* Cells are worked on in spans of so many bytes. */
#define SQZ_ANALOG_SPAN 256

/* Rows that are driven in each input cycle of one window. */
struct sqz_analog_drive {
	uint32_t cycles; /* up to the last one in which a row is driven */
	uint32_t counts[SQZ_ANALOG_MAX_CYCLES];
	uint16_t rows[SQZ_ANALOG_MAX_CYCLES][SQZ_ANALOG_MAX_ROWS];
};

/* Row r with shift s_r is driven in cycle t with bit t - s_r of its input;
 * shifts[rows] of at most 7. */
void sqz_analog_drive_rows(const uint8_t *inputs, const uint8_t *shifts,
			   uint32_t rows, struct sqz_analog_drive *drive);

struct sqz_analog_pass {
	const void *cells;  /* of the first row */
	uint32_t row_bytes; /* a multiple of SQZ_ANALOG_SPAN */
	int32_t adc_max;
	int unit_shift;	 /* current of one cell: 2^unit_shift */
	float noise;	 /* sigma of a current of one cell */
	uint32_t stream; /* of random numbers: of this window and block */
};

/* totals[lane] = sum over the cycles of 2^t times the converted sum of each
 * bit line in the span that begins `at` bytes into the rows.
 * counts: cells are bytes, 0 or 1, at most 255 rows.
 * currents: cells are uint16. */
void sqz_analog_counts(const struct sqz_analog_pass *pass,
		       const struct sqz_analog_drive *drive, uint32_t at,
		       int32_t *totals);
void sqz_analog_currents(const struct sqz_analog_pass *pass,
			 const struct sqz_analog_drive *drive, uint32_t at,
			 int32_t *totals);

/* sums[i] += weight * totals[i], modulo 2^32 */
void sqz_analog_add(const int32_t *totals, uint32_t count, uint32_t weight,
		    int32_t *sums);

#endif
