#include "dataset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* IDX: two zeros, type 8 (unsigned byte), number of dimensions. */
#define MAGIC_LABELS  0x00000801u
#define MAGIC_IMAGES  0x00000803u
#define MAX_SIDE      4096u
#define MAX_BYTES     ((uint64_t)1 << 30)
#define HEADER_FIELDS 4u

const struct sqz_normalization sqz_fashion_mnist_normalization = { 0.2860f,
								   0.3530f };

struct idx {
	const char *path;
	gzFile file;
	uint32_t fields[HEADER_FIELDS]; /* magic, dimensions */
	uint32_t most;			/* items to be read */
	struct sqz_error *err;
};

static int read_header(struct idx *idx, uint32_t magic)
{
	unsigned fields = 1 + (magic & 0xff);
	uint8_t bytes[4 * HEADER_FIELDS];

	if (gzread(idx->file, bytes, fields * 4) != (int)fields * 4)
		return sqz_fail(idx->err, "%s: cut short inside its header",
				idx->path);
	for (unsigned i = 0; i < fields; i++)
		idx->fields[i] = (uint32_t)bytes[4 * i] << 24 |
				 (uint32_t)bytes[4 * i + 1] << 16 |
				 (uint32_t)bytes[4 * i + 2] << 8 |
				 bytes[4 * i + 3];
	if (idx->fields[0] != magic)
		return sqz_fail(idx->err,
				"%s: not an IDX file of %s (starts "
				"with %08x, not %08x)",
				idx->path,
				magic == MAGIC_IMAGES ? "images" : "labels",
				idx->fields[0], magic);
	return 0;
}

/* As many bytes as there are, up to `wanted`. */
static uint64_t read_bytes(gzFile file, uint8_t *to, uint64_t wanted)
{
	uint64_t done = 0;

	while (done < wanted) {
		uint64_t rest = wanted - done;
		int got = gzread(file, to + done,
				 rest < 1u << 20 ? (unsigned)rest : 1u << 20);

		if (got <= 0)
			break;
		done += (uint64_t)got;
	}
	return done;
}

/* Nothing may follow the last item. */
static int check_end(const struct idx *idx, uint32_t count, const char *what)
{
	uint8_t extra;
	int more = gzread(idx->file, &extra, 1);

	if (more)
		return sqz_fail(idx->err, "%s: %s after %u %s", idx->path,
				more > 0 ? "more data" : "damaged", count,
				what);
	return 0;
}

/* Of `there` items of so many bytes as many as are wanted; `what` names an item
 * in the message. */
static int read_items(const struct idx *idx, uint32_t there, uint64_t item,
		      const char *what, uint8_t **out)
{
	uint32_t count = there < idx->most ? there : idx->most;
	uint64_t wanted = count * item;

	if (there == 0 || there * item > MAX_BYTES)
		return sqz_fail(idx->err, "%s: %u %s are out of range",
				idx->path, there, what);
	*out = malloc(wanted);
	if (!*out)
		return sqz_fail(idx->err, "%s: out of memory for %u %s",
				idx->path, count, what);
	uint64_t have = read_bytes(idx->file, *out, wanted);
	if (have < wanted)
		return sqz_fail(idx->err, "%s: cut short: %llu of %u %s",
				idx->path, (unsigned long long)(have / item),
				count, what);
	return count < there ? 0 : check_end(idx, count, what);
}

static int read_images(struct idx *idx, struct sqz_dataset *dataset)
{
	if (read_header(idx, MAGIC_IMAGES))
		return -1;
	dataset->count = idx->fields[1];
	dataset->height = idx->fields[2];
	dataset->width = idx->fields[3];
	if (!dataset->height || dataset->height > MAX_SIDE || !dataset->width ||
	    dataset->width > MAX_SIDE)
		return sqz_fail(idx->err,
				"%s: images of %u x %u are out of "
				"range",
				idx->path, dataset->height, dataset->width);
	return read_items(idx, dataset->count,
			  (uint64_t)dataset->height * dataset->width, "images",
			  &dataset->pixels);
}

static int read_labels(struct idx *idx, struct sqz_dataset *dataset)
{
	if (read_header(idx, MAGIC_LABELS))
		return -1;
	if (idx->fields[1] != dataset->count)
		return sqz_fail(idx->err, "%s: %u labels for %u images",
				idx->path, idx->fields[1], dataset->count);
	return read_items(idx, dataset->count, 1, "labels", &dataset->labels);
}

static int with_file(const char *path, uint32_t most,
		     struct sqz_dataset *dataset,
		     int (*read)(struct idx *, struct sqz_dataset *),
		     struct sqz_error *err)
{
	struct idx idx = { .path = path, .most = most, .err = err };

	errno = 0;
	idx.file = gzopen(path, "rb");
	if (!idx.file)
		return sqz_fail(err, "%s: cannot open: %s", path,
				strerror(errno));
	int result = read(&idx, dataset);

	gzclose(idx.file);
	return result;
}

int sqz_dataset_read(const char *images_path, const char *labels_path,
		     struct sqz_dataset *dataset, struct sqz_error *err)
{
	return sqz_dataset_read_first(images_path, labels_path, UINT32_MAX,
				      dataset, err);
}

int sqz_dataset_read_first(const char *images_path, const char *labels_path,
			   uint32_t most, struct sqz_dataset *dataset,
			   struct sqz_error *err)
{
	*dataset = (struct sqz_dataset){ 0 };
	if (with_file(images_path, most, dataset, read_images, err) ||
	    with_file(labels_path, most, dataset, read_labels, err)) {
		sqz_dataset_free(dataset);
		return -1;
	}
	if (dataset->count > most)
		dataset->count = most;
	return 0;
}

void sqz_dataset_free(struct sqz_dataset *dataset)
{
	free(dataset->pixels);
	free(dataset->labels);
	*dataset = (struct sqz_dataset){ 0 };
}

int sqz_dataset_raw(const struct sqz_dataset *dataset, uint32_t index,
		    const struct sqz_shape *input, uint8_t *out,
		    struct sqz_error *err)
{
	size_t height = dataset->height;
	size_t width = dataset->width;
	size_t plane = (size_t)input->height * input->width;

	if (index >= dataset->count)
		return sqz_fail(err, "image %u of %u does not exist", index,
				dataset->count);
	if (height > input->height || width > input->width)
		return sqz_fail(err,
				"images of %zu x %zu do not fit the "
				"network's input of %u x %u",
				height, width, input->height, input->width);
	const uint8_t *from = dataset->pixels + index * height * width;
	size_t top = (input->height - height) / 2;
	size_t left = (input->width - width) / 2;

	memset(out, 0, sqz_shape_elements(input));
	for (size_t c = 0; c < input->channels; c++)
		for (size_t y = 0; y < height; y++)
			memcpy(out + c * plane + (top + y) * input->width +
				   left,
			       from + y * width, width);
	return 0;
}

int sqz_dataset_input(const struct sqz_dataset *dataset, uint32_t first,
		      uint32_t count, const struct sqz_shape *input,
		      const struct sqz_normalization *normalization, float *out,
		      struct sqz_error *err)
{
	size_t size = sqz_shape_elements(input);
	uint8_t *raw = malloc(size);

	if (!raw)
		return sqz_fail(err, "out of memory for an image");
	int result = 0;
	for (uint32_t i = 0; !result && i < count; i++) {
		result = sqz_dataset_raw(dataset, first + i, input, raw, err);
		for (size_t k = 0; !result && k < size; k++)
			*out++ = ((float)raw[k] / 255 - normalization->mean) /
				 normalization->deviation;
	}
	free(raw);
	return result;
}
