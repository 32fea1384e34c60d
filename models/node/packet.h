/*
 * Packets on the network-on-chip: what nodes say to each other.
 *
 * A packet has a header of SQZ_PACKET_HEADER_BYTES and a payload of
 * payload_bytes; its flits are ceil((header + payload) / flit bytes). Fields
 * that a type does not name are 0.
 */
#ifndef SQZ_MODELS_PACKET_H
#define SQZ_MODELS_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "node/cause.h"
#include "sqz/desc.h"
#include "sqz/noc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Simulated time in picoseconds. */
typedef uint64_t sqz_ps;
#define SQZ_NEVER UINT64_MAX

/* Message classes, most urgent last: each waits only for those before it (see
 * docs/architecture.md, "Why nothing locks up"). */
enum sqz_class {
	SQZ_CLASS_GRANT = 0,
	SQZ_CLASS_RESPONSE = 1,
	SQZ_CLASS_RESULT = 2,
	SQZ_CLASS_PSUM = 3,
	SQZ_CLASS_REQUEST = 4,
	SQZ_CLASSES
};

enum sqz_packet_type {
	SQZ_PKT_NONE = 0,
	SQZ_PKT_READ,	   /* request: read, see struct sqz_packet */
	SQZ_PKT_READ_DATA, /* response: data, or status */
	SQZ_PKT_WRITE,	   /* result: posted write; answered by WRITE_ACK */
	SQZ_PKT_WRITE_ACK, /* response: status */
	SQZ_PKT_REG_READ,  /* request: host access to a node's window */
	SQZ_PKT_REG_WRITE, /* request */
	SQZ_PKT_REG_DATA,  /* response to both: value, status */
	SQZ_PKT_PROGRAM,   /* request: controller tells tile to load a step */
	SQZ_PKT_RUN,	   /* request: controller starts a step */
	SQZ_PKT_ABORT,	   /* request: controller drops a ring's old epochs */
	SQZ_PKT_DONE,	   /* response: tile's answer to these three */
	SQZ_PKT_PSUM,	   /* partial sums of one output position */
	SQZ_PKT_GRANT,	   /* grant: positions below `position` may be sent */
	SQZ_PKT_IRQ,	   /* response: node interrupt to the controller */
	SQZ_PKT_TOKEN,	   /* grant: a row of an operand is in memory */
	SQZ_PKT_TYPES
};

#define SQZ_PACKET_MAX_PAYLOAD	  1024
#define SQZ_READ_PAYLOAD_BYTES	  8  /* chunk, stride, count */
#define SQZ_RUN_PAYLOAD_BYTES	  24 /* three bus addresses */
#define SQZ_PARTIAL_PAYLOAD_BYTES 8  /* a fourth one, if there is one */
#define SQZ_DONE_PAYLOAD_BYTES	  8  /* address of the failure */

struct sqz_packet {
	uint64_t id;	   /* unique in a run, from 1 */
	uint64_t cause;	   /* id of the packet that led to this one, or 0 */
	uint16_t src, dst; /* node numbers */
	uint8_t type;	   /* enum sqz_packet_type */
	uint8_t msg_class; /* enum sqz_class */
	uint16_t tag;	   /* sender's handle, comes back in the answer */
	uint16_t ring;	   /* whose epoch counts */
	uint16_t epoch;
	uint16_t desc; /* controller's in-flight slot */
	uint16_t slot; /* PROGRAM, RUN, PSUM, GRANT, TOKEN: step slot at dst */
	uint16_t src_slot; /* PSUM, GRANT, TOKEN: step slot of the sender */
	uint16_t layer;	   /* layer index, for reports; 0xffff: none */
	/* RUN, PSUM, GRANT: the controller's run number; TOKEN: its sender's.
	 * RUNs of a ring have rising numbers. */
	uint32_t run;
	uint32_t status; /* enum sqz_status; DONE, answers */
	uint32_t payload_bytes;
	/* READ: count chunks of chunk bytes, stride apart, from addr on. WRITE,
	 * REG_*: addr. PROGRAM: src blob. RUN: input tensor. DONE and answers
	 * with a status: address of the failure. */
	uint64_t addr;
	uint64_t dst_addr;     /* RUN: output tensor */
	uint64_t aux_addr;     /* RUN: residual tensor */
	uint64_t partial_addr; /* RUN: partial sums */
	bool chain;	       /* RUN: steps wait for tokens and send them */
	uint32_t chunk;	       /* READ; PROGRAM: bytes of the blob */
	uint32_t stride;
	uint32_t count;
	uint32_t position; /* PSUM: output position; GRANT: limit; TOKEN: row */
	uint32_t first; /* PSUM: first output, relative to n0; TOKEN: operand */
	uint64_t value; /* REG_*: datum, 1..8 bytes (chunk says) */
	sqz_ps created_ps;
	/* Why it leaves, where traces want to know. From its acceptance on the
	 * receiver may use the place. */
	struct sqz_causes causes;
	struct sqz_packet *next; /* for queues of whoever holds it */
	uint8_t data[SQZ_PACKET_MAX_PAYLOAD];
};

static inline uint32_t sqz_packet_flits(const struct sqz_packet *packet,
					uint32_t flit_bytes)
{
	return (SQZ_PACKET_HEADER_BYTES + packet->payload_bytes + flit_bytes -
		1) /
	       flit_bytes;
}

/* The class each type travels in. */
enum sqz_class sqz_packet_class(enum sqz_packet_type type);
const char *sqz_packet_type_name(enum sqz_packet_type type);

#ifdef __cplusplus
}
#endif

#endif
