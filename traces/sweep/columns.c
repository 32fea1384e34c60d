/* Which columns the merged table has. */
#include "traces/sweep/merge.h"

#include <string.h>

#include "traces/sweep/expression.h"

struct column {
	const char *name;
	const char *unit;
	int digits; /* -1: as many as it takes */
	const char *value;
};

#define DESIGN	  "modes[read=full].designs[kind=chosen]."
#define OU_DESIGN "modes[read=ou].designs[kind=chosen]."

static const struct column MAP[] = {
	{ "network", "", -1, "network" },
	{ "scheme", "", -1, "scheme" },
	{ "arrays", "", -1, DESIGN "arrays" },
	{ "time", "us", 1, DESIGN "time_ps / 1e6" },
	{ "input_cycles", "", -1, DESIGN "input_cycles" },
	{ "adc_conversions", "", -1, DESIGN "adc_conversions" },
	{ "adc_energy", "uj", 3, DESIGN "energy_fj.adc.accelergy / 1e9" },
	{ "ous", "", -1, OU_DESIGN "ous" },
	{ 0 },
};

static const struct column RUN[] = {
	{ "network", "", -1, "network" },
	{ "time", "us", 1, "mean(images[*].time_ps) / 1e6" },
	{ "energy", "uj", 3, "energy_fj.total / count(images[*].index) / 1e9" },
	{ "crossbars", "", -1, "sum(layers[*].crossbars)" },
	{ "noc", "kib", 1, "noc.bytes / count(images[*].index) / 1024" },
	{ "programming", "us", 1, "programming.time_ps / 1e6" },
	{ "images", "", -1, "count(images[*].index)" },
	{ "exact", "", -1, "images_exact" },
	{ 0 },
};

/* Reports of what one image adds. */
static const struct column STEADY[] = {
	{ "network", "", -1, "network" },
	{ "time", "us", 1, "sum(images[*].time_ps) / 1e6" },
	{ "energy", "uj", 3, "energy_fj.total / 1e9" },
	{ "crossbars", "", -1, "sum(all.layers[*].crossbars)" },
	{ "noc", "kib", 1, "noc.bytes / 1024" },
	{ "images", "", -1, "count(all.images[*].index)" },
	{ "exact", "", -1, "all.images_exact" },
	{ 0 },
};

static const struct column NOC[] = {
	{ "offered_flits", "", -1, "rows[0].offered_flits" },
	{ "accepted_flits", "", -1, "rows[0].accepted_flits" },
	{ "packet_latency", "cycles", 2, "rows[0].packet_latency" },
	{ "p99", "cycles", -1, "rows[0].p99" },
	{ "energy_of_flit", "pj", 2, "rows[0].energy_pj_per_flit" },
	{ "saturated", "", -1, "rows[0].saturated" },
	{ 0 },
};

/* One row for float, one for each scheme. */
static const struct column EVAL[] = {
	{ "float", "percent", 2, "rows[0].top1_percent" },
	{ "scheme", "", -1, "rows[1].scheme" },
	{ "top1", "percent", 2, "rows[1].top1_percent" },
	{ "arrays", "", -1, "rows[1].arrays" },
	{ 0 },
};

static const struct column *default_columns(const struct sqz_study *study)
{
	static const struct column *const DEFAULTS[] = {
		[SQZ_STUDY_MAP] = MAP,
		[SQZ_STUDY_RUN] = RUN,
		[SQZ_STUDY_NOC] = NOC,
		[SQZ_STUDY_EVAL] = EVAL,
	};

	return study->warm_images ? STEADY : DEFAULTS[study->kind];
}

static json_t *column_json(const struct column *column)
{
	json_t *json =
	    json_pack("{s:s, s:s, s:s, s:n}", "name", column->name, "value",
		      column->value, "unit", column->unit, "digits");

	if (column->digits >= 0)
		json_object_set_new(json, "digits",
				    json_integer(column->digits));
	return json;
}

/* The unit that a field of a report has in its name. */
static const char *unit_of(const char *path)
{
	static const char *const UNITS[] = { "ps", "fj", "bytes", "cycles" };
	const char *end = strrchr(path, '_');

	for (size_t i = 0; end && i < sizeof(UNITS) / sizeof(*UNITS); i++)
		if (!strcmp(end + 1, UNITS[i]))
			return UNITS[i];
	return "";
}

/* { name, value, unit, digits } or a path alone. */
static int take_column(const struct sqz_study *study, const json_t *given,
		       struct column *column, struct sqz_error *err)
{
	const json_t *digits = json_object_get(given, "digits");
	const char *unit = json_string_value(json_object_get(given, "unit"));

	if (json_is_string(given)) {
		const char *path = json_string_value(given);
		*column = (struct column){ path, unit_of(path), -1, path };
		return 0;
	}
	*column = (struct column){
		.name = json_string_value(json_object_get(given, "name")),
		.unit = unit ? unit : "",
		.digits = digits ? (int)json_integer_value(digits) : -1,
		.value = json_string_value(json_object_get(given, "value")),
	};
	if (!column->name || !column->value || column->digits > 17)
		return sqz_fail(err,
				"%s: columns: each is a path, or has name, "
				"value, and perhaps unit and digits",
				study->path);
	return 0;
}

void sqz_sweep_title(const json_t *column, char *title, size_t size)
{
	const char *name = json_string_value(json_object_get(column, "name"));
	const char *unit = json_string_value(json_object_get(column, "unit"));
	size_t length = strlen(name), end = strlen(unit);

	if (!*unit || (length > end && name[length - end - 1] == '_' &&
		       !strcmp(name + length - end, unit)))
		snprintf(title, size, "%s", name);
	else
		snprintf(title, size, "%s_%s", name, unit);
}

int sqz_sweep_find_column(const json_t *columns, const char *name)
{
	size_t i;
	json_t *column;
	char title[256];

	json_array_foreach(columns, i, column)
	{
		sqz_sweep_title(column, title, sizeof(title));
		if (!strcmp(title, name) ||
		    !strcmp(json_string_value(json_object_get(column, "name")),
			    name))
			return (int)i;
	}
	return -1;
}

/* A wrong expression is to be known before hours of runs. */
static int add_column(const struct sqz_study *study, json_t *columns,
		      const struct column *column, struct sqz_error *err)
{
	struct sqz_error why;
	json_t *nothing = json_object();
	json_t *value = sqz_expression_value(column->value, nothing, &why);

	json_decref(nothing);
	if (!value)
		return sqz_fail(err, "%s: columns: %s", study->path, why.text);
	json_decref(value);
	json_t *json = column_json(column);
	char title[256];
	sqz_sweep_title(json, title, sizeof(title));
	if (sqz_sweep_find_column(columns, title) >= 0) {
		json_decref(json);
		return sqz_fail(err, "%s: columns: two are called %s",
				study->path, title);
	}
	return json_array_append_new(columns, json);
}

json_t *sqz_sweep_columns(const struct sqz_study *study, struct sqz_error *err)
{
	const json_t *given = json_object_get(study->root, "columns");
	const struct column *standard = default_columns(study);
	json_t *columns = json_array(), *one;
	struct column column;
	int failed =
	    given && !json_is_array(given)
		? sqz_fail(err, "%s: columns: must be a list", study->path)
		: 0;
	size_t i;

	for (; !given && standard->name && !failed; standard++)
		failed = add_column(study, columns, standard, err);
	json_array_foreach(given, i, one)
	{
		if (!failed)
			failed = take_column(study, one, &column, err) ||
				 add_column(study, columns, &column, err);
	}
	if (!failed)
		return columns;
	json_decref(columns);
	return NULL;
}
