#include "cmd_map.h"

#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval.h"
#include "image_write.h"
#include "input_table.h"
#include "layer_schemes.h"
#include "map_options.h"
#include "map_table.h"
#include "onnx_import.h"
#include "ou_table.h"
#include "progress.h"
#include "rounds_table.h"
#include "squeeze_choice.h"

/* The network's name: the file's, without folder and ending. */
static void name_of(const char *path, char *name, size_t size)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	size_t length = dot ? (size_t)(dot - base) : strlen(base);

	snprintf(name, size, "%.*s", (int)length, base);
}

/* What one mapping needs, opened step by step and closed at the end. */
struct job {
	const struct sqz_map_options *set;
	struct sqz_scheme scheme;
	struct sqz_scheme *schemes; /* of the layers */
	struct sqz_config config;
	struct sqz_chip chip;
	struct sqz_graph graph;
	struct sqz_dataset training;
	struct sqz_qnet lowered;
	struct sqz_quantized net;
	struct sqz_squeeze_choice *choices; /* of the layers, or NULL */
	struct sqz_placement placement;
	struct sqz_progress progress;
};

static int read_inputs(struct job *job, struct sqz_error *err)
{
	const struct sqz_map_options *set = job->set;

	job->scheme = set->quant.scheme;
	if (sqz_scheme_parse(set->scheme, &job->scheme, err) ||
	    sqz_config_load(&job->config, set->config.path,
			    set->config.overrides, set->config.override_count,
			    err) ||
	    sqz_chip_build(&job->config, &job->chip, err) ||
	    sqz_onnx_import(set->network, &job->graph, err) ||
	    sqz_prune_graph(&job->graph, &set->quant.prune, err))
		return -1;
	return sqz_read_calibration(&set->quant, &job->training, err);
}

static enum sqz_sign_form sign_form(const struct job *job)
{
	return strcmp(job->set->sign, "twos") == 0 ? SQZ_SIGN_TWOS_COMPLEMENT
						   : SQZ_SIGN_DIFFERENTIAL;
}

/* As many row blocks as a tile holds with all their planes. */
static uint32_t blocks_of_tile(const struct job *job,
			       const struct sqz_scheme *scheme)
{
	struct sqz_blocks one = {
		.count = 1,
		.planes = scheme->planes,
		.squeeze = scheme->squeeze,
		.truncate = scheme->truncate,
		.cell_bits = scheme->cell_bits,
	};

	return job->config.tile.arrays /
	       sqz_blocks_dense_arrays(&one, sign_form(job));
}

/* One for all layers, or those of the file. */
static int choose_schemes(struct job *job, struct sqz_error *err)
{
	const char *file = job->set->quant.layers;
	uint32_t layers = job->lowered.layer_count;

	job->scheme.array_rows = job->config.tile.array_rows;
	job->scheme.array_columns = job->config.tile.array_columns;
	job->scheme.cell_bits = job->set->cell_bits;
	if (file && sqz_layer_schemes_read(file, &job->lowered, &job->scheme,
					   &job->schemes, err))
		return -1;
	if (!file)
		job->schemes = calloc(layers, sizeof(*job->schemes));
	if (!job->schemes)
		return sqz_fail(err, "out of memory for %u layers", layers);
	for (uint32_t i = 0; i < layers; i++) {
		if (!file)
			job->schemes[i] = job->scheme;
		if (job->set->order_rows)
			job->schemes[i].order_blocks =
			    blocks_of_tile(job, &job->schemes[i]);
	}
	return 0;
}

static int calibrate(struct job *job, struct sqz_error *err)
{
	const struct sqz_quant_options *quant = &job->set->quant;
	const struct sqz_eval eval = {
		.graph = &job->graph,
		.training = &job->training,
		.normalization = quant->normalization,
		.calibrate = quant->calibrate < job->training.count
				 ? quant->calibrate
				 : job->training.count,
		.percentile = quant->percentile,
		.input_means = quant->scheme.correct_bias,
	};

	return sqz_eval_lower(&eval, &job->lowered, err);
}

static int quantize(struct job *job, struct sqz_error *err)
{
	if (choose_schemes(job, err))
		return -1;
	return sqz_quantize_each(&job->graph, &job->lowered, job->schemes,
				 &job->net, err);
}

/* Whole arrays, if an objective is given. */
static int choose_squeeze(struct job *job, struct sqz_error *err)
{
	const struct sqz_ou_request *request = &job->set->request;

	if (!request->objective_given)
		return 0;
	job->choices = calloc(job->net.net.layer_count, sizeof(*job->choices));
	if (!job->choices)
		return sqz_fail(err, "out of memory for choices");
	return sqz_squeeze_choose(&job->config, sign_form(job),
				  request->objective, &job->net, job->choices,
				  err);
}

static int plan_layouts(struct job *job, struct sqz_error *err)
{
	struct sqz_ou_request request = job->set->request;

	if (!job->set->ou)
		return choose_squeeze(job, err);
	request.progress = &job->progress;
	job->net.ou = sqz_ou_plan_net(&job->config, &job->net.net,
				      job->net.blocks, &request, err);
	return job->net.ou ? 0 : -1;
}

static void print_tables(const struct job *job,
			 const struct sqz_image_source *source)
{
	const struct sqz_map_options *set = job->set;

	sqz_map_table(source, stdout, stderr);
	if (job->choices)
		sqz_squeeze_table(&job->net, job->choices,
				  set->request.objective, stdout);
	if (!job->net.ou)
		return;
	sqz_ou_layer_table(&job->net, stdout);
	sqz_ou_total_table(&job->net, set->quant.prune.share, true, stdout);
}

/* Takes the image, which tells what its steps write. */
static int print_rounds(const struct job *job, struct sqz_bytes image,
			struct sqz_error *err)
{
	struct sqz_image_file file;

	if (sqz_image_file_parse(job->set->output, image, &file, err))
		return -1;
	sqz_rounds_table(&file, stdout);
	sqz_image_file_close(&file);
	return 0;
}

static int write_image(const struct job *job,
		       const struct sqz_image_source *source,
		       struct sqz_error *err)
{
	struct sqz_bytes image;

	if (sqz_image_build(source, &image, err))
		return -1;
	int result =
	    sqz_write_file(job->set->output, image.data, image.size, err);
	sqz_progress_end(&job->progress);
	if (!result && !job->set->quiet) {
		print_tables(job, source);
		return print_rounds(job, image, err);
	}
	sqz_bytes_free(&image);
	return result;
}

/* The unpruned weights are read again for the report. */
static int write_outputs(struct job *job, struct sqz_error *err)
{
	const struct sqz_map_options *set = job->set;
	bool pruned = set->quant.prune.share > 0 && set->outputs.report_count;
	struct sqz_graph unpruned = { 0 };
	char name[SQZ_NAME_BYTES];

	if (pruned && sqz_onnx_import(set->network, &unpruned, err))
		return -1;
	name_of(set->network, name, sizeof(name));
	struct sqz_report_source source = {
		.network = name,
		.scheme = set->quant.layers ? "by layer" : set->scheme,
		.graph = &job->graph,
		.unpruned = pruned ? &unpruned : NULL,
		.pruned = set->quant.prune.share,
		.lowered = &job->lowered,
		.chosen = &job->net,
		.schemes = job->schemes,
		.form = sign_form(job),
		.config = &job->config,
		.progress = &job->progress,
	};
	int result = sqz_map_outputs_write(&set->outputs, &source, err);
	sqz_graph_free(&unpruned);
	return result;
}

static int place_and_write(struct job *job, struct sqz_error *err)
{
	const struct sqz_map_options *set = job->set;
	enum sqz_sign_form form = sign_form(job);
	uint32_t channels = job->net.net.tensors[job->net.net.input].channels;
	char name[SQZ_NAME_BYTES];

	if (!set->output)
		return 0;
	/* Not needed any more, while the image takes as much. */
	sqz_graph_free(&job->graph);
	if (sqz_place(&job->net, form, &job->config, &job->chip,
		      &job->placement, err))
		return -1;
	uint8_t *tables = malloc((size_t)channels * 256);
	if (!tables)
		return sqz_fail(err, "out of memory");
	sqz_input_tables(&job->net.net, &set->quant.normalization, tables);
	name_of(set->network, name, sizeof(name));
	const struct sqz_image_source source = {
		.name = name,
		.net = &job->net,
		.placement = &job->placement,
		.form = form,
		.config = &job->config,
		.chip = &job->chip,
		.raw_height = job->training.height,
		.raw_width = job->training.width,
		.tables = tables,
		.selftest = job->training.pixels,
	};
	int result = write_image(job, &source, err);
	free(tables);
	return result;
}

static int map(struct job *job, struct sqz_error *err)
{
	static const struct {
		const char *what;
		int (*step)(struct job *job, struct sqz_error *err);
	} STEPS[] = {
		{ "reading network and pictures", read_inputs },
		{ "calibrating activations", calibrate },
		{ "quantizing and slicing weights", quantize },
		{ "choosing layouts", plan_layouts },
		{ "counting designs", write_outputs },
		{ "placing and writing", place_and_write },
	};
	int result = 0;

	for (size_t i = 0; !result && i < sizeof(STEPS) / sizeof(STEPS[0]);
	     i++) {
		sqz_progress_step(&job->progress, STEPS[i].what);
		result = STEPS[i].step(job, err);
	}
	sqz_progress_end(&job->progress);
	return result;
}

static void close_job(struct job *job)
{
	sqz_placement_free(&job->placement);
	sqz_quantized_free(&job->net);
	free(job->schemes);
	free(job->choices);
	sqz_qnet_free(&job->lowered);
	sqz_dataset_free(&job->training);
	sqz_graph_free(&job->graph);
	sqz_chip_free(&job->chip);
}

static int dump_config(const struct sqz_map_options *set)
{
	struct sqz_config config;
	struct sqz_error err;

	if (sqz_config_load(&config, set->config.path, set->config.overrides,
			    set->config.override_count, &err)) {
		fprintf(stderr, "sqz map: %s\n", err.text);
		return 1;
	}
	sqz_config_dump(&config, stdout);
	return 0;
}

/* Weights and images in mappings of their own, so that each goes back to the
 * system when it is freed; the C library would keep them after the first. */
static void return_freed_arrays(void)
{
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}

int sqz_cmd_map(int argc, char **argv)
{
	struct sqz_map_options set;
	struct sqz_error err = { "" };
	struct job job = { .set = &set };

	sqz_map_options_parse(argc, argv, &set);
	if (set.config.dump)
		return dump_config(&set);
	return_freed_arrays();
	sqz_progress_init(&job.progress, set.quiet);
	int result = map(&job, &err);
	close_job(&job);
	if (result) {
		fprintf(stderr, "sqz map: %s\n", err.text);
		return 1;
	}
	return 0;
}
