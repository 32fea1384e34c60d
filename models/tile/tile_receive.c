#include "tile/tile_core.h"

/* The answer to a READ or WRITE of ours. */
static void take_response(struct sqz_tile *tile,
			  const struct sqz_packet *packet)
{
	struct tile_tag tag;
	struct tile_slot *slot;

	if (packet->tag >= tile->tag_count ||
	    tile->tags[packet->tag].kind == TILE_TAG_FREE) {
		tile->total.dropped_packets++;
		return;
	}
	tag = tile->tags[packet->tag];
	slot = &tile->slots[tag.slot];
	tile_tag_free(tile, packet->tag);
	if (tag.kind == TILE_TAG_DROPPED)
		tile->total.dropped_packets++;
	else if (tag.kind == TILE_TAG_BLOB)
		tile_program_data(tile, slot, &tag, packet);
	else if (tag.kind == TILE_TAG_WRITE)
		tile_run_write_ack(tile, slot, &tag, packet);
	else
		tile_run_data(tile, slot, &tag, packet);
	tile_advance(tile, slot);
	if (tile->tags_short) {
		tile->tags_short = false;
		tile_advance_all(tile);
	}
}

static void abort_slot(struct sqz_tile *tile, struct tile_slot *slot)
{
	struct sqz_packet *request = slot->request;

	if (slot->state == TILE_SLOT_RUNNING)
		tile_run_stop(tile, slot);
	else
		tile_slot_clear(tile, slot);
	tile->env.release(tile->env.context, request);
}

static void take_abort(struct sqz_tile *tile, struct sqz_packet *packet)
{
	for (uint32_t i = 0; i < tile->config.slots; i++) {
		const struct sqz_packet *request = tile->slots[i].request;

		if (request && request->ring == packet->ring &&
		    tile_is_older(request->epoch, packet->epoch))
			abort_slot(tile, &tile->slots[i]);
	}
	if (packet->ring < SQZ_TILE_RINGS &&
	    tile_is_older(tile->epochs[packet->ring], packet->epoch))
		tile->epochs[packet->ring] = packet->epoch;
	tile_ring_abort(tile, packet->ring, packet->epoch);
	tile_done(tile, packet, SQZ_OK, 0);
}

/* PROGRAM and RUN. */
static void take_work(struct sqz_tile *tile, struct sqz_packet *packet)
{
	if (packet->ring >= SQZ_TILE_RINGS) {
		tile_done(tile, packet, SQZ_ERR_DESC, 0);
	} else if (tile_is_older(packet->epoch, tile->epochs[packet->ring])) {
		tile->total.dropped_packets++;
		tile->env.release(tile->env.context, packet);
	} else if (packet->slot >= tile->config.slots) {
		tile_regs_fault(tile, packet->slot, SQZ_ERR_SLOT);
		tile_done(tile, packet, SQZ_ERR_SLOT, 0);
	} else if (packet->type == SQZ_PKT_PROGRAM) {
		tile_program_begin(tile, packet);
	} else {
		tile_run_begin(tile, packet);
	}
}

/* These answer, and then release the packet. */
static void take_request(struct sqz_tile *tile, struct sqz_packet *packet)
{
	switch (packet->type) {
	case SQZ_PKT_PROGRAM:
	case SQZ_PKT_RUN:
		take_work(tile, packet);
		break;
	case SQZ_PKT_ABORT:
		take_abort(tile, packet);
		break;
	case SQZ_PKT_REG_READ:
	case SQZ_PKT_REG_WRITE:
		tile_regs_access(tile, packet);
		break;
	default: /* a READ: tiles have no memory to be read */
		tile_done(tile, packet, SQZ_ERR_NODE, packet->addr);
		break;
	}
}

bool tile_receive(struct sqz_tile *tile, struct sqz_packet *packet)
{
	enum sqz_class msg_class =
	    sqz_packet_class((enum sqz_packet_type)packet->type);

	if (msg_class == SQZ_CLASS_REQUEST) {
		/* Each request makes at most a few answers: what is taken in
		 * stays bounded. */
		if (tile->answers.length) {
			tile->refused = true;
			return false;
		}
		/* What is done about it can put it off. */
		if (sqz_causes_wanted(&tile->env))
			packet->causes =
			    sqz_causes_after(packet->id, tile_now(tile));
		take_request(tile, packet);
		return true;
	}
	if (packet->type == SQZ_PKT_PSUM)
		tile_run_psum(tile, packet);
	else if (packet->type == SQZ_PKT_GRANT)
		tile_ring_grant(tile, packet);
	else if (packet->type == SQZ_PKT_TOKEN)
		tile_ring_token(tile, packet);
	else if (packet->type == SQZ_PKT_READ_DATA ||
		 packet->type == SQZ_PKT_WRITE_ACK)
		take_response(tile, packet);
	else
		tile->total.dropped_packets++;
	tile->env.release(tile->env.context, packet);
	return true;
}
