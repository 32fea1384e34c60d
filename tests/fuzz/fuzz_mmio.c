/*
 * A guest that accesses whatever it likes: the bytes are a list of actions, the
 * first byte of each says which (see ACTIONS). Afterwards the chip must come to
 * rest and have lost no packet (board_destroy()).
 */
#include "fuzz_mmio.h"

#include <string.h>

#include "board.h"
#include "fuzz.h"

/* Simulated time that the accesses of one input may take together. */
#define MOST_PS	     2000000000u
#define MOST_ACTIONS 256u

struct bytes {
	const uint8_t *at;
	size_t left;
};

/* Little-endian; zeros behind the end. */
static uint64_t take(struct bytes *bytes, unsigned count)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < count && bytes->left > 0; i++) {
		value |= (uint64_t)*bytes->at++ << (8 * i);
		bytes->left--;
	}
	return value;
}

static void take_into(struct bytes *bytes, void *to, size_t count)
{
	size_t there = count < bytes->left ? count : bytes->left;

	memset(to, 0, count);
	memcpy(to, bytes->at, there);
	bytes->at += there;
	bytes->left -= there;
}

static uint64_t window_of(unsigned number)
{
	static const uint64_t windows[] = {
		SQZ_CONTROLLER_BASE,
		SQZ_CONTROLLER_BASE + SQZ_RING_OFFSET,
		SQZ_CONTROLLER_BASE + SQZ_RING_OFFSET + SQZ_RING_STRIDE,
		SQZ_CONTROLLER_BASE + SQZ_NODE_TABLE_OFFSET,
		SQZ_MAILBOX_BASE,
		SQZ_COUNTERS_BASE,
		BOARD_TILE_BASE + BOARD_TILE * SQZ_TILE_WINDOW_BYTES,
		BOARD_TILE_BASE + (BOARD_TILE + 1) * SQZ_TILE_WINDOW_BYTES,
		BOARD_BUFFER_BASE,
		BOARD_BUFFER_BASE + BOARD_BUFFER_WINDOW / 2,
		SQZ_PLIC_BASE,
		SQZ_PLIC_BASE + 0x200000,
		SQZ_CLINT_BASE,
		SQZ_CLINT_BASE + 0x4000,
		SQZ_UART_BASE,
		SQZ_FINISHER_BASE,
	};

	return windows[number % 16];
}

/* A register, or near one: window, offset, value. */
static void touch_register(struct board *board, struct bytes *bytes,
			   bool is_write)
{
	uint64_t base = window_of((unsigned)take(bytes, 1));
	uint64_t offset = 4 * take(bytes, 1);
	uint64_t value = is_write ? take(bytes, 4) : 0;

	board_access(board, base + offset, 4, is_write, &value);
}

static void write_register(struct board *board, struct bytes *bytes)
{
	touch_register(board, bytes, true);
}

static void read_register(struct board *board, struct bytes *bytes)
{
	touch_register(board, bytes, false);
}

/* Any address, any size. */
static void access_anything(struct board *board, struct bytes *bytes)
{
	unsigned how = (unsigned)take(bytes, 1);
	uint64_t addr = take(bytes, 5);
	uint64_t value = take(bytes, 8);

	board_access(board, addr, 1u << (how & 3), how & 4, &value);
}

static void change_memory(struct board *board, struct bytes *bytes)
{
	uint64_t at = take(bytes, 2) % (BOARD_DRAM_BYTES - 4);

	take_into(bytes, board->bytes + at, 4);
}

/* A word of a blob's head, where all offsets and counts are. */
static void change_blob(struct board *board, struct bytes *bytes)
{
	uint64_t blob = take(bytes, 1) % 2;
	uint64_t word = take(bytes, 1);

	take_into(
	    bytes,
	    board->bytes + BOARD_BLOBS + blob * BOARD_BLOB_BYTES + 4 * word, 4);
}

static void advance(struct board *board, struct bytes *bytes)
{
	board_advance(board, take(bytes, 2) * 1000);
}

static void push_any(struct board *board, struct bytes *bytes)
{
	unsigned ring = (unsigned)take(bytes, 1) % BOARD_RINGS;
	struct sqz_desc desc;

	take_into(bytes, &desc, sizeof(desc));
	board_push(board, ring, &desc);
}

/* A right descriptor of the board's layer, with a change in one byte. */
static void push_good(struct board *board, struct bytes *bytes)
{
	unsigned how = (unsigned)take(bytes, 1);
	unsigned at = (unsigned)take(bytes, 1) % SQZ_DESC_BYTES;
	uint8_t change = (uint8_t)take(bytes, 1);
	struct sqz_desc desc = fuzz_mmio_desc(how % 4);

	((uint8_t *)&desc)[at] ^= change;
	board_push(board, how / 4 % BOARD_RINGS, &desc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const ACTIONS[])(struct board * board,
				       struct bytes * bytes) = {
		[FUZZ_MMIO_WRITE] = write_register,
		[FUZZ_MMIO_READ] = read_register,
		[FUZZ_MMIO_ANY] = access_anything,
		[FUZZ_MMIO_MEMORY] = change_memory,
		[FUZZ_MMIO_BLOB] = change_blob,
		[FUZZ_MMIO_TIME] = advance,
		[FUZZ_MMIO_PUSH] = push_any,
		[FUZZ_MMIO_GOOD] = push_good,
	};
	static struct board board;
	struct bytes bytes = { data, size };

	board_create(&board);
	for (unsigned i = 0;
	     i < MOST_ACTIONS && bytes.left > 0 && board.chip.now < MOST_PS;
	     i++)
		ACTIONS[take(&bytes, 1) % FUZZ_MMIO_ACTIONS](&board, &bytes);
	board_destroy(&board);
	return 0;
}
