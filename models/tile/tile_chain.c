/*
 * Chains: layers of one image that overlap. A reducer tells its consumers of
 * each row of outputs when memory has it; rows go in order. What a consumer
 * makes of that is in tile_ring.c; why no chain locks up is in
 * docs/architecture.md.
 */
#include "tile/tile_core.h"

bool tile_chain_sends(const struct tile_slot *slot)
{
	return slot->request->chain && slot->step->consumers;
}

/* True if memory has all of the row that tokens are next for: its positions are
 * finished, nothing of it is in staging, and all writes are acknowledged. */
static bool is_row_written(const struct sqz_step *step,
			   const struct tile_run *run)
{
	uint32_t row = run->token_row;

	return row < step->rows && run->oldest.y > row &&
	       (run->staged == 0 || run->staged_y != row) &&
	       run->row_writes[row] == 0;
}

static void send_token(struct sqz_tile *tile, const struct tile_slot *slot,
		       const struct sqz_consumer *to)
{
	struct sqz_packet *packet =
	    tile_packet(tile, slot, SQZ_PKT_TOKEN, to->node, slot->run->cause);

	packet->slot = to->slot;
	packet->first = to->operand;
	packet->position = slot->step->header.y0 + slot->run->token_row;
	if (slot->run->why)
		tile_why_token(tile, slot->run, packet);
	tile_send(tile, packet);
}

void tile_chain_send(struct sqz_tile *tile, struct tile_slot *slot)
{
	const struct sqz_step *step = slot->step;
	struct tile_run *run = slot->run;

	if (!tile_chain_sends(slot))
		return;
	while (is_row_written(step, run)) {
		for (; run->next_token < step->header.consumer_count;
		     run->next_token++) {
			if (!tile_can_send(tile, SQZ_CLASS_GRANT))
				return;
			send_token(tile, slot,
				   &step->consumers[run->next_token]);
		}
		run->next_token = 0;
		run->token_row++;
	}
}
