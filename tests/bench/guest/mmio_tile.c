#include "mmio.h"

/* The first window is a tile's; its ID costs a packet there and back. */
MMIO_MAIN(0x100000000)
