#include "fuzz_mmio.h"

#include "board.h"

struct sqz_desc fuzz_mmio_desc(unsigned number)
{
	const uint64_t blobs = SQZ_DRAM_BASE + BOARD_BLOBS;
	const struct sqz_desc descs[] = {
		{ .type = SQZ_DESC_PROGRAM,
		  .node = BOARD_TILE,
		  .src = blobs,
		  .length = BOARD_BLOB_BYTES },
		{ .type = SQZ_DESC_PROGRAM,
		  .node = BOARD_TILE + 1,
		  .src = blobs + BOARD_BLOB_BYTES,
		  .length = BOARD_BLOB_BYTES },
		{ .type = SQZ_DESC_RUN,
		  .flags = SQZ_DESC_F_FENCE | SQZ_DESC_F_IRQ,
		  .src = SQZ_DRAM_BASE + BOARD_INPUT,
		  .dst = SQZ_DRAM_BASE + BOARD_OUTPUT,
		  .list = SQZ_DRAM_BASE + BOARD_LIST,
		  .length = 2 },
		{ .type = SQZ_DESC_COPY,
		  .src = SQZ_DRAM_BASE + BOARD_INPUT,
		  .dst = BOARD_BUFFER_BASE,
		  .length = 64 },
	};

	return descs[number];
}
