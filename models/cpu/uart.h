/*
 * ns16550a UART: eight byte-wide registers, only byte accesses.
 *
 *   0  RBR (read), THR (write); divisor low with DLAB
 *   1  IER; divisor high with DLAB
 *   2  IIR (read), FCR (write)
 *   3  LCR   4  MCR   5  LSR   6  MSR   7  scratch
 *
 * A byte is sent the moment it is written, so the transmitter is always empty;
 * baud rate and format are stored and mean nothing. Received bytes wait in a
 * queue longer than the chip's FIFO. With the FIFO on, bytes below the trigger
 * level report a character time-out at once.
 */
#ifndef SQZ_MODELS_CPU_UART_H
#define SQZ_MODELS_CPU_UART_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SQZ_UART_REGISTERS = 8, SQZ_UART_QUEUE = 1024 };

struct sqz_uart_config {
	void (*transmit)(void *ctx, uint8_t byte);
	void (*irq)(void *ctx, bool level);
	void *ctx;
};

struct sqz_uart {
	struct sqz_uart_config config;
	uint8_t divisor[2], ier, fcr, lcr, mcr, scratch;
	bool overrun;	    /* reported in LSR until read */
	bool thr_empty_irq; /* raised by a sent byte, taken back by IIR */
	uint8_t queue[SQZ_UART_QUEUE];
	unsigned head, count;
};

void sqz_uart_init(struct sqz_uart *uart, const struct sqz_uart_config *config);

/* Registers and queue as after power-on. */
void sqz_uart_reset(struct sqz_uart *uart);

/* One byte from the outside. False: the queue was full, the byte is lost and
 * the guest sees an overrun. */
bool sqz_uart_receive(struct sqz_uart *uart, uint8_t byte);

/* One guest access; 0, or -1: access fault. */
int sqz_uart_read(struct sqz_uart *uart, uint64_t offset, unsigned size,
		  uint64_t *value);
int sqz_uart_write(struct sqz_uart *uart, uint64_t offset, unsigned size,
		   uint64_t value);

#ifdef __cplusplus
}
#endif

#endif
