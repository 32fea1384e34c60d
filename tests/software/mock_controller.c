/* The controller on the mock: registers by hand (not from the tables, so that
 * a slip in one of them shows), rings, and the fate of every descriptor. */
#include <string.h>

#include "mock_internal.h"

enum {
	REG_ID = 0x00,
	REG_VERSION = 0x04,
	REG_CTRL = 0x08,
	REG_IRQ_STATUS = 0x10,
	REG_IRQ_ENABLE = 0x14,
	REG_CAPS = 0x18,
	REG_NODES = 0x1c,
	REG_MESH = 0x20,
	REG_ERROR_CODE = 0x28,
	REG_ERROR_NODE = 0x2c,
	REG_ERROR_LO = 0x30,
	REG_ERROR_HI = 0x34,
	RING_BASE_LO = 0x00,
	RING_BASE_HI = 0x04,
	RING_SIZE = 0x08,
	RING_HEAD = 0x0c,
	RING_TAIL = 0x10,
	RING_ABORT = 0x18,
	RING_CBASE_LO = 0x20,
	RING_CBASE_HI = 0x24,
	RING_CTAIL = 0x28,
	RING_CHEAD = 0x2c,
	RING_EPOCH = 0x30,
};

#define IRQ_ERROR_BIT	 (1u << 16)
#define DEFAULT_DELAY_NS 1000

static uint32_t *ring_reg(unsigned ring, unsigned offset)
{
	return &mock.rings[ring].regs[offset / 4];
}

static uint64_t ring_addr(unsigned ring, unsigned low)
{
	return (uint64_t)*ring_reg(ring, low + 4) << 32 | *ring_reg(ring, low);
}

void mock_controller_reset(void)
{
	static const struct sqz_node_entry nodes[MOCK_NODES] = {
		[0] = { .kind = SQZ_NODE_CONTROLLER },
		[1] = { .kind = SQZ_NODE_FLASH, .memory_kib = 256 },
		[2] = { .kind = SQZ_NODE_TILE,
			.slots = 4,
			.arrays = 16,
			.adc_bits = 8,
			.memory_kib = 64 },
		[3] = { .kind = SQZ_NODE_BUFFER, .memory_kib = 64 },
		[4] = { .kind = SQZ_NODE_TILE,
			.slots = 4,
			.arrays = 16,
			.adc_bits = 8,
			.memory_kib = 64 },
		[5] = { .kind = SQZ_NODE_BUFFER, .memory_kib = 64 },
	};

	memcpy(mock.nodes, nodes, sizeof(nodes));
	for (unsigned i = 0; i < MOCK_NODES; i++) {
		mock.nodes[i].x = (uint16_t)(i % 3);
		mock.nodes[i].y = (uint16_t)(i / 3);
		mock.nodes[i].window = i < 2 ? 0 : MOCK_WINDOW(i);
		mock.nodes[i].window_bytes = i < 2 ? 0 : 0x100000;
	}
	for (unsigned i = 0; i < MOCK_MAX_JOBS; i++)
		mock.fates[i] = (struct mock_fate){
			.delay_ns = DEFAULT_DELAY_NS,
			.node = UINT32_MAX,
		};
	mock.error_node = UINT32_MAX;
}

void mock_plan(unsigned index, struct mock_fate fate)
{
	mock.fates[index] = fate;
}

void mock_ignore_aborts(void)
{
	mock.config.answers_aborts = false;
}

void mock_on_run(void (*hook)(const struct sqz_desc *desc))
{
	mock.run_hook = hook;
}

const struct sqz_desc *mock_job(unsigned index)
{
	return &mock.jobs[index].desc;
}

unsigned mock_job_ring(unsigned index)
{
	return mock.jobs[index].ring;
}

uint64_t mock_job_begin_ns(unsigned index)
{
	return mock.jobs[index].started ? mock.jobs[index].begin_ns
					: MOCK_NEVER;
}

uint64_t mock_job_end_ns(unsigned index)
{
	return mock.jobs[index].done ? mock.jobs[index].end_ns : MOCK_NEVER;
}

/* ---- completions ---- */

static void raise_status(uint32_t bits)
{
	mock.irq_status |= bits;
	for (unsigned ring = 0; ring < MOCK_RINGS; ring++) {
		if (bits & mock.irq_enable & 1u << ring)
			mock_raise(SQZ_IRQ_RING0 + ring);
	}
	if (bits & mock.irq_enable & IRQ_ERROR_BIT)
		mock_raise(SQZ_IRQ_ERROR);
}

static void post_completion(unsigned ring, const struct sqz_completion *entry)
{
	uint32_t size = *ring_reg(ring, RING_SIZE);
	uint32_t *tail = ring_reg(ring, RING_CTAIL);
	uint64_t bus =
	    ring_addr(ring, RING_CBASE_LO) + *tail % size * sizeof(*entry);
	struct sqz_completion *to = mock_memory(bus, sizeof(*to));

	if (*tail - *ring_reg(ring, RING_CHEAD) >= size)
		mock.stats.overflows++;
	*to = *entry;
	to->phase = *tail / size % 2 ? 0xfffffffe : 1;
	++*tail;
	mock.stats.completed++;
}

void mock_stray_completion(unsigned ring, uint64_t cookie)
{
	struct sqz_completion entry = { .cookie = cookie };

	post_completion(ring, &entry);
	raise_status(1u << ring);
}

void mock_controller_error(uint32_t status, uint32_t node, uint64_t address)
{
	mock.error_code = status;
	mock.error_node = node;
	mock.error_address = address;
	raise_status(IRQ_ERROR_BIT);
}

static void copy(struct mock_job_state *job)
{
	void *to = mock_memory(job->desc.dst, job->desc.length);
	void *from = mock_memory(job->desc.src, job->desc.length);

	if (to && from) {
		memmove(to, from, job->desc.length);
		return;
	}
	job->fate.status = SQZ_ERR_ADDRESS;
	job->fate.address = to ? job->desc.src : job->desc.dst;
}

static void execute(struct mock_job_state *job)
{
	if (job->desc.type < SQZ_DESC_PROGRAM ||
	    job->desc.type > SQZ_DESC_FENCE)
		job->fate.status = SQZ_ERR_DESC;
	else if (job->desc.type == SQZ_DESC_COPY)
		copy(job);
	else if (job->desc.type == SQZ_DESC_RUN && mock.run_hook)
		mock.run_hook(&job->desc);
}

static void finish(struct mock_job_state *job, uint32_t status)
{
	struct sqz_completion entry = {
		.cookie = job->desc.cookie,
		.status = status,
		.node = UINT32_MAX,
		.sequence = job->sequence,
	};

	job->done = true;
	job->end_ns = mock.now_ns;
	if (status == job->fate.status && status != SQZ_OK) {
		entry.node = job->fate.node;
		entry.address = job->fate.address;
	}
	post_completion(job->ring, &entry);
	if ((job->desc.flags & SQZ_DESC_F_IRQ) && !job->fate.drop_interrupt)
		raise_status(1u << job->ring);
}

/* ---- jobs ---- */

static void forget_done(void)
{
	while (mock.first_open < mock.stats.fetched &&
	       mock.jobs[mock.first_open].done)
		mock.first_open++;
}

static unsigned open_jobs(unsigned ring, unsigned before)
{
	unsigned count = 0;

	for (unsigned i = mock.first_open; i < before; i++)
		count += !mock.jobs[i].done && mock.jobs[i].ring == ring;
	return count;
}

static void start_job(unsigned index)
{
	struct mock_job_state *job = &mock.jobs[index];
	bool waits = job->desc.type == SQZ_DESC_FENCE ||
		     (job->desc.flags & SQZ_DESC_F_FENCE);
	uint64_t limit = job->desc.timeout_us * 1000ull;
	uint64_t delay = job->fate.delay_ns;

	if (job->done || job->started ||
	    (waits && open_jobs(job->ring, index) > 0))
		return;
	job->started = true;
	job->begin_ns = mock.now_ns;
	job->timed_out = limit && limit < delay;
	if (job->timed_out)
		delay = limit;
	job->due_ns = delay == MOCK_NEVER ? MOCK_NEVER : mock.now_ns + delay;
}

static void fetch(unsigned ring)
{
	uint32_t *head = ring_reg(ring, RING_HEAD);
	uint32_t size = *ring_reg(ring, RING_SIZE);

	while (mock.enabled && size && *head != *ring_reg(ring, RING_TAIL) &&
	       mock.stats.fetched < MOCK_MAX_JOBS &&
	       open_jobs(ring, mock.stats.fetched) < mock.config.in_flight) {
		struct mock_job_state *job = &mock.jobs[mock.stats.fetched];
		uint64_t bus = ring_addr(ring, RING_BASE_LO) +
			       *head % size * SQZ_DESC_BYTES;

		*job = (struct mock_job_state){
			.desc = *(struct sqz_desc *)mock_memory(bus, 64),
			.fate = mock.fates[mock.stats.fetched],
			.ring = ring,
			.sequence = *head,
		};
		++*head;
		mock.stats.fetched++;
	}
}

static void pump(void)
{
	forget_done();
	for (unsigned ring = 0; ring < MOCK_RINGS; ring++)
		fetch(ring);
	for (unsigned i = mock.first_open; i < mock.stats.fetched; i++)
		start_job(i);
}

uint64_t mock_controller_next_ns(void)
{
	uint64_t next = MOCK_NEVER;

	for (unsigned i = mock.first_open; i < mock.stats.fetched; i++) {
		const struct mock_job_state *job = &mock.jobs[i];

		if (!job->done && job->started && job->due_ns < next)
			next = job->due_ns;
	}
	return next;
}

void mock_controller_run_due(void)
{
	for (unsigned i = mock.first_open; i < mock.stats.fetched; i++) {
		struct mock_job_state *job = &mock.jobs[i];

		if (job->done || !job->started || job->due_ns > mock.now_ns)
			continue;
		if (!job->timed_out && job->fate.status == SQZ_OK)
			execute(job);
		finish(job,
		       job->timed_out ? SQZ_ERR_TIMEOUT : job->fate.status);
	}
	pump();
}

static void abort_ring(unsigned ring)
{
	mock.stats.aborts++;
	if (!mock.config.answers_aborts)
		return;
	++*ring_reg(ring, RING_EPOCH);
	do {
		for (unsigned i = mock.first_open; i < mock.stats.fetched;
		     i++) {
			if (!mock.jobs[i].done && mock.jobs[i].ring == ring)
				finish(&mock.jobs[i], SQZ_ERR_ABORTED);
		}
		forget_done();
		fetch(ring);
	} while (open_jobs(ring, mock.stats.fetched) > 0);
}

/* ---- registers ---- */

static uint32_t read_node_table(uint32_t offset)
{
	uint32_t value = 0;

	if (offset + 4 <= sizeof(mock.nodes))
		memcpy(&value, (const uint8_t *)mock.nodes + offset, 4);
	return value;
}

static uint32_t read_global(uint32_t offset)
{
	const struct mock_config *config = &mock.config;

	switch (offset) {
	case REG_ID:
		return config->controller_id;
	case REG_VERSION:
		return config->controller_version;
	case REG_IRQ_STATUS:
		return mock.irq_status;
	case REG_IRQ_ENABLE:
		return mock.irq_enable;
	case REG_CAPS:
		return MOCK_RINGS | config->in_flight << 8 |
		       config->caps_desc_bytes << 16;
	case REG_NODES:
		return config->node_count;
	case REG_MESH:
		return config->mesh_width | 2u << 16;
	case REG_ERROR_CODE:
		return mock.error_code;
	case REG_ERROR_NODE:
		return mock.error_node;
	case REG_ERROR_LO:
		return (uint32_t)mock.error_address;
	case REG_ERROR_HI:
		return (uint32_t)(mock.error_address >> 32);
	default:
		mock.stats.bad_accesses++;
		return 0;
	}
}

uint32_t mock_controller_read(uint32_t offset)
{
	if (offset >= SQZ_NODE_TABLE_OFFSET)
		return read_node_table(offset - SQZ_NODE_TABLE_OFFSET);
	if (offset >= SQZ_RING_OFFSET)
		return *ring_reg((offset - SQZ_RING_OFFSET) / SQZ_RING_STRIDE,
				 offset % SQZ_RING_STRIDE);
	return read_global(offset);
}

static void write_ring(unsigned ring, uint32_t offset, uint32_t value)
{
	if (offset == RING_ABORT)
		abort_ring(ring);
	else
		*ring_reg(ring, offset) = value;
	pump();
}

static void write_control(uint32_t value)
{
	mock.enabled = value & 1;
	if (!(value & 2))
		return;
	mock.irq_enable = 0;
	mock.irq_status = 0;
	memset(mock.rings, 0, sizeof(mock.rings));
}

static void write_global(uint32_t offset, uint32_t value)
{
	if (offset == REG_IRQ_STATUS)
		mock.irq_status &= ~value;
	else if (offset == REG_IRQ_ENABLE)
		mock.irq_enable = value;
	else if (offset == REG_CTRL)
		write_control(value);
	else if (offset == REG_ERROR_CODE)
		mock.error_code &= ~value;
	else
		mock.stats.bad_accesses++;
}

void mock_controller_write(uint32_t offset, uint32_t value)
{
	if (offset >= SQZ_RING_OFFSET && offset < SQZ_NODE_TABLE_OFFSET)
		write_ring((offset - SQZ_RING_OFFSET) / SQZ_RING_STRIDE,
			   offset % SQZ_RING_STRIDE, value);
	else
		write_global(offset, value);
}
