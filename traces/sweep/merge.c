#include "traces/sweep/merge.h"

#include <math.h>
#include <string.h>

#include "traces/sweep/expression.h"
#include "traces/sweep/point.h"

#define EXACT_WHOLE 9007199254740992.0 /* 2^53 */

/* ---- rows ---- */

/* The report's "columns" become the values themselves, so that a column can
 * build on those before it. */
static json_t *values_of(const struct sqz_merged *merged, json_t *report,
			 struct sqz_error *err)
{
	json_t *values = json_object(), *column;
	size_t i;

	json_object_set(report, "columns", values);

	json_array_foreach(merged->columns, i, column)
	{
		const char *name =
		    json_string_value(json_object_get(column, "name"));
		json_t *value = sqz_expression_value(
		    json_string_value(json_object_get(column, "value")), report,
		    err);
		if (!value) {
			json_decref(values);
			return NULL;
		}
		json_object_set_new(values, name, value);
	}
	return values;
}

/* Values, or the error of a point that is done. Points that are the same share
 * theirs. */
static json_t *read_values(const struct sqz_merged *merged, size_t index,
			   const char *output, struct sqz_error *err)
{
	size_t first = merged->study->points[index].first;

	if (first < index)
		return json_incref(json_object_get(
		    json_array_get(merged->points, first), "values"));
	json_t *report = sqz_point_report(merged->study, index, output, err);
	json_t *values = report ? values_of(merged, report, err) : NULL;
	json_decref(report);
	return values;
}

static json_t *row_of(struct sqz_merged *merged, size_t index,
		      const char *output)
{
	static const char *const STATES[] = { "open", "done", "failed" };
	const struct sqz_study_point *point = &merged->study->points[index];
	struct sqz_error why = { "" };
	enum sqz_point_state state = sqz_point_state(output, point, &why);
	json_t *values = NULL;

	if (state == SQZ_POINT_DONE) {
		values = read_values(merged, index, output, &why);
		if (!values)
			state = SQZ_POINT_FAILED;
	}
	merged->failed += state == SQZ_POINT_FAILED;
	merged->open += state == SQZ_POINT_OPEN;
	json_t *row = json_pack("{s:I, s:s, s:s, s:O, s:s}", "point",
				(json_int_t)(index + 1), "group", point->group,
				"name", point->name, "set", point->varied,
				"state", STATES[state]);
	if (state == SQZ_POINT_FAILED)
		json_object_set_new(row, "error", json_string(why.text));
	json_object_set_new(row, "values", values ? values : json_object());
	return row;
}

/* ---- cells ---- */

/* All labels that a column's lists have, in order of appearance; empty: none
 * is a list. */
static json_t *labels_of(const struct sqz_merged *merged, const char *name)
{
	json_t *labels = json_object(), *row;
	const char *label;
	size_t i;
	json_t *one;

	json_array_foreach(merged->points, i, row)
	{
		json_t *value =
		    json_object_get(json_object_get(row, "values"), name);
		json_object_foreach(value, label, one)
		{
			json_object_set_new(labels, label, json_true());
		}
	}
	return labels;
}

static void add_cells(struct sqz_merged *merged, size_t index)
{
	const json_t *column = json_array_get(merged->columns, index);
	json_t *labels = labels_of(
	    merged, json_string_value(json_object_get(column, "name")));
	char title[256];
	const char *label;
	json_t *unused;

	sqz_sweep_title(column, title, sizeof(title));
	if (!json_object_size(labels))
		json_array_append_new(
		    merged->cells,
		    json_pack("[I, n, s]", (json_int_t)index, title));
	json_object_foreach(labels, label, unused)
	{
		json_t *full = json_sprintf("%s %s", title, label);
		json_array_append_new(
		    merged->cells,
		    json_pack("[I, s, o]", (json_int_t)index, label, full));
	}
	json_decref(labels);
}

int sqz_sweep_merge(const struct sqz_study *study, const char *output,
		    struct sqz_merged *merged, struct sqz_error *err)
{
	*merged = (struct sqz_merged){ .study = study };
	merged->columns = sqz_sweep_columns(study, err);
	if (!merged->columns)
		return -1;
	merged->points = json_array();
	merged->cells = json_array();
	for (size_t i = 0; i < study->count; i++)
		json_array_append_new(merged->points,
				      row_of(merged, i, output));
	for (size_t i = 0; i < json_array_size(merged->columns); i++)
		add_cells(merged, i);
	if (json_array_size(merged->points) != study->count)
		return sqz_fail(err, "%s: out of memory", study->path);
	return 0;
}

void sqz_merged_free(struct sqz_merged *merged)
{
	json_decref(merged->columns);
	json_decref(merged->points);
	json_decref(merged->cells);
	*merged = (struct sqz_merged){ 0 };
}

const json_t *sqz_merged_value(const struct sqz_merged *merged, size_t cell,
			       size_t point)
{
	const json_t *of = json_array_get(merged->cells, cell);
	size_t column = (size_t)json_integer_value(json_array_get(of, 0));
	const char *label = json_string_value(json_array_get(of, 1));
	const char *name = json_string_value(
	    json_object_get(json_array_get(merged->columns, column), "name"));
	const json_t *value = json_object_get(
	    json_object_get(json_array_get(merged->points, point), "values"),
	    name);

	if (label)
		return json_object_get(value, label);
	return value;
}

void sqz_merged_text(const struct sqz_merged *merged, size_t cell, size_t point,
		     char *text, size_t size)
{
	size_t column = (size_t)json_integer_value(
	    json_array_get(json_array_get(merged->cells, cell), 0));
	const json_t *digits =
	    json_object_get(json_array_get(merged->columns, column), "digits");
	const json_t *value = sqz_merged_value(merged, cell, point);
	double number = json_number_value(value);

	if (json_is_string(value))
		snprintf(text, size, "%s", json_string_value(value));
	else if (!json_is_number(value))
		snprintf(text, size, "%s", "");
	else if (json_is_integer(digits))
		snprintf(text, size, "%.*f", (int)json_integer_value(digits),
			 number);
	else if (number == floor(number) && fabs(number) <= EXACT_WHOLE)
		snprintf(text, size, "%.0f", number);
	else
		snprintf(text, size, "%.10g", number);
}
