/*
 * Answers to packets, and first-in first-out queues of packets.
 *
 * An answer goes back to the sender with its handles (tag, ring, epoch, desc,
 * slot, layer, run) and names the question as its cause.
 */
#ifndef SQZ_MODELS_ANSWER_H
#define SQZ_MODELS_ANSWER_H

#include "node/node.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A fresh answer of the given type, status SQZ_OK, no payload. */
struct sqz_packet *sqz_packet_answer(const struct sqz_node_env *env,
				     const struct sqz_packet *question,
				     enum sqz_packet_type type);

/* A queue links packets through packet->next; zero is empty. */
struct sqz_packet_queue {
	struct sqz_packet *first;
	struct sqz_packet *last;
	uint32_t length;
};

void sqz_packet_push(struct sqz_packet_queue *queue, struct sqz_packet *packet);

/* NULL if empty. */
struct sqz_packet *sqz_packet_pop(struct sqz_packet_queue *queue);

#ifdef __cplusplus
}
#endif

#endif
