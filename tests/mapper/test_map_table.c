/* What a layer asks of the network, by hand. */
#include "map_table.h"

#include <stdlib.h>
#include <string.h>

#include "mapped.h"
#include "rounds_table.h"
#include "suite.h"
#include "traffic.h"

static struct mapped map;

static void make(uint32_t size, uint32_t channels,
		 const struct layer_spec *spec, const char *overrides)
{
	uint64_t seed = 7;

	map = (struct mapped){ .form = SQZ_SIGN_DIFFERENTIAL };
	random_net_begin(&map.net.net, size, size, channels, &seed);
	random_net_add(&map.net.net, spec, &seed);
	mapped_chip(&map, overrides);
	mapped_slice(&map, 8, 0);
	mapped_place(&map);
}

static struct sqz_image_source source(void)
{
	return (struct sqz_image_source){ .net = &map.net,
					  .placement = &map.placement,
					  .form = map.form,
					  .config = &map.config,
					  .chip = &map.chip };
}

static struct sqz_port_load load(void)
{
	const struct sqz_image_source from = source();

	return sqz_layer_port_load(&from, 0);
}

START_TEST(rows_of_a_picture)
{
	const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 6,
					 .kernel_h = 5,
					 .kernel_w = 5,
					 .pad = 2 };

	/* 28 packets of 16 + 28 bytes, 3 flits of 16, for 784 positions. A
	 * pass takes 8 cycles of 100 ns, the network 1 ns. */
	make(28, 1, &spec, NULL);
	ck_assert_double_eq_tol(load().bytes_per_position, 28 * 48 / 784.0,
				1e-9);
	ck_assert_double_eq_tol(load().share, 28 * 48 / 784.0 / 16 / 800, 1e-9);
	ck_assert_uint_eq(load().node, map.placement.workers[0].node);
	mapped_free(&map);
	/* 6 conversions of 1 us are slower than the array. */
	make(28, 1, &spec, "tile.adc_conversion_ns=1000");
	ck_assert_double_eq_tol(load().share, 28 * 48 / 784.0 / 16 / 48000,
				1e-9);
	mapped_free(&map);
}
END_TEST

START_TEST(pixels_and_their_packets)
{
	const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 1 };

	/* 100 channels, 2 pixels a packet of 256 bytes: for each row of 5
	 * pixels two of 200 + 16 bytes and one of 100 + 16. */
	make(5, 100, &spec, NULL);
	ck_assert_double_eq_tol(load().bytes_per_position,
				(2 * 224 + 128) * 5 / 25.0, 1e-9);
	mapped_free(&map);
	/* 300 channels in three blocks: the reducer holds 128, 128 or 44 of
	 * them and gets two partial sums of 4 bytes in 2 flits each. */
	make(5, 300, &spec, "tile.arrays=16");
	ck_assert_uint_eq(map.placement.worker_count, 3);
	ck_assert_double_eq_tol(load().bytes_per_position,
				(2 * 272 + 144) * 5 / 25.0 + 64, 1e-9);
	mapped_free(&map);
}
END_TEST

/* Steps of one layer in one tile share its port. */
START_TEST(steps_of_one_tile)
{
	const struct layer_spec spec = { .kind = SQZ_STEP_MAXPOOL,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 3,
					 .kernel_h = 20,
					 .kernel_w = 20 };

	make(20, 3, &spec,
	     "noc.width=3 noc.height=2 chip.buffers=1 "
	     "chip.dram_controllers=1 tile.edram_kib=1");
	/* Two of the three: 20 rows of 16 + 20 bytes each. */
	ck_assert_double_eq_tol(load().bytes_per_position, 2 * 20 * 48, 1e-9);
	mapped_free(&map);
}
END_TEST

START_TEST(table_and_warning)
{
	const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 1 };
	char *table = NULL, *warnings = NULL;
	size_t table_size, warnings_size;
	FILE *out = open_memstream(&table, &table_size);
	FILE *warn = open_memstream(&warnings, &warnings_size);

	/* 115.2 bytes of 16 a cycle, 8 cycles of 1 ns a position. */
	make(5, 100, &spec,
	     "tile.array_cycle_ns=1.0 tile.adc_conversion_ns=1.0");
	const struct sqz_image_source from = source();
	sqz_map_table(&from, out, warn);
	fclose(out);
	fclose(warn);
	char expected[160];
	snprintf(expected, sizeof(expected),
		 "warning: layer layer: the ejection port of node %u takes "
		 "115.2 B per position, 90 %% of its bandwidth\n",
		 map.placement.workers[0].node);
	ck_assert_str_eq(warnings, expected);
	ck_assert_ptr_nonnull(
	    strstr(table, "16 crossbars (16 unsqueezed) on 1 tiles of 24"));
	free(table);
	free(warnings);
	mapped_free(&map);
}
END_TEST

/* 9 positions of a layer of 4 outputs: three rows of three pixels of 5 bytes
 * each come in 2 flits of 16 bytes, and every position leaves in 2. */
START_TEST(flits_and_routers)
{
	const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 4 };

	make(3, 5, &spec, NULL);
	const struct sqz_image_source from = source();
	const struct sqz_pace pace = { from.net, from.form, from.config };
	const struct sqz_tensor_place *tensors = map.placement.tensors;
	uint32_t node = map.placement.workers[0].node;
	double in = sqz_chip_hops(&map.chip, tensors[0].node, node);
	double out = sqz_chip_hops(&map.chip, node, tensors[1].node);

	ck_assert_double_eq_tol(sqz_flit_hops(&pace, &map.chip, &map.placement),
				3 * 2 * in + 9 * 2 * out, 1e-9);
	/* DRAM is at the mean distance of its controllers. */
	double mean = 0;
	for (uint32_t i = 0; i < map.chip.dram_count; i++)
		mean += sqz_chip_hops(&map.chip, map.chip.dram_nodes[i], node);
	mean /= map.chip.dram_count;
	map.placement.tensors[0].node = SQZ_TENSOR_IN_DRAM;
	ck_assert_double_eq_tol(sqz_flit_hops(&pace, &map.chip, &map.placement),
				3 * 2 * mean + 9 * 2 * out, 1e-9);
	mapped_free(&map);
}
END_TEST

/* 100 rows of cells of 2 bits: sums up to 300, 9 bits; the ADC has 8. */
START_TEST(adc_too_small)
{
	const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 1 };
	char *warnings = NULL;
	size_t size;
	FILE *out = fopen("/dev/null", "w");
	FILE *warn = open_memstream(&warnings, &size);
	uint64_t seed = 7;

	map = (struct mapped){ .cell_bits = 2 };
	random_net_begin(&map.net.net, 5, 5, 100, &seed);
	random_net_add(&map.net.net, &spec, &seed);
	mapped_chip(&map, NULL);
	mapped_slice(&map, 8, 0);
	mapped_place(&map);
	const struct sqz_image_source from = source();
	sqz_map_table(&from, out, warn);
	fclose(out);
	fclose(warn);
	ck_assert_str_eq(warnings,
			 "warning: sums of the cells take up to 9 bits, "
			 "tile.adc_bits is 8: results may not be exact\n");
	free(warnings);
	mapped_free(&map);
}
END_TEST

/* Three blocks of 128, 128 and 44 rows, of 100 columns, on two tiles. */
START_TEST(rounds_and_their_writes)
{
	const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 100 };
	struct sqz_image_file image;
	struct sqz_bytes bytes;
	struct sqz_error err;
	char *table = NULL;
	size_t size;
	FILE *out = open_memstream(&table, &size);

	make(2, 300, &spec,
	     "noc.width=3 noc.height=2 chip.buffers=1 "
	     "chip.dram_controllers=1 tile.arrays=16");
	mapped_image(&map, &bytes);
	ck_assert_int_eq(sqz_image_file_parse("img", bytes, &image, &err), 0);
	sqz_rounds_table(&image, out);
	fclose(out);
	ck_assert_str_eq(
	    table,
	    "round     entries    steps   arrays         rows          cells\n"
	    "0               1        2       32         4096         409600\n"
	    "1               1        1       16          704          70400\n"
	    "the network needs 2 rounds of programming: 48 arrays, 4800 rows "
	    "and 480000 cells are rewritten for each inference\n");
	free(table);
	/* Sums of 4 bytes take 272 and 160 bytes on the wire; the first part's
	 * reducer gets them beside two reads of 2 pixels of 128 channels, the
	 * second one's beside reads of 2 pixels of 44. */
	ck_assert_double_eq_tol(load().bytes_per_position, 432 + 2 * 272 / 4.0,
				1e-9);
	sqz_image_file_close(&image);
	mapped_free(&map);
}
END_TEST

/* As above, in three rounds of one tile each, with all that they leave out;
 * then in rounds that keep to what was asked for. */
START_TEST(settings_without_effect)
{
	const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 100 };
	static const struct {
		const char *set, *warnings;
	} cases[] = {
		{ "place.rounds=double place.copies=2 place.policy=traffic",
		  "warning: place.rounds = double: 3 rounds are an odd number, "
		  "so none is programmed while another runs\n"
		  "warning: place.copies: no layer of a network in rounds is "
		  "stored several times\n"
		  "warning: place.policy = traffic: rounds keep their tiles, "
		  "as by distance\n" },
		{ "place.rounds=single", "" },
		{ "place.rounds=double tile.array_rows=100 tile.slots=1", "" },
		{ "noc.width=4 place.rounds=double place.copies=2 "
		  "place.policy=traffic",
		  "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char set[200], *warnings = NULL;
		size_t size;
		FILE *out = fopen("/dev/null", "w");
		FILE *warn = open_memstream(&warnings, &size);

		snprintf(set, sizeof(set),
			 "noc.width=3 noc.height=2 chip.buffers=1 "
			 "chip.dram_controllers=1 tile.arrays=16 %s",
			 cases[i].set);
		make(2, i == 2 ? 400 : 300, &spec, set);
		const struct sqz_image_source from = source();
		sqz_map_table(&from, out, warn);
		fclose(out);
		fclose(warn);
		ck_assert_str_eq(warnings, cases[i].warnings);
		free(warnings);
		mapped_free(&map);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("map_table");
	TCase *tests = tcase_create("map_table");

	tcase_add_test(tests, rows_of_a_picture);
	tcase_add_test(tests, pixels_and_their_packets);
	tcase_add_test(tests, steps_of_one_tile);
	tcase_add_test(tests, table_and_warning);
	tcase_add_test(tests, flits_and_routers);
	tcase_add_test(tests, adc_too_small);
	tcase_add_test(tests, rounds_and_their_writes);
	tcase_add_test(tests, settings_without_effect);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
