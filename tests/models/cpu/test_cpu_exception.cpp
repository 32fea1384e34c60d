// C++ exceptions and coroutine switches pass through sqz_cpu_run() in the
// middle of a bus access, as SystemC needs it.
#include "models/cpu/rv.h"

#include "cpu/cpu.h"
#include "suite.h"

#include <cstring>
#include <stdexcept>
#include <ucontext.h>
#include <vector>

namespace
{

constexpr uint64_t RAM = 0x80000000, DEVICE = 0x10000000;

enum class behaviour { PLAIN, THROW, SWITCH };

struct machine {
	sqz_cpu *cpu = nullptr;
	std::vector<uint8_t> ram = std::vector<uint8_t>(0x10000);
	behaviour how = behaviour::PLAIN;
	unsigned accesses = 0;
	ucontext_t outside, inside;
	uint64_t pc_inside = 0;
};

sqz_cpu_bus on_access(machine &m)
{
	m.accesses++;
	m.pc_inside = sqz_cpu_get_pc(m.cpu);
	if (m.how == behaviour::THROW) {
		m.how = behaviour::PLAIN;
		throw std::runtime_error("from the bus");
	}
	if (m.how == behaviour::SWITCH)
		swapcontext(&m.inside, &m.outside);
	return SQZ_CPU_BUS_OK;
}

sqz_cpu_bus bus_read(void *ctx, uint64_t, unsigned, uint64_t *value)
{
	*value = 40;
	return on_access(*static_cast<machine *>(ctx));
}

sqz_cpu_bus bus_write(void *ctx, uint64_t, unsigned, uint64_t)
{
	return on_access(*static_cast<machine *>(ctx));
}

void build(machine &m)
{
	static const uint32_t code[] = { RV_ADDI(6, 0, 1),  RV_LW(7, 0, 5),
					 RV_ADDI(7, 7, 2),  RV_SW(7, 0, 5),
					 RV_ADDI(6, 6, 10), RV_JAL(0, 0) };
	sqz_cpu_ops ops{};
	sqz_cpu_config config;
	sqz_cpu_region region{};

	ops.read = bus_read;
	ops.write = bus_write;
	sqz_cpu_config_default(&config);
	config.ops = &ops;
	config.ctx = &m;
	m.cpu = sqz_cpu_create(&config);
	ck_assert_ptr_nonnull(m.cpu);
	region.base = RAM;
	region.size = m.ram.size();
	region.host = m.ram.data();
	region.flags = SQZ_CPU_R | SQZ_CPU_W | SQZ_CPU_X;
	ck_assert_int_eq(sqz_cpu_map(m.cpu, &region), 0);
	std::memcpy(m.ram.data(), code, sizeof(code));
	sqz_cpu_set_reg(m.cpu, 5, DEVICE);
}

} // namespace

START_TEST(exception_passes_and_the_access_is_repeated)
{
	machine m;
	bool caught = false;

	build(m);
	m.how = behaviour::THROW;
	try {
		sqz_cpu_run(m.cpu, 100);
	} catch (const std::runtime_error &) {
		caught = true;
	}
	ck_assert(caught);
	ck_assert_uint_eq(m.accesses, 1);
	ck_assert_uint_eq(sqz_cpu_get_pc(m.cpu), RAM + 4);
	ck_assert_uint_eq(sqz_cpu_instret(m.cpu), 1);
	ck_assert_uint_eq(sqz_cpu_get_reg(m.cpu, 7), 0);
	sqz_cpu_run(m.cpu, 100);
	ck_assert_uint_eq(m.accesses, 3);
	ck_assert_uint_eq(sqz_cpu_get_reg(m.cpu, 7), 42);
	ck_assert_uint_eq(sqz_cpu_get_reg(m.cpu, 6), 11);
	sqz_cpu_destroy(m.cpu);
}
END_TEST

static machine *running[2];

static void run_first()
{
	sqz_cpu_run(running[0]->cpu, 100);
}

static void run_second()
{
	sqz_cpu_run(running[1]->cpu, 100);
}

// Two CPUs, each on a stack of its own, leave and come back in turns.
START_TEST(coroutines_interleave)
{
	static void (*const entry[2])() = { run_first, run_second };
	static char stack[2][1 << 18];
	machine m[2];

	for (int k = 0; k < 2; k++) {
		running[k] = &m[k];
		build(m[k]);
		m[k].how = behaviour::SWITCH;
		getcontext(&m[k].inside);
		m[k].inside.uc_stack.ss_sp = stack[k];
		m[k].inside.uc_stack.ss_size = sizeof(stack[k]);
		m[k].inside.uc_link = &m[k].outside;
		makecontext(&m[k].inside, entry[k], 0);
	}
	// into the load, into the store, to the end
	static const uint64_t pc[3] = { RAM + 4, RAM + 12, RAM + 12 };
	for (int turn = 0; turn < 3; turn++)
		for (int k = 0; k < 2; k++) {
			swapcontext(&m[k].outside, &m[k].inside);
			ck_assert_uint_eq(m[k].pc_inside, pc[turn]);
		}
	for (int k = 0; k < 2; k++) {
		ck_assert_uint_eq(m[k].accesses, 2);
		ck_assert_uint_eq(sqz_cpu_get_reg(m[k].cpu, 7), 42);
		ck_assert_uint_eq(sqz_cpu_get_reg(m[k].cpu, 6), 11);
		sqz_cpu_destroy(m[k].cpu);
	}
}
END_TEST

int main()
{
	Suite *s = suite_create("cpu exceptions");
	TCase *t = tcase_create("exceptions");

	tcase_add_test(t, exception_passes_and_the_access_is_repeated);
	tcase_add_test(t, coroutines_interleave);
	suite_add_tcase(s, t);
	return sqz_suite_main(s);
}
