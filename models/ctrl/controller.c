#include "ctrl/controller.h"

#include "ctrl/controller_state.h"
#include "sqz/memmap.h"

/* ctl->lines: bits 0 to 15 are rings. */
#define LINE_ERROR (1u << 31)

sqz_ps sqz_ctl_now(const struct sqz_controller *ctl)
{
	return ctl->env->now(ctl->env->context);
}

bool sqz_ctl_can_send(const struct sqz_controller *ctl,
		      enum sqz_packet_type type)
{
	return ctl->env->can_send(ctl->env->context, sqz_packet_class(type));
}

static uint16_t layer_of(const struct slot *slot)
{
	bool has_layer = slot->desc.type == SQZ_DESC_RUN ||
			 slot->desc.type == SQZ_DESC_PROGRAM;

	return has_layer ? slot->desc.layer : SQZ_NO_LAYER;
}

struct sqz_controller_event sqz_ctl_event(const struct slot *slot)
{
	return (struct sqz_controller_event){
		.ring = slot->ring,
		.layer = layer_of(slot),
		.type = slot->desc.type,
		.sequence = slot->sequence,
		.run = slot->run,
		.cookie = slot->desc.cookie,
		.src = slot->desc.src,
		.status = slot->status,
	};
}

struct sqz_packet *sqz_ctl_packet(struct sqz_controller *ctl,
				  const struct slot *slot,
				  enum sqz_packet_type type, uint16_t dst)
{
	struct sqz_packet *packet = ctl->env->alloc(ctl->env->context);

	packet->type = (uint8_t)type;
	packet->dst = dst;
	packet->cause = slot->cause;
	packet->ring = slot->ring;
	packet->epoch = slot->epoch;
	packet->desc = slot->index;
	packet->run = slot->run;
	packet->layer = layer_of(slot);
	if (sqz_causes_wanted(ctl->env)) {
		packet->causes = slot->why;
		sqz_causes_join(ctl->env, &packet->causes, &ctl->trigger);
	}
	return packet;
}

/* -- why -- */

void sqz_controller_because(struct sqz_controller *ctl,
			    const struct sqz_causes *causes)
{
	ctl->trigger = *causes;
}

struct sqz_causes sqz_controller_why(const struct sqz_controller *ctl)
{
	return ctl->trigger;
}

/* Why a descriptor that was decoded goes on now. */
static void explain_wake(struct sqz_controller *ctl)
{
	for (uint32_t i = 0; i < ctl->order_count; i++) {
		const struct slot *slot = &ctl->slots[ctl->order[i]];

		if (slot->state == SLOT_DECODE &&
		    slot->ready_ps <= sqz_ctl_now(ctl))
			ctl->trigger = slot->why;
	}
}

void sqz_ctl_send(struct sqz_controller *ctl, struct sqz_packet *packet)
{
	ctl->env->send(ctl->env->context, packet);
}

int sqz_ctl_memory_at(struct sqz_controller *ctl, uint64_t addr,
		      uint64_t *bytes)
{
	int node = ctl->env->route(ctl->env->context, addr, bytes);

	/* Only memories answer READ and WRITE. */
	if (node < 0 || (uint32_t)node >= ctl->config.node_count || *bytes == 0)
		return -1;
	switch (ctl->nodes[node].kind) {
	case SQZ_NODE_BUFFER:
	case SQZ_NODE_DRAM:
	case SQZ_NODE_FLASH:
		return node;
	default:
		return -1;
	}
}

static void set_line(struct sqz_controller *ctl, unsigned source, bool level)
{
	const struct sqz_controller_observer *observer = &ctl->config.observer;

	if (observer->irq)
		observer->irq(observer->context, source, level);
	if (ctl->config.irq)
		ctl->config.irq(ctl->config.context, source, level);
}

void sqz_ctl_update_irq(struct sqz_controller *ctl)
{
	uint32_t cause = sqz_reg_get(&ctl->regs, SQZ_CONTROLLER_IRQ_STATUS) &
			 sqz_reg_get(&ctl->regs, SQZ_CONTROLLER_IRQ_ENABLE);
	uint32_t lines = sqz_field(cause, SQZ_CONTROLLER_IRQ_STATUS_RINGS);

	if (sqz_field(cause, SQZ_CONTROLLER_IRQ_STATUS_ERROR) ||
	    sqz_field(cause, SQZ_CONTROLLER_IRQ_STATUS_NODE))
		lines |= LINE_ERROR;

	uint32_t changed = lines ^ ctl->lines;

	ctl->lines = lines;
	for (uint32_t r = 0; changed && r < ctl->config.rings; r++)
		if (changed & 1u << r)
			set_line(ctl, SQZ_IRQ_RING0 + r, lines >> r & 1);
	if (changed & LINE_ERROR)
		set_line(ctl, SQZ_IRQ_ERROR, (lines & LINE_ERROR) != 0);
}

void sqz_ctl_report_error(struct sqz_controller *ctl, uint32_t status,
			  uint32_t node, uint64_t addr)
{
	struct sqz_reg_file *regs = &ctl->regs;

	sqz_reg_set(regs, SQZ_CONTROLLER_ERROR_CODE, status);
	sqz_reg_set(regs, SQZ_CONTROLLER_ERROR_NODE, node);
	sqz_reg_set64(regs, SQZ_CONTROLLER_ERROR_ADDR_LO, addr);
	sqz_reg_set(regs, SQZ_CONTROLLER_IRQ_STATUS,
		    sqz_reg_get(regs, SQZ_CONTROLLER_IRQ_STATUS) |
			sqz_bits(SQZ_CONTROLLER_IRQ_STATUS_ERROR, 1));
}

/* Moves one slot on as far as it goes now. True: something changed. */
static bool step_slot(struct sqz_controller *ctl, struct slot *slot)
{
	switch (slot->state) {
	case SLOT_DECODE:
		if (sqz_ctl_now(ctl) < slot->ready_ps)
			return false;
		slot->state = SLOT_WAIT;
		return true;
	case SLOT_WAIT:
		return sqz_ctl_start(ctl, slot);
	case SLOT_LIST:
		return sqz_ctl_read_list(ctl, slot);
	case SLOT_ACTIVE:
		return sqz_ctl_work(ctl, slot);
	case SLOT_FINISHED:
		return sqz_ctl_post(ctl, slot);
	default:
		return false;
	}
}

static bool step_all(struct sqz_controller *ctl)
{
	bool moved = sqz_ctl_time_out(ctl);

	for (uint16_t r = 0; r < ctl->config.rings; r++)
		moved |= sqz_ctl_abort_step(ctl, r);
	/* Oldest first, which decides who gets a list that several wait for. A
	 * slot that is freed moves its successors up. */
	for (uint32_t i = 0; i < ctl->order_count;) {
		uint16_t index = ctl->order[i];

		moved |= step_slot(ctl, &ctl->slots[index]);
		i += i < ctl->order_count && ctl->order[i] == index;
	}
	moved |= sqz_ctl_copy_write(ctl);
	/* Only when all is settled: a descriptor that has just been decoded
	 * must not hold up its ring. */
	return moved || sqz_ctl_fetch_next(ctl);
}

static sqz_ps earlier(sqz_ps a, sqz_ps b)
{
	return a < b ? a : b;
}

/* The next time at which something happens by itself. */
static sqz_ps next_time(const struct sqz_controller *ctl)
{
	sqz_ps time = SQZ_NEVER;

	for (uint32_t i = 0; i < ctl->order_count; i++) {
		const struct slot *slot = &ctl->slots[ctl->order[i]];

		if (slot->state == SLOT_DECODE)
			time = earlier(time, slot->ready_ps);
		else if (slot->state == SLOT_LIST || slot->state == SLOT_ACTIVE)
			time = earlier(time, slot->deadline_ps);
	}
	for (uint32_t r = 0; r < ctl->config.rings; r++)
		if (ctl->rings[r].aborting)
			time = earlier(time, ctl->rings[r].abort_deadline_ps);
	return time;
}

static void arm(struct sqz_controller *ctl)
{
	sqz_ps time = next_time(ctl);

	if (time == ctl->armed_ps)
		return;
	ctl->armed_ps = time;
	ctl->env->wake_at(ctl->env->context, time);
}

void sqz_ctl_pump(struct sqz_controller *ctl)
{
	/* Callbacks may come back here. */
	if (ctl->pumping) {
		ctl->pump_again = true;
		return;
	}
	ctl->pumping = true;
	do {
		ctl->pump_again = false;
		sqz_ctl_host_send(ctl);
		while (step_all(ctl))
			;
		sqz_ctl_update_irq(ctl);
	} while (ctl->pump_again);
	ctl->pumping = false;
	arm(ctl);
}

/* Takes the packet. */
static void take_read_data(struct sqz_controller *ctl, struct slot *slot,
			   struct sqz_packet *packet)
{
	if (slot->state == SLOT_FETCH) {
		sqz_ctl_fetched(ctl, slot, packet);
	} else if (slot->state == SLOT_LIST) {
		sqz_ctl_list_read(ctl, slot, packet);
	} else if (slot->desc.type == SQZ_DESC_COPY) {
		sqz_ctl_copy_read(ctl, slot, packet);
		return;
	} else if (slot->open > 0) {
		slot->open--; /* the list of an aborted RUN */
	}
	ctl->env->release(ctl->env->context, packet);
}

static void take_answer(struct sqz_controller *ctl, struct sqz_packet *packet)
{
	struct slot *slot = sqz_ctl_slot_of(ctl, packet);

	if (!slot) {
		ctl->counters.late++;
		ctl->env->release(ctl->env->context, packet);
		return;
	}
	slot->cause = packet->id;
	if (packet->type == SQZ_PKT_READ_DATA) {
		take_read_data(ctl, slot, packet);
		return;
	}
	if (packet->type == SQZ_PKT_DONE)
		sqz_ctl_done(ctl, slot, packet);
	else if (slot->state == SLOT_POSTED)
		sqz_ctl_post_acked(ctl, slot, packet);
	else
		sqz_ctl_copy_acked(ctl, slot, packet);
	ctl->env->release(ctl->env->context, packet);
}

/* Takes the packet. */
static void take_response(struct sqz_controller *ctl, struct sqz_packet *packet)
{
	switch (packet->type) {
	case SQZ_PKT_REG_DATA:
		sqz_ctl_host_answered(ctl, packet);
		break;
	case SQZ_PKT_IRQ:
		sqz_ctl_node_irq(ctl, packet->src);
		break;
	case SQZ_PKT_DONE:
		if (packet->desc != DESC_ABORT) {
			take_answer(ctl, packet);
			return;
		}
		sqz_ctl_abort_answered(ctl, packet);
		break;
	default:
		take_answer(ctl, packet);
		return;
	}
	ctl->env->release(ctl->env->context, packet);
}

/* A node asks for bytes that it believes to be here. There are none. */
static bool answer_stray(struct sqz_controller *ctl, struct sqz_packet *packet)
{
	enum sqz_packet_type type = SQZ_PKT_DONE;

	if (!sqz_ctl_can_send(ctl, SQZ_PKT_DONE)) {
		ctl->refused[sqz_packet_class(packet->type)] = true;
		return false;
	}
	if (packet->type == SQZ_PKT_READ)
		type = SQZ_PKT_READ_DATA;
	else if (packet->type == SQZ_PKT_WRITE)
		type = SQZ_PKT_WRITE_ACK;
	else if (packet->type == SQZ_PKT_REG_READ ||
		 packet->type == SQZ_PKT_REG_WRITE)
		type = SQZ_PKT_REG_DATA;

	struct sqz_packet *answer = sqz_packet_answer(ctl->env, packet, type);

	answer->status = SQZ_ERR_ADDRESS;
	answer->addr = packet->addr;
	answer->payload_bytes = SQZ_DONE_PAYLOAD_BYTES;
	ctl->env->release(ctl->env->context, packet);
	sqz_ctl_send(ctl, answer);
	return true;
}

static bool accept_packet(void *core, struct sqz_packet *packet)
{
	struct sqz_controller *ctl = core;

	switch (sqz_packet_class(packet->type)) {
	case SQZ_CLASS_RESPONSE:
		if (sqz_causes_wanted(ctl->env))
			ctl->trigger = packet->causes =
			    sqz_causes_after(packet->id, sqz_ctl_now(ctl));
		take_response(ctl, packet);
		sqz_ctl_pump(ctl);
		return true;
	case SQZ_CLASS_RESULT:
	case SQZ_CLASS_REQUEST:
		return answer_stray(ctl, packet);
	default:
		ctl->env->release(ctl->env->context, packet);
		return true;
	}
}

static void wake(void *core)
{
	struct sqz_controller *ctl = core;

	ctl->armed_ps = SQZ_NEVER;
	if (sqz_causes_wanted(ctl->env))
		explain_wake(ctl);
	sqz_ctl_pump(ctl);
}

static void reopen(struct sqz_controller *ctl, enum sqz_class msg_class)
{
	if (!ctl->refused[msg_class])
		return;
	ctl->refused[msg_class] = false;
	ctl->env->rx_ready(ctl->env->context, msg_class);
}

static void tx_ready(void *core, enum sqz_class msg_class)
{
	struct sqz_controller *ctl = core;

	sqz_ctl_pump(ctl);
	if (msg_class == SQZ_CLASS_RESPONSE) {
		reopen(ctl, SQZ_CLASS_RESULT);
		reopen(ctl, SQZ_CLASS_REQUEST);
	}
}

const struct sqz_node_ops sqz_controller_ops = {
	.accept = accept_packet,
	.wake = wake,
	.tx_ready = tx_ready,
};
