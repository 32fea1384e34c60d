/* Images that are damaged, cut short, or do not hold together although their
 * CRCs are right. */
#include <stdlib.h>
#include <string.h>

#include "fast_assert.h"
#include "image_seal.h"
#include "mapped.h"
#include "random.h"
#include "reference/image_file.h"
#include "suite.h"

static struct sqz_error err;
static struct sqz_bytes good;
static struct sqz_bytes cut; /* a layer in four parts and rounds */

/* A copy of exactly its size each time: ASan sees what is read behind it. */
static struct sqz_bytes copy_of(const uint8_t *data, size_t size)
{
	struct sqz_bytes copy = { malloc(size ? size : 1), size };

	memcpy(copy.data, data, size);
	return copy;
}

/* Four blocks along K, one in each of two tiles in turn. */
static void setup_cut(void)
{
	uint64_t seed = 5;
	struct mapped map = { .form = SQZ_SIGN_DIFFERENTIAL };
	const struct layer_spec spec = { .kind = SQZ_STEP_MVM,
					 .residual = SQZ_NO_TENSOR,
					 .out_channels = 100 };

	random_net_begin(&map.net.net, 2, 2, 500, &seed);
	random_net_add(&map.net.net, &spec, &seed);
	mapped_chip(&map, "noc.width=3 noc.height=2 chip.buffers=1 "
			  "chip.dram_controllers=1 tile.arrays=16 "
			  "place.rounds=double");
	mapped_slice(&map, 8, 0);
	mapped_place(&map);
	mapped_image(&map, &cut);
	mapped_free(&map);
}

static void setup(void)
{
	struct mapped map;

	/* Tensors in buffers and in DRAM, layers of several steps. */
	mapped_all_kinds(&map, 3,
			 "noc.width=5 noc.height=5 chip.buffers=1 "
			 "buffer.kib=4 tile.arrays=60 tile.slots=7");
	mapped_image(&map, &good);
	mapped_free(&map);
	setup_cut();
}

static void teardown(void)
{
	sqz_bytes_free(&good);
	sqz_bytes_free(&cut);
}

/* Takes the bytes; err says why it is refused. */
static bool refused(struct sqz_bytes bytes)
{
	struct sqz_image_file image;

	err.text[0] = '\0';
	if (sqz_image_file_parse("img", bytes, &image, &err) == 0) {
		sqz_image_file_close(&image);
		return false;
	}
	if (strncmp(err.text, "img: ", 5) || strchr(err.text, '\n'))
		ck_abort_msg("not one line: %s", err.text);
	return true;
}

static void check_refused(struct sqz_bytes bytes, const char *reason,
			  const char *what)
{
	if (!refused(bytes))
		ck_abort_msg("%s: taken", what);
	if (!strstr(err.text, reason))
		ck_abort_msg("%s: \"%s\", not \"%s\"", what, err.text, reason);
}

/* ---- flipped bits ---- */

static void check_flip(size_t byte, unsigned bit, const char *reason)
{
	struct sqz_bytes bad = copy_of(good.data, good.size);

	bad.data[byte] ^= (uint8_t)(1u << bit);
	check_refused(bad, reason, "flipped bit");
}

START_TEST(bits_of_the_header)
{
	for (size_t i = 0; i < sizeof(struct sqz_image_header) * 8; i++)
		check_flip(i / 8, i % 8,
			   i / 8 < 8 ? "wrong magic" : "header: CRC-32");
}
END_TEST

START_TEST(bits_of_the_table)
{
	size_t from = sizeof(struct sqz_image_header);
	size_t bytes = 10 * sizeof(struct sqz_image_section);

	for (size_t i = 0; i < bytes * 8; i++)
		check_flip(from + i / 8, i % 8, "section table: CRC-32");
}
END_TEST

START_TEST(bits_of_each_section)
{
	const struct sqz_image_section *section =
	    image_section(good.data, (enum sqz_section_kind)_i);
	uint64_t state = 9;
	char reason[80];

	snprintf(reason, sizeof(reason), "section %s: CRC-32 does not match",
		 sqz_section_name((uint32_t)_i));
	check_flip(section->offset, 0, reason);
	check_flip(section->offset + section->bytes - 1, 7, reason);
	for (int i = 0; i < 100; i++)
		check_flip(section->offset +
			       next_random(&state) % section->bytes,
			   (unsigned)random_between(&state, 0, 7), reason);
}
END_TEST

START_TEST(names_of_sections)
{
	ck_assert_str_eq(sqz_section_name(SQZ_SECTION_STEPS), "STEPS");
	ck_assert_str_eq(sqz_section_name(0), "unknown");
	ck_assert_str_eq(sqz_section_name(SQZ_SECTION_COUNT), "unknown");
	ck_assert_str_eq(sqz_section_name(UINT32_MAX), "unknown");
}
END_TEST

/* ---- length ---- */

START_TEST(cut_short)
{
	size_t front = sizeof(struct sqz_image_header) + 10 * 32;

	for (size_t size = 0; size < good.size;
	     size += size < front + 70 ? 1 : 997) {
		struct sqz_bytes bad = copy_of(good.data, size);
		check_refused(bad, "cut short", "truncation");
		if (size < sizeof(struct sqz_image_header))
			continue;
		/* The same with a header that knows the length. */
		bad = copy_of(good.data, size);
		((struct sqz_image_header *)bad.data)->file_bytes = size;
		image_seal(bad.data, size);
		if (!refused(bad))
			ck_abort_msg("%zu bytes: taken", size);
	}
}
END_TEST

START_TEST(too_long)
{
	struct sqz_bytes bad = { calloc(1, good.size + 64), good.size + 64 };

	memcpy(bad.data, good.data, good.size);
	check_refused(bad, "cut short or padded", "more bytes");
}
END_TEST

START_TEST(no_image_at_all)
{
	check_refused(copy_of(good.data, 0), "0 bytes are no header", "empty");
	struct sqz_bytes text = { calloc(1, 200), 200 };
	check_refused(text, "not a .sqz image", "zeros");
}
END_TEST

/* ---- records that do not hold together, with right CRCs ---- */

/* `where`: 0 the header, -1 the table, else a kind of section. */
struct change {
	int where;
	size_t offset;
	size_t size;
	uint64_t value;
	const char *reason;
};

#define HEADER(field, value, reason)                                           \
	{                                                                      \
		0, offsetof(struct sqz_image_header, field),                   \
		    sizeof(((struct sqz_image_header *)0)->field), value,      \
		    reason                                                     \
	}
#define ENTRY(kind, field, value, reason)                                      \
	{                                                                      \
		-1,                                                            \
		    (SQZ_SECTION_##kind - 1) * 32 +                            \
			offsetof(struct sqz_image_section, field),             \
		    sizeof(((struct sqz_image_section *)0)->field), value,     \
		    reason                                                     \
	}
#define RECORD(kind, type, index, field, value, reason)                        \
	{                                                                      \
		SQZ_SECTION_##kind,                                            \
		    (index) * sizeof(struct type) +                            \
			offsetof(struct type, field),                          \
		    sizeof(((struct type *)0)->field), value, reason           \
	}
#define NETWORK(field, value, reason)                                          \
	RECORD(NETWORK, sqz_image_network, 0, field, value, reason)
#define TENSOR(index, field, value, reason)                                    \
	RECORD(TENSORS, sqz_image_tensor, index, field, value, reason)
#define LAYER(index, field, value, reason)                                     \
	RECORD(LAYERS, sqz_image_layer, index, field, value, reason)
#define STEP(index, field, value, reason)                                      \
	RECORD(STEPS, sqz_image_step, index, field, value, reason)
#define INPUT(field, value, reason)                                            \
	RECORD(INPUT, sqz_image_input, 0, field, value, reason)

/* The network has 11 tensors and 10 layers; node 0 is the controller. */
static const struct change CHANGES[] = {
	HEADER(version_major, 2, "version 2."),
	HEADER(version_major, 0, "this program reads 1"),
	HEADER(section_count, 0, "section NETWORK is missing"),
	HEADER(section_count, 9, "section REFERENCE is missing"),
	HEADER(section_count, 65, "65 sections do not fit"),
	HEADER(section_count, UINT32_MAX, "4294967295 sections do not fit"),
	HEADER(file_bytes, 0, "cut short or padded"),
	HEADER(file_bytes, UINT64_MAX, "cut short or padded"),

	ENTRY(PROGRAM, kind, SQZ_SECTION_STEPS, "STEPS: stands there twice"),
	ENTRY(PROGRAM, kind, 0, "section of kind 0"),
	ENTRY(PROGRAM, kind, 11, "section PROGRAM is missing"),
	ENTRY(PROGRAM, kind, UINT32_MAX, "section PROGRAM is missing"),
	ENTRY(PROGRAM, offset, 65, "PROGRAM: lies outside the file"),
	ENTRY(PROGRAM, offset, UINT64_MAX - 63, "PROGRAM: lies outside"),
	ENTRY(PROGRAM, bytes, UINT64_MAX, "PROGRAM: lies outside the file"),
	ENTRY(PROGRAM, bytes, 64, "step 0 does not hold together"),
	ENTRY(NETWORK, bytes, 124, "section NETWORK: wrong size"),
	ENTRY(NETWORK, bytes, 0, "section NETWORK: wrong size"),
	ENTRY(NODES, bytes, 32, "section NODES: 32 bytes, NETWORK wants 800"),
	ENTRY(INPUT, bytes, 31, "section INPUT: wrong size"),
	ENTRY(INPUT, bytes, 32 + 256, "section INPUT: wrong size"),
	ENTRY(SELFTEST, bytes, 4, "self-test do not fit"),

	NETWORK(mesh_width, 0, "section NODES"),
	NETWORK(mesh_width, 6, "section NODES"),
	NETWORK(mesh_width, 0x10000, "a mesh of 65536 x 5"),
	NETWORK(mesh_height, UINT32_MAX, "a mesh of 5 x 4294967295"),
	NETWORK(layers, 11, "section LAYERS"),
	NETWORK(layers, 0, "section LAYERS"),
	NETWORK(tensors, 10, "section TENSORS"),
	NETWORK(tensors, UINT32_MAX, "section TENSORS"),
	NETWORK(steps, 0, "section PARTICIPANTS"),
	NETWORK(input_tensor, 11, "section NETWORK does not hold"),
	NETWORK(output_tensor, UINT32_MAX, "section NETWORK does not hold"),
	NETWORK(read_mode, 2, "section NETWORK does not hold"),
	NETWORK(name[31], 'x', "section NETWORK does not hold"),
	NETWORK(output_tensor, 1, "logits and self-test do not fit"),
	NETWORK(input_tensor, 1, "section INPUT"),
	NETWORK(classes, 0, "logits and self-test do not fit"),
	NETWORK(classes, 35, "logits and self-test do not fit"),
	NETWORK(classes, 0x40000022, "logits and self-test do not fit"),
	NETWORK(logit_bytes, 1, "logits and self-test do not fit"),
	NETWORK(dram_pool_bytes, 0, "does not hold together"),

	TENSOR(3, height, 0, "tensor 3 does not hold together"),
	TENSOR(3, width, 14, "tensor 3 does not hold together"),
	TENSOR(3, channels, UINT32_MAX, "tensor 3 does not hold together"),
	TENSOR(3, element_bytes, 4, "tensor 3 does not hold together"),
	TENSOR(3, element_bytes, 0, "tensor 3 does not hold together"),
	TENSOR(3, node, 0, "tensor 3 does not hold together"),
	TENSOR(3, node, 25, "tensor 3 does not hold together"),
	TENSOR(3, node, UINT32_MAX - 1, "tensor 3 does not hold together"),
	TENSOR(3, bytes, 0, "tensor 3 does not hold together"),
	TENSOR(3, bytes, UINT32_MAX, "tensor 3 does not hold together"),
	TENSOR(3, offset, UINT64_MAX, "tensor 3 does not hold together"),
	TENSOR(3, offset, 1 << 20, "tensor 3 does not hold together"),
	NETWORK(contexts, 2, "tensor 0 does not hold together"),
	NETWORK(contexts, UINT32_MAX, "tensor 0 does not hold together"),

	LAYER(4, kind, 0, "layer 4 does not hold together"),
	LAYER(4, kind, SQZ_STEP_KINDS, "layer 4 does not hold together"),
	LAYER(4, name[31], 'x', "layer 4 does not hold together"),
	LAYER(4, input, 11, "layer 4 does not hold together"),
	LAYER(4, output, UINT32_MAX, "layer 4 does not hold together"),
	LAYER(4, residual, 11, "layer 4 does not hold together"),
	LAYER(4, copies, 2, "layer 4 does not hold together"),
	LAYER(4, participants, 0, "layer 4 does not hold together"),
	LAYER(4, participants, 2, "layer 4 does not hold together"),
	LAYER(4, participants, UINT32_MAX, "layer 4 does not hold together"),
	LAYER(4, first_participant, 0, "layer 4 does not hold together"),
	LAYER(4, first_participant, UINT32_MAX, "layer 4 does not hold"),

	STEP(0, layer, 10, "layer 0 does not hold together"),
	STEP(0, layer, 1, "layer 0 does not hold together"),
	STEP(0, node, 0, "step 0 does not hold together"),
	STEP(0, node, UINT16_MAX, "step 0 does not hold together"),
	STEP(0, slot, 7, "step 0 does not hold together"),
	STEP(0, slot, 6, "step 0 does not hold together"),
	STEP(0, offset, 8, "step 0 does not hold together"),
	STEP(0, offset, UINT64_MAX - 63, "step 0 does not hold together"),
	STEP(0, bytes, 191, "step 0 does not hold together"),
	STEP(0, bytes, UINT32_MAX, "step 0 does not hold together"),
	RECORD(PARTICIPANTS, sqz_participant, 1, slot, 6, "step 1 does not"),
	RECORD(PARTICIPANTS, sqz_participant, 1, node, 0, "step 1 does not"),

	INPUT(channels, 4, "section INPUT: wrong size"),
	INPUT(channels, 0x01000003, "section INPUT: wrong size"),
	INPUT(height, 14, "section INPUT: 13x13x1 pictures"),
	INPUT(width, 0, "section INPUT: 13x13x1 pictures"),
	INPUT(raw_height, 14, "section INPUT: 14x13x1 pictures"),
	INPUT(raw_width, UINT32_MAX, "section INPUT: 13x4294967295x1"),
	INPUT(raw_height, 0, "section INPUT: 0x13x1 pictures"),
	INPUT(raw_channels, 0, "section INPUT: 13x13x0 pictures"),
	INPUT(raw_channels, 2, "section INPUT: 13x13x2 pictures"),
	INPUT(raw_channels, 6, "section INPUT: 13x13x6 pictures"),
};
#define CHANGE_COUNT (int)(sizeof(CHANGES) / sizeof(CHANGES[0]))

static void apply(uint8_t *data, const struct change *change)
{
	uint8_t *at = data + change->offset;

	if (change->where < 0)
		at += sizeof(struct sqz_image_header);
	else if (change->where > 0)
		at += image_section(data, (enum sqz_section_kind)change->where)
			  ->offset;
	memcpy(at, &change->value, change->size);
}

START_TEST(records_that_do_not_hold_together)
{
	struct sqz_bytes bad = copy_of(good.data, good.size);
	char what[80];

	apply(bad.data, &CHANGES[_i]);
	image_seal(bad.data, bad.size);
	snprintf(what, sizeof(what), "change %d", _i);
	check_refused(bad, CHANGES[_i].reason, what);
}
END_TEST

/* Tensors: input, output, sums; layers and steps: one a part and round. */
static const struct change CUT_CHANGES[] = {
	NETWORK(rounds, 3, "layer 3 is not in its round"),
	NETWORK(rounds, 5, "layer 3 is not in its round"),
	NETWORK(rounds, UINT32_MAX, "layer 3 is not in its round"),
	LAYER(0, round, 1, "layer 0 is not in its round"),
	LAYER(1, round, 2, "layer 1 is not in its round"),
	LAYER(2, round, 0, "layer 2 is not in its round"),
	LAYER(2, round, UINT32_MAX, "layer 2 is not in its round"),
	LAYER(3, round, 2, "layer 3 is not in its round"),
	LAYER(0, part, 1, "layer 0 is not a part in its place"),
	LAYER(1, part, 2, "layer 0 is not a part in its place"),
	LAYER(3, part, 4, "layer 2 is not a part in its place"),
	LAYER(0, parts, 0, "layer 1 is not a part in its place"),
	LAYER(0, parts, 1, "layer 0 is not a part in its place"),
	LAYER(3, parts, 5, "layer 2 is not a part in its place"),
	LAYER(2, input, 1, "layer 1 is not a part in its place"),
	LAYER(3, kind, SQZ_STEP_ADD, "layer 2 is not a part in its place"),
	LAYER(0, partial, 3, "layer 0 has no sums to start from"),
	LAYER(1, partial, 2, "layer 1 has no sums to start from"),
	LAYER(1, partial, 4, "layer 1 has no sums to start from"),
	LAYER(2, partial, UINT32_MAX, "layer 2 has no sums to start from"),
	LAYER(1, output, 1, "layer 2 has no sums to start from"),
	LAYER(1, output, 0, "layer 1 has no sums to start from"),
	LAYER(1, residual, 0, "layer 2 has no sums to start from"),
	TENSOR(2, channels, 50, "tensor 2 does not hold together"),
	STEP(1, node, 0, "step 1 does not hold together"),
};
#define CUT_CHANGE_COUNT (int)(sizeof(CUT_CHANGES) / sizeof(CUT_CHANGES[0]))

START_TEST(parts_that_do_not_hold_together)
{
	struct sqz_bytes bad = copy_of(cut.data, cut.size);
	char what[80];

	apply(bad.data, &CUT_CHANGES[_i]);
	image_seal(bad.data, bad.size);
	snprintf(what, sizeof(what), "change %d of parts", _i);
	check_refused(bad, CUT_CHANGES[_i].reason, what);
}
END_TEST

/* Sums of bytes, or of another shape that fills as many bytes. */
START_TEST(sums_of_another_kind)
{
	for (int bytes = 0; bytes < 2; bytes++) {
		struct sqz_bytes bad = copy_of(cut.data, cut.size);
		struct sqz_image_tensor *tensors =
		    image_data(bad.data, SQZ_SECTION_TENSORS);

		tensors[2].channels *= bytes ? 4 : 2;
		tensors[2].element_bytes = bytes ? 1 : 4;
		tensors[2].height /= bytes ? 1 : 2;
		image_seal(bad.data, bad.size);
		check_refused(
		    bad, bytes ? "layer 1 has no sums" : "layer 3 has no sums",
		    "other sums");
	}
}
END_TEST

/* The step and participant of one round move to another one's tile. */
static void check_moved(uint32_t step, uint32_t to)
{
	struct sqz_bytes bad = copy_of(cut.data, cut.size);
	struct sqz_image_step *steps = image_data(bad.data, SQZ_SECTION_STEPS);
	struct sqz_participant *who =
	    image_data(bad.data, SQZ_SECTION_PARTICIPANTS);
	struct sqz_image_network *network =
	    image_data(bad.data, SQZ_SECTION_NETWORK);

	ck_assert_uint_eq(network->flags, SQZ_IMAGE_F_OVERLAP);
	steps[step].node = who[step].node = steps[to].node;
	image_seal(bad.data, bad.size);
	check_refused(copy_of(bad.data, bad.size),
		      "rounds that are to overlap share a tile", "moved step");
	/* Without overlap they may. */
	network->flags = 0;
	image_seal(bad.data, bad.size);
	ck_assert(!refused(bad));
}

START_TEST(rounds_that_share_a_tile)
{
	check_moved(0, 1);
	check_moved(1, 2);
	check_moved(3, 2);
	check_moved(3, 0);
}
END_TEST

START_TEST(one_round_does_not_overlap)
{
	struct sqz_bytes bad = copy_of(good.data, good.size);
	struct sqz_image_network *network =
	    image_data(bad.data, SQZ_SECTION_NETWORK);

	network->flags = SQZ_IMAGE_F_OVERLAP;
	image_seal(bad.data, bad.size);
	check_refused(bad, "share a tile", "one round");
}
END_TEST

/* 4 * height * width is 166,832 modulo 2^64. */
START_TEST(sizes_do_not_wrap)
{
	struct sqz_bytes bad = copy_of(good.data, good.size);
	struct sqz_image_network *network =
	    image_data(bad.data, SQZ_SECTION_NETWORK);
	struct sqz_image_tensor *tensor = (struct sqz_image_tensor *)image_data(
					      bad.data, SQZ_SECTION_TENSORS) +
					  3;

	network->dram_pool_bytes = 1 << 20;
	*tensor = (struct sqz_image_tensor){ .height = 2147529989u,
					     .width = 2147437308u,
					     .channels = 1,
					     .element_bytes = 4,
					     .bytes = 166832,
					     .node = SQZ_TENSOR_IN_DRAM };
	image_seal(bad.data, bad.size);
	check_refused(bad, "tensor 3 does not hold together", "wrapped size");
}
END_TEST

/* ---- what must be taken ---- */

START_TEST(later_minor_versions)
{
	const size_t room = 64; /* for one more entry of the table */
	size_t front = sizeof(struct sqz_image_header) + 10 * 32;
	struct sqz_bytes later = { calloc(1, good.size + room),
				   good.size + room };
	struct sqz_image_header *header = (void *)later.data;
	struct sqz_image_section *table = (void *)(header + 1);

	memcpy(later.data, good.data, front);
	memcpy(later.data + front + room, good.data + front, good.size - front);
	header->version_minor = SQZ_IMAGE_VERSION_MINOR + 1;
	header->file_bytes = later.size;
	header->section_count = 11;
	for (int i = 0; i < 10; i++)
		table[i].offset += room;
	table[10] =
	    (struct sqz_image_section){ .kind = 11, .offset = 64, .bytes = 64 };
	image_seal(later.data, later.size);
	if (refused(later))
		ck_abort_msg("%s", err.text);
}
END_TEST

START_TEST(sealing_changes_nothing)
{
	struct sqz_bytes same = copy_of(good.data, good.size);

	image_seal(same.data, same.size);
	ck_assert_mem_eq(same.data, good.data, good.size);
	ck_assert(!refused(same));
}
END_TEST

/* ---- random damage with right CRCs ---- */

static uint64_t sum_bytes(const void *data, size_t bytes)
{
	const uint8_t *at = data;
	uint64_t sum = 0;

	for (size_t i = 0; i < bytes; i++)
		sum += at[i];
	return sum;
}

/* Follows everything that the reader promises to hold. */
static uint64_t use(const struct sqz_image_file *image)
{
	const struct sqz_image_network *n = image->network;
	const struct sqz_image_input *in = image->input;
	const struct sqz_image_tensor *input = &image->tensors[n->input_tensor];
	const uint8_t *program = image->sections[SQZ_SECTION_PROGRAM].data;
	uint64_t sum = strlen(n->name);

	for (uint32_t i = 0; i < n->layers; i++) {
		const struct sqz_image_layer *layer = &image->layers[i];
		sum += strlen(layer->name);
		sum += image->tensors[layer->input].bytes;
		sum += image->tensors[layer->output].bytes;
		if (layer->partial)
			sum += image->tensors[layer->partial - 1].bytes;
		for (uint32_t k = 0; k < layer->participants; k++)
			sum += image->steps[layer->first_participant + k].bytes;
	}
	for (uint32_t i = 0; i < n->steps; i++) {
		const struct sqz_image_step *step = &image->steps[i];
		sum += sum_bytes(program + step->offset, step->bytes);
		sum += image->nodes[step->node].kind;
	}
	uint8_t *raw =
	    calloc((size_t)in->raw_height * in->raw_width, in->raw_channels);
	uint8_t *tensor = malloc(input->bytes);
	sqz_image_convert_input(image, raw, tensor);
	sum += sum_bytes(tensor, input->bytes);
	free(raw);
	free(tensor);
	sum += sum_bytes(image->selftest_input, input->bytes);
	return sum + sum_bytes(image->selftest_logits, n->classes * 4);
}

/* A byte, or a word of special values, of the records or of the table. */
static void damage(uint8_t *data, size_t size, uint64_t *state)
{
	static const uint32_t WORDS[] = { 0, 1, 0x7fffffff, 0x80000000u,
					  UINT32_MAX };
	static const int KINDS[] = { 0, 1, 2, 3, 4, 5, 6, 8 };
	int kind = KINDS[random_between(state, 0, 7)];
	size_t offset = sizeof(struct sqz_image_header);
	size_t bytes = 10 * 32;

	if (kind) {
		const struct sqz_image_section *section =
		    image_section(data, (enum sqz_section_kind)kind);
		if (!section || section->offset > size ||
		    section->bytes > size - section->offset ||
		    section->bytes < 4)
			return;
		offset = section->offset;
		bytes = section->bytes;
	}
	uint8_t *at = data + offset + next_random(state) % (bytes / 4) * 4;
	if (random_between(state, 0, 1))
		memcpy(at, &WORDS[random_between(state, 0, 4)], 4);
	else
		at[random_between(state, 0, 3)] = (uint8_t)next_random(state);
}

START_TEST(random_damage)
{
	uint64_t state = 1 + (uint64_t)_i;
	uint64_t sum = 0;

	for (int i = 0; i < 400; i++) {
		const struct sqz_bytes *from = i % 4 ? &good : &cut;
		struct sqz_bytes bad = copy_of(from->data, from->size);
		struct sqz_image_file image;
		for (int k = random_between(&state, 1, 3); k; k--)
			damage(bad.data, bad.size, &state);
		image_seal(bad.data, bad.size);
		if (sqz_image_file_parse("img", bad, &image, &err))
			continue;
		sum += use(&image);
		sqz_image_file_close(&image);
	}
	ck_assert_uint_gt(sum, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("image_damage");
	TCase *tests = tcase_create("image_damage");

	tcase_set_timeout(tests, 60);
	tcase_add_unchecked_fixture(tests, setup, teardown);
	tcase_add_test(tests, bits_of_the_header);
	tcase_add_test(tests, bits_of_the_table);
	tcase_add_loop_test(tests, bits_of_each_section, 1, SQZ_SECTION_COUNT);
	tcase_add_test(tests, names_of_sections);
	tcase_add_test(tests, cut_short);
	tcase_add_test(tests, too_long);
	tcase_add_test(tests, no_image_at_all);
	tcase_add_loop_test(tests, records_that_do_not_hold_together, 0,
			    CHANGE_COUNT);
	tcase_add_loop_test(tests, parts_that_do_not_hold_together, 0,
			    CUT_CHANGE_COUNT);
	tcase_add_test(tests, sums_of_another_kind);
	tcase_add_test(tests, rounds_that_share_a_tile);
	tcase_add_test(tests, one_round_does_not_overlap);
	tcase_add_test(tests, sizes_do_not_wrap);
	tcase_add_test(tests, later_minor_versions);
	tcase_add_test(tests, sealing_changes_nothing);
	tcase_add_loop_test(tests, random_damage, 0, 5);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
