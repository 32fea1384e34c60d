/* The bridge for host accesses, and packets that have no business here. */
#include "ctrl_suites.h"
#include "rig.h"

#include <string.h>

#define TILE_WINDOW (TILE_BASE + TILE * (uint64_t)SQZ_TILE_WINDOW_BYTES)

/* One access to its end; its status. */
static enum sqz_status host(uint64_t addr, uint32_t size, bool is_write,
			    uint64_t value)
{
	int before = rig.host_answers;

	ck_assert(
	    sqz_controller_host_access(rig.ctl, addr, size, is_write, value));
	harness_run(&rig.chip);
	ck_assert_int_eq(rig.host_answers, before + 1);
	return rig.host_status;
}

START_TEST(loads_bring_the_tiles_answer)
{
	ck_assert_int_eq(host(TILE_WINDOW + 0x10, 4, false, 0), SQZ_OK);
	ck_assert_uint_eq(rig.host_value, 0xa0000010);
	ck_assert_uint_eq(rig.chip.now, 2 * DELAY_PS);

	const struct sqz_packet *packet = rig_seen(TILE, SQZ_PKT_REG_READ, 0);

	ck_assert_uint_eq(packet->addr, TILE_WINDOW + 0x10);
	ck_assert_uint_eq(packet->chunk, 4);
	ck_assert_uint_eq(packet->payload_bytes, 0);
}
END_TEST

START_TEST(stores_carry_their_value)
{
	ck_assert_int_eq(host(TILE_WINDOW + 8, 4, true, 0x1234), SQZ_OK);

	const struct sqz_packet *packet = rig_seen(TILE, SQZ_PKT_REG_WRITE, 0);

	ck_assert_uint_eq(packet->value, 0x1234);
	ck_assert_uint_eq(packet->payload_bytes, 4);
}
END_TEST

START_TEST(buffers_take_all_sizes)
{
	ck_assert_int_eq(host(BUFFER_BASE, 8, true, 0x1122334455667788),
			 SQZ_OK);
	ck_assert_int_eq(host(BUFFER_BASE + 6, 2, false, 0), SQZ_OK);
	ck_assert_uint_eq(rig.host_value, 0x1122);
	ck_assert_int_eq(host(BUFFER_BASE + 3, 1, false, 0), SQZ_OK);
	ck_assert_uint_eq(rig.host_value, 0x55);
	ck_assert_int_eq(
	    host(BUFFER_BASE + BUFFER_WINDOW / 2 + SQZ_BUFFER_ID, 4, false, 0),
	    SQZ_OK);
	ck_assert_uint_eq(rig.host_value, SQZ_ID_BUFFER);
}
END_TEST

START_TEST(bad_accesses_are_answered)
{
	static const struct {
		uint64_t addr;
		uint32_t size;
	} BAD[] = {
		{ 0, 4 },
		{ UINT64_MAX, 1 },
		{ TILE_BASE + 15 * (uint64_t)SQZ_TILE_WINDOW_BYTES, 4 },
		{ TILE_WINDOW + 2, 4 },
		{ TILE_WINDOW, 3 },
		{ TILE_WINDOW, 0 },
		{ TILE_WINDOW, 16 },
		{ TILE_WINDOW + 0x100, 4 },	   /* the tile says so */
		{ BUFFER_BASE + BUFFER_BYTES, 4 }, /* the buffer */
	};

	ck_assert_int_eq(host(BAD[_i].addr, BAD[_i].size, false, 0),
			 SQZ_ERR_ADDRESS);
	ck_assert_int_eq(host(BAD[_i].addr, BAD[_i].size, true, 1),
			 SQZ_ERR_ADDRESS);
}
END_TEST

START_TEST(one_at_a_time)
{
	ck_assert(
	    sqz_controller_host_access(rig.ctl, TILE_WINDOW, 4, false, 0));
	ck_assert(
	    !sqz_controller_host_access(rig.ctl, TILE_WINDOW, 4, false, 0));
	harness_run(&rig.chip);
	ck_assert_int_eq(rig.host_answers, 1);
	ck_assert_int_eq(host(TILE_WINDOW, 4, false, 0), SQZ_OK);
	ck_assert_uint_eq(sqz_controller_counters(rig.ctl)->host_accesses, 2);
}
END_TEST

START_TEST(an_access_waits_for_the_network)
{
	harness_block(&rig.chip, 0, SQZ_CLASS_REQUEST, true);
	ck_assert(
	    sqz_controller_host_access(rig.ctl, TILE_WINDOW, 4, false, 0));
	harness_run(&rig.chip);
	ck_assert_int_eq(rig.host_answers, 0);
	harness_block(&rig.chip, 0, SQZ_CLASS_REQUEST, false);
	harness_run(&rig.chip);
	ck_assert_int_eq(rig.host_answers, 1);
}
END_TEST

START_TEST(who_asks_the_controller_gets_an_error)
{
	static const enum sqz_packet_type ASKED[] = {
		SQZ_PKT_READ, SQZ_PKT_WRITE, SQZ_PKT_REG_READ,
		SQZ_PKT_REG_WRITE, SQZ_PKT_RUN
	};
	static const enum sqz_packet_type ANSWERED[] = {
		SQZ_PKT_READ_DATA, SQZ_PKT_WRITE_ACK, SQZ_PKT_REG_DATA,
		SQZ_PKT_REG_DATA, SQZ_PKT_DONE
	};
	struct sqz_packet *packet = harness_packet(&rig.chip, 14, 0, ASKED[_i]);

	packet->addr = SQZ_CONTROLLER_BASE;
	harness_block(&rig.chip, 0, SQZ_CLASS_RESPONSE, true);
	harness_send(&rig.chip, packet);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig.chip.nodes[14].inbox.length, 0);
	harness_block(&rig.chip, 0, SQZ_CLASS_RESPONSE, false);
	harness_run(&rig.chip);

	struct sqz_packet *answer = harness_take(&rig.chip, 14, ANSWERED[_i]);

	ck_assert_uint_eq(answer->status, SQZ_ERR_ADDRESS);
	ck_assert_uint_eq(answer->addr, SQZ_CONTROLLER_BASE);
	harness_release(&rig.chip, answer);
}
END_TEST

START_TEST(unexpected_answers_are_dropped)
{
	for (int type = SQZ_PKT_READ; type < SQZ_PKT_TYPES; type++) {
		enum sqz_class msg_class = sqz_packet_class(type);

		if (msg_class == SQZ_CLASS_REQUEST ||
		    msg_class == SQZ_CLASS_RESULT || type == SQZ_PKT_IRQ)
			continue;
		for (int k = 0; k < 6; k++) {
			struct sqz_packet *packet =
			    harness_packet(&rig.chip, 14, 0, type);

			packet->desc = (uint16_t)(k * 0x3333);
			packet->run = (uint32_t)(k & 1);
			packet->ring = (uint16_t)(k * 7);
			harness_send(&rig.chip, packet);
		}
	}
	harness_run(&rig.chip);
	ck_assert_uint_ge(sqz_controller_counters(rig.ctl)->late, 20);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_STATUS), 0);
}
END_TEST

TCase *sqz_ctrl_host_tests(void)
{
	TCase *tcase = tcase_create("host accesses");

	tcase_add_checked_fixture(tcase, rig_start, rig_stop);
	tcase_add_test(tcase, loads_bring_the_tiles_answer);
	tcase_add_test(tcase, stores_carry_their_value);
	tcase_add_test(tcase, buffers_take_all_sizes);
	tcase_add_loop_test(tcase, bad_accesses_are_answered, 0, 9);
	tcase_add_test(tcase, one_at_a_time);
	tcase_add_test(tcase, an_access_waits_for_the_network);
	tcase_add_loop_test(tcase, who_asks_the_controller_gets_an_error, 0, 5);
	tcase_add_test(tcase, unexpected_answers_are_dropped);
	return tcase;
}
