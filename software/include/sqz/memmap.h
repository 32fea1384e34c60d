/*
 * Bus addresses of the virtual chip: those of QEMU's `virt` board, plus the
 * accelerator.
 *
 * The accelerator's node windows lie above SQZ_WINDOW_BASE; firmware learns
 * where from the controller's node table (desc.h), never from these macros.
 * All values are bytes or bus addresses.
 */
#ifndef SQZ_MEMMAP_H
#define SQZ_MEMMAP_H

#define SQZ_FINISHER_BASE    0x00100000u
#define SQZ_FINISHER_BYTES   0x00001000u
#define SQZ_CLINT_BASE       0x02000000u
#define SQZ_CLINT_BYTES      0x00010000u
#define SQZ_PLIC_BASE        0x0c000000u
#define SQZ_PLIC_BYTES       0x00600000u
#define SQZ_UART_BASE        0x10000000u
#define SQZ_UART_BYTES       0x00000100u
#define SQZ_FLASH_BASE       0x20000000u
#define SQZ_FLASH_MAX_BYTES  0x10000000u
#define SQZ_CONTROLLER_BASE  0x40000000u
#define SQZ_CONTROLLER_BYTES 0x01000000u
#define SQZ_MAILBOX_BASE     0x41000000u
#define SQZ_MAILBOX_BYTES    0x00001000u
#define SQZ_COUNTERS_BASE    0x42000000u
#define SQZ_COUNTERS_BYTES   0x00001000u
#define SQZ_DRAM_BASE        0x80000000u
#define SQZ_DRAM_MAX_BYTES   0x80000000u
#define SQZ_WINDOW_BASE      0x100000000u

/* Inside the controller's window. */
#define SQZ_RING_OFFSET       0x1000u
#define SQZ_RING_STRIDE       0x100u
#define SQZ_NODE_TABLE_OFFSET 0x100000u

/* Window sizes; a window is aligned to its size. A buffer's registers start in
 * the middle of its window, its memory at the beginning. */
#define SQZ_TILE_WINDOW_BYTES       0x00100000u
#define SQZ_BUFFER_WINDOW_MAX_BYTES 0x04000000u

/* PLIC sources. */
#define SQZ_IRQ_UART    10
#define SQZ_IRQ_MAILBOX 33
#define SQZ_IRQ_RING0   40 /* ring r: SQZ_IRQ_RING0 + r */
#define SQZ_IRQ_ERROR   56
#define SQZ_IRQ_SOURCES 96

#define SQZ_TIMEBASE_HZ 10000000u

#endif
