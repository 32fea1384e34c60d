#include "report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "host/file.h"
#include "report_execution.h"
#include "report_network.h"
#include "report_nodes.h"

uint32_t sqz_run_exact(const struct sqz_run_result *result)
{
	uint32_t exact = 0;

	for (uint32_t i = 0; i < result->image_count; i++)
		exact +=
		    result->images[i].posted && result->images[i].bit_exact;
	return exact;
}

static json_t *energy_json(const struct sqz_energy *energy)
{
	json_t *object = json_object();

	for (int i = 0; i < SQZ_ENERGY_COMPONENTS; i++)
		sqz_report_put(object, sqz_energy_name(i), energy->fj[i]);
	sqz_report_put(object, "total", sqz_energy_total(energy));
	return object;
}

static json_t *traffic_json(const struct sqz_traffic *traffic)
{
	json_t *object = json_object();
	json_t *classes = json_object();

	sqz_report_put(object, "packets", traffic->packets);
	sqz_report_put(object, "flits", traffic->flits);
	sqz_report_put(object, "flit_hops", traffic->flit_hops);
	sqz_report_put(object, "bytes", sqz_traffic_bytes(traffic));
	for (int i = 0; i < SQZ_CLASSES; i++)
		sqz_report_put(classes, sqz_class_name((unsigned)i),
			       traffic->class_bytes[i]);
	json_object_set_new(object, "bytes_by_class", classes);
	sqz_report_put(object, "buffer_bytes", traffic->buffer_bytes);
	sqz_report_put(object, "dram_bytes", traffic->dram_bytes);
	sqz_report_put(object, "flash_bytes", traffic->flash_bytes);
	return object;
}

/* What a layer's tiles did; names as in tile/tile.h. */
static void put_tiles(json_t *object, const struct sqz_tile_counters *tiles)
{
	sqz_report_put(object, "positions", tiles->positions);
	sqz_report_put(object, "input_cycles", tiles->input_cycles);
	sqz_report_put(object, "array_reads", tiles->array_reads);
	sqz_report_put(object, "ou_cycles", tiles->ou_cycles);
	sqz_report_put(object, "accumulates", tiles->shift_adds);
	sqz_report_put(object, "index_bytes", tiles->index_bytes);
	sqz_report_put(object, "adc_conversions", tiles->adc_conversions);
	sqz_report_put(object, "adc_saturations", tiles->adc_saturations);
	sqz_report_put(object, "vector_ops", tiles->vector_ops);
	sqz_report_put(object, "array_busy_ps", tiles->array_busy_ps);
	sqz_report_put(object, "adc_busy_ps", tiles->adc_busy_ps);
	sqz_report_put(object, "vector_busy_ps", tiles->vector_busy_ps);
	sqz_report_put(object, "fetch_wait_ps", tiles->fetch_wait_ps);
	sqz_report_put(object, "grant_wait_ps", tiles->grant_wait_ps);
}

void sqz_report_put_account(json_t *object, const struct sqz_config *config,
			    const struct sqz_account *account)
{
	struct sqz_energy energy =
	    sqz_energy_of(config, &account->tiles, &account->traffic);

	sqz_report_put(object, "time_ps", account->time_ps);
	json_object_set_new(object, "energy_fj", energy_json(&energy));
	json_object_set_new(object, "noc", traffic_json(&account->traffic));
}

static json_t *layer_json(const struct sqz_run_result *result, uint32_t index)
{
	const struct sqz_image_layer *layer = &result->image->layers[index];
	const struct sqz_account *account = &result->layer_accounts[index];
	json_t *object = json_object();

	json_object_set_new(object, "name", json_string(layer->name));
	if (layer->parts) {
		sqz_report_put(object, "part", layer->part + 1u);
		sqz_report_put(object, "parts", layer->parts);
	}
	sqz_report_put(object, "round", layer->round);
	sqz_report_put(object, "copies", layer->copies ? layer->copies : 1);
	sqz_report_put(object, "runs", account->runs);
	sqz_report_put(object, "macs", layer->macs);
	sqz_report_put(object, "crossbars", layer->crossbars);
	sqz_report_put(object, "crossbars_without_squeeze",
		       layer->crossbars_dense);
	sqz_report_put(object, "planes", layer->planes);
	sqz_report_put(object, "tiles", layer->participants);
	sqz_report_put(object, "input_cycles_per_pass", layer->input_cycles);
	put_tiles(object, &account->tiles);
	sqz_report_put_account(object, result->config, account);
	return object;
}

static json_t *image_json(const struct sqz_image_result *image)
{
	json_t *object = json_object();

	sqz_report_put(object, "index", image->index);
	sqz_report_put(object, "label", image->label);
	if (image->posted)
		sqz_report_put(object, "top1", image->top1);
	else
		json_object_set_new(object, "top1", json_null());
	json_object_set_new(object, "bit_exact",
			    json_boolean(image->posted && image->bit_exact));
	sqz_report_put(object, "time_ps",
		       image->posted ? image->end_ps - image->begin_ps : 0);
	return object;
}

static void add_traffic(struct sqz_traffic *sum, const struct sqz_traffic *more)
{
	sum->packets += more->packets;
	sum->flits += more->flits;
	sum->flit_hops += more->flit_hops;
	for (int i = 0; i < SQZ_CLASSES; i++)
		sum->class_bytes[i] += more->class_bytes[i];
	sum->buffer_bytes += more->buffer_bytes;
	sum->dram_bytes += more->dram_bytes;
	sum->flash_bytes += more->flash_bytes;
}

static struct sqz_traffic all_traffic(const struct sqz_run_result *result)
{
	struct sqz_traffic sum = result->program.traffic;

	add_traffic(&sum, &result->other.traffic);
	for (uint32_t i = 0; i < result->layers; i++)
		add_traffic(&sum, &result->layer_accounts[i].traffic);
	return sum;
}

static struct sqz_energy account_energy(const struct sqz_run_result *result,
					const struct sqz_account *account)
{
	return sqz_energy_of(result->config, &account->tiles,
			     &account->traffic);
}

struct sqz_energy sqz_run_energy(const struct sqz_run_result *result)
{
	struct sqz_energy sum = account_energy(result, &result->program);
	struct sqz_energy other = account_energy(result, &result->other);

	for (int c = 0; c < SQZ_ENERGY_COMPONENTS; c++)
		sum.fj[c] += other.fj[c];
	for (uint32_t i = 0; i < result->layers; i++) {
		struct sqz_energy layer =
		    account_energy(result, &result->layer_accounts[i]);
		for (int c = 0; c < SQZ_ENERGY_COMPONENTS; c++)
			sum.fj[c] += layer.fj[c];
	}
	sum.fj[SQZ_ENERGY_DRAM] +=
	    result->dram_activations * result->config->dram.activate_fj;
	return sum;
}

static json_t *host_json(const struct sqz_run_result *result)
{
	json_t *object = json_object();

	sqz_report_put(object, "instructions", result->host_instructions);
	sqz_report_put(object, "direct_bytes", result->host_direct_bytes);
	sqz_report_put(object, "mailbox_bytes", result->mailbox_bytes);
	json_object_set_new(object, "exit_code",
			    json_integer(result->finisher_code));
	return object;
}

static json_t *report_json(const struct sqz_run_result *result)
{
	json_t *root = json_object();
	json_t *layers = json_array();
	json_t *images = json_array();
	struct sqz_traffic traffic = all_traffic(result);
	struct sqz_energy energy = sqz_run_energy(result);
	json_t *other = json_object(), *noc = traffic_json(&traffic);

	sqz_report_put_network(noc, result->network,
			       result->config->noc.flit_bytes);
	for (uint32_t i = 0; i < result->layers; i++)
		json_array_append_new(layers, layer_json(result, i));
	for (uint32_t i = 0; i < result->image_count; i++)
		json_array_append_new(images, image_json(&result->images[i]));
	sqz_report_put(root, "version", 1);
	json_object_set_new(root, "network",
			    json_string(result->image->network->name));
	if (result->failure.text[0])
		json_object_set_new(root, "failure",
				    json_string(result->failure.text));
	sqz_report_put(root, "simulated_ps", result->simulated_ps);
	sqz_report_put(root, "boot_ps", result->boot_ps);
	json_object_set_new(root, "execution", sqz_report_execution(result));
	json_object_set_new(root, "programming",
			    sqz_report_programming(result));
	json_object_set_new(root, "host", host_json(result));
	json_object_set_new(root, "noc", noc);
	json_object_set_new(root, "energy_fj", energy_json(&energy));
	sqz_report_put(root, "dram_activations", result->dram_activations);
	sqz_report_put_account(other, result->config, &result->other);
	json_object_set_new(root, "other", other);
	json_object_set_new(root, "layers", layers);
	json_object_set_new(root, "tiles", sqz_report_tiles(result));
	json_object_set_new(root, "memories", sqz_report_memories(result));
	json_object_set_new(root, "images", images);
	sqz_report_put(root, "images_exact", sqz_run_exact(result));
	return root;
}

int sqz_report_write(const struct sqz_run_result *result, const char *path,
		     struct sqz_error *err)
{
	json_t *root = report_json(result);
	char *text = json_dumps(root, JSON_INDENT(1));

	json_decref(root);
	if (!text)
		return sqz_fail(err, "%s: out of memory", path);
	int failed = sqz_write_file(path, text, strlen(text), err);
	free(text);
	return failed;
}
