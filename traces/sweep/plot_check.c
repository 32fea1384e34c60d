/* What can be wrong with a study's plots is told before its runs. */
#include "traces/sweep/merge.h"

#include <string.h>

static bool is_texts(const json_t *list)
{
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one)
	{
		if (!json_is_string(one))
			return false;
	}
	return !list || json_is_array(list);
}

static int check_y(const struct sqz_study *study, const json_t *columns,
		   const json_t *y, struct sqz_error *err)
{
	const char *name = json_string_value(y);

	if (!name)
		return sqz_fail(err, "%s: plots: y wants a column, or a list",
				study->path);
	if (sqz_sweep_find_column(columns, name) < 0)
		return sqz_fail(err, "%s: plots: there is no column %s",
				study->path, name);
	return 0;
}

/* A file will bear it. */
static bool is_plain(const char *name)
{
	return name && *name && !strpbrk(name, "/ \t\n");
}

static int check_texts(const struct sqz_study *study, const json_t *spec,
		       struct sqz_error *err)
{
	static const char *const LISTS[] = { "groups", "where" };
	const json_t *where = json_object_get(spec, "where");
	size_t i;
	json_t *one;

	for (i = 0; i < 2; i++)
		if (!is_texts(json_object_get(spec, LISTS[i])))
			return sqz_fail(err,
					"%s: plots: %s: must be a list of "
					"texts",
					study->path, LISTS[i]);
	json_array_foreach(where, i, one)
	{
		if (!strchr(json_string_value(one), '='))
			return sqz_fail(err,
					"%s: plots: where: must be KEY=VALUE",
					study->path);
	}
	return 0;
}

static int check_plot(const struct sqz_study *study, const json_t *columns,
		      json_t *spec, struct sqz_error *err)
{
	static const char ALLOWED[] = " name title groups where x y log style ";
	const json_t *y = json_object_get(spec, "y");
	const char *key;
	char wanted[128];
	size_t i;
	json_t *one;

	json_object_foreach(spec, key, one)
	{
		snprintf(wanted, sizeof(wanted), " %s ", key);
		if (!strstr(ALLOWED, wanted))
			return sqz_fail(err,
					"%s: plots: %s is unknown; there are%s",
					study->path, key, ALLOWED);
	}
	if (!is_plain(json_string_value(json_object_get(spec, "name"))))
		return sqz_fail(err, "%s: plots: each wants a name of one word",
				study->path);
	if (!json_is_array(y) || !json_array_size(y))
		return check_y(study, columns, y, err) ||
			       check_texts(study, spec, err)
			   ? -1
			   : 0;
	json_array_foreach(y, i, one)
	{
		if (check_y(study, columns, one, err))
			return -1;
	}
	return check_texts(study, spec, err);
}

int sqz_sweep_check_plots(const struct sqz_study *study, const json_t *columns,
			  struct sqz_error *err)
{
	const json_t *plots = json_object_get(study->root, "plots");
	size_t i;
	json_t *spec;

	if (plots && !json_is_array(plots))
		return sqz_fail(err, "%s: plots: must be a list", study->path);
	json_array_foreach(plots, i, spec)
	{
		if (check_plot(study, columns, spec, err))
			return -1;
	}
	return 0;
}
