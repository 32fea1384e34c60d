/*
 * Plots of the merged table: lines where the axis is of numbers, else bars.
 */
#include "traces/sweep/merge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "traces/gnuplot.h"
#include "traces/sweep/point.h"

#define MAX_TEXT 1024

/* One plot, as the study describes it and as it is drawn. */
struct plot {
	const struct sqz_merged *merged;
	const json_t *spec;
	const char *x; /* a setting, or NULL: each point for itself */
	bool bars;
	bool groups;	/* points are of several groups */
	json_t *series; /* title: { x: y } */
	json_t *places; /* all x, in order of appearance */
};

/* ---- which points ---- */

static bool in_list(const json_t *list, const char *text)
{
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one)
	{
		if (!strcmp(json_string_value(one), text))
			return true;
	}
	return false;
}

/* Of "KEY=VALUE": whether the point has it. */
static bool has_setting(const struct sqz_study_point *point, const char *text)
{
	const char *equals = strchr(text, '=');
	char key[128];

	snprintf(key, sizeof(key), "%.*s", (int)(equals - text), text);
	const char *value = sqz_study_get(point, key);
	return value && !strcmp(value, equals + 1);
}

static bool is_wanted(const struct plot *plot,
		      const struct sqz_study_point *point)
{
	const json_t *groups = json_object_get(plot->spec, "groups");
	size_t i;
	json_t *one;

	if ((groups && !in_list(groups, point->group)) ||
	    (plot->x && !sqz_study_get(point, plot->x)))
		return false;
	json_array_foreach(json_object_get(plot->spec, "where"), i, one)
	{
		if (!has_setting(point, json_string_value(one)))
			return false;
	}
	return true;
}

/* ---- names ---- */

__attribute__((format(printf, 3, 4))) static void
append(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	if (used && used + 1 < size) {
		text[used++] = ' ';
		text[used] = '\0';
	}
	va_start(args, format);
	vsnprintf(text + used, size - used, format, args);
	va_end(args);
}

/* What `where` has fixed needs no words. */
static bool is_fixed(const struct plot *plot, const char *key)
{
	const json_t *where = json_object_get(plot->spec, "where");
	size_t i, length = strlen(key);
	json_t *one;

	json_array_foreach(where, i, one)
	{
		const char *text = json_string_value(one);
		if (!strncmp(text, key, length) && text[length] == '=')
			return true;
	}
	return plot->x && !strcmp(plot->x, key);
}

/* The point as one of many in the plot, without its x. */
static void name_point(const struct plot *plot,
		       const struct sqz_study_point *point, char *text,
		       size_t size)
{
	const char *key;
	json_t *value;

	text[0] = '\0';
	if (plot->groups)
		append(text, size, "%s", point->group);
	if (point->name[0])
		append(text, size, "%s", point->name);
	json_object_foreach(point->varied, key, value)
	{
		if (!is_fixed(plot, key))
			append(text, size, "%s=%s", key,
			       json_string_value(value));
	}
}

static const char *cell_title(const struct sqz_merged *merged, size_t cell)
{
	return json_string_value(
	    json_array_get(json_array_get(merged->cells, cell), 2));
}

/* ---- data ---- */

static void add_value(struct plot *plot, size_t index, size_t cell, bool alone)
{
	const struct sqz_study_point *point =
	    &plot->merged->study->points[index];
	const json_t *value = sqz_merged_value(plot->merged, cell, index);
	char name[MAX_TEXT], title[MAX_TEXT] = "";

	if (!json_is_number(value))
		return;
	name_point(plot, point, name, sizeof(name));
	if (plot->x && name[0])
		append(title, sizeof(title), "%s", name);
	if (!alone || !title[0])
		append(title, sizeof(title), "%s",
		       cell_title(plot->merged, cell));
	const char *place = plot->x ? sqz_study_get(point, plot->x) : name;
	json_t *series = json_object_get(plot->series, title);
	if (!series) {
		series = json_object();
		json_object_set_new(plot->series, title, series);
	}
	json_object_set(series, place, (json_t *)(uintptr_t)value);
	json_object_set_new(plot->places, place, json_true());
}

/* All cells of a column; alone: nothing else is drawn. */
static void add_column(struct plot *plot, const char *name, bool alone)
{
	const struct sqz_merged *merged = plot->merged;
	int column = sqz_sweep_find_column(merged->columns, name);

	for (size_t c = 0; c < json_array_size(merged->cells); c++) {
		json_t *cell = json_array_get(merged->cells, c);
		if (json_integer_value(json_array_get(cell, 0)) != column)
			continue;
		bool single = alone && !json_is_string(json_array_get(cell, 1));
		for (size_t i = 0; i < merged->study->count; i++)
			if (is_wanted(plot, &merged->study->points[i]))
				add_value(plot, i, c, single);
	}
}

static void collect(struct plot *plot)
{
	const json_t *y = json_object_get(plot->spec, "y");
	const char *first = NULL;
	size_t i;
	json_t *one;

	for (i = 0; i < plot->merged->study->count; i++) {
		const struct sqz_study_point *point =
		    &plot->merged->study->points[i];
		if (!is_wanted(plot, point))
			continue;
		first = first ? first : point->group;
		plot->groups |= strcmp(first, point->group) != 0;
	}
	if (json_is_string(y))
		add_column(plot, json_string_value(y), true);
	json_array_foreach(y, i, one)
	{
		add_column(plot, json_string_value(one),
			   json_array_size(y) == 1);
	}
}

static bool all_numbers(json_t *places)
{
	const char *place;
	json_t *unused;
	char *end;

	json_object_foreach(places, place, unused)
	{
		double value = strtod(place, &end);
		if (*end || end == place || !isfinite(value))
			return false;
	}
	return true;
}

/* ---- scripts ---- */

static void print_value(const json_t *value, FILE *out)
{
	if (json_is_number(value))
		fprintf(out, " %.10g", json_number_value(value));
	else
		fputs(" NaN", out);
}

/* Names in double quotes, for data. */
static void print_quoted(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++)
		if (*text != '"')
			fputc(*text, out);
	fputc('"', out);
}

/* A line for each place, a column for each series. */
static void print_data(const struct plot *plot, FILE *out)
{
	const char *place, *title;
	json_t *unused, *series;

	fputs("$data << END\n", out);
	json_object_foreach(plot->places, place, unused)
	{
		if (plot->bars)
			print_quoted(place, out);
		else
			fputs(place, out);
		json_object_foreach(plot->series, title, series)
		{
			print_value(json_object_get(series, place), out);
		}
		fputc('\n', out);
	}
	fputs("END\n", out);
}

static void print_label(const char *axis, const char *text, FILE *out)
{
	fprintf(out, "set %s ", axis);
	sqz_gnuplot_text(text, out);
	fputc('\n', out);
}

static void print_axes(const struct plot *plot, FILE *out)
{
	const json_t *y = json_object_get(plot->spec, "y");
	const char *title =
	    json_string_value(json_object_get(plot->spec, "title"));
	const char *log = json_string_value(json_object_get(plot->spec, "log"));
	char text[256];

	if (json_array_size(y) == 1)
		y = json_array_get(y, 0);
	if (title)
		print_label("title", title, out);
	if (plot->x)
		print_label("xlabel", plot->x, out);
	if (json_is_string(y)) {
		int column = sqz_sweep_find_column(plot->merged->columns,
						   json_string_value(y));
		sqz_sweep_title(
		    json_array_get(plot->merged->columns, (size_t)column), text,
		    sizeof(text));
		print_label("ylabel", text, out);
	}
	if (log && strchr(log, 'x') && !plot->bars)
		fputs("set logscale x 2\n", out);
	if (log && strchr(log, 'y'))
		fputs("set logscale y\n"
		      "set offsets graph 0.05, graph 0.05, 0, 0\n",
		      out);
	else
		fputs("set yrange [0:*]\n"
		      "set offsets graph 0.05, graph 0.05, graph 0.05, 0\n",
		      out);
}

static void print_script(const void *context, FILE *out)
{
	const struct plot *plot = context;
	unsigned column = 2;
	const char *title;
	json_t *unused;

	fputs("set termoption noenhanced\nset grid\n"
	      "set key outside top center\n",
	      out);
	if (json_object_size(plot->series) == 1)
		fputs("unset key\n", out);
	print_axes(plot, out);
	if (plot->bars)
		fputs("set style data histogram\nset style fill solid 0.6\n"
		      "set boxwidth 0.9\nset xtics rotate by -30\n"
		      "set bmargin at screen 0.35\n",
		      out);
	print_data(plot, out);
	fputs("plot", out);
	json_object_foreach(plot->series, title, unused)
	{
		fprintf(out, "%s $data using ", column > 2 ? "," : "");
		if (plot->bars)
			fprintf(out, "%u:xtic(1) title ", column);
		else
			fprintf(out, "1:%u with linespoints pointtype 7 title ",
				column);
		sqz_gnuplot_text(title, out);
		column++;
	}
	fputc('\n', out);
}

/* ---- plots ---- */

/* Name of the file, or empty if there is nothing to draw. */
static int draw(const struct sqz_merged *merged, const json_t *spec,
		const char *output, char name[SQZ_SWEEP_PATH],
		struct sqz_error *err)
{
	struct plot plot = {
		.merged = merged,
		.spec = spec,
		.x = json_string_value(json_object_get(spec, "x")),
		.series = json_object(),
		.places = json_object(),
	};
	const char *style = json_string_value(json_object_get(spec, "style"));
	char path[SQZ_SWEEP_PATH];
	int failed = 0;

	name[0] = '\0';
	collect(&plot);
	plot.bars = !plot.x || !all_numbers(plot.places) ||
		    (style && !strcmp(style, "bar"));
	if (json_object_size(plot.series)) {
		snprintf(name, SQZ_SWEEP_PATH, "%.200s-%.200s.png",
			 merged->study->name,
			 json_string_value(json_object_get(spec, "name")));
		snprintf(path, sizeof(path), "%s/%s", output, name);
		failed = sqz_gnuplot(path, 900, 600, print_script, &plot, err);
	}
	json_decref(plot.series);
	json_decref(plot.places);
	return failed;
}

/* The first column with numbers over what the first point varies first. */
static json_t *default_plots(const struct sqz_merged *merged)
{
	const json_t *varied = merged->study->points[0].varied;
	const char *x =
	    json_object_iter_key(json_object_iter((json_t *)(uintptr_t)varied));

	for (size_t c = 0; c < json_array_size(merged->cells); c++) {
		json_t *cell = json_array_get(merged->cells, c);
		json_t *column = json_array_get(
		    merged->columns,
		    (size_t)json_integer_value(json_array_get(cell, 0)));
		for (size_t i = 0; i < merged->study->count; i++)
			if (json_is_number(sqz_merged_value(merged, c, i)))
				return json_pack(
				    "[{s:s, s:s*, s:O}]", "name", "plot", "x",
				    x, "y", json_object_get(column, "name"));
	}
	return json_array();
}

json_t *sqz_sweep_plots(const struct sqz_merged *merged, const char *output,
			struct sqz_error *err)
{
	json_t *given = json_object_get(merged->study->root, "plots");
	json_t *specs = given ? json_incref(given) : default_plots(merged);
	json_t *names = json_array(), *spec;
	char name[SQZ_SWEEP_PATH];
	size_t i;

	if (sqz_sweep_check_plots(merged->study, merged->columns, err)) {
		json_decref(specs);
		json_decref(names);
		return NULL;
	}
	json_array_foreach(specs, i, spec)
	{
		if (draw(merged, spec, output, name, err)) {
			fprintf(stderr, "sqz sweep: %s\n", err->text);
			break;
		}
		if (name[0])
			json_array_append_new(names, json_string(name));
	}
	json_decref(specs);
	return names;
}
