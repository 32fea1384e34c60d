/*
 * Internal to the placement: a network that is larger than the chip.
 *
 * Layers go into rounds in their order, each round as many as fit; tiles are
 * programmed anew between rounds. With double rounds the even ones have every
 * other tile and the odd ones the rest, so that one can be programmed while the
 * other runs; their number is made even, because the last one is followed by
 * the first of the next image.
 *
 * A layer that does not fit the empty tiles of a round is cut into parts: first
 * between column ranges, and where one range with all its rows does not fit,
 * along K. Parts along K hand their sums on in a scratch tensor; each reads and
 * writes it in place, position by position. The least that must fit a tile is
 * one worker of one block. [ours]
 */
#ifndef SQZ_MAPPER_ROUNDS_H
#define SQZ_MAPPER_ROUNDS_H

#include "placer.h"

/* Places all layers, from the start. */
int sqz_place_in_rounds(struct placer *placer, const struct sqz_quantized *net,
			enum sqz_sign_form form, struct sqz_error *err);

#endif
