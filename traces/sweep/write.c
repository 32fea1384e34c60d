/* The merged table as CSV and JSON. */
#include "traces/sweep/merge.h"

#include <stdlib.h>
#include <string.h>

#include "host/file.h"
#include "traces/sweep/point.h"

#define MAX_TEXT 1024

/* ---- CSV ---- */

/* All settings that some group varies, in order of appearance. */
static json_t *varied_keys(const struct sqz_study *study)
{
	json_t *keys = json_object(), *value;
	const char *key;

	for (size_t i = 0; i < study->count; i++) {
		json_object_foreach(study->points[i].varied, key, value)
		{
			json_object_set_new(keys, key, json_true());
		}
	}
	return keys;
}

static void csv_head(const struct sqz_merged *merged, json_t *keys,
		     struct sqz_table *table)
{
	size_t cells = json_array_size(merged->cells), count = 0;
	const char **head =
	    calloc(cells + json_object_size(keys) + 6, sizeof(*head));
	const char *key;
	json_t *unused;

	if (!head) {
		table->failed = true;
		return;
	}
	head[count++] = "point";
	head[count++] = "group";
	head[count++] = "name";
	json_object_foreach(keys, key, unused)
	{
		head[count++] = key;
	}
	for (size_t i = 0; i < cells; i++)
		head[count++] = json_string_value(
		    json_array_get(json_array_get(merged->cells, i), 2));
	head[count++] = "state";
	head[count] = "error";
	sqz_table_init(table, head);
	free(head);
}

static void csv_row(const struct sqz_merged *merged, json_t *keys, size_t index,
		    struct sqz_table *table)
{
	const struct sqz_study_point *point = &merged->study->points[index];
	const json_t *row = json_array_get(merged->points, index);
	const char *why = json_string_value(json_object_get(row, "error"));
	char text[MAX_TEXT];
	const char *key;
	json_t *unused;

	sqz_table_uint(table, index + 1);
	sqz_table_text(table, point->group);
	sqz_table_text(table, point->name);
	json_object_foreach(keys, key, unused)
	{
		const char *value =
		    json_string_value(json_object_get(point->varied, key));
		sqz_table_text(table, value ? value : "");
	}
	for (size_t i = 0; i < json_array_size(merged->cells); i++) {
		sqz_merged_text(merged, i, index, text, sizeof(text));
		sqz_table_text(table, text);
	}
	sqz_table_text(table, json_string_value(json_object_get(row, "state")));
	sqz_table_text(table, why ? why : "");
}

static int print_csv(const struct sqz_merged *merged, FILE *out)
{
	struct sqz_table table = { 0 };
	json_t *keys = varied_keys(merged->study);

	csv_head(merged, keys, &table);
	for (size_t i = 0; i < merged->study->count && !table.failed; i++)
		csv_row(merged, keys, i, &table);
	int failed = sqz_table_csv(&table, out);
	sqz_table_free(&table);
	json_decref(keys);
	return failed;
}

/* ---- JSON ---- */

static int print_json(const struct sqz_merged *merged, FILE *out)
{
	json_t *all =
	    json_pack("{s:i, s:s, s:s, s:O, s:O}", "version", 1, "study",
		      merged->study->name, "kind",
		      sqz_study_kind_name(merged->study->kind), "columns",
		      merged->columns, "points", merged->points);
	int failed = json_dumpf(all, out, JSON_INDENT(1));

	json_decref(all);
	fputc('\n', out);
	return failed;
}

/* ---- files ---- */

static int write_text(const struct sqz_merged *merged, const char *output,
		      const char *ending, char *text, size_t size,
		      struct sqz_error *err)
{
	char path[SQZ_SWEEP_PATH];

	snprintf(path, sizeof(path), "%s/%s.%s", output, merged->study->name,
		 ending);
	return sqz_write_file(path, text, size, err);
}

/* By print, or the page with its plots. */
static int write_one(const struct sqz_merged *merged, const char *output,
		     const char *ending, const json_t *plots,
		     int (*print)(const struct sqz_merged *, FILE *),
		     struct sqz_error *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int failed = !out;

	if (out && print)
		failed = print(merged, out);
	else if (out)
		sqz_sweep_page(merged, plots, out);
	if (!out || fclose(out) || failed)
		failed = sqz_fail(err, "%s: out of memory", ending);
	else
		failed = write_text(merged, output, ending, text, size, err);
	free(text);
	return failed;
}

int sqz_sweep_write(const struct sqz_merged *merged, const char *output,
		    struct sqz_error *err)
{
	json_t *plots = sqz_sweep_plots(merged, output, err);
	int failed = !plots ||
		     write_one(merged, output, "csv", NULL, print_csv, err) ||
		     write_one(merged, output, "json", NULL, print_json, err) ||
		     write_one(merged, output, "md", plots, NULL, err);

	json_decref(plots);
	return failed ? -1 : 0;
}
