/*
 * The way to a GDB client: one TCP connection at a time, on the loopback
 * interface only.
 */
#ifndef SQZ_PLATFORM_GDB_LINK_H
#define SQZ_PLATFORM_GDB_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_gdb_link {
	int listener; /* -1: closed */
	int client;   /* -1: nobody */
	uint16_t port;
};

/* Listens on 127.0.0.1; port 0: any free one, told in link->port. -1 with err
 * set if that cannot be. */
int sqz_gdb_link_open(struct sqz_gdb_link *link, uint16_t port,
		      struct sqz_error *err);
void sqz_gdb_link_close(struct sqz_gdb_link *link);

/* Takes a client that knocks, if there is none yet; waits for it or does not.
 * False: nobody came. */
bool sqz_gdb_link_accept(struct sqz_gdb_link *link, bool wait);

/* What the client has sent: the count of bytes; 0 if nothing is there (it does
 * not wait then); -1 if the client is gone. */
long sqz_gdb_link_receive(struct sqz_gdb_link *link, void *to, size_t room,
			  bool wait);

/* Whole, unless the client is gone. */
void sqz_gdb_link_send(struct sqz_gdb_link *link, const void *data,
		       size_t size);

void sqz_gdb_link_drop(struct sqz_gdb_link *link);

#ifdef __cplusplus
}
#endif

#endif
