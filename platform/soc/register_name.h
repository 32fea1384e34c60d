/* Names of registers, and why an access to one faults, for one-line messages.
 */
#ifndef SQZ_PLATFORM_REGISTER_NAME_H
#define SQZ_PLATFORM_REGISTER_NAME_H

#include "node/regs_decode.h"
#include "soc/word_access.h"

namespace sqz
{

/* "tile.CTRL: misaligned register access"; offset: from the block's first
 * register. */
inline std::string register_fault(sqz_block_id id, uint64_t offset,
				  const word_access &access)
{
	const struct sqz_reg_block *block = sqz_reg_block(id);
	const struct sqz_reg_info *reg = sqz_reg_find(block, offset & ~3ull);
	const char *why =
	    sqz_reg_fault(block, offset, access.size, access.write);

	return std::string(block->name) +
	       (reg ? std::string(".") + reg->name : "") + ": " +
	       (why ? why : "the register refuses this");
}

} // namespace sqz

#endif
