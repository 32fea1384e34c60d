/* The memory node: packets in, packets out, at the right time. */
#include "harness.h"
#include "mem/memory_node.h"
#include "mem_suites.h"
#include "sqz/regs.h"

#include <string.h>

#define ASKER	 1
#define MEMORY	 2
#define BASE	 0x100000000u
#define WINDOW	 0x4000u
#define BYTES	 0x2000u
#define DELAY_PS 10
#define LATENCY	 500

/* 4 banks of 64-byte lines, 16 bytes in 1 ns. */
static const struct sqz_memory_config CONFIG = {
	.kind = SQZ_MEMORY_BUFFER,
	.map = { BASE, BYTES, 0, 1, 0 },
	.window_bytes = WINDOW,
	.queue_depth = 2,
	.latency_ps = LATENCY,
	.banks = { 4, 64, 16, 1000 },
};

static struct harness chip;
static struct sqz_memory *memory;
static sqz_ps arrived_ps[64];
static int arrived;

static void note_time(struct harness *harness, int node,
		      const struct sqz_packet *packet)
{
	(void)node;
	(void)packet;
	if (arrived < 64)
		arrived_ps[arrived++] = harness->now;
}

static void start(const struct sqz_memory_config *config)
{
	struct sqz_error err;

	harness_init(&chip, DELAY_PS);
	chip.on_arrival = note_time;
	memory = sqz_memory_create(config, harness_env(&chip, MEMORY), &err);
	ck_assert_msg(memory, "%s", err.text);
	harness_attach(&chip, MEMORY, &sqz_memory_ops, memory);
	for (unsigned i = 0; i < config->map.bytes; i++)
		sqz_memory_data(memory)[i] = (uint8_t)(i * 7 + i / 256);
}

static uint8_t byte_at(unsigned offset)
{
	return (uint8_t)(offset * 7 + offset / 256);
}

static void start_buffer(void)
{
	start(&CONFIG);
}

static void stop(void)
{
	sqz_memory_destroy(memory);
	harness_finish(&chip);
}

static void ask_read(uint64_t addr, uint32_t chunk, uint32_t stride,
		     uint32_t count)
{
	struct sqz_packet *packet =
	    harness_packet(&chip, ASKER, MEMORY, SQZ_PKT_READ);

	packet->addr = addr;
	packet->chunk = chunk;
	packet->stride = stride;
	packet->count = count;
	packet->payload_bytes = SQZ_READ_PAYLOAD_BYTES;
	packet->tag = 77;
	harness_send(&chip, packet);
}

static void ask_write(uint64_t addr, uint32_t bytes, uint8_t value)
{
	struct sqz_packet *packet =
	    harness_packet(&chip, ASKER, MEMORY, SQZ_PKT_WRITE);

	packet->addr = addr;
	packet->payload_bytes = bytes;
	memset(packet->data, value, bytes);
	packet->tag = 78;
	harness_send(&chip, packet);
}

static void ask_host(enum sqz_packet_type type, uint64_t addr, uint32_t size,
		     uint64_t value)
{
	struct sqz_packet *packet = harness_packet(&chip, ASKER, MEMORY, type);

	packet->addr = addr;
	packet->chunk = size;
	packet->value = value;
	harness_send(&chip, packet);
}

/* The host access's answer: status, and the value into *value. */
static uint32_t host(enum sqz_packet_type type, uint64_t addr, uint32_t size,
		     uint64_t *value)
{
	ask_host(type, addr, size, *value);
	harness_run(&chip);

	struct sqz_packet *answer =
	    harness_take(&chip, ASKER, SQZ_PKT_REG_DATA);
	uint32_t status = answer->status;

	*value = answer->value;
	if (status != SQZ_OK)
		ck_assert_uint_eq(answer->addr, addr);
	harness_release(&chip, answer);
	return status;
}

static void expect_status(enum sqz_packet_type type, enum sqz_status status,
			  uint64_t addr)
{
	harness_run(&chip);

	struct sqz_packet *answer = harness_take(&chip, ASKER, type);

	ck_assert_uint_eq(answer->status, status);
	ck_assert_uint_eq(answer->addr, addr);
	harness_release(&chip, answer);
}

START_TEST(a_read_brings_the_bytes_after_latency_and_transfer)
{
	ask_read(BASE + 100, 60, 60, 1);
	harness_run(&chip);

	struct sqz_packet *answer =
	    harness_take(&chip, ASKER, SQZ_PKT_READ_DATA);

	ck_assert_uint_eq(answer->payload_bytes, 60);
	ck_assert_uint_eq(answer->tag, 77);
	ck_assert_uint_eq(answer->status, SQZ_OK);
	for (unsigned i = 0; i < 60; i++)
		ck_assert_uint_eq(answer->data[i], byte_at(100 + i));
	/* 28 bytes of bank 1 and 32 of bank 2, 2 cycles each. */
	ck_assert_uint_eq(arrived_ps[0], DELAY_PS + 2000 + LATENCY + DELAY_PS);
	harness_release(&chip, answer);
}
END_TEST

START_TEST(a_strided_read_gathers_rows)
{
	ask_read(BASE + 8, 5, 300, 4);
	harness_run(&chip);

	struct sqz_packet *answer =
	    harness_take(&chip, ASKER, SQZ_PKT_READ_DATA);

	ck_assert_uint_eq(answer->payload_bytes, 20);
	for (unsigned i = 0; i < 20; i++)
		ck_assert_uint_eq(answer->data[i],
				  byte_at(8 + i / 5 * 300 + i % 5));
	/* Rows at 8, 308, 608, 908: lines 0, 4, 9, 14: banks 0, 0, 1, 2. The
	 * first and second row follow each other. */
	ck_assert_uint_eq(arrived_ps[0], DELAY_PS + 2000 + LATENCY + DELAY_PS);
	harness_release(&chip, answer);
}
END_TEST

START_TEST(touching_rows_are_one_access)
{
	ask_read(BASE, 4, 4, 16);
	harness_run(&chip);
	ck_assert_uint_eq(arrived_ps[0], DELAY_PS + 4000 + LATENCY + DELAY_PS);
	ask_read(BASE, SQZ_PACKET_MAX_PAYLOAD, 0, 1);
	expect_status(SQZ_PKT_READ_DATA, SQZ_OK, 0);

	struct sqz_packet *answer =
	    harness_take(&chip, ASKER, SQZ_PKT_READ_DATA);

	ck_assert_uint_eq(answer->payload_bytes, SQZ_PACKET_MAX_PAYLOAD);
	harness_release(&chip, answer);
}
END_TEST

START_TEST(overlapping_rows_may_repeat_bytes)
{
	ask_read(BASE + 3, 2, 0, 3);
	harness_run(&chip);

	struct sqz_packet *answer =
	    harness_take(&chip, ASKER, SQZ_PKT_READ_DATA);

	ck_assert_uint_eq(answer->payload_bytes, 6);
	for (unsigned i = 0; i < 6; i++)
		ck_assert_uint_eq(answer->data[i], byte_at(3 + i % 2));
	harness_release(&chip, answer);
}
END_TEST

START_TEST(a_write_is_in_memory_when_it_is_acknowledged)
{
	ask_write(BASE + 64, 64, 0xa5);
	harness_run_until(&chip, DELAY_PS + 4000 + LATENCY - 1);
	ck_assert_uint_eq(sqz_memory_data(memory)[64], byte_at(64));
	harness_run_until(&chip, DELAY_PS + 4000 + LATENCY);
	ck_assert_uint_eq(sqz_memory_data(memory)[64], 0xa5);
	ck_assert_uint_eq(sqz_memory_data(memory)[127], 0xa5);
	ck_assert_uint_eq(sqz_memory_data(memory)[128], byte_at(128));
	expect_status(SQZ_PKT_WRITE_ACK, SQZ_OK, 0);
	ck_assert_uint_eq(chip.now, 2 * DELAY_PS + 4000 + LATENCY);
}
END_TEST

START_TEST(requests_for_one_bank_wait_for_each_other)
{
	ask_read(BASE, 64, 64, 1);
	ask_read(BASE + 256, 64, 64, 1);
	harness_run(&chip);
	ck_assert_int_eq(arrived, 2);
	ck_assert_uint_eq(arrived_ps[0], DELAY_PS + 4000 + LATENCY + DELAY_PS);
	ck_assert_uint_eq(arrived_ps[1], DELAY_PS + 8000 + LATENCY + DELAY_PS);

	struct sqz_memory_counters counters = sqz_memory_counters(memory);

	ck_assert_uint_eq(counters.conflicts, 1);
	ck_assert_uint_eq(counters.conflict_wait_ps, 4000);
	ck_assert_uint_eq(counters.busy_ps, 8000);
	ck_assert_uint_eq(counters.reads, 2);
	ck_assert_uint_eq(counters.read_bytes, 128);
}
END_TEST

START_TEST(a_short_request_overtakes_a_long_one_on_other_banks)
{
	ask_read(BASE, 64, 64, 1);
	ask_read(BASE + 64, 1, 1, 1);
	harness_run(&chip);

	struct sqz_packet *first =
	    harness_take(&chip, ASKER, SQZ_PKT_READ_DATA);

	ck_assert_uint_eq(first->payload_bytes, 1);
	harness_release(&chip, first);
}
END_TEST

START_TEST(a_full_queue_refuses_and_loses_nothing)
{
	for (unsigned i = 0; i < 9; i++)
		ask_read(BASE + 256 * i, 4, 4, 1);
	/* Writes have a queue of their own. */
	ask_write(BASE + 64, 4, 1);
	harness_run(&chip);
	ck_assert_uint_eq(chip.nodes[ASKER].inbox.length, 10);
	ck_assert_uint_ge(sqz_memory_counters(memory).refused, 1);
	/* Two at a time: the latency of a pair hides that of one. */
	ck_assert_uint_eq(arrived_ps[0], DELAY_PS + 1000 + LATENCY + DELAY_PS);
	ck_assert_uint_le(arrived_ps[1], arrived_ps[0]);
	for (int i = 0; i < 9; i++) {
		struct sqz_packet *answer =
		    sqz_packet_pop(&chip.nodes[ASKER].inbox);

		ck_assert_uint_eq(answer->status, SQZ_OK);
		harness_release(&chip, answer);
	}
}
END_TEST

START_TEST(answers_wait_until_the_network_takes_them)
{
	harness_block(&chip, MEMORY, SQZ_CLASS_RESPONSE, true);
	for (unsigned i = 0; i < 4; i++)
		ask_read(BASE + 64 * i, 4, 4, 1);
	harness_run(&chip);
	ck_assert_int_eq(arrived, 0);
	ck_assert_uint_eq(chip.nodes[MEMORY].waiting[SQZ_CLASS_REQUEST].length,
			  2);
	chip.now = 1000000;
	harness_block(&chip, MEMORY, SQZ_CLASS_RESPONSE, false);
	harness_run(&chip);
	ck_assert_int_eq(arrived, 4);
	ck_assert_uint_eq(arrived_ps[0], 1000000 + DELAY_PS);
	ck_assert_uint_eq(arrived_ps[3], 1000000 + 1000 + LATENCY + DELAY_PS);
}
END_TEST

START_TEST(bad_reads_name_the_address)
{
	static const struct {
		uint64_t addr;
		uint32_t chunk, stride, count;
		uint64_t fails_at;
	} BAD[] = {
		{ BASE - 1, 1, 1, 1, BASE - 1 },
		{ BASE + BYTES, 1, 1, 1, BASE + BYTES },
		{ BASE + BYTES - 4, 8, 8, 1, BASE + BYTES - 4 },
		{ BASE, 8, BYTES / 2, 3, BASE + BYTES },
		{ BASE, 0, 4, 4, BASE },
		{ BASE, 4, 4, 0, BASE },
		{ BASE, SQZ_PACKET_MAX_PAYLOAD + 1, 4, 1, BASE },
		{ BASE, 0x80000000, 4, 2, BASE },
		{ BASE, 0xffffffff, 0xffffffff, 0xffffffff, BASE },
		{ UINT64_MAX, 4, 0xffffffff, 4, UINT64_MAX },
	};

	ask_read(BAD[_i].addr, BAD[_i].chunk, BAD[_i].stride, BAD[_i].count);
	expect_status(SQZ_PKT_READ_DATA, SQZ_ERR_ADDRESS, BAD[_i].fails_at);
	ck_assert_uint_eq(arrived_ps[0], DELAY_PS + LATENCY + DELAY_PS);
	ck_assert_uint_eq(sqz_memory_counters(memory).errors, 1);
	ck_assert_uint_eq(sqz_memory_counters(memory).reads, 0);
}
END_TEST

START_TEST(bad_writes_change_nothing)
{
	ask_write(BASE + BYTES - 4, 8, 0xff);
	expect_status(SQZ_PKT_WRITE_ACK, SQZ_ERR_ADDRESS, BASE + BYTES - 4);
	ck_assert_uint_eq(sqz_memory_data(memory)[BYTES - 4],
			  byte_at(BYTES - 4));
	ask_write(BASE - 8, 8, 0xff);
	expect_status(SQZ_PKT_WRITE_ACK, SQZ_ERR_ADDRESS, BASE - 8);
	ask_write(BASE, 0, 0xff);
	expect_status(SQZ_PKT_WRITE_ACK, SQZ_ERR_ADDRESS, BASE);
}
END_TEST

START_TEST(the_host_reads_and_writes_data)
{
	uint64_t value = 0x1122334455667788;

	ck_assert_uint_eq(host(SQZ_PKT_REG_WRITE, BASE + 8, 8, &value), SQZ_OK);
	ck_assert_uint_eq(sqz_memory_data(memory)[8], 0x88);
	ck_assert_uint_eq(sqz_memory_data(memory)[15], 0x11);
	value = 0;
	ck_assert_uint_eq(host(SQZ_PKT_REG_READ, BASE + 12, 4, &value), SQZ_OK);
	ck_assert_uint_eq(value, 0x11223344);
	ck_assert_uint_eq(host(SQZ_PKT_REG_READ, BASE + 14, 2, &value), SQZ_OK);
	ck_assert_uint_eq(value, 0x1122);
	value = 0xabcd;
	ck_assert_uint_eq(host(SQZ_PKT_REG_WRITE, BASE + 9, 1, &value), SQZ_OK);
	ck_assert_uint_eq(host(SQZ_PKT_REG_READ, BASE + 8, 8, &value), SQZ_OK);
	ck_assert_uint_eq(value, 0x112233445566cd88);
}
END_TEST

START_TEST(bad_host_accesses_fail)
{
	static const struct {
		uint64_t addr;
		uint32_t size;
	} BAD[] = {
		{ BASE + 1, 2 },
		{ BASE + 4, 8 },
		{ BASE, 3 },
		{ BASE, 0 },
		{ BASE, 16 },
		{ BASE + BYTES + WINDOW, 4 },
		{ BASE - 4, 4 },
		{ BASE + WINDOW / 2, 8 },
		{ BASE + WINDOW / 2 + 2, 4 },
		{ BASE + WINDOW / 2 + 0x2c, 4 },
		{ BASE + WINDOW - 4, 4 },
	};
	uint64_t value = 1;

	ck_assert_uint_eq(
	    host(SQZ_PKT_REG_READ, BAD[_i].addr, BAD[_i].size, &value),
	    SQZ_ERR_ADDRESS);
	ck_assert_uint_eq(
	    host(SQZ_PKT_REG_WRITE, BAD[_i].addr, BAD[_i].size, &value),
	    SQZ_ERR_ADDRESS);
}
END_TEST

START_TEST(registers_stand_in_the_middle_of_the_window)
{
	uint64_t regs = BASE + WINDOW / 2;
	uint64_t value = 0;

	ck_assert_uint_eq(
	    host(SQZ_PKT_REG_READ, regs + SQZ_BUFFER_ID, 4, &value), SQZ_OK);
	ck_assert_uint_eq(value, SQZ_ID_BUFFER);
	host(SQZ_PKT_REG_READ, regs + SQZ_BUFFER_CAPS, 4, &value);
	ck_assert_uint_eq(value, BYTES / 1024);
	host(SQZ_PKT_REG_READ, regs + SQZ_BUFFER_STATUS, 4, &value);
	ck_assert_uint_eq(value, 0);
	value = 3;
	ck_assert_uint_eq(
	    host(SQZ_PKT_REG_WRITE, regs + SQZ_BUFFER_ID, 4, &value),
	    SQZ_ERR_ADDRESS);
	value = 3;
	host(SQZ_PKT_REG_WRITE, regs + SQZ_BUFFER_IRQ_ENABLE, 4, &value);
	host(SQZ_PKT_REG_READ, regs + SQZ_BUFFER_IRQ_ENABLE, 4, &value);
	ck_assert_uint_eq(value, 3);
}
END_TEST

START_TEST(the_byte_counters_count)
{
	uint64_t regs = BASE + WINDOW / 2;
	uint64_t value = 0;

	ask_write(BASE, 100, 1);
	expect_status(SQZ_PKT_WRITE_ACK, SQZ_OK, 0);
	ask_read(BASE, 10, 20, 3);
	expect_status(SQZ_PKT_READ_DATA, SQZ_OK, 0);
	host(SQZ_PKT_REG_READ, regs + SQZ_BUFFER_WRITTEN_BYTES_LO, 4, &value);
	ck_assert_uint_eq(value, 100);
	host(SQZ_PKT_REG_READ, regs + SQZ_BUFFER_READ_BYTES_LO, 4, &value);
	ck_assert_uint_eq(value, 30);
	host(SQZ_PKT_REG_READ, regs + SQZ_BUFFER_READ_BYTES_HI, 4, &value);
	ck_assert_uint_eq(value, 0);
}
END_TEST

START_TEST(busy_shows_other_requests)
{
	uint64_t regs = BASE + WINDOW / 2;

	ask_read(BASE, 64, 64, 1);
	ask_host(SQZ_PKT_REG_READ, regs + SQZ_BUFFER_STATUS, 4, 0);
	harness_run(&chip);

	struct sqz_packet *answer =
	    harness_take(&chip, ASKER, SQZ_PKT_REG_DATA);

	ck_assert_uint_eq(answer->value, 1);
	harness_release(&chip, answer);
}
END_TEST

START_TEST(what_a_memory_does_not_know_it_answers_or_drops)
{
	harness_send(&chip, harness_packet(&chip, ASKER, MEMORY, SQZ_PKT_RUN));
	expect_status(SQZ_PKT_DONE, SQZ_ERR_NODE, 0);
	harness_send(&chip, harness_packet(&chip, ASKER, MEMORY, SQZ_PKT_PSUM));
	harness_send(&chip,
		     harness_packet(&chip, ASKER, MEMORY, SQZ_PKT_GRANT));
	harness_send(&chip,
		     harness_packet(&chip, ASKER, MEMORY, SQZ_PKT_READ_DATA));
	harness_run(&chip);
	ck_assert_uint_eq(chip.nodes[ASKER].inbox.length, 0);
	ck_assert_uint_eq(sqz_memory_counters(memory).dropped, 3);
}
END_TEST

START_TEST(a_memory_can_go_with_work_on_its_hands)
{
	ask_read(BASE, 64, 64, 1);
	ask_write(BASE, 64, 0);
	harness_run_until(&chip, DELAY_PS + 1);
	/* stop() checks that the packets were released. */
}
END_TEST

START_TEST(flash_is_read_only)
{
	struct sqz_memory_config config = CONFIG;
	uint64_t value = 1;

	config.kind = SQZ_MEMORY_FLASH;
	config.window_bytes = 0;
	config.banks = (struct sqz_banks_config){ 1, 64, 1, 10000 };
	stop();
	start(&config);
	ask_read(BASE, 4, 4, 1);
	expect_status(SQZ_PKT_READ_DATA, SQZ_OK, 0);
	ck_assert_uint_eq(arrived_ps[0], DELAY_PS + 40000 + LATENCY + DELAY_PS);
	ask_write(BASE, 4, 4);
	expect_status(SQZ_PKT_WRITE_ACK, SQZ_ERR_ADDRESS, BASE);
	ck_assert_uint_eq(host(SQZ_PKT_REG_WRITE, BASE, 4, &value),
			  SQZ_ERR_ADDRESS);
	ck_assert_uint_eq(host(SQZ_PKT_REG_READ, BASE, 1, &value), SQZ_OK);
	/* No registers: the window ends with the memory. */
	ck_assert_uint_eq(host(SQZ_PKT_REG_READ, BASE + BYTES, 4, &value),
			  SQZ_ERR_ADDRESS);
}
END_TEST

static struct sqz_memory_config dram_config(uint8_t *storage)
{
	struct sqz_memory_config config = CONFIG;

	config.kind = SQZ_MEMORY_DRAM;
	config.map = (struct sqz_memory_map){ BASE, BYTES, 0x400, 2, 1 };
	config.window_bytes = 0;
	config.storage = storage;
	config.dram = (struct sqz_dram_config){ .banks = 2,
						.row_bytes = 0x400,
						.burst_bytes = 64,
						.burst_ps = 4000,
						.trcd_ps = 10000,
						.trp_ps = 20000,
						.tcas_ps = 30000,
						.trefi_ps = 1000000,
						.trfc_ps = 100000 };
	return config;
}

START_TEST(dram_serves_its_granules_of_shared_storage)
{
	static uint8_t storage[BYTES];
	struct sqz_memory_config config = dram_config(storage);

	stop();
	start(&config);
	ask_write(BASE + 0x400, 64, 9);
	expect_status(SQZ_PKT_WRITE_ACK, SQZ_OK, 0);
	ck_assert_uint_eq(storage[0x400], 9);
	ck_assert_uint_eq(arrived_ps[0], DELAY_PS + 44000 + LATENCY + DELAY_PS);
	/* Its second granule lies in its second row: the other bank. */
	ask_read(BASE + 0xc00, 64, 64, 1);
	expect_status(SQZ_PKT_READ_DATA, SQZ_OK, 0);
	ask_read(BASE + 0x400, 64, 64, 1);
	expect_status(SQZ_PKT_READ_DATA, SQZ_OK, 0);
	ask_read(BASE, 64, 64, 1);
	expect_status(SQZ_PKT_READ_DATA, SQZ_ERR_ADDRESS, BASE);
	ask_read(BASE + 0x400, 8, 0x400, 3);
	expect_status(SQZ_PKT_READ_DATA, SQZ_ERR_ADDRESS, BASE + 0x800);
	harness_run_until(&chip, 2500000);

	struct sqz_memory_counters counters = sqz_memory_counters(memory);

	ck_assert_uint_eq(counters.row_misses, 2);
	ck_assert_uint_eq(counters.row_hits, 1);
	ck_assert_uint_eq(counters.conflicts, 0);
	ck_assert_uint_eq(counters.refreshes, 2);
	ck_assert_uint_eq(counters.busy_ps, 12000);
	ck_assert_uint_eq(counters.errors, 2);
}
END_TEST

struct seen {
	int uses;
	int served;
	sqz_ps last_end_ps;
	sqz_ps served_arrived_ps;
};

static void saw_use(void *context, const struct sqz_bank_use *use,
		    const struct sqz_packet *packet)
{
	struct seen *seen = context;

	ck_assert_uint_eq(packet->tag, 77);
	seen->uses++;
	seen->last_end_ps = use->end_ps;
}

static void saw_service(void *context, const struct sqz_packet *packet,
			sqz_ps arrived, uint32_t status)
{
	struct seen *seen = context;

	ck_assert_uint_eq(packet->type, SQZ_PKT_READ);
	ck_assert_uint_eq(status, SQZ_OK);
	seen->served++;
	seen->served_arrived_ps = arrived;
}

START_TEST(an_observer_sees_banks_and_services)
{
	struct seen seen = { 0 };
	struct sqz_memory_config config = CONFIG;

	config.observer =
	    (struct sqz_memory_observer){ &seen, saw_use, saw_service };
	stop();
	start(&config);
	ask_read(BASE, 128, 128, 1);
	harness_run(&chip);
	ck_assert_int_eq(seen.uses, 2);
	ck_assert_int_eq(seen.served, 1);
	ck_assert_uint_eq(seen.last_end_ps, DELAY_PS + 4000);
	ck_assert_uint_eq(seen.served_arrived_ps, DELAY_PS);
}
END_TEST

START_TEST(configurations_are_checked)
{
	struct sqz_error err = { "" };
	struct sqz_memory_config bad[5];

	for (int i = 0; i < 5; i++)
		bad[i] = CONFIG;
	bad[0].queue_depth = 0;
	bad[1].queue_depth = SQZ_MEMORY_QUEUE_MAX + 1;
	bad[2].window_bytes = BYTES;
	bad[3].banks.cycle_ps = 0;
	bad[4].map.bytes = 0;
	for (int i = 0; i < 5; i++) {
		err.text[0] = 0;
		ck_assert_ptr_null(sqz_memory_create(
		    &bad[i], harness_env(&chip, MEMORY), &err));
		ck_assert_str_ne(err.text, "");
	}
}
END_TEST

TCase *sqz_memory_node_tests(void)
{
	TCase *tcase = tcase_create("memory node");

	tcase_add_checked_fixture(tcase, start_buffer, stop);
	tcase_add_test(tcase,
		       a_read_brings_the_bytes_after_latency_and_transfer);
	tcase_add_test(tcase, a_strided_read_gathers_rows);
	tcase_add_test(tcase, touching_rows_are_one_access);
	tcase_add_test(tcase, overlapping_rows_may_repeat_bytes);
	tcase_add_test(tcase, a_write_is_in_memory_when_it_is_acknowledged);
	tcase_add_test(tcase, requests_for_one_bank_wait_for_each_other);
	tcase_add_test(tcase,
		       a_short_request_overtakes_a_long_one_on_other_banks);
	tcase_add_test(tcase, a_full_queue_refuses_and_loses_nothing);
	tcase_add_test(tcase, answers_wait_until_the_network_takes_them);
	tcase_add_loop_test(tcase, bad_reads_name_the_address, 0, 10);
	tcase_add_test(tcase, bad_writes_change_nothing);
	tcase_add_test(tcase, the_host_reads_and_writes_data);
	tcase_add_loop_test(tcase, bad_host_accesses_fail, 0, 11);
	tcase_add_test(tcase, registers_stand_in_the_middle_of_the_window);
	tcase_add_test(tcase, the_byte_counters_count);
	tcase_add_test(tcase, busy_shows_other_requests);
	tcase_add_test(tcase, what_a_memory_does_not_know_it_answers_or_drops);
	tcase_add_test(tcase, a_memory_can_go_with_work_on_its_hands);
	tcase_add_test(tcase, flash_is_read_only);
	tcase_add_test(tcase, dram_serves_its_granules_of_shared_storage);
	tcase_add_test(tcase, an_observer_sees_banks_and_services);
	tcase_add_test(tcase, configurations_are_checked);
	return tcase;
}
