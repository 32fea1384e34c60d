/* Reports of points, made ready for columns. */
#include "traces/sweep/report_read.h"

#include <stdlib.h>
#include <string.h>

#include "host/file.h"
#include "traces/sweep/point.h"

#define MAX_CSV (64u << 20)

/* ---- CSV ---- */

/* A number if all of it is one. */
static json_t *cell_json(const char *text)
{
	char *end = NULL;
	double value = strtod(text, &end);

	if (!*text)
		return json_null();
	json_t *number = *end ? NULL : json_real(value);
	return number ? number : json_string(text);
}

/* The next cell of a line, unquoted in place; *at is moved behind it. NULL at
 * the end of the line. */
static char *next_cell(char **at)
{
	char *from = *at, *to = *at, *begin = *at;
	bool quoted = false;

	if (!from)
		return NULL;
	for (; *from && (quoted || *from != ','); from++) {
		if (*from != '"')
			*to++ = *from;
		else if (quoted && from[1] == '"')
			*to++ = *from++;
		else
			quoted = !quoted;
	}
	*at = *from ? from + 1 : NULL;
	*to = '\0';
	return begin;
}

static json_t *row_json(char *line, const json_t *head)
{
	json_t *row = json_object();
	size_t column = 0;
	char *cell;

	while ((cell = next_cell(&line))) {
		const char *name =
		    json_string_value(json_array_get(head, column++));
		if (name)
			json_object_set_new(row, name, cell_json(cell));
	}
	return row;
}

json_t *sqz_report_of_csv(char *text)
{
	json_t *head = json_array(), *rows = json_array();
	char *line = strsep(&text, "\n"), *cell;

	while ((cell = next_cell(&line)))
		json_array_append_new(head, json_string(cell));
	while ((line = strsep(&text, "\n")))
		if (*line)
			json_array_append_new(rows, row_json(line, head));
	json_decref(head);
	return json_pack("{s:o}", "rows", rows);
}

static json_t *load_csv(const char *path, struct sqz_error *err)
{
	struct sqz_bytes bytes;

	if (sqz_read_file(path, MAX_CSV, &bytes, err))
		return NULL;
	char *text = strndup((const char *)bytes.data, bytes.size);
	sqz_bytes_free(&bytes);
	json_t *report = text ? sqz_report_of_csv(text) : NULL;
	free(text);
	if (!report)
		sqz_fail(err, "%s: out of memory", path);
	return report;
}

/* ---- without the warm images ---- */

static json_t *subtract(const json_t *after, const json_t *before,
			double images);

static json_t *subtract_object(const json_t *after, const json_t *before,
			       double images)
{
	json_t *object = json_object(), *value;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)after, key, value)
	{
		json_object_set_new(
		    object, key,
		    subtract(value, json_object_get(before, key), images));
	}
	return object;
}

static json_t *subtract_array(const json_t *after, const json_t *before,
			      double images)
{
	json_t *array = json_array(), *value;
	size_t i;

	json_array_foreach(after, i, value)
	{
		json_array_append_new(
		    array, subtract(value, json_array_get(before, i), images));
	}
	return array;
}

/* Numbers: (after - before) / images; what is not in before counts as 0. */
static json_t *subtract(const json_t *after, const json_t *before,
			double images)
{
	if (json_is_object(after))
		return subtract_object(after, before, images);
	if (json_is_array(after))
		return subtract_array(after, before, images);
	if (json_is_number(after))
		return json_real(
		    (json_number_value(after) - json_number_value(before)) /
		    images);
	return json_deep_copy(after);
}

json_t *sqz_report_steady(const json_t *after, const json_t *before)
{
	double images =
	    (double)json_array_size(json_object_get(after, "images")) -
	    (double)json_array_size(json_object_get(before, "images"));
	json_t *steady = subtract(after, before, images > 0 ? images : 1);

	json_object_set(steady, "all", (json_t *)(uintptr_t)after);
	json_object_set(steady, "warm", (json_t *)(uintptr_t)before);
	return steady;
}

/* ---- of a point ---- */

static json_t *load_json(const char *path, struct sqz_error *err)
{
	json_error_t why;
	json_t *root = json_load_file(path, 0, &why);

	if (!root)
		sqz_fail(err, "%s:%d: %s", path, why.line, why.text);
	return root;
}

/* With the configuration that was in force. */
static json_t *with_config(json_t *report, const struct sqz_study_point *point,
			   const char *output, struct sqz_error *err)
{
	char path[SQZ_SWEEP_PATH];

	sqz_point_path(output, point, "config.cfg", path);
	json_t *config = sqz_study_parse(path, err);
	if (config && !json_object_set_new(report, "config", config))
		return report;
	json_decref(report);
	return NULL;
}

static json_t *run_report(const struct sqz_study_point *point, json_t *report,
			  const char *output, struct sqz_error *err)
{
	char path[SQZ_SWEEP_PATH];

	if (!point->warm_images)
		return with_config(report, point, output, err);
	sqz_point_path(output, point, "warm.json", path);
	json_t *before = load_json(path, err);
	json_t *steady = before ? sqz_report_steady(report, before) : NULL;
	json_decref(before);
	json_decref(report);
	return steady ? with_config(steady, point, output, err) : NULL;
}

json_t *sqz_point_report(const struct sqz_study *study, size_t index,
			 const char *output, struct sqz_error *err)
{
	const struct sqz_study_point *point = &study->points[index];
	char path[SQZ_SWEEP_PATH];

	if (study->kind == SQZ_STUDY_NOC || study->kind == SQZ_STUDY_EVAL) {
		sqz_point_path(output, point, "report.csv", path);
		return load_csv(path, err);
	}
	sqz_point_path(output, point, "report.json", path);
	json_t *report = load_json(path, err);
	if (!report || study->kind != SQZ_STUDY_RUN)
		return report;
	return run_report(point, report, output, err);
}
