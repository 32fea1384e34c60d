/* The command line of `sqz run`. */
#ifndef SQZ_PLATFORM_RUN_OPTIONS_H
#define SQZ_PLATFORM_RUN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "reader/config_options.h"
#include "traces/trace.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_run_options {
	const char *image;
	const char *firmware; /* NULL: the built inference application */
	bool native;	      /* firmware is a program of the build machine */
	struct sqz_config_options config;
	const char *images;
	const char *labels; /* NULL: derived from the images' file */
	uint32_t first;
	uint32_t count;
	uint32_t in_flight; /* images at a time */
	bool chain;	    /* their layers overlap */
	const char *trace;  /* NULL: none */
	enum sqz_trace_level trace_level;
	const char *trace_nodes; /* "0,4-7"; NULL: all */
	uint64_t trace_from_ps;	 /* work of tiles, packets and counters */
	uint64_t trace_to_ps;	 /* from here on are left out */
	uint64_t trace_last_ps;	 /* keep the last part only; 0: all */
	const char *report;	 /* NULL: none */
	const char *timing;	 /* NULL: none */
	const char *logits;	 /* NULL: none */
	const char *beside;	 /* another run's report, or NULL */
	bool table;
	bool noc_table;
	bool quiet_uart;
	const char *uart;	/* stdio, pty or file:PATH; NULL: stdout */
	const char *uart_input; /* a script, or NULL */
	uint64_t limit_ps;	/* of simulated time; 0: none */
	bool gdb;		/* wait for a debugger */
	uint16_t gdb_port;	/* 0: any free one */
};

/* Exits on --help and on a usage error, as argp does. */
void sqz_run_options_parse(int argc, char **argv,
			   struct sqz_run_options *options);

#ifdef __cplusplus
}
#endif

#endif
