#include "debug/gdb_packet.h"

enum { OUTSIDE, INSIDE, ESCAPED, SUM_HIGH, SUM_LOW };
enum { LONG = 1, BAD_SUM = 2 };

void sqz_gdb_parser_init(struct sqz_gdb_parser *parser)
{
	parser->place = OUTSIDE;
	parser->length = 0;
	parser->data[0] = '\0';
}

static void begin(struct sqz_gdb_parser *parser)
{
	parser->place = INSIDE;
	parser->sum = parser->flags = 0;
	parser->length = 0;
}

static enum sqz_gdb_event outside(struct sqz_gdb_parser *parser, uint8_t byte)
{
	switch (byte) {
	case '$':
		begin(parser);
		return SQZ_GDB_NOTHING;
	case '+':
		return SQZ_GDB_ACK;
	case '-':
		return SQZ_GDB_NAK;
	case 3:
		return SQZ_GDB_BREAK;
	default:
		return SQZ_GDB_GARBAGE;
	}
}

static void put(struct sqz_gdb_parser *parser, uint8_t byte)
{
	if (parser->length == SQZ_GDB_PACKET_BYTES)
		parser->flags |= LONG;
	else
		parser->data[parser->length++] = (char)byte;
}

/* A $ cannot be data: the packet before it was cut, this begins another. */
static void inside(struct sqz_gdb_parser *parser, uint8_t byte)
{
	if (byte == '$') {
		begin(parser);
		return;
	}
	if (byte == '#') {
		parser->place = SUM_HIGH;
		return;
	}
	parser->sum = (uint8_t)(parser->sum + byte);
	if (parser->place == ESCAPED) {
		parser->place = INSIDE;
		put(parser, byte ^ 0x20);
	} else if (byte == '}') {
		parser->place = ESCAPED;
	} else {
		put(parser, byte);
	}
}

static enum sqz_gdb_event end(struct sqz_gdb_parser *parser, int low)
{
	parser->place = OUTSIDE;
	parser->data[parser->length] = '\0';
	if (low < 0 || (parser->digit << 4 | low) != parser->sum)
		parser->flags |= BAD_SUM;
	if (parser->flags & LONG)
		return SQZ_GDB_TOO_LONG;
	return parser->flags & BAD_SUM ? SQZ_GDB_BAD_CHECKSUM : SQZ_GDB_PACKET;
}

enum sqz_gdb_event sqz_gdb_parse(struct sqz_gdb_parser *parser, uint8_t byte)
{
	int digit = sqz_gdb_digit((char)byte);

	switch (parser->place) {
	case OUTSIDE:
		return outside(parser, byte);
	case SUM_HIGH:
		parser->place = SUM_LOW;
		parser->digit = (uint8_t)(digit & 15);
		if (digit < 0)
			parser->flags |= BAD_SUM;
		return SQZ_GDB_NOTHING;
	case SUM_LOW:
		return end(parser, digit);
	default:
		inside(parser, byte);
		return SQZ_GDB_NOTHING;
	}
}

void sqz_gdb_frame(struct sqz_gdb_text *out, const void *data, size_t length)
{
	const uint8_t *from = data;
	uint8_t sum = 0;

	sqz_gdb_text_bytes(out, "$", 1);
	for (size_t i = 0; i < length; i++) {
		uint8_t c = from[i];

		if (c == '}' || c == '$' || c == '#' || c == '*') {
			sqz_gdb_text_bytes(out, "}", 1);
			sum = (uint8_t)(sum + '}');
			c ^= 0x20;
		}
		sqz_gdb_text_bytes(out, &c, 1);
		sum = (uint8_t)(sum + c);
	}
	sqz_gdb_text_bytes(out, "#", 1);
	sqz_gdb_text_hex(out, &sum, 1);
}
