#include "debug/gdb_internal.h"

#include <string.h>

enum complaint { CHECKSUM, TOO_LONG, GARBAGE };

static const char *const COMPLAINTS[] = {
	[CHECKSUM] = "gdb: a packet with a wrong checksum: asked for it again",
	[TOO_LONG] = "gdb: a packet longer than 16384 bytes: refused",
	[GARBAGE] = "gdb: bytes that are no packet: passed over",
};

void sqz_gdb_init(struct sqz_gdb *gdb, const struct sqz_gdb_target *target)
{
	memset(gdb, 0, sizeof(*gdb));
	gdb->target = *target;
	gdb->reply.data = gdb->reply_data;
	gdb->reply.room = sizeof(gdb->reply_data);
	gdb->frame.data = gdb->frame_data;
	gdb->frame.room = sizeof(gdb->frame_data);
}

void sqz_gdb_remove_points(struct sqz_gdb *gdb)
{
	const struct sqz_gdb_target *target = &gdb->target;

	for (size_t i = 0; i < SQZ_GDB_POINTS; i++) {
		if (gdb->points[i].used)
			target->remove(target->context, gdb->points[i].type,
				       gdb->points[i].addr,
				       gdb->points[i].size);
		gdb->points[i].used = false;
	}
}

void sqz_gdb_forget(struct sqz_gdb *gdb)
{
	sqz_gdb_remove_points(gdb);
	gdb->state = SQZ_GDB_NO_CLIENT;
	gdb->interrupt = false;
	gdb->resume = SQZ_GDB_CONTINUE;
}

void sqz_gdb_connect(struct sqz_gdb *gdb)
{
	sqz_gdb_forget(gdb);
	sqz_gdb_parser_init(&gdb->in);
	gdb->no_ack = gdb->told_swbreak = false;
	gdb->garbage = gdb->reported = 0;
	gdb->frame.length = 0;
	gdb->last_stop = (struct sqz_gdb_stop){ .reason = SQZ_GDB_INTERRUPTED };
	gdb->state = SQZ_GDB_STOPPED;
}

static void complain(struct sqz_gdb *gdb, enum complaint which)
{
	if (gdb->reported & 1u << which)
		return;
	gdb->reported |= 1u << which;
	gdb->target.report(gdb->target.context, COMPLAINTS[which]);
}

/* ---- sending ---- */

static void send_bytes(struct sqz_gdb *gdb, const void *data, size_t size)
{
	if (size)
		gdb->target.send(gdb->target.context, data, size);
}

static void send_packet(struct sqz_gdb *gdb, const void *data, size_t length)
{
	gdb->frame.length = 0;
	sqz_gdb_frame(&gdb->frame, data, length);
	send_bytes(gdb, gdb->frame.data, gdb->frame.length);
}

void sqz_gdb_send_reply(struct sqz_gdb *gdb)
{
	send_packet(gdb, gdb->reply.data, gdb->reply.length);
	gdb->reply.length = 0;
	gdb->reply.cut = false;
}

void sqz_gdb_send_console(struct sqz_gdb *gdb, const char *text, size_t length)
{
	while (length) {
		size_t part = length < 1024 ? length : 1024;

		gdb->reply.length = 0;
		sqz_gdb_text_bytes(&gdb->reply, "O", 1);
		sqz_gdb_text_hex(&gdb->reply, text, part);
		sqz_gdb_send_reply(gdb);
		text += part;
		length -= part;
	}
}

void sqz_gdb_print(struct sqz_gdb *gdb, const char *text)
{
	if (gdb->state == SQZ_GDB_RUNNING)
		sqz_gdb_send_console(gdb, text, strlen(text));
}

void sqz_gdb_stopped(struct sqz_gdb *gdb, const struct sqz_gdb_stop *stop)
{
	gdb->last_stop = *stop;
	gdb->interrupt = false;
	if (gdb->state != SQZ_GDB_RUNNING)
		return;
	gdb->state = SQZ_GDB_STOPPED;
	sqz_gdb_stop_reply(gdb);
	sqz_gdb_send_reply(gdb);
}

void sqz_gdb_exited(struct sqz_gdb *gdb, uint8_t code)
{
	if (gdb->state != SQZ_GDB_RUNNING && gdb->state != SQZ_GDB_STOPPED)
		return;
	gdb->reply.length = 0;
	sqz_gdb_text_printf(&gdb->reply, "W%02x", code);
	sqz_gdb_send_reply(gdb);
	sqz_gdb_forget(gdb);
}

/* ---- receiving ---- */

static void packet(struct sqz_gdb *gdb)
{
	if (!gdb->no_ack)
		send_bytes(gdb, "+", 1);
	gdb->reply.length = 0;
	gdb->reply.cut = false;
	if (sqz_gdb_command(gdb))
		sqz_gdb_send_reply(gdb);
}

/* Asking again for a packet that will not fit is of no use. */
static void too_long(struct sqz_gdb *gdb)
{
	complain(gdb, TOO_LONG);
	if (!gdb->no_ack)
		send_bytes(gdb, "+", 1);
	gdb->reply.length = 0;
	sqz_gdb_text_bytes(&gdb->reply, "E01", 3);
	sqz_gdb_send_reply(gdb);
}

static void bad_checksum(struct sqz_gdb *gdb)
{
	complain(gdb, CHECKSUM);
	if (!gdb->no_ack)
		send_bytes(gdb, "-", 1);
}

static void garbage(struct sqz_gdb *gdb)
{
	complain(gdb, GARBAGE);
	if (++gdb->garbage > SQZ_GDB_GARBAGE_BYTES)
		gdb->state = SQZ_GDB_LOST;
}

static void handle(struct sqz_gdb *gdb, enum sqz_gdb_event event)
{
	switch (event) {
	case SQZ_GDB_PACKET:
		packet(gdb);
		break;
	case SQZ_GDB_BAD_CHECKSUM:
		bad_checksum(gdb);
		break;
	case SQZ_GDB_TOO_LONG:
		too_long(gdb);
		break;
	case SQZ_GDB_NAK:
		if (!gdb->no_ack)
			send_bytes(gdb, gdb->frame.data, gdb->frame.length);
		break;
	case SQZ_GDB_BREAK:
		gdb->interrupt = gdb->state == SQZ_GDB_RUNNING;
		break;
	case SQZ_GDB_GARBAGE:
		garbage(gdb);
		break;
	default:
		break;
	}
}

void sqz_gdb_input(struct sqz_gdb *gdb, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++) {
		if (gdb->state != SQZ_GDB_STOPPED &&
		    gdb->state != SQZ_GDB_RUNNING)
			return;
		handle(gdb, sqz_gdb_parse(&gdb->in, bytes[i]));
	}
}
