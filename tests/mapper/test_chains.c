/* Producers and consumers against a map of who writes what. */
#include <stdlib.h>
#include <string.h>

#include "fast_assert.h"
#include "mapped.h"
#include "step_blob.h"
#include "suite.h"

static struct sqz_error err;
static struct mapped map;

/* ---- a map of writers ---- */

#define NOBODY UINT32_MAX

/* Worker that writes each row and channel of each tensor in a round. */
static uint32_t **make_owners(uint32_t round)
{
	const struct sqz_placement *p = &map.placement;
	uint32_t count = map.net.net.tensor_count + p->scratch_count;
	uint32_t **owners = calloc(count, sizeof(*owners));

	for (uint32_t t = 0; t < count; t++) {
		struct sqz_qtensor tensor =
		    sqz_placement_tensor(&map.net.net, p, t);
		size_t cells = (size_t)tensor.height * tensor.channels;
		owners[t] = malloc(cells * sizeof(uint32_t));
		memset(owners[t], 0xff, cells * sizeof(uint32_t));
	}
	for (uint32_t w = 0; w < p->worker_count; w++) {
		const struct sqz_worker *worker = &p->workers[w];
		const struct sqz_run_entry *run = &p->runs[worker->run];
		uint32_t t = sqz_run_output(&map.net.net, run);
		struct sqz_qtensor tensor =
		    sqz_placement_tensor(&map.net.net, p, t);
		if (worker->reducer != w || run->round != round)
			continue;
		for (uint32_t y = worker->y0; y < worker->y1; y++)
			for (uint32_t c = worker->n0; c < worker->n1; c++)
				owners[t][(size_t)y * tensor.channels + c] = w;
	}
	return owners;
}

static void free_owners(uint32_t **owners)
{
	for (uint32_t t = 0;
	     t < map.net.net.tensor_count + map.placement.scratch_count; t++)
		free(owners[t]);
	free(owners);
}

/* ---- what a worker should name ---- */

/* wanted[operand][worker] */
struct wanted {
	uint8_t *by[SQZ_OPERANDS];
};

/* A part along K that reads sums and writes its own in their place waits for
 * none of its own. */
static void want(struct wanted *wanted, enum sqz_operand operand,
		 uint32_t **owners, uint32_t tensor, uint32_t row,
		 const struct sqz_worker *worker)
{
	bool input = operand == SQZ_OPERAND_INPUT;
	uint32_t c1 = input ? worker->fetch_c1 : worker->n1;

	struct sqz_qtensor t =
	    sqz_placement_tensor(&map.net.net, &map.placement, tensor);

	for (uint32_t c = input ? worker->fetch_c0 : worker->n0; c < c1; c++) {
		uint32_t owner = owners[tensor][(size_t)row * t.channels + c];
		if (owner != NOBODY &&
		    map.placement.workers[owner].run != worker->run)
			wanted->by[operand][owner] = 1;
	}
}

static void want_input(struct wanted *wanted, uint32_t **owners, uint32_t w)
{
	const struct sqz_worker *worker = &map.placement.workers[w];
	const struct sqz_qlayer *l = &map.net.net.layers[worker->layer];
	int64_t height = map.net.net.tensors[l->input].height;

	for (uint32_t y = worker->y0; y < worker->y1; y++)
		for (uint32_t k = 0; k < l->kernel_h; k++) {
			int64_t row = (int64_t)y * l->stride_y - l->pad_top +
				      (int64_t)k * l->dilation_y;
			if (row >= 0 && row < height)
				want(wanted, SQZ_OPERAND_INPUT, owners,
				     l->input, (uint32_t)row, worker);
		}
}

static void want_own(struct wanted *wanted, uint32_t **owners, uint32_t w)
{
	const struct sqz_worker *worker = &map.placement.workers[w];
	const struct sqz_run_entry *run = &map.placement.runs[worker->run];
	const struct sqz_qlayer *l = &map.net.net.layers[worker->layer];

	for (uint32_t y = worker->y0; y < worker->y1; y++) {
		if (l->residual != SQZ_NO_TENSOR &&
		    run->partial_out == SQZ_NO_TENSOR)
			want(wanted, SQZ_OPERAND_RESIDUAL, owners, l->residual,
			     y, worker);
		if (run->partial_in != SQZ_NO_TENSOR)
			want(wanted, SQZ_OPERAND_PARTIAL, owners,
			     run->partial_in, y, worker);
	}
}

/* ---- what the blobs say ---- */

static uint64_t links;

static uint8_t *blob_of(uint32_t worker, struct sqz_builder *out)
{
	size_t offset, bytes;

	*out = (struct sqz_builder){ 0 };
	ck_assert_int_eq(sqz_step_blob_add(&map.net, &map.placement, worker,
					   map.form, out, &offset, &bytes,
					   &err),
			 0);
	return out->data + offset;
}

/* The lists of the blob, in the placement's order, are those of the map: the
 * producers' rows, and in each of them an entry of this worker. */
static void check_producers(uint32_t w, const struct wanted *wanted)
{
	const struct sqz_placement *p = &map.placement;
	struct sqz_builder out;
	const uint8_t *blob = blob_of(w, &out);
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_producer *list =
	    (const void *)(blob + h->producers_offset);
	uint32_t count = 0;

	for (uint32_t o = 0; o < SQZ_OPERANDS; o++)
		for (uint32_t v = 0; v < p->worker_count; v++) {
			if (!wanted->by[o][v])
				continue;
			FAST_ASSERT(count, <, h->producer_count);
			FAST_ASSERT(list[count].operand, ==, o);
			FAST_ASSERT(list[count].y0, ==, p->workers[v].y0);
			FAST_ASSERT(list[count].y1, ==, p->workers[v].y1);
			FAST_ASSERT(list[count].reserved, ==, 0);
			count++;
		}
	FAST_ASSERT(h->producer_count, ==, count);
	links += count;
	sqz_builder_free(&out);
}

/* consumers[v] counts what v's blob has left to name. */
static void check_consumers(uint32_t v, struct wanted *const *wanted)
{
	const struct sqz_placement *p = &map.placement;
	struct sqz_builder out;
	const uint8_t *blob = blob_of(v, &out);
	const struct sqz_step_header *h = (const void *)blob;
	const struct sqz_consumer *list =
	    (const void *)(blob + h->consumers_offset);
	uint32_t count = 0;

	for (uint32_t w = 0; w < p->worker_count; w++)
		for (uint32_t o = 0; o < SQZ_OPERANDS; o++) {
			if (!wanted[w]->by[o][v])
				continue;
			FAST_ASSERT(count, <, h->consumer_count);
			FAST_ASSERT(list[count].node, ==, p->workers[w].node);
			FAST_ASSERT(list[count].slot, ==, p->workers[w].slot);
			FAST_ASSERT(list[count].operand, ==, o);
			FAST_ASSERT(list[count].reserved, ==, 0);
			count++;
		}
	FAST_ASSERT(h->consumer_count, ==, count);
	sqz_builder_free(&out);
}

static void check_chains(void)
{
	const struct sqz_placement *p = &map.placement;
	struct wanted **wanted = calloc(p->worker_count, sizeof(*wanted));

	links = 0;
	for (uint32_t w = 0; w < p->worker_count; w++) {
		wanted[w] = calloc(1, sizeof(**wanted));
		for (int o = 0; o < SQZ_OPERANDS; o++)
			wanted[w]->by[o] = calloc(p->worker_count, 1);
	}
	for (uint32_t round = 0; round < p->rounds; round++) {
		uint32_t **owners = make_owners(round);
		for (uint32_t w = 0; w < p->worker_count; w++) {
			if (p->runs[p->workers[w].run].round != round)
				continue;
			want_input(wanted[w], owners, w);
			if (p->workers[w].reducer == w)
				want_own(wanted[w], owners, w);
		}
		free_owners(owners);
	}
	for (uint32_t w = 0; w < p->worker_count; w++)
		check_producers(w, wanted[w]);
	for (uint32_t w = 0; w < p->worker_count; w++)
		check_consumers(w, wanted);
	for (uint32_t w = 0; w < p->worker_count; w++) {
		for (int o = 0; o < SQZ_OPERANDS; o++)
			free(wanted[w]->by[o]);
		free(wanted[w]);
	}
	free(wanted);
}

/* ---- networks ---- */

static const char *const CHIPS[] = {
	"",
	" place.copies=4",
	" place.copies=50 noc.width=10 noc.height=10 place.contexts=2",
	" tile.array_rows=48 tile.array_columns=16 tile.arrays=96 "
	"place.copies=2",
	" place.rounds=single noc.width=4 noc.height=2 chip.buffers=1 "
	"tile.arrays=40",
	" place.rounds=double noc.width=4 noc.height=3 chip.buffers=1 "
	"tile.arrays=30",
};
#define CHIP_COUNT (int)(sizeof(CHIPS) / sizeof(CHIPS[0]))
#define SEEDS	   6

static void make(void (*fill)(struct sqz_qnet *net, uint64_t seed), int index)
{
	char overrides[200] = "place.chains=on";

	strcat(overrides, CHIPS[index % CHIP_COUNT]);
	map = (struct mapped){ .form = SQZ_SIGN_DIFFERENTIAL };
	fill(&map.net.net, 1 + (uint64_t)index / CHIP_COUNT);
	mapped_chip(&map, overrides);
	mapped_slice(&map, 8, 1);
	mapped_place(&map);
}

START_TEST(all_kinds_of_layers)
{
	make(random_net_all_kinds, _i);
	check_chains();
	ck_assert_uint_gt(links, map.net.net.layer_count / 2);
	mapped_free(&map);
}
END_TEST

START_TEST(concat_and_padding)
{
	make(random_net_copies, _i);
	check_chains();
	ck_assert_uint_gt(links, map.net.net.layer_count / 2);
	mapped_free(&map);
}
END_TEST

START_TEST(none_without_chains)
{
	mapped_all_kinds(&map, 1, "place.copies=2");
	for (uint32_t w = 0; w < map.placement.worker_count; w++) {
		struct sqz_builder out;
		const struct sqz_step_header *h =
		    (const void *)blob_of(w, &out);
		FAST_ASSERT(h->producer_count + h->consumer_count, ==, 0);
		FAST_ASSERT(h->producers_offset + h->consumers_offset, ==, 0);
		sqz_builder_free(&out);
	}
	mapped_free(&map);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("chains");
	TCase *tests = tcase_create("chains");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, all_kinds_of_layers, 0, CHIP_COUNT * SEEDS);
	tcase_add_loop_test(tests, concat_and_padding, 0, CHIP_COUNT * SEEDS);
	tcase_add_test(tests, none_without_chains);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
