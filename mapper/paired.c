#include "paired.h"

#include <math.h>

#define NORMAL_95 1.959963985 /* 97.5 % quantile */

struct sqz_paired sqz_paired_compare(const uint8_t *before,
				     const uint8_t *after, uint32_t images)
{
	struct sqz_paired paired = { .images = images };

	for (uint32_t i = 0; i < images; i++) {
		paired.lost += before[i] && !after[i];
		paired.gained += !before[i] && after[i];
	}
	double n = images;
	double changed = ((double)paired.lost + paired.gained) / n;
	double d = ((double)paired.gained - paired.lost) / n;
	double half =
	    changed > 0 ? NORMAL_95 * sqrt((changed - d * d) / n) : 3 / n;
	paired.difference = d;
	paired.low = d - half;
	paired.high = d + half;
	return paired;
}

bool sqz_paired_drop_below(const struct sqz_paired *paired, double limit)
{
	return -paired->low < limit;
}

double sqz_share_right(const uint8_t *right, uint32_t images)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < images; i++)
		sum += right[i];
	return (double)sum / images;
}
