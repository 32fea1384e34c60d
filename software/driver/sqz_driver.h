/*
 * The driver, for firmware that uses the accelerator: one include.
 *
 *   device.h     probe, node table
 *   ring.h       command rings, requests, time-outs
 *   commands.h   descriptors: PROGRAM, RUN, COPY, FENCE
 *   counters.h   what the network has carried
 *   mailbox.h    test images in, logits out
 *   result.h     error codes and their texts
 */
#ifndef SQZ_DRIVER_SQZ_DRIVER_H
#define SQZ_DRIVER_SQZ_DRIVER_H

#include "driver/commands.h"
#include "driver/counters.h"
#include "driver/device.h"
#include "driver/mailbox.h"
#include "driver/result.h"
#include "driver/ring.h"

#endif
