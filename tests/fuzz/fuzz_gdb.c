/*
 * What a GDB client may send. If the first byte is 0, the rest are the bytes of
 * the connection; else it is a list of lines: packets, which get their frame
 * and sum here, and "!", after which the CPU stops for the reason that the next
 * byte tells.
 */
#include "debug/gdb_registers.h"
#include "debug/gdb_server.h"
#include "debug/monitor.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#define MEMORY_BASE  0x80000000u
#define MEMORY_BYTES 0x1000u

struct client {
	struct sqz_gdb gdb;
	struct sqz_monitor monitor;
	uint64_t regs[SQZ_GDB_GENERAL];
	uint8_t memory[MEMORY_BYTES];
	int points; /* inserted */
};

static int read_reg(void *context, unsigned number, uint64_t *value)
{
	const struct client *client = context;

	if (number >= SQZ_GDB_GENERAL)
		return -1;
	*value = client->regs[number];
	return 0;
}

static int write_reg(void *context, unsigned number, uint64_t value)
{
	struct client *client = context;

	if (number >= SQZ_GDB_GENERAL)
		return -1;
	client->regs[number] = value;
	return 0;
}

/* Bytes of size from addr on that are there. */
static size_t there(uint64_t addr, size_t size)
{
	uint64_t offset = addr - MEMORY_BASE;

	if (offset >= MEMORY_BYTES)
		return 0;
	return size < MEMORY_BYTES - offset ? size : MEMORY_BYTES - offset;
}

static size_t read_memory(void *context, uint64_t addr, void *to, size_t size)
{
	struct client *client = context;
	size_t count = there(addr, size);

	/* All of the room must be there. */
	memset(to, 0, size);
	if (count)
		memcpy(to, client->memory + (addr - MEMORY_BASE), count);
	return count;
}

static size_t write_memory(void *context, uint64_t addr, const void *from,
			   size_t size)
{
	struct client *client = context;
	size_t count = there(addr, size);

	if (count)
		memcpy(client->memory + (addr - MEMORY_BASE), from, count);
	return count;
}

static int insert(void *context, enum sqz_gdb_point type, uint64_t addr,
		  uint64_t size)
{
	(void)addr;
	(void)size;
	if (type >= SQZ_GDB_POINT_TYPES)
		abort();
	((struct client *)context)->points++;
	return 0;
}

static void remove_point(void *context, enum sqz_gdb_point type, uint64_t addr,
			 uint64_t size)
{
	(void)addr;
	(void)size;
	if (type >= SQZ_GDB_POINT_TYPES)
		abort();
	((struct client *)context)->points--;
}

static void obey(void *context, const char *command, struct sqz_gdb_text *out)
{
	sqz_monitor_obey(&((struct client *)context)->monitor, command, out);
}

static void send_bytes(void *context, const void *data, size_t size)
{
	volatile uint8_t sum = 0;

	(void)context;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)data)[i]);
}

static void report(void *context, const char *line)
{
	(void)context;
	if (strchr(line, '\n'))
		abort();
}

static void tell_time(void *context, struct sqz_monitor_time *time)
{
	(void)context;
	*time = (struct sqz_monitor_time){ 2000, 1000, 3 };
}

static bool agree(void *context)
{
	(void)context;
	return true;
}

static bool trace(void *context, bool on)
{
	(void)context;
	return on;
}

/* The chip whose registers have names; made once. */
static const struct sqz_chip *chip(void)
{
	static struct sqz_config config;
	static struct sqz_chip layout;
	struct sqz_error err;

	if (!layout.entries &&
	    (sqz_config_load(&config, "configs/default.cfg", NULL, 0, &err) ||
	     sqz_chip_build(&config, &layout, &err)))
		abort();
	return &layout;
}

static void open_client(struct client *client)
{
	const struct sqz_gdb_target target = {
		.context = client,
		.read_reg = read_reg,
		.write_reg = write_reg,
		.read_memory = read_memory,
		.write_memory = write_memory,
		.insert = insert,
		.remove = remove_point,
		.monitor = obey,
		.send = send_bytes,
		.report = report,
	};

	client->monitor = (struct sqz_monitor){
		.layout = chip(),
		.rings = 4,
		.context = client,
		.look = read_memory,
		.time = tell_time,
		.trace = trace,
		.reset = agree,
	};
	sqz_gdb_init(&client->gdb, &target);
	sqz_gdb_connect(&client->gdb);
}

static void stop(struct client *client, uint8_t why)
{
	const struct sqz_gdb_stop reason = {
		.reason = why % (SQZ_GDB_FAULT + 1),
		.watch = SQZ_GDB_WRITE + why / 8 % 3,
		.addr = MEMORY_BASE + why,
	};

	if (client->gdb.state == SQZ_GDB_RUNNING)
		sqz_gdb_stopped(&client->gdb, &reason);
}

static void send_line(struct client *client, const uint8_t *line, size_t size)
{
	static char framed[4 * SQZ_GDB_PACKET_BYTES];
	struct sqz_gdb_text out = { framed, sizeof(framed), 0, false };

	if (size > SQZ_GDB_PACKET_BYTES)
		size = SQZ_GDB_PACKET_BYTES;
	sqz_gdb_frame(&out, line, size);
	sqz_gdb_input(&client->gdb, framed, out.length);
}

static void send_lines(struct client *client, const uint8_t *at, size_t left)
{
	while (left > 0) {
		const uint8_t *end = memchr(at, '\n', left);
		size_t size = end ? (size_t)(end - at) : left;

		if (size > 1 && at[0] == '!')
			stop(client, at[1]);
		else
			send_line(client, at, size);
		size += end != NULL;
		at += size;
		left -= size;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct client client;

	if (size == 0)
		return 0;
	memset(&client, 0, sizeof(client));
	open_client(&client);
	if (data[0] == 0)
		sqz_gdb_input(&client.gdb, data + 1, size - 1);
	else
		send_lines(&client, data, size);
	if (client.gdb.state == SQZ_GDB_RUNNING)
		sqz_gdb_exited(&client.gdb, 0);
	sqz_gdb_forget(&client.gdb);
	if (client.points != 0)
		abort();
	return 0;
}
