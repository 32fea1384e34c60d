/* The host's bus and what hangs on it, over their sockets. */
#include "host_rig.h"
#include "sqz/regs.h"

#define READ  tlm::TLM_READ_COMMAND
#define WRITE tlm::TLM_WRITE_COMMAND

/* ---- bus ---- */

/* The rig whose bus is the test's. */
struct bus_rig : host_rig {
	explicit bus_rig(const std::vector<const char *> &overrides = {})
	    : host_rig(overrides, true)
	{
		run_to(0);
	}
};

START_TEST(addresses_are_relative_to_the_device)
{
	bus_rig rig;

	rig.near.answer = 0x11223344;
	ck_assert_uint_eq(rig.bench.read(NEAR + 0x124), 0x11223344);
	rig.bench.write(NEAR + 0xffc, 0xabcd, 2);
	rig.bench.write(FAR + 0x10, 0x55);
	ck_assert_uint_eq(rig.near.log.size(), 2);
	ck_assert_uint_eq(rig.near.log[0].addr, 0x124);
	ck_assert(!rig.near.log[0].write);
	ck_assert_uint_eq(rig.near.log[1].addr, 0xffc);
	ck_assert_uint_eq(rig.near.log[1].size, 2);
	ck_assert_uint_eq(rig.near.log[1].value, 0xabcd);
	/* Connected with `absolute`. */
	ck_assert_uint_eq(rig.far.log[0].addr, FAR + 0x10);
}
END_TEST

START_TEST(the_delay_goes_to_the_device_and_back)
{
	bus_rig rig;
	sc_core::sc_time delay(30, sc_core::SC_NS);
	uint32_t value = 0;

	rig.bench.access(READ, NEAR, &value, 4, &delay);
	ck_assert_uint_eq(rig.near.log[0].local_ps, 30000);
	ck_assert_uint_eq(delay.value(), 30000);
}
END_TEST

START_TEST(holes_are_address_errors)
{
	bus_rig rig;
	uint64_t value = 0;

	for (uint64_t addr : { (uint64_t)0, HOLE, NEAR - 1, NEAR + 0x1000,
			       (uint64_t)UINT64_MAX }) {
		ck_assert_int_eq(rig.bench.access(READ, addr, &value, 1),
				 tlm::TLM_ADDRESS_ERROR_RESPONSE);
		ck_assert_int_eq(rig.bench.at_once(READ, addr, &value, 1),
				 tlm::TLM_ADDRESS_ERROR_RESPONSE);
		rig.bench.prepare(READ, addr, &value, 1);
		ck_assert_uint_eq(
		    rig.bench.socket->transport_dbg(rig.bench.payload), 0);
	}
	/* Across the end of a device. */
	ck_assert_int_eq(rig.bench.access(READ, NEAR + 0xffe, &value, 4),
			 tlm::TLM_ADDRESS_ERROR_RESPONSE);
	ck_assert_uint_eq(rig.near.log.size(), 0);
}
END_TEST

START_TEST(device_errors_come_back)
{
	bus_rig rig;
	uint32_t value = 0;

	rig.near.status = tlm::TLM_GENERIC_ERROR_RESPONSE;
	ck_assert_int_eq(rig.bench.access(WRITE, NEAR + 8, &value, 4),
			 tlm::TLM_GENERIC_ERROR_RESPONSE);
}
END_TEST

START_TEST(places_have_names)
{
	bus_rig rig;

	ck_assert(rig.bus.place(SQZ_UART_BASE + 9) == "uart + 0x9");
	ck_assert(rig.bus.place(FAR + 0x10) == "far + 0x10");
	ck_assert(rig.bus.place(HOLE) == "nothing is mapped there");
}
END_TEST

/* ---- one word ---- */

START_TEST(devices_take_one_plain_word)
{
	bus_rig rig;
	uint8_t data[16] = {}, enable[4] = { 0xff, 0xff, 0xff, 0xff };
	const uint64_t mtimecmp = SQZ_CLINT_BASE + 0x4000;
	sc_core::sc_time delay = sc_core::SC_ZERO_TIME;

	ck_assert_int_eq(rig.bench.access(READ, mtimecmp, data, 16),
			 tlm::TLM_BURST_ERROR_RESPONSE);
	rig.bench.prepare(READ, mtimecmp, data, 8);
	rig.bench.payload.set_streaming_width(4);
	rig.bench.socket->b_transport(rig.bench.payload, delay);
	ck_assert_int_eq(rig.bench.payload.get_response_status(),
			 tlm::TLM_BURST_ERROR_RESPONSE);
	rig.bench.prepare(READ, mtimecmp, data, 4);
	rig.bench.payload.set_byte_enable_ptr(enable);
	rig.bench.payload.set_byte_enable_length(4);
	rig.bench.socket->b_transport(rig.bench.payload, delay);
	ck_assert_int_eq(rig.bench.payload.get_response_status(),
			 tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
	/* Nothing happens, and that is fine. */
	ck_assert_int_eq(
	    rig.bench.access(tlm::TLM_IGNORE_COMMAND, mtimecmp, data, 8),
	    tlm::TLM_OK_RESPONSE);
	ck_assert_uint_eq(data[0], 0);
}
END_TEST

START_TEST(devices_answer_at_once_without_blocking)
{
	bus_rig rig;
	uint64_t value = 77;
	uint8_t byte = 'x';

	ck_assert_int_eq(
	    rig.bench.at_once(WRITE, SQZ_CLINT_BASE + 0x4000, &value, 8),
	    tlm::TLM_OK_RESPONSE);
	value = 0;
	ck_assert_int_eq(
	    rig.bench.at_once(READ, SQZ_CLINT_BASE + 0x4000, &value, 8),
	    tlm::TLM_OK_RESPONSE);
	ck_assert_uint_eq(value, 77);
	ck_assert_int_eq(rig.bench.at_once(WRITE, SQZ_UART_BASE, &byte, 1),
			 tlm::TLM_OK_RESPONSE);
	ck_assert_str_eq(rig.sent.c_str(), "x");
	ck_assert_int_eq(rig.bench.at_once(READ, SQZ_UART_BASE, &value, 8),
			 tlm::TLM_ADDRESS_ERROR_RESPONSE);
	ck_assert_int_eq(rig.bench.at_once(READ, SQZ_DRAM_BASE, &value, 8),
			 tlm::TLM_OK_RESPONSE);
}
END_TEST

START_TEST(refusals_say_why)
{
	bus_rig rig;
	uint32_t value = 0;

	ck_assert_int_eq(rig.bench.access(READ, SQZ_UART_BASE + 9, &value, 4),
			 tlm::TLM_ADDRESS_ERROR_RESPONSE);
	ck_assert_str_eq(rig.bench.note.text.c_str(),
			 "no register takes an access of this size here");
	ck_assert_int_eq(rig.bench.access(WRITE,
					  SQZ_MAILBOX_BASE + SQZ_MAILBOX_COUNT,
					  &value, 4),
			 tlm::TLM_ADDRESS_ERROR_RESPONSE);
	ck_assert_str_eq(rig.bench.note.text.c_str(),
			 "mailbox.COUNT: write to a read-only register");
	ck_assert_int_eq(
	    rig.bench.access(READ, SQZ_MAILBOX_BASE + 0xffc, &value, 4),
	    tlm::TLM_ADDRESS_ERROR_RESPONSE);
	ck_assert_str_eq(rig.bench.note.text.c_str(),
			 "mailbox: no register at this offset");
	/* A transaction without a note is refused just so. */
	rig.bench.payload.clear_extension(&rig.bench.note);
	ck_assert_int_eq(rig.bench.access(READ, SQZ_UART_BASE + 9, &value, 4),
			 tlm::TLM_ADDRESS_ERROR_RESPONSE);
	rig.bench.payload.set_extension(&rig.bench.note);
}
END_TEST

/* ---- devices ---- */

START_TEST(clint_counts_the_timebase)
{
	bus_rig rig;

	/* The CPU stands still, and time with it. */
	ck_assert_uint_eq(rig.bench.read(SQZ_CLINT_BASE + 0xbff8, 8), 0);
	ck_assert_uint_eq(rig.clint.deadline_ps(), UINT64_MAX);
	rig.bench.write(SQZ_CLINT_BASE + 0x4000, 25, 8);
	ck_assert_uint_eq(rig.clint.deadline_ps(), 25 * 100000);
	rig.bench.write(SQZ_CLINT_BASE + 0x4004, 0xffffffff, 4);
	ck_assert_uint_eq(rig.clint.deadline_ps(), UINT64_MAX);
}
END_TEST

START_TEST(plic_claims_and_completes)
{
	bus_rig rig;
	const uint64_t base = SQZ_PLIC_BASE;

	rig.bench.write(base + 4 * SQZ_IRQ_RING0, 3);
	rig.bench.write(base + 0x2004, 1 << (SQZ_IRQ_RING0 - 32));
	rig.plic.set(SQZ_IRQ_RING0, true);
	ck_assert_uint_eq(rig.bench.read(base + 0x1004),
			  1 << (SQZ_IRQ_RING0 - 32));
	ck_assert_uint_eq(rig.bench.read(base + 0x200004), SQZ_IRQ_RING0);
	ck_assert_uint_eq(rig.bench.read(base + 0x200004), 0);
	rig.bench.write(base + 0x200004, SQZ_IRQ_RING0);
	ck_assert_uint_eq(rig.bench.read(base + 0x200004), SQZ_IRQ_RING0);
	rig.plic.set(SQZ_IRQ_RING0, false);
	rig.bench.write(base + 0x200004, SQZ_IRQ_RING0);
	ck_assert_uint_eq(rig.bench.read(base + 0x200004), 0);
}
END_TEST

START_TEST(uart_sends_and_interrupts)
{
	bus_rig rig;

	for (char c : { 'o', 'k', '\n' })
		rig.bench.write(SQZ_UART_BASE, (uint8_t)c, 1);
	ck_assert_str_eq(rig.sent.c_str(), "ok\n");
	ck_assert_uint_eq(rig.bench.read(SQZ_UART_BASE + 5, 1) & 0x60, 0x60);
	rig.bench.write(SQZ_UART_BASE + 1, 2, 1); /* transmitter empty */
	ck_assert_uint_eq(rig.bench.read(SQZ_PLIC_BASE + 0x1000),
			  1 << SQZ_IRQ_UART);
}
END_TEST

START_TEST(finisher_ends_the_run)
{
	bus_rig rig;

	ck_assert_uint_eq(rig.bench.read(SQZ_FINISHER_BASE), 0);
	rig.bench.write(SQZ_FINISHER_BASE, 7 << 16 | SQZ_FINISH_FAIL);
	ck_assert_uint_eq(rig.finishes.size(), 1);
	ck_assert_int_eq(rig.finishes[0].first, SQZ_FINISH_FAIL);
	ck_assert_uint_eq(rig.finishes[0].second, 7);
}
END_TEST

START_TEST(mailbox_delivers_in_time)
{
	bus_rig rig;
	const uint64_t base = SQZ_MAILBOX_BASE;

	run_to(500);
	rig.bench.write(base + SQZ_MAILBOX_INPUT_ADDR_LO,
			SQZ_DRAM_BASE + 0x100);
	rig.bench.write(base + SQZ_MAILBOX_IRQ_ENABLE, 1);
	rig.bench.write(base + SQZ_MAILBOX_CTRL,
			sqz_bits(SQZ_MAILBOX_CTRL_NEXT, 1));
	/* mailbox.delivery_ns = 1000 */
	run_to(1000500);
	ck_assert_uint_eq(rig.bench.read(base + SQZ_MAILBOX_STATUS), 0);
	ck_assert_uint_eq(rig.ram[0x100], 0);
	run_to(1000501);
	ck_assert_uint_eq(rig.bench.read(base + SQZ_MAILBOX_STATUS),
			  sqz_bits(SQZ_MAILBOX_STATUS_READY, 1));
	ck_assert_mem_eq(rig.ram.data() + 0x100, rig.input.data(), 8);
	ck_assert_uint_eq(rig.bench.read(SQZ_PLIC_BASE + 0x1004),
			  1 << (SQZ_IRQ_MAILBOX - 32));
	rig.bench.write(base + SQZ_MAILBOX_IRQ_STATUS, 1);
	ck_assert_uint_eq(rig.bench.read(SQZ_PLIC_BASE + 0x1004), 0);
	ck_assert_uint_eq(rig.mailbox.copied_bytes(), 8);
}
END_TEST

START_TEST(mailbox_hands_logits_over)
{
	bus_rig rig;
	const uint64_t base = SQZ_MAILBOX_BASE;

	rig.ram[0x200] = 42;
	rig.bench.write(base + SQZ_MAILBOX_LOGITS_ADDR_LO,
			SQZ_DRAM_BASE + 0x200);
	rig.bench.write(base + SQZ_MAILBOX_LOGITS_BYTES, 4);
	rig.bench.write(base + SQZ_MAILBOX_POST, 0);
	ck_assert_uint_eq(rig.logits.size(), 1);
	ck_assert_uint_eq(rig.logits[0].size(), 4);
	ck_assert_uint_eq(rig.logits[0][0], 42);
}
END_TEST

/* ---- memory ---- */

START_TEST(memory_reads_and_writes)
{
	bus_rig rig({ "cpu.dram_read_cycles=3", "cpu.dram_write_cycles=5" });
	uint8_t data[64], back[64] = {};
	sc_core::sc_time delay(1, sc_core::SC_NS);

	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	ck_assert_int_eq(rig.bench.access(WRITE, SQZ_DRAM_BASE + 0x33, data,
					  sizeof(data), &delay),
			 tlm::TLM_OK_RESPONSE);
	ck_assert_uint_eq(delay.value(), 6000);
	ck_assert(rig.bench.payload.is_dmi_allowed());
	ck_assert_mem_eq(rig.ram.data() + 0x33, data, sizeof(data));
	ck_assert_int_eq(rig.bench.access(READ, SQZ_DRAM_BASE + 0x33, back,
					  sizeof(back), &delay),
			 tlm::TLM_OK_RESPONSE);
	ck_assert_uint_eq(delay.value(), 9000);
	ck_assert_mem_eq(back, data, sizeof(data));
	ck_assert_int_eq(
	    rig.bench.access(READ, SQZ_DRAM_BASE + RAM_BYTES - 4, back, 8),
	    tlm::TLM_ADDRESS_ERROR_RESPONSE);
}
END_TEST

START_TEST(flash_is_read_only)
{
	bus_rig rig;
	uint32_t value = 5;

	rig.flash[8] = 99;
	ck_assert_uint_eq(rig.bench.read(SQZ_FLASH_BASE + 8), 99);
	ck_assert_int_eq(rig.bench.access(WRITE, SQZ_FLASH_BASE, &value, 4),
			 tlm::TLM_COMMAND_ERROR_RESPONSE);
	ck_assert_str_eq(rig.bench.note.text.c_str(),
			 "this memory is read-only");
	ck_assert_uint_eq(rig.flash[0], 0);
}
END_TEST

START_TEST(debug_access_takes_no_time_and_no_permission)
{
	bus_rig rig;
	uint8_t data[32] = { 1, 2, 3 }, back[32] = {};

	rig.bench.prepare(WRITE, SQZ_FLASH_BASE + 16, data, 32);
	ck_assert_uint_eq(rig.bench.socket->transport_dbg(rig.bench.payload),
			  32);
	ck_assert_uint_eq(rig.bench.payload.get_address(), SQZ_FLASH_BASE + 16);
	rig.bench.prepare(READ, SQZ_FLASH_BASE + 16, back, 32);
	ck_assert_uint_eq(rig.bench.socket->transport_dbg(rig.bench.payload),
			  32);
	ck_assert_mem_eq(back, data, 32);
	/* As much as there is. */
	rig.bench.prepare(READ, SQZ_FLASH_BASE + FLASH_BYTES - 5, back, 32);
	ck_assert_uint_eq(rig.bench.socket->transport_dbg(rig.bench.payload),
			  5);
	ck_assert_uint_eq(rig.bench.payload.get_data_length(), 32);
}
END_TEST

/* A look at a register has none of its side effects; none can be written. */
START_TEST(debug_access_only_looks_at_registers)
{
	const uint64_t claim = SQZ_PLIC_BASE + 0x200004;
	bus_rig rig;
	uint32_t seen = 0;

	rig.bench.write(SQZ_PLIC_BASE + 4 * 7, 1);
	rig.bench.write(SQZ_PLIC_BASE + 0x2000, 1u << 7);
	rig.plic.set(7, true);
	for (int i = 0; i < 2; i++) {
		rig.bench.prepare(READ, claim, &seen, 4);
		ck_assert_uint_eq(
		    rig.bench.socket->transport_dbg(rig.bench.payload), 4);
		ck_assert_uint_eq(seen, 7);
	}
	ck_assert_uint_eq(rig.bench.read(claim), 7);
	rig.bench.prepare(READ, claim, &seen, 4);
	rig.bench.socket->transport_dbg(rig.bench.payload);
	ck_assert_uint_eq(seen, 0);
	rig.bench.prepare(READ, SQZ_UART_BASE + 4, &seen, 2); /* MCR, LSR */
	ck_assert_uint_eq(rig.bench.socket->transport_dbg(rig.bench.payload),
			  2);
	ck_assert_uint_eq(seen, 0x6000);
	rig.bench.prepare(WRITE, SQZ_UART_BASE + 7, &seen, 1);
	ck_assert_uint_eq(rig.bench.socket->transport_dbg(rig.bench.payload),
			  0);
}
END_TEST

static bool ask_dmi(bus_rig &rig, uint64_t addr, tlm::tlm_dmi &dmi,
		    tlm::tlm_command command = READ)
{
	rig.bench.prepare(command, addr, nullptr, 1);
	const bool granted =
	    rig.bench.socket->get_direct_mem_ptr(rig.bench.payload, dmi);
	ck_assert_uint_eq(rig.bench.payload.get_address(), addr);
	return granted;
}

START_TEST(direct_access_has_inclusive_ends)
{
	bus_rig rig({ "cpu.dram_read_cycles=3", "cpu.flash_read_cycles=8" });
	tlm::tlm_dmi dmi;

	ck_assert(ask_dmi(rig, SQZ_DRAM_BASE + 0x1234, dmi));
	ck_assert_uint_eq(dmi.get_start_address(), SQZ_DRAM_BASE);
	ck_assert_uint_eq(dmi.get_end_address(), SQZ_DRAM_BASE + RAM_BYTES - 1);
	ck_assert_ptr_eq(dmi.get_dmi_ptr(), rig.ram.data());
	ck_assert(dmi.is_read_write_allowed());
	ck_assert_uint_eq(dmi.get_read_latency().value(), 3000);
	ck_assert(ask_dmi(rig, SQZ_FLASH_BASE + FLASH_BYTES - 1, dmi));
	ck_assert_uint_eq(dmi.get_start_address(), SQZ_FLASH_BASE);
	ck_assert_uint_eq(dmi.get_end_address(),
			  SQZ_FLASH_BASE + FLASH_BYTES - 1);
	ck_assert(dmi.is_read_allowed() && !dmi.is_write_allowed());
	ck_assert_uint_eq(dmi.get_read_latency().value(), 8000);
	ck_assert(!ask_dmi(rig, SQZ_FLASH_BASE, dmi, WRITE));
}
END_TEST

START_TEST(devices_and_holes_grant_no_direct_access)
{
	bus_rig rig;
	tlm::tlm_dmi dmi;

	for (uint64_t addr :
	     { HOLE, (uint64_t)SQZ_UART_BASE, (uint64_t)SQZ_PLIC_BASE,
	       (uint64_t)SQZ_MAILBOX_BASE, FAR, NEAR })
		ck_assert(!ask_dmi(rig, addr, dmi));
}
END_TEST

START_TEST(direct_access_can_be_withdrawn)
{
	bus_rig rig;
	tlm::tlm_dmi dmi;
	uint32_t value = 0;

	rig.dram_target.withdraw(0x1000, 0x1fff);
	ck_assert_uint_eq(rig.bench.invalidated.size(), 1);
	ck_assert_uint_eq(rig.bench.invalidated[0].first,
			  SQZ_DRAM_BASE + 0x1000);
	ck_assert_uint_eq(rig.bench.invalidated[0].second,
			  SQZ_DRAM_BASE + 0x1fff);
	ck_assert(!ask_dmi(rig, SQZ_DRAM_BASE + 0x1800, dmi));
	ck_assert_uint_eq(dmi.get_start_address(), SQZ_DRAM_BASE + 0x1000);
	ck_assert_uint_eq(dmi.get_end_address(), SQZ_DRAM_BASE + 0x1fff);
	ck_assert(ask_dmi(rig, SQZ_DRAM_BASE + 0xfff, dmi));
	ck_assert_uint_eq(dmi.get_start_address(), SQZ_DRAM_BASE);
	ck_assert_uint_eq(dmi.get_end_address(), SQZ_DRAM_BASE + 0xfff);
	ck_assert(ask_dmi(rig, SQZ_DRAM_BASE + 0x2000, dmi));
	ck_assert_uint_eq(dmi.get_start_address(), SQZ_DRAM_BASE + 0x2000);
	ck_assert_ptr_eq(dmi.get_dmi_ptr(), rig.ram.data() + 0x2000);
	/* The bytes are still there, over the bus. */
	ck_assert_int_eq(
	    rig.bench.access(READ, SQZ_DRAM_BASE + 0x1800, &value, 4),
	    tlm::TLM_OK_RESPONSE);
	ck_assert(!rig.bench.payload.is_dmi_allowed());
	/* Twice withdrawn, twice restored. */
	rig.dram_target.withdraw(0x1000, 0x1fff);
	rig.dram_target.restore(0x1000, 0x1fff);
	ck_assert(!ask_dmi(rig, SQZ_DRAM_BASE + 0x1800, dmi));
	rig.dram_target.restore(0x1000, 0x1fff);
	rig.dram_target.restore(0x1000, 0x1fff);
	ck_assert(ask_dmi(rig, SQZ_DRAM_BASE + 0x1800, dmi));
	ck_assert_uint_eq(dmi.get_end_address(), SQZ_DRAM_BASE + RAM_BYTES - 1);
}
END_TEST

static TCase *bus_tests()
{
	TCase *tests = tcase_create("bus");

	tcase_add_test(tests, addresses_are_relative_to_the_device);
	tcase_add_test(tests, the_delay_goes_to_the_device_and_back);
	tcase_add_test(tests, holes_are_address_errors);
	tcase_add_test(tests, device_errors_come_back);
	tcase_add_test(tests, places_have_names);
	tcase_add_test(tests, devices_take_one_plain_word);
	tcase_add_test(tests, devices_answer_at_once_without_blocking);
	tcase_add_test(tests, refusals_say_why);
	return tests;
}

static TCase *device_tests()
{
	TCase *tests = tcase_create("devices");

	tcase_add_test(tests, clint_counts_the_timebase);
	tcase_add_test(tests, plic_claims_and_completes);
	tcase_add_test(tests, uart_sends_and_interrupts);
	tcase_add_test(tests, finisher_ends_the_run);
	tcase_add_test(tests, mailbox_delivers_in_time);
	tcase_add_test(tests, mailbox_hands_logits_over);
	return tests;
}

static TCase *memory_tests()
{
	TCase *tests = tcase_create("memory");

	tcase_add_test(tests, memory_reads_and_writes);
	tcase_add_test(tests, flash_is_read_only);
	tcase_add_test(tests, debug_access_takes_no_time_and_no_permission);
	tcase_add_test(tests, debug_access_only_looks_at_registers);
	tcase_add_test(tests, direct_access_has_inclusive_ends);
	tcase_add_test(tests, devices_and_holes_grant_no_direct_access);
	tcase_add_test(tests, direct_access_can_be_withdrawn);
	return tests;
}

int main()
{
	Suite *suite = suite_create("devices");

	suite_add_tcase(suite, bus_tests());
	suite_add_tcase(suite, device_tests());
	suite_add_tcase(suite, memory_tests());
	return sqz_suite_main(suite);
}
