/* From the bytes of a REFERENCE section to a network that is safe to run. */
#include "section.h"

#include <stdlib.h>
#include <string.h>

bool ref_inside(const struct ref_section *section, uint64_t offset,
		uint64_t count, uint64_t size)
{
	return offset % 8 == 0 &&
	       offset >= sizeof(struct sqz_reference_header) &&
	       offset <= section->bytes &&
	       count <= (section->bytes - offset) / size;
}

int ref_bad_layer(const struct ref_layer *layer, const char *reason,
		  struct sqz_error *err)
{
	return sqz_fail(err, "reference: layer %.31s: %s", layer->info.name,
			reason);
}

static int read_header(const struct ref_section *section,
		       struct sqz_reference_header *header,
		       struct sqz_error *err)
{
	if (section->bytes < sizeof(*header))
		return sqz_fail(err,
				"reference: section of %llu bytes is too "
				"short for its header",
				(unsigned long long)section->bytes);
	memcpy(header, section->data, sizeof(*header));
	if (header->magic != SQZ_REFERENCE_MAGIC)
		return sqz_fail(err, "reference: bad magic 0x%08x",
				header->magic);
	if (header->version != SQZ_REFERENCE_VERSION)
		return sqz_fail(err, "reference: version %u, expected %u",
				header->version, SQZ_REFERENCE_VERSION);
	if (header->bytes != section->bytes)
		return sqz_fail(err,
				"reference: header says %llu bytes, there are "
				"%llu",
				(unsigned long long)header->bytes,
				(unsigned long long)section->bytes);
	if (!header->layer_count || header->layer_count > SQZ_REF_MAX_LAYERS ||
	    header->tensor_count > 2 * SQZ_REF_MAX_LAYERS ||
	    !ref_inside(section, header->tensors_offset, header->tensor_count,
			sizeof(struct sqz_reference_tensor)) ||
	    !ref_inside(section, header->layers_offset, header->layer_count,
			sizeof(struct sqz_reference_layer)))
		return sqz_fail(err,
				"reference: %u tensors and %u layers do "
				"not fit the section",
				header->tensor_count, header->layer_count);
	if (header->input >= header->tensor_count ||
	    header->output >= header->tensor_count)
		return sqz_fail(err,
				"reference: input %u or output %u is not "
				"one of %u tensors",
				header->input, header->output,
				header->tensor_count);
	return 0;
}

static int read_tensor(const struct sqz_reference_tensor *from, uint32_t index,
		       struct ref_tensor *tensor, struct sqz_error *err)
{
	*tensor =
	    (struct ref_tensor){ from->height, from->width, from->channels,
				 from->element_bytes, from->zero_point };
	uint32_t limit = SQZ_REF_MAX_DIMENSION;
	if (from->height < 1 || from->height > limit || from->width < 1 ||
	    from->width > limit || from->channels < 1 ||
	    from->channels > limit ||
	    ref_elements(tensor) > SQZ_REF_MAX_ELEMENTS)
		return sqz_fail(err, "reference: tensor %u is %u x %u x %u",
				index, from->height, from->width,
				from->channels);
	if (from->element_bytes != 1 && from->element_bytes != 4)
		return sqz_fail(err,
				"reference: tensor %u has elements of %u "
				"bytes",
				index, from->element_bytes);
	if (from->element_bytes == 1 &&
	    (from->zero_point < 0 || from->zero_point > 255))
		return sqz_fail(err, "reference: tensor %u has zero point %d",
				index, from->zero_point);
	return 0;
}

static int read_tensors(const struct ref_section *section,
			const struct sqz_reference_header *header,
			struct sqz_reference *ref, struct sqz_error *err)
{
	ref->tensors = calloc(header->tensor_count, sizeof(*ref->tensors));
	if (!ref->tensors)
		return sqz_fail(err, "reference: out of memory for %u tensors",
				header->tensor_count);
	ref->tensor_count = header->tensor_count;
	for (uint32_t i = 0; i < ref->tensor_count; i++) {
		struct sqz_reference_tensor from;

		memcpy(&from,
		       section->data + header->tensors_offset +
			   (size_t)i * sizeof(from),
		       sizeof(from));
		if (read_tensor(&from, i, &ref->tensors[i], err))
			return -1;
	}
	if (ref->tensors[ref->input].element_bytes != 1)
		return sqz_fail(err, "reference: the input is not uint8");
	return 0;
}

/* `written` counts the channels of each tensor that earlier layers write. */
static bool usable(const struct sqz_reference *ref, const uint32_t *written,
		   uint32_t tensor)
{
	return tensor < ref->tensor_count &&
	       written[tensor] == ref->tensors[tensor].channels &&
	       ref->tensors[tensor].element_bytes == 1;
}

/* The output, or a COPY's share of it, must be what comes next. */
static int check_output(const struct sqz_reference *ref,
			const struct ref_layer *layer, uint32_t *written,
			struct sqz_error *err)
{
	const struct sqz_reference_layer *info = &layer->info;
	bool copy = info->kind == SQZ_STEP_COPY;

	if (info->output >= ref->tensor_count ||
	    written[info->output] != info->first_channel ||
	    (info->first_channel && !copy))
		return ref_bad_layer(layer, "its output is not free", err);
	uint32_t all = ref->tensors[info->output].channels;
	uint32_t share = copy ? ref->tensors[info->input].channels : all;
	if (share > all - info->first_channel)
		return ref_bad_layer(layer, "its output has too few channels",
				     err);
	written[info->output] += share;
	return 0;
}

/* Inputs must have been written before, outputs are written once. */
static int check_tensors(const struct sqz_reference *ref,
			 const struct ref_layer *layer, uint32_t *written,
			 struct sqz_error *err)
{
	const struct sqz_reference_layer *info = &layer->info;
	bool takes = info->kind == SQZ_STEP_MVM || info->kind == SQZ_STEP_ADD;

	if (!usable(ref, written, info->input))
		return ref_bad_layer(layer, "its input is not there", err);
	if (check_output(ref, layer, written, err))
		return -1;
	if (info->residual != SQZ_NO_TENSOR) {
		if (!takes || !usable(ref, written, info->residual))
			return ref_bad_layer(layer, "its residual is not there",
					     err);
		const struct ref_tensor *a = &ref->tensors[info->residual];
		const struct ref_tensor *b = &ref->tensors[info->output];
		if (a->height != b->height || a->width != b->width ||
		    a->channels != b->channels)
			return ref_bad_layer(
			    layer, "its residual has another shape", err);
	}
	return 0;
}

static int read_layer(const struct ref_section *section, uint64_t offset,
		      struct sqz_reference *ref, uint32_t *written,
		      struct sqz_error *err)
{
	struct ref_layer *layer = &ref->layers[ref->layer_count++];

	memcpy(&layer->info, section->data + offset, sizeof(layer->info));
	layer->info.name[SQZ_NAME_BYTES - 1] = 0;
	if (check_tensors(ref, layer, written, err))
		return -1;
	layer->in = ref->tensors[layer->info.input];
	layer->out = ref->tensors[layer->info.output];
	if (ref_check_shape(layer, err) || ref_read_arrays(section, layer, err))
		return -1;
	size_t map =
	    (size_t)layer->map_height * layer->map_width * layer->in.channels;
	if (layer->info.kind == SQZ_STEP_MVM && map > ref->map_elements)
		ref->map_elements = map;
	if (layer->info.kind == SQZ_STEP_MVM &&
	    ref_matrix_rows(layer) > ref->matrix_rows)
		ref->matrix_rows = ref_matrix_rows(layer);
	if (layer->out.channels > ref->channels)
		ref->channels = layer->out.channels;
	return 0;
}

static int read_layers(const struct ref_section *section,
		       const struct sqz_reference_header *header,
		       struct sqz_reference *ref, struct sqz_error *err)
{
	uint32_t *written = calloc(ref->tensor_count, sizeof(*written));
	int result = 0;

	ref->layers = calloc(header->layer_count, sizeof(*ref->layers));
	if (!written || !ref->layers) {
		free(written);
		return sqz_fail(err, "reference: out of memory for %u layers",
				header->layer_count);
	}
	written[ref->input] = ref->tensors[ref->input].channels;
	for (uint32_t i = 0; result == 0 && i < header->layer_count; i++)
		result = read_layer(section,
				    header->layers_offset +
					(uint64_t)i *
					    sizeof(struct sqz_reference_layer),
				    ref, written, err);
	if (result == 0 &&
	    (written[ref->output] != ref->tensors[ref->output].channels ||
	     ref->output == ref->input))
		result = sqz_fail(err, "reference: no layer writes the output");
	free(written);
	return result;
}

struct sqz_reference *sqz_reference_read(const void *data, size_t bytes,
					 struct sqz_error *err)
{
	struct ref_section section = { data, bytes };
	struct sqz_reference_header header;

	if (read_header(&section, &header, err))
		return NULL;
	struct sqz_reference *ref = calloc(1, sizeof(*ref));
	if (!ref) {
		sqz_fail(err, "reference: out of memory");
		return NULL;
	}
	ref->input = header.input;
	ref->output = header.output;
	if (read_tensors(&section, &header, ref, err) ||
	    read_layers(&section, &header, ref, err)) {
		sqz_reference_free(ref);
		return NULL;
	}
	return ref;
}

void sqz_reference_free(struct sqz_reference *reference)
{
	if (!reference)
		return;
	for (uint32_t i = 0; i < reference->layer_count; i++) {
		struct ref_layer *layer = &reference->layers[i];

		ref_arrays_free(layer);
	}
	free(reference->layers);
	free(reference->tensors);
	free(reference);
}
