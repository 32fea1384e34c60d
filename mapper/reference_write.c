#include "reference_write.h"

#include "sqz/image_reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Called twice: first without data, to learn the size. */
struct writer {
	uint8_t *data;
	uint64_t used;
};

/* Reserves room at the next multiple of 8 and copies; returns the offset, or 0
 * for an array that is not there. */
static uint64_t append(struct writer *writer, const void *array, uint64_t count,
		       uint64_t size)
{
	if (!array || !count)
		return 0;
	uint64_t offset = (writer->used + 7) / 8 * 8;
	if (writer->data)
		memcpy(writer->data + offset, array, count * size);
	writer->used = offset + count * size;
	return offset;
}

static void put(struct writer *writer, uint64_t offset, const void *record,
		size_t size)
{
	if (writer->data)
		memcpy(writer->data + offset, record, size);
}

static struct sqz_reference_tensor tensor_record(const struct sqz_qtensor *from)
{
	return (struct sqz_reference_tensor){
		.height = from->height,
		.width = from->width,
		.channels = from->channels,
		.element_bytes = from->element_bytes,
		.zero_point = from->zero_point,
		.scale = (float)from->scale,
	};
}

static struct sqz_reference_layer layer_record(const struct sqz_qlayer *from)
{
	struct sqz_reference_layer record = {
		.kind = from->kind,
		.input = from->input,
		.output = from->output,
		.residual = from->residual,
		.kernel_h = from->kernel_h,
		.kernel_w = from->kernel_w,
		.stride_y = from->stride_y,
		.stride_x = from->stride_x,
		.dilation_y = from->dilation_y,
		.dilation_x = from->dilation_x,
		.pad_top = from->pad_top,
		.pad_left = from->pad_left,
		.groups = from->groups,
		.z_in = from->z_in,
		.z_residual = from->z_residual,
		.z_out = from->z_out,
		.low = from->low,
		.high = from->high,
		.average_count = from->average_count,
		.first_channel = from->first_channel,
	};

	snprintf(record.name, sizeof(record.name), "%s", from->name);
	return record;
}

static void write_layer(struct writer *writer, const struct sqz_qnet *net,
			const struct sqz_qlayer *layer, uint64_t place)
{
	struct sqz_reference_layer record = layer_record(layer);
	uint64_t channels = sqz_qlayer_out_channels(net, layer);

	record.weights_offset =
	    append(writer, layer->weights, layer->weight_count,
		   sizeof(*layer->weights));
	record.bias_offset =
	    append(writer, layer->bias, channels, sizeof(*layer->bias));
	record.scale_offset =
	    append(writer, layer->scale, sqz_qlayer_written(net, layer),
		   sizeof(*layer->scale));
	record.residual_offset = append(writer, layer->residual_scale, channels,
					sizeof(*layer->residual_scale));
	record.average_offset =
	    append(writer, layer->average, layer->average_count,
		   sizeof(*layer->average));
	put(writer, place, &record, sizeof(record));
}

static void write_section(struct writer *writer, const struct sqz_qnet *net,
			  uint64_t bytes)
{
	struct sqz_reference_header header = {
		.magic = SQZ_REFERENCE_MAGIC,
		.version = SQZ_REFERENCE_VERSION,
		.bytes = bytes,
		.tensor_count = net->tensor_count,
		.layer_count = net->layer_count,
		.tensors_offset = sizeof(header),
		.input = net->input,
		.output = net->output,
	};

	header.layers_offset =
	    header.tensors_offset +
	    net->tensor_count * sizeof(struct sqz_reference_tensor);
	writer->used = header.layers_offset +
		       net->layer_count * sizeof(struct sqz_reference_layer);
	put(writer, 0, &header, sizeof(header));
	for (uint32_t i = 0; i < net->tensor_count; i++) {
		struct sqz_reference_tensor record =
		    tensor_record(&net->tensors[i]);

		put(writer, header.tensors_offset + i * sizeof(record), &record,
		    sizeof(record));
	}
	for (uint32_t i = 0; i < net->layer_count; i++)
		write_layer(writer, net, &net->layers[i],
			    header.layers_offset +
				i * sizeof(struct sqz_reference_layer));
}

int sqz_reference_write(const struct sqz_qnet *net, struct sqz_bytes *section,
			struct sqz_error *err)
{
	struct writer measure = { 0 };

	*section = (struct sqz_bytes){ 0 };
	write_section(&measure, net, 0);
	struct writer writer = { .data = calloc(1, measure.used) };
	if (!writer.data)
		return sqz_fail(err,
				"out of memory for a reference of %llu "
				"bytes",
				(unsigned long long)measure.used);
	write_section(&writer, net, measure.used);
	section->data = writer.data;
	section->size = measure.used;
	return 0;
}
