/* Small programs: one segment, a few symbols. */
#include "seeds.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>

struct program {
	Elf64_Ehdr head;
	Elf64_Phdr segments[2];
	Elf64_Shdr sections[3];
	Elf64_Sym symbols[4];
	char names[24];
	uint8_t code[16];
};

#define AT(field) offsetof(struct program, field)

static void set_head(struct program *p)
{
	memcpy(p->head.e_ident, ELFMAG, SELFMAG);
	p->head.e_ident[EI_CLASS] = ELFCLASS64;
	p->head.e_ident[EI_DATA] = ELFDATA2LSB;
	p->head.e_type = ET_EXEC;
	p->head.e_machine = EM_RISCV;
	p->head.e_entry = 0x80000000;
	p->head.e_phoff = AT(segments);
	p->head.e_phentsize = sizeof(p->segments[0]);
	p->head.e_phnum = 2;
	p->head.e_shoff = AT(sections);
	p->head.e_shentsize = sizeof(p->sections[0]);
	p->head.e_shnum = 3;
}

static void set_segments(struct program *p)
{
	p->segments[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
				       .p_offset = AT(code),
				       .p_paddr = 0x80000000,
				       .p_filesz = sizeof(p->code),
				       .p_memsz = 64 };
	p->segments[1] = (Elf64_Phdr){ .p_type = PT_LOAD,
				       .p_paddr = 0x80008000,
				       .p_memsz = 0x100 };
}

static void set_symbols(struct program *p)
{
	static const char names[] = "\0main\0twice\0handler";

	memcpy(p->names, names, sizeof(names));
	p->sections[1] = (Elf64_Shdr){ .sh_type = SHT_SYMTAB,
				       .sh_link = 2,
				       .sh_offset = AT(symbols),
				       .sh_size = sizeof(p->symbols) };
	p->sections[2] = (Elf64_Shdr){ .sh_type = SHT_STRTAB,
				       .sh_offset = AT(names),
				       .sh_size = sizeof(p->names) };
	for (unsigned i = 1; i < 4; i++)
		p->symbols[i] = (Elf64_Sym){
			.st_name = i < 3 ? 6 * i - 5 : 12,
			.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
			.st_shndx = 1,
			.st_value = 0x80000000 + 4 * (i - 1),
			.st_size = i == 3 ? 0 : 4,
		};
}

void seeds_elf(const char *folder)
{
	struct program program;

	memset(&program, 0, sizeof(program));
	set_head(&program);
	set_segments(&program);
	set_symbols(&program);
	seeds_write(folder, "elf", "whole", &program, sizeof(program));
	program.head.e_shnum = 0;
	seeds_write(folder, "elf", "stripped", &program, sizeof(program));
	program.segments[0].p_paddr = 0x8000fff8;
	seeds_write(folder, "elf", "outside", &program, sizeof(program));
}
