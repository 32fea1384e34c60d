#include "report_nodes.h"

#include "report_network.h"

const char *sqz_memory_kind_name(unsigned node_kind)
{
	switch (node_kind) {
	case SQZ_NODE_BUFFER:
		return "buffer";
	case SQZ_NODE_DRAM:
		return "DRAM";
	case SQZ_NODE_FLASH:
		return "flash";
	default:
		return NULL;
	}
}

static json_t *tile_json(const struct sqz_tile_result *tile)
{
	json_t *object = json_object();

	sqz_report_put(object, "node", tile->node);
	sqz_report_put(object, "x", tile->x);
	sqz_report_put(object, "y", tile->y);
	sqz_report_put(object, "array_busy_ps", tile->array_busy_ps);
	sqz_report_put(object, "adc_busy_ps", tile->adc_busy_ps);
	sqz_report_put(object, "vector_busy_ps", tile->vector_busy_ps);
	sqz_report_put(object, "programming_busy_ps",
		       tile->programming_busy_ps);
	return object;
}

json_t *sqz_report_tiles(const struct sqz_run_result *result)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < result->tile_count; i++)
		json_array_append_new(array, tile_json(&result->tiles[i]));
	return array;
}

static json_t *memory_json(const struct sqz_memory_result *memory)
{
	const struct sqz_memory_counters *counters = &memory->counters;
	json_t *object = json_object();

	sqz_report_put(object, "node", memory->node);
	json_object_set_new(object, "kind",
			    json_string(sqz_memory_kind_name(memory->kind)));
	sqz_report_put(object, "x", memory->x);
	sqz_report_put(object, "y", memory->y);
	sqz_report_put(object, "reads", counters->reads);
	sqz_report_put(object, "writes", counters->writes);
	sqz_report_put(object, "read_bytes", counters->read_bytes);
	sqz_report_put(object, "written_bytes", counters->written_bytes);
	sqz_report_put(object, "busy_ps", counters->busy_ps);
	sqz_report_put(object, "refused", counters->refused);
	sqz_report_put(object, "conflicts", counters->conflicts);
	if (memory->kind != SQZ_NODE_DRAM) {
		sqz_report_put(object, "conflict_wait_ps",
			       counters->conflict_wait_ps);
		return object;
	}
	sqz_report_put(object, "row_hits", counters->row_hits);
	sqz_report_put(object, "row_misses", counters->row_misses);
	return object;
}

json_t *sqz_report_memories(const struct sqz_run_result *result)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < result->memory_count; i++)
		json_array_append_new(array, memory_json(&result->memories[i]));
	return array;
}
