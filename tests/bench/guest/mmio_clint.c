#include "mmio.h"

/* mtime: answered at the CPU's own time. */
MMIO_MAIN(0x0200bff8)
