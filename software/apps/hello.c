/* Reads ID registers and runs one layer: the example of docs/driver.md. */
#include <inttypes.h>
#include <stdio.h>

#include "driver/sqz_driver.h"
#include "runtime/network.h"
#include "sqz/memmap.h"
#include "sqz/port.h"
#include "sqz/regs.h"

static struct sqz_device device;
static struct sqz_ring ring;
static struct sqz_mailbox mailbox;
static struct sqz_image image;
static struct sqz_network network;

/* One line per step; the first error ends the chain. */
static enum sqz_result run_one_layer(struct sqz_failure *why)
{
	struct sqz_ring_config rings = sqz_ring_default_config(0);
	struct sqz_network_config config = sqz_network_default_config();
	struct sqz_image_place at;
	enum sqz_result r = sqz_device_probe(&device, SQZ_CONTROLLER_BASE);

	r = r ? r : sqz_ring_open(&ring, &device, &rings);
	r = r ? r : sqz_mailbox_open(&mailbox, SQZ_MAILBOX_BASE);
	r = r ? r : sqz_image_find(mailbox.image, mailbox.image_bytes, &at);
	r = r ? r : sqz_image_open(&image, &at, why);
	r = r ? r
	      : sqz_network_open(&network, &device, &ring, &image, &config,
				 why);
	r = r ? r : sqz_network_program(&network, why);
	return r ? r : sqz_network_run_layer(&network, 0, why);
}

static void print_tile_ids(void)
{
	for (uint32_t i = 0; i < device.caps.nodes; i++) {
		const struct sqz_node_entry *tile =
		    sqz_device_node(&device, i, SQZ_NODE_TILE);

		if (tile)
			printf("node %" PRIu32 ": ID 0x%08" PRIx32 "\n", i,
			       sqz_read32(tile->window + SQZ_TILE_ID));
	}
}

int main(void)
{
	struct sqz_failure why = { .node = SQZ_NO_NODE };
	enum sqz_result result = run_one_layer(&why);

	print_tile_ids();
	printf("layer 0: %s\n", sqz_strerror(result));
	return result == SQZ_SUCCESS ? 0 : 1;
}
