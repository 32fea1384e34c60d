#include "debug/monitor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "node/regs_decode.h"
#include "sqz/memmap.h"

/* ---- registers of the board's devices ---- */

static const struct board_reg {
	const char *device;
	const char *name;
	uint64_t addr;
	uint8_t bytes;
} BOARD[] = {
	{ "clint", "MSIP", SQZ_CLINT_BASE, 4 },
	{ "clint", "MTIMECMP", SQZ_CLINT_BASE + 0x4000, 8 },
	{ "clint", "MTIME", SQZ_CLINT_BASE + 0xbff8, 8 },
	{ "plic", "PENDING_0", SQZ_PLIC_BASE + 0x1000, 4 },
	{ "plic", "PENDING_32", SQZ_PLIC_BASE + 0x1004, 4 },
	{ "plic", "PENDING_64", SQZ_PLIC_BASE + 0x1008, 4 },
	{ "plic", "ENABLE_0", SQZ_PLIC_BASE + 0x2000, 4 },
	{ "plic", "ENABLE_32", SQZ_PLIC_BASE + 0x2004, 4 },
	{ "plic", "ENABLE_64", SQZ_PLIC_BASE + 0x2008, 4 },
	{ "plic", "THRESHOLD", SQZ_PLIC_BASE + 0x200000, 4 },
	{ "plic", "NEXT_CLAIM", SQZ_PLIC_BASE + 0x200004, 4 },
	{ "uart", "RBR", SQZ_UART_BASE, 1 },
	{ "uart", "IER", SQZ_UART_BASE + 1, 1 },
	{ "uart", "IIR", SQZ_UART_BASE + 2, 1 },
	{ "uart", "LCR", SQZ_UART_BASE + 3, 1 },
	{ "uart", "MCR", SQZ_UART_BASE + 4, 1 },
	{ "uart", "LSR", SQZ_UART_BASE + 5, 1 },
	{ "uart", "MSR", SQZ_UART_BASE + 6, 1 },
	{ "uart", "SCR", SQZ_UART_BASE + 7, 1 },
};

#define BOARD_COUNT (sizeof(BOARD) / sizeof(BOARD[0]))

/* False if it is not what was asked for; reg NULL: all of the device. */
static bool show_board(const struct sqz_monitor *monitor, const char *device,
		       const char *reg, struct sqz_gdb_text *out)
{
	bool any = false;

	for (size_t i = 0; i < BOARD_COUNT; i++) {
		const struct board_reg *r = &BOARD[i];
		uint64_t value = 0;

		if (strcasecmp(r->device, device) ||
		    (reg && strcasecmp(r->name, reg)))
			continue;
		any = true;
		monitor->look(monitor->context, r->addr, &value, r->bytes);
		sqz_gdb_text_printf(out, "%s.%s 0x%0*" PRIx64 "\n", r->device,
				    r->name, 2 * r->bytes, value);
	}
	return any;
}

/* ---- registers of the accelerator ---- */

/* A block of registers in the address map. */
struct place {
	char name[24];
	const struct sqz_reg_block *block;
	uint64_t base;
};

static bool is_block(const struct sqz_monitor *monitor, unsigned index,
		     enum sqz_block_id *id, uint64_t *base)
{
	static const struct {
		enum sqz_block_id id;
		uint64_t base;
	} SINGLE[] = {
		{ SQZ_BLOCK_CONTROLLER, SQZ_CONTROLLER_BASE },
		{ SQZ_BLOCK_MAILBOX, SQZ_MAILBOX_BASE },
		{ SQZ_BLOCK_COUNTERS, SQZ_COUNTERS_BASE },
	};
	const unsigned singles = sizeof(SINGLE) / sizeof(SINGLE[0]);
	const struct sqz_node_entry *entry;

	if (index < singles) {
		*id = SINGLE[index].id;
		*base = SINGLE[index].base;
		return true;
	}
	index -= singles;
	if (index < monitor->rings) {
		*id = SQZ_BLOCK_RING;
		*base = SQZ_CONTROLLER_BASE + SQZ_RING_OFFSET +
			(uint64_t)index * SQZ_RING_STRIDE;
		return true;
	}
	entry = &monitor->layout->entries[index - monitor->rings];
	*id = entry->kind == SQZ_NODE_TILE ? SQZ_BLOCK_TILE : SQZ_BLOCK_BUFFER;
	*base = entry->window +
		(*id == SQZ_BLOCK_BUFFER ? entry->window_bytes / 2 : 0);
	return entry->kind == SQZ_NODE_TILE || entry->kind == SQZ_NODE_BUFFER;
}

enum { FIRST_RING = 3 };

static unsigned place_count(const struct sqz_monitor *monitor)
{
	return FIRST_RING + monitor->rings + monitor->layout->nodes;
}

/* False where a node has no registers. */
static bool find_place(const struct sqz_monitor *monitor, unsigned index,
		       struct place *place)
{
	enum sqz_block_id id;

	if (!is_block(monitor, index, &id, &place->base))
		return false;
	place->block = sqz_reg_block(id);
	if (index < FIRST_RING) /* there is but one */
		snprintf(place->name, sizeof(place->name), "%s",
			 place->block->name);
	else
		snprintf(place->name, sizeof(place->name), "%s%u",
			 place->block->name,
			 id == SQZ_BLOCK_RING
			     ? index - FIRST_RING
			     : index - FIRST_RING - monitor->rings);
	return true;
}

static void show_fields(const struct sqz_reg_block *block,
			const struct sqz_reg_info *reg, uint32_t value,
			struct sqz_gdb_text *out)
{
	const char *separator = "  ";

	for (size_t i = 0; i < block->field_count; i++) {
		const struct sqz_reg_field_info *f = &block->fields[i];

		if (strcmp(f->reg, reg->name))
			continue;
		sqz_gdb_text_printf(
		    out, "%s%s=%u", separator, f->name,
		    (value & sqz_field_mask(f->lsb, f->width)) >> f->lsb);
		separator = " ";
	}
}

static void show_reg(const struct sqz_monitor *monitor,
		     const struct place *place, const struct sqz_reg_info *reg,
		     struct sqz_gdb_text *out)
{
	uint32_t value = 0;

	sqz_gdb_text_printf(out, "%s.%s ", place->name, reg->name);
	if (reg->access == SQZ_ACCESS_WO)
		sqz_gdb_text_printf(out, "write-only");
	else if (monitor->look(monitor->context, place->base + reg->offset,
			       &value, sizeof(value)) != sizeof(value))
		sqz_gdb_text_printf(out, "not to be had");
	else {
		sqz_gdb_text_printf(out, "0x%08x", value);
		show_fields(place->block, reg, value, out);
	}
	sqz_gdb_text_printf(out, "\n");
}

/* False: no such block or register. */
static bool show_block(const struct sqz_monitor *monitor, const char *name,
		       const char *reg, struct sqz_gdb_text *out)
{
	struct place place;
	bool any = false;

	for (unsigned i = 0; i < place_count(monitor); i++) {
		if (!find_place(monitor, i, &place) ||
		    strcasecmp(place.name, name))
			continue;
		for (size_t k = 0; k < place.block->reg_count; k++) {
			const struct sqz_reg_info *r = &place.block->regs[k];

			if (reg && strcasecmp(r->name, reg))
				continue;
			any = true;
			show_reg(monitor, &place, r, out);
		}
	}
	return any;
}

static void list_blocks(const struct sqz_monitor *monitor,
			struct sqz_gdb_text *out)
{
	struct place place;

	sqz_gdb_text_printf(out, "clint plic uart");
	for (unsigned i = 0; i < place_count(monitor); i++)
		if (find_place(monitor, i, &place))
			sqz_gdb_text_printf(out, " %s", place.name);
	sqz_gdb_text_printf(out, "\n");
}

/* ---- commands ---- */

static void help(const struct sqz_monitor *monitor, const char *argument,
		 struct sqz_gdb_text *out)
{
	(void)monitor;
	(void)argument;
	sqz_gdb_text_printf(
	    out,
	    "time                  simulated time, of the CPU and the chip\n"
	    "reg                   names of the blocks of registers\n"
	    "reg BLOCK[.REGISTER]  registers with their fields: "
	    "reg ring0.STATUS\n"
	    "reset                 start the program again\n"
	    "trace on|off          what tiles, packets and counters do\n");
}

static void tell_time(const struct sqz_monitor *monitor, const char *argument,
		      struct sqz_gdb_text *out)
{
	struct sqz_monitor_time t;

	(void)argument;
	monitor->time(monitor->context, &t);
	sqz_gdb_text_printf(out,
			    "cpu %" PRIu64 ".%06" PRIu64 " us, chip %" PRIu64
			    ".%06" PRIu64 " us, %" PRIu64 " instructions\n",
			    t.cpu_ps / 1000000, t.cpu_ps % 1000000,
			    t.chip_ps / 1000000, t.chip_ps % 1000000,
			    t.instructions);
}

static void show(const struct sqz_monitor *monitor, const char *argument,
		 struct sqz_gdb_text *out)
{
	char block[64];
	const char *reg = strchr(argument, '.');
	size_t length = reg ? (size_t)(reg - argument) : strlen(argument);

	if (!*argument) {
		list_blocks(monitor, out);
		return;
	}
	reg = reg ? reg + 1 : NULL;
	snprintf(block, sizeof(block), "%.*s",
		 (int)(length < sizeof(block) ? length : sizeof(block) - 1),
		 argument);
	if (!show_board(monitor, block, reg, out) &&
	    !show_block(monitor, block, reg, out))
		sqz_gdb_text_printf(out,
				    "no register or block '%.64s'; `monitor "
				    "reg` lists the blocks\n",
				    argument);
}

static void reset(const struct sqz_monitor *monitor, const char *argument,
		  struct sqz_gdb_text *out)
{
	(void)argument;
	sqz_gdb_text_printf(out, monitor->reset(monitor->context)
				     ? "the program starts again; "
				       "`flushregs` shows it\n"
				     : "the program cannot be loaded again\n");
}

static void trace(const struct sqz_monitor *monitor, const char *argument,
		  struct sqz_gdb_text *out)
{
	bool on = !strcmp(argument, "on");

	if (!on && strcmp(argument, "off"))
		sqz_gdb_text_printf(out, "trace on, or trace off\n");
	else if (!monitor->trace(monitor->context, on))
		sqz_gdb_text_printf(out, "this run writes no trace\n");
}

void sqz_monitor_obey(const struct sqz_monitor *monitor, const char *command,
		      struct sqz_gdb_text *out)
{
	static const struct {
		const char *name;
		void (*obey)(const struct sqz_monitor *monitor,
			     const char *argument, struct sqz_gdb_text *out);
	} COMMANDS[] = {
		{ "help", help },   { "time", tell_time }, { "reg", show },
		{ "reset", reset }, { "trace", trace },
	};
	size_t length = strcspn(command, " ");
	const char *argument = command + length;

	argument += strspn(argument, " ");
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++) {
		if (strlen(COMMANDS[i].name) != length ||
		    memcmp(COMMANDS[i].name, command, length))
			continue;
		COMMANDS[i].obey(monitor, argument, out);
		return;
	}
	sqz_gdb_text_printf(out,
			    "unknown command '%.64s'; `monitor help` lists "
			    "them\n",
			    command);
}
