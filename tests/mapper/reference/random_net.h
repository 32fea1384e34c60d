/*
 * Integer networks for tests, and a second, slow implementation of
 * docs/arithmetic.md to run them with.
 */
#ifndef SQZ_TESTS_RANDOM_NET_H
#define SQZ_TESTS_RANDOM_NET_H

#include "qnet.h"

#include <stdbool.h>

/* One layer to append; what is 0 gets a default of 1 where 0 makes no sense. */
struct layer_spec {
	enum sqz_step_kind kind;
	uint32_t input;	   /* tensor */
	uint32_t residual; /* tensor, or SQZ_NO_TENSOR */
	uint32_t out_channels;
	uint32_t kernel_h, kernel_w, stride, dilation, pad, groups;
	bool table;  /* AVGPOOL: an entry for each count of pixels */
	bool logits; /* int32 output */
	/* COPY: rows and columns of padding behind the input; into the tensor
	 * of an earlier COPY from this channel on, or 0 for a new tensor. */
	uint32_t pad_behind, into, first_channel;
};

/* Starts a network with its input tensor. */
void random_net_begin(struct sqz_qnet *net, uint32_t height, uint32_t width,
		      uint32_t channels, uint64_t *state);

/* Appends a layer with random numbers; returns its output tensor, which is the
 * network's output from now on. */
uint32_t random_net_add(struct sqz_qnet *net, const struct layer_spec *spec,
			uint64_t *state);

/* A network with every kind of layer but COPY, and one with copies of all
 * sorts. */
void random_net_all_kinds(struct sqz_qnet *net, uint64_t seed);
void random_net_copies(struct sqz_qnet *net, uint64_t seed);

/* Runs one input; outputs[tensor] gets malloc'ed values, widened to int32. */
void naive_run(const struct sqz_qnet *net, const uint8_t *input,
	       int32_t **outputs);

#endif
