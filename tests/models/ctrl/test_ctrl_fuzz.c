/* A guest that writes nonsense: whatever it does, the controller goes on and
 * works again after RESET. */
#include "ctrl_suites.h"
#include "rig.h"

#include <string.h>

static uint64_t state;

/* xorshift64: the same numbers on every machine. */
static uint32_t draw(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % below;
}

static uint64_t some_address(void)
{
	static const uint64_t BASES[] = {
		0,	   SQZ_FLASH_BASE, SQZ_DRAM_BASE,	LIST_ADDR,
		DATA_ADDR, BUFFER_BASE,	   SQZ_CONTROLLER_BASE, UINT64_MAX - 64
	};

	return BASES[draw(8)] + draw(2) * draw(0x2000);
}

static struct sqz_desc some_desc(void)
{
	struct sqz_desc desc = {
		.type = (uint8_t)draw(6),
		.flags = (uint8_t)(draw(10) ? draw(8) : draw(256)),
		.node = (uint16_t)draw(20),
		.slot = (uint16_t)draw(6),
		.cookie = draw(1000),
		.src = some_address(),
		.dst = some_address(),
		.list = draw(3) ? LIST_ADDR : some_address(),
		.length = draw(4) ? draw(40) : draw(5000),
		.timeout_us = draw(3) ? 0 : draw(4),
	};

	desc.partial = draw(20) == 0;
	return desc;
}

static void write_nonsense(unsigned ring)
{
	uint32_t offset = 4 * draw(14);
	uint64_t value = draw(2) ? draw(20) : (uint32_t)some_address();

	sqz_controller_reg_access(
	    rig.ctl, SQZ_RING_OFFSET + ring * SQZ_RING_STRIDE + offset, 4, true,
	    &value);
}

static void upset_tiles(void)
{
	struct fake_tile *tile = &rig.tiles[draw(TILES)];

	tile->silent = draw(8) == 0;
	tile->ignores_abort = draw(8) == 0;
	tile->status = draw(4) ? 0 : draw(SQZ_STATUS_COUNT);
	tile->delay_ps = draw(100000);
	for (int i = 0; i < TILES; i++)
		rig.tiles[i].count = 0; /* room for what comes */
}

static void one_step(void)
{
	unsigned ring = draw(4);
	struct sqz_desc desc = some_desc();

	switch (draw(12)) {
	case 0:
		write_nonsense(ring);
		break;
	case 1:
		rig_ring_write(ring, SQZ_RING_ABORT, 1);
		break;
	case 2:
		upset_tiles();
		break;
	case 3:
		rig_ring_write(ring, SQZ_RING_CHEAD,
			       rig_ring_read(ring, SQZ_RING_CTAIL));
		break;
	case 4:
		rig_open(ring, 8);
		rig_ring_write(ring, SQZ_RING_BASE_HI, 0);
		rig_ring_write(ring, SQZ_RING_CBASE_HI, 0);
		rig.tails[ring] = rig_ring_read(ring, SQZ_RING_TAIL);
		break;
	default:
		if (rig_ring_read(ring, SQZ_RING_SIZE) == 8)
			rig_push(ring, &desc);
	}
	rig.event_count = 0;
	for (int i = 0; i < TILES; i++)
		rig.tiles[i].count = 0;
	harness_run_until(&rig.chip, rig.chip.now + draw(60000));
}

START_TEST(nonsense_does_no_harm)
{
	struct sqz_desc last = rig_fence(77);

	state = 0x9e3779b97f4a7c15u + (uint64_t)_i * 0x100000001b3u;
	rig_list(LIST_ADDR, 32);
	for (unsigned r = 0; r < 4; r++)
		rig_open(r, 8);
	rig_enable();
	for (int i = 0; i < 2000; i++)
		one_step();
	rig_write(SQZ_CONTROLLER_CTRL, sqz_bits(SQZ_CONTROLLER_CTRL_RESET, 1));
	for (int i = 0; i < TILES; i++)
		rig.tiles[i].count = 0;
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_STATUS), 0);
	for (unsigned r = 0; r < 4; r++) {
		rig.tails[r] = 0;
		rig_open(r, 8);
		rig_enable();
		rig_push(r, &last);
		rig_expect(r, 0, 77, SQZ_OK);
	}
}
END_TEST

TCase *sqz_ctrl_fuzz_tests(void)
{
	TCase *tcase = tcase_create("fuzz");

	tcase_add_checked_fixture(tcase, rig_start, rig_stop);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, nonsense_does_no_harm, 0, 20);
	return tcase;
}
