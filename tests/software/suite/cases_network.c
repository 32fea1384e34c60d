/* Networks and contexts on the image that the mailbox names. */
#include <string.h>

#include "driver_cases.h"
#include "runtime/logits.h"
#include "sqz/port.h"

#define SECOND 1000000000ull

static bool program(struct sqz_session *chip)
{
	struct sqz_failure why;

	return sqz_network_program(&chip->network, &why) == SQZ_SUCCESS;
}

static const char *self_test(struct sqz_session *chip)
{
	struct sqz_network *network = &chip->network;
	struct sqz_failure why;

	EXPECT(chip->image.sections[SQZ_SECTION_SELFTEST].data);
	EXPECT(program(chip));
	EXPECT(sqz_network_selftest(network, &why) == SQZ_SUCCESS);
	/* Not by chance. */
	memset(network->contexts[0].logits, 0x55, network->logits_bytes);
	memset(network->contexts[0].values, 0x55,
	       chip->image.network->classes * sizeof(int32_t));
	EXPECT(sqz_network_selftest(network, &why) == SQZ_SUCCESS);
	EXPECT(network->contexts[0].stats.completed == 2);
	EXPECT(sqz_context_predict(&network->contexts[0]).class_index <
	       chip->image.network->classes);
	return NULL;
}

static const char *a_busy_context(struct sqz_session *chip)
{
	struct sqz_network *network = &chip->network;
	struct sqz_context *context = &network->contexts[0];
	struct sqz_failure why;
	uint8_t first;

	EXPECT(program(chip));
	memset(context->input, 0x5a, network->input_bytes);
	EXPECT(sqz_context_finish(context, &why) == SQZ_EINVAL);
	EXPECT(sqz_context_start(context, false) == SQZ_SUCCESS);
	EXPECT(sqz_context_start(context, false) == SQZ_EINVAL);
	EXPECT(sqz_network_selftest(network, &why) == SQZ_EINVAL);
	EXPECT(sqz_network_run_layer(network, 0, &why) == SQZ_EINVAL);
	EXPECT(sqz_network_program(network, &why) == SQZ_EINVAL);
	first = context->input[0];
	EXPECT(first == 0x5a);
	EXPECT(sqz_context_finish(context, &why) == SQZ_SUCCESS);
	EXPECT(sqz_network_run_layer(network, 0, &why) == SQZ_SUCCESS);
	EXPECT(sqz_network_run_layer(network, chip->image.network->layers,
				     &why) == SQZ_EINVAL);
	return NULL;
}

struct feedback {
	volatile unsigned calls;
	unsigned to_come;
	enum sqz_result result;
};

static void note_done(struct sqz_context *context, void *arg)
{
	struct feedback *feedback = arg;

	feedback->result = sqz_context_finish(context, NULL);
	feedback->calls++;
	if (feedback->result == SQZ_SUCCESS && feedback->to_come-- > 0)
		feedback->result = sqz_context_start(context, false);
}

/* Interrupts alone bring 3 images through; the logits are the self-test's. */
static const char *inferences_call_back(struct sqz_session *chip)
{
	struct sqz_network *network = &chip->network;
	struct sqz_context *context = &network->contexts[0];
	const uint8_t *test = chip->image.sections[SQZ_SECTION_SELFTEST].data;
	struct feedback feedback = { .to_come = 2 };
	struct sqz_network_stats stats;
	uint64_t end = sqz_time_ns() + SECOND;

	EXPECT(program(chip));
	memcpy(context->input, test, network->input_bytes);
	sqz_context_on_done(context, note_done, &feedback);
	EXPECT(sqz_context_start(context, false) == SQZ_SUCCESS);
	uintptr_t state = sqz_irq_lock();
	while (feedback.calls < 3 && sqz_time_ns() < end)
		sqz_wait_irq(end);
	sqz_irq_unlock(state);
	EXPECT(feedback.calls == 3 && feedback.result == SQZ_SUCCESS);
	EXPECT(!memcmp(context->values, test + network->input_bytes,
		       chip->image.network->classes * sizeof(int32_t)));
	sqz_network_get_stats(network, &stats);
	EXPECT(stats.inferences.completed == 3 && stats.inferences.failed == 0);
	EXPECT(stats.inferences.busy_ns > 0);
	EXPECT(stats.rings.lost_interrupts == 0 && stats.rings.failed == 0);
	EXPECT(stats.rounds_programmed == 1 || chip->image.network->rounds > 1);
	return NULL;
}

static const char *time_outs(struct sqz_session *chip)
{
	struct sqz_network *network = &chip->network;
	struct sqz_failure why;

	EXPECT(program(chip));
	network->config.run_timeout_ns = 1;
	EXPECT(sqz_network_run(network, &why) == SQZ_ETIMEDOUT);
	EXPECT(why.result == SQZ_ETIMEDOUT);
	EXPECT(network->contexts[0].stats.failed == 1);
	network->config = sqz_network_default_config();
	EXPECT(sqz_network_selftest(network, &why) == SQZ_SUCCESS);
	return NULL;
}

static const char *images_for_other_chips(struct sqz_session *chip)
{
	static struct sqz_network other;
	static struct sqz_device less;
	struct sqz_network_config config = sqz_network_default_config();
	struct sqz_failure why;

	less = chip->device;
	less.caps.mesh_width++;
	EXPECT(sqz_network_open(&other, &less, &chip->ring, &chip->image,
				&config, &why) == SQZ_EMESH);
	return NULL;
}

static const struct driver_case cases[] = {
	{ "self-test", self_test },
	{ "a busy context", a_busy_context },
	{ "inferences call back", inferences_call_back },
	{ "time-outs of inferences", time_outs },
	{ "images for other chips", images_for_other_chips },
};

const struct driver_cases network_cases = { cases, CASES_COUNT(cases) };
