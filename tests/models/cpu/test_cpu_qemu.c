/*
 * The same programs on our board and on qemu-system-riscv64: what they print
 * and how they end must be equal. QEMU's virt board is reduced to RV64IMAC.
 */
#include "models/cpu/board.h"

#include "suite.h"

#include <string.h>
#include <sys/wait.h>

#define QEMU_OPTIONS                                                           \
	" -machine virt -bios none -display none -serial stdio -monitor none"  \
	" -cpu rv64,g=false,f=false,d=false,s=false,u=false,h=false,"          \
	"zba=false,zbb=false,zbc=false,zbs=false"                              \
	" -kernel "

enum { MOST_INSTRUCTIONS = 1000000000 };

struct program {
	const char *file;
	uint64_t clock_ps, slice_cycles;
};

/* Short slices and odd clocks must make no difference. */
static const struct program programs[] = {
	{ "compressed.elf", 1000, 10000 }, { "single.elf", 1000, 10000 },
	{ "sequence.elf", 1000, 10000 },   { "sequence.elf", 1000, 1 },
	{ "library.elf", 1000, 100000 },   { "library.elf", 1700, 7 },
	{ "traps.elf", 1000, 10000 },	   { "traps.elf", 2300, 13 },
};

struct outcome {
	char *text;
	size_t size;
	int exit_code;
};

static struct outcome run_qemu(const char *path)
{
	struct outcome out = { .text = calloc(1, BOARD_OUTPUT_BYTES) };
	char command[4096];
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "exec timeout 100 " SQZ_QEMU QEMU_OPTIONS "%s < /dev/null",
		 path);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	for (int c; (c = fgetc(pipe)) != EOF;)
		if (c != '\r' && out.size < BOARD_OUTPUT_BYTES - 1)
			out.text[out.size++] = (char)c;
	int status = pclose(pipe);
	ck_assert(WIFEXITED(status));
	out.exit_code = WEXITSTATUS(status);
	return out;
}

/* One word of difference is easier to read than two pages. */
static void compare(const char *ours, const char *theirs)
{
	unsigned line = 1;

	for (size_t k = 0; ours[k] == theirs[k]; k++) {
		if (!ours[k])
			return;
		line += ours[k] == '\n';
	}
	ck_abort_msg("output differs in line %u", line);
}

START_TEST(same_as_qemu)
{
	const struct program *p = &programs[_i];
	char path[2048];
	struct sqz_error err;
	struct board *board = board_create(p->clock_ps);

	ck_assert_ptr_nonnull(board);
	snprintf(path, sizeof(path), SQZ_GUESTS "/%s", p->file);
	ck_assert_msg(board_load(board, path, &err) == 0, "%s", err.text);
	ck_assert_msg(board_run(board, p->slice_cycles, MOST_INSTRUCTIONS),
		      "%s does not end", p->file);
	struct outcome qemu = run_qemu(path);
	compare(board->output, qemu.text);
	ck_assert_uint_gt(qemu.size, 0);
	ck_assert_int_eq(board->exit_code, qemu.exit_code);
	free(qemu.text);
	board_destroy(board);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("cpu against qemu");
	TCase *t = tcase_create("programs");

	tcase_set_timeout(t, 240);
	tcase_add_loop_test(t, same_as_qemu, 0,
			    sizeof(programs) / sizeof(programs[0]));
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	if (!SQZ_GUESTS[0] || !SQZ_QEMU[0]) {
		puts("SKIP: no RISC-V cross compiler or no "
		     "qemu-system-riscv64");
		return SQZ_TEST_SKIPPED;
	}
	return sqz_suite_main(suite());
}
