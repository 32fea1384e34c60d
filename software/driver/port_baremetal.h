/* The bare-metal port's own entry, called by start-up before main. */
#ifndef SQZ_DRIVER_PORT_BAREMETAL_H
#define SQZ_DRIVER_PORT_BAREMETAL_H

/* PLIC ready, external interrupts on. Sources are enabled one by one by
 * sqz_irq_attach(). */
void sqz_port_init(void);

#endif
