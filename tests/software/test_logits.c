/* Argmax, softmax against libm in double, CRC-32 against zlib. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "runtime/crc32.h"
#include "runtime/logits.h"
#include "suite.h"

START_TEST(argmax_takes_the_first_largest)
{
	static const int32_t values[] = { INT32_MIN, -5, 9, 9, INT32_MIN };

	ck_assert_uint_eq(sqz_argmax(values, 5), 2);
	ck_assert_uint_eq(sqz_argmax(values, 2), 1);
	ck_assert_uint_eq(sqz_argmax(values, 1), 0);
}
END_TEST

static double softmax(const int32_t *values, uint32_t count, double scale,
		      uint32_t index)
{
	double sum = 0;

	for (uint32_t i = 0; i < count; i++)
		sum += exp(((double)values[i] - values[index]) * scale);
	return 1 / sum;
}

START_TEST(softmax_agrees_with_libm)
{
	static const int32_t values[] = { 12, -7, 30, 29, 31, 0 };
	static const float scales[] = { 0.001f, 0.05f, 0.4f, 3.0f };
	double sum = 0;

	for (int s = 0; s < 4; s++) {
		for (uint32_t i = 0; i < 6; i++) {
			double got = sqz_softmax_at(values, 6, scales[s], i);

			ck_assert_double_eq_tol(
			    got, softmax(values, 6, (double)scales[s], i),
			    1e-6);
			sum += got;
		}
	}
	ck_assert_double_eq_tol(sum, 4.0, 1e-5);
}
END_TEST

/* Two values, near and far apart, in units from tiny to coarse. */
START_TEST(exponentials_agree_with_libm)
{
	for (int power = -45; power <= 3; power++) {
		float scale = ldexpf(1.3f, power);

		for (int i = 0; i < 2000; i++) {
			double apart = i / 50.0 / (double)scale;
			int32_t values[] = { 0, apart < INT32_MAX
						    ? -(int32_t)apart
						    : INT32_MIN };

			ck_assert_double_eq_tol(
			    sqz_softmax_at(values, 2, scale, 1),
			    softmax(values, 2, (double)scale, 1), 1e-6);
		}
	}
}
END_TEST

START_TEST(softmax_of_many)
{
	static int32_t values[8192];

	for (int i = 0; i < 8192; i++)
		values[i] = i * 7919 % 1000 - 500;
	for (uint32_t i = 0; i < 8192; i += 512)
		ck_assert_double_eq_tol(sqz_softmax_at(values, 8192, 0.01f, i),
					softmax(values, 8192, (double)0.01f, i),
					1e-8);
}
END_TEST

START_TEST(softmax_of_extremes)
{
	static const int32_t values[] = { INT32_MAX, INT32_MIN };
	static const int32_t equal[] = { 3, 3, 3, 3 };

	ck_assert_float_eq(sqz_softmax_at(values, 2, 1.0f, 0), 1.0f);
	ck_assert_float_eq(sqz_softmax_at(values, 2, 1.0f, 1), 0.0f);
	ck_assert_float_eq(sqz_softmax_at(equal, 4, 1.0f, 2), 0.25f);
	ck_assert_float_eq(sqz_softmax_at(values, 2, INFINITY, 0), 1.0f);
	ck_assert_float_eq(sqz_softmax_at(values, 2, NAN, 0), 0.5f);
	ck_assert_float_eq(sqz_softmax_at(values, 2, 0.0f, 1), 0.5f);
}
END_TEST

/* All lengths and alignments, random bytes. */
START_TEST(crc_agrees_with_zlib)
{
	_Alignas(8) uint8_t bytes[80];
	struct sqz_crc32 crc;
	uint32_t state = 12345;

	sqz_crc32_init(&crc);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		state = state * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(state >> 24);
	}
	for (size_t start = 0; start < 8; start++) {
		for (size_t length = 0; length < 72; length++)
			ck_assert_uint_eq(
			    sqz_crc32(&crc, bytes + start, length),
			    (uint32_t)crc32(0, bytes + start, (uInt)length));
	}
	ck_assert_uint_eq(sqz_crc32(&crc, "123456789", 9), 0xcbf43926);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("logits");
	TCase *tests = tcase_create("logits");

	tcase_add_test(tests, argmax_takes_the_first_largest);
	tcase_add_test(tests, softmax_agrees_with_libm);
	tcase_add_test(tests, exponentials_agree_with_libm);
	tcase_add_test(tests, softmax_of_many);
	tcase_add_test(tests, softmax_of_extremes);
	tcase_add_test(tests, crc_agrees_with_zlib);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
