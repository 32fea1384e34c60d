/*
 * Packets of the GDB remote serial protocol: `$DATA#SUM`, where SUM is the sum
 * of DATA's bytes modulo 256 in hexadecimal, and }, $, #, * in DATA are sent as
 * } and the character xor 0x20. Between packets stand + and - (received well,
 * send again) and 0x03 (stop).
 */
#ifndef SQZ_PLATFORM_GDB_PACKET_H
#define SQZ_PLATFORM_GDB_PACKET_H

#include "debug/gdb_text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of DATA, both ways. */
enum { SQZ_GDB_PACKET_BYTES = 0x4000 };

enum sqz_gdb_event {
	SQZ_GDB_NOTHING,      /* more is to come */
	SQZ_GDB_PACKET,	      /* whole and right: data, length */
	SQZ_GDB_BAD_CHECKSUM, /* whole, but damaged */
	SQZ_GDB_TOO_LONG,     /* whole, but longer than data */
	SQZ_GDB_ACK,
	SQZ_GDB_NAK,
	SQZ_GDB_BREAK,
	SQZ_GDB_GARBAGE /* a byte that does not belong anywhere */
};

struct sqz_gdb_parser {
	uint8_t place;		   /* private to gdb_packet.c, like these: */
	uint8_t sum, digit, flags; /* sum so far, its first digit told */
	size_t length;
	char data[SQZ_GDB_PACKET_BYTES + 1]; /* terminated, escapes undone */
};

void sqz_gdb_parser_init(struct sqz_gdb_parser *parser);
enum sqz_gdb_event sqz_gdb_parse(struct sqz_gdb_parser *parser, uint8_t byte);

/* Appends DATA as a packet. */
void sqz_gdb_frame(struct sqz_gdb_text *out, const void *data, size_t length);

#ifdef __cplusplus
}
#endif

#endif
