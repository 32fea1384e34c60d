#include "report_execution.h"

#include "report_network.h"

#define PS_PER_S 1000000000000u

struct sqz_throughput sqz_run_throughput(const struct sqz_run_result *result)
{
	struct sqz_throughput rate = { 0 };
	uint64_t last_ps = result->first_run_ps;

	for (uint32_t i = 0; i < result->image_count; i++) {
		const struct sqz_image_result *image = &result->images[i];

		rate.images += image->posted;
		if (image->posted && image->end_ps > last_ps)
			last_ps = image->end_ps;
	}
	rate.time_ps = last_ps - result->first_run_ps;
	if (rate.time_ps)
		rate.per_1000_s = (uint64_t)((unsigned __int128)rate.images *
					     PS_PER_S * 1000 / rate.time_ps);
	if (rate.images)
		rate.interval_ps = rate.time_ps / rate.images;
	return rate;
}

json_t *sqz_report_execution(const struct sqz_run_result *result)
{
	const struct sqz_image_network *network = result->image->network;
	struct sqz_throughput rate = sqz_run_throughput(result);
	json_t *object = json_object();

	json_object_set_new(object, "mode",
			    json_string(result->chain ? "chain" : "layers"));
	sqz_report_put(object, "in_flight", result->in_flight);
	sqz_report_put(object, "most_in_flight", result->most_in_flight);
	sqz_report_put(object, "contexts", sqz_image_contexts(network));
	sqz_report_put(object, "rounds", sqz_image_rounds(network));
	json_object_set_new(object, "programs_ahead",
			    json_boolean(sqz_image_programs_ahead(network)));
	sqz_report_put(object, "images", rate.images);
	sqz_report_put(object, "time_ps", rate.time_ps);
	sqz_report_put(object, "interval_ps", rate.interval_ps);
	sqz_report_put(object, "images_per_1000_s", rate.per_1000_s);
	return object;
}

static void put_writes(json_t *object, const struct sqz_account *account,
		       uint32_t max_wear)
{
	sqz_report_put(object, "row_writes", account->tiles.row_writes);
	sqz_report_put(object, "cell_writes", account->tiles.cell_writes);
	sqz_report_put(object, "max_wear", max_wear);
}

static json_t *round_json(const struct sqz_run_result *result, uint32_t index)
{
	const struct sqz_round_result *round = &result->rounds[index];
	json_t *object = json_object();

	sqz_report_put(object, "round", index);
	sqz_report_put(object, "programmed", round->programmed);
	sqz_report_put_account(object, result->config, &round->account);
	sqz_report_put(object, "overlap_ps", round->overlap_ps);
	put_writes(object, &round->account, round->max_wear);
	return object;
}

/* A chip that is programmed once writes nothing for an inference. */
static uint64_t per_inference(const struct sqz_run_result *result,
			      uint64_t writes)
{
	uint64_t images = sqz_run_throughput(result).images;

	if (sqz_image_rounds(result->image->network) == 1 || images == 0)
		return 0;
	return writes / images;
}

json_t *sqz_report_programming(const struct sqz_run_result *result)
{
	const struct sqz_account *program = &result->program;
	json_t *object = json_object(), *rounds = json_array();

	sqz_report_put_account(object, result->config, program);
	sqz_report_put(object, "overlap_ps", result->program_overlap_ps);
	put_writes(object, program, result->max_wear);
	sqz_report_put(object, "row_writes_per_inference",
		       per_inference(result, program->tiles.row_writes));
	sqz_report_put(object, "cell_writes_per_inference",
		       per_inference(result, program->tiles.cell_writes));
	for (uint32_t i = 0; i < sqz_image_rounds(result->image->network); i++)
		json_array_append_new(rounds, round_json(result, i));
	json_object_set_new(object, "rounds", rounds);
	return object;
}
