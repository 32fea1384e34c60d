#include "models/cpu/board.h"

#include "sqz/memmap.h"

#include <stdlib.h>
#include <string.h>

#define TICK_PS 100000u /* 10 MHz */

/* ---- the bus ---- */

struct device {
	uint64_t base, size;
	int (*read)(struct board *b, uint64_t offset, unsigned size,
		    uint64_t *value);
	int (*write)(struct board *b, uint64_t offset, unsigned size,
		     uint64_t value);
};

#define DEVICE_ACCESS(name)                                                    \
	static int name##_read(struct board *b, uint64_t offset,               \
			       unsigned size, uint64_t *value)                 \
	{                                                                      \
		return sqz_##name##_read(&b->name, offset, size, value);       \
	}                                                                      \
	static int name##_write(struct board *b, uint64_t offset,              \
				unsigned size, uint64_t value)                 \
	{                                                                      \
		return sqz_##name##_write(&b->name, offset, size, value);      \
	}
DEVICE_ACCESS(finisher)
DEVICE_ACCESS(clint)
DEVICE_ACCESS(plic)
DEVICE_ACCESS(uart)
#undef DEVICE_ACCESS

static const struct device devices[] = {
	{ SQZ_FINISHER_BASE, SQZ_FINISHER_BYTES, finisher_read, finisher_write },
	{ SQZ_CLINT_BASE, SQZ_CLINT_BYTES, clint_read, clint_write },
	{ SQZ_PLIC_BASE, SQZ_PLIC_BYTES, plic_read, plic_write },
	{ SQZ_UART_BASE, SQZ_UART_BYTES, uart_read, uart_write },
};

static const struct device *find_device(uint64_t addr)
{
	for (size_t k = 0; k < sizeof(devices) / sizeof(devices[0]); k++)
		if (addr - devices[k].base < devices[k].size)
			return &devices[k];
	return NULL;
}

static enum sqz_cpu_bus bus_read(void *ctx, uint64_t addr, unsigned size,
				 uint64_t *value)
{
	const struct device *d = find_device(addr);

	if (!d || d->read(ctx, addr - d->base, size, value) < 0)
		return SQZ_CPU_BUS_FAULT;
	return SQZ_CPU_BUS_OK;
}

static enum sqz_cpu_bus bus_write(void *ctx, uint64_t addr, unsigned size,
				  uint64_t value)
{
	const struct device *d = find_device(addr);

	if (!d || d->write(ctx, addr - d->base, size, value) < 0)
		return SQZ_CPU_BUS_FAULT;
	return SQZ_CPU_BUS_OK;
}

/* ---- the wires ---- */

static uint64_t ticks(void *ctx)
{
	const struct board *b = ctx;

	return sqz_cpu_cycles(b->cpu) * sqz_cpu_get_config(b->cpu)->clock_ps /
	       TICK_PS;
}

static void msi(void *ctx, bool level)
{
	sqz_cpu_set_irq(((struct board *)ctx)->cpu, SQZ_CPU_IRQ_MSI, level);
}

static void mti(void *ctx, bool level)
{
	sqz_cpu_set_irq(((struct board *)ctx)->cpu, SQZ_CPU_IRQ_MTI, level);
}

static void mei(void *ctx, bool level)
{
	sqz_cpu_set_irq(((struct board *)ctx)->cpu, SQZ_CPU_IRQ_MEI, level);
}

static void uart_irq(void *ctx, bool level)
{
	sqz_plic_set(&((struct board *)ctx)->plic, 10, level);
}

static void transmit(void *ctx, uint8_t byte)
{
	struct board *b = ctx;

	if (b->output_size < BOARD_OUTPUT_BYTES - 1)
		b->output[b->output_size++] = (char)byte;
}

static void finish(void *ctx, enum sqz_finish what, unsigned code)
{
	struct board *b = ctx;

	b->finished = true;
	b->exit_code = what == SQZ_FINISH_FAIL ? (int)(code & 0xff) : 0;
	sqz_cpu_stop(b->cpu);
}

/* ---- life ---- */

static uint64_t time_csr(void *ctx)
{
	return sqz_clint_mtime(&((struct board *)ctx)->clint);
}

static struct sqz_cpu *create_cpu(struct board *b, uint64_t clock_ps)
{
	static const struct sqz_cpu_ops ops = { .read = bus_read,
						.write = bus_write,
						.time = time_csr };
	struct sqz_cpu_config config;

	sqz_cpu_config_default(&config);
	config.clock_ps = clock_ps;
	config.ops = &ops;
	config.ctx = b;
	return sqz_cpu_create(&config);
}

struct board *board_create(uint64_t clock_ps)
{
	struct board *b = calloc(1, sizeof(*b));
	struct sqz_cpu_region ram = { .base = BOARD_RAM,
				      .size = BOARD_RAM_BYTES,
				      .flags =
					  SQZ_CPU_R | SQZ_CPU_W | SQZ_CPU_X };

	if (!b)
		return NULL;
	b->ram = ram.host = calloc(1, BOARD_RAM_BYTES);
	b->output = calloc(1, BOARD_OUTPUT_BYTES);
	b->cpu = create_cpu(b, clock_ps);
	if (!b->ram || !b->output || !b->cpu || sqz_cpu_map(b->cpu, &ram) < 0) {
		board_destroy(b);
		return NULL;
	}
	sqz_clint_init(&b->clint,
		       &(struct sqz_clint_config){ .time = ticks,
						   .software_irq = msi,
						   .timer_irq = mti,
						   .ctx = b });
	sqz_plic_init(&b->plic, mei, b);
	sqz_uart_init(&b->uart,
		      &(struct sqz_uart_config){ transmit, uart_irq, b });
	b->finisher = (struct sqz_finisher){ finish, b };
	return b;
}

void board_destroy(struct board *b)
{
	if (!b)
		return;
	sqz_cpu_destroy(b->cpu);
	free(b->ram);
	free(b->output);
	free(b);
}

static int copy_segment(void *ctx, uint64_t addr, const void *data,
			uint64_t size)
{
	struct board *b = ctx;
	uint64_t offset = addr - BOARD_RAM;

	if (offset > BOARD_RAM_BYTES || size > BOARD_RAM_BYTES - offset)
		return -1;
	if (data)
		memcpy(b->ram + offset, data, size);
	else
		memset(b->ram + offset, 0, size);
	return 0;
}

int board_load(struct board *b, const char *path, struct sqz_error *err)
{
	struct sqz_elf elf;
	struct sqz_elf_target target = { copy_segment, b };

	if (sqz_elf_load(path, &target, &elf, err) < 0)
		return -1;
	sqz_cpu_set_pc(b->cpu, elf.entry);
	sqz_elf_free(&elf);
	sqz_cpu_flush_code(b->cpu);
	return 0;
}

/* Cycles until the timer interrupt, at most `most`. */
static uint64_t until_timer(struct board *b, uint64_t most)
{
	uint64_t deadline = sqz_clint_deadline(&b->clint);
	uint64_t clock_ps = sqz_cpu_get_config(b->cpu)->clock_ps;
	uint64_t cycle;

	if (deadline > UINT64_MAX / TICK_PS)
		return most;
	cycle = (deadline * TICK_PS + clock_ps - 1) / clock_ps;
	cycle -= sqz_cpu_cycles(b->cpu);
	return cycle < most ? cycle : most;
}

bool board_run(struct board *b, uint64_t slice_cycles,
	       uint64_t max_instructions)
{
	while (!b->finished && sqz_cpu_instret(b->cpu) < max_instructions) {
		uint64_t slice = until_timer(b, slice_cycles);
		struct sqz_cpu_result r = sqz_cpu_run(b->cpu, slice);

		if (r.reason == SQZ_CPU_LOST)
			break;
		if (r.reason == SQZ_CPU_WFI)
			sqz_cpu_add_cycles(
			    b->cpu, slice > r.cycles ? slice - r.cycles : 0);
		sqz_clint_update(&b->clint);
	}
	return b->finished;
}
