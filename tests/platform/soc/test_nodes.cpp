/* Tiles, memories and the controller on the network, timed by hand. Constants
 * are those of default.cfg: network 1 ns; buffer 32 bytes a 1 ns cycle and
 * 2 ns; flash 8 bytes a 10 ns cycle and 100 ns; DRAM tRCD = tRP = tCAS =
 * 14.16 ns, 64 bytes in 3.333 ns. */
#include "host_rig.h"
#include "soc/controller_node.h"
#include "soc/nodes.h"
#include "sqz/regs.h"

static const uint64_t CYCLE = 1000;

static const std::vector<const char *> SMALL = {
	"noc.width=4",	  "noc.height=4",
	"chip.buffers=1", "chip.dram_controllers=1",
	"dram.mib=1",	  "flash.mib=1",
	"buffer.kib=200"
};

/* The first node of a kind on that mesh. */
static uint16_t node_of(uint8_t kind)
{
	const sqz_config config = rig_config(SMALL);
	sqz_chip layout = {};
	sqz_error err = {};
	uint16_t node = 0;

	ck_assert_int_eq(sqz_chip_build(&config, &layout, &err), 0);
	while (layout.entries[node].kind != kind)
		node++;
	sqz_chip_free(&layout);
	return node;
}

static uint64_t up(uint64_t ps)
{
	return (ps + CYCLE - 1) / CYCLE * CYCLE;
}

static mesh_rig::factory memory(uint8_t *storage)
{
	return [storage](const char *name, uint16_t node, mesh_rig &rig) {
		return std::make_unique<sqz::memory_node>(
		    name, node, rig.commons, rig.config, storage, nullptr);
	};
}

static mesh_rig::factory tile()
{
	return [](const char *name, uint16_t node, mesh_rig &rig) {
		return std::make_unique<sqz::tile_node>(name, node, rig.commons,
							rig.config, nullptr);
	};
}

/* ---- memories ---- */

static const uint16_t ASKER = 14; /* a tile's place */

static void send_read(mesh_rig &rig, uint16_t node, uint64_t addr,
		      uint32_t bytes)
{
	sqz_packet *packet =
	    rig.packet(ASKER, node, SQZ_PKT_READ, SQZ_READ_PAYLOAD_BYTES);

	packet->addr = addr;
	packet->chunk = bytes;
	packet->count = 1;
	rig.send(packet);
}

/* Sends a READ now; its answer's arrival must be at this time. */
static arrival expect_read(mesh_rig &rig, uint16_t node, uint64_t addr,
			   uint32_t bytes, uint64_t service_ps)
{
	auto &log = rig.probes[ASKER].arrivals;
	const uint64_t begin = up(sqz::now_ps() + 1000000);

	log.clear();
	run_to(begin);
	send_read(rig, node, addr, bytes);
	run_all();
	ck_assert_uint_eq(log.size(), 1);
	ck_assert_uint_eq(log[0].type, SQZ_PKT_READ_DATA);
	ck_assert_uint_eq(log[0].status, SQZ_OK);
	ck_assert_uint_eq(log[0].payload.size(), bytes);
	const uint64_t asked =
	    begin + rig.flight_ps(ASKER, node, SQZ_READ_PAYLOAD_BYTES);
	ck_assert_uint_eq(log[0].ps, up(asked + service_ps) +
					 rig.flight_ps(node, ASKER, bytes));
	return log[0];
}

START_TEST(a_buffer_answers_in_time)
{
	const uint16_t node = node_of(SQZ_NODE_BUFFER);
	mesh_rig rig(SMALL, { { node, memory(nullptr) } });
	const uint64_t window = rig.layout.entries[node].window;
	sqz_packet *write = rig.packet(ASKER, node, SQZ_PKT_WRITE, 64);

	run_to(333);
	write->addr = window + 128;
	for (unsigned i = 0; i < 64; i++)
		write->data[i] = (uint8_t)(3 * i);
	rig.send(write);
	run_all();
	auto &log = rig.probes[ASKER].arrivals;
	ck_assert_uint_eq(log.size(), 1);
	ck_assert_uint_eq(log[0].type, SQZ_PKT_WRITE_ACK);
	/* 64 bytes: 2 cycles of one bank, and the latency. */
	ck_assert_uint_eq(log[0].ps, CYCLE + rig.flight_ps(ASKER, node, 64) +
					 4000 + rig.flight_ps(node, ASKER, 0));
	const arrival data = expect_read(rig, node, window + 128, 64, 4000);
	for (unsigned i = 0; i < 64; i++)
		ck_assert_uint_eq(data.payload[i], (uint8_t)(3 * i));
	/* Two lines lie in two banks, which work side by side. */
	expect_read(rig, node, window + 128, 128, 4000);
	rig.expect_empty();
}
END_TEST

START_TEST(flash_answers_in_time)
{
	const uint16_t node = node_of(SQZ_NODE_FLASH);
	std::vector<uint8_t> bytes(1 << 20);
	mesh_rig rig(SMALL, { { node, memory(bytes.data()) } });

	bytes[0x1230] = 0x77;
	const arrival data =
	    expect_read(rig, node, SQZ_FLASH_BASE + 0x1230, 32, 140000);
	ck_assert_uint_eq(data.payload[0], 0x77);
}
END_TEST

START_TEST(dram_answers_in_time)
{
	const uint16_t node = node_of(SQZ_NODE_DRAM);
	std::vector<uint8_t> bytes(1 << 20);
	mesh_rig rig(SMALL, { { node, memory(bytes.data()) } });

	bytes[64] = 0x99;
	/* Activate, column, one burst. */
	const arrival data = expect_read(rig, node, SQZ_DRAM_BASE + 64, 64,
					 14160 + 14160 + 3333);
	ck_assert_uint_eq(data.payload[0], 0x99);
	/* The row is open; two bursts. */
	expect_read(rig, node, SQZ_DRAM_BASE + 128, 128, 14160 + 2 * 3333);
	/* 8 banks of 8 KiB rows: the next row of the same bank. */
	expect_read(rig, node, SQZ_DRAM_BASE + 8 * 8192, 64, 3 * 14160 + 3333);
}
END_TEST

/* A full queue refuses requests; all are answered in the end. */
START_TEST(a_full_memory_holds_requests_back)
{
	const uint16_t node = node_of(SQZ_NODE_DRAM);
	std::vector<uint8_t> bytes(1 << 20);
	std::vector<const char *> settings = SMALL;

	settings.push_back("dram.queue=1");
	mesh_rig rig(settings, { { node, memory(bytes.data()) } });
	for (int i = 0; i < 4; i++)
		send_read(rig, node, SQZ_DRAM_BASE + 64 * (uint64_t)i, 64);
	run_all();
	ck_assert_uint_eq(rig.probes[ASKER].arrivals.size(), 4);
	auto *shell = static_cast<sqz::memory_node *>(rig.shells[node].get());
	ck_assert_uint_gt(sqz_memory_counters(shell->memory).refused, 0);
	rig.expect_empty();
}
END_TEST

/* ---- tile ---- */

START_TEST(a_tile_answers_register_accesses_in_time)
{
	const uint16_t node = node_of(SQZ_NODE_TILE);
	mesh_rig rig(SMALL, { { node, tile() } });
	sqz_packet *packet = rig.packet(ASKER, node, SQZ_PKT_REG_READ);

	packet->addr = rig.layout.entries[node].window + SQZ_TILE_ID;
	packet->chunk = 4;
	rig.send(packet);
	run_all();
	auto &log = rig.probes[ASKER].arrivals;
	ck_assert_uint_eq(log.size(), 1);
	ck_assert_uint_eq(log[0].value, 0x53515a54);
	/* The answer leaves in the cycle after the question's arrival. */
	ck_assert_uint_eq(log[0].ps, rig.flight_ps(ASKER, node, 0) + CYCLE +
					 rig.flight_ps(node, ASKER, 4));
	rig.expect_empty();
}
END_TEST

START_TEST(a_tile_refuses_a_bad_slot)
{
	const uint16_t node = node_of(SQZ_NODE_TILE);
	mesh_rig rig(SMALL, { { node, tile() } });
	sqz_packet *packet =
	    rig.packet(0, node, SQZ_PKT_RUN, SQZ_RUN_PAYLOAD_BYTES);

	packet->slot = 999;
	rig.send(packet);
	run_all();
	auto &log = rig.probes[0].arrivals;
	ck_assert_uint_ge(log.size(), 1);
	ck_assert_uint_eq(log[0].type, SQZ_PKT_DONE);
	ck_assert_uint_ne(log[0].status, SQZ_OK);
	rig.expect_empty();
}
END_TEST

/* ---- controller ---- */

/* The controller with one tile and one buffer, and the test as its host. */
struct controller_rig {
	host_rig host;
	std::unique_ptr<mesh_rig> mesh;
	sqz::controller_node *node = nullptr;
	const uint16_t tile_at = node_of(SQZ_NODE_TILE);
	const uint16_t buffer_at = node_of(SQZ_NODE_BUFFER);

	controller_rig() : host({}, true)
	{
		const mesh_rig::factory controller = [this](const char *name,
							    uint16_t number,
							    mesh_rig &rig) {
			auto made = std::make_unique<sqz::controller_node>(
			    name, number, rig.commons, rig.config, host.plic,
			    nullptr);
			node = made.get();
			host.bus.connect("controller", SQZ_CONTROLLER_BASE,
					 SQZ_CONTROLLER_BYTES, node->registers);
			host.bus.connect("node windows", SQZ_WINDOW_BASE,
					 1u << 30, node->windows, true);
			return made;
		};
		mesh = std::make_unique<mesh_rig>(
		    SMALL, std::map<uint16_t, mesh_rig::factory>{
			       { 0, controller },
			       { tile_at, tile() },
			       { buffer_at, memory(nullptr) } });
	}

	uint64_t window(uint16_t number) const
	{
		return mesh->layout.entries[number].window;
	}
	/* Runs it in a thread, as a host would, from `ps` on. */
	void host_does(uint64_t ps, const std::function<void()> &call)
	{
		run_to(ps);
		sc_core::sc_spawn(call);
		run_all();
	}
};

START_TEST(the_controllers_registers_answer_at_once)
{
	controller_rig rig;
	const uint64_t base = SQZ_CONTROLLER_BASE;
	auto &bench = rig.host.bench;
	uint32_t value = 0;

	ck_assert_uint_eq(bench.read(base + SQZ_CONTROLLER_ID), 0x53515a43);
	ck_assert_uint_eq(bench.read(base + SQZ_CONTROLLER_NODES), 16);
	bench.write(base + SQZ_CONTROLLER_SCRATCH, 0xcafe);
	ck_assert_uint_eq(bench.read(base + SQZ_CONTROLLER_SCRATCH), 0xcafe);
	ck_assert_int_eq(bench.at_once(tlm::TLM_READ_COMMAND,
				       base + SQZ_CONTROLLER_SCRATCH, &value,
				       4),
			 tlm::TLM_OK_RESPONSE);
	ck_assert_uint_eq(value, 0xcafe);
	/* The node table takes loads of any size. */
	sqz_node_entry entry = {};
	for (unsigned i = 0; i < sizeof(entry); i += 8) {
		const uint64_t word =
		    bench.read(base + SQZ_NODE_TABLE_OFFSET +
				   rig.tile_at * sizeof(entry) + i,
			       8);
		memcpy((uint8_t *)&entry + i, &word, 8);
	}
	ck_assert_mem_eq(&entry, &rig.mesh->layout.entries[rig.tile_at],
			 sizeof(entry));
	ck_assert_uint_eq(sqz::now_ps(), 0);
}
END_TEST

START_TEST(the_controllers_refusals_name_the_register)
{
	controller_rig rig;
	auto &bench = rig.host.bench;
	const uint64_t base = SQZ_CONTROLLER_BASE;
	uint64_t value = 0;

	ck_assert_int_eq(bench.access(tlm::TLM_WRITE_COMMAND,
				      base + SQZ_CONTROLLER_VERSION, &value, 4),
			 tlm::TLM_ADDRESS_ERROR_RESPONSE);
	ck_assert_str_eq(bench.note.text.c_str(),
			 "controller.VERSION: write to a read-only register");
	ck_assert_int_eq(bench.access(tlm::TLM_READ_COMMAND,
				      base + SQZ_RING_OFFSET +
					  2 * SQZ_RING_STRIDE + SQZ_RING_TAIL,
				      &value, 8),
			 tlm::TLM_ADDRESS_ERROR_RESPONSE);
	ck_assert_str_eq(bench.note.text.c_str(),
			 "ring 2.TAIL: registers take 32-bit accesses only");
	ck_assert_int_eq(bench.access(tlm::TLM_WRITE_COMMAND,
				      base + SQZ_NODE_TABLE_OFFSET, &value, 8),
			 tlm::TLM_ADDRESS_ERROR_RESPONSE);
	ck_assert_str_eq(bench.note.text.c_str(),
			 "node table: write to the read-only node table");
	ck_assert_int_eq(
	    bench.access(tlm::TLM_READ_COMMAND, base + 0xf00000, &value, 4),
	    tlm::TLM_ADDRESS_ERROR_RESPONSE);
}
END_TEST

START_TEST(the_bridge_reads_a_tiles_register)
{
	controller_rig rig;
	uint64_t value = 0, end = 0;
	sc_core::sc_time delay(20, sc_core::SC_NS);

	rig.host_does(5300, [&] {
		const tlm::tlm_response_status answer = rig.host.bench.access(
		    tlm::TLM_READ_COMMAND, rig.window(rig.tile_at), &value, 4,
		    &delay);
		ck_assert_int_eq(answer, tlm::TLM_OK_RESPONSE);
		end = sqz::now_ps();
	});
	ck_assert_uint_eq(value, 0x53515a54);
	ck_assert(delay == sc_core::SC_ZERO_TIME);
	/* The annotated 20 ns, to the next edge, there, a cycle, back. */
	ck_assert_uint_eq(end,
			  up(25300) + rig.mesh->flight_ps(0, rig.tile_at, 0) +
			      CYCLE + rig.mesh->flight_ps(rig.tile_at, 0, 4));
	rig.mesh->expect_empty();
}
END_TEST

START_TEST(the_bridge_reads_and_writes_a_buffer)
{
	controller_rig rig;
	uint64_t value = 0, written = 0, read = 0;
	auto &bench = rig.host.bench;
	const uint64_t addr = rig.window(rig.buffer_at) + 8;

	rig.host_does(1000, [&] {
		bench.write(addr, 0x1122334455667788, 8);
		written = sqz::now_ps();
		value = bench.read(addr, 8);
		read = sqz::now_ps();
		ck_assert_uint_eq(bench.read(addr + 6, 2), 0x1122);
	});
	/* One cycle of a bank and 2 ns in the buffer. The host goes on after
	 * the step that brought the answer: its next packet is a cycle later.
	 */
	const uint64_t there = rig.mesh->flight_ps(0, rig.buffer_at, 8);
	const uint64_t back = rig.mesh->flight_ps(rig.buffer_at, 0, 0);
	ck_assert_uint_eq(written, 1000 + there + 3000 + back);
	ck_assert_uint_eq(value, 0x1122334455667788);
	ck_assert_uint_eq(
	    read, written + CYCLE + rig.mesh->flight_ps(0, rig.buffer_at, 0) +
		      3000 + rig.mesh->flight_ps(rig.buffer_at, 0, 8));
	rig.mesh->expect_empty();
}
END_TEST

/* The access fails; the note says this. */
static void expect_refusal(controller_rig &rig, tlm::tlm_command command,
			   uint64_t addr, unsigned size, const char *note)
{
	uint64_t value = 0;

	rig.host_does(sqz::now_ps(), [&] {
		auto &bench = rig.host.bench;
		ck_assert_msg(bench.access(command, addr, &value, size) ==
				  tlm::TLM_ADDRESS_ERROR_RESPONSE,
			      "not refused: %s", note);
		ck_assert_str_eq(bench.note.text.c_str(), note);
	});
}

START_TEST(what_a_node_refuses_is_an_address_error)
{
	controller_rig rig;
	const std::string tile = "node " + std::to_string(rig.tile_at);
	const std::string buffer = "node " + std::to_string(rig.buffer_at);
	const uint64_t registers =
	    rig.window(rig.buffer_at) +
	    rig.mesh->layout.entries[rig.buffer_at].window_bytes / 2;

	expect_refusal(
	    rig, tlm::TLM_WRITE_COMMAND, rig.window(rig.tile_at), 4,
	    (tile + ", tile.ID: write to a read-only register").c_str());
	expect_refusal(rig, tlm::TLM_READ_COMMAND,
		       rig.window(rig.tile_at) + 0xff000, 4,
		       (tile + ", tile: no register at this offset").c_str());
	expect_refusal(
	    rig, tlm::TLM_READ_COMMAND, registers, 8,
	    (buffer + ", buffer.ID: registers take 32-bit accesses only")
		.c_str());
	expect_refusal(rig, tlm::TLM_READ_COMMAND,
		       rig.window(rig.buffer_at) + 2, 4,
		       (buffer + ", misaligned access").c_str());
	expect_refusal(rig, tlm::TLM_READ_COMMAND, registers - 4, 4,
		       (buffer + ", outside of the buffer's memory").c_str());
	expect_refusal(rig, tlm::TLM_READ_COMMAND, SQZ_WINDOW_BASE + (1 << 29),
		       4, "no node's window");
	/* The bridge goes on working. */
	rig.host_does(sqz::now_ps(), [&] {
		ck_assert_uint_eq(rig.host.bench.read(rig.window(rig.tile_at)),
				  0x53515a54);
	});
	rig.mesh->expect_empty();
}
END_TEST

START_TEST(the_bridge_serves_one_at_a_time)
{
	controller_rig rig;
	const uint64_t addr = rig.window(rig.buffer_at);
	uint64_t ends[3] = {}, values[3] = {};

	/* The bench has one transaction only: each brings its own. */
	for (unsigned i = 0; i < 3; i++)
		sc_core::sc_spawn([&, i] {
			tlm::tlm_generic_payload payload;
			sc_core::sc_time delay(i, sc_core::SC_NS);
			values[i] = i + 1;
			payload.set_command(i < 2 ? tlm::TLM_WRITE_COMMAND
						  : tlm::TLM_READ_COMMAND);
			payload.set_address(addr + 8 * (i % 2));
			payload.set_data_ptr((uint8_t *)&values[i]);
			payload.set_data_length(8);
			payload.set_streaming_width(8);
			rig.host.bench.socket->b_transport(payload, delay);
			ck_assert(payload.is_response_ok());
			ends[i] = sqz::now_ps();
		});
	run_all();
	ck_assert_uint_lt(0, ends[0]);
	ck_assert_uint_lt(ends[0], ends[1]);
	ck_assert_uint_lt(ends[1], ends[2]);
	ck_assert_uint_eq(values[2], 1);
}
END_TEST

START_TEST(windows_take_blocking_accesses_only)
{
	controller_rig rig;
	uint32_t value = 0;

	ck_assert_int_eq(rig.host.bench.at_once(tlm::TLM_READ_COMMAND,
						rig.window(rig.tile_at), &value,
						4),
			 tlm::TLM_GENERIC_ERROR_RESPONSE);
}
END_TEST

START_TEST(a_nodes_interrupt_reaches_the_plic)
{
	controller_rig rig;
	auto &bench = rig.host.bench;
	const uint64_t base = SQZ_CONTROLLER_BASE;
	const uint64_t pending = SQZ_PLIC_BASE + 0x1004;

	bench.write(base + SQZ_CONTROLLER_IRQ_ENABLE,
		    sqz_bits(SQZ_CONTROLLER_IRQ_STATUS_NODE, 1));
	rig.mesh->send(ASKER, 0, SQZ_PKT_IRQ);
	run_to(rig.mesh->flight_ps(ASKER, 0, 0));
	ck_assert_uint_eq(bench.read(pending), 0);
	run_to(sqz::now_ps() + 1);
	ck_assert_uint_eq(bench.read(pending), 1u << (SQZ_IRQ_ERROR - 32));
	ck_assert_uint_eq(bench.read(base + SQZ_CONTROLLER_NODE_IRQ), ASKER);
	bench.write(base + SQZ_CONTROLLER_NODE_IRQ, 0);
	ck_assert_uint_eq(bench.read(pending), 0);
}
END_TEST

static TCase *memory_tests()
{
	TCase *tests = tcase_create("memories");

	tcase_add_test(tests, a_buffer_answers_in_time);
	tcase_add_test(tests, flash_answers_in_time);
	tcase_add_test(tests, dram_answers_in_time);
	tcase_add_test(tests, a_full_memory_holds_requests_back);
	return tests;
}

static TCase *tile_tests()
{
	TCase *tests = tcase_create("tile");

	tcase_add_test(tests, a_tile_answers_register_accesses_in_time);
	tcase_add_test(tests, a_tile_refuses_a_bad_slot);
	return tests;
}

static TCase *controller_tests()
{
	TCase *tests = tcase_create("controller");

	tcase_add_test(tests, the_controllers_registers_answer_at_once);
	tcase_add_test(tests, the_controllers_refusals_name_the_register);
	tcase_add_test(tests, the_bridge_reads_a_tiles_register);
	tcase_add_test(tests, the_bridge_reads_and_writes_a_buffer);
	tcase_add_test(tests, what_a_node_refuses_is_an_address_error);
	tcase_add_test(tests, the_bridge_serves_one_at_a_time);
	tcase_add_test(tests, windows_take_blocking_accesses_only);
	tcase_add_test(tests, a_nodes_interrupt_reaches_the_plic);
	return tests;
}

int main()
{
	Suite *suite = suite_create("nodes");

	suite_add_tcase(suite, memory_tests());
	suite_add_tcase(suite, tile_tests());
	suite_add_tcase(suite, controller_tests());
	return sqz_suite_main(suite);
}
