/*
 * The driver, for firmware that uses the accelerator: one include.
 *
 *   device.h     probe, node table
 *   ring.h       command rings: set-up, submission, statistics
 *   request.h    what was submitted: wait, poll, call-back, cancel, time-out
 *   buffer.h     memory for data, pools of it
 *   commands.h   descriptors: PROGRAM, RUN, COPY, FENCE
 *   counters.h   what the network has carried
 *   mailbox.h    test images in, logits out
 *   result.h     error codes and their texts
 */
#ifndef SQZ_DRIVER_SQZ_DRIVER_H
#define SQZ_DRIVER_SQZ_DRIVER_H

#include "driver/buffer.h"
#include "driver/commands.h"
#include "driver/counters.h"
#include "driver/device.h"
#include "driver/mailbox.h"
#include "driver/request.h"
#include "driver/result.h"
#include "driver/ring.h"

#endif
