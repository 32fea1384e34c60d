#include "host_rig.h"

recorder::recorder(sc_core::sc_module_name name) : sc_module(name), bus("bus")
{
	bus.register_b_transport(this, &recorder::b_transport);
}

void recorder::b_transport(tlm::tlm_generic_payload &payload,
			   sc_core::sc_time &delay)
{
	entry e = { sqz::now_ps(),	   sqz::now_ps() + delay.value(),
		    payload.get_address(), payload.get_data_length(),
		    payload.is_write(),	   answer };

	if (e.write) {
		e.value = 0;
		memcpy(&e.value, payload.get_data_ptr(), e.size);
	} else {
		memcpy(payload.get_data_ptr(), &answer, e.size);
	}
	log.push_back(e);
	payload.set_response_status(status);
	if (wait_ps) {
		wait(delay + sc_core::sc_time::from_value(wait_ps));
		delay = sc_core::SC_ZERO_TIME;
	}
	if (on_access)
		on_access(e);
}

host_rig::host_rig(const std::vector<const char *> &overrides, bool alone)
    : config(rig_config(overrides)), ram(RAM_BYTES), flash(FLASH_BYTES),
      bus("bus"), nothing("nothing"), cpu("cpu", config, SQZ_DRAM_BASE),
      clint("clint", cpu), plic("plic", cpu),
      uart("uart", plic, byte_sent, this), finisher("finisher", finish, this),
      mailbox("mailbox", plic, mailbox_config()),
      dram_target("dram", settings(ram, true, config.cpu.dram_read_cycles,
				   config.cpu.dram_write_cycles)),
      flash_target("flash",
		   settings(flash, false, config.cpu.flash_read_cycles, 0)),
      near("near"), far("far"), unused("unused"), bench("bench")
{
	bus.connect("finisher", SQZ_FINISHER_BASE, SQZ_FINISHER_BYTES,
		    finisher.bus);
	bus.connect("clint", SQZ_CLINT_BASE, SQZ_CLINT_BYTES, clint.bus);
	bus.connect("plic", SQZ_PLIC_BASE, SQZ_PLIC_BYTES, plic.bus);
	bus.connect("uart", SQZ_UART_BASE, SQZ_UART_BYTES, uart.bus);
	bus.connect("near", NEAR, 0x1000, near.bus);
	bus.connect("flash", SQZ_FLASH_BASE, FLASH_BYTES, flash_target.bus);
	bus.connect("far", FAR, 0x1000, far.bus, true);
	bus.connect("mailbox", SQZ_MAILBOX_BASE, SQZ_MAILBOX_BYTES,
		    mailbox.bus);
	bus.connect("DRAM", SQZ_DRAM_BASE, RAM_BYTES, dram_target.bus);
	nothing.connect("unused", NEAR, 1, unused.bus);
	cpu.attach(&bus);
	if (alone) {
		cpu.bus.bind(nothing.cpu);
		bench.socket.bind(bus.cpu);
		cpu.halt();
		return;
	}
	cpu.bus.bind(bus.cpu);
	bench.socket.bind(nothing.cpu);
	cpu.add_memory(SQZ_DRAM_BASE, RAM_BYTES);
	cpu.add_memory(SQZ_FLASH_BASE, FLASH_BYTES);
}

sqz::memory_settings host_rig::settings(std::vector<uint8_t> &bytes,
					bool writable, uint64_t read_cycles,
					uint64_t write_cycles)
{
	return {
		bytes.data(), bytes.size(), writable,
		sc_core::sc_time::from_value(read_cycles * config.cpu.cycle_ps),
		sc_core::sc_time::from_value(write_cycles * config.cpu.cycle_ps)
	};
}

sqz_mailbox_config host_rig::mailbox_config()
{
	sqz_mailbox_config c = {};

	c.count = 1;
	c.input_bytes = (uint32_t)input.size();
	c.delivery_ps = config.mailbox.delivery_ps;
	c.dram_base = SQZ_DRAM_BASE;
	c.dram_bytes = RAM_BYTES;
	c.dram = ram.data();
	c.context = this;
	c.input = next_input;
	c.logits = take_logits;
	return c;
}

void host_rig::byte_sent(void *self, uint8_t byte)
{
	static_cast<host_rig *>(self)->sent += (char)byte;
}

void host_rig::finish(void *self, sqz_finish what, unsigned code)
{
	auto *rig = static_cast<host_rig *>(self);

	rig->finishes.push_back({ what, code });
	rig->end_ps = rig->cpu.local_ps();
	rig->cpu.halt();
	sc_core::sc_stop();
}

const uint8_t *host_rig::next_input(void *self, uint32_t index)
{
	ck_assert_uint_eq(index, 0);
	return static_cast<host_rig *>(self)->input.data();
}

void host_rig::take_logits(void *self, uint32_t sequence, const uint8_t *data,
			   size_t bytes)
{
	auto *rig = static_cast<host_rig *>(self);

	ck_assert_uint_eq(sequence, rig->logits.size());
	rig->logits.push_back({ data, data + bytes });
}

void host_rig::load(const assembler &program, size_t at)
{
	memcpy(ram.data() + 4 * at, program.words.data(),
	       4 * program.words.size());
}

void host_rig::run(uint64_t ps)
{
	run_to(ps);
}

void finish_program(assembler &program)
{
	program.li(T0, SQZ_FINISHER_BASE);
	program.li(T1, SQZ_FINISH_PASS);
	program.sw(T1, T0);
	program.j(program.here());
}
