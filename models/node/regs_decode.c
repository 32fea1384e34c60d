#include "node/regs_decode.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* First expansion: registers. */
#define SQZ_REG(name, offset, reset, access, meaning)                          \
	{ #name, offset, reset, SQZ_ACCESS_##access, meaning },
#define SQZ_FIELD(reg, name, low, width, meaning)

static const struct sqz_reg_info CONTROLLER_REGS[] = {
#include "sqz/regs_controller.def"
};
static const struct sqz_reg_info RING_REGS[] = {
#include "sqz/regs_ring.def"
};
static const struct sqz_reg_info MAILBOX_REGS[] = {
#include "sqz/regs_mailbox.def"
};
static const struct sqz_reg_info COUNTERS_REGS[] = {
#include "sqz/regs_counters.def"
};
static const struct sqz_reg_info TILE_REGS[] = {
#include "sqz/regs_tile.def"
};
static const struct sqz_reg_info BUFFER_REGS[] = {
#include "sqz/regs_buffer.def"
};

/* Second expansion: their fields. */
#undef SQZ_REG
#undef SQZ_FIELD
#define SQZ_REG(name, offset, reset, access, meaning)
#define SQZ_FIELD(reg, name, low, width, meaning)                              \
	{ #reg, #name, low, width, meaning },

static const struct sqz_reg_field_info CONTROLLER_FIELDS[] = {
#include "sqz/regs_controller.def"
};
static const struct sqz_reg_field_info RING_FIELDS[] = {
#include "sqz/regs_ring.def"
};
static const struct sqz_reg_field_info MAILBOX_FIELDS[] = {
#include "sqz/regs_mailbox.def"
};
static const struct sqz_reg_field_info COUNTERS_FIELDS[] = {
#include "sqz/regs_counters.def"
};
static const struct sqz_reg_field_info TILE_FIELDS[] = {
#include "sqz/regs_tile.def"
};
static const struct sqz_reg_field_info BUFFER_FIELDS[] = {
#include "sqz/regs_buffer.def"
};

#define BLOCK(title, prefix)                                                   \
	{                                                                      \
		title, prefix##_REGS, COUNT(prefix##_REGS), prefix##_FIELDS,   \
		    COUNT(prefix##_FIELDS)                                     \
	}
static const struct sqz_reg_block BLOCKS[SQZ_BLOCKS] = {
	[SQZ_BLOCK_CONTROLLER] = BLOCK("controller", CONTROLLER),
	[SQZ_BLOCK_RING] = BLOCK("ring", RING),
	[SQZ_BLOCK_MAILBOX] = BLOCK("mailbox", MAILBOX),
	[SQZ_BLOCK_COUNTERS] = BLOCK("counters", COUNTERS),
	[SQZ_BLOCK_TILE] = BLOCK("tile", TILE),
	[SQZ_BLOCK_BUFFER] = BLOCK("buffer", BUFFER),
};

static const char *const ACCESS_NAMES[] = {
	[SQZ_ACCESS_RO] = "RO",
	[SQZ_ACCESS_RW] = "RW",
	[SQZ_ACCESS_WO] = "WO",
	[SQZ_ACCESS_W1C] = "W1C",
};

const struct sqz_reg_block *sqz_reg_block(enum sqz_block_id id)
{
	return &BLOCKS[id];
}

const char *sqz_reg_access_name(enum sqz_reg_access access)
{
	return ACCESS_NAMES[access];
}

const struct sqz_reg_info *sqz_reg_find(const struct sqz_reg_block *block,
					uint64_t offset)
{
	uint64_t guess = offset / 4;

	/* Tables without gaps hold register i at offset 4 * i. */
	if (guess < block->reg_count && block->regs[guess].offset == offset)
		return &block->regs[guess];
	for (size_t i = 0; i < block->reg_count; i++)
		if (block->regs[i].offset == offset)
			return &block->regs[i];
	return NULL;
}

const char *sqz_reg_fault(const struct sqz_reg_block *block, uint64_t offset,
			  uint32_t size_bytes, bool is_write)
{
	if (size_bytes != 4)
		return "registers take 32-bit accesses only";
	if (offset % 4 != 0)
		return "misaligned register access";

	const struct sqz_reg_info *info = sqz_reg_find(block, offset);

	if (!info)
		return "no register at this offset";
	if (is_write && info->access == SQZ_ACCESS_RO)
		return "write to a read-only register";
	if (!is_write && info->access == SQZ_ACCESS_WO)
		return "read of a write-only register";
	return NULL;
}

const struct sqz_reg_info *sqz_reg_check(const struct sqz_reg_block *block,
					 uint64_t offset, uint32_t size_bytes,
					 bool is_write)
{
	if (sqz_reg_fault(block, offset, size_bytes, is_write))
		return NULL;
	return sqz_reg_find(block, offset);
}

void sqz_reg_file_reset(struct sqz_reg_file *file, enum sqz_block_id id)
{
	file->block = &BLOCKS[id];
	for (size_t i = 0; i < SQZ_REGS_MAX; i++)
		file->values[i] = 0;
	for (size_t i = 0; i < file->block->reg_count; i++)
		sqz_reg_set(file, file->block->regs[i].offset,
			    file->block->regs[i].reset);
}

enum sqz_status sqz_reg_file_access(struct sqz_reg_file *file, uint64_t offset,
				    uint32_t size_bytes, bool is_write,
				    uint64_t *value)
{
	const struct sqz_reg_info *info =
	    sqz_reg_check(file->block, offset, size_bytes, is_write);

	if (!info)
		return SQZ_ERR_ADDRESS;

	uint32_t *stored = &file->values[info->offset / 4];

	if (!is_write)
		*value = *stored;
	else if (info->access == SQZ_ACCESS_RW)
		*stored = (uint32_t)*value;
	else if (info->access == SQZ_ACCESS_W1C)
		*stored &= ~(uint32_t)*value;
	return SQZ_OK;
}

/* Values are indexed by offset / 4. */
#define LAST(prefix, reg)                                                      \
	_Static_assert(SQZ_##prefix##_##reg / 4 < SQZ_REGS_MAX, #prefix)
LAST(CONTROLLER, COMPLETED);
LAST(RING, EPOCH);
LAST(MAILBOX, IMAGE_BYTES);
LAST(COUNTERS, FLIT_HOPS_HI);
LAST(TILE, ROW_WRITES_HI);
LAST(BUFFER, WRITTEN_BYTES_HI);
