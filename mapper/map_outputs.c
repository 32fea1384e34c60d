#include "map_outputs.h"

#include <stdlib.h>
#include <string.h>

#include "host/file.h"
#include "picture.h"
#include "quant_options.h"

enum option_key { OPTION_REPORT = 768, OPTION_ARRAYS, OPTION_PICTURE };

static const struct argp_option OPTIONS[] = {
	{ "report", OPTION_REPORT, "FILE", 0,
	  "write sizes, conversions, energy and time under the scheme, its "
	  "controls and all baselines: JSON if FILE ends with .json, CSV with "
	  ".csv, else a table; - is standard output; may be repeated",
	  0 },
	{ "arrays", OPTION_ARRAYS, "N", 0,
	  "compare throughput in the report on N arrays (default: as many as "
	  "16-bit weights take)",
	  0 },
	{ "picture", OPTION_PICTURE, "LAYER:BLOCK=FILE.svg", 0,
	  "draw how planes and rows of a block were squeezed; layers and "
	  "blocks count from 0; may be repeated",
	  0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct sqz_map_outputs *outputs = state->input;
	const int room = sizeof(outputs->reports) / sizeof(char *);

	switch (key) {
	case OPTION_REPORT:
		if (outputs->report_count == room)
			argp_error(state, "--report: too many of them");
		outputs->reports[outputs->report_count++] = arg;
		break;
	case OPTION_ARRAYS:
		outputs->budget = sqz_argp_whole(state, "arrays", arg, 1);
		break;
	case OPTION_PICTURE:
		if (outputs->picture_count == SQZ_MAX_PICTURES)
			argp_error(state, "--picture: too many of them");
		outputs->pictures[outputs->picture_count++] = arg;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp sqz_map_outputs_argp = { OPTIONS, parse, NULL, NULL,
					   NULL,    NULL,  NULL };

bool sqz_map_outputs_wanted(const struct sqz_map_outputs *outputs)
{
	return outputs->report_count || outputs->picture_count;
}

static bool ends_with(const char *text, const char *ending)
{
	size_t length = strlen(text);

	return length >= strlen(ending) &&
	       !strcmp(text + length - strlen(ending), ending);
}

static int print_report(const struct sqz_map_report *report, const char *path,
			FILE *out, struct sqz_error *err)
{
	if (ends_with(path, ".json"))
		return sqz_map_report_json(report, out, err);
	if (ends_with(path, ".csv"))
		sqz_map_report_csv(report, out);
	else
		sqz_map_report_table(report, out);
	return 0;
}

static int write_report(const struct sqz_map_report *report, const char *path,
			const struct sqz_progress *progress,
			struct sqz_error *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return sqz_fail(err, "out of memory for the report");
	int result = print_report(report, path, out, err);
	if (fclose(out) && !result)
		result = sqz_fail(err, "out of memory for the report");
	if (!result && strcmp(path, "-")) {
		result = sqz_write_file(path, text, size, err);
	} else if (!result) {
		sqz_progress_end(progress);
		fwrite(text, 1, size, stdout);
	}
	free(text);
	return result;
}

static int write_reports(const struct sqz_map_outputs *outputs,
			 const struct sqz_report_source *source,
			 struct sqz_error *err)
{
	struct sqz_map_report report;
	int result = sqz_map_report_make(source, &report, err);

	for (int i = 0; !result && i < outputs->report_count; i++)
		result = write_report(&report, outputs->reports[i],
				      source->progress, err);
	sqz_map_report_free(&report);
	return result;
}

/* Opens "LAYER:BLOCK=FILE" up. */
static int write_picture(const char *text,
			 const struct sqz_report_source *source,
			 struct sqz_error *err)
{
	unsigned layer, block;
	int used = 0;

	if (sscanf(text, "%9u:%9u=%n", &layer, &block, &used) != 2 || !used ||
	    !text[used])
		return sqz_fail(err, "--picture %s: must be LAYER:BLOCK=FILE",
				text);
	if (!ends_with(text, ".svg"))
		return sqz_fail(err, "--picture %s: FILE must end with .svg",
				text);
	return sqz_picture_write(source->chosen, layer, block, source->form,
				 text + used, err);
}

int sqz_map_outputs_write(const struct sqz_map_outputs *outputs,
			  struct sqz_report_source *source,
			  struct sqz_error *err)
{
	source->budget = outputs->budget;
	for (int i = 0; i < outputs->picture_count; i++)
		if (write_picture(outputs->pictures[i], source, err))
			return -1;
	return outputs->report_count ? write_reports(outputs, source, err) : 0;
}
