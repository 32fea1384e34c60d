/*
 * The whole virtual chip: host, controller, network, tiles, memories, built
 * from a configuration.
 *
 * Whoever runs it hands in the surroundings: inputs and logits through the
 * mailbox, a place for what the UART sends, the finisher, observers.
 */
#ifndef SQZ_PLATFORM_CHIP_H
#define SQZ_PLATFORM_CHIP_H

#include <memory>
#include <vector>

#include "soc/controller_node.h"
#include "soc/counters_device.h"
#include "soc/devices.h"
#include "soc/host_bus.h"
#include "soc/host_cpu.h"
#include "soc/host_pages.h"
#include "soc/memory_target.h"
#include "soc/noc_fabric.h"
#include "soc/nodes.h"

namespace sqz
{

struct surroundings {
	void *context;
	const uint8_t *(*input)(void *context, uint32_t index);
	void (*logits)(void *context, uint32_t sequence, const uint8_t *data,
		       size_t bytes);
	void (*sent)(void *context, uint8_t byte);
	void (*finish)(void *context, sqz_finish what, unsigned code);
	uint32_t input_count;
	uint32_t input_bytes;
	/* How the mailbox wants them to be run. */
	uint32_t in_flight;
	bool chain;
	/* The .sqz image, copied into flash or, if it does not fit, to the end
	 * of DRAM; may be empty. */
	const uint8_t *image;
	size_t image_bytes;
	/* Layers whose traffic is counted apart. */
	uint32_t layers;
	const sqz_controller_observer *controller_observer;
	/* For tile t (by node number) with context contexts[node]; NULL: none
	 */
	const sqz_tile_observer *(*tile_observer)(void *context, uint16_t node);
	const sqz_memory_observer *(*memory_observer)(void *context,
						      uint16_t node);
	void (*packet_observer)(void *context, const sqz_packet *packet,
				bool arrives);
	/* struct node_commons; NULL: nobody wants to know. */
	void (*mark_observer)(void *context, uint16_t node, uint64_t id,
			      const sqz_causes *causes);
	void (*accepted_observer)(void *context, uint16_t node, uint64_t id);
};

class chip : public sc_core::sc_module
{
      public:
	/* Throws std::runtime_error with one line. */
	chip(sc_core::sc_module_name name, const sqz_config &config,
	     const sqz_chip &layout, const surroundings &around);

	/* Copies bytes into DRAM or flash. -1 if they do not lie there. */
	int load(uint64_t addr, const void *data, uint64_t bytes);

	/* The CPU, at this address, and the board's devices as after power-on.
	 * The accelerator keeps what it has; its driver resets it. */
	void reset(uint64_t entry);

	uart_device &console()
	{
		return *uart;
	}
	host_cpu &cpu()
	{
		return *host;
	}
	const sqz_noc *network() const
	{
		return fabric->engine();
	}
	const sqz_noc_flows *flows() const
	{
		return fabric->flows();
	}
	const std::string &network_failure() const
	{
		return fabric->failure();
	}
	uint64_t network_cycles() const
	{
		return fabric->cycles();
	}
	const std::vector<sqz_traffic> &traffic() const
	{
		return commons.traffic;
	}
	/* NULL where there is no tile. */
	const sqz_tile *tile(uint32_t node) const;
	/* Likewise. */
	const sqz_memory *memory(uint32_t node) const;
	uint64_t dram_activations() const;
	/* Of the external interrupt that the CPU takes now; 0: none. */
	unsigned interrupt_source() const
	{
		return plic->next();
	}
	/* What the host sees of them; to withdraw its direct access. */
	memory_target &dram_target()
	{
		return *host_dram;
	}
	memory_target &flash_target()
	{
		return *host_flash;
	}
	/* Where the mailbox puts inputs. */
	uint64_t input_address() const
	{
		return mailbox->input_address();
	}
	uint64_t mailbox_bytes() const
	{
		return mailbox->copied_bytes();
	}

      private:
	void build_host(const sqz_config &config);
	void build_nodes(const sqz_config &config, const surroundings &around);
	void build_devices(const sqz_config &config,
			   const surroundings &around);
	void connect_bus();
	bool look_at_window(uint64_t addr, uint64_t *value);
	uint64_t place_image(const surroundings &around);

	const sqz_chip &layout;
	template <class T> using owned = std::unique_ptr<T, void (*)(T *)>;

	host_pages dram;
	host_pages flash;
	owned<sqz_packet_pool> packets;
	payload_pool payloads;
	node_commons commons;
	std::unique_ptr<host_bus> bus;
	std::unique_ptr<memory_target> host_dram;
	std::unique_ptr<memory_target> host_flash;
	std::unique_ptr<host_cpu> host;
	std::unique_ptr<clint_device> clint;
	std::unique_ptr<plic_device> plic;
	std::unique_ptr<uart_device> uart;
	std::unique_ptr<finisher_device> finisher;
	std::unique_ptr<mailbox_device> mailbox;
	std::unique_ptr<noc_fabric> fabric;
	std::unique_ptr<counters_device> counters;
	std::unique_ptr<controller_node> controller;
	std::vector<std::unique_ptr<tile_node>> tiles;
	std::vector<std::unique_ptr<memory_node>> memories;
	std::vector<tile_node *> tile_at;
	std::vector<memory_node *> memory_at;
};

} // namespace sqz

#endif
