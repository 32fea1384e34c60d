/* Reads ID registers and runs one layer: the example of docs/driver.md. */
#include <stdio.h>

#include "driver/sqz_driver.h"
#include "runtime/session.h"
#include "sqz/port.h"
#include "sqz/regs.h"

static struct sqz_session chip;

int main(void)
{
	struct sqz_failure why;

	if (sqz_session_open(&chip, &why) != SQZ_SUCCESS ||
	    sqz_network_program(&chip.network, &why) != SQZ_SUCCESS ||
	    sqz_network_run_layer(&chip.network, 0, &why) != SQZ_SUCCESS) {
		sqz_failure_log(&why, "hello");
		return 1;
	}
	for (unsigned i = 0; i < chip.device.caps.nodes; i++) {
		const struct sqz_node_entry *tile =
		    sqz_device_node(&chip.device, i, SQZ_NODE_TILE);

		if (tile)
			printf("tile %u: ID 0x%08lx, %u arrays\n", i,
			       (long)sqz_read32(tile->window + SQZ_TILE_ID),
			       (unsigned)tile->arrays);
	}
	printf("layer %s has run\n", chip.image.layers[0].name);
	return 0;
}
