/*
 * Inside of the controller: what its files share.
 *
 * A descriptor lives in a slot from its fetch to its completion:
 *
 *   FREE -> FETCH -> DECODE -> WAIT -> LIST -> ACTIVE -> FINISHED -> POSTED
 *                                        \-> ABORTING -/
 *
 * Every packet that a slot sends carries the slot's index (desc) and its run
 * number, and answers bring both back: an answer whose run is not the slot's
 * is late and dropped. Free slots have run number 0.
 *
 * Whatever happens (a packet, a time, a register write) changes some state and
 * then calls sqz_ctl_pump(), which does all that can be done now.
 */
#ifndef SQZ_MODELS_CONTROLLER_STATE_H
#define SQZ_MODELS_CONTROLLER_STATE_H

#include "ctrl/controller.h"
#include "node/answer.h"
#include "node/regs_decode.h"

/* Values of a packet's desc that are no slots. */
#define DESC_HOST  0xfffeu
#define DESC_ABORT 0xffffu

/* As tag: the completion entry. Other tags are indices. */
#define TAG_COMPLETION 0xffffu

enum slot_state {
	SLOT_FREE,
	SLOT_FETCH,    /* waits for the descriptor */
	SLOT_DECODE,   /* until ready_ps */
	SLOT_WAIT,     /* for its turn, a fence, or another ring's RUN */
	SLOT_LIST,     /* reads the participant list */
	SLOT_ACTIVE,   /* works */
	SLOT_ABORTING, /* as its ring */
	SLOT_FINISHED, /* waits for its turn in the completion ring */
	SLOT_POSTED,   /* waits for the acknowledgement of its entry */
};

struct copy_chunk {
	uint64_t dst_addr;
	bool busy;
};

struct slot {
	enum slot_state state;
	uint16_t index;
	uint16_t ring;
	uint16_t epoch;
	uint32_t run;
	uint32_t sequence;
	uint64_t desc_addr;
	struct sqz_desc desc;
	sqz_ps ready_ps;
	sqz_ps deadline_ps;
	uint32_t status; /* and the first failure's place */
	uint64_t fail_addr;
	uint32_t fail_node;
	uint64_t finished;     /* order of finishing */
	uint64_t cause;	       /* id of the last packet that moved it on */
	struct sqz_causes why; /* that it is where it is, for traces */
	uint32_t open;	       /* memory requests without an answer */
	bool begun;	       /* the observer knows it */
	bool silent;	       /* by RESET: no completion */

	struct sqz_participant *list; /* list_max entries */
	uint8_t *answered;	      /* list_max flags */
	uint32_t listed;	      /* entries read so far */
	uint32_t participants;	      /* RUN: all; PROGRAM: 1 */
	uint32_t sent;		      /* participants told */
	uint32_t answers;

	uint64_t copied; /* bytes of COPY asked for so far */
	struct copy_chunk *chunks;
};

enum abort_mark { ABORT_NONE, ABORT_TO_SEND, ABORT_SENT };

struct ring {
	struct sqz_reg_file regs;
	uint32_t slots;	 /* in use */
	bool fault;	 /* nothing is fetched */
	bool post_fault; /* nothing is posted */
	bool posting;	 /* a slot is POSTED */
	bool aborting;
	sqz_ps abort_deadline_ps;
	uint8_t *abort_marks;	/* enum abort_mark, one per node */
	uint32_t abort_waiting; /* nodes with a mark */
	bool draining;		/* what is before abort_tail does not start */
	uint32_t abort_tail;
	bool chain_broken; /* its other RUNs do not start */
	uint64_t cause;	   /* of the last slot that finished */
};

struct host_access {
	bool busy;
	bool sent;
	bool is_write;
	uint16_t node;
	uint32_t size_bytes;
	uint64_t addr;
	uint64_t value;
	struct sqz_causes why;
};

struct sqz_controller {
	struct sqz_controller_config config;
	const struct sqz_node_env *env;
	struct sqz_node_entry *nodes;
	struct sqz_reg_file regs;
	struct ring rings[SQZ_CONTROLLER_RINGS_MAX];
	struct slot *slots;
	uint16_t order[SQZ_CONTROLLER_IN_FLIGHT_MAX]; /* slots in use, oldest
							 first */
	uint32_t order_count;
	uint32_t list_max;
	uint32_t runs; /* numbers given so far */
	uint64_t finishes;
	uint32_t last_ring;		   /* that fetched */
	struct sqz_packet_queue copy_data; /* read, to be written */
	struct host_access host;
	uint16_t *irq_nodes; /* interrupting nodes behind NODE_IRQ, in order */
	uint32_t irq_node_count;
	uint32_t lines; /* bit r: ring r; bit 31: error */
	bool refused[SQZ_CLASSES];
	/* What it is at, for traces: a packet, a time, the host. */
	struct sqz_causes trigger;
	sqz_ps armed_ps;
	bool pumping;
	bool pump_again;
	struct sqz_controller_counters counters;
};

/* controller.c */
sqz_ps sqz_ctl_now(const struct sqz_controller *ctl);
bool sqz_ctl_can_send(const struct sqz_controller *ctl,
		      enum sqz_packet_type type);
/* A packet of a slot, with its handles. */
struct sqz_packet *sqz_ctl_packet(struct sqz_controller *ctl,
				  const struct slot *slot,
				  enum sqz_packet_type type, uint16_t dst);
void sqz_ctl_send(struct sqz_controller *ctl, struct sqz_packet *packet);
/* The memory node that holds addr; *bytes: how many from there on. -1: none. */
int sqz_ctl_memory_at(struct sqz_controller *ctl, uint64_t addr,
		      uint64_t *bytes);
void sqz_ctl_pump(struct sqz_controller *ctl);
void sqz_ctl_update_irq(struct sqz_controller *ctl);
void sqz_ctl_report_error(struct sqz_controller *ctl, uint32_t status,
			  uint32_t node, uint64_t addr);

/* What observers see of a slot. */
struct sqz_controller_event sqz_ctl_event(const struct slot *slot);

/* controller_ring.c */
struct slot *sqz_ctl_slot_of(struct sqz_controller *ctl,
			     const struct sqz_packet *packet);
void sqz_ctl_free(struct sqz_controller *ctl, struct slot *slot);
bool sqz_ctl_fetch_next(struct sqz_controller *ctl);
void sqz_ctl_fetched(struct sqz_controller *ctl, struct slot *slot,
		     const struct sqz_packet *packet);
bool sqz_ctl_post(struct sqz_controller *ctl, struct slot *slot);
void sqz_ctl_post_acked(struct sqz_controller *ctl, struct slot *slot,
			const struct sqz_packet *packet);

/* controller_desc.c */
/* Keeps the first failure. */
void sqz_ctl_fail(struct slot *slot, enum sqz_status status, uint64_t addr,
		  uint32_t node);
void sqz_ctl_finish(struct sqz_controller *ctl, struct slot *slot);
/* Of a chain: its other RUNs would wait for the tokens of this one. */
bool sqz_ctl_is_in_chain(const struct slot *slot);
bool sqz_ctl_start(struct sqz_controller *ctl, struct slot *slot);
bool sqz_ctl_read_list(struct sqz_controller *ctl, struct slot *slot);
void sqz_ctl_list_read(struct sqz_controller *ctl, struct slot *slot,
		       const struct sqz_packet *packet);
bool sqz_ctl_work(struct sqz_controller *ctl, struct slot *slot);
void sqz_ctl_done(struct sqz_controller *ctl, struct slot *slot,
		  const struct sqz_packet *packet);

/* controller_copy.c */
bool sqz_ctl_copy(struct sqz_controller *ctl, struct slot *slot);
/* Takes the packet. */
void sqz_ctl_copy_read(struct sqz_controller *ctl, struct slot *slot,
		       struct sqz_packet *packet);
bool sqz_ctl_copy_write(struct sqz_controller *ctl);
void sqz_ctl_copy_acked(struct sqz_controller *ctl, struct slot *slot,
			const struct sqz_packet *packet);

/* controller_abort.c */
void sqz_ctl_abort_ring(struct sqz_controller *ctl, uint16_t ring);
/* The ABORT register. */
void sqz_ctl_abort_all(struct sqz_controller *ctl, uint16_t ring);
void sqz_ctl_abort_answered(struct sqz_controller *ctl,
			    const struct sqz_packet *packet);
bool sqz_ctl_abort_step(struct sqz_controller *ctl, uint16_t ring);
bool sqz_ctl_time_out(struct sqz_controller *ctl);
void sqz_ctl_reset(struct sqz_controller *ctl);

/* controller_regs.c */
void sqz_ctl_reset_regs(struct sqz_controller *ctl);
/* The next waiting node into NODE_IRQ, if that is free. */
void sqz_ctl_node_irq(struct sqz_controller *ctl, uint16_t node);

/* controller_host.c */
bool sqz_ctl_host_send(struct sqz_controller *ctl);
void sqz_ctl_host_answered(struct sqz_controller *ctl,
			   const struct sqz_packet *packet);

#endif
