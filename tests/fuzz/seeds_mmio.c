/* Guests that do something sensible, and some that do not quite. */
#include "seeds.h"

#include <stdint.h>
#include <string.h>

#include "fuzz_mmio.h"
#include "sqz/regs.h"

/* How windows are counted in fuzz_mmio.c. */
enum { CONTROLLER, RING0, RING1, TABLE, MAILBOX, COUNTERS, TILE0 };

struct list {
	uint8_t bytes[1024];
	size_t size;
};

static void put(struct list *list, const void *bytes, size_t count)
{
	memcpy(list->bytes + list->size, bytes, count);
	list->size += count;
}

static void put_write(struct list *list, uint8_t window, uint32_t offset,
		      uint32_t value)
{
	const uint8_t head[] = { FUZZ_MMIO_WRITE, window,
				 (uint8_t)(offset / 4) };

	put(list, head, sizeof(head));
	put(list, &value, sizeof(value));
}

static void put_read(struct list *list, uint8_t window, uint32_t offset)
{
	const uint8_t action[] = { FUZZ_MMIO_READ, window,
				   (uint8_t)(offset / 4) };

	put(list, action, sizeof(action));
}

static void put_time(struct list *list, uint16_t ns)
{
	const uint8_t action[] = { FUZZ_MMIO_TIME, (uint8_t)ns,
				   (uint8_t)(ns >> 8) };

	put(list, action, sizeof(action));
}

static void put_good(struct list *list, uint8_t kind, uint8_t byte,
		     uint8_t change)
{
	const uint8_t action[] = { FUZZ_MMIO_GOOD, kind, byte, change };

	put(list, action, sizeof(action));
}

static void program(struct list *list)
{
	put_good(list, 0, 0, 0);
	put_good(list, 1, 0, 0);
	put_time(list, 60000);
}

static void run_layer(struct list *list)
{
	program(list);
	put_good(list, 2, 0, 0);
	put_time(list, 60000);
	put_write(list, CONTROLLER, SQZ_CONTROLLER_IRQ_STATUS, 0xffffffff);
}

static void run_twice(struct list *list)
{
	program(list);
	put_good(list, 2, 0, 0);
	put_good(list, 6, 0, 0); /* on ring 1 */
	put_time(list, 3000);
	put_write(list, RING0, SQZ_RING_ABORT, 1);
	put_time(list, 60000);
	put_good(list, 3, 0, 0);
	put_time(list, 60000);
}

static void reset_tile(struct list *list)
{
	program(list);
	put_good(list, 2, 0, 0);
	put_time(list, 2000);
	put_write(list, TILE0, SQZ_TILE_CTRL, 1);
	put_read(list, TILE0, SQZ_TILE_STATUS);
	put_write(list, CONTROLLER, SQZ_CONTROLLER_CTRL, 2);
	put_time(list, 60000);
}

static void wrong_blob(struct list *list)
{
	static const uint8_t change[] = { FUZZ_MMIO_BLOB, 0, 5, 3, 0, 0, 0 };

	put(list, change, sizeof(change));
	run_layer(list);
}

static void use_mailbox(struct list *list)
{
	put_write(list, MAILBOX, SQZ_MAILBOX_INPUT_ADDR_LO, 0x80003000);
	put_write(list, MAILBOX, SQZ_MAILBOX_IRQ_ENABLE, 1);
	put_write(list, MAILBOX, SQZ_MAILBOX_CTRL, 1);
	put_time(list, 20000);
	put_write(list, MAILBOX, SQZ_MAILBOX_LOGITS_ADDR_LO, 0x80003000);
	put_write(list, MAILBOX, SQZ_MAILBOX_LOGITS_BYTES, 40);
	put_write(list, MAILBOX, SQZ_MAILBOX_POST, 0);
	put_read(list, MAILBOX, SQZ_MAILBOX_STATUS);
}

static void read_all(struct list *list)
{
	for (uint8_t window = CONTROLLER; window < 16; window++)
		for (uint32_t offset = 0; offset < 64; offset += 16)
			put_read(list, window, offset);
	put_write(list, COUNTERS, SQZ_COUNTERS_LINK, 0x10002);
	put_write(list, COUNTERS, SQZ_COUNTERS_FLOW, 0x01002001);
}

static void push_any(struct list *list)
{
	static const uint8_t change[] = { FUZZ_MMIO_PUSH, 1 };

	for (unsigned i = 0; i < 4; i++) {
		struct sqz_desc desc = fuzz_mmio_desc(i);

		put(list, change, sizeof(change));
		put(list, &desc, sizeof(desc));
		put_time(list, 60000);
	}
}

void seeds_mmio(const char *folder)
{
	static const struct {
		const char *name;
		void (*make)(struct list *list);
	} seeds[] = {
		{ "run-layer", run_layer },   { "run-twice", run_twice },
		{ "reset-tile", reset_tile }, { "wrong-blob", wrong_blob },
		{ "mailbox", use_mailbox },   { "read-all", read_all },
		{ "descriptors", push_any },
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		struct list list = { .size = 0 };

		seeds[i].make(&list);
		seeds_write(folder, "mmio", seeds[i].name, list.bytes,
			    list.size);
	}
}
