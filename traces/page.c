#include "traces/page.h"

#include "host/file.h"
#include "traces/page_links.h"
#include "traces/page_rows.h"
#include "traces/page_text.h"
#include "traces/summary.h"

#include <stdlib.h>
#include <string.h>

/* Slices in a page, over all runs: they are most of its size. */
#define PAGE_SLICES    50000u
#define REPORT_BYTES   ((size_t)256 << 20)
#define SETTINGS_BYTES ((size_t)1 << 20)
#define TEMPLATE_BYTES ((size_t)16 << 20)

/* Stands in the template where the data go. */
static const char MARK[] = "\"SQUEEZEBOX-DATA\"";

struct gathering {
	struct page_rows rows;
	struct page_links links;
	struct sqz_trace_result file;
};

static int no_memory(const char *path, struct sqz_error *err)
{
	return sqz_fail(err, "%s: out of memory", path);
}

static int take(void *user, const struct sqz_trace_record *record)
{
	struct gathering *gathering = user;

	return page_rows_take(&gathering->rows, record) ||
	       page_links_take(&gathering->links, record);
}

static int gather(const char *path, struct gathering *gathering,
		  struct sqz_error *err)
{
	page_links_init(&gathering->links);
	if (page_rows_init(&gathering->rows))
		return no_memory(path, err);
	sqz_fail(err, "%s: out of memory", path); /* all that can go wrong */
	return sqz_trace_read(path, take, gathering, &gathering->file, err);
}

static json_t *summed(const struct sqz_layer_sum *sum)
{
	json_t *object = json_pack(
	    "{s:o, s:I, s:I}", "name", page_text(sum->name), "runs",
	    (json_int_t)sum->count, "time_ps", (json_int_t)sum->total_ps);

	for (unsigned i = SQZ_LAYER_CROSSBARS; i < SQZ_LAYER_VALUES; i++)
		json_object_set_new(object, sqz_layer_value_names[i],
				    json_integer((json_int_t)sum->values[i]));
	return object;
}

static json_t *layers_json(const struct sqz_summary *summary,
			   const struct page_links *links)
{
	json_t *list = json_array();

	for (size_t i = 0; i < summary->layer_count; i++) {
		const struct sqz_layer_sum *sum = &summary->layers[i];
		json_t *layer = summed(sum);
		if (sum->has_index)
			page_layer_json(links, sum->values[SQZ_LAYER_INDEX],
					layer);
		json_array_append_new(list, layer);
	}
	return list;
}

static json_t *phases_json(const struct sqz_summary *summary)
{
	json_t *list = json_array();

	for (size_t i = 0; i < summary->phase_count; i++)
		json_array_append_new(list, summed(&summary->phases[i]));
	return list;
}

static json_t *trace_json(const char *path, struct gathering *gathering,
			  size_t most_slices, struct sqz_error *err)
{
	struct sqz_summary summary;
	const char *name = strrchr(path, '/');

	if (gather(path, gathering, err) ||
	    sqz_summary_read(path, -1, &summary, err))
		return NULL;
	uint64_t last_ns = gathering->file.last_ns;
	json_t *run = NULL;
	if (!page_rows_finish(&gathering->rows, last_ns, most_slices) &&
	    !page_links_finish(&gathering->links, last_ns))
		run = json_pack("{s:o, s:I, s:b, s:o, s:o, s:o, s:o}", "name",
				page_text(name ? name + 1 : path), "end_ps",
				(json_int_t)summary.end_ps, "complete",
				gathering->file.complete, "layers",
				layers_json(&summary, &gathering->links),
				"phases", phases_json(&summary), "timeline",
				page_rows_json(&gathering->rows), "network",
				page_links_json(&gathering->links));
	sqz_summary_free(&summary);
	if (!run)
		no_memory(path, err);
	return run;
}

/* Without the lists of links and flows, which are long and not shown. */
static json_t *report_json(const char *path, struct sqz_error *err)
{
	struct sqz_bytes bytes;
	json_error_t wrong;

	if (sqz_read_file(path, REPORT_BYTES, &bytes, err))
		return NULL;
	json_t *report =
	    json_loadb((const char *)bytes.data, bytes.size, 0, &wrong);
	sqz_bytes_free(&bytes);
	if (!report) {
		sqz_fail(err, "%s:%d: %s", path, wrong.line, wrong.text);
		return NULL;
	}
	if (!json_is_array(json_object_get(report, "layers"))) {
		json_decref(report);
		sqz_fail(err, "%s: no report of sqz run: it has no layers",
			 path);
		return NULL;
	}
	json_object_del(json_object_get(report, "noc"), "links");
	json_object_del(json_object_get(report, "noc"), "flows");
	return report;
}

static json_t *settings_json(const char *path, struct sqz_error *err)
{
	struct sqz_bytes bytes;

	if (sqz_read_file(path, SETTINGS_BYTES, &bytes, err))
		return NULL;
	json_t *text = json_stringn((const char *)bytes.data, bytes.size);
	sqz_bytes_free(&bytes);
	if (!text)
		sqz_fail(err, "%s: no text in UTF-8", path);
	return text;
}

/* An input beside the trace, if there is one. */
static int add_input(json_t *run, const char *key, const char *path,
		     json_t *(*read)(const char *, struct sqz_error *),
		     struct sqz_error *err)
{
	if (!path)
		return 0;
	json_t *value = read(path, err);
	return value ? json_object_set_new(run, key, value) : -1;
}

static json_t *run_json(const struct sqz_page_run *input, size_t most_slices,
			struct sqz_error *err)
{
	struct gathering gathering = { 0 };
	json_t *run = trace_json(input->trace, &gathering, most_slices, err);

	page_rows_free(&gathering.rows);
	page_links_free(&gathering.links);
	if (!run)
		return NULL;
	if (add_input(run, "report", input->report, report_json, err) ||
	    add_input(run, "settings", input->settings, settings_json, err)) {
		json_decref(run);
		return NULL;
	}
	return run;
}

/* The template with the data in place of the mark. */
static int write_page(const struct sqz_bytes *template, const char *data,
		      const char *template_path, const char *output,
		      struct sqz_error *err)
{
	const char *text = (const char *)template->data;
	const char *mark = memmem(text, template->size, MARK, strlen(MARK));

	if (!mark)
		return sqz_fail(err, "%s: no page: it has no place for data",
				template_path);
	size_t before = (size_t)(mark - text);
	size_t length = strlen(data);
	size_t after = template->size - before - strlen(MARK);
	char *page = malloc(before + length + after);
	if (!page)
		return no_memory(output, err);
	memcpy(page, text, before);
	memcpy(page + before, data, length);
	memcpy(page + before + length, mark + strlen(MARK), after);
	int failed = sqz_write_file(output, page, before + length + after, err);
	free(page);
	return failed;
}

static char *all_data(const struct sqz_page_run *runs, size_t count,
		      struct sqz_error *err)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *run = run_json(&runs[i], PAGE_SLICES / count, err);
		if (!run) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, run);
	}
	json_t *data = json_pack("{s:i, s:o}", "version", 1, "runs", list);
	char *text = data ? page_json_text(data) : NULL;
	json_decref(data);
	if (!text)
		no_memory(runs[0].trace, err);
	return text;
}

int sqz_page_write(const struct sqz_page_run *runs, size_t count,
		   const char *template_path, const char *output,
		   struct sqz_error *err)
{
	struct sqz_bytes template;

	if (sqz_read_file(template_path, TEMPLATE_BYTES, &template, err))
		return -1;
	char *data = all_data(runs, count, err);
	int failed =
	    !data || write_page(&template, data, template_path, output, err);
	free(data);
	sqz_bytes_free(&template);
	return failed ? -1 : 0;
}
