#include "eval_table.h"

#include "host/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sqz_eval_table_schemes(struct sqz_eval_table *table, const char *list,
			   const struct sqz_scheme *base, struct sqz_error *err)
{
	char *position;

	table->names = strdup(list);
	if (!table->names)
		return sqz_fail(err, "out of memory for the schemes");
	for (char *name = strtok_r(table->names, ",", &position); name;
	     name = strtok_r(NULL, ",", &position)) {
		if (table->count == SQZ_EVAL_MAX_SCHEMES)
			return sqz_fail(err, "more than %d schemes",
					SQZ_EVAL_MAX_SCHEMES);
		struct sqz_eval_row *row = &table->rows[table->count++];

		row->name = name;
		row->scheme = *base;
		if (sqz_scheme_parse(name, &row->scheme, err))
			return -1;
	}
	if (table->count == 0)
		return sqz_fail(err, "no schemes in \"%s\"", list);
	return 0;
}

void sqz_eval_table_free(struct sqz_eval_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->rows[i].result.logits);
	free(table->names);
}

void sqz_eval_table_print(const struct sqz_eval_table *table, uint32_t images)
{
	printf("%s: top-1 over %u test images, weights per %s by %s\n",
	       table->network, images,
	       table->rows[0].scheme.per_channel ? "channel" : "tensor",
	       table->rows[0].scheme.rule == SQZ_SCALE_MSE
		   ? "least squared error"
		   : "largest weight");
	printf("%-8s %6s %7s %8s %8s\n", "scheme", "planes", "arrays",
	       "top-1 %", "diff");
	printf("%-8s %6s %7s %8.2f %8s\n", "float", "-", "-",
	       100 * table->float_top1, "-");
	if (table->pruned)
		printf("%-8s %6s %7s %8.2f %+8.2f\n", "pruned", "-", "-",
		       100 * table->pruned_top1,
		       100 * (table->pruned_top1 - table->float_top1));
	for (size_t i = 0; i < table->count; i++) {
		const struct sqz_eval_row *row = &table->rows[i];
		const struct sqz_scheme *scheme = &row->scheme;

		printf("%-8s %6u %7u %8.2f %+8.2f\n", row->name,
		       scheme->planes - scheme->squeeze - scheme->truncate,
		       row->result.arrays, 100 * row->result.top1,
		       100 * (row->result.top1 - table->float_top1));
	}
}

int sqz_eval_table_csv(const struct sqz_eval_table *table, const char *path,
		       struct sqz_error *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return sqz_fail(err, "%s: out of memory", path);
	fprintf(file, "scheme,planes,arrays,top1_percent,difference_points\n");
	fprintf(file, "float,,,%.2f,\n", 100 * table->float_top1);
	if (table->pruned)
		fprintf(file, "pruned,,,%.2f,%+.2f\n", 100 * table->pruned_top1,
			100 * (table->pruned_top1 - table->float_top1));
	for (size_t i = 0; i < table->count; i++) {
		const struct sqz_eval_row *row = &table->rows[i];
		const struct sqz_scheme *scheme = &row->scheme;

		fprintf(file, "%s,%u,%u,%.2f,%+.2f\n", row->name,
			scheme->planes - scheme->squeeze - scheme->truncate,
			row->result.arrays, 100 * row->result.top1,
			100 * (row->result.top1 - table->float_top1));
	}
	int result = fclose(file) ? sqz_fail(err, "%s: out of memory", path)
				  : sqz_write_file(path, text, size, err);
	free(text);
	return result;
}

int sqz_eval_table_logits(const struct sqz_eval_table *table,
			  const struct sqz_eval *eval, const char *path,
			  struct sqz_error *err)
{
	const struct sqz_eval_result *result = &table->rows[0].result;
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return sqz_fail(err, "%s: out of memory", path);
	for (uint32_t i = 0; i < eval->images; i++) {
		const int32_t *logits =
		    result->logits + i * result->logit_count;

		fprintf(file, "%u", eval->test->labels[i]);
		for (size_t k = 0; k < result->logit_count; k++)
			fprintf(file, " %d", logits[k]);
		fputc('\n', file);
	}
	int status = fclose(file) ? sqz_fail(err, "%s: out of memory", path)
				  : sqz_write_file(path, text, size, err);
	free(text);
	return status;
}
