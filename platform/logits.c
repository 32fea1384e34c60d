#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/file.h"

static void put_image(const struct sqz_run_result *result, uint32_t index,
		      FILE *out)
{
	const struct sqz_image_result *image = &result->images[index];
	const size_t classes = result->image->network->classes;
	const int32_t *logits = result->logits + index * classes;

	fprintf(out, "%" PRIu32 " %" PRIu32, image->index, image->top1);
	for (size_t i = 0; i < classes; i++)
		fprintf(out, " %" PRId32, logits[i]);
	putc('\n', out);
}

int sqz_logits_write(const struct sqz_run_result *result, const char *path,
		     struct sqz_error *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return sqz_fail(err, "%s: out of memory", path);
	for (uint32_t i = 0; i < result->image_count; i++)
		if (result->images[i].posted)
			put_image(result, i, out);
	int failed = fclose(out) ? sqz_fail(err, "%s: out of memory", path)
				 : sqz_write_file(path, text, size, err);
	free(text);
	return failed;
}
