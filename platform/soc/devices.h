/* Devices on the host's bus: thin shells around the C cores of models/. */
#ifndef SQZ_PLATFORM_DEVICES_H
#define SQZ_PLATFORM_DEVICES_H

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

#include "cpu/clint.h"
#include "cpu/finisher.h"
#include "cpu/plic.h"
#include "cpu/uart.h"
#include "ctrl/mailbox.h"
#include "soc/host_cpu.h"
#include "soc/word_access.h"

namespace sqz
{

/* A device that answers at once: `access` is all it has to say. */
class board_device : public sc_core::sc_module
{
      public:
	tlm_utils::simple_target_socket<board_device> bus;

	explicit board_device(sc_core::sc_module_name name);

      protected:
	/* One access of 1 to 8 bytes. False: it faults. */
	virtual bool access(uint64_t offset, unsigned size, bool write,
			    uint64_t *value) = 0;
	/* Why such an access faults, for messages. */
	virtual std::string fault(const word_access &access) const;
	/* What a debugger sees at a multiple of `unit` bytes, without any
	 * effect. By default what a read gives, where reads have none. */
	virtual bool peek(uint64_t offset, uint64_t *value);
	unsigned unit = 4;

      private:
	unsigned transport_dbg(tlm::tlm_generic_payload &payload);
	void b_transport(tlm::tlm_generic_payload &payload,
			 sc_core::sc_time &delay);
	tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &payload,
					   tlm::tlm_phase &phase,
					   sc_core::sc_time &delay);
};

/* Calls `read` or `write` of a core; both return 0 or -1. */
template <class CORE>
bool core_access(CORE *core,
		 int (*read)(CORE *, uint64_t, unsigned, uint64_t *),
		 int (*write)(CORE *, uint64_t, unsigned, uint64_t),
		 uint64_t offset, unsigned size, bool is_write, uint64_t *value)
{
	return (is_write ? write(core, offset, size, *value)
			 : read(core, offset, size, value)) == 0;
}

class clint_device : public board_device, public host_timer
{
      public:
	clint_device(sc_core::sc_module_name name, host_cpu &cpu);
	void update() override;
	uint64_t deadline_ps() override;
	void reset();

      protected:
	bool access(uint64_t offset, unsigned size, bool write,
		    uint64_t *value) override;

      private:
	host_cpu &cpu;
	sqz_clint clint;
};

class plic_device : public board_device
{
      public:
	plic_device(sc_core::sc_module_name name, host_cpu &cpu);
	void set(unsigned source, bool level);
	/* What the CPU would be given now; 0: nothing. */
	unsigned next() const;
	void reset();

      protected:
	bool access(uint64_t offset, unsigned size, bool write,
		    uint64_t *value) override;
	bool peek(uint64_t offset, uint64_t *value) override;

      private:
	sqz_plic plic;
};

class uart_device : public board_device
{
      public:
	/* sent: called for every byte. */
	uart_device(sc_core::sc_module_name name, plic_device &plic,
		    void (*sent)(void *context, uint8_t byte), void *context);
	void reset();
	/* A byte from outside. False: the queue is full. */
	bool receive(uint8_t byte);

      protected:
	bool access(uint64_t offset, unsigned size, bool write,
		    uint64_t *value) override;
	bool peek(uint64_t offset, uint64_t *value) override;

      private:
	plic_device &plic;
	void (*outer_sent)(void *context, uint8_t byte);
	void *outer_context;
	sqz_uart uart;
};

class finisher_device : public board_device
{
      public:
	finisher_device(sc_core::sc_module_name name,
			void (*finish)(void *context, sqz_finish what,
				       unsigned code),
			void *context);

      protected:
	bool access(uint64_t offset, unsigned size, bool write,
		    uint64_t *value) override;

      private:
	sqz_finisher finisher;
};

class mailbox_device : public board_device
{
      public:
	/* Takes all of `config` but what this module answers itself: irq,
	 * wake_at, now. */
	mailbox_device(sc_core::sc_module_name name, plic_device &plic,
		       sqz_mailbox_config config);
	~mailbox_device() override;
	uint64_t input_address() const;
	uint64_t copied_bytes() const;
	void reset();

      protected:
	bool access(uint64_t offset, unsigned size, bool write,
		    uint64_t *value) override;
	std::string fault(const word_access &access) const override;

      private:
	void wake();
	static const uint8_t *input(void *self, uint32_t index);
	static void logits(void *self, uint32_t sequence, const uint8_t *data,
			   size_t bytes);
	static void irq(void *self, bool level);
	static void wake_at(void *self, sqz_ps time);
	static sqz_ps now(void *self);

	plic_device &plic;
	const sqz_mailbox_config outer; /* whose callbacks are passed on */
	sqz_mailbox *mailbox = nullptr;
	sc_core::sc_event wake_event;
};

} // namespace sqz

#endif
