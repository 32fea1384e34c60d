/* Between gdb_server.c and gdb_command.c. */
#ifndef SQZ_PLATFORM_GDB_INTERNAL_H
#define SQZ_PLATFORM_GDB_INTERNAL_H

#include "debug/gdb_server.h"

/* Obeys the packet in gdb->in. True: gdb->reply is to be sent (empty: not
 * known); false: there is nothing to send now. */
bool sqz_gdb_command(struct sqz_gdb *gdb);

/* Why it stopped last, into gdb->reply. */
void sqz_gdb_stop_reply(struct sqz_gdb *gdb);

/* Sends gdb->reply, and forgets it. */
void sqz_gdb_send_reply(struct sqz_gdb *gdb);

/* Sends text as an O packet, or as many as it takes. */
void sqz_gdb_send_console(struct sqz_gdb *gdb, const char *text, size_t length);

void sqz_gdb_remove_points(struct sqz_gdb *gdb);

#endif
