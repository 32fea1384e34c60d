#include "traces/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define GAP 2 /* blanks between columns */

void sqz_table_init(struct sqz_table *table, const char *const *head)
{
	*table = (struct sqz_table){ 0 };
	while (head[table->columns])
		sqz_table_text(table, head[table->columns++]);
}

void sqz_table_free(struct sqz_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct sqz_table){ 0 };
}

static char *clean_copy(const char *text)
{
	char *copy = strdup(text);

	for (char *c = copy; c && *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	return copy;
}

void sqz_table_text(struct sqz_table *table, const char *text)
{
	if (table->count == table->room) {
		size_t room = table->room ? table->room * 2 : 64;
		char **cells = realloc(table->cells, room * sizeof(*cells));
		if (!cells) {
			table->failed = true;
			return;
		}
		table->cells = cells;
		table->room = room;
	}
	char *copy = clean_copy(text);
	if (copy)
		table->cells[table->count++] = copy;
	else
		table->failed = true;
}

void sqz_table_uint(struct sqz_table *table, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	sqz_table_text(table, text);
}

void sqz_table_decimal(struct sqz_table *table, uint64_t value, unsigned digits)
{
	uint64_t unit = 1;
	char text[48];

	for (unsigned i = 0; i < digits; i++)
		unit *= 10;
	snprintf(text, sizeof(text), "%" PRIu64 ".%0*" PRIu64, value / unit,
		 (int)digits, value % unit);
	sqz_table_text(table, text);
}

/* Characters, as a terminal counts them. */
static size_t width(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static size_t column_width(const struct sqz_table *table, size_t column)
{
	size_t widest = 0;

	for (size_t i = column; i < table->count; i += table->columns)
		if (width(table->cells[i]) > widest)
			widest = width(table->cells[i]);
	return widest;
}

static void print_cell(const char *text, size_t wanted, bool left, bool last,
		       FILE *file)
{
	int blanks = (int)(wanted - width(text));

	if (left)
		fprintf(file, "%s%*s", text, last ? 0 : blanks, "");
	else
		fprintf(file, "%*s%s", blanks, "", text);
	fprintf(file, last ? "\n" : "%*s", GAP, "");
}

int sqz_table_print(const struct sqz_table *table, size_t text_columns,
		    FILE *file)
{
	size_t *widths = calloc(table->columns, sizeof(*widths));

	if (!widths || table->failed) {
		free(widths);
		return -1;
	}
	for (size_t column = 0; column < table->columns; column++)
		widths[column] = column_width(table, column);
	for (size_t i = 0; i < table->count; i++) {
		size_t column = i % table->columns;
		print_cell(table->cells[i], widths[column],
			   column < text_columns, column + 1 == table->columns,
			   file);
	}
	free(widths);
	return ferror(file) ? -1 : 0;
}

static void print_csv_cell(const char *text, FILE *file)
{
	if (!strpbrk(text, ",\"")) {
		fputs(text, file);
		return;
	}
	putc('"', file);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', file);
		putc(*text, file);
	}
	putc('"', file);
}

int sqz_table_csv(const struct sqz_table *table, FILE *file)
{
	if (table->failed)
		return -1;
	for (size_t i = 0; i < table->count; i++) {
		print_csv_cell(table->cells[i], file);
		putc((i + 1) % table->columns ? ',' : '\n', file);
	}
	return ferror(file) ? -1 : 0;
}
