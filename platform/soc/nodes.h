/* Tiles and memories: a shell (node_shell.h) with its C core, made from the
 * configuration. Constructors throw std::runtime_error with one line. */
#ifndef SQZ_PLATFORM_NODES_H
#define SQZ_PLATFORM_NODES_H

#include "mem/memory_node.h"
#include "soc/node_shell.h"
#include "tile/tile.h"

namespace sqz
{

class tile_node : public node_shell
{
      public:
	tile_node(sc_core::sc_module_name name, uint16_t node,
		  node_commons &commons, const sqz_config &config,
		  const sqz_tile_observer *observer);
	~tile_node() override;

	sqz_tile *tile = nullptr;
};

class memory_node : public node_shell
{
      public:
	/* storage: shared with the host, or NULL for the node's own. */
	memory_node(sc_core::sc_module_name name, uint16_t node,
		    node_commons &commons, const sqz_config &config,
		    uint8_t *storage, const sqz_memory_observer *observer);
	~memory_node() override;

	sqz_memory *memory = nullptr;
};

} // namespace sqz

#endif
