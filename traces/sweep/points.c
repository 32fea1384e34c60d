/*
 * From groups and ranges to points.
 *
 * A group's points are the product of its named points and the entries of
 * `vary`, the last entry changing fastest. An entry with several keys is a zip:
 * its keys change together.
 */
#include "traces/sweep/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RANGE 10000 /* values of one */

/* What is being expanded. */
struct expansion {
	struct sqz_study *study;
	size_t room;
	const char *group;
	const char *name;
	const json_t *vary;
	uint32_t warm_images;
	struct sqz_error *err;
};

__attribute__((format(printf, 2, 3))) static int refuse(struct expansion *e,
							const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return sqz_fail(e->err, "%s: %s%s%s", e->study->path, e->group,
			e->group[0] ? ": " : "", text);
}

/* ---- settings ---- */

static json_t *text_of_real(double value)
{
	char text[32];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	return json_string(text);
}

/* The text of one value, or NULL if it is a group or a list. */
static json_t *text_of(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_string(json_string_value(value));
	case JSON_INTEGER:
		return json_sprintf("%lld",
				    (long long)json_integer_value(value));
	case JSON_REAL:
		return text_of_real(json_real_value(value));
	case JSON_TRUE:
		return json_string("true");
	case JSON_FALSE:
		return json_string("false");
	default:
		return NULL;
	}
}

/* value: stolen. */
static int put(struct expansion *e, json_t *set, const char *key, json_t *value)
{
	struct sqz_error why;

	if (!value)
		return refuse(e, "%s: no value", key);
	if (sqz_study_check_key(e->study->kind, key, &why)) {
		json_decref(value);
		return refuse(e, "%s", why.text);
	}
	return json_object_set_new(set, key, value) ? refuse(e, "out of memory")
						    : 0;
}

/* "KEY=VALUE", or an option alone. */
static int put_text(struct expansion *e, json_t *set, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : strlen(text);
	char key[128];

	if (!equals && !strstr(text, " --"))
		return refuse(e, "%s: must be \"KEY=VALUE\"", text);
	snprintf(key, sizeof(key), "%.*s", (int)length, text);
	return put(e, set, key, json_string(equals ? equals + 1 : "true"));
}

/* A group's or a point's `set` on top of what is there. */
static int put_all(struct expansion *e, json_t *set, const json_t *group)
{
	const json_t *list = json_object_get(group, "set");
	size_t i;
	json_t *one;

	if (list && !json_is_array(list))
		return refuse(e, "set: must be a list of texts");
	json_array_foreach(list, i, one)
	{
		if (!json_is_string(one))
			return refuse(e, "set: must be a list of texts");
		if (put_text(e, set, json_string_value(one)))
			return -1;
	}
	return 0;
}

/* ---- points ---- */

static int emit(struct expansion *e, const json_t *set, const json_t *varied)
{
	struct sqz_study *study = e->study;

	if (study->count == SQZ_STUDY_POINTS)
		return refuse(e, "more than %d points", SQZ_STUDY_POINTS);
	if (study->count == e->room) {
		size_t room = e->room ? 2 * e->room : 64;
		struct sqz_study_point *points =
		    realloc(study->points, room * sizeof(*points));
		if (!points)
			return refuse(e, "out of memory");
		study->points = points;
		e->room = room;
	}
	study->points[study->count++] = (struct sqz_study_point){
		.group = e->group,
		.name = e->name,
		.set = json_copy((json_t *)(uintptr_t)set),
		.varied = json_copy((json_t *)(uintptr_t)varied),
		.warm_images = e->warm_images,
	};
	return 0;
}

/* Value `i` of an entry for its key number k. */
static json_t *value_of(const json_t *values, size_t i, size_t k, size_t keys)
{
	const json_t *value = json_array_get(values, i);

	if (json_is_array(value))
		value = json_array_size(value) == keys
			    ? json_array_get(value, k)
			    : NULL;
	return value ? text_of(value) : NULL;
}

static int vary_from(struct expansion *e, size_t entry, const json_t *set,
		     const json_t *varied);

/* All keys of the entry take value i; the entries behind it vary. */
static int vary_one(struct expansion *e, size_t entry, size_t i,
		    const json_t *set, const json_t *varied)
{
	const json_t *of = json_array_get(e->vary, entry);
	const json_t *keys = json_object_get(of, "keys");
	json_t *now = json_copy((json_t *)(uintptr_t)set);
	json_t *mark = json_copy((json_t *)(uintptr_t)varied);
	size_t count = json_array_size(keys);
	int failed = 0;

	for (size_t k = 0; k < count && !failed; k++) {
		const char *key = json_string_value(json_array_get(keys, k));
		json_t *value =
		    key ? value_of(json_object_get(of, "values"), i, k, count)
			: NULL;
		failed = key ? put(e, now, key, value)
			     : refuse(e, "vary: keys must be texts");
		if (!failed)
			json_object_set(mark, key, value);
	}
	if (!failed)
		failed = vary_from(e, entry + 1, now, mark);
	json_decref(now);
	json_decref(mark);
	return failed;
}

static int vary_from(struct expansion *e, size_t entry, const json_t *set,
		     const json_t *varied)
{
	if (entry == json_array_size(e->vary))
		return emit(e, set, varied);
	const json_t *values =
	    json_object_get(json_array_get(e->vary, entry), "values");
	for (size_t i = 0; i < json_array_size(values); i++)
		if (vary_one(e, entry, i, set, varied))
			return -1;
	return 0;
}

/* ---- checks ---- */

static int check_names(struct expansion *e, const json_t *group,
		       const char *what, const char *allowed)
{
	const char *key;
	json_t *value;

	if (!json_is_object(group))
		return refuse(e, "%s: must be a group { ... }", what);
	json_object_foreach((json_t *)(uintptr_t)group, key, value)
	{
		char wanted[128];
		snprintf(wanted, sizeof(wanted), " %s ", key);
		if (!strstr(allowed, wanted))
			return refuse(e, "%s: %s is unknown; there are%s", what,
				      key, allowed);
	}
	return 0;
}

static int check_list(struct expansion *e, const json_t *group,
		      const char *name)
{
	const json_t *list = json_object_get(group, name);

	if (list && !json_is_array(list))
		return refuse(e, "%s: must be a list", name);
	return 0;
}

/* { from = 1; to = 64; factor = 2; } as the list that it stands for. */
static json_t *range_values(struct expansion *e, const json_t *range)
{
	const json_t *from = json_object_get(range, "from");
	const json_t *to = json_object_get(range, "to");
	double step = json_number_value(json_object_get(range, "step"));
	double factor = json_number_value(json_object_get(range, "factor"));
	double first = json_number_value(from), last = json_number_value(to);
	bool multiply = factor > 1 && first > 0 && !(step > 0);
	json_t *list = json_array();

	if (check_names(e, range, "values", " from to step factor "))
		goto failed;
	if (!json_is_number(from) || !json_is_number(to) ||
	    (!multiply && (!(step > 0) || factor > 0)) || !(first <= last)) {
		refuse(e, "values: a range has from, to, and a step above 0 or "
			  "a factor above 1");
		goto failed;
	}
	for (int i = 0;; i++) {
		double value =
		    multiply ? first * pow(factor, i) : first + i * step;
		if (value > last * (1 + 1e-12) + 1e-300)
			return list;
		if (i == MAX_RANGE) {
			refuse(e, "values: more than %d", MAX_RANGE);
			break;
		}
		/* 0.1 + 2 * 0.1 is to be 0.3. */
		char text[32];
		snprintf(text, sizeof(text), "%.12g", value);
		json_array_append_new(list, json_string(text));
	}
failed:
	json_decref(list);
	return NULL;
}

static int check_entry(struct expansion *e, json_t *entry)
{
	if (check_names(e, entry, "vary", " keys values "))
		return -1;
	json_t *values = json_object_get(entry, "values");
	if (json_is_object(values)) {
		values = range_values(e, values);
		if (!values)
			return -1;
		json_object_set_new(entry, "values", values);
	}
	if (!json_array_size(json_object_get(entry, "keys")) ||
	    !json_array_size(values))
		return refuse(e, "vary: wants lists `keys` and `values`");
	return 0;
}

static int check_group(struct expansion *e, const json_t *group)
{
	size_t i;
	json_t *entry;

	if (check_list(e, group, "vary") || check_list(e, group, "points"))
		return -1;
	json_array_foreach(json_object_get(group, "vary"), i, entry)
	{
		if (check_entry(e, entry))
			return -1;
	}
	return 0;
}

/* ---- groups ---- */

static int expand_named(struct expansion *e, const json_t *point,
			const json_t *set)
{
	json_t *now = json_copy((json_t *)(uintptr_t)set);
	json_t *varied = json_object();

	e->name = json_string_value(json_object_get(point, "name"));
	int failed = check_names(e, point, "points", " name set ");
	if (!failed && (!e->name || !e->name[0]))
		failed = refuse(e, "points: each wants a name");
	if (!failed)
		failed = put_all(e, now, point) || vary_from(e, 0, now, varied);
	json_decref(now);
	json_decref(varied);
	return failed ? -1 : 0;
}

static int expand_points(struct expansion *e, const json_t *group,
			 const json_t *set)
{
	const json_t *points = json_object_get(group, "points");
	json_t *varied = json_object();
	size_t i;
	json_t *point;
	int failed = 0;

	e->vary = json_object_get(group, "vary");
	e->name = "";
	if (!points)
		failed = vary_from(e, 0, set, varied);
	json_decref(varied);
	json_array_foreach(points, i, point)
	{
		if (!failed)
			failed = expand_named(e, point, set);
	}
	return failed;
}

/* A group's own, in a study that has some: figures of one table are of one
 * kind. */
static int take_warm(struct expansion *e, const json_t *group)
{
	e->warm_images = e->study->warm_images;
	if (!e->warm_images && json_object_get(group, "warm_images"))
		return refuse(e, "warm_images: the study has none");
	return sqz_study_take_warm(e->study, group, &e->warm_images, e->err);
}

/* base: the settings of the whole study. */
static int expand_group(struct expansion *e, const json_t *group,
			const json_t *base)
{
	const char *name = json_string_value(json_object_get(group, "name"));
	json_t *set;
	int failed;

	e->group = name ? name : "groups";
	if (check_names(e, group, "groups",
			" name set points vary warm_images ") ||
	    take_warm(e, group))
		return -1;
	if (!name || !name[0])
		return refuse(e, "each wants a name");
	set = json_copy((json_t *)(uintptr_t)base);
	failed = put_all(e, set, group) || check_group(e, group) ||
		 expand_points(e, group, set);
	json_decref(set);
	return failed ? -1 : 0;
}

static int expand_groups(struct expansion *e, const json_t *base)
{
	json_t *root = e->study->root;
	const json_t *groups = json_object_get(root, "groups");
	size_t i;
	json_t *group;

	if (!groups)
		return check_group(e, root) || expand_points(e, root, base) ? -1
									    : 0;
	if (json_object_get(root, "vary") || json_object_get(root, "points"))
		return refuse(e, "vary and points belong into the groups");
	json_array_foreach(groups, i, group)
	{
		if (expand_group(e, group, base))
			return -1;
	}
	return 0;
}

static int check_files(struct expansion *e)
{
	const struct sqz_study *study = e->study;
	bool network = study->kind != SQZ_STUDY_NOC;
	bool config =
	    study->kind == SQZ_STUDY_RUN || study->kind == SQZ_STUDY_MAP;

	e->group = "";
	if (!study->count)
		return refuse(e, "no points");
	for (size_t i = 0; i < study->count; i++) {
		const struct sqz_study_point *point = &study->points[i];
		if (network && !sqz_study_get(point, "network"))
			return refuse(e, "point %zu: network is missing",
				      i + 1);
		if (config && !sqz_study_get(point, "config"))
			return refuse(e, "point %zu: config is missing", i + 1);
	}
	return 0;
}

int sqz_study_expand(struct sqz_study *study, struct sqz_error *err)
{
	struct expansion e = { .study = study,
			       .group = "",
			       .warm_images = study->warm_images,
			       .err = err };
	json_t *base = json_object();
	int failed = check_names(&e, study->root, "study",
				 " kind title text warm_images set groups "
				 "points vary columns plots ") ||
		     check_list(&e, study->root, "groups") ||
		     put_all(&e, base, study->root) ||
		     expand_groups(&e, base) || check_files(&e);

	json_decref(base);
	return failed ? -1 : 0;
}
