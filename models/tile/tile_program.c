#include <stdlib.h>
#include <string.h>

#include "tile/tile_core.h"

/* No tile holds a step of this size. */
#define MAX_BLOB_BYTES (256u << 20)

static void free_load(struct tile_slot *slot)
{
	free(slot->load.blob);
	memset(&slot->load, 0, sizeof(slot->load));
}

void tile_slot_clear(struct sqz_tile *tile, struct tile_slot *slot)
{
	uint32_t index = tile_slot_index(tile, slot);

	if (slot->state == TILE_SLOT_LOADING)
		tile_tags_drop(tile, slot);
	for (uint32_t i = 0; slot->step && i < tile->config.arrays; i++)
		if (tile->owner[i] == index + 1) {
			tile->owner[i] = 0;
			tile->arrays_used--;
		}
	tile_run_free(slot->run);
	sqz_step_free(slot->step);
	free_load(slot);
	tile_ring_clear(slot);
	slot->run = NULL;
	slot->step = NULL;
	slot->request = NULL;
	slot->layer = &tile->no_layer;
	slot->run_edram = 0;
	slot->state = TILE_SLOT_EMPTY;
}

static void report(const struct sqz_tile *tile, const struct tile_slot *slot,
		   enum sqz_status status)
{
	struct sqz_tile_event event;

	if (!tile->observer.program)
		return;
	event = tile_event(tile, slot, slot->write_begin, tile_now(tile));
	event.status = status;
	tile->observer.program(tile->observer.context, &event);
}

static void fail(struct sqz_tile *tile, struct tile_slot *slot,
		 enum sqz_status status, uint64_t addr)
{
	struct sqz_packet *request = slot->request;

	report(tile, slot, status);
	tile_slot_clear(tile, slot);
	tile_regs_fault(tile, tile_slot_index(tile, slot), status);
	tile_done(tile, request, status, addr);
}

void tile_program_begin(struct sqz_tile *tile, struct sqz_packet *packet)
{
	struct tile_slot *slot = &tile->slots[packet->slot];

	if (slot->request) {
		tile_regs_fault(tile, packet->slot, SQZ_ERR_SLOT);
		tile_done(tile, packet, SQZ_ERR_SLOT, 0);
		return;
	}
	tile_slot_clear(tile, slot);
	if (packet->slot >= tile->used_slots)
		tile->used_slots = packet->slot + 1u;
	slot->request = packet;
	slot->write_begin = tile_now(tile);
	if (packet->layer < tile->config.layers)
		slot->layer = &tile->layers[packet->layer];
	if (packet->chunk < sizeof(struct sqz_step_header)) {
		fail(tile, slot, SQZ_ERR_STEP, packet->addr);
		return;
	}
	if (packet->chunk <= MAX_BLOB_BYTES)
		slot->load.blob = malloc(packet->chunk);
	if (!slot->load.blob) {
		fail(tile, slot, SQZ_ERR_CAPACITY, packet->addr);
		return;
	}
	if (sqz_causes_wanted(&tile->env) && !slot->loaded.all &&
	    !tile_moments_init(&slot->loaded,
			       tile->config.config_fetch_outstanding)) {
		fail(tile, slot, SQZ_ERR_CAPACITY, packet->addr);
		return;
	}
	slot->loaded.count = 0;
	slot->load.bytes = packet->chunk;
	slot->state = TILE_SLOT_LOADING;
	tile_program_advance(tile, slot);
}

/* -- the blob -- */

void tile_program_data(struct sqz_tile *tile, struct tile_slot *slot,
		       const struct tile_tag *tag,
		       const struct sqz_packet *packet)
{
	struct tile_load *load = &slot->load;

	load->open--;
	if (slot->loaded.all)
		tile_moments_add(&slot->loaded, packet->id, tile_now(tile));
	if (packet->status == SQZ_OK && packet->payload_bytes == tag->bytes) {
		memcpy(load->blob + tag->entry, packet->data, tag->bytes);
		load->received += tag->bytes;
	} else if (load->failure == SQZ_OK) {
		load->failure = packet->status ? (enum sqz_status)packet->status
					       : SQZ_ERR_ADDRESS;
		load->failure_addr = packet->addr;
	}
}

static uint32_t read_size(const struct sqz_tile *tile,
			  const struct tile_load *load, uint64_t contiguous)
{
	uint64_t bytes = load->bytes - load->asked;

	if (bytes > tile->config.fetch_bytes)
		bytes = tile->config.fetch_bytes;
	if (bytes > tile->config.max_payload_bytes)
		bytes = tile->config.max_payload_bytes;
	return (uint32_t)(bytes < contiguous ? bytes : contiguous);
}

/* The first ones leave at once, the others when the data of another came. */
static void explain_read(const struct sqz_tile *tile,
			 const struct tile_slot *slot,
			 struct sqz_packet *packet)
{
	const struct tile_moments *loaded = &slot->loaded;

	packet->causes = slot->request->causes;
	if (loaded->count) {
		const struct tile_moment *last =
		    &loaded->all[(loaded->count - 1) % loaded->room];

		sqz_causes_join_id(&tile->env, &packet->causes, last->id,
				   last->at_ps);
	}
}

static void read_blob(struct sqz_tile *tile, struct tile_slot *slot)
{
	struct tile_load *load = &slot->load;
	struct sqz_packet *packet;

	while (load->failure == SQZ_OK && load->asked < load->bytes &&
	       load->open < tile->config.config_fetch_outstanding &&
	       tile_can_send(tile, SQZ_CLASS_REQUEST)) {
		struct sqz_fetch_read read = {
			.addr = slot->request->addr + load->asked, .count = 1
		};
		uint64_t contiguous = 0;

		if (tile->free_tag == TILE_NO_TAG) {
			tile->tags_short = true;
			return;
		}
		read.node =
		    tile->env.route(tile->env.context, read.addr, &contiguous);
		if (read.node < 0 || contiguous == 0) {
			load->failure = SQZ_ERR_ADDRESS;
			load->failure_addr = read.addr;
			return;
		}
		read.chunk = read.stride = read_size(tile, load, contiguous);
		packet =
		    tile_read_packet(tile, slot, &read,
				     tile_tag_take(tile, slot, TILE_TAG_BLOB,
						   load->asked, read.chunk),
				     slot->request->id);
		explain_read(tile, slot, packet);
		tile_send(tile, packet);
		load->asked += read.chunk;
		load->open++;
	}
}

/* -- the cells -- */

/* Free arrays from the lowest number on. */
static void claim_arrays(struct sqz_tile *tile, const struct tile_slot *slot)
{
	uint32_t wanted = slot->step->array_count;

	for (uint32_t i = 0; wanted; i++) {
		if (tile->owner[i])
			continue;
		tile->owner[i] = (uint16_t)(tile_slot_index(tile, slot) + 1);
		tile->wear[i]++;
		tile->arrays_used++;
		wanted--;
	}
}

static void explain_writing(struct sqz_tile *tile, struct tile_slot *slot,
			    sqz_ps duration)
{
	struct sqz_causes causes = { 0 };

	tile_moments_join(tile, &slot->loaded, &causes);
	if (tile->programming_why.count)
		sqz_causes_join(&tile->env, &causes, &tile->programming_why);
	sqz_causes_delay(&causes, duration, SQZ_WORK_PROGRAM);
	sqz_causes_mark(&tile->env, &causes);
	tile->programming_why = slot->request->causes = causes;
}

static void begin_writing(struct sqz_tile *tile, struct tile_slot *slot)
{
	const struct sqz_step_costs *costs = &slot->step->costs;
	sqz_ps now = tile_now(tile);
	sqz_ps duration = costs->row_writes * tile->config.row_write_ps;

	claim_arrays(tile, slot);
	slot->write_begin =
	    tile->programming_free_at > now ? tile->programming_free_at : now;
	slot->write_end = slot->write_begin + duration;
	tile->programming_free_at = slot->write_end;
	slot->state = TILE_SLOT_WRITING;
	if (slot->loaded.all)
		explain_writing(tile, slot, duration);
	TILE_COUNT(tile, slot, row_writes, costs->row_writes);
	TILE_COUNT(tile, slot, cell_writes, costs->cell_writes);
	TILE_COUNT(tile, slot, programming_busy_ps, duration);
}

static void load_step(struct sqz_tile *tile, struct tile_slot *slot)
{
	const struct sqz_tile_config *c = &tile->config;
	const struct sqz_step_limits limits = { c->arrays,	  c->array_rows,
						c->array_columns, c->adc_bits,
						c->edram_bytes,	  c->ou_rows,
						c->ou_columns,	  c->nodes };
	struct sqz_step *step;
	enum sqz_status status =
	    sqz_step_load(&limits, slot->load.blob, slot->load.bytes, &step);

	if (status == SQZ_OK &&
	    step->array_count > c->arrays - tile->arrays_used) {
		sqz_step_free(step);
		status = SQZ_ERR_CAPACITY;
	}
	if (status != SQZ_OK) {
		fail(tile, slot, status, slot->request->addr);
		return;
	}
	slot->step = step;
	free_load(slot);
	begin_writing(tile, slot);
}

void tile_program_advance(struct sqz_tile *tile, struct tile_slot *slot)
{
	struct tile_load *load = &slot->load;

	if (slot->state == TILE_SLOT_LOADING) {
		read_blob(tile, slot);
		if (load->failure != SQZ_OK)
			fail(tile, slot, load->failure, load->failure_addr);
		else if (load->received == load->bytes)
			load_step(tile, slot);
	}
	if (slot->state == TILE_SLOT_WRITING &&
	    slot->write_end <= tile_now(tile)) {
		struct sqz_packet *request = slot->request;

		report(tile, slot, SQZ_OK);
		slot->request = NULL;
		slot->layer = &tile->no_layer;
		slot->state = TILE_SLOT_READY;
		tile_done(tile, request, SQZ_OK, 0);
	}
}
