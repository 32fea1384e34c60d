/* libconfig's tree as JSON. */
#include "traces/sweep/study.h"

#include <libconfig.h>
#include <libgen.h>
#include <string.h>

#include "traces/sweep/point.h"

static json_t *convert(const config_setting_t *setting);

static json_t *convert_group(const config_setting_t *setting)
{
	json_t *object = json_object();

	for (int i = 0; i < config_setting_length(setting); i++) {
		config_setting_t *one =
		    config_setting_get_elem(setting, (unsigned)i);
		json_object_set_new(object, config_setting_name(one),
				    convert(one));
	}
	return object;
}

static json_t *convert_series(const config_setting_t *setting)
{
	json_t *array = json_array();

	for (int i = 0; i < config_setting_length(setting); i++)
		json_array_append_new(array, convert(config_setting_get_elem(
						 setting, (unsigned)i)));
	return array;
}

static json_t *convert(const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_GROUP:
		return convert_group(setting);
	case CONFIG_TYPE_ARRAY:
	case CONFIG_TYPE_LIST:
		return convert_series(setting);
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return json_integer(config_setting_get_int64(setting));
	case CONFIG_TYPE_FLOAT:
		return json_real(config_setting_get_float(setting));
	case CONFIG_TYPE_BOOL:
		return json_boolean(config_setting_get_bool(setting));
	default:
		return json_string(config_setting_get_string(setting));
	}
}

/* What a file includes lies beside it. */
static void set_include_folder(config_t *file, const char *path)
{
	char folder[SQZ_SWEEP_PATH];

	snprintf(folder, sizeof(folder), "%s", path);
	config_set_include_dir(file, dirname(folder));
}

json_t *sqz_study_parse(const char *path, struct sqz_error *err)
{
	config_t file;
	json_t *root = NULL;

	config_init(&file);
	set_include_folder(&file, path);
	if (config_read_file(&file, path))
		root = convert(config_root_setting(&file));
	else if (config_error_type(&file) == CONFIG_ERR_FILE_IO)
		sqz_fail(err, "%s: cannot read", path);
	else
		sqz_fail(err, "%s:%d: %s",
			 config_error_file(&file) ? config_error_file(&file)
						  : path,
			 config_error_line(&file), config_error_text(&file));
	config_destroy(&file);
	return root;
}
