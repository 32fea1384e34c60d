/* The ns16550a console: polled, 8N1. `base` is its bus address. */
#ifndef SQZ_DRIVER_UART_H
#define SQZ_DRIVER_UART_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 8N1, FIFOs on, no interrupts. */
void sqz_io_uart_init(uint64_t base);
/* Waits for room; a line feed is preceded by a carriage return. */
void sqz_io_uart_put(uint64_t base, char character);
/* The next character received, or -1. */
int sqz_io_uart_get(uint64_t base);
/* Interrupt (PLIC) whenever the transmitter is empty. */
void sqz_io_uart_enable_tx_irq(uint64_t base, bool enable);
/* Reads and so acknowledges the interrupt identification: true if it was the
 * transmitter's. */
bool sqz_io_uart_take_tx_irq(uint64_t base);

#ifdef __cplusplus
}
#endif

#endif
