/* `sqz map` as a user runs it, on four pictures of noise. */
#include "map_command.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/file.h"
#include "noise_pictures.h"
#include "onnx_builder.h"
#include "reference/image_file.h"
#include "suite.h"

#define NETWORK "configs/networks/lenet5.onnx"
#define CONFIG	"configs/default.cfg"

static struct sqz_error err;
#define RUN(...) run_map((char *[]){ "map", __VA_ARGS__, NULL })
#define INPUTS                                                                 \
	"--config", CONFIG, "--dataset", command_folder, "-o", path_of("img")

/* ---- inputs ---- */

/* The default configuration without one of its lines. */
static void write_config_without(const char *key)
{
	struct sqz_bytes bytes;

	ck_assert_int_eq(sqz_read_file(CONFIG, 1 << 16, &bytes, &err), 0);
	char *line = memmem(bytes.data, bytes.size, key, strlen(key));
	ck_assert_ptr_nonnull(line);
	*strchr(line, '=') = '#';
	for (char *at = line; *at != '#'; at++)
		*at = ' ';
	write_file("short.cfg", bytes.data, bytes.size);
	sqz_bytes_free(&bytes);
}

static void write_cut_network(void)
{
	struct sqz_bytes bytes;

	ck_assert_int_eq(sqz_read_file(NETWORK, 1 << 20, &bytes, &err), 0);
	write_file("cut.onnx", bytes.data, bytes.size / 2);
	sqz_bytes_free(&bytes);
}

static void write_odd_network(void)
{
	Onnx__ModelProto *model = onnx_build(13);

	onnx_build_input(model, "x", "1 1 28 28");
	onnx_build_output(model, "y");
	onnx_build_node(model, "LSTM", "x", "y");
	size_t size = onnx__model_proto__get_packed_size(model);
	uint8_t *packed = malloc(size);
	onnx__model_proto__pack(model, packed);
	write_file("odd.onnx", packed, size);
	free(packed);
	onnx__model_proto__free_unpacked(model, NULL);
}

static void setup(void)
{
	map_folder_make();
	noise_pictures(path_of("large"), 40);
	write_config_without("vc_depth");
	write_cut_network();
	write_odd_network();
	write_file("here.cfg", "noc = {", 7);
	mkdir(path_of("taken"), 0700);
	write_file("taken/file", "", 0);
}

static void remove_outputs(void)
{
	unlink(path_of("img"));
	unlink(path_of("img.part"));
}

/* ---- good runs ---- */

static void open_image(struct sqz_image_file *image)
{
	if (sqz_image_file_open(path_of("img"), image, &err))
		ck_abort_msg("%s", err.text);
}

static uint32_t crossbars(const struct sqz_image_file *image)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < image->network->layers; i++)
		sum += image->layers[i].crossbars;
	return sum;
}

START_TEST(image_is_written)
{
	struct sqz_image_file image;
	char last[80];

	ck_assert_int_eq(RUN(NETWORK, INPUTS), 0);
	ck_assert(!exists("img.part"));
	ck_assert_str_eq(text_of("err", 0), "");
	open_image(&image);
	ck_assert_str_eq(image.network->name, "lenet5");
	ck_assert_uint_eq(image.network->layers, 7);
	ck_assert_uint_eq(image.network->classes, 10);
	ck_assert_uint_eq(image.input->raw_height, 28);
	ck_assert_uint_eq(image.input->raw_width, 28);
	ck_assert_uint_eq(image.input->raw_channels, 1);
	/* sme2 in pairs: 6 planes, 12 arrays a block, 9 blocks. */
	ck_assert_uint_eq(crossbars(&image), 9 * 12);
	snprintf(last, sizeof(last), "108 crossbars (144 unsqueezed) on");
	ck_assert_ptr_nonnull(strstr(text_of("out", 0), last));
	ck_assert_ptr_nonnull(strstr(text_of("out", 0), "/0/Conv"));
	sqz_image_file_close(&image);
}
END_TEST

START_TEST(options_count)
{
	struct sqz_image_file image;

	ck_assert_int_eq(RUN(NETWORK, INPUTS, "--sign", "twos", "--scheme",
			     "sme3", "--quiet", "--set", "noc.width=5"),
			 0);
	ck_assert_str_eq(text_of("out", 0), "");
	ck_assert_str_eq(text_of("err", 0), "");
	open_image(&image);
	ck_assert_uint_eq(image.network->mesh_width, 5);
	/* 5 planes and the sign's. */
	ck_assert_uint_eq(crossbars(&image), 9 * 6);
	sqz_image_file_close(&image);
}
END_TEST

/* 6 planes of sme2 in 3 digits, both signs. */
START_TEST(cells)
{
	struct sqz_image_file image;

	ck_assert_int_eq(RUN(NETWORK, INPUTS, "--cells", "2"), 0);
	ck_assert_str_eq(text_of("err", 0),
			 "warning: sums of the cells take up to 9 bits, "
			 "tile.adc_bits is 8: results may not be exact\n");
	open_image(&image);
	ck_assert_uint_eq(crossbars(&image), 9 * 6);
	sqz_image_file_close(&image);
}
END_TEST

START_TEST(same_run_same_bytes)
{
	struct sqz_bytes first, second;

	ck_assert_int_eq(RUN(NETWORK, INPUTS), 0);
	ck_assert_int_eq(sqz_read_file(path_of("img"), 1 << 24, &first, &err),
			 0);
	remove_outputs();
	setenv("SQZ_CPU", "baseline", 1);
	ck_assert_int_eq(RUN(NETWORK, INPUTS, "--quiet"), 0);
	ck_assert_int_eq(sqz_read_file(path_of("img"), 1 << 24, &second, &err),
			 0);
	ck_assert_uint_eq(first.size, second.size);
	ck_assert_mem_eq(first.data, second.data, first.size);
	sqz_bytes_free(&first);
	sqz_bytes_free(&second);
}
END_TEST

/* ---- failures ---- */

static void check_failure(int status, const char *reason)
{
	check_one_line(status, reason);
	ck_assert_str_eq(text_of("out", 0), "");
	ck_assert(!exists("img"));
	ck_assert(!exists("img.part"));
}

START_TEST(unknown_scheme)
{
	check_failure(RUN(NETWORK, INPUTS, "--scheme", "sme9"), "scheme sme9");
}
END_TEST

START_TEST(configurations)
{
	check_failure(RUN(NETWORK, INPUTS, "--config", path_of("short.cfg")),
		      "vc_depth");
	check_failure(RUN(NETWORK, INPUTS, "--config", path_of("here.cfg")),
		      "here.cfg:1");
	check_failure(RUN(NETWORK, INPUTS, "--config", path_of("none.cfg")),
		      "none.cfg");
	check_failure(RUN(NETWORK, INPUTS, "--set", "noc.vcs=1"), "noc.vcs");
	check_failure(RUN(NETWORK, INPUTS, "--set", "tile.wings=2"), "wings");
}
END_TEST

START_TEST(networks)
{
	check_failure(RUN(path_of("cut.onnx"), INPUTS), "cut.onnx");
	check_failure(RUN(path_of("odd.onnx"), INPUTS), "LSTM");
	check_failure(RUN(path_of("none.onnx"), INPUTS), "none.onnx");
	check_failure(RUN(CONFIG, INPUTS), CONFIG);
}
END_TEST

START_TEST(data)
{
	check_failure(RUN(NETWORK, INPUTS, "--dataset", path_of("none")),
		      "none/train-images");
	check_failure(RUN(NETWORK, INPUTS, "--dataset", path_of("large")),
		      "40 x 40");
}
END_TEST

START_TEST(chips)
{
	check_failure(RUN(NETWORK, INPUTS, "--set", "tile.arrays=11"),
		      "a tile has 11 and");
	check_failure(RUN(NETWORK, INPUTS, "--set", "place.rounds=off", "--set",
			  "noc.width=3", "--set", "noc.height=3", "--set",
			  "chip.buffers=1"),
		      "the network wants 108 arrays, the chip has 96");
	check_failure(RUN(NETWORK, INPUTS, "--set", "place.rounds=off", "--set",
			  "tile.slots=1", "--set", "noc.width=3", "--set",
			  "noc.height=3", "--set", "chip.buffers=1", "--set",
			  "tile.arrays=100"),
		      "and a slot left");
}
END_TEST

START_TEST(outputs)
{
	check_failure(RUN(NETWORK, INPUTS, "-o", path_of("none/img")),
		      "none/img");
	/* A folder that is not empty cannot be replaced. */
	check_failure(RUN(NETWORK, INPUTS, "-o", path_of("taken")), "taken");
	ck_assert(!exists("taken.part"));
	ck_assert(exists("taken/file"));
}
END_TEST

START_TEST(full_disk)
{
	const struct rlimit limit = { 20000, 20000 };

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	check_failure(RUN(NETWORK, INPUTS), "cannot write");
}
END_TEST

START_TEST(old_image_survives_a_failure)
{
	write_file("img", "old", 3);
	ck_assert_int_eq(RUN(NETWORK, INPUTS, "--set", "tile.arrays=11"), 1);
	ck_assert_str_eq(text_of("img", 0), "old");
	ck_assert(!exists("img.part"));
}
END_TEST

/* argp ends the program itself. */
static void check_usage(char *const *arguments, const char *reason)
{
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(run_map(arguments) ? 2 : 3);
	int status;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	char *text = text_of("err", 0);
	if (strncmp(text, "sqz map: ", 9) || !strstr(text, reason))
		ck_abort_msg("%s, not %s", text, reason);
	ck_assert(!exists("img"));
}

#define USAGE(reason, ...)                                                     \
	check_usage((char *[]){ "map", __VA_ARGS__, NULL }, reason)

START_TEST(usage)
{
	USAGE("are needed", NETWORK);
	USAGE("are needed", INPUTS);
	USAGE("one network", NETWORK, NETWORK, INPUTS);
	USAGE("pair or twos", NETWORK, INPUTS, "--sign", "three");
	USAGE("--calibrate 0", NETWORK, INPUTS, "--calibrate", "0");
	USAGE("--std -1", NETWORK, INPUTS, "--std", "-1");
	USAGE("--per layer", NETWORK, INPUTS, "--per", "layer");
	USAGE("unrecognized option", NETWORK, INPUTS, "--wings");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cmd_map");
	TCase *tests = tcase_create("cmd_map");

	tcase_set_timeout(tests, 60);
	tcase_add_unchecked_fixture(tests, setup, command_folder_remove);
	tcase_add_checked_fixture(tests, NULL, remove_outputs);
	tcase_add_test(tests, image_is_written);
	tcase_add_test(tests, options_count);
	tcase_add_test(tests, cells);
	tcase_add_test(tests, same_run_same_bytes);
	tcase_add_test(tests, unknown_scheme);
	tcase_add_test(tests, configurations);
	tcase_add_test(tests, networks);
	tcase_add_test(tests, data);
	tcase_add_test(tests, chips);
	tcase_add_test(tests, outputs);
	tcase_add_test(tests, full_disk);
	tcase_add_test(tests, old_image_survives_a_failure);
	tcase_add_test(tests, usage);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
