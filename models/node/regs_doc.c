#include "node/regs_doc.h"

#include <inttypes.h>
#include <string.h>

#include "node/regs_decode.h"
#include "sqz/memmap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct range {
	const char *name;
	uint64_t base;
	uint64_t bytes;
	const char *meaning;
};

static const struct range MAP[] = {
	{ "finisher", SQZ_FINISHER_BASE, SQZ_FINISHER_BYTES,
	  "ends the run with an exit code" },
	{ "CLINT", SQZ_CLINT_BASE, SQZ_CLINT_BYTES,
	  "timer and software interrupt" },
	{ "PLIC", SQZ_PLIC_BASE, SQZ_PLIC_BYTES, "external interrupts" },
	{ "UART", SQZ_UART_BASE, SQZ_UART_BYTES, "ns16550a" },
	{ "flash", SQZ_FLASH_BASE, SQZ_FLASH_MAX_BYTES,
	  "read only; bytes: at most" },
	{ "controller", SQZ_CONTROLLER_BASE, SQZ_CONTROLLER_BYTES,
	  "the accelerator's registers, rings and node table" },
	{ "mailbox", SQZ_MAILBOX_BASE, SQZ_MAILBOX_BYTES,
	  "test images in, logits out" },
	{ "counters", SQZ_COUNTERS_BASE, SQZ_COUNTERS_BYTES,
	  "what the network has carried" },
	{ "DRAM", SQZ_DRAM_BASE, SQZ_DRAM_MAX_BYTES, "bytes: at most" },
};

struct line {
	unsigned source;
	const char *meaning;
};

static const struct line LINES[] = {
	{ SQZ_IRQ_UART, "UART" },
	{ SQZ_IRQ_MAILBOX, "mailbox: IRQ_STATUS & IRQ_ENABLE" },
	{ SQZ_IRQ_RING0, "ring 0; ring r is this number + r: bit r of the "
			 "controller's IRQ_STATUS & IRQ_ENABLE" },
	{ SQZ_IRQ_ERROR, "the controller's IRQ_STATUS & IRQ_ENABLE, bits ERROR "
			 "and NODE" },
};

struct member {
	size_t offset;
	size_t bytes;
	const char *name;
};

#define MEMBER(type, name)                                                     \
	{                                                                      \
		offsetof(struct type, name), sizeof(((struct type *)0)->name), \
		    #name                                                      \
	}

static const struct member NODE_ENTRY[] = {
	MEMBER(sqz_node_entry, kind),
	MEMBER(sqz_node_entry, adc_bits),
	MEMBER(sqz_node_entry, slots),
	MEMBER(sqz_node_entry, x),
	MEMBER(sqz_node_entry, y),
	MEMBER(sqz_node_entry, window),
	MEMBER(sqz_node_entry, window_bytes),
	MEMBER(sqz_node_entry, arrays),
	MEMBER(sqz_node_entry, memory_kib),
};

static const struct member DESC[] = {
	MEMBER(sqz_desc, type),	    MEMBER(sqz_desc, flags),
	MEMBER(sqz_desc, node),	    MEMBER(sqz_desc, slot),
	MEMBER(sqz_desc, layer),    MEMBER(sqz_desc, cookie),
	MEMBER(sqz_desc, src),	    MEMBER(sqz_desc, dst),
	MEMBER(sqz_desc, aux),	    MEMBER(sqz_desc, list),
	MEMBER(sqz_desc, length),   MEMBER(sqz_desc, timeout_us),
	MEMBER(sqz_desc, partial),
};

static const struct member COMPLETION[] = {
	MEMBER(sqz_completion, cookie), MEMBER(sqz_completion, status),
	MEMBER(sqz_completion, phase),	MEMBER(sqz_completion, address),
	MEMBER(sqz_completion, node),	MEMBER(sqz_completion, sequence),
};

static void write_map(FILE *out)
{
	fputs("## Memory map\n\n| base | bytes | what | |\n|---|---|---|---|\n",
	      out);
	for (size_t i = 0; i < COUNT(MAP); i++)
		fprintf(out, "| 0x%08" PRIx64 " | 0x%" PRIx64 " | %s | %s |\n",
			MAP[i].base, MAP[i].bytes, MAP[i].name, MAP[i].meaning);
	fprintf(out,
		"| 0x%" PRIx64 " and up | | node windows | where exactly: in "
		"the node table |\n\n",
		(uint64_t)SQZ_WINDOW_BASE);
	fprintf(out,
		"A tile's window has 0x%x bytes, registers first. A buffer's "
		"window has up to\n0x%x bytes: its memory at the beginning, "
		"its registers in the middle.\n\n",
		SQZ_TILE_WINDOW_BYTES, SQZ_BUFFER_WINDOW_MAX_BYTES);
}

static void write_interrupts(FILE *out)
{
	fputs("## Interrupts\n\n| PLIC source | level |\n|---|---|\n", out);
	for (size_t i = 0; i < COUNT(LINES); i++)
		fprintf(out, "| %u | %s |\n", LINES[i].source,
			LINES[i].meaning);
	fputs("\n", out);
}

static void write_fields(FILE *out, const struct sqz_reg_block *block,
			 const struct sqz_reg_info *reg)
{
	for (size_t i = 0; i < block->field_count; i++) {
		const struct sqz_reg_field_info *field = &block->fields[i];
		unsigned high = field->lsb + field->width - 1u;

		if (strcmp(field->reg, reg->name) != 0)
			continue;
		fputs("| | | | ", out);
		if (high == field->lsb)
			fprintf(out, "[%u]", high);
		else
			fprintf(out, "[%u:%u]", high, field->lsb);
		fprintf(out, " %s | %s |\n", field->name, field->meaning);
	}
}

static void write_block(FILE *out, const char *title, enum sqz_block_id id)
{
	const struct sqz_reg_block *block = sqz_reg_block(id);

	fprintf(out,
		"## %s\n\n| offset | reset | access | name | meaning |\n"
		"|---|---|---|---|---|\n",
		title);
	for (size_t i = 0; i < block->reg_count; i++) {
		const struct sqz_reg_info *reg = &block->regs[i];

		fprintf(out, "| 0x%03x | 0x%08x | %s | **%s** | %s |\n",
			reg->offset, reg->reset,
			sqz_reg_access_name(reg->access), reg->name,
			reg->meaning);
		write_fields(out, block, reg);
	}
	fputs("\n", out);
}

static void write_layout(FILE *out, const char *title,
			 const struct member *members, size_t count)
{
	fprintf(out, "## %s\n\n| offset | bytes | member |\n|---|---|---|\n",
		title);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "| 0x%02zx | %zu | %s |\n", members[i].offset,
			members[i].bytes, members[i].name);
	fputs("\n", out);
}

static void write_blocks(FILE *out)
{
	char title[80];

	write_block(out, "Controller", SQZ_BLOCK_CONTROLLER);
	snprintf(title, sizeof(title), "Ring r (controller + 0x%x + r * 0x%x)",
		 SQZ_RING_OFFSET, SQZ_RING_STRIDE);
	write_block(out, title, SQZ_BLOCK_RING);
	write_block(out, "Mailbox", SQZ_BLOCK_MAILBOX);
	write_block(out, "Counters of the network", SQZ_BLOCK_COUNTERS);
	write_block(out, "Tile", SQZ_BLOCK_TILE);
	write_block(out, "Buffer (in the middle of its window)",
		    SQZ_BLOCK_BUFFER);
}

void sqz_regs_doc(FILE *out)
{
	char title[80];

	fputs("# Registers\n\n"
	      "Made by `sqz-regdoc` from `software/include/sqz/`; change the "
	      "tables there, not this\npage.\n\n"
	      "Registers are 32 bit and naturally aligned. Another size or "
	      "alignment, an offset\nthat is not listed, a write to an RO "
	      "register and a read of a WO register fault\n(access fault in "
	      "the guest).\n"
	      "RW: read and write; W1C: bits written as 1 are cleared.\n\n",
	      out);
	write_map(out);
	write_interrupts(out);
	write_blocks(out);
	snprintf(title, sizeof(title),
		 "Node table entry (controller + 0x%x + node * %d)",
		 SQZ_NODE_TABLE_OFFSET, SQZ_NODE_ENTRY_BYTES);
	fputs("Layouts below are little-endian; meanings are in "
	      "`software/include/sqz/desc.h`.\n\n",
	      out);
	write_layout(out, title, NODE_ENTRY, COUNT(NODE_ENTRY));
	write_layout(out, "Descriptor", DESC, COUNT(DESC));
	write_layout(out, "Completion", COMPLETION, COUNT(COMPLETION));
}
