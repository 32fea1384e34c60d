/*
 * Register offsets, field masks and reset values, made from the tables in
 * regs_*.def:
 *
 *   SQZ_CONTROLLER_CTRL            offset in bytes
 *   SQZ_CONTROLLER_CTRL_ENABLE_LSB, _WIDTH
 *   sqz_field(value, SQZ_CONTROLLER_CAPS_RINGS)   extracts a field
 *
 * Registers are 32 bit and naturally aligned; any other access faults.
 */
#ifndef SQZ_REGS_H
#define SQZ_REGS_H

#include <stdint.h>

#define SQZ_REG_ENUM_REG(block, name, offset) SQZ_##block##_##name = (offset),
#define SQZ_REG_ENUM_FIELD(block, reg, name, low, width)                       \
	SQZ_##block##_##reg##_##name##_LSB = (low),                            \
	SQZ_##block##_##reg##_##name##_WIDTH = (width),

#define SQZ_REG(name, offset, reset, access, meaning)                          \
	SQZ_REG_ENUM_REG(CONTROLLER, name, offset)
#define SQZ_FIELD(reg, name, low, width, meaning)                              \
	SQZ_REG_ENUM_FIELD(CONTROLLER, reg, name, low, width)
enum sqz_controller_regs {
#include "sqz/regs_controller.def"
};
#undef SQZ_REG
#undef SQZ_FIELD

#define SQZ_REG(name, offset, reset, access, meaning)                          \
	SQZ_REG_ENUM_REG(RING, name, offset)
#define SQZ_FIELD(reg, name, low, width, meaning)                              \
	SQZ_REG_ENUM_FIELD(RING, reg, name, low, width)
enum sqz_ring_regs {
#include "sqz/regs_ring.def"
};
#undef SQZ_REG
#undef SQZ_FIELD

#define SQZ_REG(name, offset, reset, access, meaning)                          \
	SQZ_REG_ENUM_REG(MAILBOX, name, offset)
#define SQZ_FIELD(reg, name, low, width, meaning)                              \
	SQZ_REG_ENUM_FIELD(MAILBOX, reg, name, low, width)
enum sqz_mailbox_regs {
#include "sqz/regs_mailbox.def"
};
#undef SQZ_REG
#undef SQZ_FIELD

#define SQZ_REG(name, offset, reset, access, meaning)                          \
	SQZ_REG_ENUM_REG(COUNTERS, name, offset)
#define SQZ_FIELD(reg, name, low, width, meaning)                              \
	SQZ_REG_ENUM_FIELD(COUNTERS, reg, name, low, width)
enum sqz_counters_regs {
#include "sqz/regs_counters.def"
};
#undef SQZ_REG
#undef SQZ_FIELD

#define SQZ_REG(name, offset, reset, access, meaning)                          \
	SQZ_REG_ENUM_REG(TILE, name, offset)
#define SQZ_FIELD(reg, name, low, width, meaning)                              \
	SQZ_REG_ENUM_FIELD(TILE, reg, name, low, width)
enum sqz_tile_regs {
#include "sqz/regs_tile.def"
};
#undef SQZ_REG
#undef SQZ_FIELD

#define SQZ_REG(name, offset, reset, access, meaning)                          \
	SQZ_REG_ENUM_REG(BUFFER, name, offset)
#define SQZ_FIELD(reg, name, low, width, meaning)                              \
	SQZ_REG_ENUM_FIELD(BUFFER, reg, name, low, width)
enum sqz_buffer_regs {
#include "sqz/regs_buffer.def"
};
#undef SQZ_REG
#undef SQZ_FIELD

/* The ID registers' values. */
#define SQZ_ID_CONTROLLER 0x53515a43u
#define SQZ_ID_MAILBOX    0x53515a4du
#define SQZ_ID_COUNTERS   0x53515a4eu
#define SQZ_ID_TILE       0x53515a54u
#define SQZ_ID_BUFFER     0x53515a42u

static inline uint32_t sqz_field_mask(unsigned lsb, unsigned width)
{
	return (width >= 32 ? 0xffffffffu : (1u << width) - 1) << lsb;
}

/* sqz_field(v, SQZ_CONTROLLER_CAPS_RINGS): the field's value, shifted down. */
#define sqz_field(value, field)                                                \
	(((uint32_t)(value)&sqz_field_mask(field##_LSB, field##_WIDTH)) >>     \
	 field##_LSB)
/* sqz_bits(SQZ_CONTROLLER_CTRL_ENABLE, 1): the value moved into the field. */
#define sqz_bits(field, value)                                                 \
	(((uint32_t)(value) << field##_LSB) &                                  \
	 sqz_field_mask(field##_LSB, field##_WIDTH))

#endif
