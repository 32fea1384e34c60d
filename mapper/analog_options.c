#include "analog_options.h"

#include "quant_options.h"

#include <stdlib.h>

enum option_key {
	OPTION_ADC_BITS = 1024,
	OPTION_VARIATION,
	OPTION_READ_NOISE,
	OPTION_SEED,
	OPTION_SIGN,
};

static const struct argp_option OPTIONS[] = {
	{ "adc-bits", OPTION_ADC_BITS, "B", 0,
	  "resolution of the ADC, 1 to 16; larger sums are cut off (default: "
	  "what the crossbar's rows want)",
	  0 },
	{ "variation", OPTION_VARIATION, "SIGMA", 0,
	  "a cell that is on conducts 1 + N(0, SIGMA^2), drawn once a cell "
	  "(default: 0)",
	  0 },
	{ "read-noise", OPTION_READ_NOISE, "SIGMA", 0,
	  "N(0, SIGMA^2) for each cell that conducts, drawn for each "
	  "conversion (default: 0)",
	  0 },
	{ "seed", OPTION_SEED, "N", 0, "of both (default: 1)", 0 },
	{ "sign", OPTION_SIGN, "pair|twos", 0,
	  "differential pair or two's complement (default: pair)", 0 },
	{ 0 }
};

static double parse_sigma(struct argp_state *state, const char *name,
			  const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (*end || end == text ||
	    !(value >= 0 && value <= SQZ_ANALOG_MAX_SIGMA))
		argp_error(state, "--%s %s: must be 0 to %g", name, text,
			   SQZ_ANALOG_MAX_SIGMA);
	return value;
}

static unsigned parse_bits(struct argp_state *state, const char *text)
{
	unsigned long bits = sqz_argp_whole(state, "adc-bits", text, 1);

	if (bits > SQZ_ANALOG_MAX_ADC)
		argp_error(state, "--adc-bits %s: at most %d", text,
			   SQZ_ANALOG_MAX_ADC);
	return (unsigned)bits;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct sqz_analog_settings *settings = state->input;
	struct sqz_analog_options *options = &settings->options;

	switch (key) {
	case OPTION_ADC_BITS:
		options->adc_bits = parse_bits(state, arg);
		break;
	case OPTION_VARIATION:
		options->variation = parse_sigma(state, "variation", arg);
		break;
	case OPTION_READ_NOISE:
		options->read_noise = parse_sigma(state, "read-noise", arg);
		break;
	case OPTION_SEED:
		options->seed = sqz_argp_whole(state, "seed", arg, 0);
		return 0;
	case OPTION_SIGN:
		options->sign =
		    sqz_argp_second_of(state, "sign", arg, "pair", "twos")
			? SQZ_SIGN_TWOS_COMPLEMENT
			: SQZ_SIGN_DIFFERENTIAL;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	settings->used = true;
	return 0;
}

const struct argp sqz_analog_argp = { OPTIONS, parse, NULL, NULL,
				      NULL,    NULL,  NULL };

void sqz_analog_settings_init(struct sqz_analog_settings *settings)
{
	*settings = (struct sqz_analog_settings){
		.options = { .seed = 1, .sign = SQZ_SIGN_DIFFERENTIAL },
	};
}

bool sqz_analog_settle(const struct sqz_analog_settings *settings,
		       uint32_t array_rows, struct sqz_analog_options *options)
{
	*options = settings->options;
	if (options->adc_bits == 0)
		options->adc_bits = sqz_analog_lossless_bits(array_rows);
	return settings->used;
}
