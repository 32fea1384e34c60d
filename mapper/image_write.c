#include "image_write.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "bytes_builder.h"
#include "image_layers.h"
#include "reference/image_file.h"
#include "reference/reference.h"
#include "reference_write.h"
#include "step_blob.h"

/* The file while it grows: sections are appended in the order of their kinds,
 * the table is filled in at the end. */
struct writer {
	const struct sqz_image_source *source;
	const struct sqz_qnet *net;
	struct sqz_builder out;
	struct sqz_image_section sections[SQZ_SECTION_COUNT];
	uint32_t section_count;
	struct sqz_participant *participants; /* [worker_count] */
	struct sqz_image_step *steps;
	struct sqz_builder program; /* the steps' blobs */
};

static void put_section(struct writer *writer, enum sqz_section_kind kind,
			const void *data, size_t bytes)
{
	sqz_builder_align(&writer->out, SQZ_IMAGE_ALIGN);
	writer->sections[writer->section_count++] = (struct sqz_image_section){
		.kind = kind,
		.offset = sqz_builder_add(&writer->out, data, bytes),
		.bytes = bytes,
		.crc32 = (uint32_t)crc32_z(0, data, bytes),
	};
}

static uint32_t lossless_adc_bits(const struct writer *writer)
{
	uint32_t rows = 1;
	uint32_t bits = 0;

	for (uint32_t i = 0; i < writer->net->layer_count; i++)
		for (uint32_t b = 0; b < writer->source->net->blocks[i].count;
		     b++) {
			uint32_t r =
			    writer->source->net->blocks[i].blocks[b].rows;
			rows = r > rows ? r : rows;
		}
	if (writer->source->net->ou &&
	    rows > writer->source->config->tile.ou_rows)
		rows = writer->source->config->tile.ou_rows;
	while ((1u << bits) < rows + 1)
		bits++;
	return bits;
}

static uint32_t tensor_count(const struct writer *writer)
{
	return writer->net->tensor_count +
	       writer->source->placement->scratch_count;
}

static void put_network(struct writer *writer)
{
	const struct sqz_image_source *source = writer->source;
	const struct sqz_qnet *net = writer->net;
	const struct sqz_qtensor *logits = &net->tensors[net->output];
	struct sqz_image_network network = {
		.mesh_width = source->chip->width,
		.mesh_height = source->chip->height,
		.array_rows = source->config->tile.array_rows,
		.array_columns = source->config->tile.array_columns,
		.layers = source->placement->run_count,
		.tensors = tensor_count(writer),
		.steps = source->placement->worker_count,
		.input_tensor = net->input,
		.output_tensor = net->output,
		.classes = logits->height * logits->width * logits->channels,
		.logit_bytes = logits->element_bytes,
		.logit_zero = logits->zero_point,
		.logit_scale = (float)logits->scale,
		.read_mode = SQZ_READ_FULL,
		.dram_pool_bytes = source->placement->dram_pool_bytes,
		.adc_bits_lossless = lossless_adc_bits(writer),
		.rounds = source->placement->rounds > 1
			      ? source->placement->rounds
			      : 0,
		.contexts = source->placement->contexts > 1
				? source->placement->contexts
				: 0,
		.flags =
		    (source->placement->rounds_overlap ? SQZ_IMAGE_F_OVERLAP
						       : 0) |
		    (source->placement->producers.first ? SQZ_IMAGE_F_CHAINS
							: 0),
	};

	if (source->net->ou) {
		network.read_mode = SQZ_READ_OU;
		network.ou_rows = (uint16_t)source->config->tile.ou_rows;
		network.ou_columns = (uint16_t)source->config->tile.ou_columns;
	}
	snprintf(network.name, sizeof(network.name), "%s", source->name);
	put_section(writer, SQZ_SECTION_NETWORK, &network, sizeof(network));
	put_section(writer, SQZ_SECTION_NODES, source->chip->entries,
		    source->chip->nodes * sizeof(*source->chip->entries));
}

static int put_tensors(struct writer *writer, struct sqz_error *err)
{
	const struct sqz_placement *placement = writer->source->placement;
	uint32_t count = tensor_count(writer);
	struct sqz_image_tensor *tensors = calloc(count, sizeof(*tensors));

	if (!tensors)
		return sqz_fail(err, "out of memory");
	for (uint32_t i = 0; i < count; i++) {
		struct sqz_qtensor from =
		    sqz_placement_tensor(writer->net, placement, i);
		tensors[i] = (struct sqz_image_tensor){
			.height = from.height,
			.width = from.width,
			.channels = from.channels,
			.element_bytes = from.element_bytes,
			.node = placement->tensors[i].node,
			.zero_point = from.zero_point,
			.scale = (float)from.scale,
			.bytes = from.height * from.width * from.channels *
				 from.element_bytes,
			.offset = placement->tensors[i].offset,
			.stride = sqz_tensor_stride(placement, i),
		};
	}
	put_section(writer, SQZ_SECTION_TENSORS, tensors,
		    count * sizeof(*tensors));
	free(tensors);
	return 0;
}

static int put_layers(struct writer *writer, struct sqz_error *err)
{
	uint32_t count = writer->source->placement->run_count;
	struct sqz_image_layer *layers = calloc(count, sizeof(*layers));

	if (!layers)
		return sqz_fail(err, "out of memory");
	for (uint32_t i = 0; i < count; i++)
		sqz_image_describe_run(writer->source, writer->steps,
				       writer->program.data, i, &layers[i]);
	put_section(writer, SQZ_SECTION_LAYERS, layers,
		    count * sizeof(*layers));
	free(layers);
	return 0;
}

static int build_step(struct writer *writer, uint32_t index,
		      struct sqz_error *err)
{
	const struct sqz_worker *worker =
	    &writer->source->placement->workers[index];
	size_t offset = 0;
	size_t bytes = 0;

	if (sqz_step_blob_add(writer->source->net, writer->source->placement,
			      index, writer->source->form, &writer->program,
			      &offset, &bytes, err))
		return -1;
	if (bytes > UINT32_MAX)
		return sqz_fail(err, "a step is larger than 4 GiB");
	writer->participants[index] =
	    (struct sqz_participant){ (uint16_t)worker->node,
				      (uint16_t)worker->slot };
	writer->steps[index] = (struct sqz_image_step){
		.layer = worker->run,
		.node = (uint16_t)worker->node,
		.slot = (uint16_t)worker->slot,
		.offset = offset,
		.bytes = (uint32_t)bytes,
		.arrays = worker->arrays,
	};
	return 0;
}

/* Before the layers, which tell what their steps hold. */
static int build_steps(struct writer *writer, struct sqz_error *err)
{
	uint32_t count = writer->source->placement->worker_count;

	writer->participants = calloc(count, sizeof(*writer->participants));
	writer->steps = calloc(count, sizeof(*writer->steps));
	if (!writer->participants || !writer->steps)
		return sqz_fail(err, "out of memory");
	for (uint32_t i = 0; i < count; i++)
		if (build_step(writer, i, err))
			return -1;
	return 0;
}

static void put_steps(struct writer *writer)
{
	uint32_t count = writer->source->placement->worker_count;

	put_section(writer, SQZ_SECTION_PARTICIPANTS, writer->participants,
		    count * sizeof(*writer->participants));
	put_section(writer, SQZ_SECTION_STEPS, writer->steps,
		    count * sizeof(*writer->steps));
	put_section(writer, SQZ_SECTION_PROGRAM, writer->program.data,
		    writer->program.size);
	/* Most of the image: no need to hold it twice. */
	sqz_builder_free(&writer->program);
}

static struct sqz_image_input describe_input(const struct writer *writer)
{
	const struct sqz_qtensor *in =
	    &writer->net->tensors[writer->net->input];

	return (struct sqz_image_input){
		.raw_height = writer->source->raw_height,
		.raw_width = writer->source->raw_width,
		.raw_channels = 1,
		.height = in->height,
		.width = in->width,
		.channels = in->channels,
	};
}

static void put_input(struct writer *writer)
{
	const struct sqz_image_input input = describe_input(writer);
	struct sqz_builder section = { 0 };

	sqz_builder_add(&section, &input, sizeof(input));
	sqz_builder_add(&section, writer->source->tables,
			(size_t)input.channels * 256);
	if (section.failed)
		writer->out.failed = true;
	else
		put_section(writer, SQZ_SECTION_INPUT, section.data,
			    section.size);
	sqz_builder_free(&section);
}

/* The self-test's input and, by the integer reference, its logits. */
static int fill_selftest(const struct writer *writer,
			 const struct sqz_reference *reference, uint8_t *data,
			 size_t input_bytes, struct sqz_error *err)
{
	const struct sqz_image_source *source = writer->source;
	const struct sqz_image_input input = describe_input(writer);
	const struct sqz_image_file view = {
		.input = &input,
		.input_tables = source->tables,
	};
	int32_t *logits = calloc(sqz_reference_logits(reference), 4);

	if (!logits)
		return sqz_fail(err, "out of memory");
	sqz_image_convert_input(&view, source->selftest, data);
	int result = sqz_reference_run(reference, data, 1, 1, logits, err);
	memcpy(data + input_bytes, logits, sqz_reference_logits(reference) * 4);
	free(logits);
	return result;
}

static int put_selftest(struct writer *writer,
			const struct sqz_bytes *reference_section,
			struct sqz_error *err)
{
	struct sqz_reference *reference = sqz_reference_read(
	    reference_section->data, reference_section->size, err);

	if (!reference)
		return -1;
	size_t input_bytes = sqz_reference_input_bytes(reference);
	size_t bytes = input_bytes + sqz_reference_logits(reference) * 4;
	uint8_t *data = calloc(1, bytes);
	int result =
	    data ? fill_selftest(writer, reference, data, input_bytes, err)
		 : sqz_fail(err, "out of memory");
	if (!result)
		put_section(writer, SQZ_SECTION_SELFTEST, data, bytes);
	free(data);
	sqz_reference_free(reference);
	return result;
}

static int put_reference(struct writer *writer, struct sqz_error *err)
{
	struct sqz_bytes section;

	if (sqz_reference_write(writer->net, &section, err))
		return -1;
	int result = put_selftest(writer, &section, err);
	if (!result)
		put_section(writer, SQZ_SECTION_REFERENCE, section.data,
			    section.size);
	sqz_bytes_free(&section);
	return result;
}

static void fill_header(struct writer *writer)
{
	struct sqz_image_header header = {
		.version_major = SQZ_IMAGE_VERSION_MAJOR,
		.version_minor = SQZ_IMAGE_VERSION_MINOR,
		.section_count = writer->section_count,
		.file_bytes = writer->out.size,
	};
	size_t table = writer->section_count * sizeof(writer->sections[0]);

	memcpy(header.magic, SQZ_IMAGE_MAGIC, sizeof(header.magic));
	header.table_crc32 =
	    (uint32_t)crc32_z(0, (const uint8_t *)writer->sections, table);
	header.header_crc32 =
	    (uint32_t)crc32_z(0, (const uint8_t *)&header,
			      offsetof(struct sqz_image_header, header_crc32));
	memcpy(writer->out.data, &header, sizeof(header));
	memcpy(writer->out.data + sizeof(header), writer->sections, table);
}

static int check_source(const struct writer *writer, struct sqz_error *err)
{
	const struct sqz_image_source *source = writer->source;
	const struct sqz_qtensor *in =
	    &writer->net->tensors[writer->net->input];

	if (source->raw_height > in->height || source->raw_width > in->width)
		return sqz_fail(err,
				"pictures of %u x %u do not fit the network's "
				"input of %u x %u",
				source->raw_height, source->raw_width,
				in->height, in->width);
	if (source->placement->run_count > UINT16_MAX)
		return sqz_fail(err,
				"%u layers and parts of layers: an image holds "
				"%u at most",
				source->placement->run_count, UINT16_MAX);
	return 0;
}

static int build(struct writer *writer, struct sqz_error *err)
{
	size_t front =
	    sizeof(struct sqz_image_header) +
	    (SQZ_SECTION_COUNT - 1) * sizeof(struct sqz_image_section);

	if (check_source(writer, err))
		return -1;
	sqz_builder_add(&writer->out, NULL, front);
	put_network(writer);
	if (put_tensors(writer, err) || build_steps(writer, err) ||
	    put_layers(writer, err))
		return -1;
	put_steps(writer);
	put_input(writer);
	if (put_reference(writer, err))
		return -1;
	if (writer->out.failed)
		return sqz_fail(err, "out of memory at %zu bytes of image",
				writer->out.size);
	fill_header(writer);
	return 0;
}

int sqz_image_build(const struct sqz_image_source *source,
		    struct sqz_bytes *image, struct sqz_error *err)
{
	struct writer writer = { .source = source, .net = &source->net->net };
	int result = build(&writer, err);

	*image = (struct sqz_bytes){ 0 };
	sqz_builder_free(&writer.program);
	free(writer.participants);
	free(writer.steps);
	if (result) {
		sqz_builder_free(&writer.out);
		return -1;
	}
	image->data = writer.out.data;
	image->size = writer.out.size;
	return 0;
}
