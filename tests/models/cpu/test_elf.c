/*
 * The ELF loader on a small hand-made file and on every way to break it. (The
 * comparison with QEMU loads real ones.)
 */
#include "cpu/elf.h"
#include "suite.h"

#include <elf.h>
#include <string.h>

/* An executable with one segment (8 bytes and 8 zero bytes at 0x80000000), a
 * symbol table and its strings. */
struct file {
	Elf64_Ehdr head;
	Elf64_Phdr segment[2];
	Elf64_Shdr section[3];
	Elf64_Sym symbol[5];
	char names[24];
	uint8_t code[8];
};

#define AT(field) offsetof(struct file, field)

static struct file make(void)
{
	struct file f = {
		.head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64,
				       ELFDATA2LSB, 1 },
			  .e_type = ET_EXEC,
			  .e_machine = EM_RISCV,
			  .e_version = 1,
			  .e_entry = 0x80000004,
			  .e_phoff = AT(segment),
			  .e_shoff = AT(section),
			  .e_ehsize = sizeof(Elf64_Ehdr),
			  .e_phentsize = sizeof(Elf64_Phdr),
			  .e_phnum = 2,
			  .e_shentsize = sizeof(Elf64_Shdr),
			  .e_shnum = 3 },
		.segment = { { .p_type = PT_NOTE, .p_offset = 1u << 30 },
			     { .p_type = PT_LOAD,
			       .p_offset = AT(code),
			       .p_vaddr = 0x1000, /* not where it goes */
			       .p_paddr = 0x80000000,
			       .p_filesz = 8,
			       .p_memsz = 16 } },
		.section = { { 0 },
			     { .sh_type = SHT_SYMTAB,
			       .sh_link = 2,
			       .sh_offset = AT(symbol),
			       .sh_size = sizeof(f.symbol),
			       .sh_entsize = sizeof(Elf64_Sym) },
			     { .sh_type = SHT_STRTAB,
			       .sh_offset = AT(names),
			       .sh_size = sizeof(f.names) } },
		.symbol = { { 0 },
			    { .st_name = 1,
			      .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
			      .st_shndx = 1,
			      .st_value = 0x80000008,
			      .st_size = 4 },
			    { .st_name = 6,
			      .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
			      .st_shndx = 1,
			      .st_value = 0x80000000,
			      .st_size = 8 },
			    { .st_name = 12,
			      .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC),
			      .st_shndx = 1,
			      .st_value = 0x80000000 },
			    { .st_name = 17,
			      .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
			      .st_shndx = SHN_UNDEF } },
		.code = { 1, 2, 3, 4, 5, 6, 7, 8 },
	};

	memcpy(f.names, "\0main\0table\0init\0extern", sizeof(f.names));
	return f;
}

struct memory {
	uint8_t bytes[32]; /* at 0x80000000 */
};

static int copy(void *ctx, uint64_t addr, const void *data, uint64_t size)
{
	struct memory *m = ctx;
	uint64_t offset = addr - 0x80000000;

	if (offset > sizeof(m->bytes) || size > sizeof(m->bytes) - offset)
		return -1;
	if (data)
		memcpy(m->bytes + offset, data, size);
	else
		memset(m->bytes + offset, 0, size);
	return 0;
}

static int parse(const void *data, size_t size, struct sqz_elf *elf,
		 struct memory *m, struct sqz_error *err)
{
	struct sqz_elf_target target = { copy, m };

	/* A copy of its exact size, so that reading past the end is caught. */
	uint8_t *exact = malloc(size ? size : 1);
	memcpy(exact, data, size);
	int status = sqz_elf_parse("x.elf", exact, size, &target, elf, err);
	free(exact);
	return status;
}

START_TEST(loads)
{
	static const uint8_t expected[17] = { 1, 2, 3, 4, 5, 6, 7, 8,	0,
					      0, 0, 0, 0, 0, 0, 0, 0xee };
	struct file f = make();
	struct memory m;
	struct sqz_elf elf;
	struct sqz_error err;

	memset(&m, 0xee, sizeof(m));
	ck_assert_msg(parse(&f, sizeof(f), &elf, &m, &err) == 0, "%s",
		      err.text);
	ck_assert_uint_eq(elf.entry, 0x80000004);
	ck_assert_mem_eq(m.bytes, expected, sizeof(expected));
	sqz_elf_free(&elf);
}
END_TEST

START_TEST(finds_functions)
{
	struct file f = make();
	struct memory m;
	struct sqz_elf elf;

	ck_assert_int_eq(parse(&f, sizeof(f), &elf, &m, NULL), 0);
	ck_assert_uint_eq(elf.function_count, 2);
	ck_assert_str_eq(elf.functions[0].name, "init");
	ck_assert_str_eq(elf.functions[1].name, "main");
	ck_assert_uint_eq(elf.functions[1].size, 4);
	ck_assert_ptr_null(sqz_elf_find(&elf, 0x7fffffff));
	ck_assert_str_eq(sqz_elf_find(&elf, 0x80000000)->name, "init");
	ck_assert_str_eq(sqz_elf_find(&elf, 0x80000007)->name, "init");
	ck_assert_str_eq(sqz_elf_find(&elf, 0x80000008)->name, "main");
	ck_assert_str_eq(sqz_elf_find(&elf, 0x8000000b)->name, "main");
	ck_assert_ptr_null(sqz_elf_find(&elf, 0x8000000c));
	sqz_elf_free(&elf);
}
END_TEST

/* One field changed, and the word the message must contain. */
struct broken {
	size_t offset, size;
	uint64_t value;
	const char *word;
};

static const struct broken broken[] = {
	{ 0, 1, 'x', "not an ELF" },
	{ EI_CLASS, 1, ELFCLASS32, "64-bit" },
	{ EI_DATA, 1, ELFDATA2MSB, "little-endian" },
	{ AT(head.e_machine), 2, EM_X86_64, "machine 62" },
	{ AT(head.e_type), 2, ET_REL, "executable" },
	{ AT(head.e_phnum), 2, 0, "nothing to load" },
	{ AT(head.e_phnum), 2, 0xffff, "program headers" },
	{ AT(head.e_phoff), 8, UINT64_MAX - 8, "program headers" },
	{ AT(head.e_phentsize), 2, 32, "program headers" },
	{ AT(head.e_shnum), 2, 0xff00, "section headers" },
	{ AT(head.e_shoff), 8, UINT64_MAX, "section headers" },
	{ AT(head.e_shentsize), 2, 1, "section headers" },
	{ AT(segment[1].p_offset), 8, 1u << 20, "segment 1 outside the file" },
	{ AT(segment[1].p_filesz), 8, 17, "segment 1" },
	{ AT(segment[1].p_memsz), 8, 4, "impossible" },
	{ AT(segment[1].p_memsz), 8, UINT64_MAX, "impossible" },
	{ AT(segment[1].p_memsz), 8, 33, "0x80000000, 33 bytes) outside" },
	{ AT(segment[1].p_paddr), 8, 0x1000, "outside memory" },
	{ AT(section[1].sh_link), 4, 3, "symbol table" },
	{ AT(section[1].sh_link), 4, 1, "symbol table" },
	{ AT(section[1].sh_size), 8, 1u << 20, "symbol table" },
	{ AT(section[2].sh_offset), 8, UINT64_MAX, "symbol table" },
	{ AT(section[2].sh_size), 8, 0, "symbol table" },
};

START_TEST(one_clear_line)
{
	const struct broken *b = &broken[_i];
	struct file f = make();
	struct memory m;
	struct sqz_elf elf;
	struct sqz_error err = { "" };

	memcpy((uint8_t *)&f + b->offset, &b->value, b->size);
	ck_assert_int_eq(parse(&f, sizeof(f), &elf, &m, &err), -1);
	ck_assert_msg(strncmp(err.text, "x.elf: ", 7) == 0 &&
			  strstr(err.text, b->word) && !strchr(err.text, '\n'),
		      "%s", err.text);
	ck_assert_ptr_null(elf.functions);
}
END_TEST

START_TEST(every_truncation)
{
	struct file f = make();

	for (size_t size = 0; size < sizeof(f); size++) {
		struct memory m;
		struct sqz_elf elf;
		struct sqz_error err = { "" };

		ck_assert_int_eq(parse(&f, size, &elf, &m, &err), -1);
		ck_assert_int_ne(err.text[0], 0);
	}
}
END_TEST

/* Whatever single byte is wrong, nothing outside the file is read. */
START_TEST(every_byte_wrong)
{
	for (size_t at = 0; at < sizeof(struct file); at++) {
		static const uint8_t flips[] = { 0x01, 0x80, 0xff };

		for (size_t k = 0; k < sizeof(flips); k++) {
			struct file f = make();
			struct memory m;
			struct sqz_elf elf;

			((uint8_t *)&f)[at] ^= flips[k];
			if (parse(&f, sizeof(f), &elf, &m, NULL) == 0) {
				sqz_elf_find(&elf, 0x80000000);
				sqz_elf_free(&elf);
			}
		}
	}
}
END_TEST

START_TEST(stripped_file)
{
	struct file f = make();
	struct memory m;
	struct sqz_elf elf;

	f.head.e_shnum = 0;
	ck_assert_int_eq(parse(&f, sizeof(f), &elf, &m, NULL), 0);
	ck_assert_uint_eq(elf.function_count, 0);
	ck_assert_ptr_null(sqz_elf_find(&elf, 0x80000000));
	sqz_elf_free(&elf);
}
END_TEST

START_TEST(missing_file)
{
	struct memory m;
	struct sqz_elf_target target = { copy, &m };
	struct sqz_elf elf;
	struct sqz_error err = { "" };

	ck_assert_int_eq(sqz_elf_load("no-such.elf", &target, &elf, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "no-such.elf"));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("elf");
	TCase *t = tcase_create("elf");

	tcase_add_test(t, loads);
	tcase_add_test(t, finds_functions);
	tcase_add_loop_test(t, one_clear_line, 0,
			    sizeof(broken) / sizeof(broken[0]));
	tcase_add_test(t, every_truncation);
	tcase_add_test(t, every_byte_wrong);
	tcase_add_test(t, stripped_file);
	tcase_add_test(t, missing_file);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return sqz_suite_main(suite());
}
