/* Configurations: those of configs/, without comments, some with overrides. */
#include "seeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader/config.h"

static void add(const char *folder, const char *name, const char *file,
		const char *overrides)
{
	struct sqz_config config;
	struct sqz_error err;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out || sqz_config_load(&config, file, NULL, 0, &err)) {
		fprintf(stderr, "%s: cannot be a seed\n", file);
		exit(EXIT_FAILURE);
	}
	sqz_config_dump(&config, out);
	if (overrides) {
		fputc('\0', out);
		fputs(overrides, out);
	}
	fclose(out);
	seeds_write(folder, "config", name, text, size);
	free(text);
}

void seeds_config(const char *folder)
{
	static const char broken[] =
	    "noc: { width = 4; }; chip = ( 1, \"a\" );";

	add(folder, "default", "configs/default.cfg", NULL);
	add(folder, "isaac", "configs/isaac.cfg", "noc.width=4\nnoc.height=4");
	add(folder, "ou", "configs/ou.cfg",
	    "noc.topology=torus\nnoc.vcs=10\ntile.adc_bits=5");
	add(folder, "cmesh", "configs/default.cfg",
	    "noc.topology=cmesh\nplace.policy=rows\ncpu.cycle_ns=0.5");
	add(folder, "refused", "configs/default.cfg", "noc.vcs=1\nno.key=1");
	seeds_write(folder, "config", "broken", broken, sizeof(broken) - 1);
}
