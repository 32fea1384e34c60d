/*
 * The server's side of the GDB remote serial protocol, for one hart: bytes in,
 * bytes out. It knows neither sockets nor the simulator; whoever owns it
 * carries the bytes, runs the CPU as `state` says, and tells when it stopped.
 *
 *   sqz_gdb_connect()       a client is there: STOPPED
 *   sqz_gdb_input()         what it sent; answers leave by target->send
 *   state == RUNNING        run as `resume` says; stop if `interrupt` is set
 *   sqz_gdb_stopped()       why it stopped: STOPPED again
 *   sqz_gdb_exited()        the program has ended
 *
 * Whatever a client sends is either answered as the protocol says, or reported
 * in one line by target->report (once a kind and client) and passed over. Too
 * much of what is no protocol at all ends the connection (state LOST).
 *
 * Breakpoints and watchpoints of a client are gone when it is: connect, detach
 * and sqz_gdb_forget() remove them.
 */
#ifndef SQZ_PLATFORM_GDB_SERVER_H
#define SQZ_PLATFORM_GDB_SERVER_H

#include "debug/gdb_packet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As the protocol numbers them. */
enum sqz_gdb_point {
	SQZ_GDB_SOFTWARE,
	SQZ_GDB_HARDWARE,
	SQZ_GDB_WRITE,
	SQZ_GDB_READ,
	SQZ_GDB_ACCESS,
	SQZ_GDB_POINT_TYPES
};

struct sqz_gdb_target {
	void *context;
	/* Registers by number (gdb_registers.h); 0, or -1: there is none, or
	 * it cannot be written. */
	int (*read_reg)(void *context, unsigned number, uint64_t *value);
	int (*write_reg)(void *context, unsigned number, uint64_t value);
	/* Memory; how many bytes could be had. */
	size_t (*read_memory)(void *context, uint64_t addr, void *to,
			      size_t size);
	size_t (*write_memory)(void *context, uint64_t addr, const void *from,
			       size_t size);
	/* size: bytes that a watchpoint watches. 0, or -1: no room. */
	int (*insert)(void *context, enum sqz_gdb_point type, uint64_t addr,
		      uint64_t size);
	void (*remove)(void *context, enum sqz_gdb_point type, uint64_t addr,
		       uint64_t size);
	/* Obeys a monitor command; its answer into out. */
	void (*monitor)(void *context, const char *command,
			struct sqz_gdb_text *out);
	void (*send)(void *context, const void *data, size_t size);
	/* One line, without an end of line. */
	void (*report)(void *context, const char *line);
};

enum sqz_gdb_state {
	SQZ_GDB_NO_CLIENT,
	SQZ_GDB_STOPPED,
	SQZ_GDB_RUNNING,
	SQZ_GDB_DETACHED, /* it said good-bye: run on without it */
	SQZ_GDB_KILLED,	  /* it wants the run to end */
	SQZ_GDB_LOST	  /* it makes no sense: drop it */
};

enum sqz_gdb_resume {
	SQZ_GDB_CONTINUE,
	SQZ_GDB_STEP,  /* one instruction */
	SQZ_GDB_RANGE, /* until pc leaves range_start..range_end - 1 */
};

enum sqz_gdb_reason {
	SQZ_GDB_STEPPED,
	SQZ_GDB_INTERRUPTED, /* Ctrl-C */
	SQZ_GDB_BREAKPOINT,
	SQZ_GDB_WATCHPOINT,
	SQZ_GDB_FAULT, /* it cannot go on */
};

struct sqz_gdb_stop {
	enum sqz_gdb_reason reason;
	enum sqz_gdb_point watch; /* of a watchpoint: its type and */
	uint64_t addr;		  /* the byte touched */
};

enum {
	SQZ_GDB_POINTS = 96,
	SQZ_GDB_MONITOR_BYTES = 32768, /* longest answer of a command */
	SQZ_GDB_GARBAGE_BYTES = 256    /* more than this ends a connection */
};

struct sqz_gdb {
	struct sqz_gdb_target target;
	enum sqz_gdb_state state;
	enum sqz_gdb_resume resume;
	uint64_t range_start, range_end;
	bool interrupt; /* it asks to stop */

	/* Private to gdb_server.c and gdb_command.c. */
	bool no_ack, told_swbreak;
	unsigned garbage; /* bytes */
	unsigned reported;
	struct sqz_gdb_stop last_stop;
	struct {
		bool used;
		enum sqz_gdb_point type;
		uint64_t addr, size;
	} points[SQZ_GDB_POINTS];
	struct sqz_gdb_parser in;
	struct sqz_gdb_text reply;
	struct sqz_gdb_text frame; /* kept to be sent again */
	char reply_data[SQZ_GDB_PACKET_BYTES];
	char frame_data[2 * SQZ_GDB_PACKET_BYTES + 4];
	char text_data[SQZ_GDB_MONITOR_BYTES];
};

/* target is copied; its context must outlive the server. */
void sqz_gdb_init(struct sqz_gdb *gdb, const struct sqz_gdb_target *target);

void sqz_gdb_connect(struct sqz_gdb *gdb);
void sqz_gdb_input(struct sqz_gdb *gdb, const void *data, size_t size);
void sqz_gdb_stopped(struct sqz_gdb *gdb, const struct sqz_gdb_stop *stop);
void sqz_gdb_exited(struct sqz_gdb *gdb, uint8_t code);

/* Text for the client's console; only while it runs. */
void sqz_gdb_print(struct sqz_gdb *gdb, const char *text);

/* The client is gone, or has to go. */
void sqz_gdb_forget(struct sqz_gdb *gdb);

#ifdef __cplusplus
}
#endif

#endif
