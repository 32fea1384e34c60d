/* The whole chip: shapes, and guests that look at all of it. */
#include "assembler.h"
#include "soc/chip.h"
#include "soc_rig.h"
#include "sqz/memmap.h"
#include "sqz/regs.h"

static const uint32_t TILE_ID = 0x53515a54;
static const uint32_t BUFFER_ID = 0x53515a42;

struct chip_rig {
	sqz_config config;
	sqz_chip layout = {};
	std::unique_ptr<sqz_chip, void (*)(sqz_chip *)> layout_guard;
	std::vector<uint8_t> image;
	std::unique_ptr<sqz::chip> soc;
	std::vector<uint32_t> posted; /* through the mailbox */
	std::string sent;
	int finished = 0;
	uint64_t end_ps = 0;

	explicit chip_rig(const std::vector<const char *> &overrides,
			  size_t image_bytes = 0)
	    : config(rig_config(overrides)),
	      layout_guard(&layout, sqz_chip_free), image(image_bytes)
	{
		sqz_error err = {};
		sqz::surroundings around = {};

		for (size_t i = 0; i < image.size(); i++)
			image[i] = (uint8_t)(i * 7 + 1);
		ck_assert_msg(!sqz_chip_build(&config, &layout, &err), "%s",
			      err.text);
		around.context = this;
		around.input = [](void *, uint32_t) -> const uint8_t * {
			return nullptr;
		};
		around.logits = logits;
		around.sent = [](void *self, uint8_t byte) {
			static_cast<chip_rig *>(self)->sent += (char)byte;
		};
		around.finish = finish;
		around.input_bytes = 1;
		around.image = image.data();
		around.image_bytes = image.size();
		soc =
		    std::make_unique<sqz::chip>("chip", config, layout, around);
	}

	static void logits(void *self, uint32_t, const uint8_t *data,
			   size_t bytes)
	{
		auto &words = static_cast<chip_rig *>(self)->posted;

		words.resize(bytes / 4);
		memcpy(words.data(), data, bytes);
	}

	static void finish(void *self, sqz_finish, unsigned)
	{
		auto *rig = static_cast<chip_rig *>(self);

		rig->finished++;
		rig->end_ps = rig->soc->cpu().local_ps();
		rig->soc->cpu().halt();
		sc_core::sc_stop();
	}

	void run(const assembler &program)
	{
		ck_assert_int_eq(soc->load(SQZ_DRAM_BASE, program.words.data(),
					   4 * program.words.size()),
				 0);
		run_all();
	}
};

/* Posts `bytes` at `addr` and ends. Uses T0 to T2. */
static void post_and_finish(assembler &a, uint64_t addr, uint32_t bytes)
{
	a.li(T0, SQZ_MAILBOX_BASE);
	a.li(T1, addr);
	a.sw(T1, T0, SQZ_MAILBOX_LOGITS_ADDR_LO);
	a.li(T1, bytes);
	a.sw(T1, T0, SQZ_MAILBOX_LOGITS_BYTES);
	a.sw(ZERO, T0, SQZ_MAILBOX_POST);
	a.li(T0, SQZ_FINISHER_BASE);
	a.li(T1, SQZ_FINISH_PASS);
	a.sw(T1, T0);
	a.j(a.here());
}

static const uint64_t RESULTS = SQZ_DRAM_BASE + 0x10000;

/* Walks the node table; for every tile and buffer its ID, else 0, to RESULTS.
 * A0 entry, A1 nodes left, A2 result, A3 kind, A4 address. */
static assembler probe_all()
{
	assembler a;

	a.li(A0, SQZ_CONTROLLER_BASE);
	a.lw(A1, A0, SQZ_CONTROLLER_NODES);
	a.li(A0, SQZ_CONTROLLER_BASE + SQZ_NODE_TABLE_OFFSET);
	a.li(A2, RESULTS);
	const size_t loop = a.here();
	a.lbu(A3, A0, offsetof(sqz_node_entry, kind));
	a.ld(A4, A0, offsetof(sqz_node_entry, window));
	a.li(S2, SQZ_NODE_TILE);
	a.li(S3, 0);
	const size_t is_tile = a.here();
	a.nop(); /* beq A3, S2, read */
	a.li(S2, SQZ_NODE_BUFFER);
	const size_t is_no_buffer = a.here();
	a.nop(); /* bne A3, S2, store */
	a.ld(S4, A0, offsetof(sqz_node_entry, window_bytes));
	a.srli(S4, S4, 1);
	a.add(A4, A4, S4);
	const size_t read = a.here();
	a.lw(S3, A4);
	const size_t store = a.here();
	a.sw(S3, A2);
	a.addi(A2, A2, 4);
	a.addi(A0, A0, SQZ_NODE_ENTRY_BYTES);
	a.addi(A1, A1, -1);
	a.bne(A1, ZERO, loop);
	a.patch(is_tile, [&] { a.beq(A3, S2, read); });
	a.patch(is_no_buffer, [&] { a.bne(A3, S2, store); });
	return a;
}

/* Probes a chip of this shape; the CPU's time at the end. */
static std::string probe(const std::vector<const char *> &overrides)
{
	chip_rig rig(overrides);
	assembler a = probe_all();
	uint32_t windows = 0;

	post_and_finish(a, RESULTS, 4 * rig.layout.nodes);
	rig.run(a);
	ck_assert_int_eq(rig.finished, 1);
	ck_assert_uint_eq(rig.posted.size(), rig.layout.nodes);
	for (uint32_t i = 0; i < rig.layout.nodes; i++) {
		const uint8_t kind = rig.layout.entries[i].kind;
		const uint32_t id = kind == SQZ_NODE_TILE     ? TILE_ID
				    : kind == SQZ_NODE_BUFFER ? BUFFER_ID
							      : 0;
		ck_assert_msg(rig.posted[i] == id, "node %u: %x", i,
			      rig.posted[i]);
		ck_assert_int_eq(rig.soc->tile(i) != nullptr,
				 kind == SQZ_NODE_TILE);
		windows += id != 0;
	}
	/* A question and an answer each, and nothing else. */
	ck_assert_uint_eq(rig.soc->traffic()[0].packets, 2 * windows);
	ck_assert(sqz_noc_idle(rig.soc->network()));
	return std::to_string(rig.end_ps);
}

static const std::vector<const char *> SHAPES[] = {
	{},
	{ "noc.width=3", "noc.height=2", "chip.buffers=1",
	  "chip.dram_controllers=1" },
	{ "noc.width=3", "noc.height=5", "chip.buffers=2",
	  "chip.dram_controllers=3", "buffer.kib=100" },
	{ "noc.width=5", "noc.height=2", "chip.buffers=3",
	  "chip.dram_controllers=1", "buffer.kib=32768" },
	{ "noc.width=16", "noc.height=16", "chip.buffers=16",
	  "chip.dram_controllers=8", "noc.vcs=10", "noc.cycle_ns=0.7" },
};

START_TEST(a_guest_finds_every_node)
{
	probe(SHAPES[_i]);
}
END_TEST

START_TEST(equal_chips_take_equal_times)
{
	const auto run = [] { return probe(SHAPES[2]); };
	const std::string first = in_process_of_its_own(run);

	ck_assert_uint_gt(first.size(), 5);
	ck_assert(first == in_process_of_its_own(run));
}
END_TEST

/* Each probe's time: mmio_ns, there, a cycle, back, and what the loop costs. */
START_TEST(a_probe_takes_the_time_of_its_flights)
{
	chip_rig rig(SHAPES[1]);
	assembler a;
	uint16_t buffer = 0;

	while (rig.layout.entries[buffer].kind != SQZ_NODE_BUFFER)
		buffer++;
	const sqz_node_entry &entry = rig.layout.entries[buffer];
	const uint32_t hops = sqz_chip_hops(&rig.layout, 0, buffer);
	a.li(A0, entry.window + entry.window_bytes / 2);
	const uint64_t n = a.here();
	a.lw(A1, A0);
	a.li(T0, SQZ_FINISHER_BASE);
	a.li(T1, SQZ_FINISH_PASS);
	const uint64_t more = a.here() - n - 1;
	a.sw(T1, T0);
	a.j(a.here());
	rig.run(a);
	/* Registers take the buffer's latency, 2 ns; 4 bytes come back. */
	const uint64_t there = 5 * hops + 2;
	const uint64_t back = 5 * hops + 2 + 1;
	ck_assert_uint_eq(rig.end_ps,
			  (n + 20 + there + 2 + back + 2 + more) * 1000);
}
END_TEST

START_TEST(faults_in_windows_name_node_and_register)
{
	chip_rig rig(SHAPES[2]);
	assembler a;
	uint16_t tile = 0;
	char line[256];

	while (rig.layout.entries[tile].kind != SQZ_NODE_TILE)
		tile++;
	const uint64_t window = rig.layout.entries[tile].window;
	a.li(T0, SQZ_DRAM_BASE + 0x80);
	a.csrw(MTVEC, T0);
	a.li(A0, window + SQZ_TILE_VERSION);
	a.li(A1, 0x1234);
	const uint64_t pc = SQZ_DRAM_BASE + 4 * a.here();
	a.sw(A1, A0);
	while (a.here() < 0x20)
		a.nop();
	a.csrr(T2, MTVAL);
	a.li(T1, RESULTS);
	a.sd(T2, T1);
	post_and_finish(a, RESULTS, 8);
	const std::string text = stderr_of([&] { rig.run(a); });
	snprintf(line, sizeof(line),
		 "guest: store access fault at 0x%llx (node windows + 0x%llx: "
		 "node %u, tile.VERSION: write to a read-only register), value "
		 "0x00001234, pc 0x%llx\n",
		 (unsigned long long)window + 4,
		 (unsigned long long)(window + 4 - SQZ_WINDOW_BASE), tile,
		 (unsigned long long)pc);
	ck_assert_str_eq(text.c_str(), line);
	ck_assert_uint_eq(rig.posted.size(), 2);
	ck_assert_uint_eq(rig.posted[0] | (uint64_t)rig.posted[1] << 32,
			  window + 4);
}
END_TEST

/* ---- memory and image ---- */

START_TEST(bytes_can_be_loaded_into_memory_only)
{
	chip_rig rig(SHAPES[1]);
	const uint64_t dram_end = SQZ_DRAM_BASE + rig.layout.dram_bytes;
	const uint64_t flash_end = SQZ_FLASH_BASE + rig.layout.flash_bytes;
	uint8_t data[16] = { 1 };

	ck_assert_int_eq(rig.soc->load(SQZ_DRAM_BASE, data, 16), 0);
	ck_assert_int_eq(rig.soc->load(dram_end - 16, nullptr, 16), 0);
	ck_assert_int_eq(rig.soc->load(dram_end - 15, data, 16), -1);
	ck_assert_int_eq(rig.soc->load(dram_end, data, 0), -1);
	ck_assert_int_eq(rig.soc->load(SQZ_DRAM_BASE - 1, data, 1), -1);
	ck_assert_int_eq(rig.soc->load(flash_end - 16, data, 16), 0);
	ck_assert_int_eq(rig.soc->load(flash_end - 15, data, 16), -1);
	ck_assert_int_eq(rig.soc->load(0, data, 1), -1);
	ck_assert_int_eq(rig.soc->load(SQZ_WINDOW_BASE, data, 1), -1);
}
END_TEST

/* The guest takes address and size from the mailbox, and posts the image's
 * last 8 bytes with them. */
static void check_image(size_t bytes, uint64_t addr)
{
	chip_rig rig({ "flash.mib=1", "dram.mib=8" }, bytes);
	assembler a;

	a.li(A0, SQZ_MAILBOX_BASE);
	a.lw(A1, A0, SQZ_MAILBOX_IMAGE_LO);
	a.slli(A1, A1, 32);
	a.srli(A1, A1, 32);
	a.lw(A2, A0, SQZ_MAILBOX_IMAGE_BYTES);
	a.li(A3, RESULTS);
	a.sd(A1, A3);
	a.sd(A2, A3, 8);
	a.add(A1, A1, A2);
	a.ld(A4, A1, -8);
	a.sd(A4, A3, 16);
	post_and_finish(a, RESULTS, 24);
	rig.run(a);
	uint64_t words[3];
	ck_assert_uint_eq(rig.posted.size(), 6);
	memcpy(words, rig.posted.data(), sizeof(words));
	ck_assert_uint_eq(words[0], addr);
	ck_assert_uint_eq(words[1], bytes);
	ck_assert_mem_eq(&words[2], rig.image.data() + bytes - 8, 8);
}

START_TEST(an_image_lies_in_flash)
{
	check_image(1 << 20, SQZ_FLASH_BASE);
}
END_TEST

START_TEST(a_large_image_lies_at_the_end_of_dram)
{
	check_image((1 << 20) + 8,
		    SQZ_DRAM_BASE + (8 << 20) - (1 << 20) - 4096);
}
END_TEST

START_TEST(an_image_may_be_too_large)
{
	expect_error("the image fits neither flash nor half of DRAM", [] {
		chip_rig rig({ "flash.mib=1", "dram.mib=8" }, (4 << 20) + 1);
	});
}
END_TEST

START_TEST(bad_settings_give_one_line)
{
	const std::string text = error_of([] {
		chip_rig rig({ "noc.vcs=9", "noc.topology=cmesh" });
	});

	ck_assert_str_eq(text.c_str(), "noc: vcs is 9, must be 1 to 8");
	ck_assert_ptr_null(strchr(text.c_str(), '\n'));
}
END_TEST

/* A page under a watchpoint changes no time. */
static std::string probe_with(bool withdrawn)
{
	chip_rig rig(SHAPES[2]);
	assembler a = probe_all();

	post_and_finish(a, RESULTS, 4 * rig.layout.nodes);
	if (withdrawn) {
		rig.soc->dram_target().withdraw(0, 0xfff);
		rig.soc->dram_target().withdraw(0x10000, 0x10fff);
		rig.soc->flash_target().withdraw(0, 0xfff);
	}
	rig.run(a);
	ck_assert_uint_eq(rig.posted[rig.layout.nodes - 1] ? 1 : 0,
			  rig.layout.entries[rig.layout.nodes - 1].window >
			      SQZ_WINDOW_BASE);
	return std::to_string(rig.end_ps);
}

START_TEST(withdrawn_pages_change_no_time)
{
	ck_assert(in_process_of_its_own([] { return probe_with(true); }) ==
		  in_process_of_its_own([] { return probe_with(false); }));
}
END_TEST

/* Nothing is left to happen, and nobody finished. */
START_TEST(a_guest_that_sleeps_for_ever_stops_the_simulation)
{
	chip_rig rig(SHAPES[1]);
	assembler a;

	a.li(A0, SQZ_UART_BASE);
	a.li(A1, 'z');
	a.sb(A1, A0);
	a.wfi();
	a.j(a.here());
	rig.run(a);
	ck_assert_int_eq(rig.finished, 0);
	ck_assert_str_eq(rig.sent.c_str(), "z");
}
END_TEST

int main()
{
	Suite *suite = suite_create("chip");
	TCase *tests = tcase_create("chip");

	tcase_add_loop_test(tests, a_guest_finds_every_node, 0,
			    sizeof(SHAPES) / sizeof(SHAPES[0]));
	tcase_add_test(tests, equal_chips_take_equal_times);
	tcase_add_test(tests, a_probe_takes_the_time_of_its_flights);
	tcase_add_test(tests, faults_in_windows_name_node_and_register);
	tcase_add_test(tests, bytes_can_be_loaded_into_memory_only);
	tcase_add_test(tests, an_image_lies_in_flash);
	tcase_add_test(tests, a_large_image_lies_at_the_end_of_dram);
	tcase_add_test(tests, an_image_may_be_too_large);
	tcase_add_test(tests, bad_settings_give_one_line);
	tcase_add_test(tests, withdrawn_pages_change_no_time);
	tcase_add_test(tests,
		       a_guest_that_sleeps_for_ever_stops_the_simulation);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
