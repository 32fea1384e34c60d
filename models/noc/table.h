/*
 * Routing tables as text: what differs from XY.
 *
 *	# a comment
 *	ROUTER NODE PORT
 *
 * A line says by which port (east, west, south, north) packets to the node
 * leave the router. Packets must arrive: a table by which they go round is
 * refused. Whether routes can deadlock is not checked; the engine's monitor
 * tells.
 */
#ifndef SQZ_NOC_TABLE_H
#define SQZ_NOC_TABLE_H

#include "noc/noc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Routers x nodes output ports, to be freed; NULL with err set. */
uint8_t *sqz_noc_table_read(const char *path,
			    const struct sqz_noc_config *config,
			    struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
