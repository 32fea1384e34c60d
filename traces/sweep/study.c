#include "traces/sweep/study.h"

#include <stdlib.h>
#include <string.h>

static const char *const KINDS[SQZ_STUDY_KINDS] = {
	[SQZ_STUDY_MAP] = "map",
	[SQZ_STUDY_RUN] = "run",
	[SQZ_STUDY_NOC] = "noc",
	[SQZ_STUDY_EVAL] = "eval",
};

const char *sqz_study_kind_name(enum sqz_study_kind kind)
{
	return KINDS[kind];
}

const char *sqz_study_get(const struct sqz_study_point *point, const char *key)
{
	return json_string_value(json_object_get(point->set, key));
}

void sqz_study_describe(const struct sqz_study_point *point, char *text,
			size_t size)
{
	int used = snprintf(text, size, "%s", point->name);
	const char *key;
	json_t *value;

	json_object_foreach(point->varied, key, value)
	{
		if (used < 0 || (size_t)used >= size)
			return;
		used +=
		    snprintf(text + used, size - (size_t)used, "%s%s=%s",
			     used ? " " : "", key, json_string_value(value));
	}
}

/* Folder and name of the file. */
static int take_path(const char *path, struct sqz_study *study,
		     struct sqz_error *err)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');

	study->path = strdup(path);
	study->name = dot && dot > base ? strndup(base, (size_t)(dot - base))
					: strdup(base);
	study->folder = !slash		? strdup(".")
			: slash == path ? strdup("/")
					: strndup(path, (size_t)(slash - path));
	if (!study->path || !study->name || !study->folder)
		return sqz_fail(err, "%s: out of memory", path);
	return 0;
}

static int take_kind(struct sqz_study *study, struct sqz_error *err)
{
	json_t *given = json_object_get(study->root, "kind");
	const char *name = given ? json_string_value(given) : "run";

	for (int i = 0; name && i < SQZ_STUDY_KINDS; i++)
		if (!strcmp(name, KINDS[i])) {
			study->kind = (enum sqz_study_kind)i;
			return 0;
		}
	return sqz_fail(err,
			"%s: kind: must be \"map\", \"run\", \"noc\" or "
			"\"eval\"",
			study->path);
}

int sqz_study_take_warm(const struct sqz_study *study, const json_t *group,
			uint32_t *images, struct sqz_error *err)
{
	json_t *given = json_object_get(group, "warm_images");
	json_int_t value = json_integer_value(given);

	if (!given)
		return 0;
	if (!json_is_integer(given) || value < 1 || value > 1000000)
		return sqz_fail(err,
				"%s: warm_images: must be a whole number "
				"from 1 to 1000000",
				study->path);
	if (study->kind != SQZ_STUDY_RUN)
		return sqz_fail(err, "%s: warm_images: only of runs",
				study->path);
	*images = (uint32_t)value;
	return 0;
}

/* The images of a run without the warm ones must be some. */
static int check_warm(const struct sqz_study *study, struct sqz_error *err)
{
	for (size_t i = 0; study->warm_images && i < study->count; i++) {
		const struct sqz_study_point *point = &study->points[i];
		const char *text = sqz_study_get(point, "run --count");
		if (!text || strtoul(text, NULL, 10) <= point->warm_images)
			return sqz_fail(err,
					"%s: point %zu: \"run --count\" must "
					"be above warm_images",
					study->path, i + 1);
	}
	return 0;
}

int sqz_study_read(const char *path, struct sqz_study *study,
		   struct sqz_error *err)
{
	*study = (struct sqz_study){ .kind = SQZ_STUDY_RUN };
	if (take_path(path, study, err))
		return -1;
	study->root = sqz_study_parse(path, err);
	if (!study->root || take_kind(study, err) ||
	    sqz_study_take_warm(study, study->root, &study->warm_images, err) ||
	    sqz_study_expand(study, err) || check_warm(study, err))
		return -1;
	return sqz_study_key(study, err);
}

void sqz_study_free(struct sqz_study *study)
{
	for (size_t i = 0; i < study->count; i++) {
		json_decref(study->points[i].set);
		json_decref(study->points[i].varied);
	}
	free(study->points);
	json_decref(study->root);
	free(study->path);
	free(study->folder);
	free(study->name);
	*study = (struct sqz_study){ 0 };
}
