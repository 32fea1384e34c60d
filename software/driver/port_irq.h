/*
 * Handlers of the PLIC's sources, for ports without an operating system: they
 * share sqz_irq_attach() and this.
 */
#ifndef SQZ_DRIVER_PORT_IRQ_H
#define SQZ_DRIVER_PORT_IRQ_H

#ifdef __cplusplus
extern "C" {
#endif

/* Calls the handlers of all that is pending. With interrupts masked. */
void sqz_port_dispatch_irqs(void);

#ifdef __cplusplus
}
#endif

#endif
