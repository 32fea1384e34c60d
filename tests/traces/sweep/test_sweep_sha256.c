/* SHA-256 against the examples that NIST publishes with FIPS 180-4. */
#include "traces/sweep/sha256.h"

#include <string.h>

#include "suite.h"

static const struct {
	const char *text;
	size_t repeat;
	const char *hex;
} EXAMPLES[] = {
	{ "", 1,
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", 1,
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "a", 1000000,
	  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

START_TEST(examples)
{
	char hex[SQZ_SHA256_HEX];
	struct sqz_sha256 hash;

	sqz_sha256_init(&hash);
	for (size_t i = 0; i < EXAMPLES[_i].repeat; i++)
		sqz_sha256_add(&hash, EXAMPLES[_i].text,
			       strlen(EXAMPLES[_i].text));
	sqz_sha256_end(&hash, hex);
	ck_assert_str_eq(hex, EXAMPLES[_i].hex);
}
END_TEST

/* Pieces of any length hash as the whole does. */
START_TEST(pieces)
{
	char whole[SQZ_SHA256_HEX], parts[SQZ_SHA256_HEX];
	struct sqz_sha256 hash;
	uint8_t data[200];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 37);
	for (size_t size = 50; size < sizeof(data); size++) {
		sqz_sha256_init(&hash);
		sqz_sha256_add(&hash, data, size);
		sqz_sha256_end(&hash, whole);
		sqz_sha256_init(&hash);
		sqz_sha256_add(&hash, data, size / 3);
		sqz_sha256_add(&hash, data + size / 3, size - size / 3);
		sqz_sha256_end(&hash, parts);
		ck_assert_str_eq(whole, parts);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sweep: SHA-256");
	TCase *tests = tcase_create("all");

	tcase_add_loop_test(tests, examples, 0,
			    sizeof(EXAMPLES) / sizeof(*EXAMPLES));
	tcase_add_test(tests, pieces);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
