/* The host side of a chip: CPU, bus, board devices, memory, and two recorders
 * in place of the accelerator. */
#ifndef SQZ_TESTS_HOST_RIG_H
#define SQZ_TESTS_HOST_RIG_H

#include "assembler.h"
#include "soc/devices.h"
#include "soc/host_bus.h"
#include "soc/memory_target.h"
#include "soc_rig.h"
#include "sqz/memmap.h"

/* A device that keeps a diary. */
struct recorder : sc_core::sc_module {
	struct entry {
		uint64_t kernel_ps;
		uint64_t local_ps; /* with the annotated delay */
		uint64_t addr;
		unsigned size;
		bool write;
		uint64_t value;
	};
	tlm_utils::simple_target_socket<recorder> bus;
	std::vector<entry> log;
	uint64_t answer = 0; /* to reads */
	uint64_t wait_ps = 0;
	tlm::tlm_response_status status = tlm::TLM_OK_RESPONSE;
	std::function<void(const entry &)> on_access;

	explicit recorder(sc_core::sc_module_name name);

      private:
	void b_transport(tlm::tlm_generic_payload &payload,
			 sc_core::sc_time &delay);
};

static const uint64_t NEAR = 0x10010000; /* no synchronization needed */
static const uint64_t FAR = 0x42000000;	 /* where the chip is in time */
static const uint64_t HOLE = 0x18000000;
static const uint64_t RAM_BYTES = 1 << 20;
static const uint64_t FLASH_BYTES = 1 << 16;

struct host_rig {
	/* alone: the CPU stands still, `bench` has the bus instead. */
	explicit host_rig(const std::vector<const char *> &overrides = {},
			  bool alone = false);

	/* Puts a program into RAM, word index `at` from the start. */
	void load(const assembler &program, size_t at = 0);
	/* Until the program ends, at most this long. */
	void run(uint64_t ps = 1000000000000u);

	std::string sent; /* by the UART */
	std::vector<std::pair<sqz_finish, unsigned>> finishes;
	uint64_t end_ps = 0; /* CPU's time at the finisher */
	std::vector<std::vector<uint8_t>> logits;
	std::vector<uint8_t> input = { 1, 2, 3, 4, 5, 6, 7, 8 };

	sqz_config config;
	std::vector<uint8_t> ram;
	std::vector<uint8_t> flash;
	sqz::host_bus bus;
	sqz::host_bus nothing;
	sqz::host_cpu cpu;
	sqz::clint_device clint;
	sqz::plic_device plic;
	sqz::uart_device uart;
	sqz::finisher_device finisher;
	sqz::mailbox_device mailbox;
	sqz::memory_target dram_target;
	sqz::memory_target flash_target;
	recorder near;
	recorder far;
	recorder unused;
	initiator bench;

      private:
	sqz_mailbox_config mailbox_config();
	sqz::memory_settings settings(std::vector<uint8_t> &bytes,
				      bool writable, uint64_t read_cycles,
				      uint64_t write_cycles);
	static void byte_sent(void *self, uint8_t byte);
	static void finish(void *self, sqz_finish what, unsigned code);
	static const uint8_t *next_input(void *self, uint32_t index);
	static void take_logits(void *self, uint32_t sequence,
				const uint8_t *data, size_t bytes);
};

/* The end of a program: the finisher, code 0. Uses T0 and T1. */
void finish_program(assembler &program);

#endif
