#include <string.h>

#include "tile/tile_core.h"

static uint32_t position_bytes(const struct sqz_step *step)
{
	return step->outputs * step->header.out_bytes;
}

/* With all channels in this tile, positions stand side by side in memory. */
static bool is_joined(const struct sqz_tile *tile, const struct sqz_step *step)
{
	return step->outputs == step->header.out_c &&
	       2 * position_bytes(step) <= tile->config.max_payload_bytes;
}

bool tile_write_room(const struct sqz_tile *tile, const struct tile_slot *slot)
{
	const struct tile_run *run = slot->run;

	return !run->flush && (run->staged == 0 || is_joined(tile, slot->step));
}

uint8_t *tile_write_place(struct tile_run *run)
{
	return run->staging + run->staged;
}

void tile_write_stage(struct sqz_tile *tile, struct tile_slot *slot,
		      uint32_t position, uint64_t cause)
{
	const struct sqz_step *step = slot->step;
	const struct sqz_step_header *h = &step->header;
	struct tile_run *run = slot->run;
	uint32_t bytes = position_bytes(step);

	if (run->staged == 0) {
		run->staging_addr =
		    slot->request->dst_addr +
		    ((uint64_t)position * h->out_c + h->n0) * h->out_bytes;
		run->staged_position = position;
		run->staged_y = run->oldest.y;
	}
	run->staged += bytes;
	run->write_cause = cause;
	run->flush = !is_joined(tile, step) || (position + 1) % h->out_w == 0 ||
		     run->staged + bytes > tile->config.max_payload_bytes;
}

static void report(struct sqz_tile *tile, struct tile_slot *slot,
		   const struct sqz_packet *packet)
{
	sqz_ps now = tile_now(tile);
	struct sqz_tile_event event;

	if (!tile->observer.write_back)
		return;
	event = tile_event(tile, slot, now, now);
	event.position = slot->run->staged_position;
	event.bytes = packet->payload_bytes;
	event.packet_id = packet->id;
	tile->observer.write_back(tile->observer.context, &event);
}

/* Sends the next piece of staging; false if its address is nobody's. */
static bool send_piece(struct sqz_tile *tile, struct tile_slot *slot)
{
	struct tile_run *run = slot->run;
	uint64_t addr = run->staging_addr + run->flushed;
	uint64_t contiguous = 0, bytes = run->staged - run->flushed;
	int node = tile->env.route(tile->env.context, addr, &contiguous);
	uint32_t row = run->staged_y;
	struct sqz_packet *packet;

	if (node < 0 || contiguous == 0) {
		tile_run_fail(run, SQZ_ERR_ADDRESS, addr);
		return false;
	}
	if (bytes > tile->config.max_payload_bytes)
		bytes = tile->config.max_payload_bytes;
	if (bytes > contiguous)
		bytes = contiguous;
	packet = tile_packet(tile, slot, SQZ_PKT_WRITE, (uint16_t)node,
			     run->write_cause);
	packet->tag =
	    (uint16_t)tile_tag_take(tile, slot, TILE_TAG_WRITE, row, 0);
	packet->addr = addr;
	packet->payload_bytes = (uint32_t)bytes;
	memcpy(packet->data, run->staging + run->flushed, bytes);
	run->flushed += (uint32_t)bytes;
	run->open_writes++;
	if (run->row_writes)
		run->row_writes[row]++;
	if (run->why)
		tile_why_write(tile, run, packet);
	TILE_COUNT(tile, slot, writes_sent, 1);
	TILE_COUNT(tile, slot, write_bytes, bytes);
	report(tile, slot, packet);
	tile_send(tile, packet);
	return true;
}

bool tile_write_send(struct sqz_tile *tile, struct tile_slot *slot)
{
	struct tile_run *run = slot->run;

	if (!run->flush)
		return false;
	while (run->flushed < run->staged) {
		if (run->open_writes == tile->config.write_outstanding ||
		    !tile_can_send(tile, SQZ_CLASS_RESULT))
			return false;
		if (tile->free_tag == TILE_NO_TAG) {
			tile->tags_short = true;
			return false;
		}
		if (!send_piece(tile, slot))
			return false;
	}
	run->staged = run->flushed = 0;
	run->flush = false;
	return true;
}
