/* Checks of the configuration, memory, release. */
#include <stdlib.h>

#include "ctrl/controller_state.h"

static int check(const struct sqz_controller_config *config,
		 struct sqz_error *err)
{
	if (config->rings < 1 || config->rings > SQZ_CONTROLLER_RINGS_MAX)
		return sqz_fail(err, "controller: %u rings are not 1 to %d",
				config->rings, SQZ_CONTROLLER_RINGS_MAX);
	if (config->in_flight < config->rings ||
	    config->in_flight > SQZ_CONTROLLER_IN_FLIGHT_MAX)
		return sqz_fail(err,
				"controller: %u descriptors in flight are not "
				"%u (rings) to %d",
				config->in_flight, config->rings,
				SQZ_CONTROLLER_IN_FLIGHT_MAX);
	if (config->copy_bytes < 1 ||
	    config->copy_bytes > SQZ_PACKET_MAX_PAYLOAD)
		return sqz_fail(err, "controller: copy_bytes %u is not 1 to %d",
				config->copy_bytes, SQZ_PACKET_MAX_PAYLOAD);
	if (config->copy_outstanding < 1 ||
	    config->copy_outstanding > SQZ_CONTROLLER_COPIES_MAX)
		return sqz_fail(err,
				"controller: copy_outstanding %u is not 1 to "
				"%d",
				config->copy_outstanding,
				SQZ_CONTROLLER_COPIES_MAX);
	if (config->node_count < 1 || config->node_count > 0xffff ||
	    config->node >= config->node_count ||
	    config->node_count !=
		(uint64_t)config->mesh_width * config->mesh_height)
		return sqz_fail(err,
				"controller: node %u of %u nodes in a mesh of "
				"%u x %u",
				config->node, config->node_count,
				config->mesh_width, config->mesh_height);
	if (config->abort_timeout_ps > SQZ_NEVER / 2)
		return sqz_fail(err, "controller: abort time-out too long");
	return 0;
}

/* As many participants as there are slots on the chip, and as tags allow. */
static uint32_t longest_list(const struct sqz_controller_config *config)
{
	uint32_t slots = 0;

	for (uint32_t i = 0; i < config->node_count; i++)
		if (config->nodes[i].kind == SQZ_NODE_TILE)
			slots += config->nodes[i].slots;
	if (slots > TAG_COMPLETION)
		return TAG_COMPLETION;
	return slots ? slots : 1;
}

static bool allocate_slot(struct sqz_controller *ctl, uint16_t index)
{
	struct slot *slot = &ctl->slots[index];

	slot->index = index;
	slot->list = calloc(ctl->list_max, sizeof(*slot->list));
	slot->answered = calloc(ctl->list_max, 1);
	slot->chunks =
	    calloc(ctl->config.copy_outstanding, sizeof(*slot->chunks));
	return slot->list && slot->answered && slot->chunks;
}

static bool allocate(struct sqz_controller *ctl)
{
	const struct sqz_controller_config *config = &ctl->config;
	bool complete = true;

	ctl->nodes = calloc(config->node_count, sizeof(*ctl->nodes));
	ctl->irq_nodes = calloc(config->node_count, sizeof(*ctl->irq_nodes));
	ctl->slots = calloc(config->in_flight, sizeof(*ctl->slots));
	if (!ctl->nodes || !ctl->irq_nodes || !ctl->slots)
		return false;
	for (uint16_t i = 0; i < config->in_flight; i++)
		complete &= allocate_slot(ctl, i);
	for (uint32_t r = 0; r < config->rings; r++) {
		ctl->rings[r].abort_marks = calloc(config->node_count, 1);
		complete &= ctl->rings[r].abort_marks != NULL;
	}
	return complete;
}

struct sqz_controller *
sqz_controller_create(const struct sqz_controller_config *config,
		      const struct sqz_node_env *env, struct sqz_error *err)
{
	if (check(config, err))
		return NULL;

	struct sqz_controller *ctl = calloc(1, sizeof(*ctl));

	if (!ctl) {
		sqz_fail(err, "controller: out of memory");
		return NULL;
	}
	ctl->config = *config;
	ctl->env = env;
	ctl->list_max = longest_list(config);
	ctl->armed_ps = SQZ_NEVER;
	ctl->last_ring = config->rings - 1;
	if (!allocate(ctl)) {
		sqz_fail(err, "controller: out of memory");
		sqz_controller_destroy(ctl);
		return NULL;
	}
	for (uint32_t i = 0; i < config->node_count; i++)
		ctl->nodes[i] = config->nodes[i];
	ctl->config.nodes = ctl->nodes;
	sqz_ctl_reset_regs(ctl);
	return ctl;
}

void sqz_controller_destroy(struct sqz_controller *ctl)
{
	struct sqz_packet *packet;

	if (!ctl)
		return;
	while ((packet = sqz_packet_pop(&ctl->copy_data)))
		ctl->env->release(ctl->env->context, packet);
	for (uint32_t i = 0; ctl->slots && i < ctl->config.in_flight; i++) {
		free(ctl->slots[i].list);
		free(ctl->slots[i].answered);
		free(ctl->slots[i].chunks);
	}
	for (uint32_t r = 0; r < ctl->config.rings; r++)
		free(ctl->rings[r].abort_marks);
	free(ctl->slots);
	free(ctl->irq_nodes);
	free(ctl->nodes);
	free(ctl);
}

const struct sqz_controller_counters *
sqz_controller_counters(const struct sqz_controller *ctl)
{
	return &ctl->counters;
}
