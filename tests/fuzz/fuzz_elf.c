/* ELF programs, into 64 KiB of memory. */
#include "cpu/elf.h"
#include "fuzz.h"

#include <string.h>

#define BASE  0x80000000u
#define BYTES 0x10000u

static int copy(void *memory, uint64_t addr, const void *data, uint64_t size)
{
	if (addr < BASE || addr - BASE > BYTES || size > BYTES - (addr - BASE))
		return -1;
	if (data)
		memcpy((uint8_t *)memory + (addr - BASE), data, size);
	else
		memset((uint8_t *)memory + (addr - BASE), 0, size);
	return 0;
}

/* Every function is found where it begins, or one that begins there too. */
static void look_up(const struct sqz_elf *elf)
{
	for (size_t i = 0; i < elf->function_count; i++) {
		const struct sqz_elf_function *found =
		    sqz_elf_find(elf, elf->functions[i].addr);

		if (found && found->addr != elf->functions[i].addr)
			__builtin_trap();
		(void)strlen(elf->functions[i].name);
	}
	(void)sqz_elf_find(elf, elf->entry);
	(void)sqz_elf_find(elf, UINT64_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t memory[BYTES];
	const struct sqz_elf_target target = { copy, memory };
	struct sqz_elf elf;
	struct sqz_error err;

	if (sqz_elf_parse("input", data, size, &target, &elf, &err) == 0) {
		look_up(&elf);
		sqz_elf_free(&elf);
	}
	return 0;
}
