/* IDX files, good and bad, and what becomes of their pixels. */
#include "dataset.h"
#include "host/file.h"
#include "suite.h"

#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define FASHION "/usr/share/datasets/fashion-mnist/"

static char folder[] = "/tmp/sqz-dataset-XXXXXX";

static const char *path_of(const char *name)
{
	static char paths[2][256];
	static unsigned next;
	char *path = paths[next++ % 2];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void write_plain(const char *name, const void *data, size_t size)
{
	struct sqz_error err = { "" };

	ck_assert_msg(!sqz_write_file(path_of(name), data, size, &err), "%s",
		      err.text);
}

/* Two images of 2 x 3 with pixels 10, 11, ...; labels 7 and 9. */
static const uint8_t images[16 + 12] = { 0,  0,	 8,  3,	 0,  0,	 0,  2,	 0,  0,
					 0,  2,	 0,  0,	 0,  3,	 10, 11, 12, 13,
					 14, 15, 16, 17, 18, 19, 20, 21 };
static const uint8_t labels[8 + 2] = { 0, 0, 8, 1, 0, 0, 0, 2, 7, 9 };

static void load_good(struct sqz_dataset *dataset)
{
	struct sqz_error err = { "" };

	write_plain("images", images, sizeof(images));
	write_plain("labels", labels, sizeof(labels));
	ck_assert_msg(!sqz_dataset_read(path_of("images"), path_of("labels"),
					dataset, &err),
		      "%s", err.text);
}

static void check_refused(const char *says)
{
	struct sqz_dataset dataset;
	struct sqz_error err = { "" };

	ck_assert_int_eq(sqz_dataset_read(path_of("images"), path_of("labels"),
					  &dataset, &err),
			 -1);
	ck_assert_msg(strstr(err.text, says) != NULL, "'%s' does not say '%s'",
		      err.text, says);
	ck_assert_msg(!strncmp(err.text, folder, strlen(folder)), "%s",
		      err.text);
	ck_assert_ptr_null(dataset.pixels);
	ck_assert_ptr_null(dataset.labels);
}

START_TEST(reads_images_and_labels)
{
	struct sqz_dataset dataset;

	load_good(&dataset);
	ck_assert_uint_eq(dataset.count, 2);
	ck_assert_uint_eq(dataset.height, 2);
	ck_assert_uint_eq(dataset.width, 3);
	ck_assert_uint_eq(dataset.pixels[11], 21);
	ck_assert_uint_eq(dataset.labels[1], 9);
	sqz_dataset_free(&dataset);
}
END_TEST

/* What is behind the first ones is not looked at. */
START_TEST(reads_the_first)
{
	struct sqz_dataset dataset;
	struct sqz_error err = { "" };

	write_plain("images", images, sizeof(images) - 1);
	write_plain("labels", labels, sizeof(labels));
	check_refused("cut short: 1 of 2 images");
	ck_assert_msg(!sqz_dataset_read_first(path_of("images"),
					      path_of("labels"), 1, &dataset,
					      &err),
		      "%s", err.text);
	ck_assert_uint_eq(dataset.count, 1);
	ck_assert_uint_eq(dataset.pixels[5], 15);
	ck_assert_uint_eq(dataset.labels[0], 7);
	sqz_dataset_free(&dataset);
	load_good(&dataset);
	sqz_dataset_free(&dataset);
	ck_assert_int_eq(sqz_dataset_read_first(path_of("images"),
						path_of("labels"), 5, &dataset,
						&err),
			 0);
	ck_assert_uint_eq(dataset.count, 2);
	sqz_dataset_free(&dataset);
}
END_TEST

START_TEST(pads_and_repeats)
{
	/* 2 channels of 5 x 6: one row above, two below; one column left, two
	 * right. */
	const struct sqz_shape shape = { 2, 5, 6, 3 };
	struct sqz_dataset dataset;
	struct sqz_error err = { "" };
	uint8_t raw[60];
	unsigned sum = 0;

	load_good(&dataset);
	ck_assert_int_eq(sqz_dataset_raw(&dataset, 1, &shape, raw, &err), 0);
	for (int i = 0; i < 60; i++)
		sum += raw[i];
	ck_assert_uint_eq(sum, 2 * (16 + 17 + 18 + 19 + 20 + 21));
	ck_assert_uint_eq(raw[6 + 1], 16);
	ck_assert_uint_eq(raw[2 * 6 + 3], 21);
	ck_assert_uint_eq(raw[30 + 2 * 6 + 3], 21);
	sqz_dataset_free(&dataset);
}
END_TEST

START_TEST(normalizes)
{
	const struct sqz_shape shape = { 1, 2, 4, 3 };
	const struct sqz_normalization normalization = { 0.25f, 0.5f };
	struct sqz_dataset dataset;
	struct sqz_error err = { "" };
	float out[16];

	load_good(&dataset);
	ck_assert_int_eq(sqz_dataset_input(&dataset, 0, 2, &shape,
					   &normalization, out, &err),
			 0);
	ck_assert_float_eq_tol(out[0], (10 / 255.0f - 0.25f) / 0.5f, 1e-6f);
	ck_assert_float_eq_tol(out[8 + 6], (21 / 255.0f - 0.25f) / 0.5f, 1e-6f);
	/* Padding is a raw zero. */
	ck_assert_float_eq_tol(out[3], -0.5f, 1e-6f);
	ck_assert_int_eq(sqz_dataset_input(&dataset, 1, 2, &shape,
					   &normalization, out, &err),
			 -1);
	ck_assert_str_eq(err.text, "image 2 of 2 does not exist");
	sqz_dataset_free(&dataset);
}
END_TEST

START_TEST(too_large_for_the_input)
{
	const struct sqz_shape shape = { 1, 2, 2, 3 };
	struct sqz_dataset dataset;
	struct sqz_error err = { "" };
	uint8_t raw[4];

	load_good(&dataset);
	ck_assert_int_eq(sqz_dataset_raw(&dataset, 0, &shape, raw, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "do not fit"));
	sqz_dataset_free(&dataset);
}
END_TEST

START_TEST(cut_files_say_how_much_is_there)
{
	struct sqz_dataset dataset;

	load_good(&dataset);
	sqz_dataset_free(&dataset);
	write_plain("images", images, sizeof(images) - 1);
	check_refused("images: cut short: 1 of 2 images");
	write_plain("images", images, 15);
	check_refused("cut short inside its header");
	write_plain("images", images, sizeof(images));
	write_plain("labels", labels, sizeof(labels) - 2);
	check_refused("labels: cut short: 0 of 2 labels");
}
END_TEST

START_TEST(cut_gzip_says_how_much_is_there)
{
	struct sqz_bytes bytes;
	struct sqz_error err = { "" };

	if (access(FASHION "t10k-images-idx3-ubyte.gz", R_OK)) {
		printf("no Fashion-MNIST: a cut gzip file is not tried\n");
		return;
	}
	ck_assert_int_eq(sqz_read_file(FASHION "t10k-images-idx3-ubyte.gz",
				       1u << 24, &bytes, &err),
			 0);
	write_plain("images", bytes.data, bytes.size / 2);
	sqz_bytes_free(&bytes);
	write_plain("labels", labels, sizeof(labels));
	check_refused("images: cut short: ");
	check_refused("of 10000 images");
}
END_TEST

START_TEST(wrong_headers_are_refused)
{
	static const struct {
		unsigned place;
		uint8_t value;
		const char *says;
	} cases[] = {
		{ 3, 1, "not an IDX file of images" },
		{ 0, 1, "not an IDX file of images" },
		{ 7, 3, "cut short: 2 of 3 images" },
		{ 7, 1, "more data after 1 images" },
		{ 7, 0, "0 images are out of range" },
		{ 11, 0, "images of 0 x 3 are out of range" },
		{ 12, 255, "are out of range" },
		{ 4, 255, "are out of range" },
	};
	uint8_t bad[sizeof(images)];

	memcpy(bad, images, sizeof(bad));
	bad[cases[_i].place] = cases[_i].value;
	write_plain("images", bad, sizeof(bad));
	write_plain("labels", labels, sizeof(labels));
	check_refused(cases[_i].says);
}
END_TEST

START_TEST(labels_must_belong_to_the_images)
{
	uint8_t bad[sizeof(labels)];

	memcpy(bad, labels, sizeof(bad));
	bad[7] = 1;
	write_plain("images", images, sizeof(images));
	write_plain("labels", bad, sizeof(bad));
	check_refused("labels: 1 labels for 2 images");
	unlink(path_of("labels"));
	check_refused("labels: cannot open");
}
END_TEST

START_TEST(fashion_mnist_is_complete)
{
	struct sqz_dataset dataset;
	struct sqz_error err = { "" };
	unsigned per_class[10] = { 0 };

	if (access(FASHION "t10k-images-idx3-ubyte.gz", R_OK)) {
		printf("no Fashion-MNIST: its files are not checked\n");
		return;
	}
	ck_assert_msg(!sqz_dataset_read(FASHION "t10k-images-idx3-ubyte.gz",
					FASHION "t10k-labels-idx1-ubyte.gz",
					&dataset, &err),
		      "%s", err.text);
	ck_assert_uint_eq(dataset.count, 10000);
	for (uint32_t i = 0; i < dataset.count; i++)
		per_class[dataset.labels[i]]++;
	for (int i = 0; i < 10; i++)
		ck_assert_uint_eq(per_class[i], 1000);
	sqz_dataset_free(&dataset);
}
END_TEST

static void remove_folder(void)
{
	unlink(path_of("images"));
	unlink(path_of("labels"));
	rmdir(folder);
}

int main(void)
{
	Suite *suite = suite_create("dataset");
	TCase *tcase = tcase_create("idx");

	if (!mkdtemp(folder))
		return EXIT_FAILURE;
	tcase_add_test(tcase, reads_images_and_labels);
	tcase_add_test(tcase, reads_the_first);
	tcase_add_test(tcase, pads_and_repeats);
	tcase_add_test(tcase, normalizes);
	tcase_add_test(tcase, too_large_for_the_input);
	tcase_add_test(tcase, cut_files_say_how_much_is_there);
	tcase_add_test(tcase, cut_gzip_says_how_much_is_there);
	tcase_add_loop_test(tcase, wrong_headers_are_refused, 0, 8);
	tcase_add_test(tcase, labels_must_belong_to_the_images);
	tcase_add_test(tcase, fashion_mnist_is_complete);
	suite_add_tcase(suite, tcase);
	int result = sqz_suite_main(suite);

	remove_folder();
	return result;
}
