#include "cpu/elf.h"

#include "host/file.h"

#include <elf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_BYTES = 1 << 30 };

struct file {
	const char *name;
	const uint8_t *data;
	size_t size;
	struct sqz_error *err;
};

/* Does first .. first + count - 1 lie in the file? */
static bool inside(const struct file *f, uint64_t first, uint64_t count)
{
	return first <= f->size && count <= f->size - first;
}

static int check_header(const struct file *f, Elf64_Ehdr *h)
{
	if (f->size < EI_NIDENT || memcmp(f->data, ELFMAG, SELFMAG) != 0)
		return sqz_fail(f->err, "%s: not an ELF file", f->name);
	if (f->data[EI_CLASS] != ELFCLASS64)
		return sqz_fail(f->err, "%s: not a 64-bit ELF file", f->name);
	if (f->data[EI_DATA] != ELFDATA2LSB)
		return sqz_fail(f->err, "%s: not little-endian", f->name);
	if (f->size < sizeof(*h))
		return sqz_fail(f->err, "%s: truncated in the ELF header",
				f->name);
	memcpy(h, f->data, sizeof(*h));
	if (h->e_machine != EM_RISCV)
		return sqz_fail(f->err, "%s: machine %u is not RISC-V (%u)",
				f->name, h->e_machine, EM_RISCV);
	if (h->e_type != ET_EXEC)
		return sqz_fail(f->err, "%s: type %u is not an executable",
				f->name, h->e_type);
	if (h->e_phnum == 0)
		return sqz_fail(f->err, "%s: nothing to load", f->name);
	if (h->e_phentsize != sizeof(Elf64_Phdr) ||
	    !inside(f, h->e_phoff, h->e_phnum * sizeof(Elf64_Phdr)))
		return sqz_fail(f->err, "%s: program headers outside the file",
				f->name);
	return 0;
}

static int load_segment(const struct file *f, unsigned number,
			const Elf64_Phdr *p,
			const struct sqz_elf_target *target)
{
	uint64_t zero = p->p_memsz - p->p_filesz;

	if (!inside(f, p->p_offset, p->p_filesz))
		return sqz_fail(f->err, "%s: segment %u outside the file",
				f->name, number);
	if (p->p_filesz > p->p_memsz || p->p_paddr + p->p_memsz < p->p_paddr)
		return sqz_fail(f->err, "%s: segment %u has impossible sizes",
				f->name, number);
	if ((p->p_filesz &&
	     target->copy(target->ctx, p->p_paddr, f->data + p->p_offset,
			  p->p_filesz) < 0) ||
	    (zero && target->copy(target->ctx, p->p_paddr + p->p_filesz, NULL,
				  zero) < 0))
		return sqz_fail(f->err,
				"%s: segment %u (0x%" PRIx64 ", %" PRIu64
				" bytes) outside memory",
				f->name, number, p->p_paddr, p->p_memsz);
	return 0;
}

static int load_segments(const struct file *f, const Elf64_Ehdr *h,
			 const struct sqz_elf_target *target)
{
	for (unsigned k = 0; k < h->e_phnum; k++) {
		Elf64_Phdr p;

		memcpy(&p, f->data + h->e_phoff + k * sizeof(p), sizeof(p));
		if (p.p_type == PT_LOAD && p.p_memsz &&
		    load_segment(f, k, &p, target) < 0)
			return -1;
	}
	return 0;
}

/* ---- symbols ---- */

static void section(const struct file *f, const Elf64_Ehdr *h, unsigned k,
		    Elf64_Shdr *s)
{
	memcpy(s, f->data + h->e_shoff + k * sizeof(*s), sizeof(*s));
}

/* Finds the symbol table and its strings. 0: none; 1: found; -1: broken. */
static int find_symbols(const struct file *f, const Elf64_Ehdr *h,
			Elf64_Shdr *symbols, Elf64_Shdr *strings)
{
	if (h->e_shnum == 0)
		return 0;
	if (h->e_shentsize != sizeof(Elf64_Shdr) ||
	    !inside(f, h->e_shoff, h->e_shnum * sizeof(Elf64_Shdr)))
		return sqz_fail(f->err, "%s: section headers outside the file",
				f->name);
	for (unsigned k = 0; k < h->e_shnum; k++) {
		section(f, h, k, symbols);
		if (symbols->sh_type != SHT_SYMTAB)
			continue;
		if (symbols->sh_link >= h->e_shnum)
			break;
		section(f, h, symbols->sh_link, strings);
		if (strings->sh_type == SHT_STRTAB && strings->sh_size &&
		    inside(f, symbols->sh_offset, symbols->sh_size) &&
		    inside(f, strings->sh_offset, strings->sh_size))
			return 1;
		break;
	}
	if (symbols->sh_type != SHT_SYMTAB)
		return 0;
	return sqz_fail(f->err, "%s: broken symbol table", f->name);
}

static int compare(const void *left, const void *right)
{
	const struct sqz_elf_function *a = left, *b = right;

	if (a->addr != b->addr)
		return a->addr < b->addr ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int allocate(const struct file *f, struct sqz_elf *elf, size_t symbols,
		    const Elf64_Shdr *strings)
{
	elf->names = malloc(strings->sh_size + 1);
	elf->functions = calloc(symbols + 1, sizeof(elf->functions[0]));
	if (!elf->names || !elf->functions)
		return sqz_fail(f->err, "%s: out of memory", f->name);
	memcpy(elf->names, f->data + strings->sh_offset, strings->sh_size);
	elf->names[strings->sh_size] = '\0';
	return 0;
}

static int read_functions(const struct file *f, const Elf64_Ehdr *h,
			  struct sqz_elf *elf)
{
	Elf64_Shdr symbols = { 0 }, strings = { 0 };
	int found = find_symbols(f, h, &symbols, &strings);
	size_t count;

	if (found <= 0)
		return found;
	count = symbols.sh_size / sizeof(Elf64_Sym);
	if (allocate(f, elf, count, &strings) < 0)
		return -1;
	for (size_t k = 0; k < count; k++) {
		Elf64_Sym s;

		memcpy(&s, f->data + symbols.sh_offset + k * sizeof(s),
		       sizeof(s));
		if (ELF64_ST_TYPE(s.st_info) != STT_FUNC ||
		    s.st_shndx == SHN_UNDEF || s.st_name >= strings.sh_size)
			continue;
		elf->functions[elf->function_count++] =
		    (struct sqz_elf_function){ s.st_value, s.st_size,
					       elf->names + s.st_name };
	}
	qsort(elf->functions, elf->function_count, sizeof(elf->functions[0]),
	      compare);
	return 0;
}

/* ---- the interface ---- */

int sqz_elf_parse(const char *name, const uint8_t *data, size_t size,
		  const struct sqz_elf_target *target, struct sqz_elf *elf,
		  struct sqz_error *err)
{
	const struct file f = { name, data, size, err };
	Elf64_Ehdr h = { 0 };

	memset(elf, 0, sizeof(*elf));
	if (check_header(&f, &h) < 0 || load_segments(&f, &h, target) < 0 ||
	    read_functions(&f, &h, elf) < 0) {
		sqz_elf_free(elf);
		return -1;
	}
	elf->entry = h.e_entry;
	return 0;
}

int sqz_elf_load(const char *path, const struct sqz_elf_target *target,
		 struct sqz_elf *elf, struct sqz_error *err)
{
	struct sqz_bytes bytes;
	int status;

	memset(elf, 0, sizeof(*elf));
	if (sqz_read_file(path, LIMIT_BYTES, &bytes, err) < 0)
		return -1;
	status = sqz_elf_parse(path, bytes.data, bytes.size, target, elf, err);
	sqz_bytes_free(&bytes);
	return status;
}

const struct sqz_elf_function *sqz_elf_find(const struct sqz_elf *elf,
					    uint64_t addr)
{
	size_t low = 0, high = elf->function_count;
	const struct sqz_elf_function *f;

	while (low < high) { /* the first function beyond addr */
		size_t middle = low + (high - low) / 2;

		if (elf->functions[middle].addr <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	f = &elf->functions[low - 1];
	return f->size == 0 || addr - f->addr < f->size ? f : NULL;
}

void sqz_elf_free(struct sqz_elf *elf)
{
	free(elf->functions);
	free(elf->names);
	memset(elf, 0, sizeof(*elf));
}
