/* Which tile, which slot, which buffer. */
#include <stdlib.h>
#include <string.h>

#include "fast_assert.h"
#include "mapped.h"
#include "random.h"
#include "suite.h"
#include "traffic.h"

static struct sqz_error err;
static struct mapped map;

static const char *const CHIPS[] = {
	NULL,
	"noc.width=4 noc.height=4 chip.buffers=1 tile.arrays=120",
	"noc.width=5 noc.height=5 tile.array_rows=48 tile.array_columns=16 "
	"tile.arrays=96 tile.slots=5 buffer.kib=4",
	"buffer.kib=1 chip.buffers=9",
	"noc.width=3 noc.height=2 chip.buffers=1 chip.dram_controllers=1 "
	"tile.arrays=300 tile.edram_kib=4",
};
#define CHIP_COUNT (int)(sizeof(CHIPS) / sizeof(CHIPS[0]))
#define SEEDS	   8

/* ---- tiles ---- */

static void check_tiles(void)
{
	uint32_t *arrays = calloc(map.chip.nodes, sizeof(*arrays));
	uint8_t *slots = calloc(map.chip.nodes, 256);
	uint32_t used = 0;

	for (uint32_t w = 0; w < map.placement.worker_count; w++) {
		const struct sqz_worker *worker = &map.placement.workers[w];
		FAST_ASSERT(worker->node, <, map.chip.nodes);
		FAST_ASSERT(map.chip.entries[worker->node].kind, ==,
			    SQZ_NODE_TILE);
		FAST_ASSERT(worker->slot, <, map.config.tile.slots);
		FAST_ASSERT(slots[worker->node * 256 + worker->slot]++, ==, 0);
		arrays[worker->node] += worker->arrays;
		used += worker->slot == 0;
	}
	for (uint32_t node = 0; node < map.chip.nodes; node++)
		FAST_ASSERT(arrays[node], <=, map.config.tile.arrays);
	FAST_ASSERT(map.placement.tiles_used, ==, used);
	free(arrays);
	free(slots);
}

/* Steps that may run side by side, a layer's or all: each gets an even share of
 * the eDRAM among the tile's slots, or what it needs. */
static void check_edram(void)
{
	const struct sqz_placement *p = &map.placement;
	bool all = map.config.place.contexts > 1 || map.config.place.chains;
	uint64_t edram = map.config.tile.edram_kib * 1024u;

	for (uint32_t layer = 0; layer < map.net.net.layer_count; layer++)
		for (uint32_t node = 0; node < map.chip.nodes; node++) {
			uint64_t occupied = 0, taken = 0;
			for (uint32_t w = 0; w < p->worker_count; w++)
				occupied += p->workers[w].node == node;
			for (uint32_t w = 0; w < p->worker_count; w++) {
				if (p->workers[w].node != node ||
				    (!all && p->workers[w].layer != layer))
					continue;
				uint64_t need = sqz_worker_line_bytes(
				    &map.net.net, &p->workers[w]);
				uint64_t share = all ? 0 : edram / occupied;
				taken += need > share ? need : share;
			}
			FAST_ASSERT(taken, <=, edram);
		}
}

/* All workers of a column range name one of them, which counts the others. */
static void check_reducers(void)
{
	const struct sqz_placement *p = &map.placement;

	for (uint32_t w = 0; w < p->worker_count; w++) {
		const struct sqz_worker *worker = &p->workers[w];
		const struct sqz_worker *reducer = &p->workers[worker->reducer];
		uint32_t others = 0;
		FAST_ASSERT(reducer->reducer, ==, worker->reducer);
		FAST_ASSERT(reducer->layer, ==, worker->layer);
		for (uint32_t v = 0; v < p->worker_count; v++) {
			const struct sqz_worker *other = &p->workers[v];
			others += v != w && other->reducer == w;
			/* Same columns of the same copy: same reducer. */
			if (other->layer == worker->layer &&
			    other->y0 == worker->y0 && other->n0 < worker->n1 &&
			    worker->n0 < other->n1)
				FAST_ASSERT(other->reducer, ==,
					    worker->reducer);
		}
		FAST_ASSERT(worker->remote_workers, ==,
			    worker->reducer == w ? others : 0);
	}
}

static void check_layers(void)
{
	const struct sqz_placement *p = &map.placement;

	FAST_ASSERT(p->first_worker[0], ==, 0);
	FAST_ASSERT(p->first_worker[map.net.net.layer_count], ==,
		    p->worker_count);
	for (uint32_t i = 0; i < map.net.net.layer_count; i++) {
		FAST_ASSERT(p->first_worker[i], <, p->first_worker[i + 1]);
		for (uint32_t w = p->first_worker[i];
		     w < p->first_worker[i + 1]; w++)
			FAST_ASSERT(p->workers[w].layer, ==, i);
	}
}

/* What fits is one entry a layer, in one round. */
static void check_runs(void)
{
	const struct sqz_placement *p = &map.placement;

	FAST_ASSERT(p->rounds, ==, 1);
	FAST_ASSERT(p->scratch_count, ==, 0);
	FAST_ASSERT(p->run_count, ==, map.net.net.layer_count);
	for (uint32_t i = 0; i < p->run_count; i++) {
		const struct sqz_run_entry *run = &p->runs[i];
		FAST_ASSERT(run->layer, ==, i);
		FAST_ASSERT(run->first_worker, ==, p->first_worker[i]);
		FAST_ASSERT(run->first_worker + run->worker_count, ==,
			    p->first_worker[i + 1]);
		FAST_ASSERT(run->round, ==, 0);
		FAST_ASSERT(run->parts, ==, 0);
		FAST_ASSERT(run->partial_in, ==, SQZ_NO_TENSOR);
		FAST_ASSERT(sqz_run_output(&map.net.net, run), ==,
			    map.net.net.layers[i].output);
	}
	for (uint32_t w = 0; w < p->worker_count; w++)
		FAST_ASSERT(p->workers[w].run, ==, p->workers[w].layer);
}

/* ---- feature maps ---- */

static uint64_t bytes_of(uint32_t tensor)
{
	const struct sqz_qtensor *t = &map.net.net.tensors[tensor];

	return (uint64_t)t->height * t->width * t->channels * t->element_bytes;
}

/* Memory of every node and of the DRAM pool, tagged with what stands there. */
struct memory {
	uint8_t *tags;
	uint64_t node_bytes;
	uint64_t bytes;
};

static uint8_t *tags_of(struct memory *memory, uint32_t tensor,
			uint32_t context)
{
	const struct sqz_tensor_place *place = &map.placement.tensors[tensor];
	bool dram = place->node == SQZ_TENSOR_IN_DRAM;
	uint64_t room =
	    dram ? map.placement.dram_pool_bytes : map.chip.buffer_bytes;
	uint64_t base =
	    (dram ? map.chip.nodes : place->node) * memory->node_bytes;

	if (!dram)
		FAST_ASSERT(map.chip.entries[place->node].kind, ==,
			    SQZ_NODE_BUFFER);
	uint64_t offset =
	    place->offset + context * sqz_tensor_stride(&map.placement, tensor);
	FAST_ASSERT(offset % SQZ_IMAGE_ALIGN, ==, 0);
	FAST_ASSERT(offset + bytes_of(tensor), <=, room);
	return memory->tags + base + offset;
}

static uint32_t tag_of(uint32_t tensor, uint32_t context)
{
	uint32_t tag = context * map.net.net.tensor_count + tensor + 1;

	FAST_ASSERT(tag, <, 256);
	return tag;
}

static void write_tags(struct memory *memory, uint32_t tensor, uint32_t context)
{
	memset(tags_of(memory, tensor, context), (int)tag_of(tensor, context),
	       bytes_of(tensor));
}

static void read_tags(struct memory *memory, uint32_t tensor, uint32_t context)
{
	const uint8_t *tags = tags_of(memory, tensor, context);

	for (uint64_t i = 0; i < bytes_of(tensor); i++)
		FAST_ASSERT(tags[i], ==, tag_of(tensor, context));
}

static struct memory make_memory(void)
{
	uint64_t pool = map.placement.dram_pool_bytes;
	struct memory memory = { .node_bytes = map.chip.buffer_bytes };

	if (pool > memory.node_bytes)
		memory.node_bytes = pool;
	memory.tags = calloc(map.chip.nodes + 1, memory.node_bytes);
	return memory;
}

static void run_on_tags(struct memory *memory, uint32_t index, uint32_t context)
{
	const struct sqz_qlayer *layer = &map.net.net.layers[index];

	for (int twice = 0; twice < 2; twice++) {
		read_tags(memory, layer->input, context);
		if (layer->residual != SQZ_NO_TENSOR)
			read_tags(memory, layer->residual, context);
		write_tags(memory, layer->output, context);
	}
}

/* Runs the network on tags: outputs are written while inputs are still read,
 * and nothing that is read later may have been written over. Images in all
 * contexts, each as far as it has come. */
static void check_tensors(void)
{
	const struct sqz_qnet *net = &map.net.net;
	uint32_t contexts = map.placement.contexts;
	uint32_t at[8] = { 0 };
	uint64_t state = 5;
	struct memory memory = make_memory();

	FAST_ASSERT(contexts, <=, 8);
	for (uint32_t c = 0; c < contexts; c++)
		write_tags(&memory, net->input, c);
	for (uint32_t i = 0; i < contexts * net->layer_count;) {
		uint32_t c =
		    (uint32_t)random_between(&state, 0, (int)contexts - 1);
		if (at[c] == net->layer_count)
			continue;
		run_on_tags(&memory, at[c]++, c);
		i++;
	}
	for (uint32_t c = 0; c < contexts; c++)
		read_tags(&memory, net->output, c);
	free(memory.tags);
}

/* Every tensor of every context has memory of its own. */
static void check_apart(void)
{
	struct memory memory = make_memory();

	for (int read = 0; read < 2; read++)
		for (uint32_t c = 0; c < map.placement.contexts; c++)
			for (uint32_t t = 0; t < map.net.net.tensor_count; t++)
				(read ? read_tags : write_tags)(&memory, t, c);
	free(memory.tags);
}

static uint32_t tensors_in_dram(void)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < map.net.net.tensor_count; i++)
		count += map.placement.tensors[i].node == SQZ_TENSOR_IN_DRAM;
	return count;
}

/* ---- networks ---- */

START_TEST(all_kinds_of_layers)
{
	mapped_all_kinds(&map, 1 + (uint64_t)_i / CHIP_COUNT,
			 CHIPS[_i % CHIP_COUNT]);
	check_tiles();
	check_edram();
	check_reducers();
	check_layers();
	check_runs();
	check_tensors();
	mapped_free(&map);
}
END_TEST

/* Pointwise layers of one size; every other one adds a tensor from anywhere
 * before it. */
static void make_chain(uint64_t seed, const char *overrides)
{
	struct sqz_qnet *net = &map.net.net;

	map = (struct mapped){ .form = SQZ_SIGN_DIFFERENTIAL };
	random_net_begin(net, 8, 8, 32, &seed);
	for (uint32_t i = 0; i < 12; i++) {
		uint32_t from = net->tensor_count - 1;
		bool add = i % 2 == 1;
		const struct layer_spec spec = {
			.kind = SQZ_STEP_MVM,
			.input = from,
			.residual =
			    add ? (uint32_t)random_between(&seed, 0, (int)from)
				: SQZ_NO_TENSOR,
			.out_channels = 32,
		};
		random_net_add(net, &spec, &seed);
	}
	mapped_chip(&map, overrides);
	mapped_slice(&map, 8, 1);
	mapped_place(&map);
}

START_TEST(residuals_stay_alive)
{
	/* A tensor is 2 KiB: from all in buffers to nearly none. */
	static const char *const BUFFERS[] = { "buffer.kib=256",
					       "chip.buffers=1 buffer.kib=8",
					       "chip.buffers=1 buffer.kib=4",
					       "chip.buffers=3 buffer.kib=2",
					       "buffer.kib=1" };

	make_chain(1 + (uint64_t)_i, BUFFERS[_i % 5]);
	check_tensors();
	check_tiles();
	if (_i % 5 == 0) {
		ck_assert_uint_eq(tensors_in_dram(), 0);
		ck_assert_uint_eq(map.placement.dram_pool_bytes, 0);
	}
	if (_i % 5 == 4) {
		ck_assert_uint_eq(tensors_in_dram(), 13);
		/* Memory is used again: less than all thirteen tensors. */
		ck_assert_uint_lt(map.placement.dram_pool_bytes, 13 * 2048);
		ck_assert_uint_ge(map.placement.dram_pool_bytes, 2 * 2048);
	}
	mapped_free(&map);
}
END_TEST

START_TEST(without_residuals_two_maps_do)
{
	uint64_t seed = 4;
	struct sqz_qnet *net = &map.net.net;

	map = (struct mapped){ 0 };
	random_net_begin(net, 8, 8, 32, &seed);
	for (uint32_t i = 0; i < 6; i++) {
		const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
						 .input = i,
						 .residual = SQZ_NO_TENSOR,
						 .out_channels = 32 };
		random_net_add(net, &spec, &seed);
	}
	mapped_chip(&map, "chip.buffers=1 buffer.kib=4");
	mapped_slice(&map, 8, 0);
	mapped_place(&map);
	ck_assert_uint_eq(tensors_in_dram(), 0);
	check_tensors();
	mapped_free(&map);
}
END_TEST

/* The logits are read after the last layer, also when they are not its output.
 */
START_TEST(logits_stay_alive)
{
	uint64_t seed = 4;
	struct sqz_qnet *net = &map.net.net;

	map = (struct mapped){ 0 };
	random_net_begin(net, 8, 8, 32, &seed);
	for (uint32_t i = 0; i < 6; i++) {
		const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
						 .input = i == 2 ? 1 : i,
						 .residual = SQZ_NO_TENSOR,
						 .out_channels = 32 };
		random_net_add(net, &spec, &seed);
	}
	net->output = 2;
	mapped_chip(&map, "chip.buffers=1");
	mapped_slice(&map, 8, 0);
	mapped_place(&map);
	check_tensors();
	mapped_free(&map);
}
END_TEST

START_TEST(same_input_same_placement)
{
	struct mapped first;

	mapped_all_kinds(&first, 6, CHIPS[2]);
	mapped_all_kinds(&map, 6, CHIPS[2]);
	const struct sqz_placement *a = &first.placement;
	const struct sqz_placement *b = &map.placement;
	ck_assert_uint_eq(a->worker_count, b->worker_count);
	ck_assert_mem_eq(a->workers, b->workers,
			 a->worker_count * sizeof(*a->workers));
	ck_assert_mem_eq(a->tensors, b->tensors,
			 map.net.net.tensor_count * sizeof(*a->tensors));
	ck_assert_uint_eq(a->dram_pool_bytes, b->dram_pool_bytes);
	mapped_free(&first);
	mapped_free(&map);
}
END_TEST

/* On a chip with room, no two steps of a layer share a tile. */
START_TEST(layers_spread_over_tiles)
{
	mapped_all_kinds(&map, 1, NULL);
	const struct sqz_placement *p = &map.placement;
	for (uint32_t v = 0; v < p->worker_count; v++)
		for (uint32_t w = 0; w < v; w++)
			if (p->workers[v].layer == p->workers[w].layer)
				FAST_ASSERT(p->workers[v].node, !=,
					    p->workers[w].node);
	mapped_free(&map);
}
END_TEST

/* ---- policies ---- */

/* The tiles of all workers while each has one of its own. */
START_TEST(rows_come_in_order)
{
	mapped_all_kinds(&map, 1, "place.policy=rows");
	const struct sqz_placement *p = &map.placement;
	uint32_t next = 0;
	for (uint32_t w = 0; w < p->tiles_used; w++) {
		while (map.chip.entries[next].kind != SQZ_NODE_TILE)
			next++;
		FAST_ASSERT(p->workers[w].node, ==, next++);
	}
	mapped_free(&map);
}
END_TEST

static double hops_of(uint64_t seed, const char *chip, const char *policy)
{
	char overrides[200];

	snprintf(overrides, sizeof(overrides), "%s place.policy=%s", chip,
		 policy);
	mapped_all_kinds(&map, seed, overrides);
	const struct sqz_pace pace = { &map.net, map.form, &map.config };
	double hops = sqz_flit_hops(&pace, &map.chip, &map.placement);
	mapped_free(&map);
	return hops;
}

/* Moved is never further than by distance, and that is nearer than a random
 * order; on a chip that is full of copies by a good deal. */
START_TEST(policies_in_their_order)
{
	static const char *const SIZES[] = {
		"",
		"noc.width=16 noc.height=16 chip.buffers=16",
		"noc.width=16 noc.height=16 chip.buffers=16 place.copies=64",
	};
	uint64_t seed = 1 + (uint64_t)_i / 3;
	double distance = hops_of(seed, SIZES[_i % 3], "distance");
	double scattered = hops_of(seed, SIZES[_i % 3], "scattered");
	double traffic = hops_of(seed, SIZES[_i % 3], "traffic");

	ck_assert_double_lt(distance, scattered);
	ck_assert_double_le(traffic, distance);
	if (_i % 3 == 2)
		ck_assert_double_lt(traffic, 0.8 * scattered);
}
END_TEST

static void nodes_of(const char *overrides, uint32_t nodes[8])
{
	mapped_all_kinds(&map, 1, overrides);
	for (uint32_t w = 0; w < 8; w++)
		nodes[w] = map.placement.workers[w].node;
	mapped_free(&map);
}

START_TEST(a_seed_scatters)
{
	uint32_t first[8], again[8], other[8], rows[8];

	nodes_of("place.policy=scattered place.seed=7", first);
	nodes_of("place.policy=scattered place.seed=7", again);
	nodes_of("place.policy=scattered place.seed=8", other);
	nodes_of("place.policy=rows place.seed=7", rows);
	ck_assert_mem_eq(first, again, sizeof(first));
	ck_assert_mem_ne(first, other, sizeof(first));
	ck_assert_mem_ne(first, rows, sizeof(first));
	for (uint32_t v = 0; v < 8; v++)
		for (uint32_t w = 0; w < v; w++)
			ck_assert_uint_ne(first[v], first[w]);
}
END_TEST

/* ---- contexts, chains and copies ---- */

static const char *const OVERLAPS[] = {
	"place.contexts=2",
	"place.contexts=5 buffer.kib=16 chip.buffers=2",
	"place.contexts=3 buffer.kib=1",
	"place.chains=on place.copies=3",
	"place.copies=6 tile.edram_kib=3 noc.width=4 noc.height=4 "
	"tile.arrays=99",
	"place.policy=traffic buffer.kib=4",
	"place.policy=traffic place.copies=9 place.contexts=2 place.chains=on",
	"place.chains=on place.contexts=4 buffer.kib=8 tile.edram_kib=4",
	"place.chains=on buffer.kib=1 noc.width=4 noc.height=4 tile.arrays=99",
};
#define OVERLAP_COUNT (int)(sizeof(OVERLAPS) / sizeof(OVERLAPS[0]))

START_TEST(images_layers_and_copies)
{
	mapped_all_kinds(&map, 1 + (uint64_t)_i / OVERLAP_COUNT,
			 OVERLAPS[_i % OVERLAP_COUNT]);
	check_tiles();
	check_edram();
	check_reducers();
	check_layers();
	check_tensors();
	if (map.config.place.chains)
		check_apart();
	mapped_free(&map);
}
END_TEST

/* A tensor of 2 KiB for each of four images: the buffer holds them all, or
 * DRAM does. */
START_TEST(contexts_stay_together)
{
	for (int i = 0; i < 2; i++) {
		make_chain(3, i ? "place.contexts=4 chip.buffers=1 "
				  "buffer.kib=7 place.chains=on"
				: "place.contexts=4 chip.buffers=1 "
				  "buffer.kib=8");
		check_tensors();
		ck_assert_uint_eq(map.placement.contexts, 4);
		for (uint32_t t = 0; t < map.net.net.tensor_count; t++) {
			uint64_t stride = sqz_tensor_stride(&map.placement, t);
			bool dram =
			    map.placement.tensors[t].node == SQZ_TENSOR_IN_DRAM;
			FAST_ASSERT(stride, >=, 2048);
			if (i)
				FAST_ASSERT(stride, ==, 13 * 2048);
			if (i)
				FAST_ASSERT(dram, ==, true);
		}
		ck_assert_uint_eq(tensors_in_dram() < 13, !i);
		if (i)
			ck_assert_uint_eq(map.placement.dram_pool_bytes,
					  4 * 13 * 2048);
		mapped_free(&map);
	}
}
END_TEST

/* ---- chips that are too small ---- */

static void place_fails(const char *overrides, const char *reason)
{
	map = (struct mapped){ .form = SQZ_SIGN_DIFFERENTIAL };
	random_net_all_kinds(&map.net.net, 3);
	mapped_chip(&map, overrides);
	map.config.place.rounds = SQZ_ROUNDS_OFF;
	mapped_slice(&map, 8, 0);
	ck_assert_int_eq(sqz_place(&map.net, map.form, &map.config, &map.chip,
				   &map.placement, &err),
			 -1);
	if (!strstr(err.text, reason) || strchr(err.text, '\n'))
		ck_abort_msg("%s, not %s", err.text, reason);
	ck_assert_ptr_null(map.placement.workers);
	mapped_free(&map);
}

/* Workers of 84 arrays on 7 tiles of 96 leave 84 arrays unused, and the last
 * layers would find no tile. */
START_TEST(smaller_workers_fill_the_corners)
{
	mapped_all_kinds(&map, 2,
			 "noc.width=4 noc.height=3 chip.buffers=1 "
			 "tile.array_rows=48 tile.array_columns=16 "
			 "tile.arrays=96 tile.edram_kib=8");
	uint32_t arrays = 0;
	for (uint32_t w = 0; w < map.placement.worker_count; w++) {
		arrays += map.placement.workers[w].arrays;
		ck_assert_uint_le(map.placement.workers[w].arrays, 48);
	}
	ck_assert_uint_gt(arrays, 7 * 84);
	check_tiles();
	check_edram();
	check_reducers();
	mapped_free(&map);
}
END_TEST

#define SMALL_MESH                                                             \
	"noc.width=3 noc.height=2 chip.buffers=1 chip.dram_controllers=1 "

START_TEST(chips_that_are_too_small)
{
	place_fails(SMALL_MESH "tile.arrays=48", "the chip has 96)");
	place_fails(SMALL_MESH "tile.arrays=400 tile.slots=2",
		    "and a slot left");
	place_fails("tile.arrays=7", "a tile has 7 and 65536");
}
END_TEST

/* Three steps of one layer that need 39 % of a tile's eDRAM each: two share
 * the first tile, one goes into the other. */
START_TEST(line_buffers_share_a_tile)
{
	uint64_t seed = 4;
	const struct layer_spec spec = { .kind = SQZ_STEP_MAXPOOL,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 3,
					 .kernel_h = 20,
					 .kernel_w = 20 };

	map = (struct mapped){ 0 };
	random_net_begin(&map.net.net, 20, 20, 3, &seed);
	random_net_add(&map.net.net, &spec, &seed);
	mapped_chip(&map, SMALL_MESH "tile.edram_kib=1");
	mapped_slice(&map, 8, 0);
	mapped_place(&map);
	ck_assert_uint_eq(map.placement.worker_count, 3);
	ck_assert_uint_eq(map.placement.tiles_used, 2);
	check_edram();
	sqz_placement_free(&map.placement);

	/* One tile is not enough. */
	sqz_chip_free(&map.chip);
	mapped_chip(&map, SMALL_MESH "chip.buffers=2 tile.edram_kib=1 "
				     "place.rounds=off");
	ck_assert_int_eq(sqz_place(&map.net, map.form, &map.config, &map.chip,
				   &map.placement, &err),
			 -1);
	ck_assert_ptr_nonnull(strstr(err.text, "400 bytes of eDRAM"));
	mapped_free(&map);
}
END_TEST

START_TEST(pool_larger_than_dram)
{
	uint64_t seed = 4;
	const struct layer_spec spec = { .kind = SQZ_STEP_MAXPOOL,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 64 };

	map = (struct mapped){ 0 };
	random_net_begin(&map.net.net, 128, 128, 64, &seed);
	random_net_add(&map.net.net, &spec, &seed);
	mapped_chip(&map, "dram.mib=1");
	mapped_slice(&map, 8, 0);
	ck_assert_int_eq(sqz_place(&map.net, map.form, &map.config, &map.chip,
				   &map.placement, &err),
			 -1);
	ck_assert_str_eq(err.text,
			 "feature maps that find no room in buffers take "
			 "2097152 bytes of DRAM; the chip has 1048576");
	mapped_free(&map);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("place");
	TCase *tests = tcase_create("place");

	tcase_add_loop_test(tests, all_kinds_of_layers, 0, CHIP_COUNT * SEEDS);
	tcase_add_loop_test(tests, residuals_stay_alive, 0, 20);
	tcase_add_loop_test(tests, images_layers_and_copies, 0,
			    OVERLAP_COUNT * SEEDS);
	tcase_add_test(tests, contexts_stay_together);
	tcase_add_loop_test(tests, policies_in_their_order, 0, 3 * SEEDS);
	tcase_add_test(tests, without_residuals_two_maps_do);
	tcase_add_test(tests, logits_stay_alive);
	tcase_add_test(tests, same_input_same_placement);
	tcase_add_test(tests, layers_spread_over_tiles);
	tcase_add_test(tests, rows_come_in_order);
	tcase_add_test(tests, a_seed_scatters);
	tcase_add_test(tests, smaller_workers_fill_the_corners);
	tcase_add_test(tests, chips_that_are_too_small);
	tcase_add_test(tests, line_buffers_share_a_tile);
	tcase_add_test(tests, pool_larger_than_dram);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
