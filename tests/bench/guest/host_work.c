/*
 * Work of the host alone, for bench_native.py. `--count` of the run says which:
 * 1 starts up and ends, the others do one thing many times.
 */
#include <stdio.h>

#include "driver/sqz_driver.h"
#include "runtime/logits.h"
#include "runtime/session.h"
#include "sqz/memmap.h"
#include "sqz/port.h"
#include "sqz/regs.h"

static struct sqz_session chip;
static volatile uint32_t sink;

/* CRCs of all sections, and every table of the image. */
static bool check_image(void)
{
	static struct sqz_image image;
	struct sqz_failure why;

	return sqz_image_open(&image, &chip.image.place, &why) == SQZ_SUCCESS;
}

/* The driver's look at a ring, with its lock. */
static bool poll_request(void)
{
	static const struct sqz_request none;

	return sqz_request_poll(&chip.ring, &none);
}

/* Softmax and largest logit. */
static bool predict(void)
{
	struct sqz_context *context = &chip.network.contexts[0];

	context->values[0]++;
	return sqz_context_predict(context).probability >= 0;
}

static bool look_at_time(void)
{
	return sqz_time_ns() > 0;
}

/* Mostly the platform's bus and the controller's model. */
static bool read_register(void)
{
	sink = sqz_read32(SQZ_CONTROLLER_BASE + SQZ_CONTROLLER_SCRATCH);
	return true;
}

int main(void)
{
	static const struct {
		bool (*work)(void);
		uint32_t times;
	} works[] = {
		{ check_image, 0 },	  { check_image, 150 },
		{ poll_request, 500000 }, { predict, 15000 },
		{ look_at_time, 500000 }, { read_register, 500000 },
	};
	struct sqz_failure why;

	if (sqz_session_open(&chip, &why) != SQZ_SUCCESS)
		return 1;

	unsigned which = (chip.mailbox.count - 1) % 6;

	for (uint32_t i = 0; i < works[which].times; i++)
		if (!works[which].work())
			return 1;
	return 0;
}
