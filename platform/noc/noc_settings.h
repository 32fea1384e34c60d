/* The network engine's settings from a hardware configuration. */
#ifndef SQZ_PLATFORM_NOC_SETTINGS_H
#define SQZ_PLATFORM_NOC_SETTINGS_H

#include "noc/noc.h"
#include "reader/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* For so many message classes. settings->table, if it is not NULL, is to be
 * freed after the engine was created. 0, or -1 with err set (a bad routing
 * table). */
int sqz_noc_settings_from(const struct sqz_config *config, unsigned classes,
			  struct sqz_noc_config *settings,
			  struct sqz_error *err);

/* Energy of a flit that visits so many routers and one link less. */
double sqz_noc_flit_pj(const struct sqz_config *config, double hops);

#ifdef __cplusplus
}
#endif

#endif
