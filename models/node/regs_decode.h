/*
 * Register blocks as tables, made from software/include/sqz/regs_*.def.
 *
 * Access rules of every block: 32 bit, naturally aligned. A wrong size or
 * alignment, an offset that no register has, a write to a read-only register
 * and a read of a write-only one fault (SQZ_ERR_ADDRESS); nothing is ignored in
 * silence, because each of them is a bug in the driver.
 *
 * struct sqz_reg_file holds a block's values and applies the table's access
 * rules. The owner keeps read-only registers current before a read, and acts on
 * what was written after a write.
 */
#ifndef SQZ_MODELS_REGS_DECODE_H
#define SQZ_MODELS_REGS_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sqz/desc.h"
#include "sqz/regs.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sqz_reg_access {
	SQZ_ACCESS_RO,
	SQZ_ACCESS_RW,
	SQZ_ACCESS_WO,	/* nothing is stored: the owner gets the write */
	SQZ_ACCESS_W1C, /* bits written as 1 are cleared */
};

struct sqz_reg_info {
	const char *name;
	uint32_t offset; /* bytes from the block's first */
	uint32_t reset;
	enum sqz_reg_access access;
	const char *meaning;
};

struct sqz_reg_field_info {
	const char *reg; /* the register's name */
	const char *name;
	uint8_t lsb;
	uint8_t width; /* bits, 1 to 32 */
	const char *meaning;
};

enum sqz_block_id {
	SQZ_BLOCK_CONTROLLER,
	SQZ_BLOCK_RING,
	SQZ_BLOCK_MAILBOX,
	SQZ_BLOCK_COUNTERS,
	SQZ_BLOCK_TILE,
	SQZ_BLOCK_BUFFER,
	SQZ_BLOCKS
};

struct sqz_reg_block {
	const char *name; /* "controller", "ring", ... */
	const struct sqz_reg_info *regs;
	size_t reg_count;
	const struct sqz_reg_field_info *fields; /* grouped by register */
	size_t field_count;
};

const struct sqz_reg_block *sqz_reg_block(enum sqz_block_id id);

/* The register at this byte offset, NULL if there is none. */
const struct sqz_reg_info *sqz_reg_find(const struct sqz_reg_block *block,
					uint64_t offset);

/* "RO", "RW", "WO", "W1C". */
const char *sqz_reg_access_name(enum sqz_reg_access access);

/* The register an access reaches; NULL if the access faults. */
const struct sqz_reg_info *sqz_reg_check(const struct sqz_reg_block *block,
					 uint64_t offset, uint32_t size_bytes,
					 bool is_write);

/* What is wrong with a faulting access, for one-line messages: "no register at
 * this offset". NULL if it does not fault. */
const char *sqz_reg_fault(const struct sqz_reg_block *block, uint64_t offset,
			  uint32_t size_bytes, bool is_write);

#define SQZ_REGS_MAX 32 /* registers in the largest block, or more */

struct sqz_reg_file {
	const struct sqz_reg_block *block;
	uint32_t values[SQZ_REGS_MAX]; /* by offset / 4 */
};

/* All registers to their reset values. */
void sqz_reg_file_reset(struct sqz_reg_file *file, enum sqz_block_id id);

/* One access as the table allows it: a read gives *value (zero-extended), a
 * write stores (RW) or clears (W1C). SQZ_OK or SQZ_ERR_ADDRESS (*value is not
 * touched). */
enum sqz_status sqz_reg_file_access(struct sqz_reg_file *file, uint64_t offset,
				    uint32_t size_bytes, bool is_write,
				    uint64_t *value);

/* Direct access by the owner; offset is one of the SQZ_<BLOCK>_<NAME>. */
static inline uint32_t sqz_reg_get(const struct sqz_reg_file *file,
				   uint32_t offset)
{
	return file->values[offset / 4];
}

static inline void sqz_reg_set(struct sqz_reg_file *file, uint32_t offset,
			       uint32_t value)
{
	file->values[offset / 4] = value;
}

/* A 64-bit counter into a pair of registers, low half first. */
static inline void sqz_reg_set64(struct sqz_reg_file *file, uint32_t low_offset,
				 uint64_t value)
{
	file->values[low_offset / 4] = (uint32_t)value;
	file->values[low_offset / 4 + 1] = (uint32_t)(value >> 32);
}

static inline uint64_t sqz_reg_get64(const struct sqz_reg_file *file,
				     uint32_t low_offset)
{
	return (uint64_t)file->values[low_offset / 4 + 1] << 32 |
	       file->values[low_offset / 4];
}

#ifdef __cplusplus
}
#endif

#endif
