/*
 * Counts of a whole network under a design, layer by layer.
 */
#ifndef SQZ_MAPPER_COUNT_NET_H
#define SQZ_MAPPER_COUNT_NET_H

#include "count.h"
#include "quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The index-th layer, which must be MVM. blocks: of all layers, as in struct
 * sqz_quantized, or NULL; a layer of a network that is not quantized has no
 * weights. */
struct sqz_layer_view sqz_layer_view(const struct sqz_qnet *net,
				     const struct sqz_blocks *blocks,
				     uint32_t index);

/* Weights of an MVM layer. */
uint64_t sqz_layer_weights(const struct sqz_qnet *net, uint32_t index);

/* One layer of sqz_count_network(). */
int sqz_count_net_layer(const struct sqz_qnet *net,
			const struct sqz_blocks *blocks,
			const struct sqz_design *design, uint32_t index,
			struct sqz_count *count, struct sqz_error *err);

/* counts[net->layer_count], zeros for layers without weights. Sliced blocks
 * have planes and squeeze of their own: those of the design only count where
 * there are no blocks. -1 with err set, naming the layer. */
int sqz_count_network(const struct sqz_qnet *net,
		      const struct sqz_blocks *blocks,
		      const struct sqz_design *design, struct sqz_count *counts,
		      struct sqz_error *err);

/* Sum over the layers, for one image. */
struct sqz_count sqz_count_total(const struct sqz_qnet *net,
				 const struct sqz_count *counts);

#ifdef __cplusplus
}
#endif

#endif
