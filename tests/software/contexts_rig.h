/*
 * A network with several contexts on the mock chip, for tests of contexts and
 * rounds. Its arithmetic tells images and contexts apart: layer 0 doubles the
 * input's first byte, layer 1 adds the input, layer 2 gives logits i + that.
 */
#ifndef SQZ_TESTS_CONTEXTS_RIG_H
#define SQZ_TESTS_CONTEXTS_RIG_H

#include "mock_image.h"
#include "mock_machine.h"
#include "runtime/network.h"
#include "suite.h"

#define RIG_STRIDE 0x1000u

struct contexts_rig {
	struct mock_image mock;
	struct sqz_device device;
	struct sqz_ring ring;
	struct sqz_image image;
	struct sqz_network_config config;
	struct sqz_network network;
	struct sqz_failure failure;
};

extern struct contexts_rig rig;

/* An image of `contexts` contexts; tests change it, or rig.config, before
 * rig_open(). */
void rig_prepare(uint32_t contexts);
enum sqz_result rig_try(uint32_t ring_entries);
/* Must succeed; ring 0 with 64 entries. */
void rig_open(void);

/* Input byte of the context; then it must come back in the logits. */
void rig_start(unsigned context, uint8_t input, bool chain);
void rig_expect(unsigned context, uint8_t input);
void rig_expect_error(unsigned context, enum sqz_result result);
/* The first contexts, i with the input i + 1, layer by layer. */
void rig_start_all(unsigned contexts);

/* The index of the n-th job that fits, UINT32_MAX: none. */
unsigned rig_find(uint8_t type, unsigned ring, uint16_t layer, unsigned n);

#endif
