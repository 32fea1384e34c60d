#include "eval_table.h"

#include "host/file.h"
#include "paired.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sqz_eval_table_schemes(struct sqz_eval_table *table, const char *list,
			   const struct sqz_scheme *base, struct sqz_error *err)
{
	if (sqz_scheme_list_read(list, base, &table->schemes, err))
		return -1;
	for (uint32_t i = 0; i < table->schemes.count; i++)
		table->rows[table->count++] = (struct sqz_eval_row){
			.name = table->schemes.names[i],
			.scheme = table->schemes.schemes[i],
		};
	return 0;
}

void sqz_eval_table_layers(struct sqz_eval_table *table, const char *name,
			   struct sqz_scheme *layers)
{
	table->rows[table->count++] =
	    (struct sqz_eval_row){ .name = name, .layers = layers };
}

void sqz_eval_table_free(struct sqz_eval_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		sqz_eval_result_free(&table->rows[i].result);
		free(table->rows[i].layers);
	}
	free(table->base_right);
	free(table->own_right);
	sqz_scheme_list_free(&table->schemes);
}

/* A line of the table: what stands in its columns. */
struct line {
	const char *name;
	const struct sqz_eval_row *row; /* NULL: in float */
	double top1;			/* points, as all below */
	struct sqz_paired paired;
	bool shown;
};

static struct line make_line(const struct sqz_eval_table *table,
			     const char *name, const struct sqz_eval_row *row,
			     const uint8_t *right)
{
	struct line line = { .name = name, .row = row };

	line.top1 = 100 * sqz_share_right(right, table->images);
	line.paired =
	    sqz_paired_compare(table->base_right, right, table->images);
	line.shown = sqz_paired_drop_below(&line.paired, table->limit / 100);
	return line;
}

/* Columns `planes` and `arrays`, or what stands for none. */
static void format_counts(const struct line *line, const char *none,
			  char planes[16], char arrays[16])
{
	const struct sqz_scheme *scheme = line->row ? &line->row->scheme : NULL;

	snprintf(planes, 16, "%s", none);
	snprintf(arrays, 16, "%s", none);
	if (scheme && !line->row->layers)
		snprintf(planes, 16, "%u",
			 scheme->planes - scheme->squeeze - scheme->truncate);
	if (scheme)
		snprintf(arrays, 16, "%u", line->row->result.arrays);
}

static void print_line(const struct line *line)
{
	char planes[16], arrays[16];

	format_counts(line, "-", planes, arrays);
	printf("%-10s %6s %7s %8.2f %+7.2f  %+6.2f ..%+6.2f  %s\n", line->name,
	       planes, arrays, line->top1, 100 * line->paired.difference,
	       100 * line->paired.low, 100 * line->paired.high,
	       line->shown ? "shown" : "not shown");
}

static const char *rule_text(const struct sqz_scheme *scheme)
{
	static const char *const texts[] = {
		[SQZ_SCALE_MAX] = "largest weight",
		[SQZ_SCALE_MSE] = "least squared error",
		[SQZ_SCALE_PERCENTILE] = "percentile",
	};

	return texts[scheme->rule];
}

void sqz_eval_table_print(const struct sqz_eval_table *table)
{
	const struct sqz_scheme *scheme = &table->schemes.schemes[0];

	printf("%s: top-1 over %u %s images, weights per %s by %s%s\n",
	       table->network, table->images, table->split,
	       scheme->per_channel ? "channel" : "tensor", rule_text(scheme),
	       scheme->correct_bias ? ", biases corrected" : "");
	printf("%-10s %6s %7s %8s %7s  %16s  drop < %g\n", "scheme", "planes",
	       "arrays", "top-1 %", "diff", "95 % interval", table->limit);
	printf("%-10s %6s %7s %8.2f %7s\n", table->base_name, "-", "-",
	       100 * sqz_share_right(table->base_right, table->images), "-");
	if (table->own_right) {
		struct line line =
		    make_line(table, table->own_name, NULL, table->own_right);

		print_line(&line);
	}
	for (size_t i = 0; i < table->count; i++) {
		const struct sqz_eval_row *row = &table->rows[i];
		struct line line =
		    make_line(table, row->name, row, row->result.right);

		print_line(&line);
	}
}

static void write_line(const struct line *line, FILE *file)
{
	char planes[16], arrays[16];

	format_counts(line, "", planes, arrays);
	/* Names with commas are quoted. */
	fprintf(file, strchr(line->name, ',') ? "\"%s\"" : "%s", line->name);
	fprintf(file, ",%s,%s", planes, arrays);
	fprintf(file, ",%.2f,%+.2f,%+.3f,%+.3f,%u,%u,%s\n", line->top1,
		100 * line->paired.difference, 100 * line->paired.low,
		100 * line->paired.high, line->paired.lost, line->paired.gained,
		line->shown ? "shown" : "not shown");
}

static void write_lines(const struct sqz_eval_table *table, FILE *file)
{
	fprintf(file,
		"scheme,planes,arrays,top1_percent,difference_points,"
		"low_points,high_points,lost,gained,drop_below_%g\n",
		table->limit);
	fprintf(file, "%s,,,%.2f,,,,,,\n", table->base_name,
		100 * sqz_share_right(table->base_right, table->images));
	if (table->own_right) {
		struct line line =
		    make_line(table, table->own_name, NULL, table->own_right);

		write_line(&line, file);
	}
	for (size_t i = 0; i < table->count; i++) {
		const struct sqz_eval_row *row = &table->rows[i];
		struct line line =
		    make_line(table, row->name, row, row->result.right);

		write_line(&line, file);
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
	write_lines(table, file);
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

		fprintf(file, "%u", eval->judged->labels[i]);
		for (size_t k = 0; k < result->logit_count; k++)
			fprintf(file, " %d", logits[k]);
		fputc('\n', file);
	}
	int status = fclose(file) ? sqz_fail(err, "%s: out of memory", path)
				  : sqz_write_file(path, text, size, err);
	free(text);
	return status;
}
