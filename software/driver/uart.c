#include "driver/uart.h"

#include "driver/port_extra.h"

enum uart_regs {
	UART_DATA = 0, /* receive on read, transmit on write */
	UART_IER = 1,  /* interrupt enable */
	UART_IIR = 2,  /* interrupt identification on read */
	UART_FCR = 2,  /* FIFO control on write */
	UART_LCR = 3,  /* line control */
	UART_LSR = 5,  /* line status */
};

#define UART_IER_TX_EMPTY 0x02
#define UART_IIR_MASK	  0x0f
#define UART_IIR_TX_EMPTY 0x02
#define UART_FCR_ENABLE	  0x01
#define UART_LCR_8N1	  0x03
#define UART_LSR_RECEIVED 0x01
#define UART_LSR_TX_EMPTY 0x20

void sqz_io_uart_init(uint64_t base)
{
	sqz_write8(base + UART_IER, 0);
	sqz_write8(base + UART_LCR, UART_LCR_8N1);
	sqz_write8(base + UART_FCR, UART_FCR_ENABLE);
}

static void put_raw(uint64_t base, char character)
{
	while (!(sqz_read8(base + UART_LSR) & UART_LSR_TX_EMPTY))
		;
	sqz_write8(base + UART_DATA, (uint8_t)character);
}

void sqz_io_uart_put(uint64_t base, char character)
{
	if (character == '\n')
		put_raw(base, '\r');
	put_raw(base, character);
}

int sqz_io_uart_get(uint64_t base)
{
	if (!(sqz_read8(base + UART_LSR) & UART_LSR_RECEIVED))
		return -1;
	return sqz_read8(base + UART_DATA);
}

void sqz_io_uart_enable_tx_irq(uint64_t base, bool enable)
{
	sqz_write8(base + UART_IER, enable ? UART_IER_TX_EMPTY : 0);
}

bool sqz_io_uart_take_tx_irq(uint64_t base)
{
	uint8_t cause = sqz_read8(base + UART_IIR) & UART_IIR_MASK;

	return cause == UART_IIR_TX_EMPTY;
}
