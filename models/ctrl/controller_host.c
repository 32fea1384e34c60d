/* The bridge: host loads and stores to node windows as packets. */
#include "ctrl/controller_state.h"

static void finish(struct sqz_controller *ctl, enum sqz_status status,
		   uint64_t value)
{
	ctl->host.busy = false;
	ctl->counters.host_accesses++;
	if (ctl->config.host_done)
		ctl->config.host_done(ctl->config.context, status, value);
}

bool sqz_controller_host_access(struct sqz_controller *ctl, uint64_t addr,
				uint32_t size_bytes, bool is_write,
				uint64_t value)
{
	uint64_t bytes = 0;

	if (ctl->host.busy)
		return false;

	int node = ctl->env->route(ctl->env->context, addr, &bytes);
	bool sized = size_bytes == 1 || size_bytes == 2 || size_bytes == 4 ||
		     size_bytes == 8;

	ctl->host = (struct host_access){ .busy = true,
					  .is_write = is_write,
					  .node = (uint16_t)node,
					  .size_bytes = size_bytes,
					  .addr = addr,
					  .value = value,
					  .why = ctl->trigger };
	if (!sized || addr % size_bytes != 0 || node < 0 ||
	    (uint32_t)node >= ctl->config.node_count ||
	    node == ctl->config.node || bytes < size_bytes)
		finish(ctl, SQZ_ERR_ADDRESS, 0);
	else
		sqz_ctl_pump(ctl);
	return true;
}

bool sqz_ctl_host_send(struct sqz_controller *ctl)
{
	struct host_access *host = &ctl->host;
	enum sqz_packet_type type =
	    host->is_write ? SQZ_PKT_REG_WRITE : SQZ_PKT_REG_READ;

	if (!host->busy || host->sent || !sqz_ctl_can_send(ctl, type))
		return false;

	struct sqz_packet *packet = ctl->env->alloc(ctl->env->context);

	packet->type = (uint8_t)type;
	packet->dst = host->node;
	packet->desc = DESC_HOST;
	packet->layer = SQZ_NO_LAYER;
	packet->addr = host->addr;
	packet->chunk = host->size_bytes;
	packet->causes = host->why;
	if (host->is_write) {
		packet->value = host->value;
		packet->payload_bytes = host->size_bytes;
	}
	host->sent = true;
	sqz_ctl_send(ctl, packet);
	return true;
}

void sqz_ctl_host_answered(struct sqz_controller *ctl,
			   const struct sqz_packet *packet)
{
	const struct host_access *host = &ctl->host;

	if (!host->busy || !host->sent || packet->src != host->node)
		ctl->counters.late++;
	else
		finish(ctl, packet->status, packet->value);
}
