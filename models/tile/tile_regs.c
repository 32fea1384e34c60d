#include "tile/tile_core.h"

static uint32_t slots_used(const struct sqz_tile *tile)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < tile->config.slots; i++)
		used += tile->slots[i].step != NULL;
	return used;
}

/* Brings what the driver may read up to date. */
static void refresh(struct sqz_tile *tile)
{
	struct sqz_reg_file *regs = &tile->regs;
	const struct sqz_tile_config *c = &tile->config;
	const struct sqz_tile_counters *total = &tile->total;
	const struct sqz_tile_counters *base = &tile->since_reset;
	bool error = sqz_reg_get(regs, SQZ_TILE_FAULT_CODE) != 0;

	sqz_reg_set(regs, SQZ_TILE_STATUS,
		    sqz_bits(SQZ_TILE_STATUS_BUSY, sqz_tile_busy(tile)) |
			sqz_bits(SQZ_TILE_STATUS_ERROR, error));
	sqz_reg_set(regs, SQZ_TILE_CAPS,
		    sqz_bits(SQZ_TILE_CAPS_ARRAYS, c->arrays) |
			sqz_bits(SQZ_TILE_CAPS_SLOTS, c->slots) |
			sqz_bits(SQZ_TILE_CAPS_ADC_BITS, c->adc_bits));
	sqz_reg_set(regs, SQZ_TILE_GEOMETRY,
		    sqz_bits(SQZ_TILE_GEOMETRY_ROWS, c->array_rows) |
			sqz_bits(SQZ_TILE_GEOMETRY_COLUMNS, c->array_columns));
	sqz_reg_set(regs, SQZ_TILE_EDRAM_BYTES, c->edram_bytes);
	sqz_reg_set(regs, SQZ_TILE_SLOTS_USED, slots_used(tile));
	sqz_reg_set(regs, SQZ_TILE_ARRAYS_USED, tile->arrays_used);
	sqz_reg_set64(regs, SQZ_TILE_READS_LO,
		      total->array_reads - base->array_reads);
	sqz_reg_set64(regs, SQZ_TILE_CONVERSIONS_LO,
		      total->adc_conversions - base->adc_conversions);
	sqz_reg_set64(regs, SQZ_TILE_SATURATIONS_LO,
		      total->adc_saturations - base->adc_saturations);
	sqz_reg_set64(regs, SQZ_TILE_ROW_WRITES_LO,
		      total->row_writes - base->row_writes);
}

/* Recomputed after any change: one packet each time the level rises. */
static void update_irq(struct sqz_tile *tile)
{
	bool level = (sqz_reg_get(&tile->regs, SQZ_TILE_IRQ_STATUS) &
		      sqz_reg_get(&tile->regs, SQZ_TILE_IRQ_ENABLE)) != 0;

	if (level && !tile->irq_sent) {
		struct sqz_packet *irq = tile->env.alloc(tile->env.context);

		irq->type = SQZ_PKT_IRQ;
		irq->dst = tile->config.controller_node;
		irq->layer = 0xffff;
		tile_answer(tile, irq);
	}
	tile->irq_sent = level;
}

void tile_regs_fault(struct sqz_tile *tile, uint32_t slot,
		     enum sqz_status status)
{
	uint32_t pending = sqz_reg_get(&tile->regs, SQZ_TILE_IRQ_STATUS);

	sqz_reg_set(&tile->regs, SQZ_TILE_FAULT_CODE, status);
	sqz_reg_set(&tile->regs, SQZ_TILE_FAULT_SLOT, slot);
	sqz_reg_set(&tile->regs, SQZ_TILE_IRQ_STATUS,
		    pending | sqz_bits(SQZ_TILE_IRQ_STATUS_ERROR, 1));
	update_irq(tile);
}

/* Steps that run or load answer with ABORTED; their late packets find no step
 * or a dropped tag. */
void tile_reset(struct sqz_tile *tile)
{
	for (uint32_t i = 0; i < tile->config.slots; i++) {
		struct tile_slot *slot = &tile->slots[i];
		struct sqz_packet *request = slot->request;

		if (slot->state == TILE_SLOT_RUNNING)
			tile_run_stop(tile, slot);
		tile_slot_clear(tile, slot);
		if (request)
			tile_done(tile, request, SQZ_ERR_ABORTED, 0);
	}
	tile->since_reset = tile->total;
	tile->irq_sent = false;
	sqz_reg_file_reset(&tile->regs, SQZ_BLOCK_TILE);
}

void tile_regs_access(struct sqz_tile *tile, struct sqz_packet *packet)
{
	bool is_write = packet->type == SQZ_PKT_REG_WRITE;
	uint64_t offset = packet->addr - tile->config.window;
	struct sqz_packet *answer =
	    sqz_packet_answer(&tile->env, packet, SQZ_PKT_REG_DATA);
	uint64_t value = packet->value;

	refresh(tile);
	answer->chunk = packet->chunk;
	answer->status = sqz_reg_file_access(&tile->regs, offset, packet->chunk,
					     is_write, &value);
	if (answer->status != SQZ_OK)
		answer->addr = packet->addr;
	else if (!is_write) {
		answer->value = value;
		answer->payload_bytes = packet->chunk;
	}
	tile->env.release(tile->env.context, packet);
	tile_answer(tile, answer);
	if (is_write && sqz_field(sqz_reg_get(&tile->regs, SQZ_TILE_CTRL),
				  SQZ_TILE_CTRL_RESET))
		tile_reset(tile);
	update_irq(tile);
}

enum sqz_status sqz_tile_look(struct sqz_tile *tile, uint64_t offset,
			      uint64_t *value)
{
	refresh(tile);
	return sqz_reg_file_access(&tile->regs, offset, 4, false, value);
}
