/*
 * What may come for a RUN before the RUN itself: a worker's grants, and a
 * chain's tokens. Each ring has a state of its own in each slot, because others
 * of one ring may be ahead while the slot still works for another ring.
 *
 * Whose is it? A grant names the RUN that it is for. A token names its sender's
 * RUN. RUNs of a ring start in order and their numbers rise: a producer's RUN
 * comes before those of its consumers for the same image, and behind those for
 * the image before. So what names a RUN above the last one of the ring that
 * ended here is for the one that runs or is still to come; the rest is late, of
 * an aborted RUN, and dropped.
 */
#include <stdlib.h>
#include <string.h>

#include "tile/tile_core.h"

static void reset(const struct tile_slot *slot, struct tile_slot_ring *ring,
		  uint16_t epoch)
{
	const struct sqz_step *step = slot->step;

	ring->epoch = epoch;
	if (ring->missing)
		memcpy(ring->missing, step->tokens,
		       step->token_row0[SQZ_OPERANDS] * sizeof(*step->tokens));
}

static bool grow(struct tile_slot *slot, uint32_t rings)
{
	struct tile_slot_ring *more =
	    realloc(slot->rings, rings * sizeof(*more));

	if (!more)
		return false;
	memset(more + slot->ring_count, 0,
	       (rings - slot->ring_count) * sizeof(*more));
	slot->rings = more;
	slot->ring_count = rings;
	return true;
}

struct tile_slot_ring *tile_ring_of(const struct sqz_node_env *env,
				    struct tile_slot *slot, uint16_t number,
				    uint16_t epoch)
{
	const struct sqz_step *step = slot->step;
	struct tile_slot_ring *ring;

	if (number >= slot->ring_count && !grow(slot, number + 1u))
		return NULL;
	ring = &slot->rings[number];
	if (step && step->tokens && !ring->missing) {
		ring->missing = malloc(step->token_row0[SQZ_OPERANDS] *
				       sizeof(*ring->missing));
		if (!ring->missing)
			return NULL;
		if (sqz_causes_wanted(env))
			ring->token_why = calloc(step->token_row0[SQZ_OPERANDS],
						 sizeof(*ring->token_why));
		reset(slot, ring, ring->epoch);
	}
	if (tile_is_older(ring->epoch, epoch))
		reset(slot, ring, epoch);
	return ring;
}

static bool is_running(const struct tile_slot *slot, uint16_t ring)
{
	return slot->state == TILE_SLOT_RUNNING && slot->request->ring == ring;
}

/* The slot that a packet is for and what that knows of its ring; NULL: nobody
 * waits for it. */
static struct tile_slot_ring *find(struct sqz_tile *tile,
				   const struct sqz_packet *packet,
				   struct tile_slot **slot)
{
	struct tile_slot_ring *ring;

	if (packet->slot >= tile->config.slots ||
	    packet->ring >= SQZ_TILE_RINGS ||
	    tile_is_older(packet->epoch, tile->epochs[packet->ring]))
		return NULL;
	*slot = &tile->slots[packet->slot];
	ring = tile_ring_of(&tile->env, *slot, packet->ring, packet->epoch);
	if (!ring)
		tile_regs_fault(tile, packet->slot, SQZ_ERR_CAPACITY);
	if (!ring || (ring->ran && !tile_is_newer(packet->run, ring->last_run)))
		return NULL;
	return ring;
}

/* -- grants -- */

/* Keeps a grant until its RUN comes; of two, the newer run's. */
static void keep_early(struct tile_slot_ring *ring,
		       const struct sqz_packet *packet, sqz_ps now)
{
	if (ring->early && tile_is_newer(ring->early_run, packet->run))
		return;
	if (!ring->early || ring->early_run != packet->run)
		ring->early_limit = 0;
	ring->early = true;
	ring->early_run = packet->run;
	if (packet->position > ring->early_limit) {
		ring->early_limit = packet->position;
		ring->early_why = (struct tile_moment){ packet->id, now };
	}
}

void tile_ring_grant(struct sqz_tile *tile, const struct sqz_packet *packet)
{
	struct tile_slot *slot = NULL;
	struct tile_slot_ring *ring = find(tile, packet, &slot);
	bool runs = ring && is_running(slot, packet->ring);

	if (!ring || (runs && tile_is_newer(slot->run->number, packet->run))) {
		tile->total.dropped_packets++;
		return;
	}
	if (!runs || slot->run->number != packet->run) {
		keep_early(ring, packet, tile_now(tile));
		return;
	}
	if (packet->position > slot->run->limit) {
		slot->run->limit = packet->position;
		if (slot->run->why)
			tile_why_grant(slot->run, packet->position, packet->id,
				       tile_now(tile));
	}
	slot->run->cause = packet->id;
	tile_run_advance(tile, slot);
}

uint32_t tile_ring_limit(const struct tile_slot *slot,
			 const struct sqz_packet *run)
{
	const struct tile_slot_ring *ring = &slot->rings[run->ring];

	if (!ring->early || ring->early_run != run->run)
		return 0;
	if (slot->run->why)
		tile_why_grant(slot->run, ring->early_limit, ring->early_why.id,
			       ring->early_why.at_ps);
	return ring->early_limit;
}

/* -- tokens -- */

/* Index of a token's row in the step's table; -1: there is no such row. */
static int64_t row_of(const struct sqz_step *step,
		      const struct sqz_packet *packet)
{
	const uint32_t *row0 = step->token_row0 + packet->first;

	if (!step->tokens || packet->first >= SQZ_OPERANDS ||
	    packet->position >= row0[1] - row0[0])
		return -1;
	return (int64_t)row0[0] + packet->position;
}

static bool take_token(struct sqz_tile *tile, const struct sqz_packet *packet)
{
	struct tile_slot *slot = NULL;
	struct tile_slot_ring *ring = find(tile, packet, &slot);
	bool runs = ring && is_running(slot, packet->ring);
	int64_t row;

	if (!ring || !slot->step || tile_is_older(packet->epoch, ring->epoch) ||
	    (runs && !tile_is_newer(slot->run->number, packet->run)))
		return false;
	row = row_of(slot->step, packet);
	if (row < 0 || ring->missing[row] == 0)
		return false;
	ring->missing[row]--;
	if (ring->token_why)
		ring->token_why[row] =
		    (struct tile_moment){ packet->id, tile_now(tile) };
	if (runs && ring->missing[row] == 0) {
		slot->run->cause = packet->id;
		tile_run_advance(tile, slot);
	}
	return true;
}

/* Producers tell of all their rows, also of those that a step does not read. */
static bool is_idle(const struct sqz_tile *tile,
		    const struct sqz_packet *packet)
{
	const struct sqz_step *step = packet->slot < tile->config.slots
					  ? tile->slots[packet->slot].step
					  : NULL;
	int64_t row = step ? row_of(step, packet) : -1;

	return row >= 0 && step->tokens[row] == 0;
}

void tile_ring_token(struct sqz_tile *tile, const struct sqz_packet *packet)
{
	if (!is_idle(tile, packet) && !take_token(tile, packet))
		tile->total.dropped_packets++;
}

/* -- ends -- */

void tile_ring_end(struct tile_slot *slot)
{
	const struct sqz_packet *request = slot->request;
	struct tile_slot_ring *ring = &slot->rings[request->ring];

	ring->ran = true;
	ring->last_run = request->run;
	if (!tile_is_older(request->epoch, ring->epoch))
		reset(slot, ring, request->epoch);
}

void tile_ring_abort(struct sqz_tile *tile, uint16_t number, uint16_t epoch)
{
	for (uint32_t i = 0; i < tile->used_slots; i++) {
		struct tile_slot *slot = &tile->slots[i];

		if (number < slot->ring_count &&
		    tile_is_older(slot->rings[number].epoch, epoch))
			reset(slot, &slot->rings[number], epoch);
	}
}

void tile_ring_clear(struct tile_slot *slot)
{
	for (uint32_t i = 0; i < slot->ring_count; i++) {
		free(slot->rings[i].missing);
		free(slot->rings[i].token_why);
		slot->rings[i].missing = NULL;
		slot->rings[i].token_why = NULL;
		slot->rings[i].early = false;
	}
}
