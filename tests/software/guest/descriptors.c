/*
 * Runs all images of the mailbox and prints every descriptor that went through
 * ring 0, as the controller read it: the same list on every host. Addresses in
 * DMA memory are told from the driver's first allocation on, as the pool's
 * place is the port's affair.
 */
#include <inttypes.h>
#include <stdio.h>

#include "apps/app.h"
#include "sqz/memmap.h"
#include "sqz/port.h"

static void print_address(const struct sqz_session *chip, const char *name,
			  uint64_t address)
{
	uint64_t pool = sqz_dma_addr(chip->device.nodes);

	if (address >= pool && address < SQZ_WINDOW_BASE)
		printf(" %s pool+0x%" PRIx64, name, address - pool);
	else
		printf(" %s 0x%" PRIx64, name, address);
}

static void print_descriptor(const struct sqz_session *chip, uint32_t index)
{
	const struct sqz_desc *desc = &chip->ring.descriptors[index];

	printf("%" PRIu32 ": type %u flags %u node %u slot %u layer %u cookie "
	       "0x%" PRIx64 " length %" PRIu32 " timeout %" PRIu32,
	       index, desc->type, desc->flags, desc->node, desc->slot,
	       desc->layer, desc->cookie, desc->length, desc->timeout_us);
	print_address(chip, "src", desc->src);
	print_address(chip, "dst", desc->dst);
	print_address(chip, "aux", desc->aux);
	print_address(chip, "list", desc->list);
	print_address(chip, "partial", desc->partial);
	printf("\n");
}

static enum sqz_exit_code run(struct sqz_session *chip)
{
	enum sqz_exit_code code = sqz_app_program(chip);

	for (uint32_t i = 0; i < chip->mailbox.count && code == SQZ_EXIT_OK;
	     i++)
		code = sqz_app_infer_next(chip);
	if (chip->ring.tail > chip->ring.config.entries)
		return SQZ_EXIT_TEST;
	for (uint32_t i = 0; i < chip->ring.tail; i++)
		print_descriptor(chip, i);
	return code;
}

int main(void)
{
	static struct sqz_session chip;
	enum sqz_exit_code code = sqz_app_start(&chip);

	return code == SQZ_EXIT_OK ? run(&chip) : code;
}
