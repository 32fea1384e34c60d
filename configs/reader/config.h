/*
 * A hardware configuration: configs/NAME.cfg (libconfig), checked against the
 * table in settings.def.
 *
 * Every key must be there, of the right type and in range; unknown keys are
 * errors. Overrides come as "section.key=value". Failures are one line:
 * file, line or key, reason.
 */
#ifndef SQZ_CONFIG_H
#define SQZ_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#include "host/error.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_CONFIG_LIST				   16 /* numbers of a list */

#define SQZ_CONFIG_TEXT				   256 /* bytes, with the 0 */

#define SQZ_SECTION(name, meaning)		   struct {
#define SQZ_INT(section, key, min, max, meaning)   uint32_t key;
#define SQZ_TIME(section, stem, max_ns, meaning)   uint64_t stem##_ps;
#define SQZ_ENERGY(section, stem, max_pj, meaning) uint64_t stem##_fj;
#define SQZ_NAME(section, key, names, meaning)	   uint32_t key;
#define SQZ_TEXT(section, key, meaning)		   char key[SQZ_CONFIG_TEXT];
#define SQZ_ENERGIES(section, stem, max_pj, meaning)                           \
	uint64_t stem##_fj[SQZ_CONFIG_LIST];
#define SQZ_SECTION_END(name)                                                  \
	}                                                                      \
	name;
struct sqz_config {
#include "reader/settings.def"
	char file[256];		 /* as given, for messages */
	uint8_t overridden[256]; /* by index in the table: set by an override */
};
#undef SQZ_SECTION
#undef SQZ_INT
#undef SQZ_TIME
#undef SQZ_ENERGY
#undef SQZ_NAME
#undef SQZ_TEXT
#undef SQZ_ENERGIES
#undef SQZ_SECTION_END

/* Places in the names of noc.topology. */
enum sqz_config_topology {
	SQZ_TOPOLOGY_MESH,
	SQZ_TOPOLOGY_TORUS,
	SQZ_TOPOLOGY_CMESH
};

/* Places in the names of place.policy. */
enum sqz_config_placement {
	SQZ_PLACE_DISTANCE,
	SQZ_PLACE_ROWS,
	SQZ_PLACE_SCATTERED,
	SQZ_PLACE_TRAFFIC
};

/* Places in the names of place.rounds. */
enum sqz_config_rounds { SQZ_ROUNDS_OFF, SQZ_ROUNDS_SINGLE, SQZ_ROUNDS_DOUBLE };

/* Reads a file and applies the overrides ("noc.vcs=8"), then checks what
 * concerns several settings. 0, or -1 with err set. */
int sqz_config_load(struct sqz_config *config, const char *path,
		    const char *const *overrides, int override_count,
		    struct sqz_error *err);

/* The same for the network alone, which needs no place for a chip's nodes and
 * no message classes. */
int sqz_config_load_network(struct sqz_config *config, const char *path,
			    const char *const *overrides, int override_count,
			    struct sqz_error *err);

/* All settings with value, unit and origin, as a file that loads again. */
void sqz_config_dump(const struct sqz_config *config, FILE *out);

/* All settings in the order of their file, each value as the file has it. */
void sqz_config_each(const struct sqz_config *config,
		     void (*take)(void *context, const char *section,
				  const char *key, const char *value),
		     void *context);

/* The same as sqz_config_load() from the text of a file; `name` stands for it
 * in messages. */
int sqz_config_parse(struct sqz_config *config, const char *name,
		     const char *text, const char *const *overrides,
		     int override_count, struct sqz_error *err);

/* docs/configuration.md: every key, its unit, range and meaning. */
void sqz_config_write_reference(FILE *out);

#ifdef __cplusplus
}
#endif

#endif
