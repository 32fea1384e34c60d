/* Names in CSV files. */
#ifndef SQZ_MAPPER_CSV_H
#define SQZ_MAPPER_CSV_H

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In quotes, so that it may hold commas, quotes and ends of lines. */
void sqz_csv_name(const char *name, FILE *out);

#ifdef __cplusplus
}
#endif

#endif
