#include "driver/port_irq.h"

#include "driver/plic.h"
#include "sqz/memmap.h"
#include "sqz/port.h"

struct irq_slot {
	void (*handler)(void *arg);
	void *arg;
};

static struct irq_slot irq_slots[SQZ_IRQ_SOURCES];

/* A source that nobody handles is switched off: it would come for ever. */
static void handle_source(unsigned source)
{
	const struct irq_slot *slot = &irq_slots[source % SQZ_IRQ_SOURCES];

	if (slot->handler)
		slot->handler(slot->arg);
	sqz_io_plic_complete(SQZ_PLIC_BASE, source);
	if (!slot->handler)
		sqz_io_plic_disable(SQZ_PLIC_BASE, source);
}

void sqz_port_dispatch_irqs(void)
{
	unsigned source;

	while ((source = sqz_io_plic_claim(SQZ_PLIC_BASE)) != 0)
		handle_source(source);
}

int sqz_irq_attach(unsigned source, void (*handler)(void *arg), void *arg)
{
	if (source == 0 || source >= SQZ_IRQ_SOURCES || !handler)
		return -1;

	uintptr_t state = sqz_irq_lock();

	irq_slots[source] = (struct irq_slot){ handler, arg };
	sqz_io_plic_enable(SQZ_PLIC_BASE, source);
	sqz_irq_unlock(state);
	return 0;
}
