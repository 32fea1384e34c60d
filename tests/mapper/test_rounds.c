/* Networks that are larger than the chip: rounds and parts of layers. */
#include <stdlib.h>
#include <string.h>

#include "fast_assert.h"
#include "mapped.h"
#include "random.h"
#include "reference/image_file.h"
#include "suite.h"

static struct sqz_error err;
static struct mapped map;

#define ONE_TILE                                                               \
	"noc.width=3 noc.height=2 chip.buffers=2 chip.dram_controllers=1 "
#define TWO_TILES                                                              \
	"noc.width=3 noc.height=2 chip.buffers=1 chip.dram_controllers=1 "
#define THREE_TILES                                                            \
	"noc.width=3 noc.height=3 chip.buffers=4 chip.dram_controllers=1 "

static const char *const CHIPS[] = {
	ONE_TILE "place.rounds=single tile.arrays=16",
	ONE_TILE "place.rounds=single tile.arrays=16 tile.array_rows=20 "
		 "tile.array_columns=8 tile.slots=1 buffer.kib=1",
	TWO_TILES "place.rounds=single tile.arrays=40 tile.slots=2 "
		  "tile.edram_kib=2",
	TWO_TILES "place.rounds=double tile.arrays=16",
	TWO_TILES "place.rounds=double tile.arrays=17 tile.array_rows=33 "
		  "tile.slots=3 place.policy=scattered",
	THREE_TILES "place.rounds=double tile.arrays=20 tile.array_columns=9",
	"noc.width=4 noc.height=4 place.rounds=double tile.arrays=16 "
	"tile.array_rows=9 tile.array_columns=8",
};
#define CHIP_COUNT (int)(sizeof(CHIPS) / sizeof(CHIPS[0]))
#define SEEDS	   4

static void make(uint64_t seed, const char *chip)
{
	map = (struct mapped){ .form = seed % 2 ? SQZ_SIGN_DIFFERENTIAL
						: SQZ_SIGN_TWOS_COMPLEMENT };
	if (seed % 3 == 2)
		random_net_copies(&map.net.net, seed);
	else
		random_net_all_kinds(&map.net.net, seed);
	mapped_chip(&map, chip);
	mapped_slice(&map, 8, (unsigned)(seed % 4));
}

static const struct sqz_qlayer *layer_of(const struct sqz_run_entry *run)
{
	return &map.net.net.layers[run->layer];
}

/* ---- the list ---- */

/* Layers in order, all of each; rounds in order, none empty. */
static void check_order(void)
{
	const struct sqz_placement *p = &map.placement;
	uint32_t worker = 0;

	FAST_ASSERT(p->runs[0].layer, ==, 0);
	FAST_ASSERT(p->runs[0].round, ==, 0);
	for (uint32_t i = 0; i < p->run_count; i++) {
		const struct sqz_run_entry *run = &p->runs[i];
		FAST_ASSERT(run->worker_count, >=, 1);
		FAST_ASSERT(run->first_worker, ==, worker);
		worker += run->worker_count;
		for (uint32_t w = run->first_worker; w < worker; w++) {
			FAST_ASSERT(p->workers[w].run, ==, i);
			FAST_ASSERT(p->workers[w].layer, ==, run->layer);
			FAST_ASSERT(p->workers[w].reducer, >=,
				    run->first_worker);
			FAST_ASSERT(p->workers[w].reducer, <, worker);
		}
		if (i) {
			FAST_ASSERT(run->layer - run[-1].layer, <=, 1);
			FAST_ASSERT(run->round - run[-1].round, <=, 1);
		}
	}
	FAST_ASSERT(worker, ==, p->worker_count);
	FAST_ASSERT(p->runs[p->run_count - 1].layer, ==,
		    map.net.net.layer_count - 1);
	FAST_ASSERT(p->runs[p->run_count - 1].round, ==, p->rounds - 1);
}

static void check_part_numbers(void)
{
	const struct sqz_placement *p = &map.placement;

	for (uint32_t i = 0; i < p->run_count;) {
		uint32_t count = 1;
		while (i + count < p->run_count &&
		       p->runs[i + count].layer == p->runs[i].layer)
			count++;
		for (uint32_t k = 0; k < count; k++) {
			FAST_ASSERT(p->runs[i + k].part, ==, k);
			FAST_ASSERT(p->runs[i + k].parts, ==,
				    count > 1 ? count : 0);
		}
		i += count;
	}
}

/* Sums are handed on between neighbours that hold the same columns, and rows
 * that follow each other; whoever writes channels of the output finishes them.
 */
static void check_sums(void)
{
	const struct sqz_placement *p = &map.placement;

	for (uint32_t i = 0; i < p->run_count; i++) {
		const struct sqz_run_entry *run = &p->runs[i];
		const struct sqz_worker *w = &p->workers[run->first_worker];
		if (run->partial_out != SQZ_NO_TENSOR) {
			FAST_ASSERT(run->partial_out, >=,
				    map.net.net.tensor_count);
			FAST_ASSERT(i + 1, <, p->run_count);
			FAST_ASSERT(run[1].layer, ==, run->layer);
			FAST_ASSERT(run[1].partial_in, ==, run->partial_out);
			FAST_ASSERT(sqz_run_output(&map.net.net, run), ==,
				    run->partial_out);
		} else {
			FAST_ASSERT(sqz_run_output(&map.net.net, run), ==,
				    layer_of(run)->output);
		}
		if (run->partial_in == SQZ_NO_TENSOR)
			continue;
		const struct sqz_worker *before =
		    &p->workers[run[-1].first_worker];
		FAST_ASSERT(run[-1].partial_out, ==, run->partial_in);
		FAST_ASSERT(before->n0, ==, w->n0);
		FAST_ASSERT(before->n1, ==, w->n1);
		FAST_ASSERT(before->k0, <, w->k0);
	}
}

/* ---- tiles of a round ---- */

static void check_round(uint32_t round, uint8_t *used)
{
	const struct sqz_placement *p = &map.placement;
	uint32_t *arrays = calloc(map.chip.nodes, sizeof(*arrays));
	uint8_t *slots = calloc(map.chip.nodes, 256);

	memset(used, 0, map.chip.nodes);
	for (uint32_t w = 0; w < p->worker_count; w++) {
		const struct sqz_worker *worker = &p->workers[w];
		if (p->runs[worker->run].round != round)
			continue;
		FAST_ASSERT(map.chip.entries[worker->node].kind, ==,
			    SQZ_NODE_TILE);
		FAST_ASSERT(worker->slot, <, map.config.tile.slots);
		FAST_ASSERT(slots[worker->node * 256 + worker->slot]++, ==, 0);
		arrays[worker->node] += worker->arrays;
		used[worker->node] = 1;
	}
	for (uint32_t node = 0; node < map.chip.nodes; node++)
		FAST_ASSERT(arrays[node], <=, map.config.tile.arrays);
	free(arrays);
	free(slots);
}

static void check_apart(uint32_t round, uint32_t next)
{
	uint8_t here[64], there[64];

	FAST_ASSERT(map.chip.nodes, <=, 64);
	check_round(round, here);
	check_round(next, there);
	for (uint32_t node = 0; node < map.chip.nodes; node++)
		FAST_ASSERT(here[node] & there[node], ==, 0);
}

static void check_rounds(void)
{
	const struct sqz_placement *p = &map.placement;
	bool halves = map.config.place.rounds == SQZ_ROUNDS_DOUBLE;
	uint8_t used[64];

	for (uint32_t r = 0; r < p->rounds; r++)
		check_round(r, used);
	if (!halves)
		FAST_ASSERT(p->rounds_overlap, ==, false);
	for (uint32_t r = 0; halves && r + 1 < p->rounds; r++)
		check_apart(r, r + 1);
	if (p->rounds_overlap)
		check_apart(p->rounds - 1, 0);
}

/* The steps of an entry run side by side. */
static void check_edram(void)
{
	const struct sqz_placement *p = &map.placement;
	uint64_t edram = map.config.tile.edram_kib * 1024u;

	for (uint32_t i = 0; i < p->run_count * map.chip.nodes; i++) {
		const struct sqz_run_entry *run = &p->runs[i / map.chip.nodes];
		uint32_t node = i % map.chip.nodes;
		uint64_t occupied = 0, taken = 0;
		for (uint32_t w = 0; w < p->worker_count; w++)
			occupied +=
			    p->workers[w].node == node &&
			    p->runs[p->workers[w].run].round == run->round;
		for (uint32_t w = run->first_worker;
		     w < run->first_worker + run->worker_count; w++) {
			if (p->workers[w].node != node)
				continue;
			uint64_t need =
			    sqz_worker_line_bytes(&map.net.net, &p->workers[w]);
			uint64_t share = edram / occupied;
			taken += need > share ? need : share;
		}
		FAST_ASSERT(taken, <=, edram);
	}
}

/* ---- sums and feature maps ---- */

static uint64_t bytes_of(uint32_t tensor)
{
	struct sqz_qtensor t =
	    sqz_placement_tensor(&map.net.net, &map.placement, tensor);

	return (uint64_t)t.height * t.width * t.channels * t.element_bytes;
}

static uint8_t *tags_of(uint8_t *memory, uint64_t node_bytes, uint32_t tensor)
{
	const struct sqz_tensor_place *place = &map.placement.tensors[tensor];
	bool dram = place->node == SQZ_TENSOR_IN_DRAM;
	uint64_t room =
	    dram ? map.placement.dram_pool_bytes : map.chip.buffer_bytes;

	FAST_ASSERT(place->offset + bytes_of(tensor), <=, room);
	return memory + (dram ? map.chip.nodes : place->node) * node_bytes +
	       place->offset;
}

static void read_tags(const uint8_t *tags, uint32_t tensor)
{
	for (uint64_t i = 0; i < bytes_of(tensor); i++)
		FAST_ASSERT(tags[i], ==, tensor + 1);
}

/* Nothing that is read later is written over, by any entry. */
static void check_tensors(void)
{
	const struct sqz_qnet *net = &map.net.net;
	const struct sqz_placement *p = &map.placement;
	uint64_t bytes = map.chip.buffer_bytes + p->dram_pool_bytes;
	uint8_t *memory = calloc(map.chip.nodes + 1, bytes);

	memset(tags_of(memory, bytes, net->input), (int)net->input + 1,
	       bytes_of(net->input));
	for (uint32_t i = 0; i < p->run_count; i++) {
		const struct sqz_run_entry *run = &p->runs[i];
		const uint32_t reads[] = { layer_of(run)->input,
					   layer_of(run)->residual,
					   run->partial_in };
		uint32_t out = sqz_run_output(net, run);
		for (int twice = 0; twice < 2; twice++) {
			for (int k = 0; k < 3; k++)
				if (reads[k] != SQZ_NO_TENSOR)
					read_tags(
					    tags_of(memory, bytes, reads[k]),
					    reads[k]);
			memset(tags_of(memory, bytes, out), (int)out + 1,
			       bytes_of(out));
		}
	}
	read_tags(tags_of(memory, bytes, net->output), net->output);
	free(memory);
}

/* ---- the image ---- */

static void check_image(void)
{
	const struct sqz_placement *p = &map.placement;
	struct sqz_image_file image;
	struct sqz_bytes bytes;
	uint64_t macs = 0, wanted = 0;

	mapped_image(&map, &bytes);
	if (sqz_image_file_parse("img", bytes, &image, &err))
		ck_abort_msg("%s", err.text);
	ck_assert_uint_eq(image.network->layers, p->run_count);
	ck_assert_uint_eq(image.network->rounds, p->rounds);
	ck_assert_uint_eq(image.network->flags,
			  p->rounds_overlap ? SQZ_IMAGE_F_OVERLAP : 0);
	for (uint32_t i = 0; i < p->run_count; i++) {
		const struct sqz_image_layer *l = &image.layers[i];
		FAST_ASSERT(l->round, ==, p->runs[i].round);
		FAST_ASSERT(l->partial, ==, p->runs[i].partial_in + 1);
		FAST_ASSERT(l->output, ==,
			    sqz_run_output(&map.net.net, &p->runs[i]));
		macs += l->macs;
	}
	for (uint32_t i = 0; i < map.net.net.layer_count; i++)
		wanted += map.net.net.layers[i].macs;
	ck_assert_uint_eq(macs, wanted);
	sqz_image_file_close(&image);
}

START_TEST(all_kinds_of_layers)
{
	make(1 + (uint64_t)_i / CHIP_COUNT, CHIPS[_i % CHIP_COUNT]);
	mapped_place(&map);
	ck_assert_uint_gt(map.placement.rounds, 1);
	/* The least tiles, also along K. */
	if (_i % CHIP_COUNT < 2)
		ck_assert_uint_gt(map.placement.run_count,
				  map.net.net.layer_count);
	if (_i % CHIP_COUNT == 1)
		ck_assert_uint_gt(map.placement.scratch_count, 0);
	check_order();
	check_part_numbers();
	check_sums();
	check_rounds();
	check_edram();
	check_tensors();
	check_image();
	mapped_free(&map);
}
END_TEST

/* ---- by hand ---- */

/* A pointwise layer; blocks of 16 arrays. */
static void make_dense(uint32_t in, uint32_t out, const char *chip)
{
	uint64_t seed = 5;
	const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = out };

	map = (struct mapped){ .form = SQZ_SIGN_DIFFERENTIAL };
	random_net_begin(&map.net.net, 2, 2, in, &seed);
	random_net_add(&map.net.net, &spec, &seed);
	mapped_chip(&map, chip);
	mapped_slice(&map, 8, 0);
}

static void check_run(uint32_t index, uint32_t round, uint32_t workers, bool in,
		      bool out)
{
	const struct sqz_run_entry *run = &map.placement.runs[index];

	ck_assert_uint_eq(run->round, round);
	ck_assert_uint_eq(run->worker_count, workers);
	ck_assert_int_eq(run->partial_in != SQZ_NO_TENSOR, in);
	ck_assert_int_eq(run->partial_out != SQZ_NO_TENSOR, out);
}

START_TEST(columns_before_rows)
{
	/* Three column ranges of one block, two tiles of one. */
	make_dense(100, 300, TWO_TILES "place.rounds=single tile.arrays=16");
	mapped_place(&map);
	ck_assert_uint_eq(map.placement.run_count, 2);
	ck_assert_uint_eq(map.placement.scratch_count, 0);
	check_run(0, 0, 2, false, false);
	check_run(1, 1, 1, false, false);
	mapped_free(&map);
	/* Two ranges of two blocks: each fits the chip. */
	make_dense(200, 200, TWO_TILES "place.rounds=single tile.arrays=16");
	mapped_place(&map);
	ck_assert_uint_eq(map.placement.run_count, 2);
	check_run(0, 0, 2, false, false);
	check_run(1, 1, 2, false, false);
	mapped_free(&map);
	/* One range of three blocks: 2 + 1 along K. */
	make_dense(300, 100, TWO_TILES "place.rounds=single tile.arrays=16");
	mapped_place(&map);
	ck_assert_uint_eq(map.placement.run_count, 2);
	ck_assert_uint_eq(map.placement.scratch_count, 1);
	check_run(0, 0, 2, false, true);
	check_run(1, 1, 1, true, false);
	mapped_free(&map);
	/* Two such ranges: the second begins a round of its own, since the
	 * first leaves one tile only. */
	make_dense(300, 200, TWO_TILES "place.rounds=single tile.arrays=16");
	mapped_place(&map);
	ck_assert_uint_eq(map.placement.run_count, 4);
	ck_assert_uint_eq(map.placement.scratch_count, 1);
	check_run(1, 1, 1, true, false);
	check_run(2, 2, 2, false, true);
	check_run(3, 3, 1, true, false);
	mapped_free(&map);
}
END_TEST

/* One tile for each parity: three pieces cannot be made four. */
START_TEST(odd_rounds_do_not_overlap)
{
	make_dense(300, 100, TWO_TILES "place.rounds=double tile.arrays=16");
	mapped_place(&map);
	ck_assert_uint_eq(map.placement.rounds, 3);
	ck_assert(!map.placement.rounds_overlap);
	mapped_free(&map);
	make_dense(200, 100, TWO_TILES "place.rounds=double tile.arrays=16");
	mapped_place(&map);
	/* It fits the chip, and stays there. */
	ck_assert_uint_eq(map.placement.rounds, 1);
	ck_assert(!map.placement.rounds_overlap);
	mapped_free(&map);
	make_dense(500, 100, TWO_TILES "place.rounds=double tile.arrays=16");
	mapped_place(&map);
	ck_assert_uint_eq(map.placement.rounds, 4);
	ck_assert(map.placement.rounds_overlap);
	mapped_free(&map);
}
END_TEST

static void check_failure(const char *text)
{
	ck_assert_int_eq(sqz_place(&map.net, map.form, &map.config, &map.chip,
				   &map.placement, &err),
			 -1);
	ck_assert_msg(strstr(err.text, text), "%s", err.text);
	mapped_free(&map);
}

START_TEST(what_cannot_be_placed)
{
	make_dense(300, 100, TWO_TILES "place.rounds=off tile.arrays=16");
	check_failure("layer layer: no tile has 16 arrays");
	make_dense(300, 100, TWO_TILES "place.rounds=single tile.arrays=15");
	check_failure("layer layer: 128 rows of its weights take 16 arrays and "
		      "128 bytes of eDRAM; a tile has 15 and 65536");
	make_dense(300, 100, ONE_TILE "place.rounds=double tile.arrays=16");
	check_failure("place.rounds = double needs two tiles");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rounds");
	TCase *tests = tcase_create("rounds");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, all_kinds_of_layers, 0, SEEDS * CHIP_COUNT);
	tcase_add_test(tests, columns_before_rows);
	tcase_add_test(tests, odd_rounds_do_not_overlap);
	tcase_add_test(tests, what_cannot_be_placed);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
