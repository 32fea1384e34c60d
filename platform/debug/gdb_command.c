/*
 * The commands of the protocol: one function each, found by the beginning of
 * the packet. A function leaves its answer in gdb->reply and returns true, or
 * false if the answer comes later or not at all.
 */
#include "debug/gdb_internal.h"

#include <stdio.h>
#include <string.h>

#include "debug/gdb_registers.h"

/* ---- answers ---- */

static bool say(struct sqz_gdb *gdb, const char *text)
{
	sqz_gdb_text_bytes(&gdb->reply, text, strlen(text));
	return true;
}

static bool fail(struct sqz_gdb *gdb)
{
	gdb->reply.length = 0;
	return say(gdb, "E01");
}

static bool done(struct sqz_gdb *gdb, bool ok)
{
	return ok ? say(gdb, "OK") : fail(gdb);
}

/* ---- arguments ---- */

/* What is left of the packet, behind the command's name. */
struct args {
	const char *at;
	const char *end;
};

/* A hexadecimal number; false if there is none, or it is too large. */
static bool take_number(struct args *args, uint64_t *value)
{
	const char *from = args->at;

	*value = 0;
	while (args->at < args->end) {
		int digit = sqz_gdb_digit(*args->at);

		if (digit < 0)
			break;
		if (*value >> 60)
			return false;
		*value = *value << 4 | (unsigned)digit;
		args->at++;
	}
	return args->at > from;
}

static bool take_char(struct args *args, char c)
{
	if (args->at == args->end || *args->at != c)
		return false;
	args->at++;
	return true;
}

/* "ADDR,SIZE" */
static bool take_span(struct args *args, uint64_t *addr, uint64_t *size)
{
	return take_number(args, addr) && take_char(args, ',') &&
	       take_number(args, size);
}

static bool at_end(const struct args *args)
{
	return args->at == args->end;
}

/* ---- registers ---- */

static bool put_reg(struct sqz_gdb *gdb, unsigned number)
{
	uint64_t value;

	if (gdb->target.read_reg(gdb->target.context, number, &value))
		return false;
	sqz_gdb_text_reg(&gdb->reply, value);
	return true;
}

static bool set_reg(struct sqz_gdb *gdb, uint64_t number, const char *hex,
		    size_t length)
{
	uint8_t bytes[8];
	uint64_t value = 0;

	if (number > UINT16_MAX ||
	    !sqz_gdb_unhex(hex, length, bytes, sizeof(bytes)))
		return false;
	for (size_t i = 0; i < sizeof(bytes); i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	return !gdb->target.write_reg(gdb->target.context, (unsigned)number,
				      value);
}

static bool read_all(struct sqz_gdb *gdb, struct args args)
{
	(void)args;
	for (unsigned i = 0; i < SQZ_GDB_GENERAL; i++)
		if (!put_reg(gdb, i))
			return fail(gdb);
	return true;
}

static bool write_all(struct sqz_gdb *gdb, struct args args)
{
	if (args.end - args.at != 16 * SQZ_GDB_GENERAL)
		return fail(gdb);
	for (unsigned i = 0; i < SQZ_GDB_GENERAL; i++)
		if (!set_reg(gdb, i, args.at + 16 * i, 16))
			return fail(gdb);
	return done(gdb, true);
}

static bool read_one(struct sqz_gdb *gdb, struct args args)
{
	uint64_t number;

	if (!take_number(&args, &number) || !at_end(&args) ||
	    number > UINT16_MAX || !put_reg(gdb, (unsigned)number))
		return fail(gdb);
	return true;
}

static bool write_one(struct sqz_gdb *gdb, struct args args)
{
	uint64_t number;

	return done(gdb, take_number(&args, &number) && take_char(&args, '=') &&
			     set_reg(gdb, number, args.at,
				     (size_t)(args.end - args.at)));
}

/* ---- memory ---- */

static bool read_memory(struct sqz_gdb *gdb, struct args args)
{
	uint8_t bytes[256];
	uint64_t addr, size;
	const struct sqz_gdb_target *target = &gdb->target;

	if (!take_span(&args, &addr, &size) || !at_end(&args))
		return fail(gdb);
	/* Less than asked for is allowed. */
	if (size > SQZ_GDB_PACKET_BYTES / 2)
		size = SQZ_GDB_PACKET_BYTES / 2;
	while (size) {
		size_t part = size < sizeof(bytes) ? size : sizeof(bytes);
		size_t got =
		    target->read_memory(target->context, addr, bytes, part);

		sqz_gdb_text_hex(&gdb->reply, bytes, got);
		if (got < part)
			break;
		addr += part;
		size -= part;
	}
	return gdb->reply.length || !size ? true : fail(gdb);
}

static bool store(struct sqz_gdb *gdb, uint64_t addr, const void *from,
		  size_t size)
{
	const struct sqz_gdb_target *target = &gdb->target;

	return !size ||
	       target->write_memory(target->context, addr, from, size) == size;
}

static bool write_hex(struct sqz_gdb *gdb, struct args args)
{
	uint64_t addr, size;
	uint8_t bytes[256];

	if (!take_span(&args, &addr, &size) || !take_char(&args, ':') ||
	    (uint64_t)(args.end - args.at) != 2 * size)
		return fail(gdb);
	while (size) {
		size_t part = size < sizeof(bytes) ? size : sizeof(bytes);

		if (!sqz_gdb_unhex(args.at, 2 * part, bytes, part) ||
		    !store(gdb, addr, bytes, part))
			return fail(gdb);
		args.at += 2 * part;
		addr += part;
		size -= part;
	}
	return done(gdb, true);
}

static bool write_binary(struct sqz_gdb *gdb, struct args args)
{
	uint64_t addr, size;

	return done(gdb, take_span(&args, &addr, &size) &&
			     take_char(&args, ':') &&
			     (uint64_t)(args.end - args.at) == size &&
			     store(gdb, addr, args.at, (size_t)size));
}

/* ---- breakpoints and watchpoints ---- */

struct point {
	uint64_t type, addr, size;
};

static bool take_point(struct args *args, struct point *point)
{
	return take_number(args, &point->type) && take_char(args, ',') &&
	       take_span(args, &point->addr, &point->size) &&
	       (at_end(args) || *args->at == ';');
}

/* The place of this point in the table; of a free one if it is not there and
 * room is asked for; else -1. */
static int find_point(const struct sqz_gdb *gdb, const struct point *point,
		      bool room)
{
	int free_place = -1;

	for (int i = 0; i < SQZ_GDB_POINTS; i++) {
		if (!gdb->points[i].used)
			free_place = i;
		else if (gdb->points[i].type == point->type &&
			 gdb->points[i].addr == point->addr &&
			 gdb->points[i].size == point->size)
			return i;
	}
	return room ? free_place : -1;
}

/* Setting a point twice, or taking away what is not there, is no error: a
 * client may repeat itself. */
static bool insert(struct sqz_gdb *gdb, struct args args)
{
	const struct sqz_gdb_target *target = &gdb->target;
	struct point point;
	int place;

	if (!take_point(&args, &point))
		return fail(gdb);
	if (point.type >= SQZ_GDB_POINT_TYPES)
		return true;
	place = find_point(gdb, &point, true);
	if (place < 0)
		return fail(gdb);
	if (gdb->points[place].used)
		return done(gdb, true);
	if (target->insert(target->context, (enum sqz_gdb_point)point.type,
			   point.addr, point.size))
		return fail(gdb);
	gdb->points[place].used = true;
	gdb->points[place].type = (enum sqz_gdb_point)point.type;
	gdb->points[place].addr = point.addr;
	gdb->points[place].size = point.size;
	return done(gdb, true);
}

static bool take_away(struct sqz_gdb *gdb, struct args args)
{
	const struct sqz_gdb_target *target = &gdb->target;
	struct point point;
	int place;

	if (!take_point(&args, &point))
		return fail(gdb);
	if (point.type >= SQZ_GDB_POINT_TYPES)
		return true;
	place = find_point(gdb, &point, false);
	if (place >= 0) {
		gdb->points[place].used = false;
		target->remove(target->context, (enum sqz_gdb_point)point.type,
			       point.addr, point.size);
	}
	return done(gdb, true);
}

/* ---- running ---- */

static bool resume(struct sqz_gdb *gdb, enum sqz_gdb_resume how)
{
	if (gdb->state != SQZ_GDB_STOPPED)
		return fail(gdb);
	gdb->resume = how;
	gdb->state = SQZ_GDB_RUNNING;
	gdb->interrupt = false;
	return false;
}

/* c, s: from where it stands, or from an address. */
static bool resume_at(struct sqz_gdb *gdb, struct args args,
		      enum sqz_gdb_resume how)
{
	uint64_t addr;

	if (!at_end(&args) &&
	    (!take_number(&args, &addr) || !at_end(&args) ||
	     gdb->target.write_reg(gdb->target.context, SQZ_GDB_PC, addr)))
		return fail(gdb);
	return resume(gdb, how);
}

static bool go_on(struct sqz_gdb *gdb, struct args args)
{
	return resume_at(gdb, args, SQZ_GDB_CONTINUE);
}

static bool step(struct sqz_gdb *gdb, struct args args)
{
	return resume_at(gdb, args, SQZ_GDB_STEP);
}

/* C, S: with a signal, which a bare machine has no use for. */
static bool skip_signal(struct args *args)
{
	uint64_t number;

	return take_number(args, &number) &&
	       (at_end(args) || take_char(args, ';'));
}

static bool go_on_signalled(struct sqz_gdb *gdb, struct args args)
{
	return skip_signal(&args) ? go_on(gdb, args) : fail(gdb);
}

static bool step_signalled(struct sqz_gdb *gdb, struct args args)
{
	return skip_signal(&args) ? step(gdb, args) : fail(gdb);
}

/* One action of vCont; false if it is none. */
static bool take_action(struct sqz_gdb *gdb, struct args *args,
			enum sqz_gdb_resume *how)
{
	char action = args->at < args->end ? *args->at++ : '\0';
	uint64_t number;

	switch (action) {
	case 'C':
	case 'S':
		if (!take_number(args, &number))
			return false;
		*how = action == 'C' ? SQZ_GDB_CONTINUE : SQZ_GDB_STEP;
		return true;
	case 'c':
		*how = SQZ_GDB_CONTINUE;
		return true;
	case 's':
		*how = SQZ_GDB_STEP;
		return true;
	case 'r':
		*how = SQZ_GDB_RANGE;
		return take_span(args, &gdb->range_start, &gdb->range_end);
	default:
		return false;
	}
}

/* ":THREAD", or nothing for any. *ours: hart 0 is thread 1; 0 and -1 stand for
 * any. */
static bool take_thread(struct args *args, bool *ours)
{
	uint64_t thread;

	*ours = true;
	if (!take_char(args, ':') || take_char(args, '-'))
		return at_end(args) || *args->at == ';' ||
		       take_number(args, &thread);
	if (!take_number(args, &thread))
		return false;
	*ours = thread <= 1;
	return true;
}

static bool resume_by_list(struct sqz_gdb *gdb, struct args args)
{
	enum sqz_gdb_resume how = SQZ_GDB_CONTINUE, first = how;
	bool found = false, ours;

	while (take_char(&args, ';')) {
		if (!take_action(gdb, &args, &how) ||
		    !take_thread(&args, &ours))
			return fail(gdb);
		if (ours && !found)
			first = how;
		found = found || ours;
	}
	return at_end(&args) && found ? resume(gdb, first) : fail(gdb);
}

static bool tell_actions(struct sqz_gdb *gdb, struct args args)
{
	(void)args;
	return say(gdb, "vCont;c;C;s;S;r");
}

void sqz_gdb_stop_reply(struct sqz_gdb *gdb)
{
	static const char *const WATCHES[SQZ_GDB_POINT_TYPES] = {
		[SQZ_GDB_WRITE] = "watch",
		[SQZ_GDB_READ] = "rwatch",
		[SQZ_GDB_ACCESS] = "awatch",
	};
	static const uint8_t SIGNALS[] = {
		[SQZ_GDB_STEPPED] = 5,	  [SQZ_GDB_INTERRUPTED] = 2,
		[SQZ_GDB_BREAKPOINT] = 5, [SQZ_GDB_WATCHPOINT] = 5,
		[SQZ_GDB_FAULT] = 11,
	};
	const struct sqz_gdb_stop *stop = &gdb->last_stop;

	gdb->reply.length = 0;
	sqz_gdb_text_printf(&gdb->reply, "T%02x", SIGNALS[stop->reason]);
	if (stop->reason == SQZ_GDB_WATCHPOINT)
		sqz_gdb_text_printf(&gdb->reply, "%s:%llx;",
				    WATCHES[stop->watch],
				    (unsigned long long)stop->addr);
	else if (stop->reason == SQZ_GDB_BREAKPOINT && gdb->told_swbreak)
		say(gdb, "swbreak:;");
	sqz_gdb_text_printf(&gdb->reply, "%x:", SQZ_GDB_PC);
	put_reg(gdb, SQZ_GDB_PC);
	say(gdb, ";thread:1;");
}

static bool why(struct sqz_gdb *gdb, struct args args)
{
	(void)args;
	sqz_gdb_stop_reply(gdb);
	return true;
}

/* ---- the end ---- */

static bool detach(struct sqz_gdb *gdb, struct args args)
{
	(void)args;
	sqz_gdb_remove_points(gdb);
	gdb->state = SQZ_GDB_DETACHED;
	return done(gdb, true);
}

static bool kill_run(struct sqz_gdb *gdb, struct args args)
{
	(void)args;
	gdb->state = SQZ_GDB_KILLED;
	return false;
}

static bool kill_process(struct sqz_gdb *gdb, struct args args)
{
	kill_run(gdb, args);
	return done(gdb, true);
}

/* ---- queries ---- */

static bool tell_features(struct sqz_gdb *gdb, struct args args)
{
	gdb->told_swbreak = strstr(args.at, "swbreak+") != NULL;
	sqz_gdb_text_printf(&gdb->reply,
			    "PacketSize=%x;qXfer:features:read+;"
			    "QStartNoAckMode+;vContSupported+;swbreak+",
			    SQZ_GDB_PACKET_BYTES);
	return true;
}

static bool no_ack(struct sqz_gdb *gdb, struct args args)
{
	(void)args;
	gdb->no_ack = true;
	return done(gdb, true);
}

/* "target.xml:OFFSET,SIZE"; l: the last piece, m: there is more. */
static bool read_features(struct sqz_gdb *gdb, struct args args)
{
	static const char NAME[] = "target.xml:";
	struct sqz_gdb_text xml = { .data = gdb->text_data,
				    .room = sizeof(gdb->text_data) };
	uint64_t offset, size;

	if ((size_t)(args.end - args.at) < strlen(NAME) ||
	    memcmp(args.at, NAME, strlen(NAME)))
		return say(gdb, "E00");
	args.at += strlen(NAME);
	if (!take_span(&args, &offset, &size) || !at_end(&args))
		return fail(gdb);
	sqz_gdb_describe(&xml);
	if (offset > xml.length)
		return fail(gdb);
	if (size > SQZ_GDB_PACKET_BYTES - 1)
		size = SQZ_GDB_PACKET_BYTES - 1;
	if (size >= xml.length - offset) {
		size = xml.length - offset;
		say(gdb, "l");
	} else {
		say(gdb, "m");
	}
	sqz_gdb_text_bytes(&gdb->reply, xml.data + offset, size);
	return true;
}

static bool monitor(struct sqz_gdb *gdb, struct args args)
{
	char command[256];
	size_t length = (size_t)(args.end - args.at) / 2;
	struct sqz_gdb_text out = { .data = gdb->text_data,
				    .room = sizeof(gdb->text_data) };

	if (length >= sizeof(command) ||
	    !sqz_gdb_unhex(args.at, (size_t)(args.end - args.at), command,
			   length))
		return fail(gdb);
	command[length] = '\0';
	gdb->target.monitor(gdb->target.context, command, &out);
	sqz_gdb_send_console(gdb, out.data, out.length);
	return done(gdb, true);
}

static bool thread_alive(struct sqz_gdb *gdb, struct args args)
{
	uint64_t thread;

	return done(gdb, take_number(&args, &thread) && at_end(&args) &&
			     thread == 1);
}

static bool choose_thread(struct sqz_gdb *gdb, struct args args)
{
	uint64_t thread;

	if (!at_end(&args)) /* which operations it is for */
		args.at++;
	if (take_char(&args, '-'))
		return done(gdb, true);
	return done(gdb, take_number(&args, &thread) && thread <= 1);
}

static bool tell_name(struct sqz_gdb *gdb, struct args args)
{
	static const char NAME[] = "hart 0";

	(void)args;
	sqz_gdb_text_hex(&gdb->reply, NAME, strlen(NAME));
	return true;
}

/* ---- which is which ---- */

static const struct command {
	const char *name;
	bool whole; /* nothing may follow the name */
	bool (*obey)(struct sqz_gdb *gdb, struct args args);
	const char *answer; /* in place of obey */
} COMMANDS[] = {
	{ "?", true, why, NULL },
	{ "c", false, go_on, NULL },
	{ "C", false, go_on_signalled, NULL },
	{ "D", false, detach, NULL },
	{ "g", true, read_all, NULL },
	{ "G", false, write_all, NULL },
	{ "H", false, choose_thread, NULL },
	{ "k", true, kill_run, NULL },
	{ "m", false, read_memory, NULL },
	{ "M", false, write_hex, NULL },
	{ "p", false, read_one, NULL },
	{ "P", false, write_one, NULL },
	{ "qAttached", false, NULL, "1" },
	{ "qC", true, NULL, "QC1" },
	{ "qfThreadInfo", true, NULL, "m1" },
	{ "qsThreadInfo", true, NULL, "l" },
	{ "qRcmd,", false, monitor, NULL },
	{ "qSupported", false, tell_features, NULL },
	{ "qSymbol:", false, NULL, "OK" },
	{ "qThreadExtraInfo,", false, tell_name, NULL },
	{ "qXfer:features:read:", false, read_features, NULL },
	{ "QStartNoAckMode", true, no_ack, NULL },
	{ "s", false, step, NULL },
	{ "S", false, step_signalled, NULL },
	{ "T", false, thread_alive, NULL },
	{ "vCont?", true, tell_actions, NULL },
	{ "vCont", false, resume_by_list, NULL },
	{ "vKill", false, kill_process, NULL },
	{ "X", false, write_binary, NULL },
	{ "z", false, take_away, NULL },
	{ "Z", false, insert, NULL },
};

bool sqz_gdb_command(struct sqz_gdb *gdb)
{
	const struct sqz_gdb_parser *in = &gdb->in;

	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++) {
		const struct command *command = &COMMANDS[i];
		size_t length = strlen(command->name);

		if (in->length < length ||
		    memcmp(in->data, command->name, length) ||
		    (command->whole && in->length > length))
			continue;
		if (command->answer)
			return say(gdb, command->answer);
		return command->obey(
		    gdb,
		    (struct args){ in->data + length, in->data + in->length });
	}
	return true; /* an empty answer: not known */
}
