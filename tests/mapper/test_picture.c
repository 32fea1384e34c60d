/* Drawings of blocks, cell by cell. */
#include "picture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/file.h"
#include "mapped.h"
#include "suite.h"

static struct mapped map;
static struct sqz_error err;

/* Columns of rows: (1, -4, 8), (0, 5, 0); 4 planes squeezed by 1. */
static void make(enum sqz_sign_form form, unsigned cell_bits)
{
	const int16_t weights[] = { 1, -4, 8, 0, 5, 0 };
	uint64_t seed = 3;
	const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 2 };

	map = (struct mapped){ .form = form, .cell_bits = cell_bits };
	random_net_begin(&map.net.net, 1, 1, 3, &seed);
	random_net_add(&map.net.net, &spec, &seed);
	memcpy(map.net.net.layers[0].weights, weights, sizeof(weights));
	free(map.net.net.layers[0].name);
	map.net.net.layers[0].name = strdup("a<b&c");
	mapped_chip(&map, NULL);
	mapped_slice(&map, 4, 1);
}

static char *draw(void)
{
	char path[] = "/tmp/sqz_picture_XXXXXX";
	static char text[1 << 16];
	struct sqz_bytes bytes;

	close(mkstemp(path));
	if (sqz_picture_write(&map.net, 0, 0, map.form, path, &err) ||
	    sqz_read_file(path, sizeof(text) - 1, &bytes, &err))
		ck_abort_msg("%s", err.text);
	memcpy(text, bytes.data, bytes.size);
	text[bytes.size] = 0;
	sqz_bytes_free(&bytes);
	unlink(path);
	return text;
}

/* How often `what` stands in the text. */
static unsigned count(const char *text, const char *what)
{
	unsigned found = 0;

	for (; (text = strstr(text, what)); text++)
		found++;
	return found;
}

/* Moves on to the group of this name and checks its paths. */
static const char *plane(const char *text, const char *name,
			 const char *const *paths, unsigned path_count)
{
	char label[40];

	snprintf(label, sizeof(label), ">%s</text>", name);
	text = strstr(text, label);
	ck_assert_msg(text != NULL, "no %s", name);
	const char *end = strstr(text, "</g></g>");
	for (unsigned i = 0; i < path_count; i++) {
		const char *at = strstr(text, paths[i]);
		ck_assert_msg(at && at < end, "%s lacks %s", name, paths[i]);
	}
	return end;
}

START_TEST(differential)
{
	static const char *const P3[] = { "#1f5fa8\" stroke-opacity=\"1.00\" "
					  "d=\"M0 2.5h1\"" };
	static const char *const P2[] = { "d=\"M1 1.5h1\"", "d=\"M0 1.5h1\"" };
	static const char *const P0[] = { "d=\"M0 0.5h1M1 1.5h1\"" };
	/* Row 2 is shifted: 8 stands as 4. */
	static const char *const Q2[] = { "d=\"M1 1.5h1M0 2.5h1\"",
					  "#c0392b\" stroke-opacity=\"1.00\" "
					  "d=\"M0 1.5h1\"" };

	make(SQZ_SIGN_DIFFERENTIAL, 1);
	const char *text = draw();
	ck_assert_int_eq(strncmp(text, "<svg ", 5), 0);
	ck_assert_ptr_nonnull(strstr(text, "Layer a&lt;b&amp;c, block 0"));
	ck_assert_ptr_nonnull(strstr(text, "rows 0 to 2, columns 0 to 1, "
					   "squeezed by 1 of 4 planes, cells "
					   "of 1 bits: 4 arrays, passes of "
					   "8 + 1 cycles"));
	const char *at = plane(text, "plane 3", P3, 1);
	at = plane(at, "plane 2", P2, 2);
	at = plane(at, "plane 1", NULL, 0);
	at = plane(at, "plane 0", P0, 1);
	at = plane(at, "released", NULL, 0);
	at = plane(at, "plane 2", Q2, 2);
	at = plane(at, "released", NULL, 0);
	plane(at, "plane 0", P0, 1);
	ck_assert_uint_eq(count(text, "</svg>"), 1);
	ck_assert_uint_eq(count(text, "<g "), count(text, "</g>"));
	mapped_free(&map);
}
END_TEST

/* 1, -4, 4; 0, 5, 0 in digits of 2 bits: 1, 0, 0; 0, 1, 0 and, with the sign
 * and plus 2, 2, 1, 3; 2, 3, 2. */
START_TEST(digits)
{
	static const char *const HIGH[] = {
		"stroke-opacity=\"0.33\" d=\"M0 1.5h1\"",
		"stroke-opacity=\"0.67\" d=\"M0 0.5h2M1 2.5h1\"",
		"stroke-opacity=\"1.00\" d=\"M1 1.5h1M0 2.5h1\"",
	};
	static const char *const LOW[] = {
		"stroke-opacity=\"0.33\" d=\"M0 0.5h1M1 1.5h1\"",
		"stroke-opacity=\"0.67\" d=\"\"",
	};

	make(SQZ_SIGN_TWOS_COMPLEMENT, 2);
	const char *text = draw();
	const char *at = plane(text, "released", NULL, 0);
	at = plane(at, "planes 3-2", HIGH, 3);
	plane(at, "planes 1-0", LOW, 2);
	mapped_free(&map);
}
END_TEST

START_TEST(no_such_block)
{
	make(SQZ_SIGN_DIFFERENTIAL, 1);
	ck_assert_int_eq(
	    sqz_picture_write(&map.net, 1, 0, map.form, "x.svg", &err), -1);
	ck_assert_str_eq(err.text, "picture: layer 1 of 1");
	ck_assert_int_eq(
	    sqz_picture_write(&map.net, 0, 1, map.form, "x.svg", &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "which has 1"));
	mapped_free(&map);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("picture");
	TCase *tests = tcase_create("picture");

	tcase_add_test(tests, differential);
	tcase_add_test(tests, digits);
	tcase_add_test(tests, no_such_block);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
