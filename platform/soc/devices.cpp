#include "soc/devices.h"

#include <stdexcept>

#include "soc/register_name.h"
#include "sqz/memmap.h"

namespace sqz
{

using sc_core::sc_time;

static const uint64_t PS_PER_TICK = 1000000000000u / SQZ_TIMEBASE_HZ;

board_device::board_device(sc_core::sc_module_name name)
    : sc_module(name), bus("bus")
{
	bus.register_b_transport(this, &board_device::b_transport);
	bus.register_nb_transport_fw(this, &board_device::nb_transport_fw);
	bus.register_transport_dbg(this, &board_device::transport_dbg);
}

bool board_device::peek(uint64_t offset, uint64_t *value)
{
	return access(offset, unit, false, value);
}

unsigned board_device::transport_dbg(tlm::tlm_generic_payload &payload)
{
	return look(payload, unit, [this](uint64_t offset, uint64_t *value) {
		return peek(offset, value);
	});
}

void board_device::b_transport(tlm::tlm_generic_payload &payload,
			       sc_time &delay)
{
	word_access word;

	(void)delay;
	if (!begin_access(payload, &word))
		return;
	if (access(word.addr, word.size, word.write, &word.value))
		end_access(payload, word);
	else
		refuse_access(payload, fault(word));
}

std::string board_device::fault(const word_access &access) const
{
	(void)access;
	return "no register takes an access of this size here";
}

tlm::tlm_sync_enum
board_device::nb_transport_fw(tlm::tlm_generic_payload &payload,
			      tlm::tlm_phase &phase, sc_time &delay)
{
	if (phase == tlm::BEGIN_REQ)
		b_transport(payload, delay);
	return tlm::TLM_COMPLETED;
}

clint_device::clint_device(sc_core::sc_module_name name, host_cpu &host)
    : board_device(name), cpu(host)
{
	sqz_clint_config config;

	config.time = [](void *self) {
		return static_cast<host_cpu *>(self)->local_ps() / PS_PER_TICK;
	};
	config.software_irq = [](void *self, bool level) {
		static_cast<host_cpu *>(self)->set_irq(SQZ_CPU_IRQ_MSI, level);
	};
	config.timer_irq = [](void *self, bool level) {
		static_cast<host_cpu *>(self)->set_irq(SQZ_CPU_IRQ_MTI, level);
	};
	config.ctx = &cpu;
	sqz_clint_init(&clint, &config);
	cpu.attach(this);
}

void clint_device::reset()
{
	sqz_clint_reset(&clint);
	cpu.timer_changed();
}

void clint_device::update()
{
	sqz_clint_update(&clint);
}

uint64_t clint_device::deadline_ps()
{
	const uint64_t tick = sqz_clint_deadline(&clint);

	return tick > UINT64_MAX / PS_PER_TICK ? UINT64_MAX
					       : tick * PS_PER_TICK;
}

bool clint_device::access(uint64_t offset, unsigned size, bool write,
			  uint64_t *value)
{
	const bool ok = core_access(&clint, sqz_clint_read, sqz_clint_write,
				    offset, size, write, value);

	if (ok && write)
		cpu.timer_changed();
	return ok;
}

plic_device::plic_device(sc_core::sc_module_name name, host_cpu &cpu)
    : board_device(name)
{
	sqz_plic_init(
	    &plic,
	    [](void *host, bool level) {
		    static_cast<host_cpu *>(host)->set_irq(SQZ_CPU_IRQ_MEI,
							   level);
	    },
	    &cpu);
}

void plic_device::set(unsigned source, bool level)
{
	sqz_plic_set(&plic, source, level);
}

unsigned plic_device::next() const
{
	return sqz_plic_next(&plic);
}

void plic_device::reset()
{
	sqz_plic_reset(&plic);
}

/* Reading CLAIM claims: the look is at a copy without wires. */
bool plic_device::peek(uint64_t offset, uint64_t *value)
{
	sqz_plic copy = plic;

	copy.irq = [](void *, bool) {};
	return !sqz_plic_read(&copy, offset, unit, value);
}

bool plic_device::access(uint64_t offset, unsigned size, bool write,
			 uint64_t *value)
{
	return core_access(&plic, sqz_plic_read, sqz_plic_write, offset, size,
			   write, value);
}

uart_device::uart_device(sc_core::sc_module_name name, plic_device &wires,
			 void (*sent)(void *context, uint8_t byte),
			 void *context)
    : board_device(name), plic(wires), outer_sent(sent), outer_context(context)
{
	sqz_uart_config config;

	config.transmit = [](void *self, uint8_t byte) {
		auto *device = static_cast<uart_device *>(self);
		device->outer_sent(device->outer_context, byte);
	};
	config.irq = [](void *self, bool level) {
		static_cast<uart_device *>(self)->plic.set(SQZ_IRQ_UART, level);
	};
	config.ctx = this;
	sqz_uart_init(&uart, &config);
	unit = 1;
}

bool uart_device::receive(uint8_t byte)
{
	return sqz_uart_receive(&uart, byte);
}

void uart_device::reset()
{
	sqz_uart_reset(&uart);
}

/* Reading some registers changes others, as for the PLIC. */
bool uart_device::peek(uint64_t offset, uint64_t *value)
{
	sqz_uart copy = uart;

	copy.config.irq = [](void *, bool) {};
	return !sqz_uart_read(&copy, offset, unit, value);
}

bool uart_device::access(uint64_t offset, unsigned size, bool write,
			 uint64_t *value)
{
	return core_access(&uart, sqz_uart_read, sqz_uart_write, offset, size,
			   write, value);
}

finisher_device::finisher_device(sc_core::sc_module_name name,
				 void (*finish)(void *context, sqz_finish what,
						unsigned code),
				 void *context)
    : board_device(name), finisher{ finish, context }
{
}

bool finisher_device::access(uint64_t offset, unsigned size, bool write,
			     uint64_t *value)
{
	return (write ? sqz_finisher_write(&finisher, offset, size, *value)
		      : sqz_finisher_read(&finisher, offset, size, value)) == 0;
}

mailbox_device::mailbox_device(sc_core::sc_module_name name, plic_device &wires,
			       sqz_mailbox_config config)
    : board_device(name), plic(wires), outer(config)
{
	sqz_error err = {};

	config.context = this;
	config.input = input;
	config.logits = logits;
	config.irq = irq;
	config.wake_at = wake_at;
	config.now = now;
	mailbox = sqz_mailbox_create(&config, &err);
	if (!mailbox)
		throw std::runtime_error(err.text);
	SC_HAS_PROCESS(mailbox_device);
	SC_METHOD(wake);
	sensitive << wake_event;
	dont_initialize();
}

mailbox_device::~mailbox_device()
{
	sqz_mailbox_destroy(mailbox);
}

uint64_t mailbox_device::input_address() const
{
	return sqz_mailbox_input_addr(mailbox);
}

void mailbox_device::reset()
{
	wake_event.cancel();
	sqz_mailbox_reset(mailbox);
}

uint64_t mailbox_device::copied_bytes() const
{
	return sqz_mailbox_copied_bytes(mailbox);
}

bool mailbox_device::access(uint64_t offset, unsigned size, bool write,
			    uint64_t *value)
{
	return sqz_mailbox_reg_access(mailbox, offset, size, write, value) ==
	       SQZ_OK;
}

std::string mailbox_device::fault(const word_access &access) const
{
	return register_fault(SQZ_BLOCK_MAILBOX, access.addr, access);
}

void mailbox_device::wake()
{
	sqz_mailbox_wake(mailbox);
}

const uint8_t *mailbox_device::input(void *self, uint32_t index)
{
	const auto &from = static_cast<mailbox_device *>(self)->outer;

	return from.input(from.context, index);
}

void mailbox_device::logits(void *self, uint32_t sequence, const uint8_t *data,
			    size_t bytes)
{
	const auto &to = static_cast<mailbox_device *>(self)->outer;

	to.logits(to.context, sequence, data, bytes);
}

void mailbox_device::irq(void *self, bool level)
{
	static_cast<mailbox_device *>(self)->plic.set(SQZ_IRQ_MAILBOX, level);
}

void mailbox_device::wake_at(void *self, sqz_ps time)
{
	auto &event = static_cast<mailbox_device *>(self)->wake_event;
	const uint64_t current = sc_core::sc_time_stamp().value();

	event.cancel();
	if (time != SQZ_NEVER)
		event.notify(
		    sc_time::from_value(time > current ? time - current : 0));
}

sqz_ps mailbox_device::now(void *self)
{
	(void)self;
	return sc_core::sc_time_stamp().value();
}

} // namespace sqz
