/*
 * Internal to the placement: moves what has been placed while that shortens the
 * ways of an image's data (traffic.h).
 *
 * In turns, tensors move to the buffer that is cheapest for the tiles that read
 * and write them, and the contents of two tiles change places where that helps
 * most; tiles are all alike, so what fitted still does. It ends when a turn
 * gains less than a hundredth. [ours]
 */
#ifndef SQZ_MAPPER_PLACE_MOVES_H
#define SQZ_MAPPER_PLACE_MOVES_H

#include "placer.h"
#include "traffic.h"

/* For a placement of one round, whose run entries exist. */
int sqz_place_moves(struct placer *placer, const struct sqz_pace *pace,
		    struct sqz_error *err);

#endif
