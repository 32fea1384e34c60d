/* Damaged REFERENCE sections: refused with one line, or harmless. Run under
 * the sanitizers this is what shows that no bit can do harm. */
#include "../random.h"
#include "random_net.h"
#include "reference/reference.h"
#include "reference_write.h"
#include "sqz/image_reference.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static struct sqz_error err;

static struct sqz_bytes section_of(void (*make)(struct sqz_qnet *net,
						uint64_t seed))
{
	struct sqz_qnet net;
	struct sqz_bytes section;

	make(&net, 3);
	ck_assert_int_eq(sqz_reference_write(&net, &section, &err), 0);
	sqz_qnet_free(&net);
	return section;
}

static struct sqz_bytes make_section(void)
{
	return section_of(random_net_all_kinds);
}

/* Reads a copy that ends where the data end, and runs it if it was taken. */
static bool try_section(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	memcpy(copy, data, size);
	struct sqz_reference *reference = sqz_reference_read(copy, size, &err);
	free(copy);
	if (!reference) {
		if (!err.text[0] || strchr(err.text, '\n'))
			ck_abort_msg("no message for a refused section");
		return false;
	}
	size_t bytes = sqz_reference_input_bytes(reference);
	size_t values = sqz_reference_logits(reference);
	/* A flipped bit may ask for a large but legal network. */
	if (bytes < 1u << 16 && values < 1u << 16) {
		uint8_t *input = calloc(bytes, 1);
		int32_t *logits = calloc(values, sizeof(*logits));

		memset(input, 0xa5, bytes);
		sqz_reference_run(reference, input, 1, 1, logits, &err);
		free(input);
		free(logits);
	}
	sqz_reference_free(reference);
	return true;
}

START_TEST(whole_section_is_taken)
{
	struct sqz_bytes section = make_section();

	ck_assert(try_section(section.data, section.size));
	sqz_bytes_free(&section);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
	struct sqz_bytes section = make_section();
	uint8_t *copy = malloc(section.size);
	struct sqz_reference_header header;

	/* Once as it is, once with a header that tells the new size. */
	for (size_t size = 0; size < section.size;
	     size += size < 2500 ? 1 : 997) {
		if (try_section(section.data, size))
			ck_abort_msg("taken at %zu bytes", size);
		if (size < sizeof(header))
			continue;
		memcpy(copy, section.data, size);
		memcpy(&header, copy, sizeof(header));
		header.bytes = size;
		memcpy(copy, &header, sizeof(header));
		if (try_section(copy, size))
			ck_abort_msg("taken at %zu bytes", size);
	}
	free(copy);
	sqz_bytes_free(&section);
}
END_TEST

/* Every third bit of header, tensors and layers: the data behind cannot break
 * anything but numbers. */
START_TEST(flipped_bits_do_no_harm)
{
	struct sqz_bytes section =
	    section_of(_i & 1 ? random_net_copies : random_net_all_kinds);
	struct sqz_reference_header header;

	memcpy(&header, section.data, sizeof(header));
	size_t end = header.layers_offset +
		     header.layer_count * sizeof(struct sqz_reference_layer);
	for (size_t bit = 3 * (size_t)_i; bit < end * 8; bit += 12) {
		section.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		try_section(section.data, section.size);
		section.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	sqz_bytes_free(&section);
}
END_TEST

START_TEST(random_garbage_does_no_harm)
{
	struct sqz_bytes section = make_section();
	uint64_t state = 12;

	for (int round = 0; round < 300; round++) {
		uint8_t *copy = malloc(section.size);

		memcpy(copy, section.data, section.size);
		for (int i = random_between(&state, 1, 20); i > 0; i--) {
			int at =
			    random_between(&state, 0, (int)section.size - 1);

			copy[at] = (uint8_t)random_between(&state, 0, 255);
		}
		try_section(copy, section.size);
		free(copy);
	}
	sqz_bytes_free(&section);
}
END_TEST

/* Single faults, each with the word that its message must hold. */
struct fault {
	size_t offset; /* in the layer record */
	uint32_t layer;
	uint32_t value;
	const char *word;
};

#define FIELD(name) offsetof(struct sqz_reference_layer, name)

static const struct fault faults[] = {
	{ FIELD(kind), 0, 9, "kind" },
	{ FIELD(input), 0, 5, "input" },
	{ FIELD(output), 1, 1, "output" },
	{ FIELD(output), 1, 1000, "output" },
	{ FIELD(residual), 2, 0, "shape" },
	{ FIELD(residual), 2, 77, "residual" },
	{ FIELD(residual), 4, 4, "residual" },
	{ FIELD(kernel_h), 0, 0, "window" },
	{ FIELD(kernel_h), 0, 65535, "weights" },
	{ FIELD(stride_y), 0, 0, "window" },
	{ FIELD(dilation_y), 3, 65535, "far" },
	{ FIELD(pad_top), 0, 1u << 20, "window" },
	{ FIELD(pad_top), 4, 3, "pixel" },
	{ FIELD(groups), 0, 0, "groups" },
	{ FIELD(groups), 1, 3, "groups" },
	{ FIELD(z_in), 0, 256, "zero" },
	{ FIELD(low), 0, 256, "bounds" },
	{ FIELD(high), 0, 256, "uint8" },
	{ FIELD(average_count), 5, 3, "averages" },
	{ FIELD(average_count), 5, 0, "averages" },
	{ FIELD(weights_offset), 0, 8, "weights" },
	{ FIELD(bias_offset), 0, 9, "weights" },
	{ FIELD(scale_offset), 0, 0, "multipliers" },
	{ FIELD(residual_offset), 2, 0xfffffff8, "multipliers" },
};

/* The same in the network of copies. */
static const struct fault copy_faults[] = {
	{ FIELD(first_channel), 0, 1, "output is not free" },
	{ FIELD(first_channel), 1, 1, "output is not free" },
	{ FIELD(first_channel), 2, 20, "output is not free" },
	{ FIELD(first_channel), 2, 22, "output is not free" },
	{ FIELD(output), 2, 1, "too few channels" },
	{ FIELD(input), 2, 1, "too few channels" },
	{ FIELD(input), 5, 4, "input is not there" }, /* a third of it is */
	{ FIELD(residual), 1, 0, "residual" },
	{ FIELD(kernel_w), 1, 2, "window" },
	{ FIELD(stride_y), 1, 2, "window" },
	{ FIELD(pad_top), 3, 9, "leaves the output" },
	{ FIELD(pad_left), 3, 4, "leaves the output" },
	{ FIELD(scale_offset), 1, 0, "multipliers" },
	{ FIELD(kind), 1, SQZ_STEP_KINDS, "kind" },
};

static void put_fault(struct sqz_bytes *section, const struct fault *fault)
{
	struct sqz_reference_header header;

	memcpy(&header, section->data, sizeof(header));
	memcpy(section->data + header.layers_offset +
		   fault->layer * sizeof(struct sqz_reference_layer) +
		   fault->offset,
	       &fault->value, sizeof(fault->value));
	ck_assert(!try_section(section->data, section->size));
	ck_assert_msg(strstr(err.text, fault->word) != NULL, "%s: %s",
		      fault->word, err.text);
}

START_TEST(faults_are_named)
{
	struct sqz_bytes section = make_section();

	put_fault(&section, &faults[_i]);
	sqz_bytes_free(&section);
}
END_TEST

START_TEST(faults_of_copies_are_named)
{
	struct sqz_bytes section = section_of(random_net_copies);

	ck_assert(try_section(section.data, section.size));
	put_fault(&section, &copy_faults[_i]);
	sqz_bytes_free(&section);
}
END_TEST

/* One step beyond what int32 holds. */
START_TEST(accumulators_that_may_overflow_are_refused)
{
	struct sqz_qnet net;
	struct sqz_bytes section;
	uint64_t state = 1;
	struct layer_spec spec = { .kind = SQZ_STEP_MVM,
				   .residual = SQZ_NO_TENSOR,
				   .out_channels = 1,
				   .logits = true };

	random_net_begin(&net, 1, 1, 1, &state);
	random_net_add(&net, &spec, &state);
	net.layers[0].weights[0] = 1;
	net.layers[0].bias[0] = INT32_MAX - 255;
	ck_assert_int_eq(sqz_reference_write(&net, &section, &err), 0);
	ck_assert(try_section(section.data, section.size));
	sqz_bytes_free(&section);
	net.layers[0].bias[0]++;
	ck_assert_int_eq(sqz_reference_write(&net, &section, &err), 0);
	ck_assert(!try_section(section.data, section.size));
	ck_assert_ptr_nonnull(strstr(err.text, "int32"));
	sqz_bytes_free(&section);
	sqz_qnet_free(&net);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("reference_read");
	TCase *tcase = tcase_create("reference_read");
	int count = sizeof(faults) / sizeof(faults[0]);

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, whole_section_is_taken);
	tcase_add_test(tcase, every_truncation_is_refused);
	tcase_add_loop_test(tcase, flipped_bits_do_no_harm, 0, 4);
	tcase_add_test(tcase, random_garbage_does_no_harm);
	tcase_add_loop_test(tcase, faults_are_named, 0, count);
	tcase_add_loop_test(tcase, faults_of_copies_are_named, 0,
			    sizeof(copy_faults) / sizeof(copy_faults[0]));
	tcase_add_test(tcase, accumulators_that_may_overflow_are_refused);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
