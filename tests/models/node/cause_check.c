#include "cause_check.h"

#include <check.h>
#include <string.h>

#define EVENTS (1u << 16)

static struct event {
	sqz_ps sent, taken;
	bool is_mark;
	uint16_t src, dst;
} events[EVENTS];

struct cause_check cause_check;

void cause_check_reset(void)
{
	memset(events, 0, sizeof(events));
	memset(&cause_check, 0, sizeof(cause_check));
}

static struct event *event_of(uint64_t id)
{
	ck_assert_uint_gt(id, 0);
	ck_assert_uint_lt(id, EVENTS);
	return &events[id];
}

static sqz_ps when(const struct sqz_cause *cause, uint16_t node)
{
	const struct event *event = event_of(cause->id);

	ck_assert(event->src == node || event->dst == node);
	if (event->is_mark || event->dst != node)
		return event->sent;
	ck_assert_uint_ne(event->taken, SQZ_NEVER);
	return event->taken;
}

static sqz_ps reckon(const struct sqz_causes *causes, uint16_t node)
{
	sqz_ps last = 0;

	ck_assert_uint_le(causes->count, SQZ_CAUSES);
	for (uint32_t i = 0; i < causes->count; i++) {
		sqz_ps at = when(&causes->of[i], node) + causes->of[i].delay_ps;

		last = at > last ? at : last;
	}
	if (causes->count)
		ck_assert_uint_eq(last, causes->at_ps);
	return causes->at_ps;
}

uint64_t cause_check_mark(struct sqz_packet_pool *pool, uint16_t node,
			  const struct sqz_causes *causes)
{
	uint64_t id = sqz_packet_pool_id(pool);

	*event_of(id) = (struct event){ .sent = reckon(causes, node),
					.is_mark = true,
					.src = node,
					.dst = node };
	cause_check.marks++;
	return id;
}

void cause_check_sent(const struct sqz_packet *packet, sqz_ps now)
{
	sqz_ps ready;

	*event_of(packet->id) = (struct event){ .sent = now,
						.taken = SQZ_NEVER,
						.src = packet->src,
						.dst = packet->dst };
	if (!packet->causes.count)
		return;
	ready = reckon(&packet->causes, packet->src);
	ck_assert_uint_le(ready, now);
	cause_check.early += ready < now;
	cause_check.packets++;
}

void cause_check_taken(const struct sqz_packet *packet, sqz_ps now)
{
	struct event *event = event_of(packet->id);

	event->taken = now;
	event->src = packet->src;
	event->dst = packet->dst;
}
