/*
 * One run: an image, a firmware and pictures on the virtual chip, every logit
 * compared with the integer reference.
 */
#ifndef SQZ_PLATFORM_SIMULATION_H
#define SQZ_PLATFORM_SIMULATION_H

#include "dataset.h"
#include "reader/chip.h"
#include "reference/image_file.h"
#include "reference/reference.h"
#include "report.h"
#include "run_options.h"

namespace sqz
{

/* All that a run reads; opened before anything is simulated. */
struct run_inputs {
	const sqz_run_options *options;
	const sqz_config *config;
	const sqz_chip *layout;
	const sqz_image_file *image;
	const sqz_reference *reference;
	const sqz_dataset *pictures;
	const char *firmware;
};

/* CPU seconds of the process, for --timing and people; never in the report.
 * What the comparison with the reference takes is in reference_s alone. */
struct run_timing {
	double open_s;	    /* before: image, configuration, pictures */
	double load_s;	    /* elaboration, ELF */
	double boot_s;	    /* until the firmware asks for the first picture */
	double inference_s; /* from then on */
	double reference_s;
};

/* Simulates; fills *result (its arrays belong to the caller). Throws
 * std::runtime_error with one line if the run cannot go on; *result then holds
 * what was counted if it is the network that failed. Call it from sc_main. */
void simulate(const run_inputs &inputs, sqz_trace *trace,
	      sqz_run_result *result, run_timing *timing);

} // namespace sqz

#endif
