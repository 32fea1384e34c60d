#include "cmd_run.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <systemc>
#include <unistd.h>
#include <vector>

#include "host/file.h"
#include "reader/chip.h"
#include "simulation.h"

namespace sqz
{

/* Opens what a run needs and closes it again. */
struct run_files {
	sqz_config config = {};
	sqz_chip layout = {};
	sqz_image_file image = {};
	sqz_dataset pictures = {};
	sqz_reference *reference = nullptr;
	sqz_network_result network = {};
	std::vector<sqz_image_result> images;
	std::vector<sqz_account> accounts;
	std::vector<sqz_round_result> rounds;
	std::vector<sqz_tile_result> tiles;
	std::vector<sqz_memory_result> memories;
	std::vector<int32_t> logits;

	~run_files();
	void open(const sqz_run_options &options);

      private:
	void open_pictures(const sqz_run_options &options);
	void check_layout(const char *name);
	void check_execution(const sqz_run_options &options);
};

run_files::~run_files()
{
	sqz_network_free(&network);
	sqz_reference_free(reference);
	sqz_dataset_free(&pictures);
	sqz_image_file_close(&image);
	sqz_chip_free(&layout);
}

static void need(int failed, const sqz_error &err)
{
	if (failed)
		throw std::runtime_error(err.text);
}

/* ".../t10k-images-idx3-ubyte.gz" -> ".../t10k-labels-idx1-ubyte.gz" */
static std::string labels_for(const sqz_run_options &options)
{
	static const char IMAGES[] = "images-idx3";

	if (options.labels)
		return options.labels;
	std::string path = options.images;
	const size_t at = path.rfind(IMAGES);
	if (at == std::string::npos)
		throw std::runtime_error(
		    path + ": no labels by that name: give --labels FILE");
	return path.replace(at, sizeof(IMAGES) - 1, "labels-idx1");
}

void run_files::open_pictures(const sqz_run_options &options)
{
	const std::string labels = labels_for(options);
	const sqz_image_input *input = image.input;
	sqz_error err = {};

	need(sqz_dataset_read(options.images, labels.c_str(), &pictures, &err),
	     err);
	if (pictures.height != input->raw_height ||
	    pictures.width != input->raw_width || input->raw_channels != 1)
		throw std::runtime_error(
		    std::string(options.images) +
		    ": pictures of another size than the image was made for");
	if (options.first >= pictures.count ||
	    options.count > pictures.count - options.first)
		throw std::runtime_error(
		    std::string(options.images) + ": has " +
		    std::to_string(pictures.count) + " pictures, not " +
		    std::to_string(options.count) + " from picture " +
		    std::to_string(options.first) + " on");
	images.resize(options.count);
	for (uint32_t i = 0; i < options.count; i++) {
		images[i] = {};
		images[i].index = options.first + i;
		images[i].label = pictures.labels[options.first + i];
	}
}

/* The chip must be what the image was placed on. */
void run_files::check_layout(const char *name)
{
	const sqz_image_network *network = image.network;

	if (network->mesh_width != layout.width ||
	    network->mesh_height != layout.height)
		throw std::runtime_error(
		    std::string(name) + ": made for a mesh of " +
		    std::to_string(network->mesh_width) + " x " +
		    std::to_string(network->mesh_height) + ", " + config.file +
		    " has " + std::to_string(layout.width) + " x " +
		    std::to_string(layout.height));
	for (uint32_t i = 0; i < layout.nodes; i++) {
		/* ADC bits only cost accuracy: trying fewer is a study. */
		sqz_node_entry made_for = image.nodes[i];
		made_for.adc_bits = layout.entries[i].adc_bits;
		if (memcmp(&made_for, &layout.entries[i], sizeof(made_for)))
			throw std::runtime_error(
			    std::string(name) + ": made for another node " +
			    std::to_string(i) + " than " + config.file +
			    " has (kind, arrays, slots, memory or window)");
	}
	if (network->array_rows > config.tile.array_rows ||
	    network->array_columns > config.tile.array_columns)
		throw std::runtime_error(std::string(name) +
					 ": made for larger arrays than " +
					 config.file + " has");
}

/* The firmware would pass over what cannot be had. */
void run_files::check_execution(const sqz_run_options &options)
{
	const sqz_image_network *network = image.network;
	const std::string name = options.image;
	const uint32_t contexts = sqz_image_contexts(network);
	const bool ahead = sqz_image_programs_ahead(network);
	const uint32_t rings = options.in_flight + ahead;

	if (options.in_flight > contexts)
		throw std::runtime_error(
		    name + ": image has " + std::to_string(contexts) +
		    (contexts == 1 ? " context" : " contexts") +
		    " (sqz map --set place.contexts=" +
		    std::to_string(options.in_flight) + ")");
	if (rings > config.controller.rings)
		throw std::runtime_error(
		    std::string(config.file) + ": " +
		    std::to_string(options.in_flight) + " pictures in flight" +
		    (ahead ? " and programming ahead" : "") + " take " +
		    std::to_string(rings) + " command rings, the chip has " +
		    std::to_string(config.controller.rings) +
		    " (controller.rings)");
	if (options.chain && !(network->flags & SQZ_IMAGE_F_CHAINS))
		throw std::runtime_error(name +
					 ": image was not made for chains "
					 "(sqz map --set place.chains=on)");
}

void run_files::open(const sqz_run_options &options)
{
	sqz_error err = {};

	need(sqz_image_file_open(options.image, &image, &err), err);
	need(sqz_chip_build(&config, &layout, &err), err);
	check_layout(options.image);
	check_execution(options);
	const sqz_section_view &section = image.sections[SQZ_SECTION_REFERENCE];
	reference = sqz_reference_read(section.data, section.bytes, &err);
	if (!reference)
		throw std::runtime_error(std::string(options.image) + ": " +
					 err.text);
	open_pictures(options);
	accounts.resize(image.network->layers);
	rounds.resize(sqz_image_rounds(image.network));
	tiles.resize(layout.nodes);
	memories.resize(layout.nodes);
	logits.resize((size_t)options.count * image.network->classes);
	if (sqz_reference_input_bytes(reference) !=
		image.tensors[image.network->input_tensor].bytes ||
	    sqz_reference_logits(reference) != image.network->classes)
		throw std::runtime_error(
		    std::string(options.image) +
		    ": section REFERENCE is of another network");
}

/* Beside the program, or where the build put it. */
static std::string default_firmware(bool native)
{
	char path[4096];
	const ssize_t length = readlink("/proc/self/exe", path, sizeof(path));

	if (length <= 0 || (size_t)length >= sizeof(path))
		throw std::runtime_error("--firmware FILE is needed");
	std::string folder(path, (size_t)length);
	folder.resize(folder.rfind('/'));
	return folder + "/" SQZ_FIRMWARE_PATH + (native ? ".so" : ".elf");
}

static void write_timing(const char *path, const run_timing &timing,
			 const sqz_run_result &result)
{
	const double simulate_s = timing.boot_s + timing.inference_s;
	char text[512];
	sqz_error err = {};
	const int length = snprintf(
	    text, sizeof(text),
	    "{\n \"open_cpu_s\": %.6f,\n \"load_cpu_s\": %.6f,\n"
	    " \"boot_cpu_s\": %.6f,\n \"inference_cpu_s\": %.6f,\n"
	    " \"reference_cpu_s\": %.6f,\n"
	    " \"simulate_cpu_s\": %.6f,\n"
	    " \"images_per_cpu_s\": %.3f,\n"
	    " \"host_instructions_per_cpu_s\": %.0f,\n"
	    " \"simulated_s\": %.9f\n}\n",
	    timing.open_s, timing.load_s, timing.boot_s, timing.inference_s,
	    timing.reference_s, simulate_s, result.image_count / simulate_s,
	    (double)result.host_instructions / simulate_s,
	    (double)result.simulated_ps * 1e-12);

	need(sqz_write_file(path, text, (size_t)length, &err), err);
}

/* A run of hours must not end with a file that cannot be written. */
static void check_writable(const char *path)
{
	if (!path)
		return;
	const std::string part = std::string(path) + ".part";
	FILE *file = fopen(part.c_str(), "wb");
	if (!file)
		throw std::runtime_error(std::string(path) +
					 ": cannot create: " + strerror(errno));
	fclose(file);
	remove(part.c_str());
}

static int exit_status(const sqz_run_result &result)
{
	if (result.finisher_code)
		return result.finisher_code;
	return sqz_run_exact(&result) == result.image_count ? 0 : 3;
}

static void close_trace(sqz_trace *trace)
{
	struct sqz_trace_stats stats = {};
	sqz_error err = {};

	need(sqz_trace_close(trace, &stats, &err), err);
	if (stats.misuse_total)
		fprintf(stderr, "sqz run: trace: %s\n", stats.first_misuse);
}

/* What has run so far is kept; the message tells where. */
[[noreturn]] static void abandon_trace(sqz_trace *trace, std::string message)
{
	const std::string part = sqz_trace_part(trace);
	sqz_error err = {};

	sqz_trace_abandon(trace, nullptr, &err);
	if (sc_core::sc_time_stamp() == sc_core::SC_ZERO_TIME)
		remove(part.c_str());
	else if (!part.empty())
		message += "; the trace so far is in " + part;
	throw std::runtime_error(message);
}

static void print_verdict(const sqz_run_result &result)
{
	printf("bit-exact %u of %u images\n", sqz_run_exact(&result),
	       result.image_count);
	for (uint32_t i = 0; i < result.image_count; i++) {
		const sqz_image_result &image = result.images[i];
		if (!image.posted)
			printf("image %u: no logits came back\n", image.index);
		else if (!image.bit_exact)
			printf("image %u: logits differ from the reference\n",
			       image.index);
	}
}

static void check_outputs(const sqz_run_options &options)
{
	check_writable(options.report);
	check_writable(options.logits);
	check_writable(options.timing);
}

static void write_outputs(const sqz_run_options &options,
			  const sqz_run_result &result,
			  const run_timing &timing)
{
	sqz_error err = {};

	if (options.report)
		need(sqz_report_write(&result, options.report, &err), err);
	if (options.logits)
		need(sqz_logits_write(&result, options.logits, &err), err);
	if (options.timing)
		write_timing(options.timing, timing, result);
	if (options.table)
		sqz_report_table(&result, stdout);
	if (options.noc_table)
		sqz_report_noc_table(&result, stdout);
	if (options.beside)
		need(sqz_report_beside(&result, options.beside, stdout, &err),
		     err);
}

static sqz_run_result empty_result(const sqz_run_options &options,
				   run_files &files)
{
	sqz_run_result result = {};

	result.config = &files.config;
	result.image = &files.image;
	result.layers = files.image.network->layers;
	result.layer_accounts = files.accounts.data();
	result.rounds = files.rounds.data();
	result.tiles = files.tiles.data();
	result.memories = files.memories.data();
	result.in_flight = options.in_flight;
	result.chain = options.chain;
	result.network = &files.network;
	result.images = files.images.data();
	result.image_count = options.count;
	result.logits = files.logits.data();
	return result;
}

static sqz_trace *open_trace(const sqz_run_options &options)
{
	const sqz_trace_options how = { options.trace_level, 0,
					options.trace_last_ps, 0 };
	sqz_error err = {};

	if (!options.trace)
		return nullptr;
#ifdef SQZ_NO_TRACE
	if (how.level != SQZ_TRACE_OFF)
		throw std::runtime_error(
		    "--trace: this program was built without traces "
		    "(SQZ_TRACE=OFF)");
#endif
	sqz_trace *trace = sqz_trace_open(options.trace, &how, &err);
	need(!trace && how.level != SQZ_TRACE_OFF, err);
	return trace;
}

/* A run of hours must not end with a file that is no report, either. */
static void check_beside(const sqz_run_options &options, const run_files &files)
{
	sqz_error err = {};

	if (options.beside)
		need(sqz_report_check(options.beside,
				      files.image.network->layers, &err),
		     err);
}

/* A failure of the network has a report: the counters tell what led to it.
 * What is to be added to the message. */
static std::string report_failure(const sqz_run_options &options,
				  const sqz_run_result &result)
{
	sqz_error err = {};

	if (!result.failure.text[0] || !options.report)
		return "";
	need(sqz_report_write(&result, options.report, &err), err);
	return std::string("; its report is ") + options.report;
}

static int run(const sqz_run_options &options, run_files &files)
{
	const std::string firmware = options.firmware
					 ? options.firmware
					 : default_firmware(options.native);
	run_timing timing = {};

	files.open(options);
	check_outputs(options);
	check_beside(options, files);
	sqz_run_result result = empty_result(options, files);
	sqz_trace *trace = open_trace(options);
	const run_inputs inputs = { &options,	     &files.config,
				    &files.layout,   &files.image,
				    files.reference, &files.pictures,
				    firmware.c_str() };
	try {
		simulate(inputs, trace, &result, &timing);
	} catch (const std::exception &reason) {
		abandon_trace(trace,
			      reason.what() + report_failure(options, result));
	}
	if (trace)
		close_trace(trace);
	write_outputs(options, result, timing);
	print_verdict(result);
	return exit_status(result);
}

/* What sc_main is to do; it has no other way to know. */
static const sqz_run_options *pending;

static int run_guarded()
{
	run_files files;
	sqz_error err = {};

	try {
		need(sqz_config_load(&files.config, pending->config.path,
				     pending->config.overrides,
				     pending->config.override_count, &err),
		     err);
		if (pending->config.dump) {
			sqz_config_dump(&files.config, stdout);
			return 0;
		}
		return run(*pending, files);
	} catch (const std::exception &error) {
		fflush(stdout);
		fprintf(stderr, "sqz run: %s\n", error.what());
		return 1;
	}
}

} // namespace sqz

int sc_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	sc_core::sc_report_handler::set_actions(sc_core::SC_FATAL,
						sc_core::SC_THROW);
	sc_core::sc_report_handler::set_actions(sc_core::SC_ERROR,
						sc_core::SC_THROW);
	sc_core::sc_report_handler::set_actions(sc_core::SC_INFO,
						sc_core::SC_DO_NOTHING);
	return sqz::run_guarded();
}

int sqz_cmd_run(int argc, char **argv)
{
	sqz_run_options options;

	sqz_run_options_parse(argc, argv, &options);
	sqz::pending = &options;
	setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
	return sc_core::sc_elab_and_sim(argc, argv);
}
