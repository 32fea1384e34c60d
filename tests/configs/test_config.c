/* The configuration reader: values, overrides, and one clear line each for what
 * is wrong. */
#include "suite.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "host/file.h"
#include "reader/adc.h"
#include "reader/config.h"

#define DEFAULT_CFG "configs/default.cfg"

static struct sqz_config config;
static struct sqz_error err;

static int load_with(const char *override)
{
	return sqz_config_load(&config, DEFAULT_CFG, &override, 1, &err);
}

/* Loads the default file with `from` replaced by `to` once. */
static int load_edited(const char *from, const char *to)
{
	struct sqz_bytes text;
	char path[] = "/tmp/sqz_test_config_XXXXXX";
	char edited[16384];

	ck_assert_int_eq(
	    sqz_read_file(DEFAULT_CFG, sizeof(edited) / 2, &text, &err), 0);
	char *whole = strndup((char *)text.data, text.size);
	char *at = strstr(whole, from);
	ck_assert_ptr_nonnull(at);
	*at = '\0';
	snprintf(edited, sizeof(edited), "%s%s%s", whole, to,
		 at + strlen(from));
	close(mkstemp(path));
	ck_assert_int_eq(sqz_write_file(path, edited, strlen(edited), &err), 0);
	int result = sqz_config_load(&config, path, NULL, 0, &err);
	unlink(path);
	free(whole);
	sqz_bytes_free(&text);
	return result;
}

START_TEST(default_values)
{
	ck_assert_int_eq(sqz_config_load(&config, DEFAULT_CFG, NULL, 0, &err),
			 0);
	ck_assert_uint_eq(config.noc.width, 8);
	ck_assert_uint_eq(config.tile.array_cycle_ps, 100000);
	ck_assert_uint_eq(config.tile.adc_conversion_ps, 781);
	ck_assert_uint_eq(sqz_adc_tile_fj(&config), 1670);
	ck_assert_uint_eq(config.dram.t_refi_ps, 7800000);
}
END_TEST

START_TEST(overrides)
{
	ck_assert_int_eq(load_with("noc.vcs=10"), 0);
	ck_assert_uint_eq(config.noc.vcs, 10);
	ck_assert_int_eq(load_with("cpu.quantum_ns=0.5"), 0);
	ck_assert_uint_eq(config.cpu.quantum_ps, 500);
}
END_TEST

/* Override, and words that the message must hold. */
static const struct {
	const char *text;
	const char *words;
} BAD_OVERRIDES[] = {
	{ "noc.vcs=4", "noc.vcs must be at least 5" },
	{ "noc.vcs=4x", "wants a whole number" },
	{ "noc.vcs=5.5", "wants a whole number" },
	{ "noc.vcs", "wants section.key=value" },
	{ "noc.lanes=3", "unknown key noc.lanes" },
	{ "noc.width=0", "outside 2 to 64" },
	{ "noc.cycle_ns=-1", "outside 0 to" },
	{ "noc.cycle_ns=nan", "wants a number" },
	{ "noc.cycle_ns=0", "at least 0.001" },
	{ "noc.topology=ring", "must be one of mesh torus cmesh" },
	{ "noc.topology=torus", "at least 10, on a torus" },
	{ "noc.routing_table=a\"b", "without quotes" },
	{ "noc.vc_depth=256", "outside 1 to 255" },
	{ "chip.buffers=100", "no room for a tile" },
	{ "dram.interleave_bytes=100", "power of two" },
	{ "tile.fetch_bytes=1024", "must not exceed" },
	{ "tile.adc_law=cubic", "must be one of accelergy exponential" },
	{ "tile.adc_law=line", "must be one of" },
	{ "tile.adc_law=", "must be one of" },
	{ "tile.adc_bits=3", "adc_laws.accelergy_pj says nothing of 3 bits" },
	{ "tile.adc_bits=11", "adc_laws.accelergy_pj says nothing of 11" },
	{ "adc_laws.linear_pj=1", "wants a list of 16 numbers" },
	{ "adc_laws.linear_pj=1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1",
	  "wants a list" },
	{ "adc_laws.linear_pj=1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,-1", "outside" },
	{ "=", "wants section.key=value" },
	{ "", "wants section.key=value" },
};

START_TEST(bad_override)
{
	ck_assert_int_eq(load_with(BAD_OVERRIDES[_i].text), -1);
	ck_assert_msg(strstr(err.text, BAD_OVERRIDES[_i].words), "%s",
		      err.text);
	ck_assert_ptr_null(strchr(err.text, '\n'));
}
END_TEST

/* An edit of the default file, and words that the message must hold. */
static const struct {
	const char *from;
	const char *to;
	const char *words;
} BAD_FILES[] = {
	{ "vcs = 5;", "", "key noc.vcs is missing" },
	{ "vcs = 5;", "vcs = \"5\";", "noc.vcs wants a whole number" },
	{ "vcs = 5;", "vcs = 5.0;", "noc.vcs wants a whole number" },
	{ "vcs = 5;", "vcs = 99;", "noc.vcs = 99 is outside" },
	{ "vcs = 5;", "vcs = 5; vsc = 5;", "unknown key noc.vsc" },
	{ "mailbox = {", "mialbox = {", "unknown section mialbox" },
	{ "mailbox = {", "mailbox = ", "syntax error" },
	{ "cycle_ns = 1.0;", "cycle_ns = true;", "wants a number" },
	{ "\"accelergy\"", "4", "tile.adc_law wants a name" },
	{ "\"accelergy\"", "\"isaak\"", "isaak: must be one of" },
	{ "[0.195, ", "[", "adc_laws.linear_pj wants a list of 16" },
	{ "[0.195,", "[0.195, 0.0,", "wants a list of 16" },
	{ "linear_pj = [", "linear_pj = 5.0; x = [", "unknown key adc_laws.x" },
};

START_TEST(bad_file)
{
	ck_assert_int_eq(load_edited(BAD_FILES[_i].from, BAD_FILES[_i].to), -1);
	ck_assert_msg(strstr(err.text, BAD_FILES[_i].words), "%s", err.text);
	ck_assert_msg(strstr(err.text, "/tmp/sqz_test_config_"), "%s",
		      err.text);
}
END_TEST

/* The network alone has no message classes and no nodes to place. */
START_TEST(network_alone)
{
	static const char *const set[] = { "noc.vcs=1", "noc.width=2",
					   "noc.height=2",
					   "noc.routing=west-first",
					   "noc.routing_table=some file" };
	static const char *const bad[] = { "noc.vcs=0" };

	ck_assert_int_eq(
	    sqz_config_load_network(&config, DEFAULT_CFG, set, 5, &err), 0);
	ck_assert_uint_eq(config.noc.vcs, 1);
	ck_assert_uint_eq(config.noc.routing, 2);
	ck_assert_str_eq(config.noc.routing_table, "some file");
	ck_assert_int_eq(
	    sqz_config_load_network(&config, DEFAULT_CFG, bad, 1, &err), -1);
	ck_assert_str_eq(err.text, "--set: noc.vcs = 0 is outside 1 to 12");
}
END_TEST

START_TEST(missing_file)
{
	ck_assert_int_eq(
	    sqz_config_load(&config, "/nonexistent.cfg", NULL, 0, &err), -1);
	ck_assert_str_eq(err.text, "/nonexistent.cfg: cannot open: No such "
				   "file or directory");
}
END_TEST

/* The laws as they were published, in fJ; papers.md of the project's design. */
START_TEST(adc_laws)
{
	static const uint64_t ACCELERGY[] = { 790,  990,  1200, 1420,
					      1670, 1970, 2380 };
	uint64_t fj;

	ck_assert_int_eq(load_with("noc.vcs=10"), 0);
	for (uint32_t b = 1; b <= 17; b++) {
		bool given = b >= 4 && b <= 10;
		ck_assert_int_eq(
		    sqz_adc_energy_fj(&config, SQZ_ADC_ACCELERGY, b, &fj, &err),
		    given ? 0 : -1);
		ck_assert_uint_eq(fj, given ? ACCELERGY[b - 4] : 0);
		ck_assert_int_eq(
		    sqz_adc_energy_fj(&config, SQZ_ADC_ISAAC, b, &fj, &err),
		    b == 8 ? 0 : -1);
		ck_assert_uint_eq(fj, b == 8 ? 1560 : 0);
	}
	for (uint32_t b = 1; b <= 16; b++) {
		double exponential =
		    2e6 / 1.28e3 * (double)(1u << b) / (b + 1) / (256 / 9.0);
		sqz_adc_energy_fj(&config, SQZ_ADC_EXPONENTIAL, b, &fj, &err);
		ck_assert_double_eq_tol((double)fj, exponential, 1);
		sqz_adc_energy_fj(&config, SQZ_ADC_LINEAR, b, &fj, &err);
		ck_assert_double_eq_tol((double)fj, 0.25e6 * b / 1.28e3, 1);
	}
	ck_assert_int_eq(
	    sqz_adc_energy_fj(&config, SQZ_ADC_LINEAR, 0, &fj, &err), -1);
}
END_TEST

START_TEST(adc_law_of_the_tile)
{
	ck_assert_int_eq(load_with("tile.adc_law=isaac"), 0);
	ck_assert_uint_eq(sqz_adc_tile_fj(&config), 1560);
	ck_assert_int_eq(
	    load_with("adc_laws.accelergy_pj=0,0,0,0,0,0,0,3,0,0,0,0,0,0,0,0"),
	    0);
	ck_assert_uint_eq(sqz_adc_tile_fj(&config), 3000);
}
END_TEST

/* What --dump-config prints loads again and means the same. */
START_TEST(dump_loads_again)
{
	struct sqz_config again;
	char path[] = "/tmp/sqz_test_config_XXXXXX";

	ck_assert_int_eq(load_with("tile.adc_law=linear"), 0);
	FILE *file = fdopen(mkstemp(path), "w");
	sqz_config_dump(&config, file);
	fclose(file);
	ck_assert_int_eq(sqz_config_load(&again, path, NULL, 0, &err), 0);
	unlink(path);
	ck_assert_int_eq(
	    memcmp(&config, &again, offsetof(struct sqz_config, file)), 0);
}
END_TEST

struct writing {
	FILE *file;
	const char *section;
};

/* As a file has it: sections in braces. */
static void write_setting(void *context, const char *section, const char *key,
			  const char *value)
{
	struct writing *to = context;

	if (strcmp(to->section, section))
		fprintf(to->file, "%s%s = {\n", *to->section ? "};\n" : "",
			section);
	to->section = section;
	fprintf(to->file, "%s = %s;\n", key, value);
}

START_TEST(settings_one_by_one)
{
	static const char *const WIDER[] = { "noc.width=9" };
	struct sqz_config again;
	char *text = NULL;
	size_t size = 0;

	ck_assert_int_eq(load_with("tile.adc_law=linear"), 0);
	struct writing to = { open_memstream(&text, &size), "" };
	sqz_config_each(&config, write_setting, &to);
	fprintf(to.file, "};\n");
	fclose(to.file);
	ck_assert_int_eq(sqz_config_parse(&again, "here", text, NULL, 0, &err),
			 0);
	ck_assert_int_eq(
	    memcmp(&config, &again, offsetof(struct sqz_config, file)), 0);
	ck_assert_int_eq(sqz_config_parse(&again, "here", text, WIDER, 1, &err),
			 0);
	ck_assert_uint_eq(again.noc.width, 9);
	text[0] = '=';
	ck_assert_int_eq(sqz_config_parse(&again, "here", text, NULL, 0, &err),
			 -1);
	ck_assert_msg(strncmp(err.text, "here:1: ", 8) == 0, "%s", err.text);
	free(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("config");
	TCase *tests = tcase_create("config");

	tcase_add_test(tests, default_values);
	tcase_add_test(tests, overrides);
	tcase_add_loop_test(tests, bad_override, 0,
			    sizeof(BAD_OVERRIDES) / sizeof(BAD_OVERRIDES[0]));
	tcase_add_loop_test(tests, bad_file, 0,
			    sizeof(BAD_FILES) / sizeof(BAD_FILES[0]));
	tcase_add_test(tests, network_alone);
	tcase_add_test(tests, missing_file);
	tcase_add_test(tests, adc_laws);
	tcase_add_test(tests, adc_law_of_the_tile);
	tcase_add_test(tests, dump_loads_again);
	tcase_add_test(tests, settings_one_by_one);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
