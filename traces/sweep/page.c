/* The report page of a study, in Markdown. */
#include "traces/sweep/merge.h"

#define MAX_TEXT 1024

/* A cell of a table: no line ends, no bars of its own. */
static void print_cell(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '|')
			fputc('\\', out);
		fputc(*text == '\n' || *text == '\r' ? ' ' : *text, out);
	}
	fputs(" |", out);
}

static const char *text_at(const struct sqz_merged *merged, size_t point,
			   const char *name)
{
	return json_string_value(
	    json_object_get(json_array_get(merged->points, point), name));
}

/* Columns of texts are left-aligned, of numbers right-aligned. */
static bool is_text(const struct sqz_merged *merged, size_t cell)
{
	for (size_t i = 0; i < merged->study->count; i++)
		if (json_is_string(sqz_merged_value(merged, cell, i)))
			return true;
	return false;
}

static void print_head(const struct sqz_merged *merged, bool groups, FILE *out)
{
	size_t cells = json_array_size(merged->cells);

	fputs(groups ? "| group | settings |" : "| settings |", out);
	for (size_t i = 0; i < cells; i++) {
		fputc(' ', out);
		print_cell(json_string_value(json_array_get(
			       json_array_get(merged->cells, i), 2)),
			   out);
	}
	fputs(groups ? "\n|---|---|" : "\n|---|", out);
	for (size_t i = 0; i < cells; i++)
		fputs(is_text(merged, i) ? "---|" : "---:|", out);
	fputc('\n', out);
}

static void print_row(const struct sqz_merged *merged, size_t index,
		      bool groups, FILE *out)
{
	const struct sqz_study_point *point = &merged->study->points[index];
	const char *state = text_at(merged, index, "state");
	char text[MAX_TEXT];

	fputs("| ", out);
	if (groups) {
		print_cell(point->group, out);
		fputc(' ', out);
	}
	sqz_study_describe(point, text, sizeof(text));
	print_cell(text, out);
	for (size_t i = 0; i < json_array_size(merged->cells); i++) {
		sqz_merged_text(merged, i, index, text, sizeof(text));
		fputc(' ', out);
		print_cell(i || state[0] == 'd' ? text : state, out);
	}
	fputc('\n', out);
}

static void print_table(const struct sqz_merged *merged, FILE *out)
{
	bool groups = merged->study->points[0].group[0];

	fputs("\n## Table\n\n", out);
	print_head(merged, groups, out);
	for (size_t i = 0; i < merged->study->count; i++)
		print_row(merged, i, groups, out);
}

static void print_failed(const struct sqz_merged *merged, FILE *out)
{
	if (!merged->failed)
		return;
	fputs("\n## Failed\n\n| point | error |\n|---:|---|\n", out);
	for (size_t i = 0; i < merged->study->count; i++) {
		const char *why = text_at(merged, i, "error");
		if (!why)
			continue;
		fprintf(out, "| %zu | ", i + 1);
		print_cell(why, out);
		fputc('\n', out);
	}
}

/* How many images the first of two runs has. */
static void print_warm(const struct sqz_study *study, FILE *out)
{
	uint32_t least = UINT32_MAX, most = 0;

	for (size_t i = 0; i < study->count; i++) {
		uint32_t images = study->points[i].warm_images;
		least = images < least ? images : least;
		most = images > most ? images : most;
	}
	if (!most)
		return;
	fputs("\nAll figures are of one image: the difference of two runs, the "
	      "first of ",
	      out);
	if (least < most)
		fprintf(out, "%u to ", least);
	fprintf(out, "%u image%s.\n", most, most > 1 ? "s" : "");
}

static void print_columns(const struct sqz_merged *merged, FILE *out)
{
	size_t i;
	json_t *column;
	char title[256];

	fputs("\n## Columns\n\n| column | from the report |\n|---|---|\n", out);
	json_array_foreach(merged->columns, i, column)
	{
		sqz_sweep_title(column, title, sizeof(title));
		fprintf(out, "| %s | `%s` |\n", title,
			json_string_value(json_object_get(column, "value")));
	}
	print_warm(merged->study, out);
}

void sqz_sweep_page(const struct sqz_merged *merged, const json_t *plots,
		    FILE *out)
{
	const struct sqz_study *study = merged->study;
	const char *title =
	    json_string_value(json_object_get(study->root, "title"));
	const char *text =
	    json_string_value(json_object_get(study->root, "text"));
	size_t i;
	json_t *plot;

	fprintf(out, "# %s\n\n", title ? title : study->name);
	if (text)
		fprintf(out, "%s\n\n", text);
	fprintf(out,
		"%zu points of `sqz %s`: %zu done, %zu failed, %zu open.\n",
		study->count, sqz_study_kind_name(study->kind),
		study->count - merged->failed - merged->open, merged->failed,
		merged->open);
	json_array_foreach(plots, i, plot)
	{
		fprintf(out, "\n![%s](%s)\n", json_string_value(plot),
			json_string_value(plot));
	}
	print_table(merged, out);
	print_failed(merged, out);
	print_columns(merged, out);
}
