/*
 * GDB's protocol without a simulator: packets, commands, points, whatever a
 * client may send. The target is 64 registers and 256 bytes of memory.
 */
#include "debug/gdb_registers.h"
#include "debug/gdb_server.h"

#include "suite.h"

#include <stdlib.h>
#include <string.h>

enum { MEMORY = 256, BASE = 0x1000, REGS = 0x2000 };

struct rig {
	struct sqz_gdb gdb;
	uint64_t regs[REGS];
	uint8_t memory[MEMORY];
	char log[4096];	  /* points, monitor commands, reports */
	char sent[65536]; /* all packets */
	size_t sent_length;
	int room; /* points that there is room for */
};

static void note(struct rig *r, const char *format, unsigned long long a,
		 unsigned long long b, unsigned long long c)
{
	size_t used = strlen(r->log);

	snprintf(r->log + used, sizeof(r->log) - used, format, a, b, c);
}

static int read_reg(void *context, unsigned number, uint64_t *value)
{
	struct rig *r = context;

	if (number >= REGS)
		return -1;
	*value = r->regs[number];
	return 0;
}

static int write_reg(void *context, unsigned number, uint64_t value)
{
	struct rig *r = context;

	if (number >= REGS)
		return -1;
	r->regs[number] = value;
	return 0;
}

static size_t had(uint64_t addr, size_t size)
{
	uint64_t offset = addr - BASE;

	if (offset >= MEMORY)
		return 0;
	return size < MEMORY - offset ? size : MEMORY - offset;
}

static size_t read_memory(void *context, uint64_t addr, void *to, size_t size)
{
	struct rig *r = context;
	size_t count = had(addr, size);

	if (count)
		memcpy(to, r->memory + (addr - BASE), count);
	return count;
}

static size_t write_memory(void *context, uint64_t addr, const void *from,
			   size_t size)
{
	struct rig *r = context;
	size_t count = had(addr, size);

	if (count)
		memcpy(r->memory + (addr - BASE), from, count);
	return count;
}

static int insert(void *context, enum sqz_gdb_point type, uint64_t addr,
		  uint64_t size)
{
	struct rig *r = context;

	if (!r->room)
		return -1;
	r->room--;
	note(r, "+%llu:%llx,%llx ", type, addr, size);
	return 0;
}

static void take_away(void *context, enum sqz_gdb_point type, uint64_t addr,
		      uint64_t size)
{
	struct rig *r = context;

	r->room++;
	note(r, "-%llu:%llx,%llx ", type, addr, size);
}

static void monitor(void *context, const char *command,
		    struct sqz_gdb_text *out)
{
	(void)context;
	sqz_gdb_text_printf(out, "<%s>", command);
}

static void take(void *context, const void *data, size_t size)
{
	struct rig *r = context;

	ck_assert_uint_lt(r->sent_length + size, sizeof(r->sent));
	memcpy(r->sent + r->sent_length, data, size);
	r->sent_length += size;
	r->sent[r->sent_length] = '\0';
}

static void report(void *context, const char *line)
{
	struct rig *r = context;
	size_t used = strlen(r->log);

	snprintf(r->log + used, sizeof(r->log) - used, "!%s!", line);
}

static struct rig *rig_create(void)
{
	struct rig *r = calloc(1, sizeof(*r));
	const struct sqz_gdb_target target = {
		.context = r,
		.read_reg = read_reg,
		.write_reg = write_reg,
		.read_memory = read_memory,
		.write_memory = write_memory,
		.insert = insert,
		.remove = take_away,
		.monitor = monitor,
		.send = take,
		.report = report,
	};

	ck_assert_ptr_nonnull(r);
	r->room = 4;
	sqz_gdb_init(&r->gdb, &target);
	sqz_gdb_connect(&r->gdb);
	return r;
}

static void input(struct rig *r, const char *raw)
{
	r->sent_length = 0;
	r->sent[0] = '\0';
	sqz_gdb_input(&r->gdb, raw, strlen(raw));
}

static void send_packet(struct rig *r, const char *data)
{
	char raw[2048];
	unsigned sum = 0;

	for (const char *c = data; *c; c++)
		sum += (uint8_t)*c;
	snprintf(raw, sizeof(raw), "$%s#%02x", data, sum & 0xff);
	input(r, raw);
}

/* The packet is answered with + and the packet `answer`; NULL: with + only. */
static void expect(struct rig *r, const char *data, const char *answer)
{
	char packet[2048];
	unsigned sum = 0;

	send_packet(r, data);
	for (const char *c = answer; c && *c; c++)
		sum += (uint8_t)*c;
	snprintf(packet, sizeof(packet), answer ? "+$%s#%02x" : "+",
		 answer ? answer : "", sum & 0xff);
	ck_assert_str_eq(r->sent, packet);
}

START_TEST(packets)
{
	struct rig *r = rig_create();

	input(r, "+$qC#b4");
	ck_assert_str_eq(r->sent, "+$QC1#c5");
	input(r, "-"); /* once more */
	ck_assert_str_eq(r->sent, "$QC1#c5");
	input(r, "$qC#b5");
	ck_assert_str_eq(r->sent, "-");
	input(r, "$qC#b5$qC#b4"); /* complains once */
	ck_assert_str_eq(r->sent, "-+$QC1#c5");
	ck_assert_str_eq(r->log, "!gdb: a packet with a wrong checksum: asked "
				 "for it again!");
	input(r, "$q$qC#b4"); /* the first was cut */
	ck_assert_str_eq(r->sent, "+$QC1#c5");
	expect(r, "QStartNoAckMode", "OK");
	input(r, "$qC#b4$qC#b5-");
	ck_assert_str_eq(r->sent, "$QC1#c5");
	free(r);
}
END_TEST

START_TEST(registers)
{
	struct rig *r = rig_create();

	r->regs[5] = 0x1122334455667788;
	expect(r, "p5", "8877665544332211");
	expect(r, "p2000", "E01");
	expect(r, "P341=0807060504030201", "OK");
	ck_assert_uint_eq(r->regs[0x341], 0x0102030405060708);
	expect(r, "P341=08070605040302", "E01");
	expect(r, "P341=080706050403020x", "E01");
	send_packet(r, "g");
	ck_assert_uint_eq(r->sent_length, 1 + 4 + 16 * 33);
	ck_assert(!strncmp(r->sent + 2 + 16 * 5, "8877665544332211", 16));
	free(r);
}
END_TEST

START_TEST(memory)
{
	struct rig *r = rig_create();

	expect(r, "M1000,4:01020304", "OK");
	expect(r, "m1000,4", "01020304");
	expect(r,
	       "X1004,3:a}\x03"
	       "b",
	       "OK");
	expect(r, "m1004,3", "612362");
	expect(r, "X1000,0:", "OK");
	expect(r, "m10fe,8", "0000"); /* what there is */
	expect(r, "m1100,1", "E01");
	expect(r, "M10ff,2:0102", "E01");
	expect(r, "X10ff,2:ab", "E01");
	expect(r, "M1000,4:010203", "E01");
	expect(r, "mfffffffffffffffff,1", "E01");
	free(r);
}
END_TEST

START_TEST(points)
{
	struct rig *r = rig_create();

	expect(r, "Z0,1000,2", "OK");
	expect(r, "Z0,1000,2", "OK"); /* no second one */
	expect(r, "Z2,1010,8", "OK");
	expect(r, "z0,1000,4", "OK"); /* another size: not there */
	expect(r, "Z5,1000,2", "");
	ck_assert_str_eq(r->log, "+0:1000,2 +2:1010,8 ");
	expect(r, "z2,1010,8", "OK");
	r->room = 0;
	expect(r, "Z1,1000,2", "E01");
	r->log[0] = '\0';
	expect(r, "D", "OK"); /* takes all away */
	ck_assert_int_eq(r->gdb.state, SQZ_GDB_DETACHED);
	ck_assert_str_eq(r->log, "-0:1000,2 ");
	free(r);
}
END_TEST

/* Answers to packets that let it run come when it stops. */
START_TEST(running)
{
	static const struct {
		const char *packet;
		enum sqz_gdb_resume how;
	} cases[] = {
		{ "c", SQZ_GDB_CONTINUE },
		{ "s", SQZ_GDB_STEP },
		{ "C05", SQZ_GDB_CONTINUE },
		{ "S05", SQZ_GDB_STEP },
		{ "vCont;c", SQZ_GDB_CONTINUE },
		{ "vCont;s:1", SQZ_GDB_STEP },
		{ "vCont;s:1;c", SQZ_GDB_STEP },
		{ "vCont;s:5;c:-1", SQZ_GDB_CONTINUE },
		{ "vCont;C05", SQZ_GDB_CONTINUE },
		{ "vCont;r10,20:1;c", SQZ_GDB_RANGE },
	};
	const struct sqz_gdb_stop stop = { .reason = SQZ_GDB_STEPPED };
	struct rig *r = rig_create();

	r->regs[32] = 0x42;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		expect(r, cases[i].packet, NULL);
		ck_assert_int_eq(r->gdb.state, SQZ_GDB_RUNNING);
		ck_assert_int_eq(r->gdb.resume, cases[i].how);
		input(r, "");
		sqz_gdb_stopped(&r->gdb, &stop);
		ck_assert_int_eq(r->gdb.state, SQZ_GDB_STOPPED);
		ck_assert(!strncmp(r->sent,
				   "$T0520:4200000000000000;thread:1;#", 34));
	}
	ck_assert_uint_eq(r->gdb.range_start, 0x10);
	ck_assert_uint_eq(r->gdb.range_end, 0x20);
	expect(r, "c1234", NULL);
	ck_assert_uint_eq(r->regs[32], 0x1234);
	expect(r, "c", "E01"); /* it runs */
	free(r);
}
END_TEST

START_TEST(stops)
{
	static const struct {
		struct sqz_gdb_stop stop;
		const char *told;
	} cases[] = {
		{ { SQZ_GDB_INTERRUPTED, 0, 0 }, "$T0220:" },
		{ { SQZ_GDB_BREAKPOINT, 0, 0 }, "$T05swbreak:;20:" },
		{ { SQZ_GDB_WATCHPOINT, SQZ_GDB_WRITE, 0x10 },
		  "$T05watch:10;20:" },
		{ { SQZ_GDB_WATCHPOINT, SQZ_GDB_READ, 0x10 },
		  "$T05rwatch:10;20:" },
		{ { SQZ_GDB_WATCHPOINT, SQZ_GDB_ACCESS, 0x10 },
		  "$T05awatch:10;20:" },
		{ { SQZ_GDB_FAULT, 0, 0 }, "$T0b20:" },
	};
	struct rig *r = rig_create();

	send_packet(r, "qSupported:multiprocess+;swbreak+");
	ck_assert_ptr_nonnull(strstr(r->sent, "PacketSize=4000;"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		send_packet(r, "c");
		input(r, "\x03");
		ck_assert(r->gdb.interrupt);
		sqz_gdb_stopped(&r->gdb, &cases[i].stop);
		ck_assert(!r->gdb.interrupt);
		ck_assert(
		    !strncmp(r->sent, cases[i].told, strlen(cases[i].told)));
	}
	input(r, "\x03"); /* stopped already */
	ck_assert(!r->gdb.interrupt);
	send_packet(r, "c");
	input(r, "");
	sqz_gdb_exited(&r->gdb, 3);
	ck_assert_str_eq(r->sent, "$W03#ba");
	ck_assert_int_eq(r->gdb.state, SQZ_GDB_NO_CLIENT);
	free(r);
}
END_TEST

START_TEST(monitor_commands)
{
	struct rig *r = rig_create();

	send_packet(r, "qRcmd,6869"); /* hi -> <hi> */
	ck_assert_str_eq(r->sent, "+$O3c68693e#5a$OK#9a");
	expect(r, "qRcmd,686", "E01");
	free(r);
}
END_TEST

/* Pieces of the description make up the whole, whatever their size. */
START_TEST(description)
{
	struct rig *r = rig_create();
	char whole[16384], pieces[16384], ask[64];
	struct sqz_gdb_text text = { .data = whole, .room = sizeof(whole) };
	size_t length = 0;
	size_t csrs;

	sqz_gdb_describe(&text);
	ck_assert(!text.cut);
	do {
		snprintf(ask, sizeof(ask),
			 "qXfer:features:read:target.xml:%zx,3e7", length);
		send_packet(r, ask);
		size_t part = r->sent_length - 6;

		ck_assert_uint_lt(length + part, sizeof(pieces));
		memcpy(pieces + length, r->sent + 3, part);
		length += part;
	} while (r->sent[2] == 'm');
	ck_assert_uint_eq(length, text.length);
	ck_assert_mem_eq(pieces, whole, length);
	sqz_gdb_csrs(&csrs);
	ck_assert_uint_gt(csrs, 30);
	free(r);
}
END_TEST

START_TEST(bad_clients)
{
	struct rig *r = rig_create();
	char *large = malloc(SQZ_GDB_PACKET_BYTES + 16);

	ck_assert_ptr_nonnull(large);
	memset(large, 'q', SQZ_GDB_PACKET_BYTES + 8);
	memcpy(large, "$", 1);
	memcpy(large + SQZ_GDB_PACKET_BYTES + 8, "#00", 4);
	input(r, large);
	ck_assert_str_eq(r->sent, "+$E01#a6");
	free(large);
	ck_assert_ptr_nonnull(strstr(r->log, "longer than 16384 bytes"));
	for (unsigned i = 0; i <= SQZ_GDB_GARBAGE_BYTES; i++) {
		ck_assert_int_eq(r->gdb.state, SQZ_GDB_STOPPED);
		input(r, "x");
	}
	ck_assert_int_eq(r->gdb.state, SQZ_GDB_LOST);
	send_packet(r, "qC"); /* nobody listens */
	ck_assert_str_eq(r->sent, "");
	free(r);
}
END_TEST

/* Noise: nothing may happen to memory that is not the server's. */
START_TEST(noise)
{
	static const char ALPHABET[] = "$#+-}*;:,=0123456789abcdefgGmMpPXZzvC"
				       "osSrcqHT\x03\xff ";
	struct rig *r = rig_create();
	uint32_t seed = 1;

	for (int round = 0; round < 20000; round++) {
		char data[40];
		size_t length = 0;

		while (length < sizeof(data) - 1) {
			seed = seed * 1664525 + 1013904223;
			data[length++] =
			    ALPHABET[(seed >> 8) % (sizeof(ALPHABET) - 1)];
			if (seed >> 27 == 0)
				break;
		}
		data[length] = '\0';
		if (r->gdb.state != SQZ_GDB_STOPPED)
			sqz_gdb_connect(&r->gdb);
		r->log[0] = '\0';
		send_packet(r, data);
	}
	free(r);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("gdb protocol");
	TCase *t = tcase_create("protocol");

	tcase_add_test(t, packets);
	tcase_add_test(t, registers);
	tcase_add_test(t, memory);
	tcase_add_test(t, points);
	tcase_add_test(t, running);
	tcase_add_test(t, stops);
	tcase_add_test(t, monitor_commands);
	tcase_add_test(t, description);
	tcase_add_test(t, bad_clients);
	tcase_add_test(t, noise);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return sqz_suite_main(suite());
}
