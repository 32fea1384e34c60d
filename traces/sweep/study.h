/*
 * A study file: what `sqz sweep` runs, in libconfig's language. Its groups and
 * ranges are expanded into points, each with all that determines it.
 *
 * A point's settings have keys of four kinds: "network" and "config" (files),
 * "section.key" (of the configuration), "VERB --option" (of `sqz VERB`). All
 * paths are relative to the study file's folder.
 */
#ifndef SQZ_SWEEP_STUDY_H
#define SQZ_SWEEP_STUDY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/error.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_STUDY_KEY	 17	/* hexadecimal digits and the 0 */
#define SQZ_STUDY_POINTS 100000 /* at most */

/* What one point does. */
enum sqz_study_kind {
	SQZ_STUDY_MAP,	/* sqz map, its report */
	SQZ_STUDY_RUN,	/* sqz map, sqz run, the report of the run */
	SQZ_STUDY_NOC,	/* sqz noc */
	SQZ_STUDY_EVAL, /* sqz eval */
	SQZ_STUDY_KINDS
};

struct sqz_study_point {
	const char *group;    /* "" if the study has no groups */
	const char *name;     /* "" if it is no named point */
	json_t *set;	      /* all settings, key: text */
	json_t *varied;	      /* those that make it this point of its group */
	uint32_t warm_images; /* 0: results are those of the whole run */
	char key[SQZ_STUDY_KEY];   /* of all that determines its results */
	char image[SQZ_STUDY_KEY]; /* of all that determines its image */
	size_t first; /* the first point with the same key, perhaps this one */
};

struct sqz_study {
	char *path;   /* as given */
	char *folder; /* of the file */
	char *name;   /* of the file, without folder and ending */
	json_t *root;
	enum sqz_study_kind kind;
	uint32_t warm_images; /* of points whose group names no other number */
	struct sqz_study_point *points;
	size_t count;
};

/* Reads, checks and expands; the points get their keys. 0, or -1 with err
 * set. Free in either case. */
int sqz_study_read(const char *path, struct sqz_study *study,
		   struct sqz_error *err);
void sqz_study_free(struct sqz_study *study);

const char *sqz_study_kind_name(enum sqz_study_kind kind);

/* A setting's text, or NULL if the point has none. */
const char *sqz_study_get(const struct sqz_study_point *point, const char *key);

/* What tells the point from others of its group: name and varied settings,
 * with blanks between them. */
void sqz_study_describe(const struct sqz_study_point *point, char *text,
			size_t size);

/* ---- parts, for each other ---- */

/* The file as JSON: groups are objects, lists and arrays are arrays. NULL with
 * err set. */
json_t *sqz_study_parse(const char *path, struct sqz_error *err);

/* `warm_images` of the study or a group, if it is there. */
int sqz_study_take_warm(const struct sqz_study *study, const json_t *group,
			uint32_t *images, struct sqz_error *err);

/* The points of study->root, without keys. */
int sqz_study_expand(struct sqz_study *study, struct sqz_error *err);

/* key, image and first of all points. */
int sqz_study_key(struct sqz_study *study, struct sqz_error *err);

/* Whether `key` may be set in such a study; -1 with err set if not. */
int sqz_study_check_key(enum sqz_study_kind kind, const char *key,
			struct sqz_error *err);

/* For "VERB --option": the option with its dashes if it is one of `verb`, else
 * NULL. */
const char *sqz_study_option(const char *key, const char *verb);

/* Whether `sqz map` makes the same image whatever this setting is. */
bool sqz_study_run_only(const char *key);

#ifdef __cplusplus
}
#endif

#endif
