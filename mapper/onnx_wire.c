/*
 * A look at the raw protobuf before it is unpacked. The generated code recurses
 * for every nested message and allocates a struct for every one of them, so a
 * small hostile file could exhaust the stack or the memory. This pass follows
 * the schema's descriptors with a depth limit and counts the parts; it also
 * knows at which byte a file is cut short, which the unpacker does not tell.
 */
#include "onnx_internal.h"

/* Model, graph, node, attribute, tensor need 5; sub-graphs are not supported,
 * so nothing useful is deeper. */
#define MAX_DEPTH 16u
#define MAX_PARTS (1u << 22)

struct wire {
	const uint8_t *data;
	size_t size;
	size_t at;
	size_t parts;
	const char *file;
	struct sqz_error *err;
};

static int cut_short(const struct wire *wire)
{
	return sqz_fail(wire->err,
			"%s: cut short or damaged near byte %zu of "
			"%zu",
			wire->file, wire->at, wire->size);
}

static int read_varint(struct wire *wire, size_t end, uint64_t *value)
{
	*value = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (wire->at >= end)
			return cut_short(wire);
		uint8_t byte = wire->data[wire->at++];

		*value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return 0;
	}
	return cut_short(wire);
}

static int skip(struct wire *wire, size_t end, uint64_t bytes)
{
	if (bytes > end - wire->at)
		return cut_short(wire);
	wire->at += (size_t)bytes;
	return 0;
}

static int check_message(struct wire *wire, size_t end, unsigned depth,
			 const ProtobufCMessageDescriptor *message);

/* Length-delimited: text, data, packed numbers, or a message inside. */
static int check_block(struct wire *wire, size_t end, unsigned depth,
		       const ProtobufCFieldDescriptor *field)
{
	uint64_t length;

	if (read_varint(wire, end, &length))
		return -1;
	if (length > end - wire->at)
		return cut_short(wire);
	if (!field || field->type != PROTOBUF_C_TYPE_MESSAGE)
		return skip(wire, end, length);
	return check_message(wire, wire->at + (size_t)length, depth + 1,
			     field->descriptor);
}

static int check_field(struct wire *wire, size_t end, unsigned depth,
		       const ProtobufCMessageDescriptor *message)
{
	uint64_t tag;
	uint64_t ignored;

	if (++wire->parts > MAX_PARTS)
		return sqz_fail(wire->err, "%s: more than %u parts", wire->file,
				MAX_PARTS);
	if (read_varint(wire, end, &tag))
		return -1;
	switch (tag & 7) {
	case 0:
		return read_varint(wire, end, &ignored);
	case 1:
		return skip(wire, end, 8);
	case 2:
		return check_block(wire, end, depth,
				   protobuf_c_message_descriptor_get_field(
				       message, (unsigned)(tag >> 3)));
	case 5:
		return skip(wire, end, 4);
	default:
		return sqz_fail(wire->err, "%s: not an ONNX file (byte %zu)",
				wire->file, wire->at);
	}
}

static int check_message(struct wire *wire, size_t end, unsigned depth,
			 const ProtobufCMessageDescriptor *message)
{
	if (depth > MAX_DEPTH)
		return sqz_fail(wire->err, "%s: nested deeper than %u levels",
				wire->file, MAX_DEPTH);
	while (wire->at < end)
		if (check_field(wire, end, depth, message))
			return -1;
	return 0;
}

int sqz_onnx_check_wire(const uint8_t *data, size_t size, const char *file,
			struct sqz_error *err)
{
	struct wire wire = {
		.data = data, .size = size, .file = file, .err = err
	};

	return check_message(&wire, size, 0, &onnx__model_proto__descriptor);
}
