/*
 * Everything that a program on the virtual host usually wants, in one call:
 * accelerator, a ring, the mailbox, the loaded image, its network with as many
 * contexts as the mailbox wants images in flight.
 */
#ifndef SQZ_RUNTIME_SESSION_H
#define SQZ_RUNTIME_SESSION_H

#include "driver/device.h"
#include "driver/mailbox.h"
#include "driver/result.h"
#include "driver/ring.h"
#include "runtime/image.h"
#include "runtime/network.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_session {
	struct sqz_device device;
	struct sqz_ring ring; /* ring 0, of SQZ_RING_MAX_ENTRIES */
	struct sqz_mailbox mailbox;
	struct sqz_image image; /* the one that the mailbox names */
	struct sqz_network network;
};

/* Opens all of it in this order, with default configurations, at the addresses
 * of sqz/memmap.h; nothing is programmed yet. On an error *failure says which
 * part; what was opened before it can be used. The session must stay where it
 * is. Errors as of the parts; SQZ_EIMAGE also if the mailbox's inputs are not
 * those of the network. */
SQZ_MUST_CHECK enum sqz_result sqz_session_open(struct sqz_session *session,
						struct sqz_failure *failure);

#ifdef __cplusplus
}
#endif

#endif
