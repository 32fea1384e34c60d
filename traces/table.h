/* A table of texts: aligned columns for people, CSV for programs. */
#ifndef SQZ_TRACES_TABLE_H
#define SQZ_TRACES_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_table {
	size_t columns;
	size_t count; /* cells so far, row by row; the first row is the head */
	size_t room;
	char **cells;
	bool failed; /* memory ran out: nothing is printed */
};

/* head: one title for each column, NULL at the end. */
void sqz_table_init(struct sqz_table *table, const char *const *head);
void sqz_table_free(struct sqz_table *table);

/* The next cell. Control characters become '?'. */
void sqz_table_text(struct sqz_table *table, const char *text);
void sqz_table_uint(struct sqz_table *table, uint64_t value);
/* value / 10^digits with that many decimals: exact. */
void sqz_table_decimal(struct sqz_table *table, uint64_t value,
		       unsigned digits);

/* text_columns: how many columns from the left hold text (left-aligned); the
 * others hold numbers. -1 if memory ran out or the file cannot be written. */
int sqz_table_print(const struct sqz_table *table, size_t text_columns,
		    FILE *file);
int sqz_table_csv(const struct sqz_table *table, FILE *file);

#ifdef __cplusplus
}
#endif

#endif
