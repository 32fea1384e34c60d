/* Writes a network of network_onnx.h to a file. */
#include "network_onnx.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>

struct arguments {
	struct network_options network;
	const char *out;
};

static const struct argp_option OPTIONS[] = {
	{ "arch", 'a', "NAME", 0, "resnet18, resnet50 or mobilenet_v2", 0 },
	{ "size", 's', "PIXELS", 0,
	  "height and width of the input, 8 to 512 (default: 224)", 0 },
	{ "classes", 'c', "N", 0, "classes, 1 to 8192 (default: 1000)", 0 },
	{ "seed", 'r', "N", 0, "of the weights, up to 2^32 - 1 (default: 1)",
	  0 },
	{ "opset", 'p', "N", 0,
	  "10 or 13 (default: 13); OpenCV before 4.7 "
	  "reads mobilenet_v2 only of opset 10",
	  0 },
	{ "output", 'o', "FILE", 0, "the ONNX file to write", 0 },
	{ 0 },
};

static const char DOC[] =
    "Writes an ONNX network of torchvision's shape, with random weights and "
    "folded batch normalization."
    "\v"
    "Same options, same bytes. The weights are scaled so that activations keep "
    "their size through all layers; nothing is trained.";

static uint32_t number(struct argp_state *state, const char *name,
		       const char *text)
{
	char *end = NULL;

	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || value > UINT32_MAX)
		argp_failure(state, argp_err_exit_status, 0,
			     "--%s %s: wants a whole number up to %u", name,
			     text, UINT32_MAX);
	return (uint32_t)value;
}

static void check(struct argp_state *state, const struct arguments *arguments)
{
	if (!arguments->network.arch)
		argp_error(state, "--arch NAME is needed");
	if (!arguments->out)
		argp_error(state, "--output FILE is needed");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 'a':
		arguments->network.arch = arg;
		return 0;
	case 's':
		arguments->network.size = number(state, "size", arg);
		return 0;
	case 'c':
		arguments->network.classes = number(state, "classes", arg);
		return 0;
	case 'r':
		arguments->network.seed = number(state, "seed", arg);
		return 0;
	case 'p':
		arguments->network.opset = number(state, "opset", arg);
		return 0;
	case 'o':
		arguments->out = arg;
		return 0;
	case ARGP_KEY_END:
		check(state, arguments);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const struct argp ARGP = { OPTIONS, parse, NULL, DOC,
					  NULL,	   NULL,  NULL };
	struct arguments arguments = { .network = { .size = 224,
						    .classes = 1000,
						    .seed = 1,
						    .opset = 13 } };
	struct sqz_bytes bytes = { 0 };
	struct sqz_error err;

	argp_err_exit_status = EXIT_FAILURE;
	argp_parse(&ARGP, argc, argv, 0, NULL, &arguments);
	int result =
	    network_onnx(&arguments.network, &bytes, &err) ||
	    sqz_write_file(arguments.out, bytes.data, bytes.size, &err);
	if (result)
		fprintf(stderr, "sqz-network: %s\n", err.text);
	sqz_bytes_free(&bytes);
	return result ? EXIT_FAILURE : EXIT_SUCCESS;
}
