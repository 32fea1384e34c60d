/* Opening images: a good one, and everything that may be wrong with one. */
#include <stddef.h>
#include <string.h>

#include "mock_image.h"
#include "mock_machine.h"
#include "suite.h"

static struct mock_image mock_img;
static struct sqz_image image;
static struct sqz_failure failure;

static void setup(void)
{
	struct mock_config config = mock_default_config();

	mock_reset(&config);
	mock_image_build(&mock_img, 1);
	memset(&failure, 0, sizeof(failure));
}

static enum sqz_result open_it(void)
{
	return sqz_image_open(&image, &mock_img.place, &failure);
}

static enum sqz_result seal_and_open(void)
{
	mock_image_seal(&mock_img);
	return open_it();
}

START_TEST(opens_in_place)
{
	ck_assert_int_eq(open_it(), SQZ_SUCCESS);
	ck_assert_ptr_eq(image.network, mock_img.network);
	ck_assert_ptr_eq(image.layers, mock_img.layers);
	ck_assert_uint_eq(
	    sqz_image_blob(&image, &image.steps[2]),
	    SQZ_FLASH_BASE +
		(uint64_t)(mock_img.program - (uint8_t *)mock_img.header) +
		2 * MOCK_IMAGE_BLOB_BYTES);
	ck_assert_uint_eq(sqz_image_participants(&image, &image.layers[1]),
			  SQZ_FLASH_BASE + 4 +
			      (uint64_t)((uint8_t *)mock_img.participants -
					 (uint8_t *)mock_img.header));
}
END_TEST

START_TEST(finds_images_by_bus_address)
{
	struct sqz_image_place place;

	ck_assert_int_eq(sqz_image_find(SQZ_FLASH_BASE, 4096, &place),
			 SQZ_SUCCESS);
	ck_assert_ptr_eq(place.data, mock_img.header);
	ck_assert_int_eq(sqz_image_find(0, 4096, &place), SQZ_EIMAGE);
	ck_assert_int_eq(
	    sqz_image_find(SQZ_FLASH_BASE, MOCK_FLASH_BYTES + 1, &place),
	    SQZ_EIMAGE);
}
END_TEST

/* One bit in each section: the CRC sees it, but for REFERENCE's. */
START_TEST(a_flipped_bit)
{
	for (uint32_t i = 0; i < mock_img.header->section_count; i++) {
		uint8_t *byte = (uint8_t *)mock_img.header +
				mock_img.table[i].offset +
				mock_img.table[i].bytes / 2;
		bool ignored = mock_img.table[i].kind == SQZ_SECTION_REFERENCE;

		*byte ^= 0x10;
		ck_assert_int_eq(open_it(), ignored ? SQZ_SUCCESS : SQZ_ECRC);
		if (!ignored)
			ck_assert_uint_eq(failure.address,
					  mock_img.table[i].offset);
		*byte ^= 0x10;
	}
	ck_assert_int_eq(open_it(), SQZ_SUCCESS);
}
END_TEST

/* Any single bit of header or table. */
START_TEST(a_flipped_bit_in_the_frame)
{
	uint8_t *bytes = (uint8_t *)mock_img.header;
	size_t frame = sizeof(*mock_img.header) +
		       mock_img.header->section_count * sizeof(*mock_img.table);

	for (size_t bit = 0; bit < frame * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_int_ne(open_it(), SQZ_SUCCESS);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}
END_TEST

/* Cut anywhere, the image is refused. */
START_TEST(cut_short)
{
	for (uint64_t bytes = 0; bytes < mock_img.header->file_bytes;
	     bytes += 13) {
		mock_img.place.bytes = bytes;
		ck_assert_int_eq(open_it(), SQZ_EIMAGE);
	}
	mock_img.place.bytes = mock_img.header->file_bytes;
	ck_assert_int_eq(open_it(), SQZ_SUCCESS);
}
END_TEST

START_TEST(not_aligned)
{
	mock_img.place.bus += 32;
	ck_assert_int_eq(open_it(), SQZ_EIMAGE);
	mock_img.place.bus -= 32;
	mock_img.place.data = (const uint8_t *)mock_img.place.data + 8;
	ck_assert_int_eq(open_it(), SQZ_EIMAGE);
}
END_TEST

START_TEST(bad_magic_and_version)
{
	mock_img.header->magic[0] = 'X';
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	ck_assert_str_eq(failure.detail, "no .sqz image");
	mock_img.header->magic[0] = 'S';
	mock_img.header->version_major = 2;
	ck_assert_int_eq(seal_and_open(), SQZ_EVERSION);
	mock_img.header->version_major = 1;
	mock_img.header->version_minor = 9;
	ck_assert_int_eq(seal_and_open(), SQZ_SUCCESS);
}
END_TEST

START_TEST(bad_section_table)
{
	struct sqz_image_section *steps =
	    mock_image_section(&mock_img, SQZ_SECTION_STEPS);
	const struct sqz_image_section good = *steps;

	steps->offset = UINT64_MAX - 63;
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	*steps = good;
	steps->bytes = UINT64_MAX;
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	*steps = good;
	steps->offset += 8;
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	*steps = good;
	steps->kind = SQZ_SECTION_LAYERS; /* twice */
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	ck_assert_str_eq(failure.detail, "a section occurs twice");
	steps->kind = 99; /* unknown, and now one is missing */
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	ck_assert_str_eq(failure.detail, "section STEPS");
	*steps = good;
	ck_assert_int_eq(seal_and_open(), SQZ_SUCCESS);
}
END_TEST

START_TEST(bad_section_count)
{
	static const uint32_t counts[] = { 0, 65, UINT32_MAX };

	for (unsigned i = 0; i < 3; i++) {
		mock_img.header->section_count = counts[i];
		ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
		ck_assert_str_eq(failure.detail, "section count");
	}
	mock_img.header->section_count = 9;
	mock_img.header->file_bytes = 128;
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
}
END_TEST

/* Fields that must be refused, each by itself. `offset` counts from the start
 * of the section. */
struct bad_field {
	enum sqz_section_kind kind;
	size_t offset;
	uint32_t value;
	const char *detail;
};

#define NET(field)                                                             \
	SQZ_SECTION_NETWORK, offsetof(struct sqz_image_network, field)
#define TENSOR(i, field)                                                       \
	SQZ_SECTION_TENSORS, (i) * sizeof(struct sqz_image_tensor) +           \
				 offsetof(struct sqz_image_tensor, field)
#define LAYER(i, field)                                                        \
	SQZ_SECTION_LAYERS, (i) * sizeof(struct sqz_image_layer) +             \
				offsetof(struct sqz_image_layer, field)
#define STEP(i, field)                                                         \
	SQZ_SECTION_STEPS, (i) * sizeof(struct sqz_image_step) +               \
			       offsetof(struct sqz_image_step, field)

static const struct bad_field bad_fields[] = {
	{ NET(mesh_width), 4, "node count" },
	{ NET(mesh_height), 0, "network" },
	{ NET(mesh_height), 0x10002, "network" },
	{ NET(layers), 4, "layer count" },
	{ NET(layers), 0, "network" },
	{ NET(tensors), 5, "tensor count" },
	{ NET(steps), 3, "participant count" },
	{ NET(input_tensor), 4, "network" },
	{ NET(output_tensor), 4, "network" },
	{ NET(classes), 0, "network" },
	{ NET(classes), 6, "logits or self-test" },
	{ NET(logit_bytes), 2, "network" },
	{ NET(rounds), 4, "network" },
	{ NET(contexts), 0x10000, "network" },
	{ NET(contexts), 2, "tensor" }, /* strides of 0 */
	{ NET(dram_pool_bytes), 100, "tensor" },
	{ TENSOR(0, node), 6, "tensor" },
	{ TENSOR(0, node), 0, "tensor" },
	{ TENSOR(0, height), 9, "tensor" },
	{ TENSOR(0, height), 0x80000000, "tensor" },
	{ TENSOR(0, bytes), 0, "tensor" },
	{ TENSOR(1, offset), 0x10000 - 31, "tensor" },
	{ TENSOR(1, offset), 0xffffffff, "tensor" },
	{ TENSOR(2, offset), 4096, "tensor" },
	{ LAYER(0, kind), 0, "layer" },
	{ LAYER(0, kind), SQZ_STEP_KINDS, "layer" },
	{ LAYER(1, input), 4, "layer" },
	{ LAYER(1, output), 0x10000, "layer" },
	{ LAYER(1, residual), 4, "layer" },
	{ LAYER(0, round), 1, "layer" },
	{ LAYER(0, part), 1, "layer" }, /* of 0 parts */
	{ LAYER(0, part), 0x20002, "layer" },
	{ LAYER(2, partial), 5, "layer" },
	{ LAYER(2, partial), 3, "layer" }, /* bytes, other shape */
	{ LAYER(2, partial), 0xffffffff, "layer" },
	{ LAYER(2, participants), 2, "layer" },
	{ LAYER(2, participants), 0, "layer" },
	{ LAYER(2, first_participant), 0xffffffff, "layer" },
	{ STEP(0, layer), 3, "step" },
	{ STEP(0, node), MOCK_NODE_TILE1, "step" },
	{ STEP(1, offset), 0x104, "step" },
	{ STEP(1, offset), 0x400, "step" },
	{ STEP(3, bytes), 257, "step" },
	{ STEP(3, bytes), 191, "step" },
};

START_TEST(bad_contents)
{
	const struct bad_field *bad = &bad_fields[_i];
	uint8_t *field = (uint8_t *)mock_img.header +
			 mock_image_section(&mock_img, bad->kind)->offset +
			 bad->offset;

	memcpy(field, &bad->value, sizeof(bad->value));
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	ck_assert_str_eq(failure.detail, bad->detail);
}
END_TEST

START_TEST(tensors_of_all_contexts_lie_in_memory)
{
	/* 2 contexts: the last byte of the buffer, one behind it, and strides
	 * that wrap or overlap. */
	static const struct {
		uint64_t stride;
		enum sqz_result result;
	} cases[] = {
		{ 64, SQZ_SUCCESS },
		{ 0x10000 - 0x400 - 5, SQZ_SUCCESS },
		{ 0x10000 - 0x400 - 4, SQZ_EIMAGE },
		{ 4, SQZ_EIMAGE },
		{ UINT64_MAX - 0x3ff, SQZ_EIMAGE },
	};

	mock_img.network->contexts = 2;
	for (unsigned i = 0; i < MOCK_IMAGE_TENSORS; i++)
		mock_img.tensors[i].stride = 64;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		mock_img.tensors[3].stride = cases[i].stride;
		ck_assert_int_eq(seal_and_open(), cases[i].result);
	}
	mock_img.tensors[3].stride = 64;
	mock_img.network->contexts = 0xffff;
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
}
END_TEST

START_TEST(rounds_and_parts)
{
	mock_img.network->rounds = 3;
	mock_img.layers[1].round = 1;
	mock_img.layers[2].round = 2;
	mock_img.layers[2].part = 1;
	mock_img.layers[2].parts = 2;
	ck_assert_int_eq(seal_and_open(), SQZ_SUCCESS);
	mock_img.layers[2].round = 0; /* behind its time */
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	ck_assert_uint_eq(failure.address, 2);
	mock_img.layers[2].round = 3;
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	mock_img.network->rounds = 2;
	mock_img.layers[2].round = 2;
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
}
END_TEST

START_TEST(sums_to_start_from)
{
	/* Layer 1 makes 4 x 4 x 2; tensor 1 as int32 of that shape. */
	mock_img.layers[1].partial = 2;
	mock_img.tensors[1].element_bytes = 4;
	mock_img.tensors[1].bytes = 128;
	ck_assert_int_eq(seal_and_open(), SQZ_SUCCESS);
	mock_img.tensors[1].height = 2;
	mock_img.tensors[1].width = 8;
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	ck_assert_str_eq(failure.detail, "layer");
}
END_TEST

START_TEST(bad_names)
{
	memset(mock_img.network->name, 'x', SQZ_NAME_BYTES);
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	ck_assert_str_eq(failure.detail, "network");
	mock_img.network->name[31] = 0;
	memset(mock_img.layers[2].name, 'x', SQZ_NAME_BYTES);
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	ck_assert_str_eq(failure.detail, "layer");
	ck_assert_uint_eq(failure.address, 2);
}
END_TEST

START_TEST(steps_must_be_on_tiles)
{
	mock_img.participants[0].node = MOCK_NODE_BUFFER0;
	mock_img.steps[0].node = MOCK_NODE_BUFFER0;
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	ck_assert_str_eq(failure.detail, "step");
	mock_img.participants[0].node = MOCK_NODE_TILE0;
	mock_img.steps[0].node = MOCK_NODE_TILE0;
	mock_img.participants[0].slot = 2;
	mock_img.steps[0].slot = 2;
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
}
END_TEST

START_TEST(sections_of_wrong_size)
{
	mock_image_section(&mock_img, SQZ_SECTION_NETWORK)->bytes = 64;
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	ck_assert_str_eq(failure.detail, "network");
	mock_image_section(&mock_img, SQZ_SECTION_NETWORK)->bytes = 128;
	mock_image_section(&mock_img, SQZ_SECTION_SELFTEST)->bytes = 83;
	ck_assert_int_eq(seal_and_open(), SQZ_EIMAGE);
	mock_image_section(&mock_img, SQZ_SECTION_SELFTEST)->kind = 50;
	ck_assert_int_eq(seal_and_open(), SQZ_SUCCESS);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("image");
	TCase *tests = tcase_create("image");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, opens_in_place);
	tcase_add_test(tests, finds_images_by_bus_address);
	tcase_add_test(tests, a_flipped_bit);
	tcase_add_test(tests, a_flipped_bit_in_the_frame);
	tcase_add_test(tests, cut_short);
	tcase_add_test(tests, not_aligned);
	tcase_add_test(tests, bad_magic_and_version);
	tcase_add_test(tests, bad_section_table);
	tcase_add_test(tests, bad_section_count);
	tcase_add_loop_test(tests, bad_contents, 0,
			    sizeof(bad_fields) / sizeof(*bad_fields));
	tcase_add_test(tests, tensors_of_all_contexts_lie_in_memory);
	tcase_add_test(tests, rounds_and_parts);
	tcase_add_test(tests, sums_to_start_from);
	tcase_add_test(tests, bad_names);
	tcase_add_test(tests, steps_must_be_on_tiles);
	tcase_add_test(tests, sections_of_wrong_size);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
