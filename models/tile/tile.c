#include "tile/tile.h"

#include <stdlib.h>
#include <string.h>

#include "tile/tile_core.h"

/* -- create -- */

struct limit {
	const char *name;
	uint64_t value, low, high;
};

static int check_config(const struct sqz_tile_config *c, struct sqz_error *err)
{
	const struct limit limits[] = {
		{ "arrays", c->arrays, 1, 65535 },
		{ "array_rows", c->array_rows, 1, SQZ_CROSSBAR_MAX_ROWS },
		{ "array_columns", c->array_columns, 1,
		  SQZ_CROSSBAR_MAX_COLUMNS },
		{ "adc_bits", c->adc_bits, 1, 16 },
		{ "ou_rows", c->ou_rows, 1, SQZ_OU_MAX_ROWS },
		{ "ou_columns", c->ou_columns, 1, SQZ_CROSSBAR_MAX_COLUMNS },
		{ "nodes", c->nodes, 1, 65536 },
		{ "index_positions", c->index_positions, 1, UINT32_MAX },
		{ "slots", c->slots, 1, 255 },
		{ "edram_bytes", c->edram_bytes, 1, 1u << 30 },
		{ "slowdown", c->slowdown, 1, UINT32_MAX },
		{ "vector_lanes", c->vector_lanes, 1, UINT32_MAX },
		{ "fetch_bytes", c->fetch_bytes, 1, UINT32_MAX },
		{ "fetch_outstanding", c->fetch_outstanding, 1, 4096 },
		{ "config_fetch_outstanding", c->config_fetch_outstanding, 1,
		  4096 },
		{ "write_outstanding", c->write_outstanding, 1, 4096 },
		{ "psum_window", c->psum_window, 1, 1u << 20 },
		{ "positions_per_packet", c->positions_per_packet, 1, 1 },
		{ "max_payload_bytes", c->max_payload_bytes, 8,
		  SQZ_PACKET_MAX_PAYLOAD },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (limits[i].value < limits[i].low ||
		    limits[i].value > limits[i].high)
			return sqz_fail(
			    err, "tile: %s is %llu, not %llu to %llu",
			    limits[i].name, (unsigned long long)limits[i].value,
			    (unsigned long long)limits[i].low,
			    (unsigned long long)limits[i].high);
	return 0;
}

/* Twice what all slots can have open, for answers to dropped steps. */
static uint32_t count_tags(const struct sqz_tile_config *c)
{
	uint64_t per_slot = SQZ_OPERANDS * (uint64_t)c->fetch_outstanding +
			    c->config_fetch_outstanding + c->write_outstanding;
	uint64_t tags = 2 * per_slot * c->slots;

	return tags > 65536 ? 65536 : (uint32_t)tags;
}

static int allocate(struct sqz_tile *tile)
{
	const struct sqz_tile_config *c = &tile->config;

	tile->tag_count = count_tags(c);
	tile->slots = calloc(c->slots, sizeof(*tile->slots));
	tile->owner = calloc(c->arrays, sizeof(*tile->owner));
	tile->wear = calloc(c->arrays, sizeof(*tile->wear));
	tile->tags = calloc(tile->tag_count, sizeof(*tile->tags));
	tile->layers = calloc((size_t)c->layers + 1, sizeof(*tile->layers));
	if (!tile->slots || !tile->owner || !tile->wear || !tile->tags ||
	    !tile->layers)
		return -1;
	for (uint32_t i = 0; i < tile->tag_count; i++)
		tile->tags[i].next =
		    i + 1 < tile->tag_count ? i + 1 : TILE_NO_TAG;
	for (uint32_t i = 0; i < c->slots; i++)
		tile->slots[i].layer = &tile->no_layer;
	return 0;
}

struct sqz_tile *sqz_tile_create(const struct sqz_tile_config *config,
				 const struct sqz_node_env *env,
				 const struct sqz_tile_observer *observer,
				 struct sqz_error *err)
{
	struct sqz_tile *tile;

	if (check_config(config, err))
		return NULL;
	tile = calloc(1, sizeof(*tile));
	if (tile) {
		tile->config = *config;
		tile->env = *env;
		if (observer)
			tile->observer = *observer;
		tile->armed = SQZ_NEVER;
		sqz_reg_file_reset(&tile->regs, SQZ_BLOCK_TILE);
	}
	if (!tile || allocate(tile)) {
		sqz_tile_destroy(tile);
		sqz_fail(err, "tile: memory exhausted");
		return NULL;
	}
	return tile;
}

static void destroy_slot(struct sqz_tile *tile, struct tile_slot *slot)
{
	tile_slot_clear(tile, slot);
	free(slot->loaded.all);
	free(slot->rings);
}

void sqz_tile_destroy(struct sqz_tile *tile)
{
	if (!tile)
		return;
	for (uint32_t i = 0; tile->slots && i < tile->config.slots; i++)
		destroy_slot(tile, &tile->slots[i]);
	free(tile->slots);
	free(tile->owner);
	free(tile->wear);
	free(tile->tags);
	free(tile->layers);
	free(tile);
}

/* -- packets out -- */

struct sqz_packet *tile_packet(struct sqz_tile *tile,
			       const struct tile_slot *slot,
			       enum sqz_packet_type type, uint16_t dst,
			       uint64_t cause)
{
	const struct sqz_packet *request = slot->request;
	struct sqz_packet *packet = tile->env.alloc(tile->env.context);

	packet->type = (uint8_t)type;
	packet->dst = dst;
	packet->cause = cause;
	packet->ring = request->ring;
	packet->epoch = request->epoch;
	packet->desc = request->desc;
	packet->run = request->run;
	packet->layer = request->layer;
	packet->src_slot = (uint16_t)tile_slot_index(tile, slot);
	return packet;
}

void tile_send(struct sqz_tile *tile, struct sqz_packet *packet)
{
	tile->env.send(tile->env.context, packet);
}

void tile_answer(struct sqz_tile *tile, struct sqz_packet *packet)
{
	if (!tile->answers.length && tile_can_send(tile, SQZ_CLASS_RESPONSE))
		tile_send(tile, packet);
	else
		sqz_packet_push(&tile->answers, packet);
}

static void send_answers(struct sqz_tile *tile)
{
	while (tile->answers.length && tile_can_send(tile, SQZ_CLASS_RESPONSE))
		tile_send(tile, sqz_packet_pop(&tile->answers));
	if (!tile->answers.length && tile->refused) {
		tile->refused = false;
		tile->env.rx_ready(tile->env.context, SQZ_CLASS_REQUEST);
	}
}

void tile_done(struct sqz_tile *tile, struct sqz_packet *request,
	       enum sqz_status status, uint64_t addr)
{
	struct sqz_packet *done =
	    sqz_packet_answer(&tile->env, request, SQZ_PKT_DONE);

	done->status = status;
	done->addr = addr;
	done->payload_bytes = SQZ_DONE_PAYLOAD_BYTES;
	if (sqz_causes_wanted(&tile->env))
		done->causes = request->causes;
	tile->env.release(tile->env.context, request);
	tile_answer(tile, done);
}

struct sqz_packet *tile_read_packet(struct sqz_tile *tile,
				    struct tile_slot *slot,
				    const struct sqz_fetch_read *read,
				    uint32_t tag, uint64_t cause)
{
	struct sqz_packet *packet =
	    tile_packet(tile, slot, SQZ_PKT_READ, (uint16_t)read->node, cause);

	packet->tag = (uint16_t)tag;
	packet->addr = read->addr;
	packet->chunk = read->chunk;
	packet->stride = read->stride;
	packet->count = read->count;
	packet->payload_bytes = SQZ_READ_PAYLOAD_BYTES;
	TILE_COUNT(tile, slot, reads_sent, 1);
	TILE_COUNT(tile, slot, read_bytes, (uint64_t)read->chunk * read->count);
	return packet;
}

struct sqz_tile_event tile_event(const struct sqz_tile *tile,
				 const struct tile_slot *slot, sqz_ps begin,
				 sqz_ps end)
{
	const struct sqz_packet *request = slot->request;

	return (struct sqz_tile_event){
		.slot = (uint16_t)tile_slot_index(tile, slot),
		.layer = request->layer,
		.run = request->run,
		.packet_id = request->id,
		.begin = begin,
		.end = end,
	};
}

/* -- tags -- */

static bool is_read(unsigned kind)
{
	return kind >= TILE_TAG_OPERAND && kind <= TILE_TAG_BLOB;
}

/* All reads of the slot have been answered, or given up. */
static void end_reads(struct sqz_tile *tile, struct tile_slot *slot)
{
	const struct sqz_tile_observer *observer = &tile->observer;

	slot->open_reads = 0;
	if (!observer->fetch)
		return;
	struct sqz_tile_event event =
	    tile_event(tile, slot, slot->reads_since, tile_now(tile));

	observer->fetch(observer->context, &event);
}

uint32_t tile_tag_take(struct sqz_tile *tile, struct tile_slot *slot,
		       enum tile_tag_kind kind, uint32_t entry, uint32_t bytes)
{
	uint32_t tag = tile->free_tag;

	if (is_read(kind) && !slot->open_reads++)
		slot->reads_since = tile_now(tile);
	tile->free_tag = tile->tags[tag].next;
	tile->tags[tag].kind = (uint8_t)kind;
	tile->tags[tag].slot = (uint8_t)tile_slot_index(tile, slot);
	tile->tags[tag].entry = entry;
	tile->tags[tag].bytes = bytes;
	return tag;
}

void tile_tags_drop(struct sqz_tile *tile, struct tile_slot *slot)
{
	if (slot->open_reads)
		end_reads(tile, slot);
	for (uint32_t i = 0; i < tile->tag_count; i++)
		if (tile->tags[i].kind > TILE_TAG_DROPPED &&
		    tile->tags[i].slot == tile_slot_index(tile, slot))
			tile->tags[i].kind = TILE_TAG_DROPPED;
}

void tile_tag_free(struct sqz_tile *tile, uint32_t tag)
{
	struct tile_slot *slot = &tile->slots[tile->tags[tag].slot];

	if (is_read(tile->tags[tag].kind) && !--slot->open_reads)
		end_reads(tile, slot);
	tile->tags[tag].kind = TILE_TAG_FREE;
	tile->tags[tag].next = tile->free_tag;
	tile->free_tag = tag;
}

/* -- time -- */

void tile_advance(struct sqz_tile *tile, struct tile_slot *slot)
{
	if (slot->state == TILE_SLOT_RUNNING)
		tile_run_advance(tile, slot);
	else if (slot->state == TILE_SLOT_LOADING ||
		 slot->state == TILE_SLOT_WRITING)
		tile_program_advance(tile, slot);
}

void tile_advance_all(struct sqz_tile *tile)
{
	for (uint32_t i = 0; i < tile->used_slots; i++)
		tile_advance(tile, &tile->slots[i]);
}

static sqz_ps slot_due(const struct tile_slot *slot)
{
	if (slot->state == TILE_SLOT_RUNNING)
		return slot->run->due;
	return slot->state == TILE_SLOT_WRITING ? slot->write_end : SQZ_NEVER;
}

/* Every way into the core ends here. */
static void arm(struct sqz_tile *tile)
{
	sqz_ps due = SQZ_NEVER;

	for (uint32_t i = 0; i < tile->used_slots; i++) {
		sqz_ps slot = slot_due(&tile->slots[i]);

		due = slot < due ? slot : due;
	}
	if (due == tile->armed)
		return;
	tile->armed = due;
	tile->env.wake_at(tile->env.context, due);
}

static void wake(void *core)
{
	struct sqz_tile *tile = core;
	sqz_ps now = tile_now(tile);

	tile->armed = SQZ_NEVER;
	for (uint32_t i = 0; i < tile->used_slots; i++)
		if (slot_due(&tile->slots[i]) <= now)
			tile_advance(tile, &tile->slots[i]);
	arm(tile);
}

static void tx_ready(void *core, enum sqz_class msg_class)
{
	struct sqz_tile *tile = core;

	if (msg_class == SQZ_CLASS_RESPONSE)
		send_answers(tile);
	else
		tile_advance_all(tile);
	arm(tile);
}

static bool accept(void *core, struct sqz_packet *packet)
{
	struct sqz_tile *tile = core;

	if (!tile_receive(tile, packet))
		return false;
	arm(tile);
	return true;
}

const struct sqz_node_ops sqz_tile_ops = { accept, wake, tx_ready };

/* -- what the platform asks -- */

const struct sqz_tile_counters *sqz_tile_total(const struct sqz_tile *tile)
{
	return &tile->total;
}

const struct sqz_tile_counters *sqz_tile_layer(const struct sqz_tile *tile,
					       uint32_t layer)
{
	static const struct sqz_tile_counters zero;

	return layer < tile->config.layers ? &tile->layers[layer] : &zero;
}

uint32_t sqz_tile_max_wear(const struct sqz_tile *tile)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < tile->config.arrays; i++)
		most = tile->wear[i] > most ? tile->wear[i] : most;
	return most;
}

bool sqz_tile_busy(const struct sqz_tile *tile)
{
	for (uint32_t i = 0; i < tile->config.slots; i++)
		if (tile->slots[i].request)
			return true;
	return false;
}

uint32_t sqz_tile_arrays_used(const struct sqz_tile *tile)
{
	return tile->arrays_used;
}

uint32_t sqz_tile_slot_arrays(const struct sqz_tile *tile, uint32_t slot)
{
	return slot < tile->config.slots && tile->slots[slot].step
		   ? tile->slots[slot].step->array_count
		   : 0;
}

int sqz_tile_flip_cell(struct sqz_tile *tile, uint32_t slot, uint32_t array,
		       uint32_t row, uint32_t column)
{
	const struct sqz_step *step =
	    slot < tile->config.slots ? tile->slots[slot].step : NULL;

	if (step && step->ou)
		return sqz_ou_flip(step->ou, array, row, column);
	for (uint32_t i = 0; step && i < step->block_count; i++) {
		const struct sqz_step_block *block = &step->blocks[i];

		if (array < block->first_array ||
		    array - block->first_array >= block->arrays)
			continue;
		return row < block->rows
			   ? sqz_crossbar_flip(block->crossbar,
					       array - block->first_array,
					       block->place[row], column)
			   : -1;
	}
	return -1;
}
