#include "node/packet.h"

#include <stddef.h>

static const struct {
	const char *name;
	enum sqz_class msg_class;
} TYPES[SQZ_PKT_TYPES] = {
	[SQZ_PKT_NONE] = { "none", SQZ_CLASS_REQUEST },
	[SQZ_PKT_READ] = { "read", SQZ_CLASS_REQUEST },
	[SQZ_PKT_READ_DATA] = { "read data", SQZ_CLASS_RESPONSE },
	[SQZ_PKT_WRITE] = { "write", SQZ_CLASS_RESULT },
	[SQZ_PKT_WRITE_ACK] = { "write ack", SQZ_CLASS_RESPONSE },
	[SQZ_PKT_REG_READ] = { "register read", SQZ_CLASS_REQUEST },
	[SQZ_PKT_REG_WRITE] = { "register write", SQZ_CLASS_REQUEST },
	[SQZ_PKT_REG_DATA] = { "register data", SQZ_CLASS_RESPONSE },
	[SQZ_PKT_PROGRAM] = { "program", SQZ_CLASS_REQUEST },
	[SQZ_PKT_RUN] = { "run", SQZ_CLASS_REQUEST },
	[SQZ_PKT_ABORT] = { "abort", SQZ_CLASS_REQUEST },
	[SQZ_PKT_DONE] = { "done", SQZ_CLASS_RESPONSE },
	[SQZ_PKT_PSUM] = { "partial sum", SQZ_CLASS_PSUM },
	[SQZ_PKT_GRANT] = { "grant", SQZ_CLASS_GRANT },
	[SQZ_PKT_IRQ] = { "node interrupt", SQZ_CLASS_RESPONSE },
	[SQZ_PKT_TOKEN] = { "token", SQZ_CLASS_GRANT },
};

enum sqz_class sqz_packet_class(enum sqz_packet_type type)
{
	return TYPES[type].msg_class;
}

const char *sqz_packet_type_name(enum sqz_packet_type type)
{
	return TYPES[type].name;
}
