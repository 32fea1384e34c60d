/*
 * Keys: a hash of everything that determines a point's results. Files count by
 * their contents and their name without folders (a network's report bears it);
 * the program itself counts by its contents, with the firmware beside it.
 * A folder counts by its name only.
 */
#include "traces/sweep/study.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "traces/sweep/sha256.h"

#define MAX_PATH 4096
#define BLOCK	 65536

struct keys {
	const struct sqz_study *study;
	json_t *files; /* path: hash, of what has been read */
	char tool[SQZ_SHA256_HEX];
};

/* false: not a regular file that can be read. */
static bool add_file(struct sqz_sha256 *hash, const char *path)
{
	static uint8_t block[BLOCK];
	struct stat status;
	size_t got;
	bool whole = false;

	if (stat(path, &status) || !S_ISREG(status.st_mode))
		return false;
	FILE *file = fopen(path, "rb");
	if (!file)
		return false;
	while ((got = fread(block, 1, sizeof(block), file)))
		sqz_sha256_add(hash, block, got);
	whole = !ferror(file);
	fclose(file);
	return whole;
}

static void hash_tool(struct keys *keys)
{
	struct sqz_sha256 hash;
	char path[MAX_PATH];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	sqz_sha256_init(&hash);
	if (length > 0) {
		path[length] = '\0';
		add_file(&hash, path);
		char *name = strrchr(path, '/') + 1;
		snprintf(name, sizeof(path) - (size_t)(name - path), "%s",
			 SQZ_FIRMWARE_PATH);
		add_file(&hash, path);
	}
	sqz_sha256_end(&hash, keys->tool);
}

/* NULL: the value names no file. */
static const char *file_hash(struct keys *keys, const char *value)
{
	struct sqz_sha256 hash;
	char path[MAX_PATH], hex[SQZ_SHA256_HEX] = "";

	if (value[0] == '/')
		snprintf(path, sizeof(path), "%s", value);
	else
		snprintf(path, sizeof(path), "%s/%s", keys->study->folder,
			 value);
	if (!json_object_get(keys->files, path)) {
		sqz_sha256_init(&hash);
		if (add_file(&hash, path))
			sqz_sha256_end(&hash, hex);
		json_object_set_new(keys->files, path, json_string(hex));
	}
	const char *known =
	    json_string_value(json_object_get(keys->files, path));
	return known && known[0] ? known : NULL;
}

/* The settings as they count: for a file its contents. */
static json_t *settings_of(struct keys *keys,
			   const struct sqz_study_point *point, bool image)
{
	json_t *settings = json_object(), *value;
	const char *key;

	json_object_foreach(point->set, key, value)
	{
		const char *text = json_string_value(value);
		const char *hash = file_hash(keys, text);
		if (image && sqz_study_run_only(key))
			continue;
		const char *slash = strrchr(text, '/');
		json_object_set_new(
		    settings, key,
		    hash ? json_pack("[s, s]", slash ? slash + 1 : text, hash)
			 : json_string(text));
	}
	return settings;
}

static int make_key(struct keys *keys, const struct sqz_study_point *point,
		    bool image, char key[SQZ_STUDY_KEY], struct sqz_error *err)
{
	const char *kind =
	    image ? "image" : sqz_study_kind_name(keys->study->kind);
	json_t *all =
	    json_pack("{s:s, s:s, s:i, s:o}", "tool", keys->tool, "kind", kind,
		      "warm", image ? 0 : (int)point->warm_images, "set",
		      settings_of(keys, point, image));
	char *text = json_dumps(all, JSON_SORT_KEYS | JSON_COMPACT);
	char hex[SQZ_SHA256_HEX];
	struct sqz_sha256 hash;

	json_decref(all);
	if (!text)
		return sqz_fail(err, "%s: out of memory", keys->study->path);
	sqz_sha256_init(&hash);
	sqz_sha256_add(&hash, text, strlen(text));
	sqz_sha256_end(&hash, hex);
	snprintf(key, SQZ_STUDY_KEY, "%.16s", hex);
	free(text);
	return 0;
}

/* The first point with this key: points that are the same run once. */
static size_t first_with(json_t *seen, const char *key, size_t index)
{
	json_t *first = json_object_get(seen, key);

	if (first)
		return (size_t)json_integer_value(first);
	json_object_set_new(seen, key, json_integer((json_int_t)index));
	return index;
}

int sqz_study_key(struct sqz_study *study, struct sqz_error *err)
{
	struct keys keys = { .study = study, .files = json_object() };
	json_t *seen = json_object();
	int failed = 0;

	hash_tool(&keys);
	for (size_t i = 0; i < study->count && !failed; i++) {
		struct sqz_study_point *point = &study->points[i];
		failed = make_key(&keys, point, false, point->key, err) ||
			 make_key(&keys, point, true, point->image, err);
		if (!failed)
			point->first = first_with(seen, point->key, i);
	}
	json_decref(seen);
	json_decref(keys.files);
	return failed ? -1 : 0;
}
