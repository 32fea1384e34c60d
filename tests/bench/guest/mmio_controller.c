#include "mmio.h"

/* The controller's ID: the CPU waits until the chip has caught up. */
MMIO_MAIN(0x40000000)
