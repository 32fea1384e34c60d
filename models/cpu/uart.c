#include "cpu/uart.h"

#include <stddef.h>

enum { DATA, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCRATCH };

enum {
	IER_RECEIVED = 1,
	IER_THR_EMPTY = 2,
	IER_LINE = 4,
	IER_BITS = 0x0f,
	IIR_NONE = 1,
	IIR_THR_EMPTY = 2,
	IIR_RECEIVED = 4,
	IIR_LINE = 6,
	IIR_TIMEOUT = 0x0c,
	IIR_FIFO = 0xc0,
	FCR_ENABLE = 1,
	FCR_CLEAR_RECEIVER = 2,
	FCR_KEPT = 0xc9, /* enable, DMA mode, trigger level */
	LCR_DLAB = 0x80,
	MCR_LOOP = 0x10,
	MCR_BITS = 0x1f,
	LSR_READY = 1,
	LSR_OVERRUN = 2,
	LSR_EMPTY = 0x60,     /* holding register and transmitter */
	MSR_CONNECTED = 0xb0, /* CTS, DSR, DCD */
};

static unsigned trigger_level(const struct sqz_uart *uart)
{
	static const uint8_t level[4] = { 1, 4, 8, 14 };

	return uart->fcr & FCR_ENABLE ? level[uart->fcr >> 6] : 1;
}

/* The most urgent interrupt that is enabled and there. */
static uint8_t identification(const struct sqz_uart *uart)
{
	if ((uart->ier & IER_LINE) && uart->overrun)
		return IIR_LINE;
	if ((uart->ier & IER_RECEIVED) && uart->count)
		return uart->count >= trigger_level(uart) ? IIR_RECEIVED
							  : IIR_TIMEOUT;
	if ((uart->ier & IER_THR_EMPTY) && uart->thr_empty_irq)
		return IIR_THR_EMPTY;
	return IIR_NONE;
}

static void update(struct sqz_uart *uart)
{
	uart->config.irq(uart->config.ctx, identification(uart) != IIR_NONE);
}

void sqz_uart_init(struct sqz_uart *uart, const struct sqz_uart_config *config)
{
	uart->config = *config;
	sqz_uart_reset(uart);
}

void sqz_uart_reset(struct sqz_uart *uart)
{
	*uart = (struct sqz_uart){ .config = uart->config };
	update(uart);
}

bool sqz_uart_receive(struct sqz_uart *uart, uint8_t byte)
{
	bool room = uart->count < SQZ_UART_QUEUE;

	if (room) {
		uart->queue[(uart->head + uart->count) % SQZ_UART_QUEUE] = byte;
		uart->count++;
	} else {
		uart->overrun = true;
	}
	update(uart);
	return room;
}

static uint8_t take_byte(struct sqz_uart *uart)
{
	uint8_t byte = uart->queue[uart->head];

	if (!uart->count)
		return 0;
	uart->head = (uart->head + 1) % SQZ_UART_QUEUE;
	uart->count--;
	return byte;
}

static uint8_t read_iir(struct sqz_uart *uart)
{
	uint8_t id = identification(uart);

	if (id == IIR_THR_EMPTY)
		uart->thr_empty_irq = false;
	return id | (uart->fcr & FCR_ENABLE ? IIR_FIFO : 0);
}

static uint8_t read_lsr(struct sqz_uart *uart)
{
	uint8_t value = LSR_EMPTY | (uart->count ? LSR_READY : 0) |
			(uart->overrun ? LSR_OVERRUN : 0);

	uart->overrun = false;
	return value;
}

/* In loop-back the modem outputs come in again: DTR as DSR, RTS as CTS, OUT1 as
 * RI, OUT2 as DCD. */
static uint8_t read_msr(const struct sqz_uart *uart)
{
	uint8_t m = uart->mcr;

	if (!(m & MCR_LOOP))
		return MSR_CONNECTED;
	return (uint8_t)((m & 0x0c) << 4 | (m & 2) << 3 | (m & 1) << 5);
}

static uint8_t read_register(struct sqz_uart *uart, unsigned offset)
{
	bool dlab = uart->lcr & LCR_DLAB;

	switch (offset) {
	case DATA:
		return dlab ? uart->divisor[0] : take_byte(uart);
	case IER:
		return dlab ? uart->divisor[1] : uart->ier;
	case IIR_FCR:
		return read_iir(uart);
	case LCR:
		return uart->lcr;
	case MCR:
		return uart->mcr;
	case LSR:
		return read_lsr(uart);
	case MSR:
		return read_msr(uart);
	default:
		return uart->scratch;
	}
}

int sqz_uart_read(struct sqz_uart *uart, uint64_t offset, unsigned size,
		  uint64_t *value)
{
	if (size != 1 || offset >= SQZ_UART_REGISTERS)
		return -1;
	*value = read_register(uart, (unsigned)offset);
	update(uart);
	return 0;
}

static void send_byte(struct sqz_uart *uart, uint8_t byte)
{
	uart->thr_empty_irq = true;
	if (uart->mcr & MCR_LOOP)
		sqz_uart_receive(uart, byte);
	else
		uart->config.transmit(uart->config.ctx, byte);
}

static void write_ier(struct sqz_uart *uart, uint8_t value)
{
	/* Enabling the interrupt of an empty transmitter raises it. */
	if (value & ~uart->ier & IER_THR_EMPTY)
		uart->thr_empty_irq = true;
	uart->ier = value & IER_BITS;
}

static void write_fcr(struct sqz_uart *uart, uint8_t value)
{
	/* Switching the FIFO on or off empties it, too. */
	if ((value & FCR_CLEAR_RECEIVER) || ((value ^ uart->fcr) & FCR_ENABLE))
		uart->count = 0;
	uart->fcr = value & FCR_ENABLE ? value & FCR_KEPT : 0;
}

static void write_register(struct sqz_uart *uart, unsigned offset,
			   uint8_t value)
{
	bool dlab = uart->lcr & LCR_DLAB;

	switch (offset) {
	case DATA:
		if (dlab)
			uart->divisor[0] = value;
		else
			send_byte(uart, value);
		break;
	case IER:
		if (dlab)
			uart->divisor[1] = value;
		else
			write_ier(uart, value);
		break;
	case IIR_FCR:
		write_fcr(uart, value);
		break;
	case LCR:
		uart->lcr = value;
		break;
	case MCR:
		uart->mcr = value & MCR_BITS;
		break;
	case SCRATCH:
		uart->scratch = value;
		break;
	default: /* LSR and MSR are read-only */
		break;
	}
}

int sqz_uart_write(struct sqz_uart *uart, uint64_t offset, unsigned size,
		   uint64_t value)
{
	if (size != 1 || offset >= SQZ_UART_REGISTERS)
		return -1;
	write_register(uart, (unsigned)offset, (uint8_t)value);
	update(uart);
	return 0;
}
