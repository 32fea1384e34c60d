#include "node/answer.h"

#include <stddef.h>

struct sqz_packet *sqz_packet_answer(const struct sqz_node_env *env,
				     const struct sqz_packet *question,
				     enum sqz_packet_type type)
{
	struct sqz_packet *answer = env->alloc(env->context);

	answer->type = (uint8_t)type;
	answer->dst = question->src;
	answer->cause = question->id;
	answer->tag = question->tag;
	answer->ring = question->ring;
	answer->epoch = question->epoch;
	answer->desc = question->desc;
	answer->slot = question->slot;
	answer->layer = question->layer;
	answer->run = question->run;
	return answer;
}

void sqz_packet_push(struct sqz_packet_queue *queue, struct sqz_packet *packet)
{
	packet->next = NULL;
	if (queue->last)
		queue->last->next = packet;
	else
		queue->first = packet;
	queue->last = packet;
	queue->length++;
}

struct sqz_packet *sqz_packet_pop(struct sqz_packet_queue *queue)
{
	struct sqz_packet *packet = queue->first;

	if (!packet)
		return NULL;
	queue->first = packet->next;
	if (!queue->first)
		queue->last = NULL;
	packet->next = NULL;
	queue->length--;
	return packet;
}
